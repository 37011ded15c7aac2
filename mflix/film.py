"""One film with its first comments and the films like it, in one round trip."""

from dataclasses import dataclass

from bson import ObjectId

from pialara_site import cache
from pialara_site.changes import Topic
from pialara_site.mongo import COLLATION

from .comments import first_page, newest
from .keyset import Slice
from .movies import movies
from .suggestions import candidates, similar


class _NoSuchFilm(Exception):
    pass


@dataclass(frozen=True)
class Film:
    movie: dict
    comments: Slice
    similar: list[dict]


def pipeline(movie_id: ObjectId) -> list[dict]:
    return [{"$match": {"_id": movie_id}}, newest()]


def by_id(movie_id: ObjectId) -> Film | None:
    """The films like it, which take most of the time, are kept until a film changes."""
    wanted, found = pipeline(movie_id), []

    def alike() -> list[dict]:
        found.append(_read([*wanted, *candidates()]))
        return similar(found[0])

    try:
        others = cache.shared.get((__name__, movie_id), alike, [Topic.of(movies)])
        film = found[0] if found else _read(wanted)
    except _NoSuchFilm:
        return None
    return Film(film, first_page(film), others)


def _read(stages: list[dict]) -> dict:
    film = next(movies.aggregate(stages, collation=COLLATION), None)
    if film is None:
        raise _NoSuchFilm
    return film
