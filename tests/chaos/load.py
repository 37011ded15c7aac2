"""What the people of the load do, and what the site told them about it."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from http import HTTPStatus
from io import BytesIO

from bson import ObjectId
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from .browser import Browser, Page, Uncertain
from .world import PASSWORD, Person

# The site takes 10 comments a minute of one author; what is sent again may count twice.
COMMENT_EVERY = 13
THINKING_SECONDS = (0.05, 0.3)


class Outcome(Enum):
    DONE = auto()
    REFUSED = auto()
    UNKNOWN = auto()


@dataclass
class Write:
    """One change, and the `facts` (collection, filter) that are each true once if it is made."""

    what: str
    facts: list[tuple[str, dict]]
    outcome: Outcome = Outcome.UNKNOWN


def entry(action: str, target: ObjectId, **changes) -> tuple[str, dict]:
    """The fact that the audit log has such an entry."""
    told = {f"changes.{name}.new": value for name, value in changes.items()}
    return "pialara.audit_log", {"action": action, "target._id": target, **told}


@dataclass
class Journal:
    """All that happened, of all people."""

    requests: list = field(default_factory=list)
    writes: list[Write] = field(default_factory=list)
    # Answers that no page should give, as text
    surprises: list[str] = field(default_factory=list)


class Client(threading.Thread):
    """One person at a browser, from logging in until `stop`."""

    def __init__(self, person: Person, number: int, seed: int, browser: Browser, journal: Journal):
        super().__init__(name=person.email, daemon=True)
        self.person = person
        self.chance = random.Random(f"client {seed} {number}")
        self.browser = browser
        self.journal = journal
        self.stopping = threading.Event()
        self.next_comment = 0.0

    def run(self):
        actions = self._actions()
        undone = self.chance.sample(actions, len(actions))  # all of them once, at least
        self._do(self.log_in)
        while undone or not self.stopping.is_set():
            self._do(undone.pop() if undone else self.chance.choice(actions))
            time.sleep(self.chance.uniform(*THINKING_SECONDS))
        self._do(self.look)

    def _do(self, action: Callable[[], None]):
        try:
            action()
        except (AssertionError, LookupError, Uncertain) as error:
            self._surprise(f"{action.__name__}: {error!r}")

    def _actions(self) -> list[Callable[[], None]]:
        anybody = [self.look, self.look_around]
        if self.person.rol == "Administrador":
            return [*anybody, self.edit, self.add, self.add_taken, self.assign, self.remove]
        if self.person.rol == "Técnico":
            return [*anybody, self.edit, self.add, self.add_contact]
        return [*anybody, self.comment, self.comment_with_image, self.log_in]

    # Reading

    def log_in(self):
        self.browser.cookies.clear()
        form = self.browser.form("/login/?next=/profile/", "next").data()
        typed = {"email": self.person.email, "password": PASSWORD}
        page = self.browser.send("/login/", {**form, **typed})
        self._expect(page, HTTPStatus.FOUND)
        self.look()

    def look(self):
        """Is it still me who is logged in?"""
        page = self.browser.get("/profile/")
        if self._expect(page, HTTPStatus.OK) and self.person.email not in page.text:
            self._surprise("somebody else is logged in")

    def look_around(self):
        paths = {
            "Administrador": ["/users/", "/users/?rol=Cliente", "/audit/", "/dashboard/"],
            "Técnico": ["/clients/", "/"],
            "Cliente": ["/mflix/", "/me/", "/mflix/my-comments/"],
        }
        self._expect(self.browser.get(self.chance.choice(paths[self.person.rol])), HTTPStatus.OK)

    # Writing

    @property
    def path(self) -> str:
        return "/users/" if self.person.rol == "Administrador" else "/clients/"

    def edit(self):
        client = self.chance.choice(self.person.clients)
        name = f"name {self._unique()}"
        path = f"{self.path}{client}/edit/"
        form = self.browser.form(path, "version").data()
        self._write("edit", [entry("edit", client, nombre=name)], path, {**form, "nombre": name})

    def add(self, email: str = "", what: str = "add"):
        form = self.browser.form(f"{self.path}create/", "nombre").data()
        new = ObjectId(form["id"][0])
        typed = {"nombre": f"new {new}", "email": email or f"{new}@example.org"}
        facts = [entry("create", new), ("pialara.users", {"_id": new})]
        self._write(what, facts, f"{self.path}create/", {**form, **typed})

    def add_taken(self):
        self.add(email=self.person.email, what="add somebody whose email is taken")

    def assign(self):
        if not self.person.heirs:
            return
        heir = self.person.heirs.pop()["email"]
        facts = [entry("edit", client, parent=heir) for client in self.person.clients]
        ids = [str(client) for client in self.person.clients]
        token = self.browser.form("/users/", "csrfmiddlewaretoken").data()["csrfmiddlewaretoken"]
        form = {"action": "assign", "ids": ids, "parent": heir, "confirm": "on"}
        form["csrfmiddlewaretoken"] = token
        self._write("assign", facts, "/users/bulk/", form, HTTPStatus.OK)

    def remove(self):
        if not (self.person.heirs and self.person.leavers):
            return
        leaver, clients = self.person.leavers.pop()
        heir = self.person.heirs.pop()["email"]
        facts = [entry("delete", leaver["_id"])]
        facts += [entry("edit", client, parent=heir) for client in clients]
        path = f"/users/{leaver['_id']}/delete/"
        form = self.browser.form(path, "parent").data()
        self._write("remove", facts, path, {**form, "parent": heir})

    def add_contact(self):
        client = self.chance.choice(self.person.clients)
        name = f"contact {self._unique()}"
        path = f"/clients/{client}/contacts/create/"
        form = self.browser.form(path, "nombre").data()
        fact = ("pialara.users", {"_id": client, "contactos.nombre": name})
        self._write("contact", [fact], path, {**form, "nombre": name})

    def comment(self, files: dict | None = None):
        if time.monotonic() < self.next_comment:
            return
        self.next_comment = time.monotonic() + COMMENT_EVERY
        movie = self.chance.choice(self.person.films)
        form = self.browser.form(f"/mflix/movies/{movie}/", "text").data()
        new, text = ObjectId(form["id"][0]), f"comment {self._unique()}"
        facts = [("sample_mflix.comments", {"_id": new, "text": text, "email": self.person.email})]
        path = f"/mflix/movies/{movie}/comments/"
        if files:
            facts[0][1]["image"] = {"$type": "objectId"}
        self._write("comment", facts, path, {**form, "text": text}, files=files)

    def comment_with_image(self):
        file = BytesIO()
        colour = tuple(self.chance.randbytes(3))
        Image.new("RGB", (64, 64), colour).save(file, "PNG")
        self.comment({"image": SimpleUploadedFile("colour.png", file.getvalue(), "image/png")})

    def _write(self, what, facts, path, form, done=HTTPStatus.FOUND, files=None):
        write = Write(what, facts)
        self.journal.writes.append(write)
        page = self.browser.send(path, form, files)
        if page.status == done or (what == "remove" and page.status == HTTPStatus.NOT_FOUND):
            write.outcome = Outcome.DONE
        elif self._expect(page, HTTPStatus.OK):
            write.outcome = Outcome.REFUSED

    def _unique(self) -> str:
        return str(ObjectId(self.chance.randbytes(12)))

    def _expect(self, page: Page, status: HTTPStatus) -> bool:
        if page.status != status:
            self._surprise(f"{page.status} {page.location} {page.text[-300:]}")
        return page.status == status

    def _surprise(self, what: str):
        self.journal.surprises.append(f"{self.person.email}: {what}")
