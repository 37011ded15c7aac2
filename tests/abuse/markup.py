"""Does a page hold anything that runs, or that leads or sends people elsewhere?"""

from html.parser import HTMLParser

NEVER = {"iframe", "object", "embed", "base", "style", "math", "template", "frame", "xss"}
ADDRESSES = {"href", "src", "action", "formaction", "data", "poster", "xlink:href"}
ADDRESSES |= {"hx-get", "hx-post", "hx-delete", "hx-put", "hx-patch"}
# Only these begin as other sites' may; the rest stays here.
MAPS = ("https://www.openstreetmap.org/", "https://www.imdb.com/")


class _Active(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag, attributes):
        told = dict(attributes)
        if tag in NEVER or (tag == "script" and not (told.get("src") or "").startswith("/static/")):
            self.found.append(f"<{tag}>")
        if tag == "meta" and "http-equiv" in told:
            self.found.append("<meta http-equiv>")
        self.found += [
            f"{tag} {name}={value}"
            for name, value in attributes
            if name.startswith(("on", "hx-on", "style"))
            or (name in ADDRESSES and _leads_away(tag, value or ""))
        ]


def _leads_away(tag: str, address: str) -> bool:
    plain = "".join(address.split()).lower()
    if plain.startswith(("tel:", "mailto:")) and tag == "a":
        return False
    if plain.startswith(MAPS) and tag == "a":
        return False
    if plain.startswith("https://m.media-amazon.com/") and tag == "img":
        return False
    begins = plain.split("/")[0].split("?")[0].split("#")[0]
    return ":" in begins or plain.startswith(("//", "/\\", "\\"))


def active(page: str) -> list[str]:
    """What of a page runs or leads away, as it stands there."""
    parser = _Active()
    parser.feed(page)
    parser.close()
    return parser.found
