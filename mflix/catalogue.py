"""The list of films, a page at a time, with the numbers beside it.

These take most of the time, so those of a search are kept until a film changes. Of words, they also
tell how the best films are found, and take a command of their own.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pialara_site import cache
from pialara_site.changes import Topic
from pialara_site.mongo import COLLATION

from . import facets, ranking
from .facets import Facets
from .keyset import Cursor, Slice
from .movies import CARD, movies
from .search import Search
from .together import Queries, together

PER_PAGE = 20
# Of a search that finds nothing: each of them is a search of its own.
MOST_LOOSENED = 4


@dataclass(frozen=True)
class Page:
    films: Slice
    facets: Facets
    # What else was asked for together with it, by its name.
    beside: dict[str, list[dict]]
    # Of very many films that say some words, the best ones.
    is_selection: bool = False


def page(search: Search, cursor: Cursor, beside: Queries | None = None) -> Page:
    """One page of films, with the numbers beside it and the results of other queries `beside`.

    All in one command, unless the numbers are kept and tell of more films than one page holds. Who
    waits for the same numbers meanwhile waits for all of it, and then asks for a page of their own.
    """
    if cursor.order.is_computed:
        return _best(search, cursor)
    queries = {"films": (movies, rows(search, cursor)), **(beside or {})}
    found = {}

    def count() -> Facets:
        numbers = {"numbers": (movies, facets.pipeline(search))}
        found.update(together(queries | numbers, collation=COLLATION))
        return facets.read(*found.pop("numbers"))

    numbers = _kept(search, count)
    if not found:  # they were kept, or somebody else has just counted
        if beside or numbers.total <= cursor.size:
            found = together(queries, collation=COLLATION)
        else:
            found["films"] = cursor.rows(movies, search.criteria(), CARD, collation=COLLATION)
    return Page(cursor.slice(found.pop("films")), numbers, found)


def _best(search: Search, cursor: Cursor) -> Page:
    """One page of the films that fit words best."""
    counted = facets.pipeline(search)
    numbers = _kept(search, lambda: facets.read(*movies.aggregate(counted, collation=COLLATION)))
    if not numbers.total:
        return Page(Slice(), numbers, {})
    is_selection = numbers.total > facets.most_counted(search)
    found, stages = (
        (ranking.fused(search), ranking.CARDS)
        if is_selection
        else (ranking.scored(search), [{"$project": CARD}])
    )
    pipeline = cursor.pipeline(movies.name, found, *stages)
    films = movies.aggregate(pipeline, collation=COLLATION)
    return Page(cursor.slice(films), numbers, {}, is_selection)


def _kept(search: Search, count: Callable[[], Facets]) -> Facets:
    """The numbers beside the list that a search finds."""
    # A search that somebody makes up may be of 100 values, and only what is kept is bounded.
    key = hashlib.blake2b(repr(search).encode()).digest()
    return cache.shared.get((__name__, key), count, [Topic.of(movies)])


def rows(search: Search, cursor: Cursor) -> list[dict]:
    """What finds the films of a page, in an order that is stored."""
    return cursor.pipeline(movies.name, [{"$match": search.criteria()}], {"$project": CARD})


def loosened(search: Search) -> Iterator[tuple[str, int]]:
    """For the first filters of a search, by name, how many films there are without each of them.

    Any number above facets.most_counted() means "more".
    """
    if not search.given:
        return
    counted = [{"$limit": facets.most_counted(search) + 1}, {"$count": "count"}]
    queries = {
        name: (movies, [{"$match": search.without(name).criteria()}, *counted])
        for name in search.given[:MOST_LOOSENED]
    }
    for name, rows in together(queries, collation=COLLATION).items():
        yield name, rows[0]["count"] if rows else 0
