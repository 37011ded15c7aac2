"""Every collection's indexes and validator, as its module declares them, brought to the server."""

from collections.abc import Iterator
from types import ModuleType

import pymongo
from bson import json_util
from django.utils.translation import gettext as _
from pymongo.collection import Collection
from pymongo.errors import CollectionInvalid, OperationFailure

from accounts import attempts, audit, sessions, users
from mflix import attachments, comments, movies, popularity, theaters

from . import readiness
from .mongo import require_finished_restore, require_replica_set

INDEX_NOT_FOUND = 27
NAMESPACE_EXISTS = 48

COLLECTIONS: list[tuple[Collection, ModuleType]] = [
    (users.users, users),
    (sessions.sessions, sessions),
    (attempts.attempts, attempts),
    (audit.entries, audit),
    (movies.movies, movies),
    (popularity.views, popularity),
    (comments.comments, comments),
    (attachments.files, attachments),
    (attachments.chunks, attachments.Chunks),
    (theaters.theaters, theaters),
    (readiness.readiness, readiness),
]


def drift() -> list[str]:
    """What the server lacks or holds otherwise, a line each; extra indexes are nobody's harm."""
    found = []
    for collection, declared in COLLECTIONS:
        there = _indexes_of(collection)
        for index in declared.INDEXES:
            name = index.document["name"]
            told = {"collection": collection.full_name, "name": name}
            if name in there and there[name] != _comparable(index.document):
                found.append(_("%(collection)s: the index %(name)s is different") % told)
            elif _comparable(index.document) not in there.values():
                found.append(_("%(collection)s: the index %(name)s is missing") % told)
        if not _is_validated(collection, declared):
            told = {"collection": collection.full_name}
            found.append(_("%(collection)s: the validator is different") % told)
    return found


def ensure():
    """Make the server as declared. Safe to repeat; a changed index is built anew.

    A document of others may make an index impossible: all else is done before OperationFailure.
    """
    require_replica_set()
    require_finished_restore()
    refused = []
    with pymongo.timeout(0):  # an index takes as long as it takes
        for collection, declared in COLLECTIONS:
            _ensure_collection(collection, declared)
            refused += _ensure_indexes(collection, declared.INDEXES)
    if refused:
        raise refused[0]


def _validation(declared: ModuleType) -> dict:
    """The options of its collection; none where the shape is sample_mflix's."""
    if not hasattr(declared, "VALIDATOR"):
        return {}
    return {
        "validator": {"$jsonSchema": declared.VALIDATOR},
        # Documents that others wrote before stay editable.
        "validationLevel": "moderate",
        "validationAction": "error",
    }


def _is_validated(collection: Collection, declared: ModuleType) -> bool:
    wanted = _validation(declared)
    there = collection.options() if wanted else {}
    # MongoDB tells no action that is the usual one.
    told = {"validationAction": "error"} | {name: there[name] for name in wanted if name in there}
    return not wanted or told == wanted


def _ensure_collection(collection: Collection, declared: ModuleType):
    """Made with its validator, as changing that later takes the right of dbAdmin."""
    options = _validation(declared)
    try:
        collection.database.create_collection(collection.name, **options)
        return
    except CollectionInvalid:  # it is there
        pass
    except OperationFailure as error:
        if error.code != NAMESPACE_EXISTS:  # since a moment ago, of another process
            raise
    if not _is_validated(collection, declared):
        collection.database.command("collMod", collection.name, **options)


def _ensure_indexes(collection: Collection, indexes) -> list[OperationFailure]:
    """Build what is missing; an index that others made under another name is as good as ours."""
    there = _indexes_of(collection)
    for index in indexes:
        name = index.document["name"]
        if name in there and there[name] != _comparable(index.document):
            _drop_index(collection, name)
    missing = [index for index in indexes if _comparable(index.document) not in there.values()]
    try:
        if missing:
            collection.create_indexes(missing)  # all in one reading of the documents
    except OperationFailure:
        return list(_one_by_one(collection, missing))
    return []


def _drop_index(collection: Collection, name: str):
    try:
        collection.drop_index(name)
    except OperationFailure as error:
        if error.code != INDEX_NOT_FOUND:  # any more, as another process dropped it
            raise


def _one_by_one(collection: Collection, indexes) -> Iterator[OperationFailure]:
    """Build those that can be built; yields why the others can't."""
    for index in indexes:
        try:
            collection.create_indexes([index])
        except OperationFailure as error:
            yield error


def _indexes_of(collection: Collection) -> dict[str, str]:
    return {name: _comparable(i) for name, i in collection.index_information().items()}


_OPTIONS = ("unique", "expireAfterSeconds", "partialFilterExpression", "sparse", "hidden")


def _comparable(index) -> str:
    """An index, declared or reported by the server, as a text that is equal when they are."""
    key = index["key"].items() if hasattr(index["key"], "items") else index["key"]
    if "weights" in index:  # how the server reports the fields of a text index
        key = [(name, "text") for name in index["weights"]]
    if any(kind == "text" for _name, kind in key):
        key = sorted(key)
    options = {name: index[name] for name in _OPTIONS if name in index}
    collation = dict(index.get("collation", {}))
    options["collation"] = (collation.get("locale"), collation.get("strength"))
    return json_util.dumps([list(key), options])
