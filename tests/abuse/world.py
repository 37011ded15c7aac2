"""A small centre in which every person is marked, so that an answer tells whose data it shows.

Ana and Adán administer. Tomás looks after Clara and Carlos, Tania after Celia. Sonia is suspended
and Lola has logged out, but both of their browsers still send their cookies. All have written a
comment on the one film.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from bson import ObjectId
from django.test import Client
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts.models import User
from accounts.roles import Role
from accounts.users import users
from conftest import logged_in
from mflix.comments import comments
from mflix.tests.mothers import a_comment, a_movie, a_theater, an_attachment
from pialara_site import schema
from tests.commands import Command, recorder
from tests.mothers import a_document, stored

PEOPLE = {
    "ana": (Role.ADMINISTRADOR, None),
    "adan": (Role.ADMINISTRADOR, None),
    "tomas": (Role.TECNICO, None),
    "tania": (Role.TECNICO, None),
    "clara": (Role.CLIENTE, "tomas"),
    "carlos": (Role.CLIENTE, "tomas"),
    "celia": (Role.CLIENTE, "tania"),
    "sonia": (Role.CLIENTE, "tomas"),
    "lola": (Role.CLIENTE, "tania"),
}
MARK = re.compile(rf"(mail|name|condition|contact|hash|key)-({'|'.join(PEOPLE)})\b")

# Who asks; the last three are nobody to the site, whatever their cookie says.
CALLERS = {
    "admin": "ana",
    "tecnico": "tomas",
    "cliente": "clara",
    "anonymous": None,
    "suspended": "sonia",
    "logged out": "lola",
}
NOBODY = {"anonymous", "suspended", "logged out"}

WRITING = {"insert", "update", "delete", "findAndModify", "drop", "create", "renameCollection"}
# What the site keeps about visits, not about people; a dead session is thrown away, too.
BOOKKEEPING = {"sessions", "login_attempts"}


def mail(name: str) -> str:
    return f"mail-{name}@marked.example"


def _document(name: str) -> dict:
    rol, technician = PEOPLE[name]
    about = {
        "sexo": "X",
        "patologia": f"condition-{name}",
        "contactos": [
            {
                "nombre": f"contact-{name}",
                "relacion": "",
                "telefono": "600 000 000",
                "email": f"contact-{name}@marked.example",
                "principal": True,
            }
        ],
    }
    return a_document(
        email=mail(name),
        nombre=f"name-{name}",
        rol=rol.value,
        parent=technician and mail(technician),
        **(about if rol == Role.CLIENTE else {}),
    )


class World:
    def __init__(self):
        self.people: dict[str, User] = {name: stored(**_document(name)) for name in PEOPLE}
        movie = a_movie()
        self.movie = movie["_id"]
        a_theater()
        self.comments = {name: a_comment(movie, user)["_id"] for name, user in self.people.items()}
        self.image = an_attachment({"_id": self.comments["celia"]})
        self._browsers = {
            caller: logged_in(self.people[name]) if name else Client()
            for caller, name in CALLERS.items()
        }
        users.update_one({"_id": self.people["sonia"].pk}, {"$set": {"estado": "suspendido"}})
        self._log_out("logged out")
        self.nothing = ObjectId()
        self._kept = {each: list(each.find()) for each, _declared in schema.COLLECTIONS}

    def _log_out(self, caller: str):
        """End the session, but let the browser keep its cookie."""
        key = self._browsers[caller].cookies["sessionid"].value
        self._browsers[caller].post("/logout/")
        self._browsers[caller].cookies["sessionid"] = key

    def browser(self, caller: str, **options) -> Client:
        """A new browser with the cookie of the caller's session."""
        browser = Client(raise_request_exception=False, **options)
        if cookie := self._browsers[caller].cookies.get("sessionid"):
            browser.cookies["sessionid"] = cookie.value
        return browser

    def restore(self, *names: str):
        """Bring back everything as it was, or the collections of these names."""
        for collection, documents in self._kept.items():
            if not names or collection.name in names:
                collection.delete_many({})
                if documents:
                    collection.insert_many(documents)

    def changed(self) -> list[str]:
        """The collections that are not as they were, sessions and counted attempts aside."""
        return [
            collection.name
            for collection, documents in self._kept.items()
            if collection.name not in BOOKKEEPING and list(collection.find()) != documents
        ]

    def stored(self, name: str) -> list[dict]:
        """The documents that the collection of this name had."""
        return next(kept for each, kept in self._kept.items() if each.name == name)

    def changed_people(self) -> set[str]:
        """Those whose account or comment is not as it was; others have their email for a name."""
        names = {user.pk: name for name, user in self.people.items()}
        names |= {comment: name for name, comment in self.comments.items()}
        found = set()
        for collection in (users, comments):
            kept = {each["_id"]: each for each in self.stored(collection.name)}
            now = {each["_id"]: each for each in collection.find()}
            found |= {names[id_] for id_ in kept if id_ in names and kept[id_] != now.get(id_)}
        return found

    def values(self, parameter: str, caller: str) -> dict[str, object]:
        """What can stand for a parameter of a URL, by what it is to the caller."""
        people, me = self.people, CALLERS[caller]
        missing = {"nothing": self.nothing}
        if parameter in ("user_id", "client_id"):
            names = ("ana", "adan", "tania", "celia", "carlos")
            return {name: people[name].pk for name in names} | missing
        if parameter == "comment_id":
            mine = {"own": self.comments[me]} if me else {}
            return mine | {"another's": self.comments["celia"]} | missing
        return {
            "movie_id": {"film": self.movie} | missing,
            "attachment_id": {"image": self.image} | missing,
            "place": {"first": 0, "nothing": 7},
            "name": {"report": "years", "nothing": "nothing"},
            "uidb64": {"celia": urlsafe_base64_encode(force_bytes(str(people["celia"].pk)))},
            "token": {"wrong": "c0ffee-0123456789abcdef"},
        }[parameter]


@contextmanager
def writes() -> Iterator[list[Command]]:
    """What the block changes in the database, as the commands that do it."""
    found: list[Command] = []
    with recorder.during() as seen:
        yield found
    found += [each for each in seen if is_write(each)]


def is_write(command: Command) -> bool:
    if command.collection in BOOKKEEPING:
        return False
    stages = command.body.get("pipeline", ()) if command.name == "aggregate" else ()
    return command.name in WRITING or any({"$out", "$merge"} & stage.keys() for stage in stages)
