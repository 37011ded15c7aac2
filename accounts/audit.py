"""The audit log: who did what to whom, when, from where. Entries are added, never changed.

An entry is written in the same transaction as the change that it tells of.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from bson import ObjectId
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from pymongo import ASCENDING, DESCENDING, IndexModel

from pialara_site import pages
from pialara_site.mongo import pialara
from pialara_site.pages import Page
from pialara_site.pipelines import lookup
from pialara_site.stored import text

entries = pialara.audit_log

NEWEST = [("at", DESCENDING), ("_id", DESCENDING)]
INDEXES = [
    IndexModel(NEWEST),
    IndexModel([("actor.email", ASCENDING), *NEWEST]),
    IndexModel([("target.email", ASCENDING), *NEWEST]),
    IndexModel([("target._id", ASCENDING), *NEWEST]),
    IndexModel([("action", ASCENDING), *NEWEST]),
]
VALIDATOR = {
    "bsonType": "object",
    "required": ["at", "action", "actor", "target", "changes"],
    "properties": {
        "at": {"bsonType": "date"},
        "action": {"bsonType": "string"},
        "actor": {"bsonType": "object"},
        "target": {"bsonType": "object"},
        "changes": {"bsonType": "object"},
    },
}

# Of these only that they changed is told: secrets, and health data.
UNTOLD = {"password", "patologia", "contactos"}

PER_PAGE = 50


class Action(TextChoices):
    CREATE = "create", _("Users added")
    EDIT = "edit", _("Data changed")
    DELETE = "delete", _("Users deleted")
    PASSWORD = "password", _("Passwords changed")
    LINK = "link", _("Password links sent")
    CONTACTS = "contacts", _("Contacts changed")
    MODERATE = "moderate", _("Comments deleted")


# Adds to entries as `there` who of the two people still has an account.
WITH_THOSE_THERE = [
    {"$set": {"people": ["$actor._id", "$target._id"]}},
    lookup("there", "users", "people", "_id", {"$project": {"_id": 1}}),
    {"$set": {"there": "$there._id", "people": "$$REMOVE"}},
]


@dataclass(frozen=True)
class Actor:
    """Who acts, and from which address; a command has a name and no address."""

    nombre: str
    email: str = ""
    _id: ObjectId | None = None
    ip: str = ""


def entry(
    by: Actor, action: Action, target: dict, changes: dict | None = None, technician: str = ""
) -> dict:
    """One document of the log.

    `target` is the changed user's document; `changes` is {field: (old value, new value)}.
    `technician` is the name of the new `parent`, which is an email.
    """
    told = {
        field: {} if field in UNTOLD else {"old": old, "new": new}
        for field, (old, new) in (changes or {}).items()
    }
    if technician and "parent" in told:
        told["parent"]["name"] = technician
    return {
        "at": datetime.now(UTC),
        "action": action.value,
        "actor": {"_id": by._id, "email": by.email.lower(), "nombre": by.nombre},
        "target": {
            "_id": target.get("_id"),
            "email": text(target.get("email")).lower(),
            "nombre": text(target.get("nombre")),
        },
        "changes": told,
        "ip": by.ip,
    }


def record(new: list[dict], session=None):
    """Add entries, as part of the transaction of `session` when they tell of a change."""
    if new:
        entries.insert_many(new, session=session)


def tells_of(user_id: ObjectId, session) -> bool:
    """Was anything ever done to a user with this id?"""
    return entries.find_one({"target._id": user_id}, {"_id": 1}, session=session) is not None


def is_recorded(entry_id: ObjectId, session) -> bool:
    return entries.find_one({"_id": entry_id}, {"_id": 1}, session=session) is not None


def criteria(actor="", target="", action="", start=None, end=None) -> dict:
    """The find() filter of the log's page; emails match by their beginning, `end` is excluded."""
    wanted = {}
    for person, email in (("actor", actor), ("target", target)):
        if email:
            # An upper bound instead of a regular expression: nothing to escape, and indexed.
            wanted[f"{person}.email"] = {"$gte": email, "$lt": email + chr(0x10FFFF)}
    if action:
        wanted["action"] = action
    if start:
        wanted.setdefault("at", {})["$gte"] = start
    if end:
        wanted.setdefault("at", {})["$lt"] = end
    return wanted


def count(wanted: dict) -> int:
    """How many entries fit; the whole log, which only ever grows, is not counted one by one."""
    return entries.count_documents(wanted) if wanted else entries.estimated_document_count()


def read(page: Page, wanted: dict) -> tuple[Page, list[dict]]:
    """A page of the entries that fit `wanted`, newest first, each with who is still `there`."""
    return pages.read(page, entries, wanted, dict(NEWEST), *WITH_THOSE_THERE)


def about(user_id: ObjectId, most: int) -> list[dict]:
    """The last entries about a user, without the addresses: for who may not see the log itself."""
    wanted = {"target._id": user_id}
    return list(entries.find(wanted, {"ip": 0}, sort=NEWEST, limit=most, batch_size=most + 1))
