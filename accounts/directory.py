"""The list of users, its counts and its export.

The queries are built by pure functions. A page of users is one query, and its total and all the
numbers beside its filters are another, which without words to look for reads the keys of one index
and the technicians.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from bson import ObjectId
from pymongo import ASCENDING, DESCENDING
from pymongo.errors import OperationFailure

from pialara_site import pages
from pialara_site.cache import cached
from pialara_site.changes import Topic
from pialara_site.letters import place
from pialara_site.mongo import COLLATION
from pialara_site.pages import Page
from pialara_site.pipelines import united

from .likeness import named_like
from .models import User, normal
from .roles import Role, Status
from .users import (
    ACTIVE,
    ACTIVE_TECHNICIAN,
    BY_NAME,
    KIND_INDEX,
    ONE_PARENT,
    users,
)

PER_PAGE = 25
SORTS = ("nombre", "email", "rol", "ultimo_acceso", "creado")
NO_TECHNICIAN = "none"

ROW = {"email": 1, "nombre": 1, "rol": 1, "estado": 1, "parent": 1, "ultimo_acceso": 1}
TECHNICIAN = {"email": 1, "nombre": 1}
KIND = ("rol", "estado", "parent")

NO_SUCH_HINT = 2
# More than a list brings with it, so that all of it comes in one answer.
ONE_BATCH = 10_000


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

    def technician(self, email: str) -> str:
        """Their name, or the email of who is no technician."""
        return self.technicians.get(email) or email


def order(sort: str) -> dict:
    """The $sort for `sort`, a field's name with "-" before it for descending."""
    direction = DESCENDING if sort.startswith("-") else ASCENDING
    name = sort.removeprefix("-")
    if name == "email":
        return {name: direction}  # nobody shares it, and its index ends there
    second = {"nombre": direction} if name == "rol" else {}
    return {name: direction, **second, "_id": direction}


def kinds_pipeline(q: str) -> list[dict]:
    """One row {kind: {rol, estado, parent}, n} per kind of user, then all technicians."""
    technicians = [{"$match": {"rol": Role.TECNICO}}, {"$project": TECHNICIAN}]
    kinds = [
        *([{"$match": named_like(q)}] if q else []),
        {"$group": {"_id": {name: f"${name}" for name in KIND}, "n": {"$sum": 1}}},
        {"$project": {"_id": 0, "kind": "$_id", "n": 1}},
    ]
    return united(users.name, kinds, technicians)


@cached(Topic.of(users))
def numbers(filters: Filters) -> Numbers:
    found = Numbers()
    for row in by_kind(kinds_pipeline(filters.q)):
        add(found, filters, row)
    found.technicians = in_order(found.technicians)
    return found


def in_order(technicians: dict[str, str]) -> dict[str, str]:
    """{email: name} by name, as kinds_pipeline() reads an index without a collation."""
    return dict(sorted(technicians.items(), key=lambda each: place(each[1])))


def by_kind(pipeline: list[dict]) -> list[dict]:
    """The rows of a pipeline that begins as kinds_pipeline() does."""
    try:
        return list(users.aggregate(pipeline, hint=KIND_INDEX, batchSize=ONE_BATCH))
    except OperationFailure as error:
        if error.code != NO_SUCH_HINT:
            raise
        # Somebody dropped the collection and with it the index; ensure_schema brings it back.
        return list(users.aggregate(pipeline, batchSize=ONE_BATCH))


def add(found: Numbers, filters: Filters, row: dict):
    """Add a row of kinds_pipeline(): so many users of a kind, or a technician's name."""
    if "kind" in row:
        _count(found, filters, User.from_document({"_id": None, **row["kind"]}), row["n"])
    else:
        found.technicians |= offered([row])


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


def read(page: Page, filters: Filters, sort: str) -> tuple[Page, list[User]]:
    """A page of the users that fit; `sort` is one of SORTS, with "-" for descending."""
    return read_page(page, filters.criteria(), sort, ROW)


def read_page(page: Page, wanted: dict, sort: str, fields: dict) -> tuple[Page, list[User]]:
    """A page of the users that fit `wanted`; `sort` is a field's name, with "-" for descending."""
    by = order(sort)
    shape = {"$project": {**fields, **dict.fromkeys(by, 1)}}
    page, found = pages.read(page, users, wanted, by, shape, collation=COLLATION)
    return page, [User.from_document(doc) for doc in found]


def export(filters: Filters, sort: str) -> Iterator[User]:
    """All users that fit `filters`, read as they are consumed."""
    fields = {**ROW, "sexo": 1, "fecha_nacimiento": 1, "creado": 1, "accesos": 1}
    found = users.find(filters.criteria(), fields, sort=order(sort), collation=COLLATION)
    return map(User.from_document, found)


def technicians() -> dict[str, str]:
    """{email: name} of the active technicians, by name."""
    return offered(
        users.find(
            ACTIVE_TECHNICIAN, TECHNICIAN, sort=BY_NAME, collation=COLLATION, batch_size=ONE_BATCH
        )
    )


def offered(docs) -> dict[str, str]:
    """{email: name} of those that have an email, as clients refer to their technician by it."""
    found = map(User.from_document, docs)
    return {technician.email: str(technician) for technician in found if technician.email}


def count_clients(technicians: list[str]) -> int:
    """How many clients they have, who have these emails."""
    theirs = {"rol": Role.CLIENTE, "parent": {"$in": technicians, **ONE_PARENT}}
    return users.count_documents(theirs, collation=COLLATION)


def chosen(user_ids: list[ObjectId]) -> tuple[list[User], dict[str, str]]:
    """These users by name, and the active technicians ({email: name})."""
    wanted = {"$or": [{"_id": {"$in": user_ids}}, ACTIVE_TECHNICIAN]}
    found = users.find(wanted, ROW, sort=BY_NAME, collation=COLLATION, batch_size=ONE_BATCH)
    people = [User.from_document(doc) for doc in found]
    active = {u.email: str(u) for u in people if u.is_technician and u.is_active and u.email}
    wanted_ids = set(user_ids)
    return [user for user in people if user.pk in wanted_ids], active
