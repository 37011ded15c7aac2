"""The users collection: finding one user, and what needs no entry in the audit log.

Changes with consequences are in lifecycle.py, one user with all that belongs to them in details.py,
lists and sums in directory.py, caseload.py and dashboard.py, contacts in contacts.py, watchlists in
watchlist.py, what people may download about themselves in own_data.py, imports in bulk.py;
sessions.py and audit.py read users along. No other module touches the collection.
"""

import hashlib
import json

from bson import ObjectId
from django.contrib.auth.hashers import make_password
from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.client_session import ClientSession
from pymongo.write_concern import WriteConcern

from pialara_site.mongo import COLLATION, pialara

from .models import User, normal
from .roles import Role, Status

users = pialara.users


def _index(*fields, **options) -> IndexModel:
    return IndexModel([(field, ASCENDING) for field in fields], collation=COLLATION, **options)


BY_NAME = [("nombre", ASCENDING)]
KIND_INDEX = "kind"
INDEXES = [
    _index("email", unique=True),
    _index("nombre", "_id"),
    _index("rol", "nombre", "_id"),
    _index("estado", "nombre", "_id"),
    _index("parent", "nombre", "_id"),
    _index("ultimo_acceso", "_id"),
    _index("creado", "_id"),
    IndexModel([("accesos", DESCENDING), ("_id", ASCENDING)], collation=COLLATION),
    # Not collated, so that its keys hold the texts: the counts read nothing else.
    IndexModel(
        [(field, ASCENDING) for field in ("rol", "estado", "parent", "nombre", "email")],
        name=KIND_INDEX,
    ),
]
# Only what decides who may do what; the rest is read defensively, whoever wrote it.
VALIDATOR = {
    "bsonType": "object",
    "properties": {
        "email": {"bsonType": "string"},
        "password": {"bsonType": "string"},
        "rol": {"enum": Role.values},
        "estado": {"enum": [*Status.values, None]},
        "parent": {"bsonType": ["string", "null"]},
    },
}

ACTIVE = {"$in": [Status.ACTIVO, None, ""]}  # a missing state means active
ACTIVE_ADMINISTRATOR = {"rol": Role.ADMINISTRADOR, "estado": ACTIVE}
# Whoever is stored with several parents is nobody's client.
ONE_PARENT = {"$not": {"$type": "array"}}
ACTIVE_TECHNICIAN = {"rol": Role.TECNICO, "estado": ACTIVE}


class NoSuchUser(Exception):
    """The user is not there (any more), or not the caller's to touch."""


class ChangedMeanwhile(Exception):
    """Somebody else changed the user since the form was shown; `user` is what is stored now."""

    def __init__(self, user: User):
        super().__init__(user.pk)
        self.user = user


def _user(doc: dict | None) -> User | None:
    return doc and User.from_document(doc)


# Finding one


def by_id(user_id: ObjectId) -> User | None:
    return _user(users.find_one({"_id": user_id}))


def by_email(email: str) -> User | None:
    """The user with this email, in whatever case.

    The collation overlooks invisible characters, too. Each such spelling of an email would have a
    count of attempts of its own, so only the plain one finds its user.
    """
    user = _user(users.find_one({"email": normal(email)}, collation=COLLATION))
    return user if user and normal(user.email) == normal(email) else None


def client_of(technician: User, client_id: ObjectId) -> User:
    """The client with this id. Raises NoSuchUser unless it is one of `technician`."""
    return _user(fetch(client_id, technician))


def owned(user_id: ObjectId, owner: User | None) -> dict:
    """The filter for a client of the technician `owner`; None means any user."""
    theirs = clients_of(owner) if owner else {}
    return {"_id": user_id, **theirs}


def clients_of(technician: User) -> dict:
    """The filter for the clients of a technician."""
    return {"rol": Role.CLIENTE, "parent": {"$eq": technician.email, **ONE_PARENT}}


def technician_of(client: User) -> User | None:
    if not client.parent:
        return None
    wanted = {"email": client.parent, "rol": Role.TECNICO}
    return _user(users.find_one(wanted, {"nombre": 1, "email": 1}, collation=COLLATION))


def any_exist() -> bool:
    return users.find_one({}, {"_id": 1}) is not None


def version(user: User, fields) -> str:
    """A token that changes when any of these fields of the user changes in the store."""
    values = {field: getattr(user, field) for field in sorted(fields)}
    return hashlib.sha256(json.dumps(values, default=str).encode()).hexdigest()


def unchanged(user: User) -> dict:
    """The filter for the user as long as the password is the one that was read."""
    known = [user.password, user.password.removeprefix("bcrypt")]
    return {"_id": user.pk, "password": {"$in": known if user.password else ["", None]}}


# Changing what no log tells of


def record_login(user: User):
    """Count a login and keep its time. The session, stored next, waits for a majority for both."""
    counted = {"$add": [{"$cond": [{"$isNumber": "$accesos"}, "$accesos", 0]}, 1]}
    users.with_options(write_concern=WriteConcern(w=1)).update_one(
        {"_id": user.pk}, [{"$set": {"ultimo_acceso": "$$NOW", "accesos": counted}}]
    )


def rehash(user: User, password: str) -> bool:
    """Store the same password under today's hash; False if it was changed in the meantime."""
    fresh = make_password(password)
    replaced = users.update_one(unchanged(user), {"$set": {"password": fresh}})
    # In memory too, or the session made from it would end at the next request.
    user.password = fresh
    return replaced.matched_count == 1


def set_preferences(user: User, preferences: dict):
    """Set these preferences, leaving others as they are."""
    is_object = {"$eq": [{"$type": "$preferences"}, "object"]}
    stored_ones = {"$cond": [is_object, "$preferences", {}]}
    merged = {"$mergeObjects": [stored_ones, {"$literal": preferences}]}
    users.update_one({"_id": user.pk}, [{"$set": {"preferences": merged}}])


# For transactions


def fetch(user_id: ObjectId, owner: User | None, session: ClientSession | None = None) -> dict:
    """The user's document, of a client of `owner` if one is given. Raises NoSuchUser."""
    doc = users.find_one(owned(user_id, owner), collation=COLLATION, session=session)
    if doc is None:
        raise NoSuchUser(user_id)
    return doc


def held(user_id: ObjectId, session: ClientSession) -> User:
    """The user, who stays like that until the transaction ends. Raises NoSuchUser."""
    return hold({"_id": user_id}, NoSuchUser, session)


def hold(wanted: dict, missing: type[Exception], session: ClientSession, collation=None) -> User:
    """Keep a user who fits `wanted` as they are until the transaction ends, or raise `missing`.

    A transaction reads a snapshot, so what it relies on could change behind its back; a write to
    that document makes two such transactions collide, and the driver repeats the later one.
    """
    lock = {"$set": {"lock": ObjectId()}}
    doc = users.find_one_and_update(wanted, lock, collation=collation, session=session)
    if doc is None:
        raise missing
    return User.from_document(doc)
