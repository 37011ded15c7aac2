"""What a URL asks of the list of films: filters and a sort. Pure; catalogue.py runs it."""

import re
import unicodedata
from dataclasses import dataclass, fields, replace
from functools import cached_property

from django.http import QueryDict
from pymongo import ASCENDING, DESCENDING

from pialara_site.typed import visible

from .keyset import LOWEST_NUMBER, LOWEST_TEXT, Order
from .movies import POPULARITY
from .world import language_named

MOST_VALUES = 20

DEFAULT_SORT = "popular"
RELEVANCE = "relevance"
ORDERS = {
    "popular": Order(POPULARITY, LOWEST_NUMBER, DESCENDING),
    "newest": Order("year", LOWEST_NUMBER, DESCENDING),
    "oldest": Order("year", LOWEST_NUMBER, ASCENDING),
    "rating": Order("imdb.rating", LOWEST_NUMBER, DESCENDING),
    "title": Order("title", LOWEST_TEXT, ASCENDING),
    RELEVANCE: Order("score", LOWEST_NUMBER, DESCENDING, is_computed=True),
}

# The lower bounds of the buckets; what is in none of them is OTHER.
OTHER = "other"
BUCKETS = {
    "runtime": (0, 60, 90, 120, 180, float("inf")),
    "metacritic": (0, 50, 70, 90, 100, float("inf")),
}

# The parameters that may be repeated, and the fields that they are about.
FIELDS = {
    "genre": "genres",
    "country": "countries",
    "language": "languages",
    "cast": "cast",
    "director": "directors",
}


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
        readers = {name: reader for name, reader in _READERS.items() if name in query}
        return cls(**{name: reader(query, name) for name, reader in readers.items()})

    @property
    def given(self) -> list[str]:
        """The names of the filters that are set."""
        return list(dict.fromkeys(name for name, _value in self.pairs))

    @cached_property
    def pairs(self) -> list[tuple[str, str]]:
        """The names and values of a URL for this search, in the order of the fields."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return [
            (name, _decimal(value) if isinstance(value, float) else str(value))
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
        if self.language:
            names = (*self.language, *map(language_named, self.language))
            wanted["languages"] = {"$in": list(dict.fromkeys(names))}
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


def _text(query: QueryDict, name: str) -> str:
    return visible(query.get(name, ""))


def _values(query: QueryDict, name: str) -> tuple[str, ...]:
    texts = filter(None, map(visible, query.getlist(name)[:MOST_VALUES]))
    return tuple(dict.fromkeys(texts))


def _year(query: QueryDict, name: str) -> int | None:
    text = query.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else None


def _rating(query: QueryDict, name: str) -> float | None:
    text = query.get(name, "").strip().replace(",", ".")
    is_one = re.fullmatch(r"0?\d(\.\d{1,9})?|10(\.0{1,9})?", text, re.ASCII)
    return float(text) if is_one else None


def _decimal(rating: float) -> str:
    """As short as _rating() reads it again, which takes no exponent."""
    return f"{rating:.9f}".rstrip("0").rstrip(".")


def _bucket(query: QueryDict, name: str) -> str:
    text = query.get(name, "")
    return text if text in (*map(str, BUCKETS[name][:-1]), OTHER) else ""


_READERS = {
    **dict.fromkeys(("q", "title", "rated", "type"), _text),
    **dict.fromkeys(FIELDS, _values),
    **dict.fromkeys(("year_from", "year_to"), _year),
    **dict.fromkeys(BUCKETS, _bucket),
    "rating_from": _rating,
}


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

    That range is blind to accents too, which the expression isn't. How letters are composed matters
    to neither.
    """
    composed = dict.fromkeys(unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    begins = "|".join(f"^{re.escape(each)}" for each in composed)
    # U+FFFF sorts after every letter.
    return {"$gte": text, "$lt": f"{text}\uffff", "$regex": begins, "$options": "i"}


def default_sort(has_words: bool) -> str:
    return RELEVANCE if has_words else DEFAULT_SORT


def order_of(search: Search, sort: str) -> tuple[str, Order]:
    """The sort that is asked for, or the nearest one, by name and as an Order."""
    is_one = sort in ORDERS and (sort != RELEVANCE or search.q)
    name = sort if is_one else default_sort(bool(search.q))
    return name, ORDERS[name]
