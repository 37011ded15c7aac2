// "Use my location": asks the browser where it is when the button is pressed, and searches there.

const ABOUT_100_METRES = 3; // decimals; nobody's exact place needs to be in an address

const button = document.querySelector("[data-locate]");
const failed = document.querySelector("[data-locate-failed]");

function search(position) {
  const form = button.form;
  form.elements.lat.value = position.coords.latitude.toFixed(ABOUT_100_METRES);
  form.elements.lng.value = position.coords.longitude.toFixed(ABOUT_100_METRES);
  form.submit();
}

function giveUp() {
  failed.hidden = false;
}

if (navigator.geolocation) {
  button.hidden = false;
  button.addEventListener("click", () => {
    failed.hidden = true;
    navigator.geolocation.getCurrentPosition(search, giveUp, { timeout: 10000 });
  });
}
