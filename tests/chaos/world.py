"""The people and films that the load begins with, put straight into MongoDB."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bson import ObjectId
from django.contrib.auth.hashers import make_password
from pymongo import MongoClient

PASSWORD = "a good password"
FILMS = 6
ROLES = ("Administrador", "Técnico", "Cliente")
# How much of what can be used once each administrator gets
ONCE = 12
CLIENTS = 4


@dataclass
class Person:
    """Somebody of the load, and what is theirs alone to change."""

    email: str
    rol: str
    films: list[ObjectId]
    clients: list[ObjectId] = field(default_factory=list)
    # Technicians, each used once: to give clients to, and to be deleted
    heirs: list[dict] = field(default_factory=list)
    leavers: list[tuple[dict, list[ObjectId]]] = field(default_factory=list)


class World:
    def __init__(self, client: MongoClient, people: int, seed: int):
        self.chance = random.Random(f"world {seed}")
        self.password = make_password(PASSWORD)
        self.users, self.films = [], [self._film(n) for n in range(FILMS)]
        self._user("root@example.org", "Administrador")
        self.people = [self._person(n) for n in range(people)]
        client.pialara.users.insert_many(self.users)
        client.sample_mflix.movies.insert_many(self.films)

    def _id(self) -> ObjectId:
        return ObjectId(self.chance.randbytes(12))

    def _film(self, n: int) -> dict:
        return {"_id": self._id(), "title": f"Film {n}", "num_mflix_comments": 0}

    def _user(self, email: str, rol: str, parent: str | None = None) -> dict:
        now = datetime.now(UTC)
        fixed = {"estado": "activo", "creado": now, "modificado": now, "accesos": 0}
        named = {"email": email, "nombre": email.partition("@")[0], "password": self.password}
        self.users.append({"_id": self._id(), **named, "rol": rol, "parent": parent, **fixed})
        return self.users[-1]

    def _person(self, n: int) -> Person:
        me = self._user(f"person{n}@example.org", ROLES[n % 3])
        person = Person(me["email"], me["rol"], [film["_id"] for film in self.films])
        parent = me["email"] if person.rol == "Técnico" else None
        if person.rol != "Cliente":
            person.clients = self._clients(f"client-of-{n}", parent)
        if person.rol == "Administrador":
            for m in range(ONCE):
                person.heirs.append(self._user(f"heir{n}-{m}@example.org", "Técnico"))
                leaver = self._user(f"leaver{n}-{m}@example.org", "Técnico")
                theirs = self._clients(f"client-of-leaver{n}-{m}", leaver["email"])
                person.leavers.append((leaver, theirs))
        return person

    def _clients(self, name: str, parent: str | None) -> list[ObjectId]:
        emails = [f"{name}-{m}@example.org" for m in range(CLIENTS)]
        return [self._user(email, "Cliente", parent)["_id"] for email in emails]
