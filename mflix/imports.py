"""Documents of MongoDB's sample_mflix data set, from files into its collections."""

from collections import Counter
from pathlib import Path

from pymongo import ReplaceOne
from pymongo.errors import BulkWriteError

from pialara_site.dumps import plain_name
from pialara_site.mongo import mflix

COLLECTIONS = ("movies", "comments", "theaters", "users", "sessions", "embedded_movies")
DUPLICATE_KEY = 11000


class UnknownCollection(Exception):
    """The file's name is none of a collection; the text is a sentence."""


def collection_of(path: Path) -> str:
    """The collection that a file is of, by its name. Raises UnknownCollection."""
    name = plain_name(path).split(".")[0]
    if name not in COLLECTIONS:
        raise UnknownCollection(
            f"{path}: the name is none of {', '.join(COLLECTIONS)}; say it with --collection."
        )
    return name


def files_in(path: Path) -> list[Path]:
    """The file itself, or the files of a folder that hold collections, as mongodump names them."""
    if not path.is_dir():
        return [path]
    return [
        each
        for each in sorted(path.rglob("*"))
        if plain_name(each).endswith((".bson", ".json"))
        and plain_name(each).split(".", 1)[0] in COLLECTIONS
        and not plain_name(each).endswith(".metadata.json")
    ]


def store(name: str, docs: list[dict]) -> tuple[Counter, list[tuple[dict, str]]]:
    """Store documents by `_id`: counts of `new`, `changed`, `same`, and the rejected with reasons.

    Those that are new, mostly all or none, are inserted in one go; only the others are compared.
    """
    rejected = [(doc, "it has no _id") for doc in docs if "_id" not in doc]
    docs = [doc for doc in docs if "_id" in doc]
    counts = Counter()
    there = _insert(name, docs, counts, rejected)
    if there:
        done = mflix[name].bulk_write(
            [ReplaceOne({"_id": doc["_id"]}, doc) for doc in there], ordered=False
        )
        counts["changed"] = done.modified_count
        counts["same"] = len(there) - done.modified_count
    counts["rejected"] = len(rejected)
    return counts, rejected


def _insert(name: str, docs: list[dict], counts: Counter, rejected: list) -> list[dict]:
    """Insert what is new; returns the documents whose `_id` is there already."""
    if not docs:
        return []
    try:
        counts["new"] = len(mflix[name].insert_many(docs, ordered=False).inserted_ids)
    except BulkWriteError as error:
        counts["new"] = error.details["nInserted"]
        there = []
        for failed in error.details["writeErrors"]:
            if failed["code"] == DUPLICATE_KEY and "_id" in failed["keyPattern"]:
                there.append(failed["op"])
            else:
                rejected.append((failed["op"], failed["errmsg"]))
        return there
    return []
