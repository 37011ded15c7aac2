"""One film with its first comments and the films like it, in one round trip."""

from dataclasses import dataclass

from bson import ObjectId

from .comments import first_page, newest
from .keyset import Slice
from .movies import COLLATION, movies
from .suggestions import candidates, similar


@dataclass(frozen=True)
class Film:
    movie: dict
    comments: Slice
    similar: list[dict]


def pipeline(movie_id: ObjectId) -> list[dict]:
    return [{"$match": {"_id": movie_id}}, newest(), *candidates()]


def by_id(movie_id: ObjectId) -> Film | None:
    found = next(movies.aggregate(pipeline(movie_id), collation=COLLATION), None)
    if found is None:
        return None
    return Film(found, first_page(found), similar(found))
