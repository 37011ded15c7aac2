"""The people to call for a client: `contactos`, embedded in the client's document.

A contact is named by its place in the array. Every change looks, in its transaction, whether the
contact at that place is still the one that was shown.
"""

import hashlib
import json

from bson import ObjectId
from pymongo.client_session import ClientSession

from pialara_site.mongo import transaction

from . import audit
from .audit import Action, Actor, entry
from .models import User
from .users import ChangedMeanwhile, fetch, users

FIELDS = ("nombre", "relacion", "telefono", "email", "principal")
MOST = 20


class TooManyContacts(Exception):
    """The client has MOST contacts already."""


def version(contact: dict) -> str:
    """A token that changes when anything of the contact changes."""
    return hashlib.sha256(json.dumps(contact, default=str).encode()).hexdigest()


def add(client_id: ObjectId, contact: dict, by: Actor, owner: User | None = None, *, _id: ObjectId):
    """Append a contact; when it is the principal one, no other stays it.

    `_id` is the id that the form was shown with: the same form sent twice adds one contact.
    `owner` limits it, as in the other functions, to a client of that technician. Raises NoSuchUser
    and TooManyContacts.
    """
    stored = {"$cond": [{"$isArray": "$contactos"}, "$contactos", []]}
    if contact["principal"]:
        is_object, second = {"$eq": [{"$type": "$$this"}, "object"]}, {"principal": False}
        stored = {
            "$map": {
                "input": stored,
                "in": {"$cond": [is_object, {"$mergeObjects": ["$$this", second]}, "$$this"]},
            }
        }
    appended = {"$concatArrays": [stored, [{"$literal": contact}]]}
    # Of the entry in the log, which stays, whatever becomes of the contact. The browser's Back
    # button may bring the form again for somebody else.
    entry_id = ObjectId(hashlib.sha256(f"{_id}{version(contact)}".encode()).digest()[:12])

    def change(session):
        doc = fetch(client_id, owner, session)
        there = User.from_document(doc).contactos
        if contact in there or audit.is_recorded(entry_id, session):
            return
        if len(there) >= MOST:
            raise TooManyContacts
        _write(doc, [{"$set": {"contactos": appended}}], by, session, entry_id)

    transaction(change)


def edit(
    client_id: ObjectId,
    place: int,
    contact: dict,
    by: Actor,
    seen: str,
    owner: User | None = None,
):
    """Replace the contact at `place`; when it becomes the principal one, no other stays it.

    Raises NoSuchUser, and ChangedMeanwhile when the contact there is not `seen`, a version().
    """

    def change(session):
        doc = fetch(client_id, owner, session)
        if User.from_document(doc).contactos[place : place + 1] == [contact]:
            return  # the form was sent before
        _check(doc, place, seen)
        values = {f"contactos.{place}": contact}
        if contact["principal"]:
            for other, value in enumerate(doc["contactos"]):
                if other != place and isinstance(value, dict):
                    values[f"contactos.{other}.principal"] = False
        _write(doc, {"$set": values}, by, session)

    transaction(change)


def remove(
    client_id: ObjectId,
    place: int,
    by: Actor,
    seen: str,
    owner: User | None = None,
    *,
    _id: ObjectId,
):
    """Take the contact at `place` away, once for each `_id`. Raises as edit() does."""

    def change(session):
        doc = fetch(client_id, owner, session)
        if audit.is_recorded(_id, session):
            return
        _check(doc, place, seen)
        # By its place: $pull of the contact itself takes every contact that says the same and more.
        emptied = {"$unset": {f"contactos.{place}": True}}
        users.update_one({"_id": client_id}, emptied, session=session)
        _write(doc, {"$pull": {"contactos": None}}, by, session, _id)

    transaction(change)


def _check(doc: dict, place: int, seen: str):
    client = User.from_document(doc)
    if place >= len(client.contactos) or version(client.contactos[place]) != seen:
        raise ChangedMeanwhile(client)


def _write(doc: dict, update, by: Actor, session: ClientSession, entry_id: ObjectId | None = None):
    users.update_one({"_id": doc["_id"]}, update, session=session)
    told = entry(by, Action.CONTACTS, doc, {"contactos": (None, None)})
    audit.record([{**told, "_id": entry_id or ObjectId()}], session)
