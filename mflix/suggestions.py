"""Films like one, and films for one person: what they share decides, then how popular they are.

MongoDB finds the candidates by its indexes alone. They are ranked here, as its expressions
take longer for that than for finding them (docs/performance.md).
"""

import unicodedata
from collections.abc import Iterable
from numbers import Real

from pialara_site.pipelines import lookup, united
from pialara_site.stored import number

from .movies import CARD, POPULAR_FIRST, movies
from .search import DEFAULT_SORT, ORDERS

# What a person, a director or a genre in common is worth.
WORTH = {"directors": 3, "cast": 2, "genres": 1}
SHOWN = 10
# The most popular films are candidates, so many for each field. One may be the film itself.
CANDIDATES = SHOWN + 1

MOST_POPULAR = [
    {"$sort": POPULAR_FIRST},
    {"$limit": CANDIDATES},
    {"$project": {**CARD, **dict.fromkeys(WORTH, 1)}},
]


def candidates() -> list[dict]:
    """The stages that add to one film those that similar() ranks."""
    return [lookup(f"_{field}", movies.name, field, field, *MOST_POPULAR) for field in WORTH]


def similar(film: dict) -> list[dict]:
    """The films most like one that has its candidates(), which are taken from it."""
    liked = {field: _of_film(film, field) for field in WORTH}
    found = [each for field in WORTH for each in film.pop(f"_{field}")]
    others = (each for each in found if each["_id"] != film["_id"])
    return [each for shared, each in _ranked(others, liked) if shared][:SHOWN]


def for_person(preferences: dict) -> list[dict] | None:
    """The pipeline on movies for what a person likes, or None when they have said nothing.

    best() ranks what it finds.
    """
    ratings = sorted(_names(preferences.get("preferred_ratings")))
    suitable = {"rated": {"$in": ratings}} if ratings else {}
    branches = [
        [{"$match": {field: {"$in": sorted(names)}, **suitable}}, *MOST_POPULAR]
        for field, names in _liked(preferences).items()
        if names
    ]
    if ratings and not branches:
        branches = [[{"$match": suitable}, *MOST_POPULAR]]
    return united(movies.name, *branches) if branches else None


def best(found: Iterable[dict], preferences: dict) -> list[dict]:
    """The films for a person, of those that for_person() finds."""
    return [film for _shared, film in _ranked(found, _liked(preferences))][:SHOWN]


def _liked(preferences: dict) -> dict[str, set[str]]:
    liked = {"cast": "favorite_cast", "genres": "favorite_genres"}
    return {field: _names(preferences.get(name)) for field, name in liked.items()}


def _ranked(found: Iterable[dict], liked: dict[str, set[str]]) -> list[tuple[int, dict]]:
    """Each film once, after what it shares: those that share most first."""
    films = {str(film["_id"]): film for film in found}
    scored = [(_shared(film, liked), movie_id, film) for movie_id, film in films.items()]
    scored.sort(key=lambda each: (-each[0], -_popularity(each[2]), each[1]))
    return [(shared, film) for shared, _movie_id, film in scored]


def _shared(film: dict, liked: dict[str, set[str]]) -> int:
    return sum(WORTH[field] * len(names & _of_film(film, field)) for field, names in liked.items())


def _popularity(film: dict) -> Real:
    reviews = number(ORDERS[DEFAULT_SORT].value(film))
    return -1 if reviews is None else reviews


def _of_film(film: dict, field: str) -> set[str]:
    """The names in its list, or the one that stands in its place."""
    value = film.get(field)
    return _names(value if isinstance(value, list) else [value])


def _names(value) -> set[str]:
    """Those in a list, whatever else is stored there; as for MongoDB, their case doesn't matter,
    nor how their letters are composed.
    """
    if not isinstance(value, list):
        return set()
    return {
        unicodedata.normalize("NFKC", each).casefold()
        for each in value
        if isinstance(each, str) and each
    }
