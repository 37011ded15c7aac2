"""Many users at once: the lists, their counts, the dashboard, the export.

The pipelines are built by pure functions. A page's list, its total and the counts beside its
filters come from one command: $unionWith lets each of them use an index of its own, which the
branches of a $facet can't.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from bson import ObjectId
from pymongo import ASCENDING, DESCENDING

from . import audit
from .models import User
from .roles import Role, Status
from .users import ACTIVE, ACTIVE_TECHNICIAN, COLLATION, users

PER_PAGE = 25
SORTS = ("nombre", "email", "rol", "ultimo_acceso", "creado")
CLIENT_SORTS = ("nombre", "sexo", "fecha_nacimiento", "patologia")
NO_TECHNICIAN = "none"

ROW = {"email": 1, "nombre": 1, "rol": 1, "estado": 1, "parent": 1, "ultimo_acceso": 1}
CLIENT_ROW = {"nombre": 1, "sexo": 1, "fecha_nacimiento": 1, "patologia": 1}
TECHNICIAN = {"_id": 0, "email": 1, "nombre": 1}

HISTORY = 20
MONTHS = 12


@dataclass(frozen=True)
class Filters:
    """What the list of users is narrowed to; an empty text is no filter."""

    q: str = ""
    rol: str = ""
    estado: str = ""
    parent: str = ""

    def criteria(self) -> dict:
        """The find() filter."""
        wanted = {}
        if self.rol:
            wanted["rol"] = self.rol
        if self.estado:
            wanted["estado"] = ACTIVE if self.estado == Status.ACTIVO else self.estado
        if self.parent:
            # Given both, a role other than Cliente and a technician, nobody fits.
            wanted["$and"] = [{"rol": Role.CLIENTE}]
            wanted["parent"] = {"$in": [None, ""]} if self.parent == NO_TECHNICIAN else self.parent
        if self.q:
            wanted |= named_like(self.q)
        return wanted


@dataclass
class Listing:
    """A page of a list: `rows`, the `total` in all pages, and the numbers beside the filters."""

    rows: list[User]
    total: int
    roles: dict[str, int] = field(default_factory=dict)
    states: dict[str, int] = field(default_factory=dict)
    clients: dict[str | None, int] = field(default_factory=dict)
    technicians: dict[str, str] = field(default_factory=dict)


def _variants() -> dict[str, str]:
    """Every Latin letter with its accented forms: {"a": "aàáâ…"}."""
    found = defaultdict(str)
    for letter in map(chr, range(ord("A"), 0x250)):
        base = unicodedata.normalize("NFD", letter)[0].lower()
        if base.isascii() and base.isalpha():
            found[base] += letter
    return found


_VARIANTS = _variants()


def pattern(part: str) -> str:
    """A regular expression for `part` in a text, blind to accents; run it with the option i."""
    plain = unicodedata.normalize("NFD", part.lower())
    letters = (letter for letter in plain if not unicodedata.combining(letter))
    return "".join(
        f"[{_VARIANTS[letter]}]\\p{{M}}*" if letter in _VARIANTS else re.escape(letter)
        for letter in letters
    )


def named_like(part: str) -> dict:
    like = {"$regex": pattern(part), "$options": "i"}
    return {"$or": [{"nombre": like}, {"email": like}]}


def order(sort: str) -> dict:
    """The $sort for `sort`, a field's name with "-" before it for descending."""
    direction = DESCENDING if sort.startswith("-") else ASCENDING
    name = sort.removeprefix("-")
    second = {"nombre": direction} if name == "rol" else {}
    return {name: direction, **second, "_id": direction}


def _counts(name: str, criteria: dict) -> dict:
    """A stage that adds one row {count_of, value, n} per value of the field `name`."""
    return {
        "$unionWith": {
            "coll": users.name,
            "pipeline": [
                {"$match": criteria},
                {"$group": {"_id": f"${name}", "n": {"$sum": 1}}},
                {"$project": {"_id": 0, "count_of": name, "value": "$_id", "n": 1}},
            ],
        }
    }


def listing_pipeline(filters: Filters, sort: str, page: int) -> list[dict]:
    """The rows of a page, followed by the counts for each filter with the others applied."""
    clients = {**replace(filters, parent="").criteria(), "$and": [{"rol": Role.CLIENTE}]}
    return [
        {"$match": filters.criteria()},
        {"$sort": order(sort)},
        {"$skip": (page - 1) * PER_PAGE},
        {"$limit": PER_PAGE},
        {"$project": ROW},
        _counts("rol", replace(filters, rol="").criteria()),
        _counts("estado", replace(filters, estado="").criteria()),
        _counts("parent", clients),
        {
            "$unionWith": {
                "coll": users.name,
                "pipeline": [
                    {"$match": {"rol": Role.TECNICO}},
                    {"$sort": {"nombre": ASCENDING, "_id": ASCENDING}},
                    {"$project": {**TECHNICIAN, "technician": {"$literal": True}}},
                ],
            }
        },
    ]


def listing(filters: Filters, sort: str, page: int) -> Listing:
    """A page of the users that fit `filters`. `sort` is one of SORTS, with "-" for descending."""
    found = Listing([], 0)
    counts = {"rol": defaultdict(int), "estado": defaultdict(int), "parent": defaultdict(int)}
    for row in users.aggregate(listing_pipeline(filters, sort, page), collation=COLLATION):
        if "count_of" in row:
            counts[row["count_of"]][row.get("value") or None] += row["n"]
        elif "technician" in row:
            found.technicians[row.get("email")] = row.get("nombre") or row.get("email")
        else:
            found.rows.append(User.from_document(row))
    counts["estado"][Status.ACTIVO] += counts["estado"].pop(None, 0)
    found.roles, found.states, found.clients = counts["rol"], counts["estado"], counts["parent"]
    found.total = found.roles[filters.rol] if filters.rol else sum(found.roles.values())
    return found


def clients_pipeline(technician: User, q: str, sort: str, page: int) -> list[dict]:
    theirs = {"rol": Role.CLIENTE, "parent": technician.email}
    if q:
        theirs["nombre"] = {"$regex": pattern(q), "$options": "i"}
    return [
        {"$match": theirs},
        {"$sort": order(sort)},
        {"$skip": (page - 1) * PER_PAGE},
        {"$limit": PER_PAGE},
        {"$project": CLIENT_ROW},
        {
            "$unionWith": {
                "coll": users.name,
                "pipeline": [{"$match": theirs}, {"$count": "total"}],
            }
        },
    ]


def clients(technician: User, q: str, sort: str, page: int) -> Listing:
    """A page of a technician's clients. `sort` is one of CLIENT_SORTS, with "-" for descending."""
    pipeline = clients_pipeline(technician, q, sort, page)
    found = list(users.aggregate(pipeline, collation=COLLATION))
    total = found.pop()["total"] if found and "total" in found[-1] else 0
    return Listing([User.from_document(row) for row in found], total)


def export(filters: Filters, sort: str) -> Iterator[User]:
    """All users that fit `filters`, read as they are consumed."""
    fields = {**ROW, "sexo": 1, "fecha_nacimiento": 1, "creado": 1, "accesos": 1}
    found = users.find(
        filters.criteria(), fields, sort=list(order(sort).items()), collation=COLLATION
    )
    return map(User.from_document, found)


def technicians() -> dict[str, str]:
    """{email: name} of the active technicians, by name."""
    found = users.find(
        ACTIVE_TECHNICIAN, TECHNICIAN, sort=[("nombre", ASCENDING)], collation=COLLATION
    )
    return {doc["email"]: doc.get("nombre") or doc["email"] for doc in found}


@dataclass
class Detail:
    """A user with what belongs to them: their technician, how many clients, the last history."""

    user: User
    technician: User | None
    clients: int
    history: list[dict]
    technicians: dict[str, str]


_NO_ONE = {"$expr": False}


def detail(user_id: ObjectId, with_technicians: bool = False) -> Detail | None:
    """One user for the administrator's pages, in one command.

    The active technicians ({email: name}, without the user) are for the forms that offer them.
    """
    offered = ACTIVE_TECHNICIAN if with_technicians else _NO_ONE
    pipeline = [
        {"$match": {"_id": user_id}},
        {
            "$lookup": {
                "from": users.name,
                "localField": "parent",
                "foreignField": "email",
                "pipeline": [{"$match": {"rol": Role.TECNICO}}],
                "as": "technician",
            }
        },
        {
            "$lookup": {
                "from": users.name,
                "localField": "email",
                "foreignField": "parent",
                "pipeline": [{"$match": {"rol": Role.CLIENTE}}, {"$count": "n"}],
                "as": "clients",
            }
        },
        {
            "$lookup": {
                "from": audit.entries.name,
                "localField": "_id",
                "foreignField": "target._id",
                "pipeline": [{"$sort": {"at": -1, "_id": -1}}, {"$limit": HISTORY}],
                "as": "history",
            }
        },
        {
            "$lookup": {
                "from": users.name,
                "pipeline": [
                    {"$match": {**offered, "_id": {"$ne": user_id}}},
                    {"$sort": {"nombre": ASCENDING}},
                    {"$project": TECHNICIAN},
                ],
                "as": "technicians",
            }
        },
    ]
    doc = next(users.aggregate(pipeline, collation=COLLATION), None)
    if doc is None:
        return None
    user = User.from_document(doc)
    counted = doc["clients"][0]["n"] if doc["clients"] and user.is_technician else 0
    return Detail(
        user=user,
        technician=User.from_document(doc["technician"][0]) if doc["technician"] else None,
        clients=counted,
        history=doc["history"],
        technicians={t["email"]: t.get("nombre") or t["email"] for t in doc["technicians"]},
    )


def chosen(user_ids: list[ObjectId]) -> tuple[list[User], dict[str, str]]:
    """These users by name, and the active technicians ({email: name})."""
    wanted = {"$or": [{"_id": {"$in": user_ids}}, ACTIVE_TECHNICIAN]}
    found = users.find(wanted, ROW, sort=[("nombre", ASCENDING)], collation=COLLATION)
    people = [User.from_document(doc) for doc in found]
    offered = {u.email: str(u) for u in people if u.is_technician and u.is_active}
    return [user for user in people if user.pk in user_ids], offered


def dashboard() -> dict:
    """The administrator's numbers, from one $facet.

    `roles`, `states`: {value: n}; `months`: [(first day, sign-ups)], MONTHS of them; `active`: the
    users with most logins; `technicians`: [(name, clients)]; `unassigned`: clients without one.
    """
    now = datetime.now(UTC)
    first = now.year * 12 + now.month - MONTHS
    months = [
        datetime((first + n) // 12, (first + n) % 12 + 1, 1, tzinfo=UTC) for n in range(MONTHS)
    ]
    per_value = {"_id": None, "n": {"$sum": 1}}
    facets = {
        "roles": [{"$group": {**per_value, "_id": "$rol"}}],
        "states": [{"$group": {**per_value, "_id": {"$ifNull": ["$estado", Status.ACTIVO]}}}],
        "months": [
            {"$match": {"creado": {"$gte": months[0]}}},
            {"$group": {**per_value, "_id": {"$dateTrunc": {"date": "$creado", "unit": "month"}}}},
        ],
        "active": [
            {"$match": {"accesos": {"$gt": 0}}},
            {"$sort": {"accesos": DESCENDING, "_id": ASCENDING}},
            {"$limit": 5},
        ],
        "technicians": [
            {"$match": {"rol": Role.CLIENTE, "parent": {"$nin": [None, ""]}}},
            {"$group": {**per_value, "_id": "$parent"}},
            {"$sort": {"n": DESCENDING, "_id": ASCENDING}},
            {"$limit": 10},
            {
                "$lookup": {
                    "from": users.name,
                    "localField": "_id",
                    "foreignField": "email",
                    "as": "technician",
                }
            },
            {"$set": {"nombre": {"$first": "$technician.nombre"}}},
        ],
        "unassigned": [
            {"$match": {"rol": Role.CLIENTE, "parent": {"$in": [None, ""]}}},
            {"$count": "n"},
        ],
    }
    fields = dict.fromkeys(("nombre", "email", "rol", "estado", "creado", "accesos", "parent"), 1)
    found = next(users.aggregate([{"$project": fields}, {"$facet": facets}], collation=COLLATION))
    per_month = {row["_id"]: row["n"] for row in found["months"]}
    roles = {row["_id"]: row["n"] for row in found["roles"]}
    return {
        "total": sum(roles.values()),
        "roles": roles,
        "states": {row["_id"]: row["n"] for row in found["states"]},
        "months": [(month, per_month.get(month, 0)) for month in months],
        "active": [User.from_document(doc) for doc in found["active"]],
        "technicians": [
            (row.get("nombre") or row["_id"], row["n"]) for row in found["technicians"]
        ],
        "unassigned": found["unassigned"][0]["n"] if found["unassigned"] else 0,
    }
