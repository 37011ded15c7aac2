"""The films, theaters and comments of demo.py, brought into the collections that lack them."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pymongo
from bson import ObjectId
from pymongo.collection import Collection

from pialara_site.mongo import insert_missing

from . import demo
from .comments import comments
from .movies import movies
from .theaters import theaters

# The server takes two batches while the third is being made.
WRITERS = 2

# A range that also leaves out what is no ObjectId, and is read from the index.
NOT_OURS = {
    "$or": [{"_id": {"$not": {"$gte": demo.FIRST}}}, {"_id": {"$not": {"$lte": demo.LAST}}}]
}


def others_are_there() -> bool:
    """Do the collections hold films or theaters of others, or their comments before any film?"""
    if any(each.find_one(NOT_OURS, {"_id": 1}) for each in (movies, theaters)):
        return True
    return not movies.find_one({}, {"_id": 1}) and bool(comments.find_one(NOT_OURS, {"_id": 1}))


def add_theaters() -> int:
    """Returns how many were missing."""
    return insert_missing(theaters, demo.theaters())


def add_movies(count: int) -> Iterator[int]:
    """Add those of the first `count` films that are missing: how many, batch after batch."""
    return _add(movies, count, demo.movie_ids, demo.movies)


def add_comments(count: int, films: int, authors: list[tuple[str, str]]) -> Iterator[int]:
    """As add_movies(), on the first `films` films. They count on the films after a recount."""
    return _add(comments, count, demo.comment_ids, lambda n: demo.comments(n, films, authors))


def _add(
    collection: Collection,
    count: int,
    ids: Callable[[range], list[ObjectId]],
    make: Callable[[range], Iterator[dict]],
) -> Iterator[int]:
    with ThreadPoolExecutor(WRITERS) as writers:
        running = deque()
        for first in range(0, count, demo.BATCH):
            numbers = range(first, min(first + demo.BATCH, count))
            missing = _missing(collection, ids(numbers))
            docs = [doc for doc in make(numbers) if doc["_id"] in missing] if missing else []
            running.append(writers.submit(_insert, collection, docs))
            if len(running) > WRITERS:
                yield running.popleft().result()
        yield from (batch.result() for batch in running)


def _missing(collection: Collection, ids: list[ObjectId]) -> set[ObjectId]:
    """Those ids, in order and ours, that the collection has not."""
    between = {"_id": {"$gte": ids[0], "$lte": ids[-1]}}
    return set(ids).difference(doc["_id"] for doc in collection.find(between, {"_id": 1}))


def _insert(collection: Collection, docs: list[dict]) -> int:
    """Returns how many were still missing, as another `seed` may add the same."""
    with pymongo.timeout(0):  # threads don't inherit it
        return insert_missing(collection, docs)
