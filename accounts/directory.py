"""Many users at once: the lists, their counts, the export.

The queries are built by pure functions. A page of users is one query, and its total and all the
numbers beside its filters are another, which reads only the keys of one index.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from bson import ObjectId
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from pymongo import ASCENDING, DESCENDING
from pymongo.errors import OperationFailure

from . import audit, sessions
from .models import User, birthday, normal
from .roles import Role, Status
from .users import ACTIVE, ACTIVE_TECHNICIAN, COLLATION, KIND_INDEX, users

PER_PAGE = 25
SORTS = ("nombre", "email", "rol", "ultimo_acceso", "creado")
CLIENT_SORTS = ("nombre", "sexo", "fecha_nacimiento", "patologia", "ultimo_acceso")
NO_TECHNICIAN = "none"

ROW = {"email": 1, "nombre": 1, "rol": 1, "estado": 1, "parent": 1, "ultimo_acceso": 1}
CLIENT_ROW = dict.fromkeys(
    ("nombre", "estado", "sexo", "fecha_nacimiento", "patologia", "ultimo_acceso"), 1
)
TECHNICIAN = {"email": 1, "nombre": 1}
KIND = ("rol", "estado", "parent")

NO_SUCH_HINT = 2
# More than a list brings with it, so that all of it comes in one answer.
ONE_BATCH = 10_000
# How much the pages show of it
HISTORY = 20
# Of the technician's numbers: the first age of each group, and how many conditions and people
AGES = (0, 18, 40, 65, 80)
EARLIEST = datetime(2, 1, 1, tzinfo=UTC)
MOST_CONDITIONS = 8
LAST_SEEN = 5
AWAY_AFTER = timedelta(days=30)


class Attention(TextChoices):
    """Why a technician may want to look after a client."""

    INCOMPLETE = "incomplete", _("Without date of birth or condition")
    AWAY = "away", _("Not logged in for 30 days")

    def criteria(self) -> dict:
        """The find() filter."""
        if self == Attention.AWAY:
            # Also those who never were here.
            return {"ultimo_acceso": {"$not": {"$gte": datetime.now(UTC) - AWAY_AFTER}}}
        no_date = {"fecha_nacimiento": {"$not": {"$type": "date"}}}
        return {"$or": [no_date, {"patologia": {"$in": [None, ""]}}]}


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
class Numbers:
    """How many users fit the filters, and how many of each kind fit the other filters.

    `roles` and `states` are by value, `clients` by the technician's email ("" for none);
    `technicians` holds all their names by email.
    """

    total: int = 0
    roles: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    clients: Counter[str] = field(default_factory=Counter)
    technicians: dict[str, str] = field(default_factory=dict)


def _variants() -> dict[str, str]:
    """The letters of Western Europe with their accented forms: {"a": "aàáâ…"}.

    More of them would make the search slow: beyond Latin-1 a class of letters is no table any more.
    """
    found = defaultdict(str)
    for letter in map(chr, [*range(ord("a"), ord("z") + 1), *range(0xDF, 0x100)]):
        found[unicodedata.normalize("NFD", letter)[0]] += letter
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


def kinds_pipeline(q: str) -> list[dict]:
    """One row {kind: {rol, estado, parent}, n} per kind of user, then all technicians by name."""
    technicians = [
        {"$match": {"rol": Role.TECNICO}},
        {"$sort": {"nombre": ASCENDING, "_id": ASCENDING}},
        {"$project": TECHNICIAN},
    ]
    return [
        *([{"$match": named_like(q)}] if q else []),
        {"$group": {"_id": {name: f"${name}" for name in KIND}, "n": {"$sum": 1}}},
        {"$project": {"_id": 0, "kind": "$_id", "n": 1}},
        {"$unionWith": {"coll": users.name, "pipeline": technicians}},
    ]


def numbers(filters: Filters) -> Numbers:
    found = Numbers()
    for row in by_kind(kinds_pipeline(filters.q)):
        add(found, filters, row)
    return found


def by_kind(pipeline: list[dict]):
    """The rows of a pipeline that begins as kinds_pipeline() does."""
    try:
        return users.aggregate(pipeline, hint=KIND_INDEX, batchSize=ONE_BATCH)
    except OperationFailure as error:
        if error.code != NO_SUCH_HINT:
            raise
        # Somebody dropped the collection and with it the index; ensure_schema brings it back.
        return users.aggregate(pipeline, batchSize=ONE_BATCH)


def add(found: Numbers, filters: Filters, row: dict):
    """Add a row of kinds_pipeline(): so many users of a kind, or a technician's name."""
    if "kind" in row:
        _count(found, filters, User.from_document({"_id": None, **row["kind"]}), row["n"])
    else:
        found.technicians |= _offered([row])


def _count(found: Numbers, filters: Filters, kind: User, n: int):
    """Add `n` users of a kind to the numbers that they belong to."""
    parent = normal(kind.parent or "")
    wanted = "" if filters.parent == NO_TECHNICIAN else normal(filters.parent)
    of_rol = filters.rol in ("", kind.rol)
    of_estado = filters.estado in ("", kind.estado)
    of_parent = not filters.parent or (kind.is_client and parent == wanted)
    if of_estado and of_parent:
        found.roles[kind.rol] += n
    if of_rol and of_parent:
        found.states[kind.estado] += n
    if of_rol and of_estado and kind.is_client:
        found.clients[parent] += n
    if of_rol and of_estado and of_parent:
        found.total += n


def rows(filters: Filters, sort: str, start: int) -> list[User]:
    """A page of the users that fit; `sort` is one of SORTS, with "-" for descending."""
    return _page(filters.criteria(), ROW, sort, start)


def clients(technician: User, q: str, attention: str, sort: str, start: int) -> list[User]:
    """A page of a technician's clients; `sort` is one of CLIENT_SORTS, with "-" for descending."""
    return _page(clients_criteria(technician, q, attention), CLIENT_ROW, sort, start)


def count_clients(technician: User, q: str = "", attention: str = "") -> int:
    wanted = clients_criteria(technician, q, attention)
    return users.count_documents(wanted, collation=COLLATION)


def clients_criteria(technician: User, q: str = "", attention: str = "") -> dict:
    wanted = {"rol": Role.CLIENTE, "parent": technician.email}
    if q:
        wanted["nombre"] = {"$regex": pattern(q), "$options": "i"}
    if attention:
        wanted |= Attention(attention).criteria()
    return wanted


@dataclass(frozen=True)
class Caseload:
    """A technician's clients in numbers, and those who were here last.

    `attention`: {Attention: n}; `ages`: [(first age, n)] of the groups AGES; `conditions`: [(name,
    n)] of the most frequent ones.
    """

    total: int
    attention: dict[str, int]
    ages: list[tuple[int, int]]
    conditions: list[tuple[str, int]]
    last_seen: list[User]


def birth_boundaries(today: date) -> list[datetime]:
    """Where the births of each group of AGES begin, the oldest group first, and the end of all."""
    return [EARLIEST, *(birthday(_day_after_birthday(today, age)) for age in reversed(AGES))]


def _day_after_birthday(today: date, age: int) -> date:
    """Who was born before this day is at least so old."""
    try:
        return today.replace(year=today.year - age) + timedelta(days=1)
    except ValueError:  # today is 29 February, that year has none
        return date(today.year - age, 3, 1)


def caseload_pipeline(technician: User, births: list[datetime]) -> list[dict]:
    counted = {"$count": "n"}
    facets = {
        "total": [counted],
        **{each.value: [{"$match": each.criteria()}, counted] for each in Attention},
        # What is no date falls into the default's group.
        "ages": [
            {"$bucket": {"groupBy": "$fecha_nacimiento", "boundaries": births, "default": None}}
        ],
        "conditions": [
            {"$match": {"patologia": {"$type": "string", "$ne": ""}}},
            {"$group": {"_id": "$patologia", "n": {"$sum": 1}}},
            {"$sort": {"n": DESCENDING, "_id": ASCENDING}},
            {"$limit": MOST_CONDITIONS},
        ],
        "last_seen": [
            {"$match": {"ultimo_acceso": {"$type": "date"}}},
            {"$sort": {"ultimo_acceso": DESCENDING, "_id": ASCENDING}},
            {"$limit": LAST_SEEN},
        ],
    }
    return [
        {"$match": clients_criteria(technician)},
        {"$project": CLIENT_ROW},
        {"$facet": facets},
    ]


def caseload(technician: User) -> Caseload:
    births = birth_boundaries(datetime.now(UTC).date())
    found = next(users.aggregate(caseload_pipeline(technician, births), collation=COLLATION))

    def number(facet: str) -> int:
        return found[facet][0]["n"] if found[facet] else 0

    per_group = {row["_id"]: row["count"] for row in found["ages"]}
    by_age = [
        (age, per_group.get(start, 0)) for age, start in zip(reversed(AGES), births, strict=False)
    ]
    return Caseload(
        total=number("total"),
        attention={each: number(each.value) for each in Attention},
        ages=by_age[::-1],
        conditions=[(row["_id"], row["n"]) for row in found["conditions"]],
        last_seen=[User.from_document(doc) for doc in found["last_seen"]],
    )


def _page(wanted: dict, fields: dict, sort: str, start: int) -> list[User]:
    found = users.find(
        wanted,
        fields,
        sort=order(sort),
        skip=start,
        limit=PER_PAGE,
        collation=COLLATION,
    )
    return [User.from_document(doc) for doc in found]


def export(filters: Filters, sort: str) -> Iterator[User]:
    """All users that fit `filters`, read as they are consumed."""
    fields = {**ROW, "sexo": 1, "fecha_nacimiento": 1, "creado": 1, "accesos": 1}
    found = users.find(filters.criteria(), fields, sort=order(sort), collation=COLLATION)
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
    """A user with what belongs to them: their technician, how many clients, the last history.

    `sessions` is how many of theirs are open.
    """

    user: User
    technician: User | None
    clients: int
    sessions: int
    history: list[dict]
    technicians: dict[str, str]


def detail_pipeline(user_id: ObjectId, with_technicians: bool) -> list[dict]:
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
                "from": sessions.sessions.name,
                "localField": "_id",
                "foreignField": "user_id",
                "pipeline": [
                    {"$match": {"$expr": {"$gt": ["$expires", "$$NOW"]}}},
                    {"$count": "n"},
                ],
                "as": "sessions",
            }
        },
        {
            "$lookup": {
                "from": audit.entries.name,
                "localField": "_id",
                "foreignField": "target._id",
                "pipeline": [
                    {"$sort": {"at": -1, "_id": -1}},
                    {"$limit": HISTORY},
                    *audit.WITH_THOSE_THERE,
                ],
                "as": "history",
            }
        },
    ]
    if with_technicians:
        others = [
            {"$match": {**ACTIVE_TECHNICIAN, "_id": {"$ne": user_id}}},
            {"$sort": {"nombre": ASCENDING}},
            {"$project": TECHNICIAN},
        ]
        pipeline.append({"$lookup": {"from": users.name, "pipeline": others, "as": "technicians"}})
    return pipeline


def detail(user_id: ObjectId, with_technicians: bool = False) -> Detail | None:
    """One user for the administrator's pages, in one command.

    The active technicians ({email: name}, without the user) are for the forms that offer them.
    """
    pipeline = detail_pipeline(user_id, with_technicians)
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
        sessions=doc["sessions"][0]["n"] if doc["sessions"] else 0,
        history=doc["history"],
        technicians=_offered(doc.get("technicians", [])),
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
