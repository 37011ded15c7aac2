// A poster that does not load leaves its place to the drawn one behind it.
const remove = (image) => image.closest(".poster") && image.remove();
document.addEventListener("error", (event) => event.target instanceof HTMLImageElement && remove(event.target), true);
for (const image of document.querySelectorAll(".poster img")) {
  if (image.complete && !image.naturalWidth) remove(image);
}

// Whoever goes on from the drawer's last filter by keyboard leaves it, and sees where they are.
const leave = ({ target }) => {
  const drawer = document.getElementById("filters"); // htmx brings a new one
  const isOpen = drawer?.hidePopover && drawer.matches(":popover-open");
  if (isOpen && !drawer.contains(target)) drawer.hidePopover();
};
document.addEventListener("focusin", leave);
