"""The people to call for a client: `contactos`, embedded in the client's document.

A contact is named by its place in the array. Every change looks, in its transaction, where the
contact that was shown is by now.
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
        contacts = {"$concatArrays": [_others(contact), {"$literal": [contact]}]}
        _write(doc, contacts, by, session, entry_id)

    transaction(change)


def edit(
    client_id: ObjectId,
    place: int,
    contact: dict,
    by: Actor,
    seen: str,
    owner: User | None = None,
):
    """Change the contact shown at `place`; when it becomes the principal one, no other stays it.

    What others have stored of it besides stays. Raises NoSuchUser, and ChangedMeanwhile when no
    contact is as `seen`, a version(), any more.
    """

    def change(session):
        doc = fetch(client_id, owner, session)
        client = User.from_document(doc)
        there, now = client.contactos, _place(client.contactos, place, seen)
        shown = there if now is None else [there[now]]
        if any(contact.items() <= each.items() for each in shown):
            return  # the form was sent before, or says nothing new
        if now is None:
            raise ChangedMeanwhile(client)
        changed = {**there[now], **contact}
        _write(doc, _replaced(_others(contact), now, [changed]), by, session)

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
    """Take the contact shown at `place` away, once for each `_id`. Raises as edit() does."""

    def change(session):
        doc = fetch(client_id, owner, session)
        if audit.is_recorded(_id, session):
            return
        client = User.from_document(doc)
        now = _place(client.contactos, place, seen)
        if now is None:
            raise ChangedMeanwhile(client)
        # By its place: $pull of the contact itself takes every contact that says the same and more.
        _write(doc, _replaced("$contactos", now, []), by, session, _id)

    transaction(change)


def _place(there: list[dict], place: int, seen: str) -> int | None:
    """Where the contact that was `seen` at `place` is now; None if it is not as it was anywhere."""
    versions = list(map(version, there))
    if versions[place : place + 1] == [seen]:
        return place
    return versions.index(seen) if seen in versions else None


def _others(contact: dict) -> dict:
    """The stored contacts, for MongoDB to make: none is the principal one when `contact` is."""
    stored = {"$cond": [{"$isArray": "$contactos"}, "$contactos", []]}
    if not contact["principal"]:
        return stored
    is_object, second = {"$eq": [{"$type": "$$this"}, "object"]}, {"principal": False}
    return {
        "$map": {
            "input": stored,
            "in": {"$cond": [is_object, {"$mergeObjects": ["$$this", second]}, "$$this"]},
        }
    }


def _replaced(contacts, place: int, new: list[dict]) -> dict:
    """The contacts, for MongoDB to make, with `new` ones instead of the one at `place`."""
    after = {"$slice": [contacts, place + 1, {"$size": contacts}]}
    return {"$concatArrays": [{"$slice": [contacts, place]}, {"$literal": new}, after]}


def _write(
    doc: dict, contacts: dict, by: Actor, session: ClientSession, entry_id: ObjectId | None = None
):
    """Store the contacts that an expression makes, so that those of others stay as they are."""
    fields = {"contactos": contacts, "modificado": "$$NOW"}
    users.update_one({"_id": doc["_id"]}, [{"$set": fields}], session=session)
    told = entry(by, Action.CONTACTS, doc, {"contactos": (None, None)})
    audit.record([{**told, "_id": entry_id or ObjectId()}], session)
