"""What administrators read about films and comments: pipelines, and functions that run them."""

import pymongo
from bson import ObjectId
from django.conf import settings
from pymongo import ASCENDING, DESCENDING
from pymongo.collection import Collection
from pymongo.read_preferences import make_read_preference, read_pref_mode_from_name

from pialara_site import changes
from pialara_site.cache import cached
from pialara_site.changes import Topic
from pialara_site.mongo import COLLATION
from pialara_site.outages import TOO_SLOW
from pialara_site.pipelines import lookup

from .comments import NEWEST, comments
from .movies import movies

MOST_COMMENTERS = 20
MOST_DIRECTORS = 50
MOST_DISCUSSED = 20
LATEST = 3

# A report takes as long as it takes, up to here.
SECONDS = 10
# More rows than any report has, so that all of them come in one answer.
ONE_BATCH = 10_000

# A range, unlike a $type, is answered from the keys of an index alone.
OF_A_FILM = {"movie_id": {"$gte": ObjectId("0" * 24)}}
OF_SOMEBODY = {"email": {"$gt": ""}}

TOPICS = (Topic.of(comments), Topic.of(movies))


class TooSlow(Exception):
    """The report was not ready within SECONDS."""


def commenters_pipeline() -> list[dict]:
    """On comments: {_id: email, comments, latest: [{name, date}]}, who wrote most first."""
    return [
        {"$match": OF_SOMEBODY},
        {"$group": {"_id": "$email", "comments": {"$sum": 1}}},
        {"$sort": {"comments": DESCENDING, "_id": ASCENDING}},
        {"$limit": MOST_COMMENTERS},
        _latest("email", 1, "name", "date"),
    ]


def directors_pipeline(at_least: int) -> list[dict]:
    """On movies: {_id: name, films, rating}, the best first; only films with a rating count."""
    is_rated = {"$cond": [{"$isNumber": "$imdb.rating"}, 1, 0]}
    rating = {"$round": [{"$toDouble": "$rating"}, 6]}
    return [
        # Some ratings are "", which a range of numbers leaves out.
        {"$match": {"imdb.rating": {"$gte": 0, "$lte": 10}}},
        _without_repeats("directors"),
        {"$unwind": "$directors"},
        {"$match": {"directors": {"$gt": "", "$type": "string"}}},
        {
            "$group": {
                "_id": "$directors",
                "films": {"$sum": is_rated},
                "rating": {"$avg": "$imdb.rating"},
            }
        },
        {"$match": {"films": {"$gte": at_least}}},
        # Nobody is ahead by the last bit of a sum.
        {"$set": {"rating": rating}},
        {"$sort": {"rating": DESCENDING, "films": DESCENDING, "_id": ASCENDING}},
        {"$limit": MOST_DIRECTORS},
    ]


def _with_comments(field: str) -> list[dict]:
    """On comments: the `field` of each film there is, and how many comments it has.

    Films and counts are united and grouped by the film's id, which is faster than to look up
    millions of films one by one.
    """
    return [
        {"$match": OF_A_FILM},
        {"$group": {"_id": "$movie_id", "comments": {"$sum": 1}}},
        {
            "$unionWith": {
                "coll": movies.name,
                "pipeline": [{"$project": {field: 1, "films": {"$literal": 1}}}],
            }
        },
        {
            "$group": {
                "_id": "$_id",
                field: {"$max": f"${field}"},  # of the film, as its counts have none
                "films": {"$sum": "$films"},
                "comments": {"$sum": "$comments"},
            }
        },
        {"$match": {"films": {"$gt": 0}}},
    ]


def years_pipeline() -> list[dict]:
    """On comments: {_id: year or None, films, comments, written}.

    `comments` are those on the films of the year, `written` all that were written in it.
    """
    year = {"$convert": {"input": "$year", "to": "int", "onError": None, "onNull": None}}
    of_film = {"$cond": [{"$isNumber": "$year"}, year, None]}
    of_comment = {"$cond": [{"$eq": [{"$type": "$date"}, "date"]}, {"$year": "$date"}, None]}
    written = [{"$group": {"_id": of_comment, "written": {"$sum": 1}}}]
    return [
        *_with_comments("year"),
        {"$group": {"_id": of_film, **_sums("films", "comments")}},
        {"$unionWith": {"coll": comments.name, "pipeline": written}},
        {"$group": {"_id": "$_id", **_sums("films", "comments", "written")}},
        {"$sort": {"_id": ASCENDING}},
    ]


def genres_pipeline() -> list[dict]:
    """On comments: {_id: genre or None, films, comments}; a film counts in each of its genres."""
    genre = {"$cond": [{"$eq": [{"$type": "$genres"}, "string"]}, "$genres", None]}
    return [
        *_with_comments("genres"),
        _without_repeats("genres"),
        {"$unwind": {"path": "$genres", "preserveNullAndEmptyArrays": True}},
        {"$group": {"_id": genre, **_sums("films", "comments")}},
        {"$sort": {"films": DESCENDING, "_id": ASCENDING}},
    ]


def _without_repeats(field: str) -> dict:
    """A film counts once for each name, however often it has it, and once for all that is none."""
    names = f"${field}"
    name = {"$cond": [{"$eq": [{"$type": "$$this"}, "string"]}, "$$this", None]}
    set_of = {"$setUnion": [{"$map": {"input": names, "in": name}}, []]}
    once = {"$cond": [{"$isArray": names}, set_of, names]}
    return {"$set": {field: once}}


def _sums(*fields: str) -> dict:
    return {field: {"$sum": f"${field}"} for field in fields}


def discussed_pipeline() -> list[dict]:
    """On comments: {_id: the film's id, comments, movie: {title, year}, latest: [comment]}.

    Comments of films that are gone take nobody's place. Run it with COLLATION, as the index of a
    film's comments has it.
    """
    return [
        {"$match": OF_A_FILM},
        {"$group": {"_id": "$movie_id", "comments": {"$sum": 1}}},
        {"$sort": {"comments": DESCENDING, "_id": ASCENDING}},
        lookup("movie", movies.name, "_id", "_id", {"$project": {"_id": 0, "title": 1, "year": 1}}),
        {"$unwind": "$movie"},
        {"$limit": MOST_DISCUSSED},
        _latest("movie_id", LATEST, "name", "date", "text"),
    ]


def _latest(whose: str, most: int, *shown: str) -> dict:
    """The stage that gives each group the `latest` comments whose field `whose` is its _id."""
    fields = {"_id": 0, **dict.fromkeys(shown, 1)}
    stages = {"$sort": NEWEST}, {"$limit": most}, {"$project": fields}
    return lookup("latest", comments.name, "_id", whose, *stages)


# Each of these raises TooSlow. They are kept until a film or a comment changes.


@cached(*TOPICS)
def commenters() -> list[dict]:
    return _rows(comments, commenters_pipeline())


@cached(Topic.of(movies))
def directors(at_least: int) -> list[dict]:
    # Nearly all films have a rating: reading them one by one through its index takes longer.
    return _rows(movies, directors_pipeline(at_least), hint={"$natural": 1})


@cached(*TOPICS)
def years() -> list[dict]:
    return _rows(comments, years_pipeline())


@cached(*TOPICS)
def genres() -> list[dict]:
    return _rows(comments, genres_pipeline())


@cached(*TOPICS)
def discussed() -> list[dict]:
    return _rows(comments, discussed_pipeline(), collation=COLLATION)


def _rows(collection: Collection, pipeline: list[dict], **options) -> list[dict]:
    mode = read_pref_mode_from_name(settings.REPORTS_READ_PREFERENCE)
    preference = make_read_preference(mode, tag_sets=None)
    source = collection.with_options(read_preference=preference)
    options |= {"allowDiskUse": True, "batchSize": ONE_BATCH}
    try:
        # The driver tells the server, as maxTimeMS, what is left of it.
        with pymongo.timeout(SECONDS), source.database.client.start_session() as session:
            # Or a secondary may leave out the change that made us read the report anew.
            known = max(changes.position(), *changes.last(TOPICS))
            if known > changes.NEVER:
                session.advance_operation_time(known)
            return list(source.aggregate(pipeline, session=session, **options))
    except TOO_SLOW as error:
        raise TooSlow from error
