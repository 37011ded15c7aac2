// What every page does where there is JavaScript; all of it works without.

// Forms to fill in warn before what was typed is lost.
let dirty = document.querySelector("[data-guard] .form-errors")?.closest("form") ?? null;
document.addEventListener("input", ({ target }) => {
  if (target.form?.matches("[data-guard]")) dirty = target.form;
});
addEventListener("beforeunload", (event) => {
  if (!dirty) return;
  event.preventDefault();
  event.returnValue = true; // for browsers of before 2023
});

// A form is sent once; whoever stopped the answer may send it again.
const MOST_PATIENCE = 10000;
let patience;
let sent = null; // what was typed into it is not lost before the answer comes
const busy = (is) => {
  document.body.classList.toggle("is-busy", is);
  clearTimeout(patience);
  if (is) return;
  dirty ??= sent;
  sent = null;
};
const wait = () => {
  busy(true);
  patience = setTimeout(busy, MOST_PATIENCE, false);
};
// Where the page is by now, unless it was sent to, which no link can do again.
const stay = (next) => {
  if (next.value !== "/") next.value = location.pathname + location.search;
};
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method !== "post") return;
  if (document.body.matches(".is-busy")) return event.preventDefault();
  if (event.target === dirty) [sent, dirty] = [dirty, null];
  if (event.target.matches("[data-here]")) stay(event.target.elements.next);
  if (dirty) return; // leaving may still be thought better of
  wait();
});
// What takes long to come, as a report does, shows it meanwhile.
document.addEventListener("click", (event) => {
  const isElsewhere = event.ctrlKey || event.metaKey || event.shiftKey;
  if (event.target.closest("a[data-slow]") && !isElsewhere) wait();
});
document.addEventListener("submit", ({ target }) => target.matches("[data-slow]") && wait());
addEventListener("pageshow", () => busy(false));

// What htmx loads shows that it is at work; what it could not load is asked for as a page, which
// says what is wrong.
document.addEventListener("htmx:beforeRequest", () => busy(true));
document.addEventListener("htmx:afterRequest", () => busy(false));
const load = ({ detail }) => {
  if (detail.boosted) location.assign(detail.pathInfo.finalRequestPath);
  else detail.elt.submit();
};
document.addEventListener("htmx:responseError", load);
document.addEventListener("htmx:sendError", load);

// A field that is left empty needs no place in the address.
document.addEventListener("htmx:configRequest", ({ detail: { verb, formData } }) => {
  if (verb !== "get") return;
  for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
});

// Whoever pressed what is no longer there, or asked for another page, goes on from the number of
// results, or from what came.
document.addEventListener("htmx:afterSettle", ({ target, detail }) => {
  const isDone = document.activeElement === document.body || detail.requestConfig?.elt.closest(".pagination");
  if (isDone) (document.getElementById("count") ?? target).focus({ preventScroll: true });
});

// Escape hides the exact times until the next one is pointed at.
document.addEventListener("keydown", ({ key }) => {
  if (key === "Escape") document.body.classList.add("is-quiet");
});
for (const type of ["focusin", "pointerover"]) {
  document.addEventListener(type, () => document.body.classList.remove("is-quiet"));
}

// How many rows are chosen, and all of them at once.
const boxes = (bar) => [...bar.form.querySelectorAll(`[name="${bar.dataset.chosen}"]`)];
const say = (bar) => {
  const n = boxes(bar).filter((box) => box.checked).length;
  bar.value = n === 1 ? bar.dataset.one : bar.dataset.many.replace("{n}", n);
};
const sayAll = () => {
  document.querySelectorAll("output[data-chosen]").forEach(say);
  for (const box of document.querySelectorAll("[data-all]")) box.closest("label").hidden = false;
};
addEventListener("pageshow", sayAll);
document.addEventListener("htmx:afterSettle", sayAll);
document.addEventListener("renewed", sayAll);
document.addEventListener("change", ({ target }) => {
  const bar = target.form?.querySelector("output[data-chosen]");
  if (!bar) return;
  if (target.matches("[data-all]")) for (const box of boxes(bar)) box.checked = target.checked;
  say(bar);
});

// What is typed as a password can be looked at, until it is sent.
document.querySelectorAll("[data-shows]").forEach((button) => { button.parentElement.hidden = false; });
const show = (button, is) => {
  document.getElementById(button.dataset.shows).type = is ? "text" : "password";
  button.setAttribute("aria-pressed", is);
};
document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-shows]");
  if (button) show(button, button.getAttribute("aria-pressed") === "false");
});
document.addEventListener("submit", ({ target }) => {
  target.querySelectorAll("[data-shows]").forEach((button) => show(button, false));
});
