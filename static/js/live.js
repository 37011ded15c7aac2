// An open page shows what others change: it asks, and changes only what differs, so that nobody loses
// their place, what is chosen or what has the focus.

const EVERY = 1500;

// Whatever has an id is known by it, all else by its place.
function renew(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  if (old.nodeType !== Node.ELEMENT_NODE) return void (old.nodeValue = fresh.nodeValue);
  for (const name of old.getAttributeNames()) if (!fresh.hasAttribute(name) && name !== "open") old.removeAttribute(name); // opened by its reader
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  const ids = new Set([...fresh.children].map(({ id }) => id));
  for (const child of [...old.children]) if (child.id && !ids.has(child.id)) child.remove();
  let place = old.firstChild;
  for (const child of [...fresh.childNodes]) {
    const isLike = (other) => other?.nodeName === child.nodeName && (other.id ?? "") === (child.id ?? "");
    const same = child.id ? [...old.children].find(isLike) : isLike(place) && place;
    if (!same) {
      old.insertBefore(child, place);
      continue;
    }
    if (same === place) place = place.nextSibling;
    else old.insertBefore(same, place);
    renew(same, child);
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}

// How many there are now that were not there, for who can't see it.
function tell({ dataset }, n) {
  const text = n === 1 ? dataset.one : dataset.many?.replace("{n}", n);
  if (n && text) document.getElementById(dataset.tell).textContent = `${new Date().toLocaleTimeString(document.documentElement.lang, { timeStyle: "short" })}: ${text}`;
}

const rows = (part) => [...part.querySelectorAll("[id]")].map(({ id }) => id);

async function ask(part) {
  const response = await fetch(part.dataset.address, { headers: { Seen: part.dataset.news } });
  if (response.redirected) delete part.dataset.news; // to log in
  if (response.redirected || response.status !== 200) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  if (!part.isConnected || !page.getElementById(part.id)) return;
  const known = new Set(rows(part));
  const hadFocus = part.contains(document.activeElement);
  for (const id of [part.id, ...(part.dataset.with?.split(" ") ?? [])]) renew(document.getElementById(id), page.getElementById(id));
  tell(part, rows(part).filter((id) => id.startsWith(part.dataset.each) && !known.has(id)).length);
  if (hadFocus && document.activeElement === document.body) part.focus({ preventScroll: true });
  htmx.process(part);
  document.dispatchEvent(new Event("renewed"));
}

const asking = new WeakSet();
setInterval(async () => {
  const part = document.querySelector("[data-news]");
  if (!part || document.hidden || asking.has(part)) return;
  asking.add(part);
  try {
    await ask(part);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // of fetch: there is no connection
  } finally {
    asking.delete(part);
  }
}, EVERY);
