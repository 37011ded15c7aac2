// A poster that does not load leaves its place to the drawn one behind it.
const remove = (image) => image.closest(".poster") && image.remove();
document.addEventListener("error", (event) => event.target instanceof HTMLImageElement && remove(event.target), true);
for (const image of document.querySelectorAll(".poster img")) {
  if (image.complete && !image.naturalWidth) remove(image);
}

// What htmx could not load is loaded as a page, which says what is wrong. Nobody asked for the
// polls, so nobody has to know.
const load = ({ detail }) => {
  if (detail.elt.closest("[hx-trigger]")) return;
  if (detail.boosted) location.assign(detail.pathInfo.requestPath);
  else location.reload();
};
document.addEventListener("htmx:responseError", load);
document.addEventListener("htmx:sendError", load);

// A field that is left empty needs no place in the address.
document.addEventListener("htmx:configRequest", ({ detail: { verb, formData } }) => {
  if (verb !== "get") return;
  for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
});

// Whoever pressed what is no longer there goes on from the number of films.
document.addEventListener("htmx:afterSettle", () => {
  if (document.activeElement === document.body) document.getElementById("film-count")?.focus({ preventScroll: true });
});
