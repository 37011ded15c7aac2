"""Documents of MongoDB's sample_mflix data set, from files into its collections."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bson.raw_bson import RawBSONDocument
from django.utils.translation import gettext as _
from pymongo import InsertOne, ReplaceOne
from pymongo.errors import BulkWriteError, OperationFailure

from accounts import bulk
from pialara_site.dumps import RAW, BrokenFile, Unreadable, plain_name
from pialara_site.mongo import DUPLICATE_KEY, mflix

COLLECTIONS = ("movies", "comments", "theaters", "users", "sessions", "embedded_movies")
# What mongodump calls the folder of the database, and Compass the beginning of a file's name.
DATABASES = dict.fromkeys((mflix.name, "sample_mflix"))
ENDINGS = (".bson", ".json", ".jsonl", ".ndjson")
NO_DUMPS = (".metadata.json", ".rejected.jsonl")
USER_FIELDS = ("name", "email", "password")
BATCH = 1000
BATCH_BYTES = 8 << 20  # however large the documents are, so that memory stays flat
OVERFLOW, INVALID_BSON = 15, 22
# Each BSON document begins with four bytes of length and one of the first field's type.
ID_FIRST = slice(5, 9)
LONGEST_REASON = 300

Rejected = list[tuple[Any, str]]


class UnknownCollection(Exception):
    """The file's name is none of a collection; the text is a sentence."""


def collection_of(path: Path) -> str:
    """The collection that a file is of, by its name. Raises UnknownCollection."""
    names = plain_name(path).split(".")
    name = names[1] if names[0] in DATABASES and len(names) > 1 else names[0]
    if name not in COLLECTIONS:
        sentence = _("%(file)s: the name is none of %(known)s; say it with --collection.")
        raise UnknownCollection(sentence % {"file": path, "known": ", ".join(COLLECTIONS)})
    return name


def files_in(path: Path, collection: str | None = None) -> list[Path]:
    """The file itself, or a folder's files of this collection, or of all of them.

    A dump of several databases has a folder for each, and the others' users are none of ours.
    """
    if not path.is_dir():
        return [path]
    folders = [path, *(path / name for name in DATABASES)]
    files = [file for folder in folders if folder.is_dir() for file in sorted(folder.iterdir())]
    return [file for file in files if _is_dump(file, collection)]


def _is_dump(file: Path, collection: str | None) -> bool:
    name = plain_name(file)
    if not file.is_file() or not name.endswith(ENDINGS) or name.endswith(NO_DUMPS):
        return False
    try:
        return collection in (None, collection_of(file))
    except UnknownCollection:
        return False


def batches(found: Iterable[RawBSONDocument | Unreadable]) -> Iterator[list]:
    """Lists of BATCH, or of fewer that are large; of a broken file, what was sound."""
    batch, size = [], 0
    try:
        for each in found:
            batch.append(each)
            size += _size(each)
            if len(batch) == BATCH or size > BATCH_BYTES:
                yield batch
                batch, size = [], 0
    except BrokenFile:
        yield batch
        raise
    if batch:
        yield batch


def _size(each: RawBSONDocument | Unreadable) -> int:
    """Bytes, as far as they are known."""
    found = each.found if isinstance(each, Unreadable) else each
    if isinstance(found, RawBSONDocument):
        return len(found.raw)
    return len(found) if isinstance(found, str | bytes) else BATCH_BYTES // 10


def store(
    name: str, batch: list[RawBSONDocument | Unreadable], *, known: bool = False
) -> tuple[Counter, Rejected]:
    """Store documents by `_id`: counts of `new`, `changed`, `same`, and the rejected with reasons.

    `known` is a guess that most are there already, which saves their insertion.
    """
    rejected, docs = _apart(batch)
    rejected += [(doc, _("it has no _id")) for doc in docs if not _has_id(doc)]
    docs = [doc for doc in docs if _has_id(doc)]
    counts = Counter(new=0, changed=0, same=0)
    if known:
        stored = _stored(name, docs)
        counts["same"] = sum(doc.raw in stored for doc in docs)
        docs = [doc for doc in docs if doc.raw not in stored]
    there = _insert(name, docs, counts, rejected)
    _replace(name, there, counts, rejected)
    counts["rejected"] = len(rejected)
    return counts, rejected


def store_all(name: str, batches: Iterable[list]) -> Iterator[tuple[Counter, Rejected]]:
    """store() each; an interrupted import is likely to meet what it stored the time before."""
    known = False
    for batch in batches:
        counts, rejected = store(name, batch, known=known)
        known = counts["changed"] + counts["same"] > counts["new"]
        yield counts, rejected


def commenters() -> Iterator[RawBSONDocument]:
    """The users that sample_mflix has in the database."""
    lenient = RAW.with_options(unicode_decode_error_handler="replace")
    return iter(mflix.users.with_options(lenient).find({}, USER_FIELDS))


def admit(batch: list[RawBSONDocument | Unreadable]) -> tuple[Counter, Rejected]:
    """Let users of sample_mflix log in as clients, with the passwords that they had.

    Counts and rejected as store() has them. Those passwords are published, so whoever has an
    account already keeps it as it is.
    """
    rejected, docs = _apart(batch)
    people = [{field: doc[field] for field in USER_FIELDS if field in doc} for doc in docs]
    counts, refused = bulk.upsert(people, only_new=True)
    counts["rejected"] += len(rejected)
    return counts, rejected + refused


def _apart(batch: list[RawBSONDocument | Unreadable]) -> tuple[Rejected, list[RawBSONDocument]]:
    rejected = [tuple(each) for each in batch if isinstance(each, Unreadable)]
    return rejected, [each for each in batch if not isinstance(each, Unreadable)]


def _has_id(doc: RawBSONDocument) -> bool:
    return doc.raw[ID_FIRST] == b"_id\0" or "_id" in doc


def _stored(name: str, docs: list) -> set[bytes]:
    """What the database holds under the `_id`s of these documents."""
    ids = [doc["_id"] for doc in docs]
    plain = [id_ for id_ in ids if not isinstance(id_, Mapping)]  # {"$gt": 1} would be an operator
    found = mflix[name].with_options(RAW).find({"_id": {"$in": plain}}, batch_size=BATCH + 1)
    return {bytes(doc.raw) for doc in found}


def _insert(name: str, docs: list, counts: Counter, rejected: Rejected) -> list:
    """Insert what is new; returns the documents whose `_id` is there already."""
    try:
        failures = _write(name, [InsertOne(doc) for doc in docs], counts)
    except OperationFailure as error:
        if error.code not in (OVERFLOW, INVALID_BSON):
            raise
        # The server does not say which document it was that it could not even read.
        if len(docs) == 1:
            rejected.append((docs[0], error.details["errmsg"][:LONGEST_REASON]))
            return []
        half = len(docs) // 2
        halves = (docs[:half], docs[half:])
        return [doc for some in halves for doc in _insert(name, some, counts, rejected)]
    there = []
    for failure in failures:
        doc = docs[failure["index"]]
        if failure["code"] == DUPLICATE_KEY and failure["keyPattern"] == {"_id": 1}:
            there.append(doc)
        else:
            rejected.append((doc, failure["errmsg"]))
    return there


def _replace(name: str, docs: list, counts: Counter, rejected: Rejected):
    replacements = [ReplaceOne({"_id": doc["_id"]}, doc, upsert=True) for doc in docs]
    for failure in _write(name, replacements, counts):
        rejected.append((docs[failure["index"]], failure["errmsg"]))


def _write(name: str, writes: list, counts: Counter) -> list[dict]:
    """Do and count the writes; returns what the server says of each that failed."""
    if not writes:
        return []
    try:
        done = mflix[name].bulk_write(writes, ordered=False).bulk_api_result
    except BulkWriteError as error:
        if error.details["writeConcernErrors"]:  # what is stored may not last
            raise
        done = error.details
    counts["new"] += done["nInserted"] + done["nUpserted"]
    counts["changed"] += done["nModified"]
    counts["same"] += done["nMatched"] - done["nModified"]
    return done["writeErrors"]
