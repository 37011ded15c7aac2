"""Repairs of films as others wrote them. Safe to interrupt and to repeat."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

import pymongo
from pymongo import UpdateOne

from pialara_site.batches import batches

from .comments import comments
from .movies import movies

BATCH = 1000

# An array of texts would match, too.
WRITTEN = {"lastupdated": {"$type": "string", "$not": {"$type": "array"}}}
# MongoDB would also read "2015-08-13 +1 day", and 3/4/2015 as Americans do.
ISO = r"^\s*\d{4}-\d{1,2}-\d{1,2}([T ]\d{1,2}:\d\d(:\d\d(\.\d+)?)?( ?(Z|[+-]\d\d:?\d\d))?)?\s*$"
READ = {"$dateFromString": {"dateString": "$lastupdated", "onError": "$lastupdated"}}

# The films whose stored number of comments is not the real one: one pass over each collection
# instead of a $lookup for each film.
COUNTED = [
    {"$project": {"film": {"$literal": True}, "stored": "$num_mflix_comments"}},
    {
        "$unionWith": {
            "coll": comments.name,
            "pipeline": [{"$group": {"_id": "$movie_id", "counted": {"$sum": 1}}}],
        }
    },
    {
        "$group": {
            "_id": "$_id",
            "film": {"$max": "$film"},
            "stored": {"$max": "$stored"},
            "counted": {"$sum": "$counted"},
        }
    },
    {"$match": {"film": True, "$expr": {"$ne": ["$stored", "$counted"]}}},
]
# A film without comments that says no number is not wrong, but is given its 0.
WRONG = {"$cond": [{"$ne": [{"$ifNull": ["$stored", 0]}, "$counted"]}, 1, 0]}
CORRECT = {
    "$cond": [
        # Somebody comments just now? Then that number is newer than ours.
        {"$eq": [{"$ifNull": ["$num_mflix_comments", None]}, "$$new.stored"]},
        "$$new.counted",
        "$num_mflix_comments",
    ]
}


class Dates(NamedTuple):
    migrated: int
    left: int


class Counts(NamedTuple):
    wrong: int
    missing: int


def migrate_dates(tell: Callable[[dict], None]) -> Dates:
    """Make dates of the films' `lastupdated` that are texts, as UTC unless they say otherwise.

    The server does it where it can; of the others, those that Python reads. The rest stays, and
    `tell` is called with the {_id, lastupdated} of each.
    """
    with pymongo.timeout(0):  # all films take as long as they take
        iso = {"$and": [WRITTEN, {"lastupdated": {"$regex": ISO}}]}
        migrated = movies.update_many(iso, [{"$set": {"lastupdated": READ}}]).modified_count
        left = 0
        for films in batches(movies.find(WRITTEN, {"lastupdated": 1}, sort=[("_id", 1)]), BATCH):
            dates = [(film, _date(film["lastupdated"])) for film in films]
            migrated += _store_dates([(film, date) for film, date in dates if date])
            unread = [film for film, date in dates if not date]
            left += len(unread)
            for film in unread:
                tell(film)
    return Dates(migrated, left)


def _store_dates(dates: list[tuple[dict, datetime]]) -> int:
    # With the text in the filter: somebody else may have changed it meanwhile.
    writes = [UpdateOne(film, {"$set": {"lastupdated": date}}) for film, date in dates]
    return movies.bulk_write(writes, ordered=False).modified_count if writes else 0


def _date(text: str) -> datetime | None:
    """What is no date for MongoDB: "2015-08-13 00:27:59,177", "Thu, 13 Aug 2015 00:27:59 GMT"."""
    text = text.strip()
    if text.isdigit():  # a day, or seconds since 1970?
        return None
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            date = read(text)
            return date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            continue
    return None


def recount_comments() -> Counts:
    """Give each film the number of its comments; returns how many had a wrong one, or none."""
    total = {"wrong": {"$sum": WRONG}, "missing": {"$sum": {"$subtract": [1, WRONG]}}}
    with pymongo.timeout(0):
        found = _counted({"$group": {"_id": None, **total}})
        counts = Counts(found[0]["wrong"], found[0]["missing"]) if found else Counts(0, 0)
        if any(counts):
            _counted(
                {
                    "$merge": {
                        "into": movies.name,
                        "whenMatched": [{"$set": {"num_mflix_comments": CORRECT}}],
                        "whenNotMatched": "discard",
                    }
                }
            )
    return counts


def _counted(last: dict) -> list[dict]:
    return list(movies.aggregate([*COUNTED, last], allowDiskUse=True))
