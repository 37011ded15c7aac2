"""The forms of a page, as a browser without JavaScript would send them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    method: str
    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    # Those that wait to be typed
    passwords: list[str] = field(default_factory=list)

    def data(self) -> dict[str, list[str]]:
        found = {}
        for name, value in self.fields:
            found.setdefault(name, []).append(value)
        return found


class _Forms(HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms = []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.forms.append(Form(attrs.get("method", "get"), attrs.get("action", "")))
        elif tag == "input" and self.forms and "name" in attrs:
            kinds = {"file": self.forms[-1].files, "password": self.forms[-1].passwords}
            kind = attrs.get("type")
            if kind in kinds:
                kinds[kind].append(attrs["name"])
            elif kind not in ("checkbox", "radio") or "checked" in attrs:
                self.forms[-1].fields.append((attrs["name"], attrs.get("value", "")))


def posted_by(page: str, field: str = "") -> Form:
    """The first form of the page that posts, and has this `field` if one is named."""
    parser = _Forms()
    parser.feed(page)
    posting = (form for form in parser.forms if form.method == "post")
    return next(form for form in posting if not field or field in form.data())
