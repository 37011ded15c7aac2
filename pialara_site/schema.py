"""Every collection's indexes and validator, as its module declares them, brought to the server."""

from types import ModuleType

import pymongo
from bson import json_util
from pymongo.collection import Collection
from pymongo.errors import CollectionInvalid

from accounts import attempts, audit, sessions, users
from mflix import comments

from .mongo import require_replica_set

COLLECTIONS: list[tuple[Collection, ModuleType]] = [
    (users.users, users),
    (sessions.sessions, sessions),
    (attempts.attempts, attempts),
    (audit.entries, audit),
    (comments.comments, comments),
]


def drift() -> list[str]:
    """What the server lacks or holds otherwise, a line each; extra indexes are nobody's harm."""
    found = []
    for collection, declared in COLLECTIONS:
        there = _indexes_of(collection)
        for index in declared.INDEXES:
            name = index.document["name"]
            if name not in there:
                found.append(f"{collection.full_name}: the index {name} is missing")
            elif there[name] != _comparable(index.document):
                found.append(f"{collection.full_name}: the index {name} is different")
        if not _is_validated(collection, declared):
            found.append(f"{collection.full_name}: the validator is different")
    return found


def ensure():
    """Make the server as declared. Safe to repeat; a changed index is built anew."""
    require_replica_set()
    with pymongo.timeout(0):  # an index takes as long as it takes
        for collection, declared in COLLECTIONS:
            _ensure_collection(collection, declared)
            _ensure_indexes(collection, declared.INDEXES)


def _is_validated(collection: Collection, declared: ModuleType) -> bool:
    """Only where the shape is ours; sample_mflix is as MongoDB ships it."""
    shape = getattr(declared, "VALIDATOR", None)
    return shape is None or collection.options().get("validator") == {"$jsonSchema": shape}


def _ensure_collection(collection: Collection, declared: ModuleType):
    """Made with its validator, as changing that later takes the right of dbAdmin."""
    options = {}
    if hasattr(declared, "VALIDATOR"):
        # Moderate: documents that others wrote before stay editable.
        validator = {"$jsonSchema": declared.VALIDATOR}
        options = {"validator": validator, "validationLevel": "moderate"}
    try:
        collection.database.create_collection(collection.name, **options)
    except CollectionInvalid:  # it is there
        if not _is_validated(collection, declared):
            collection.database.command("collMod", collection.name, **options)


def _ensure_indexes(collection: Collection, indexes):
    there = _indexes_of(collection)
    for index in indexes:
        name = index.document["name"]
        if name in there and there[name] != _comparable(index.document):
            collection.drop_index(name)
    if indexes:
        collection.create_indexes(indexes)


def _indexes_of(collection: Collection) -> dict[str, str]:
    return {name: _comparable(i) for name, i in collection.index_information().items()}


_OPTIONS = ("unique", "expireAfterSeconds", "partialFilterExpression", "sparse")


def _comparable(index) -> str:
    """An index, declared or reported by the server, as a text that is equal when they are."""
    key = index["key"].items() if hasattr(index["key"], "items") else index["key"]
    options = {name: index[name] for name in _OPTIONS if name in index}
    collation = dict(index.get("collation", {}))
    options["collation"] = (collation.get("locale"), collation.get("strength"))
    return json_util.dumps([list(key), options])
