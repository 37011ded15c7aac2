"""One film with its first comments and the films like it, in one round trip."""

from dataclasses import dataclass

from bson import ObjectId

from pialara_site import cache
from pialara_site.changes import Topic
from pialara_site.mongo import COLLATION

from .comments import NoSuchMovie, first_page, newest
from .keyset import Slice
from .movies import movies
from .suggestions import candidates, similar


@dataclass(frozen=True)
class Film:
    movie: dict
    comments: Slice
    similar: list[dict]


def pipeline(movie_id: ObjectId) -> list[dict]:
    return [{"$match": {"_id": movie_id}}, newest()]


def by_id(movie_id: ObjectId) -> Film:
    """The films like it, which take most of the time, are kept until a film changes.

    Raises NoSuchMovie.
    """
    found = []

    def alike() -> list[dict]:
        found.append(_read(movie_id, *candidates()))
        return similar(found[0])

    others = cache.shared.get((__name__, movie_id), alike, [Topic.of(movies)])
    film = found[0] if found else _read(movie_id)
    return Film(film, first_page(film), others)


def _read(movie_id: ObjectId, *stages: dict) -> dict:
    film = next(movies.aggregate([*pipeline(movie_id), *stages], collation=COLLATION), None)
    if film is None:
        raise NoSuchMovie(movie_id)
    return film
