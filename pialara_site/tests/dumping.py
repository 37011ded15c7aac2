"""Documents as they are, for the tests of backups."""

from bson import (
    Binary,
    Code,
    DatetimeMS,
    DBRef,
    Decimal128,
    Int64,
    MaxKey,
    ObjectId,
    Regex,
    Timestamp,
    encode,
)
from bson.raw_bson import DEFAULT_RAW_BSON_OPTIONS, RawBSONDocument
from pymongo.database import Database

from pialara_site.mongo import mflix, pialara
from pialara_site.snapshots import collections_of

BROKEN_TEXT = encode({"_id": "broken", "text": "abc"}).replace(b"abc", b"\xff\xfe\xfd")
TWICE = encode({"_id": "twice", "a": 1, "b": 2}).replace(b"b\x00", b"a\x00")
ODD = {
    "_id": {"z": 1, "a": 2},
    "no number": float("nan"),
    "never": DatetimeMS(10**15),
    "long ago": DatetimeMS(-(10**15)),
    "bytes": Binary(b"\x00\xff", 5),
    "uuid": Binary(b"\x01" * 16, 3),
    "film": DBRef("movies", ObjectId(), "sample_mflix"),
    "price": Decimal128("1.10"),
    "long": Int64(1),
    "": "no name",
    "$price": 5,
    "a.b": [None, {}],
    "pattern": Regex("^a", "ix"),
    "code": Code("return 1"),
    "end": MaxKey(),
    "stamp": Timestamp(7, 7),
}


def add_odd_documents():
    """What Python can hardly read, in a collection that no module of ours owns."""
    raw = [RawBSONDocument(each) for each in (BROKEN_TEXT, TWICE)]
    mflix["odd: a/b %c"].insert_many([ODD, *raw])


def contents(*databases: Database) -> dict:
    """The bytes of all documents by `_id`, the options and the indexes of each collection."""
    return {
        (place, each["name"]): (
            _documents(database, each["name"]),
            each["options"],
            [] if each["type"] == "view" else list(database[each["name"]].list_indexes()),
        )
        for place, database in enumerate(databases or (pialara, mflix))
        for each in collections_of(database)
    }


def _documents(database: Database, name: str) -> list[bytes]:
    raw = database.get_collection(name, codec_options=DEFAULT_RAW_BSON_OPTIONS)
    return sorted(bytes(doc.raw) for doc in raw.find())
