"""Many users from outside at once, of other programs' files."""

import re
from collections import Counter
from datetime import UTC, datetime

import bson
from bson import ObjectId
from bson.errors import BSONError
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from pymongo import InsertOne, UpdateOne
from pymongo.errors import BulkWriteError

from pialara_site.mongo import COLLATION, duplicates
from pialara_site.stored import text

from . import sessions
from .emails import ImportedEmail
from .hashers import MOST_BCRYPT_ROUNDS, bcrypt_rounds
from .models import normal
from .roles import Role, Sex, Status
from .users import users

# What else a document may bring, and when it is sound.
OPTIONAL = {
    "estado": lambda value: value in Status.values,
    "sexo": lambda value: value in Sex.values,
    "fecha_nacimiento": lambda value: isinstance(value, datetime),
    "patologia": lambda value: isinstance(value, str),
    "contactos": lambda value: isinstance(value, list),
}
LARGEST = 1 << 20  # bytes; MongoDB takes no document above 16 MiB
HASH = re.compile(r"argon2\$|sha256\$|\$2[aby]\$[0-9]{2}\$")


class Rejected(Exception):
    """The document can't become a user; the text says why."""


def user_fields(doc: dict) -> dict:
    """The stored fields that `doc` brings, in the seeds' shape or that of sample_mflix.

    Raises Rejected.
    """
    name, email = doc.get("nombre", doc.get("name")), normal(text(doc.get("email")))
    password = doc.get("password")
    rol, parent = doc.get("rol"), doc.get("parent")
    if not isinstance(name, str) or not name.strip():
        raise Rejected(_("it has no name"))
    try:
        ImportedEmail()(email)
    except ValidationError as error:
        raise Rejected(_("its email is missing or malformed")) from error
    if not isinstance(password, str) or not HASH.match(password):
        raise Rejected(_("its password is missing or not a hash of argon2, bcrypt or sha256$"))
    if password.startswith("$2") and bcrypt_rounds(password) > MOST_BCRYPT_ROUNDS:
        raise Rejected(_("its password would take too long to check"))
    if rol is not None and rol not in Role.values:
        raise Rejected(_("its rol is none of %(roles)s") % {"roles": ", ".join(Role.values)})
    if parent is not None and not isinstance(parent, str):
        raise Rejected(_("its parent is not an email"))
    fields = {"nombre": name.strip(), "email": email, "password": password}
    if rol:
        fields["rol"] = rol
        if "parent" in doc or rol != Role.CLIENTE:
            fields["parent"] = (rol == Role.CLIENTE and normal(parent or "")) or None
    for field, sound in OPTIONAL.items():
        if doc.get(field) is not None:
            if not sound(doc[field]):
                raise Rejected(_("its %(field)s is not one") % {"field": field})
            fields[field] = doc[field]
    try:
        size = len(bson.encode(fields))
    except (BSONError, ValueError, OverflowError) as error:
        raise Rejected(_("it holds what MongoDB can't store")) from error
    if size > LARGEST:
        raise Rejected(_("it is larger than a megabyte"))
    return fields


def upsert(docs: list[dict], *, only_new: bool = False) -> tuple[Counter, list[tuple[dict, str]]]:
    """Store users by email: counts of `new`, `changed`, `same`, and the rejected with reasons.

    A document without a rol becomes a Cliente if it is new, and keeps its role if it is not.
    Administrators and technicians stay what they are: those roles are taken away where somebody
    sees to the consequences. With `only_new` whoever is there stays as they are.
    """
    sound, rejected = _read(docs)
    there = _by_email([fields["email"] for _doc, fields in sound])
    counts, ended = Counter(new=0, changed=0, same=0), []
    writes = []  # each with its document, and the `_id` under which that is stored
    for doc, fields in sound:
        email = fields["email"]
        old = there.get(email)
        if old and only_new:
            counts["same"] += 1
            continue
        if old and _is_less(old, fields):
            reason = _("it would take a role or state away that others rely upon")
            rejected.append((doc, reason))
            continue
        if old is None:
            counts["new"] += 1
            there[email] = _new(fields)
            writes.append((InsertOne(there[email]), doc, there[email]["_id"]))
            continue
        changes = {f: value for f, value in fields.items() if f != "email" and old.get(f) != value}
        counts["changed" if changes else "same"] += 1
        if changes:
            there[email] = {**old, **changes}
            changes["modificado"] = datetime.now(UTC)
            update = UpdateOne({"_id": old["_id"]}, {"$set": changes})
            writes.append((update, doc, old["_id"]))
        if changes.keys() & {"password", "rol", "estado"}:
            ended.append(old["_id"])
    taken = _write_all([write for write, _doc, _id in writes])
    refused = {writes[n][2] for n in taken}
    for n, (_write, doc, user_id) in enumerate(writes):
        if user_id in refused:
            counts["new" if n in taken else "changed"] -= 1
            rejected.append((doc, _("another user got its email meanwhile")))
    if ended:
        sessions.end_all(ended)
    counts["rejected"] = len(rejected)
    return counts, rejected


def _read(docs: list[dict]) -> tuple[list[tuple[dict, dict]], list[tuple[dict, str]]]:
    """The documents that can become users, each with its fields, and the rejected with reasons."""
    sound, rejected = [], []
    for doc in docs:
        try:
            sound.append((doc, user_fields(doc)))
        except Rejected as reason:
            rejected.append((doc, str(reason)))
    return sound, rejected


def _by_email(emails: list[str]) -> dict[str, dict]:
    found = users.find({"email": {"$in": emails}}, collation=COLLATION)
    return {normal(text(doc["email"])): doc for doc in found}


def _write_all(writes: list) -> list[int]:
    """Do the writes; returns the numbers of those whose email somebody else has by now."""
    if not writes:
        return []
    try:
        users.bulk_write(writes, ordered=False)
    except BulkWriteError as error:
        return duplicates(error)
    return []


def _new(fields: dict) -> dict:
    """The document of a new user with these fields."""
    now = datetime.now(UTC)
    usual = {"rol": Role.CLIENTE.value, "parent": None, "estado": Status.ACTIVO.value}
    return {"_id": ObjectId(), **usual, "creado": now, "modificado": now, "accesos": 0, **fields}


def _is_less(old: dict, fields: dict) -> bool:
    """Would an administrator or technician who gets these fields be none any more?"""
    if old.get("rol") not in (Role.ADMINISTRADOR, Role.TECNICO):
        return False
    demoted = fields.get("rol", old["rol"]) != old["rol"]
    return demoted or fields.get("estado", Status.ACTIVO) != Status.ACTIVO
