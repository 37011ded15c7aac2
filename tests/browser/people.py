"""People at their browsers. They find things as people do: by what they are and are called.

Texts are given as the code has them (the singular where there is a plural), and looked for in the
person's language.
"""

import re

from django.utils import translation
from playwright.sync_api import Locator, Page, expect

from tests.mothers import PASSWORD

from .visitors import send
from .watch import STRUCTURE

REQUIRED = r"( \((required|hace falta)\))?"  # what a field's label ends with
ARROW = r"( [▲▼])?"  # what a sorted heading ends with


class Person:
    """Somebody with a mouse; `document` is theirs in the database, or None."""

    def __init__(self, page: Page, language: str, document: dict | None = None):
        self.page, self.language, self.document = page, language, document

    def words(self, text: str, /, **values) -> str:
        """The text in the person's language, in the plural that fits `n`."""
        with translation.override(self.language):
            if "n" in values:
                translated = translation.ngettext(text, text, values["n"])
            else:
                translated = translation.gettext(text)
        return translated % values if values else translated

    def name(self, text: str, /, **values) -> re.Pattern:
        """All of an accessible name, or how it begins when `text` ends with "…"."""
        begins = re.escape(self.words(text.removesuffix("…"), **values))
        return re.compile(f"^{begins}" if text.endswith("…") else f"^{begins}{REQUIRED}{ARROW}$")

    def the(self, role: str, name: str, /, **values) -> Locator:
        if role == "summary":  # a role that there is no word for
            return self.page.locator("summary", has_text=self.words(name, **values)).first
        return self.page.get_by_role(role, name=self.name(name, **values)).first

    # What they do

    def go(self, path: str):
        self.page.goto(path)

    def log_in(self):
        self.go("/login/")
        send(self.page, email=self.document["email"], password=PASSWORD)
        expect(self.the("button", "Log out")).to_be_visible()

    def press(self, role: str, name: str, /, **values):
        self.the(role, name, **values).click()

    def type(self, label: str, text: str, role: str = "textbox"):
        field = self.the(role, label)
        field.click()
        field.fill(text)

    def pick(self, label: str, option: str):
        """From a drop-down."""
        options = self.the("combobox", label).locator("option")
        label_of_option = options.filter(has_text=self.words(option)).first.text_content()
        self.the("combobox", label).select_option(label=label_of_option)

    def choose(self, group: str, option: str):
        """One of several buttons."""
        self.the("group", group).get_by_role("radio", name=self.name(option)).check()

    def tick(self, name: str, /, **values):
        self.the("checkbox", name, **values).check()

    def attach(self, label: str, *files: dict):
        with self.page.expect_file_chooser() as chooser:
            self.press("button", label)
        chooser.value.set_files(files)

    # What they notice

    def is_at(self, title: str, /, **values):
        """On a page with this heading, which has all that it needs."""
        heading = self.page.get_by_role("heading", level=1, name=self.name(title, **values))
        expect(heading).to_be_visible()
        self.page.wait_for_load_state()

    def is_told(self, text: str, /, **values):
        told = self.page.get_by_role("status").filter(has_text=self.words(text, **values))
        expect(told).to_be_visible()

    def counts(self, number: int):
        """In the line that says how many there are in a list."""
        expect(self.page.locator("#count")).to_have_text(re.compile(rf"^\s*{number}\b"))

    def sees(self, text: str, /, **values):
        wanted = self.words(text, **values)
        expect(self.page.get_by_role("main")).to_contain_text(wanted)

    def does_not_see(self, text: str, /, **values):
        wanted = self.words(text, **values)
        expect(self.page.get_by_role("main")).not_to_contain_text(wanted)


# What htmx marks while it changes the page. Nobody is fast enough to press a key meanwhile.
UNSETTLED = ".htmx-request, .htmx-swapping, .htmx-settling"

STOPS = 150  # more presses of Tab than anything should take


class KeyboardPerson(Person):
    """Somebody who has only Tab, Enter, Space, the arrows, and letters to type into fields."""

    def key(self, *keys: str):
        expect(self.page.locator(UNSETTLED)).to_have_count(0)
        for key in keys:
            self.page.keyboard.press(key)

    def tab_to(self, wanted: Locator, back: bool = False):
        """Press Tab until it has the focus, which is seen at every stop."""
        # A message takes the focus in the first frame. Nobody presses a key before they see it.
        self.page.evaluate("new Promise(requestAnimationFrame)")
        self.page.evaluate(STRUCTURE)
        self.page.evaluate("structure.rememberLooks()")
        focused, passed = wanted.and_(self.page.locator(":focus")), []
        for _ in range(STOPS):
            self.key("Shift+Tab" if back else "Tab")
            stop = self.page.evaluate("structure.focused()")
            if stop is None:
                passed.append("(outside of the page)")
                continue
            passed.append(stop["name"])
            assert not stop["faults"], stop["faults"]
            if focused.count():
                return
        raise AssertionError(f"Tab does not lead to {wanted}, only to:\n" + "\n".join(passed))

    def reach(self, role: str, name: str, /, **values) -> Locator:
        self.tab_to(self.the(role, name, **values))
        return self.page.locator(":focus")

    def press(self, role: str, name: str, /, **values):
        self.reach(role, name, **values)
        self.key("Enter" if role == "link" else "Space")

    def type(self, label: str, text: str, role: str = "textbox"):
        if self.reach(role, label).get_attribute("type") == "date":
            year, month, day = text.split("-")
            text = month + day + year  # as a Chromium in English has its parts
        else:
            self.key("Control+A")
        self.page.keyboard.type(text)

    def pick(self, label: str, option: str):
        field = self.reach("combobox", label)
        options, wanted = field.locator("option"), self.words(option)
        self.key("Home", *["ArrowDown"] * self._place(options.all_text_contents(), wanted))
        expect(options.and_(self.page.locator(":checked"))).to_contain_text(wanted)

    @staticmethod
    def _place(options: list[str], wanted: str) -> int:
        return next(place for place, option in enumerate(options) if wanted in option)

    def choose(self, group: str, option: str):
        buttons = self.the("group", group).get_by_role("radio")
        self.tab_to(buttons)
        wanted = self.the("group", group).get_by_role("radio", name=self.name(option))
        for _ in range(buttons.count()):
            if wanted.is_checked():
                return
            self.key("ArrowDown")
        expect(wanted).to_be_checked()

    def tick(self, name: str, /, **values):
        self.press("checkbox", name, **values)
        expect(self.page.locator(":focus")).to_be_checked()
