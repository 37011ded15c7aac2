"""The movie_views collection: how often each film's page was seen, in each period.

One document per film and period, {movie_id, period, views}. The period is a day "2026-01-17", an
ISO week "2026-W03", a month "2026-01" (all where the centre is) or "ever". One view raises the four
counters of its film. `expires` ends those of days and weeks.
"""

import logging
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from bson import ObjectId
from django.utils import timezone
from pymongo import ASCENDING, DESCENDING, IndexModel, UpdateOne
from pymongo.errors import PyMongoError

from pialara_site.background import Background
from pialara_site.mongo import COLLATION, mflix
from pialara_site.pipelines import lookup

from . import visits
from .movies import movies
from .together import Queries

views = mflix.movie_views

_MOST_VIEWS = [("period", ASCENDING), ("views", DESCENDING), ("movie_id", ASCENDING)]
INDEXES = [
    # Two upserts at once make one document.
    IndexModel([("movie_id", ASCENDING), ("period", ASCENDING)], unique=True),
    # With the collation of the films, as both are read in one command.
    IndexModel(_MOST_VIEWS, collation=COLLATION),
    IndexModel([("expires", ASCENDING)], expireAfterSeconds=0),
]
VALIDATOR = {
    "bsonType": "object",
    "required": ["movie_id", "period", "views"],
    "properties": {
        "movie_id": {"bsonType": "objectId"},
        "period": {"bsonType": "string"},
        "views": {"bsonType": ["int", "long"], "minimum": 1},
        "expires": {"bsonType": "date"},
    },
}

KEPT = {"day": timedelta(days=90), "week": timedelta(weeks=60)}
LISTED = ("week", "month", "ever")
MOST_LISTED = 10
# Read for a list, as some films may be gone.
MOST_READ = 30
# Views that wait to be stored. Far more than a moment brings, yet little memory.
MOST_WAITING = 10_000
# Stored together, a second's views cost MongoDB and us half (docs/performance.md).
PAUSE_SECONDS = 1

logger = logging.getLogger(__name__)

View = tuple[ObjectId, datetime]


def periods(at: datetime) -> dict[str, str]:
    """The periods that a moment is in, by their kind."""
    day = timezone.localtime(at).date()
    year, week, _weekday = day.isocalendar()
    return {
        "day": f"{day:%Y-%m-%d}",
        "week": f"{year}-W{week:02}",
        "month": f"{day:%Y-%m}",
        "ever": "ever",
    }


def upserts(seen: Iterable[View]) -> list[UpdateOne]:
    """What counts these views: one update per film and period, however many they are."""
    at_once = Counter((movie_id, at.replace(second=0, microsecond=0)) for movie_id, at in seen)
    counts, expiry = Counter(), {}
    for (movie_id, minute), n in at_once.items():
        for kind, period in periods(minute).items():
            counts[movie_id, period] += n
            if kind in KEPT:
                expiry[period] = {"$setOnInsert": {"expires": minute + KEPT[kind]}}
    return [
        UpdateOne(
            {"movie_id": movie_id, "period": period},
            {"$inc": {"views": n}, **expiry.get(period, {})},
            upsert=True,
        )
        for (movie_id, period), n in counts.items()
    ]


def store(seen: list[View]):
    """Count views in one round trip. When MongoDB can't, a line in the log is all."""
    try:
        views.bulk_write(upserts(seen), ordered=False)
    except PyMongoError as error:
        logger.warning("%d views of films are not counted: %s", len(seen), type(error).__name__)


waiting: Background[View] = Background(store, MOST_WAITING, pause=PAUSE_SECONDS)


def count(request, response, movie_id: ObjectId, now: datetime | None = None):
    """Count the film's page that `response` is, if a person looks at it anew.

    It sets a cookie on the response, and neither waits for MongoDB nor raises when that is away.
    """
    now = now or datetime.now(UTC)
    if visits.is_by_a_person(request) and visits.is_first(request, response, movie_id, now):
        waiting.put((movie_id, now))


def pipelines(now: datetime | None = None) -> Queries:
    """For the most watched films of this "week", this "month" and "ever": run with COLLATION.

    Each gives rows {movie_id, views, movie: {title, year}}, of films that are there.
    """
    current = periods(now or datetime.now(UTC))
    return {kind: (views, _most_watched(current[kind])) for kind in LISTED}


def _most_watched(period: str) -> list[dict]:
    return [
        {"$match": {"period": period}},
        {"$sort": {"views": DESCENDING, "movie_id": ASCENDING}},
        {"$limit": MOST_READ},
        lookup("movie", movies.name, "movie_id", "_id", {"$project": {"title": 1, "year": 1}}),
        {"$unwind": "$movie"},
        {"$limit": MOST_LISTED},
        {"$project": {"_id": 0, "movie_id": 1, "views": 1, "movie": 1}},
    ]
