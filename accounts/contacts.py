"""The people to call for a client: `contactos`, embedded in the client's document.

A contact is named by its place in the array. Every change looks, in its transaction, where the
contact that was shown is by now.
"""

import hashlib
import json
from datetime import UTC, datetime

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
        others = _others(doc["contactos"] if there else [], contact)
        _write(doc, [*others, contact], by, session, entry_id)

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
        others = _others(doc["contactos"], contact)
        changed = {**there[now], **contact}
        _write(doc, [*others[:now], changed, *others[now + 1 :]], by, session)

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
        left = [*doc["contactos"][:now], *doc["contactos"][now + 1 :]]
        _write(doc, left, by, session, _id)

    transaction(change)


def _place(there: list[dict], place: int, seen: str) -> int | None:
    """Where the contact that was `seen` at `place` is now; None if it is not as it was anywhere."""
    versions = list(map(version, there))
    if versions[place : place + 1] == [seen]:
        return place
    return versions.index(seen) if seen in versions else None


def _others(stored: list, contact: dict) -> list:
    """The stored contacts, none of them the principal one when `contact` is."""
    if not contact["principal"]:
        return stored
    return [{**c, "principal": False} if isinstance(c, dict) else c for c in stored]


def _write(
    doc: dict, contacts: list, by: Actor, session: ClientSession, entry_id: ObjectId | None = None
):
    """Of a document that was read in this transaction: a change meanwhile makes that begin anew."""
    fields = {"contactos": contacts, "modificado": datetime.now(UTC)}
    users.update_one({"_id": doc["_id"]}, {"$set": fields}, session=session)
    told = entry(by, Action.CONTACTS, doc, {"contactos": (None, None)})
    audit.record([{**told, "_id": entry_id or ObjectId()}], session)
