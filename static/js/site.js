// What every page does where there is JavaScript; all of it works without.

// Forms warn before what was typed is lost, and are not sent twice.
let changed = false;
document.addEventListener("input", ({ target }) => {
  if (target.form?.method === "post") changed = true;
});
addEventListener("beforeunload", (event) => changed && event.preventDefault());
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  changed = false;
  if (document.body.classList.contains("is-busy")) event.preventDefault();
  else if (event.target.method === "post") document.body.classList.add("is-busy");
});
addEventListener("pageshow", () => document.body.classList.remove("is-busy"));

// What htmx loads shows that it is at work; what it could not load is loaded as a page, which says
// what is wrong. Nobody asked for what comes by itself, so nobody has to know.
const byItself = ({ detail }) => detail.elt.closest("[hx-trigger]");
const busy = (is) => (event) => byItself(event) || document.body.classList.toggle("is-busy", is);
document.addEventListener("htmx:beforeRequest", busy(true));
document.addEventListener("htmx:afterRequest", busy(false));
const load = (event) => {
  const { detail } = event;
  if (byItself(event)) return;
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

// Whoever pressed what is no longer there goes on from the number of results.
document.addEventListener("htmx:afterSettle", () => {
  if (document.activeElement === document.body) document.getElementById("count")?.focus({ preventScroll: true });
});

// How many rows are chosen, and all of them at once.
const boxes = (bar) => [...bar.form.elements[bar.dataset.chosen]].filter((box) => box.type === "checkbox");
const say = (bar) => {
  bar.value = bar.dataset.words.replace("%s", boxes(bar).filter((box) => box.checked).length);
};
document.addEventListener("change", ({ target }) => {
  const bar = target.form?.querySelector("output[data-chosen]");
  if (!bar) return;
  if (target.matches("[data-all]")) for (const box of boxes(bar)) box.checked = target.checked;
  say(bar);
});
