"""What becomes of users: every change that has consequences for other documents or is told in the
audit log. The change, its consequences and its entry are one transaction.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from bson import ObjectId
from django.contrib.auth.hashers import make_password
from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from mflix import comments
from pialara_site.mongo import COLLATION, CONFIRMED, transaction

from . import audit, sessions
from .audit import Action, Actor, entry
from .models import User, birthday, normal
from .roles import Role, Status
from .users import (
    ACTIVE_ADMINISTRATOR,
    ACTIVE_TECHNICIAN,
    BY_NAME,
    ChangedMeanwhile,
    NoSuchUser,
    clients_of,
    fetch,
    hold,
    unchanged,
    users,
    version,
)


class EmailTaken(Exception):
    """Another user already has this email."""


class EmailLeft(Exception):
    """Somebody else's comments or clients are left under this email."""


class NoSuchTechnician(Exception):
    """There is no active technician with this email (any more)."""


class LastAdministrator(Exception):
    """Nobody would be left to administer."""


class _DeletedBefore(Exception):
    """An id was that of somebody else, whose history would be shown as the new user's."""


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
        **_stored(fields),
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
            return User.from_document(sent_before)
        if "_id" not in error.details["keyPattern"]:
            raise EmailTaken(doc["email"]) from error
        # The browser's Back button brought the form again, for somebody else.
        return create(fields, by, ip=ip, may_inherit=may_inherit)
    return User.from_document(doc)


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
    wanted = _stored(fields)

    def change(session):
        old = fetch(user_id, owner, session)
        new = {**old, **wanted}
        before, after = User.from_document(old), User.from_document(new)
        if after.rol != before.rol and not after.is_client:
            new["parent"] = after.parent = None
        fields_to_set = (*wanted, "parent")
        written = {f: new.get(f) for f in fields_to_set if old.get(f) != new.get(f)}
        if not written:  # also when the same form was sent before
            return before
        if seen and seen != version(before, fields):
            raise ChangedMeanwhile(before)
        changes = _changes(old, new, fields_to_set)
        has_new_email = normal(before.email) != normal(after.email)
        if has_new_email and not may_inherit and _is_left(new["email"], session):
            raise EmailLeft(new["email"])
        if _administers(before) and not _administers(after):
            _hold_another_administrator(user_id, session)
        technician = ""
        if "parent" in changes and new["parent"]:
            technician = _hold_technician(new["parent"], session)
        entries = [entry(by, Action.EDIT, old, changes, technician)] if changes else []
        if before.is_technician:
            if "rol" in changes:
                entries += _hand_over_clients(before, clients_to, by, session)
            elif "email" in changes:
                entries += _move_clients(before, new["email"], by, session)
        if changes.keys() & {"email", "nombre"}:
            comments.change_author(before.email, after.email, after.nombre, session)
        written["modificado"] = datetime.now(UTC)
        users.update_one({"_id": user_id}, {"$set": written}, session=session)
        if changes.keys() & {"rol", "estado"}:
            sessions.end_all([user_id], session=session)
        audit.record(entries, session)
        return after

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
        doc = fetch(user_id, owner, session)
        user = User.from_document(doc)
        if _administers(user):
            _hold_another_administrator(user_id, session)
        entries = [entry(by, Action.DELETE, doc)]
        if user.is_technician:
            entries += _hand_over_clients(user, clients_to, by, session)
        comments.forget_author(user.email, session)
        users.delete_one({"_id": user_id}, session=session)
        sessions.end_all([user_id], session=session)
        audit.record(entries, session)
        return user

    return transaction(remove)


def set_password(user: User, password: str, by: Actor, keep: str | None = None):
    """Give the user a new password and end their sessions, but the one whose key is `keep`.

    Raises NoSuchUser also when the password was changed since `user` was read: a link works once.
    """
    fresh = make_password(password)

    def change(session):
        fields = {"password": fresh, "modificado": datetime.now(UTC)}
        changed = users.update_one(unchanged(user), {"$set": fields}, session=session)
        if not changed.matched_count:
            raise NoSuchUser(user.pk)
        sessions.end_all([user.pk], keep=keep, session=session)
        audit.record([entry(by, Action.PASSWORD, _target(user))], session)

    transaction(change)
    user.password = fresh


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
        hold({"_id": by._id, **ACTIVE_ADMINISTRATOR}, NoSuchUser, session)
        parent = fields.get("parent")
        technician = _hold_technician(parent, session) if parent else ""
        entries, changed, refused = [], [], []
        wanted = {"_id": {"$in": user_ids}}
        for doc in users.find(wanted, sort=BY_NAME, collation=COLLATION, session=session):
            user = User.from_document(doc)
            if reason := refuse(user):
                refused.append((user, reason))
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


def _stored(fields: dict) -> dict:
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
    before, after = User.from_document(old), User.from_document(new)
    return {
        field: (old.get(field), new.get(field))
        for field in dict.fromkeys(fields)
        if getattr(before, field) != getattr(after, field)
    }


def _target(user: User) -> dict:
    return {"_id": user.pk, "email": user.email, "nombre": user.nombre}


def _administers(user: User) -> bool:
    return user.is_administrator and user.is_active


def _is_left(email: str, session: ClientSession) -> bool:
    """Are there clients or comments of somebody who had this email?"""
    theirs = {"rol": Role.CLIENTE, "parent": email}
    client = users.find_one(theirs, {"_id": 1}, collation=COLLATION, session=session)
    return client is not None or comments.count_by_author(email, session) > 0


def _hold_another_administrator(user_id: ObjectId, session: ClientSession):
    others = {"$ne": user_id, "$type": "objectId"}
    # Exactly one role: an array that holds it fits, too, but gives no rights.
    role = {"$eq": Role.ADMINISTRADOR, "$not": {"$type": "array"}}
    can_log_in = {"email": {"$gt": ""}, "password": {"$regex": "^[^!]"}}
    wanted = {**ACTIVE_ADMINISTRATOR, **can_log_in, "_id": others, "rol": role}
    hold(wanted, LastAdministrator, session)


def _hold_technician(email: str, session: ClientSession, besides: ObjectId | None = None) -> str:
    """Hold the active technician with this email, and return the name."""
    wanted = {"email": email, "_id": {"$ne": besides}, **ACTIVE_TECHNICIAN}
    held = hold(wanted, NoSuchTechnician, session, COLLATION)
    # Whose role or state is stored in another case is found too, but has no rights.
    if not (held.is_technician and held.is_active):
        raise NoSuchTechnician
    return held.nombre


def _hand_over_clients(
    technician: User, heir: str | None, by: Actor, session: ClientSession
) -> list[dict]:
    """Give the clients of a technician who leaves to the technician with the email `heir`."""
    name = _hold_technician(heir, session, technician.pk) if heir else ""
    return _move_clients(technician, heir or None, by, session, name)


def _move_clients(
    technician: User, to: str | None, by: Actor, session: ClientSession, name: str = ""
) -> list[dict]:
    """Give all clients of `technician` the parent `to`, who has that `name` if it is told.

    Returns the entries for the log.
    """
    if not technician.email:
        return []
    theirs = clients_of(technician)
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
