"""Many users at once: the lists, their counts, the dashboard, the export.

The pipelines are built by pure functions. A page's list, its total and the counts beside its
filters come from one command: $unionWith lets each of them use an index of its own, which the
branches of a $facet can't; only what a search by name has found goes through a $facet.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from bson import ObjectId
from pymongo import ASCENDING, DESCENDING

from . import audit
from .models import User, text
from .roles import Role, Status
from .users import ACTIVE, ACTIVE_TECHNICIAN, COLLATION, normal, users

PER_PAGE = 25
SORTS = ("nombre", "email", "rol", "ultimo_acceso", "creado")
CLIENT_SORTS = ("nombre", "sexo", "fecha_nacimiento", "patologia")
NO_TECHNICIAN = "none"

ROW = {"email": 1, "nombre": 1, "rol": 1, "estado": 1, "parent": 1, "ultimo_acceso": 1}
CLIENT_ROW = {"nombre": 1, "sexo": 1, "fecha_nacimiento": 1, "patologia": 1}
TECHNICIAN = {"email": 1, "nombre": 1}

# More than a list brings with it, so that all of it comes in one answer.
ONE_BATCH = 10_000
# How much the pages show of it
HISTORY = 20
MONTHS = 12
MOST_ACTIVE = 5
MOST_CLIENTS = 10


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
    roles: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    clients: Counter[str] = field(default_factory=Counter)
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
    if name == "email":
        return {name: direction}  # nobody shares it, and its index ends there
    second = {"nombre": direction} if name == "rol" else {}
    return {name: direction, **second, "_id": direction}


def _count(name: str, value: str, wanted, criteria: dict) -> list[dict]:
    """One row {count_of, value, n}: how many of those who fit `criteria` have this `value`."""
    return [
        {"$match": {"$and": [criteria, {name: wanted}]}},
        {"$count": "n"},
        {"$set": {"count_of": name, "value": value}},
    ]


def _counts(filters: Filters) -> list[list[dict]]:
    """The pipelines of the counts for each filter with the others applied.

    Each value is counted by itself, as that reads only the keys of an index.
    """
    roles = replace(filters, rol="").criteria()
    states = replace(filters, estado="").criteria()
    clients = replace(filters, parent="").criteria()
    return [
        *(_count("rol", value, value, roles) for value in Role.values),
        _count("rol", "", {"$nin": Role.values}, roles),
        _count("estado", Status.ACTIVO, ACTIVE, states),
        _count("estado", Status.INACTIVO, Status.INACTIVO, states),
        _count("estado", Status.SUSPENDIDO, Status.SUSPENDIDO, states),
        [
            {"$match": {"$and": [clients, {"rol": Role.CLIENTE}]}},
            {"$group": {"_id": "$parent", "n": {"$sum": 1}}},
            {"$project": {"_id": 0, "count_of": "parent", "value": "$_id", "n": 1}},
        ],
    ]


def _union(pipeline: list[dict]) -> dict:
    return {"$unionWith": {"coll": users.name, "pipeline": pipeline}}


def listing_pipeline(filters: Filters, sort: str, page: int) -> list[dict]:
    """The rows of a page, followed by the counts for each filter, and all technicians."""
    sought = replace(filters, q="") if filters.q else filters
    rows = [
        {"$match": sought.criteria()},
        {"$sort": order(sort)},
        {"$skip": (page - 1) * PER_PAGE},
        {"$limit": PER_PAGE},
        {"$project": ROW},
    ]
    technicians = [
        {"$match": {"rol": Role.TECNICO}},
        {"$sort": {"nombre": ASCENDING, "_id": ASCENDING}},
        {"$project": {**TECHNICIAN, "technician": {"$literal": True}}},
    ]
    if not filters.q:
        return [*rows, *map(_union, _counts(sought)), _union(technicians)]
    # The search reads every name and email, so it is done once, and all the rest from its result.
    parts = {f"part{n}": part for n, part in enumerate([rows, *_counts(sought)])}
    return [
        {"$match": named_like(filters.q)},
        {"$project": {**ROW, "creado": 1}},
        {"$facet": parts},
        {"$project": {"row": {"$concatArrays": [f"${part}" for part in parts]}}},
        {"$unwind": "$row"},
        {"$replaceRoot": {"newRoot": "$row"}},
        _union(technicians),
    ]


def listing(filters: Filters, sort: str, page: int) -> Listing:
    """A page of the users that fit `filters`. `sort` is one of SORTS, with "-" for descending."""
    found = Listing([], 0)
    counts = {"rol": Counter(), "estado": Counter(), "parent": Counter()}
    pipeline = listing_pipeline(filters, sort, page)
    for row in users.aggregate(pipeline, collation=COLLATION, batchSize=ONE_BATCH):
        if "count_of" in row:
            counts[row["count_of"]][text(row.get("value"))] += row["n"]
        elif "technician" in row:
            found.technicians |= _offered([row])
        else:
            found.rows.append(User.from_document(row))
    found.roles, found.states, found.clients = counts["rol"], counts["estado"], counts["parent"]
    found.total = found.roles[filters.rol] if filters.rol else found.roles.total()
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
    by_name = [("nombre", ASCENDING)]
    return _offered(
        users.find(
            ACTIVE_TECHNICIAN, TECHNICIAN, sort=by_name, collation=COLLATION, batch_size=ONE_BATCH
        )
    )


def _offered(docs) -> dict[str, str]:
    """{email: name} of those that have an email, as clients refer to their technician by it."""
    found = map(User.from_document, docs)
    return {technician.email: str(technician) for technician in found if technician.email}


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
    # Without an email, and without a parent, $lookup joins those who lack one too.
    has_clients = doc["clients"] and user.is_technician and user.email
    has_technician = doc["technician"] and user.parent
    return Detail(
        user=user,
        technician=User.from_document(doc["technician"][0]) if has_technician else None,
        clients=doc["clients"][0]["n"] if has_clients else 0,
        history=doc["history"],
        technicians=_offered(doc["technicians"]),
    )


def chosen(user_ids: list[ObjectId]) -> tuple[list[User], dict[str, str]]:
    """These users by name, and the active technicians ({email: name})."""
    wanted = {"$or": [{"_id": {"$in": user_ids}}, ACTIVE_TECHNICIAN]}
    by_name = [("nombre", ASCENDING)]
    found = users.find(wanted, ROW, sort=by_name, collation=COLLATION, batch_size=ONE_BATCH)
    people = [User.from_document(doc) for doc in found]
    offered = {u.email: str(u) for u in people if u.is_technician and u.is_active and u.email}
    wanted_ids = set(user_ids)
    return [user for user in people if user.pk in wanted_ids], offered


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
    # An array that holds a date fits the $gte below, but is no date.
    signed_up = {"$convert": {"input": "$creado", "to": "date", "onError": None}}
    kinds = {"rol": "$rol", "estado": "$estado", "parent": "$parent"}
    facets = {
        "kinds": [{"$group": {"_id": kinds, "n": {"$sum": 1}}}],
        "months": [
            {"$match": {"creado": {"$gte": months[0]}}},
            {
                "$group": {
                    "_id": {"$dateTrunc": {"date": signed_up, "unit": "month"}},
                    "n": {"$sum": 1},
                }
            },
        ],
        "active": [
            {"$match": {"accesos": {"$gt": 0}}},
            {"$sort": {"accesos": DESCENDING, "_id": ASCENDING}},
            {"$limit": MOST_ACTIVE},
        ],
        "technicians": [{"$match": {"rol": Role.TECNICO}}, {"$project": TECHNICIAN}],
    }
    fields = dict.fromkeys(("nombre", "email", "rol", "estado", "creado", "accesos", "parent"), 1)
    found = next(users.aggregate([{"$project": fields}, {"$facet": facets}]))
    per_month = {row["_id"]: row["n"] for row in found["months"]}
    roles, states, clients = Counter(), Counter(), Counter()
    for row in found["kinds"]:
        kind = {field: text(row["_id"].get(field)) for field in kinds}
        roles[kind["rol"]] += row["n"]
        states[kind["estado"] or Status.ACTIVO] += row["n"]
        if kind["rol"] == Role.CLIENTE:
            clients[normal(kind["parent"])] += row["n"]
    unassigned = clients.pop("", 0)
    names = {normal(email): name for email, name in _offered(found["technicians"]).items()}
    return {
        "total": roles.total(),
        "roles": roles,
        "states": states,
        "months": [(month.date(), per_month.get(month, 0)) for month in months],
        "active": [User.from_document(doc) for doc in found["active"]],
        "technicians": [
            (names.get(email, email), n) for email, n in clients.most_common(MOST_CLIENTS)
        ],
        "unassigned": unassigned,
    }
