"""The list of films, a page at a time: one command, whatever is asked for."""

from collections.abc import Iterator
from dataclasses import dataclass

from . import facets
from .facets import Facets
from .keyset import Cursor, Slice
from .movies import CARD, COLLATION, movies
from .search import Search
from .together import Queries, together

PER_PAGE = 20


@dataclass(frozen=True)
class Page:
    films: Slice
    facets: Facets
    # What else was asked for together with it, by its name.
    beside: dict[str, list[dict]]


def page(search: Search, cursor: Cursor, beside: Queries | None = None) -> Page:
    """One page of films, with the numbers beside it and the results of other queries `beside`."""
    rows = cursor.pipelines(search.criteria())
    queries = {phase: (movies, [*stages, {"$project": CARD}]) for phase, stages in rows.items()}
    queries["facets"] = (movies, facets.pipeline(search))
    found = together({**queries, **(beside or {})}, collation=COLLATION)
    return Page(
        cursor.slice({phase: found[phase] for phase in rows}),
        facets.read(found["facets"][0]),
        {name: found[name] for name in beside or ()},
    )


def loosened(search: Search) -> Iterator[tuple[str, int]]:
    """For each filter of a search, by its name, how many films there are without it.

    Any number above facets.MOST_COUNTED means "more".
    """
    if not search.given:
        return
    counted = [{"$limit": facets.MOST_COUNTED + 1}, {"$count": "count"}]
    queries = {
        name: (movies, [{"$match": search.without(name).criteria()}, *counted])
        for name in search.given
    }
    for name, rows in together(queries, collation=COLLATION).items():
        yield name, rows[0]["count"] if rows else 0
