"""The users collection: finding one user, and every change to users.

Lists and sums over many users are in directory.py, caseload.py and dashboard.py, the contacts of a
client in contacts.py, anybody's watchlist in watchlist.py, imports in bulk.py; sessions.py and
audit.py read users along. No other module touches the collection. A change that has consequences
for other documents, and its entry in the audit log, are one transaction.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime

from bson import ObjectId
from django.contrib.auth.hashers import make_password
from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError
from pymongo.write_concern import WriteConcern

from mflix import comments
from pialara_site.mongo import COLLATION, CONFIRMED, pialara, transaction

from . import audit, sessions
from .audit import Action, Actor, entry
from .models import User, birthday, normal
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


class EmailTaken(Exception):
    """Another user already has this email."""


class EmailLeft(Exception):
    """Somebody else's comments or clients are left under this email."""


class NoSuchUser(Exception):
    """The user is not there (any more), or not the caller's to touch."""


class NoSuchTechnician(Exception):
    """There is no active technician with this email (any more)."""


class LastAdministrator(Exception):
    """Nobody would be left to administer."""


class ChangedMeanwhile(Exception):
    """Somebody else changed the user since the form was shown; `user` is what is stored now."""

    def __init__(self, user: User):
        super().__init__(user.pk)
        self.user = user


class _DeletedBefore(Exception):
    """An id was that of somebody else, whose history would be shown as the new user's."""


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


def client_of(technician: User, client_id: ObjectId) -> User | None:
    """The client with this id, if it is one of `technician`."""
    return _user(users.find_one(owned(client_id, technician), collation=COLLATION))


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


def everything_about(user: User) -> dict:
    """All that is stored about a user, for that user: the document, sessions, comments, log."""
    pipeline = [
        {"$match": {"_id": user.pk}},
        {"$project": {"password": 0, "lock": 0}},
        {"$project": {"_id": 0, "user": "$$ROOT"}},
        {
            "$lookup": {
                "from": sessions.sessions.name,
                "localField": "user._id",
                "foreignField": "user_id",
                "pipeline": [{"$project": {"_id": 0, "user_id": 0, "data": 0}}],
                "as": "sessions",
            }
        },
        {
            "$lookup": {
                "from": audit.entries.name,
                "localField": "user._id",
                "foreignField": "target._id",
                # Others are told by name: their addresses, which clients have as `parent`, are
                # their own.
                "pipeline": [
                    {"$project": {"_id": 0, "at": 1, "action": 1, "changes": 1, "actor.nombre": 1}},
                    {"$unset": ["changes.parent.old", "changes.parent.new"]},
                ],
                "as": "audit_log",
            }
        },
    ]
    found = next(users.aggregate(pipeline), {})
    return {**found, "comments": comments.by_author(user.email)}


def version(user: User, fields) -> str:
    """A token that changes when any of these fields of the user changes in the store."""
    values = {field: getattr(user, field) for field in sorted(fields)}
    return hashlib.sha256(json.dumps(values, default=str).encode()).hexdigest()


# Logging in


def record_login(user: User):
    """Count a login and keep its time. The session, stored next, waits for a majority for both."""
    counted = {"$add": [{"$cond": [{"$isNumber": "$accesos"}, "$accesos", 0]}, 1]}
    users.with_options(write_concern=WriteConcern(w=1)).update_one(
        {"_id": user.pk}, [{"$set": {"ultimo_acceso": "$$NOW", "accesos": counted}}]
    )


def rehash(user: User, password: str) -> bool:
    """Store the same password under today's hash; False if it was changed in the meantime."""
    fresh = make_password(password)
    replaced = users.update_one(_unchanged(user), {"$set": {"password": fresh}})
    # In memory too, or the session made from it would end at the next request.
    user.password = fresh
    return replaced.matched_count == 1


# Changing


def _unchanged(user: User) -> dict:
    """The filter for the user as long as the password is the one that was read."""
    known = [user.password, user.password.removeprefix("bcrypt")]
    return {"_id": user.pk, "password": {"$in": known if user.password else ["", None]}}


def create(
    fields: dict,
    by: Actor | None = None,
    _id: ObjectId | None = None,
    ip: str = "",
    *,
    may_inherit: bool = False,
) -> User:
    """Store a new user; `fields` may hold a plain `password`, without one nobody can log in yet.

    `by` is who creates; None stands for the person who registers, from the address `ip`. `_id` is
    the id that the form was shown with: the same form sent twice makes one user. With `may_inherit`
    the user gets what is left under the email.

    Raises EmailTaken, EmailLeft and NoSuchTechnician.
    """
    now = datetime.now(UTC)
    doc = {
        "_id": _id or ObjectId(),
        **stored(fields),
        "email": normal(fields["email"]),
        "password": make_password(fields.get("password") or None),
        "parent": (fields["rol"] == Role.CLIENTE and fields.get("parent")) or None,
        "estado": fields.get("estado") or Status.ACTIVO,
        "creado": now,
        "modificado": now,
        "accesos": 0,
    }
    given = {field for field in fields if doc[field] is not None and doc[field] != ""}
    told = {field: (None, doc[field]) for field in sorted(given - {"password"})}

    def insert(session):
        technician = _hold_technician(doc["parent"], session) if doc["parent"] else ""
        users.insert_one(doc, session=session)
        # Not before: a form that was sent twice is to meet its user.
        if not may_inherit and _is_left(doc["email"], session):
            raise EmailLeft(doc["email"])
        if _id and audit.tells_of(_id, session):
            raise _DeletedBefore
        actor = by or Actor(doc["nombre"], doc["email"], doc["_id"], ip)
        audit.record([entry(actor, Action.CREATE, doc, told, technician)], session)

    try:
        transaction(insert)
    except _DeletedBefore:
        return create(fields, by, ip=ip, may_inherit=may_inherit)
    except DuplicateKeyError as error:
        # Which key is named first says nothing: on a member that has its data by an initial sync,
        # MongoDB compares the email before the id.
        there = users.with_options(read_concern=CONFIRMED)
        sent_before = there.find_one({"_id": doc["_id"]})
        if sent_before and not _changes(sent_before, doc, fields.keys() - {"password"}):
            return _user(sent_before)
        if "_id" not in error.details["keyPattern"]:
            raise EmailTaken(doc["email"]) from error
        # The browser's Back button brought the form again, for somebody else.
        return create(fields, by, ip=ip, may_inherit=may_inherit)
    return _user(doc)


def update(
    user_id: ObjectId,
    fields: dict,
    by: Actor,
    *,
    owner: User | None = None,
    seen: str | None = None,
    clients_to: str | None = None,
    may_inherit: bool = False,
) -> User:
    """Set `fields` of a user, with everything that follows from it, and return the user.

    `owner` limits it to a client of that technician. `seen` is the version() of these fields that
    the editor saw. When a technician becomes something else, their clients go to the technician
    with the email `clients_to`, or are left without one. With `may_inherit` the user gets what is
    left under a new email.

    Raises NoSuchUser, EmailTaken, EmailLeft, NoSuchTechnician, LastAdministrator and
    ChangedMeanwhile.
    """
    wanted = stored(fields)

    def change(session):
        old = fetch(user_id, owner, session)
        new = {**old, **wanted}
        if _user(new).rol != _user(old).rol and not _user(new).is_client:
            new["parent"] = None
        fields_to_set = (*wanted, "parent")
        written = {f: new.get(f) for f in fields_to_set if old.get(f) != new.get(f)}
        if not written:  # also when the same form was sent before
            return _user(old)
        if seen and seen != version(_user(old), fields):
            raise ChangedMeanwhile(_user(old))
        changes = _changes(old, new, fields_to_set)
        has_new_email = normal(_user(old).email) != normal(_user(new).email)
        if has_new_email and not may_inherit and _is_left(new["email"], session):
            raise EmailLeft(new["email"])
        if _administers(old) and not _administers(new):
            _hold_another_administrator(user_id, session)
        technician = ""
        if "parent" in changes and new["parent"]:
            technician = _hold_technician(new["parent"], session)
        entries = [entry(by, Action.EDIT, old, changes, technician)] if changes else []
        if _user(old).is_technician:
            if "rol" in changes:
                entries += _hand_over_clients(old, clients_to, by, session)
            elif "email" in changes:
                entries += _move_clients(old, new["email"], by, session)
        if changes.keys() & {"email", "nombre"}:
            author = _user(new)
            comments.change_author(_user(old).email, author.email, author.nombre, session)
        written["modificado"] = datetime.now(UTC)
        users.update_one({"_id": user_id}, {"$set": written}, session=session)
        if changes.keys() & {"rol", "estado"}:
            sessions.end_all([user_id], session=session)
        audit.record(entries, session)
        return _user(new)

    try:
        return transaction(change)
    except DuplicateKeyError as error:
        raise EmailTaken(fields["email"]) from error


def delete(
    user_id: ObjectId,
    by: Actor,
    *,
    owner: User | None = None,
    clients_to: str | None = None,
) -> User:
    """Remove a user and end their sessions; returns who it was.

    The clients of a technician go to the technician with the email `clients_to`, or are left
    without one. Raises NoSuchUser, NoSuchTechnician and LastAdministrator.
    """

    def remove(session):
        old = fetch(user_id, owner, session)
        if _administers(old):
            _hold_another_administrator(user_id, session)
        entries = [entry(by, Action.DELETE, old)]
        if _user(old).is_technician:
            entries += _hand_over_clients(old, clients_to, by, session)
        comments.forget_author(_user(old).email, session)
        users.delete_one({"_id": user_id}, session=session)
        sessions.end_all([user_id], session=session)
        audit.record(entries, session)
        return _user(old)

    return transaction(remove)


def set_password(user: User, password: str, by: Actor, keep: str | None = None):
    """Give the user a new password and end their sessions, but the one whose key is `keep`.

    Raises NoSuchUser also when the password was changed since `user` was read: a link works once.
    """
    fresh = make_password(password)

    def change(session):
        fields = {"password": fresh, "modificado": datetime.now(UTC)}
        changed = users.update_one(_unchanged(user), {"$set": fields}, session=session)
        if not changed.matched_count:
            raise NoSuchUser(user.pk)
        sessions.end_all([user.pk], keep=keep, session=session)
        audit.record([entry(by, Action.PASSWORD, _target(user))], session)

    transaction(change)
    user.password = fresh


def set_preferences(user: User, preferences: dict):
    """Set these preferences, leaving others as they are."""
    is_object = {"$eq": [{"$type": "$preferences"}, "object"]}
    stored_ones = {"$cond": [is_object, "$preferences", {}]}
    merged = {"$mergeObjects": [stored_ones, {"$literal": preferences}]}
    users.update_one({"_id": user.pk}, [{"$set": {"preferences": merged}}])


def record_link(user: User, by: Actor):
    """Enter into the log that a password link was mailed."""
    audit.record([entry(by, Action.LINK, _target(user))])


def change_many(
    user_ids: list[ObjectId], fields: dict, by: Actor, refuse: Callable[[User], str | None]
) -> tuple[int, list[tuple[User, str]]]:
    """Set the same `fields` (`estado` or `parent`) of many users at once.

    `refuse(user)` says why one of them can't be changed, or None. Returns how many were changed,
    and those that were not, each with the reason; users who are gone are in neither. Raises
    NoSuchTechnician, and NoSuchUser when the administrator who does it is none any more.
    """

    def change(session):
        # Who acts stays an active administrator, so one is left whatever happens to the others.
        _hold({"_id": by._id, **ACTIVE_ADMINISTRATOR}, NoSuchUser, session)
        parent = fields.get("parent")
        technician = _hold_technician(parent, session) if parent else ""
        entries, changed, refused = [], [], []
        wanted = {"_id": {"$in": user_ids}}
        for doc in users.find(wanted, sort=BY_NAME, collation=COLLATION, session=session):
            if reason := refuse(_user(doc)):
                refused.append((_user(doc), reason))
            else:
                changed.append(doc["_id"])
                changes = _changes(doc, {**doc, **fields}, fields)
                entries.append(entry(by, Action.EDIT, doc, changes, technician))
        now = datetime.now(UTC)
        users.update_many(
            {"_id": {"$in": changed}}, {"$set": {**fields, "modificado": now}}, session=session
        )
        if "estado" in fields:
            sessions.end_all(changed, session=session)
        audit.record(entries, session)
        return len(changed), refused

    return transaction(change)


# The parts of a change


def stored(fields: dict) -> dict:
    """A form's values as they are stored."""
    new = dict(fields)
    if "email" in new:
        new["email"] = normal(new["email"])
    if "fecha_nacimiento" in new:
        new["fecha_nacimiento"] = birthday(new["fecha_nacimiento"])
    return new


def _changes(old: dict, new: dict, fields) -> dict:
    """{field: (old value, new value)} of those `fields` that read differently afterwards.

    What a form fills in for a missing field is no change: no state and "activo" are the same.
    """
    before, after = _user(old), _user(new)
    return {
        field: (old.get(field), new.get(field))
        for field in dict.fromkeys(fields)
        if getattr(before, field) != getattr(after, field)
    }


def _target(user: User) -> dict:
    return {"_id": user.pk, "email": user.email, "nombre": user.nombre}


def _administers(doc: dict) -> bool:
    user = _user(doc)
    return user.is_administrator and user.is_active


def _is_left(email: str, session: ClientSession) -> bool:
    """Are there clients or comments of somebody who had this email?"""
    theirs = {"rol": Role.CLIENTE, "parent": email}
    client = users.find_one(theirs, {"_id": 1}, collation=COLLATION, session=session)
    return client is not None or comments.count_by_author(email, session) > 0


def fetch(user_id: ObjectId, owner: User | None, session: ClientSession) -> dict:
    """The document to be changed, of a client of `owner` if one is given. Raises NoSuchUser."""
    doc = users.find_one(owned(user_id, owner), collation=COLLATION, session=session)
    if doc is None:
        raise NoSuchUser(user_id)
    return doc


def held(user_id: ObjectId, session: ClientSession) -> User:
    """The user, who stays like that until the transaction ends. Raises NoSuchUser."""
    _hold({"_id": user_id}, NoSuchUser, session)
    return _user(fetch(user_id, None, session))


def _hold(wanted: dict, missing: type[Exception], session: ClientSession, collation=None) -> User:
    """Keep a user who fits `wanted` as they are until the transaction ends, or raise `missing`.

    A transaction reads a snapshot, so what it relies on could change behind its back; a write to
    that document makes two such transactions collide, and the driver repeats the later one.
    """
    held = users.find_one_and_update(
        wanted,
        {"$set": {"lock": ObjectId()}},
        projection={"nombre": 1, "rol": 1, "estado": 1},
        collation=collation,
        session=session,
    )
    if held is None:
        raise missing
    return _user(held)


def _hold_another_administrator(user_id: ObjectId, session: ClientSession):
    others = {"$ne": user_id, "$type": "objectId"}
    # Exactly one role: an array that holds it fits, too, but gives no rights.
    role = {"$eq": Role.ADMINISTRADOR, "$not": {"$type": "array"}}
    can_log_in = {"email": {"$gt": ""}, "password": {"$regex": "^[^!]"}}
    wanted = {**ACTIVE_ADMINISTRATOR, **can_log_in, "_id": others, "rol": role}
    _hold(wanted, LastAdministrator, session)


def _hold_technician(email: str, session: ClientSession, besides: ObjectId | None = None) -> str:
    """Hold the active technician with this email, and return the name."""
    wanted = {"email": email, "_id": {"$ne": besides}, **ACTIVE_TECHNICIAN}
    held = _hold(wanted, NoSuchTechnician, session, COLLATION)
    # Whose role or state is stored in another case is found too, but has no rights.
    if not (held.is_technician and held.is_active):
        raise NoSuchTechnician
    return held.nombre


def _hand_over_clients(
    technician: dict, heir: str | None, by: Actor, session: ClientSession
) -> list[dict]:
    """Give the clients of a technician who leaves to the technician with the email `heir`."""
    name = _hold_technician(heir, session, technician["_id"]) if heir else ""
    return _move_clients(technician, heir or None, by, session, name)


def _move_clients(
    technician: dict, to: str | None, by: Actor, session: ClientSession, name: str = ""
) -> list[dict]:
    """Give all clients of `technician` the parent `to`, who has that `name` if it is told.

    Returns the entries for the log.
    """
    email = _user(technician).email
    if not email:
        return []
    theirs = clients_of(_user(technician))
    fields = {"email": 1, "nombre": 1, "parent": 1}
    clients = list(users.find(theirs, fields, collation=COLLATION, session=session))
    users.update_many(
        {"_id": {"$in": [client["_id"] for client in clients]}},
        {"$set": {"parent": to, "modificado": datetime.now(UTC)}},
        session=session,
    )
    return [
        entry(by, Action.EDIT, client, {"parent": (client["parent"], to)}, name)
        for client in clients
    ]
