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
        self._open = ""  # the select or textarea that we are in
        self._options = []  # of the select: each value, and whether it is chosen

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        name, value = attrs.get("name"), attrs.get("value") or ""
        if tag == "form":
            self.forms.append(Form(attrs.get("method", "get"), attrs.get("action", "")))
        elif tag in ("select", "textarea") and self.forms:
            self._open, self._options = name, []
            if tag == "textarea":
                self.forms[-1].fields.append((name, ""))
        elif tag == "option" and self._open:
            self._options.append((value, "selected" in attrs))
        elif tag == "input" and self.forms and name:
            self._input(attrs.get("type"), name, value, "checked" in attrs)

    def _input(self, kind: str, name: str, value: str, checked: bool):
        form = self.forms[-1]
        if kind == "file":
            form.files.append(name)
        elif kind == "password":
            form.passwords.append(name)
        elif kind not in ("checkbox", "radio") or checked:
            form.fields.append((name, value))

    def handle_data(self, data):
        if self._open and self.lasttag == "textarea":
            name, typed = self.forms[-1].fields[-1]
            self.forms[-1].fields[-1] = (name, typed + data)

    def handle_endtag(self, tag):
        if tag == "select" and self._open and self._options:
            chosen = [value for value, is_chosen in self._options if is_chosen]
            # Of a drop-down without a choice, browsers send the first one.
            values = chosen or [self._options[0][0]]
            self.forms[-1].fields += [(self._open, value) for value in values]
        if tag in ("select", "textarea"):
            self._open = ""


def posted_by(page: str, field: str = "") -> Form:
    """The first form of the page that posts, and has this `field` if one is named.

    Raises LookupError.
    """
    parser = _Forms()
    parser.feed(page)
    posting = (form for form in parser.forms if form.method == "post")
    found = next((form for form in posting if not field or field in form.data()), None)
    if found is None:
        raise LookupError(f"no form with {field} in: {page[-300:]}")
    return found
