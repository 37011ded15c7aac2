"""The movies collection: its indexes, and films by id. Lists of films are in catalogue.py."""

from bson import ObjectId
from pymongo import ASCENDING, DESCENDING, TEXT, IndexModel

from pialara_site.mongo import COLLATION, mflix

movies = mflix.movies

POPULARITY = "tomatoes.viewer.numReviews"
POPULAR_FIRST = {POPULARITY: DESCENDING, "_id": ASCENDING}
# Films are found by each of these, the most popular ones first.
FILTERED = (
    "genres",
    "countries",
    "languages",
    "cast",
    "directors",
    "rated",
    "type",
    "runtime",
    "metacritic",
)

CARD = {
    "title": 1,
    "year": 1,
    "poster": 1,
    "imdb.rating": 1,
    POPULARITY: 1,
    "score": 1,
}


def _index(*keys) -> IndexModel:
    return IndexModel([*keys, ("_id", ASCENDING)], collation=COLLATION)


INDEXES = [
    _index((POPULARITY, DESCENDING)),
    _index(("imdb.rating", DESCENDING)),
    _index(("year", ASCENDING)),
    _index(("year", DESCENDING)),
    _index(("title", ASCENDING)),
    *(_index((field, ASCENDING), (POPULARITY, DESCENDING)) for field in FILTERED),
    # As sample_mflix on Atlas has it: a collection can't have a second one.
    IndexModel([("cast", TEXT), ("fullplot", TEXT), ("genres", TEXT), ("title", TEXT)]),
]


def cards(movie_ids: list[ObjectId]) -> list[dict]:
    """What a list shows of these films, in this order; one that is not there `is_gone`."""
    found = {each["_id"]: each for each in movies.find({"_id": {"$in": movie_ids}}, CARD)}
    return [found.get(movie_id, {"_id": movie_id, "is_gone": True}) for movie_id in movie_ids]
