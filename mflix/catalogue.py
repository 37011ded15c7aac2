"""The list of films, a page at a time: one command, whatever is asked for.

The numbers beside it take most of that: those of a search are kept until a film changes, and cost
a command of their own when they are not. Of words, they also tell how the best films are found.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pialara_site.cache import cached
from pialara_site.changes import Topic

from . import facets, ranking
from .facets import NONE, Facets
from .keyset import Cursor, Slice
from .movies import CARD, COLLATION, movies
from .search import Search
from .together import Queries, together

PER_PAGE = 20


@dataclass(frozen=True)
class Page:
    films: Slice
    facets: Facets
    # Of very many films that say some words, the best ones.
    is_selection: bool
    # What else was asked for together with it, by its name.
    beside: dict[str, list[dict]]


def page(search: Search, cursor: Cursor, beside: Queries | None = None) -> Page:
    """One page of films, with the numbers beside it and the results of other queries `beside`."""
    is_ranked = cursor.order.is_computed
    numbers = facets_of(search) if is_ranked else NONE
    if is_ranked and not numbers.total:
        return Page(Slice(), numbers, False, {})
    is_selection = numbers.total > ranking.CANDIDATES
    queries = {"films": (movies, rows(search, cursor, is_selection)), **(beside or {})}
    found = together(queries, collation=COLLATION)
    films = cursor.slice(found.pop("films"))
    if not is_ranked and (films.rows or cursor.position):
        numbers = facets_of(search)
    return Page(films, numbers, is_selection, found)


@cached(Topic.of(movies))
def facets_of(search: Search) -> Facets:
    """The numbers beside the list that a search finds."""
    return facets.read(next(movies.aggregate(facets.pipeline(search), collation=COLLATION)))


def rows(search: Search, cursor: Cursor, is_selection: bool = False) -> list[dict]:
    """What finds the films of a page."""
    if is_selection:
        found = ranking.fused(search)
    elif cursor.order.is_computed:
        found = ranking.scored(search)
    else:
        found = [{"$match": search.criteria()}]
    return cursor.pipeline(movies.name, found, {"$project": CARD})


def loosened(search: Search) -> Iterator[tuple[str, int]]:
    """For each filter of a search, by its name, how many films there are without it.

    Any number above facets.most_counted() means "more".
    """
    if not search.given:
        return
    counted = [{"$limit": facets.most_counted(search) + 1}, {"$count": "count"}]
    queries = {
        name: (movies, [{"$match": search.without(name).criteria()}, *counted])
        for name in search.given
    }
    for name, rows in together(queries, collation=COLLATION).items():
        yield name, rows[0]["count"] if rows else 0
