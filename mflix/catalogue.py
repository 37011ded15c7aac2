"""Lists of films: the search, its facets, and the pages of its results.

A page is one command, whatever is asked for. Filters and pipelines are built by pure functions.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

from django.http import QueryDict
from pymongo import ASCENDING, DESCENDING

from pialara_site.pages import one_of, search_text, visible

from .keyset import LOWEST_NUMBER, LOWEST_TEXT, Cursor, Order, Slice
from .movies import CARD, COLLATION, POPULAR_FIRST, POPULARITY, movies
from .together import Queries, together

PER_PAGE = 20
# Films are counted up to here, and no further: totals and facets cost no more than that.
MOST_COUNTED = 10_000
MOST_VALUES = 20
MOST_FACETS = 30

DEFAULT_SORT = "popular"
RELEVANCE = "relevance"
ORDERS = {
    "popular": Order(POPULARITY, LOWEST_NUMBER, DESCENDING),
    "newest": Order("year", LOWEST_NUMBER, DESCENDING),
    "oldest": Order("year", LOWEST_NUMBER, ASCENDING),
    "rating": Order("imdb.rating", LOWEST_NUMBER, DESCENDING),
    "title": Order("title", LOWEST_TEXT, ASCENDING),
    RELEVANCE: Order("score", LOWEST_NUMBER, DESCENDING, computed={"$meta": "textScore"}),
}

# The lower bounds of the buckets; what is in none of them is OTHER.
OTHER = "other"
RUNTIMES = (0, 60, 90, 120, 180, float("inf"))
METACRITICS = (0, 50, 70, 90, 100, float("inf"))

# The parameters that may be repeated, and the fields that they are about.
FIELDS = {
    "genre": "genres",
    "country": "countries",
    "language": "languages",
    "cast": "cast",
    "director": "directors",
}
BUCKETS = {"runtime": RUNTIMES, "metacritic": METACRITICS}


@dataclass(frozen=True)
class Search:
    """What the list is narrowed to. What is empty or None is no filter.

    Those of FIELDS hold any number of values, of which a film needs one.
    """

    q: str = ""
    title: str = ""
    genre: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    cast: tuple[str, ...] = ()
    director: tuple[str, ...] = ()
    year_from: int | None = None
    year_to: int | None = None
    rating_from: float | None = None
    rated: str = ""
    type: str = ""
    runtime: str = ""
    metacritic: str = ""

    @classmethod
    def read(cls, query: QueryDict) -> "Search":
        """The search of a URL; what makes no sense is no filter."""
        return cls(
            **{name: search_text(query, name) for name in ("q", "title", "rated", "type")},
            **{name: _values(query, name) for name in FIELDS},
            **{name: _year(query.get(name, "")) for name in ("year_from", "year_to")},
            **{name: _bucket(query.get(name, ""), BUCKETS[name]) for name in BUCKETS},
            rating_from=_rating(query.get("rating_from", "")),
        )

    @property
    def given(self) -> list[str]:
        """The names of the filters that are set."""
        return list(dict.fromkeys(name for name, _value in self.pairs()))

    def pairs(self) -> list[tuple[str, str]]:
        """The names and values of a URL for this search, in the order of the fields."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return [
            (name, str(value))
            for name, chosen in values.items()
            for value in (chosen if isinstance(chosen, tuple) else [chosen])
            if value not in ("", None)
        ]

    def without(self, name: str) -> "Search":
        return replace(self, **{name: getattr(Search(), name)})

    def criteria(self) -> dict:
        """The filter for find() and $match."""
        wanted = {field: {"$in": list(getattr(self, name))} for name, field in FIELDS.items()}
        wanted = {field: values for field, values in wanted.items() if values["$in"]}
        if self.q:
            wanted["$text"] = {"$search": self.q}
        if self.title:
            wanted["title"] = beginning_with(self.title)
        if years := _range(self.year_from, self.year_to):
            wanted["year"] = years
        if self.rating_from is not None:
            wanted["imdb.rating"] = {"$gte": self.rating_from}
        if self.rated:
            wanted["rated"] = self.rated
        if self.type:
            wanted["type"] = self.type
        for name, bounds in BUCKETS.items():
            if chosen := getattr(self, name):
                wanted[name] = _within(chosen, bounds)
        return wanted


def _values(query: QueryDict, name: str) -> tuple[str, ...]:
    texts = filter(None, map(visible, query.getlist(name)[:MOST_VALUES]))
    return tuple(dict.fromkeys(texts))


def _year(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else None


def _rating(text: str) -> float | None:
    text = text.strip().replace(",", ".")
    return float(text) if re.fullmatch(r"\d{1,2}(\.\d{1,9})?", text, re.ASCII) else None


def _bucket(text: str, bounds: tuple) -> str:
    return one_of(text, (*map(str, bounds[:-1]), OTHER))


def _range(lowest, highest) -> dict:
    bounds = {"$gte": lowest, "$lte": highest}
    return {operator: bound for operator, bound in bounds.items() if bound is not None}


def _within(chosen: str, bounds: tuple) -> dict:
    """The condition for the values of a bucket."""
    if chosen == OTHER:
        return {"$not": {"$gte": bounds[0]}}
    place = bounds.index(int(chosen))
    return {"$gte": bounds[place], "$lt": bounds[place + 1]}


def beginning_with(text: str) -> dict:
    """The condition for texts that begin with `text` in any case: a range of the collated index.

    That range is blind to accents too, which the expression isn't.
    """
    # U+FFFF sorts after every letter.
    return {"$gte": text, "$lt": f"{text}\uffff", "$regex": f"^{re.escape(text)}", "$options": "i"}


def order(search: Search, sort: str) -> tuple[str, Order]:
    """The sort that is asked for, or the nearest one, by name and as an Order."""
    default = RELEVANCE if search.q else DEFAULT_SORT
    name = one_of(sort, ORDERS, default)
    if name == RELEVANCE and not search.q:
        name = default
    return name, ORDERS[name]


# Facets


@dataclass(frozen=True)
class Facets:
    """How many films fit a search, and how many of each kind; all exact up to MOST_COUNTED films.

    Any greater number means "more". Each facet is a list of (value, count): names with the most
    films first, the others in order.
    """

    total: int
    genre: list[tuple[str, int]]
    country: list[tuple[str, int]]
    decade: list[tuple[int, int]]
    runtime: list[tuple[str, int]]
    metacritic: list[tuple[str, int]]


def facets_pipeline(search: Search) -> list[dict]:
    """The numbers beside the list, of at most MOST_COUNTED films: those that the index has first.

    With the most popular films first in nearly all of them, that is no arbitrary choice.
    """
    # Without a filter, the sort is what makes it read the index.
    popular_first = [] if search.given else [{"$sort": POPULAR_FIRST}]
    return [
        {"$match": search.criteria()},
        *popular_first,
        {"$limit": MOST_COUNTED + 1},
        {
            "$facet": {
                "total": [{"$count": "count"}],
                "genre": _names("genres"),
                "country": _names("countries"),
                "decade": _decades(),
                "runtime": [_buckets("runtime", RUNTIMES)],
                "metacritic": [_buckets("metacritic", METACRITICS)],
            }
        },
    ]


def _names(field: str) -> list[dict]:
    """A film counts once for each name, however often and in whatever case it has it."""
    names = {"$cond": [{"$isArray": f"${field}"}, f"${field}", [f"${field}"]]}
    return [
        {"$project": {field: {"$setUnion": [names, []]}}},
        {"$unwind": f"${field}"},
        {"$match": {field: {"$type": "string", "$not": {"$type": "array"}}}},
        {"$group": {"_id": f"${field}", "count": {"$sum": 1}}},
        {"$sort": {"count": DESCENDING, "_id": ASCENDING}},
        {"$limit": MOST_FACETS},
    ]


def _decades() -> list[dict]:
    decade = {"$multiply": [{"$floor": {"$divide": ["$year", 10]}}, 10]}
    return [
        {"$match": {"year": {"$gte": 0, "$lt": 10_000, "$not": {"$type": "array"}}}},
        {"$group": {"_id": {"$toInt": decade}, "count": {"$sum": 1}}},
        {"$sort": {"_id": DESCENDING}},
    ]


def _buckets(field: str, bounds: tuple) -> dict:
    return {"$bucket": {"groupBy": f"${field}", "boundaries": list(bounds), "default": OTHER}}


def facets(found: dict) -> Facets:
    """From what facets_pipeline() found."""
    total = next((each["count"] for each in found["total"]), 0)
    lists = {
        name: [(each["_id"], each["count"]) for each in found[name]]
        for name in ("genre", "country", "decade")
    }
    for name in BUCKETS:
        # In order: the server sorts a text, OTHER, after all numbers.
        lists[name] = [(str(each["_id"]), each["count"]) for each in found[name]]
    return Facets(total, **lists)


# Pages


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
    queries["facets"] = (movies, facets_pipeline(search))
    found = together({**queries, **(beside or {})}, collation=COLLATION)
    return Page(
        cursor.slice({phase: found[phase] for phase in rows}),
        facets(found["facets"][0]),
        {name: found[name] for name in beside or ()},
    )


def loosened(search: Search) -> Iterator[tuple[str, int]]:
    """For each filter of a search that finds nothing, how many films there are without it.

    Only those that help, each with its name; any number above MOST_COUNTED means "more".
    """
    if not search.given:
        return
    counted = [{"$limit": MOST_COUNTED + 1}, {"$count": "count"}]
    queries = {
        name: (movies, [{"$match": search.without(name).criteria()}, *counted])
        for name in search.given
    }
    for name, rows in together(queries, collation=COLLATION).items():
        yield from ((name, row["count"]) for row in rows)
