"""What the page of films offers: the chosen filters, the facets and the sorts, each as a link."""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlencode

from django.utils.formats import get_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import genres, world
from .facets import NONE, Facets
from .search import BUCKETS, FIELDS, ORDERS, OTHER, RELEVANCE, Search, default_sort

LABELS = {
    "q": gettext_lazy("Words"),
    "title": gettext_lazy("Title begins with"),
    "genre": gettext_lazy("Genre"),
    "country": gettext_lazy("Country"),
    "language": gettext_lazy("Language"),
    "cast": gettext_lazy("Cast"),
    "director": gettext_lazy("Director"),
    "year_from": gettext_lazy("From the year"),
    "year_to": gettext_lazy("To the year"),
    "rating_from": gettext_lazy("IMDb rating from"),
    "rated": gettext_lazy("Age rating"),
    "type": gettext_lazy("Type"),
    "runtime": gettext_lazy("Running time"),
    "metacritic": gettext_lazy("Metacritic"),
}
SORTS = {
    "popular": gettext_lazy("Most reviewed"),
    "newest": gettext_lazy("Newest"),
    "oldest": gettext_lazy("Oldest"),
    "rating": gettext_lazy("Best rated"),
    "title": gettext_lazy("By title"),
    RELEVANCE: gettext_lazy("Best match"),
}
# What a search for words looks through as well.
WORDS = ("title", "cast")
# What is chosen by links alone: a search form's field for it adds to it.
_LINKED = {*FIELDS, *BUCKETS}
TYPES = {"movie": gettext_lazy("Film"), "series": gettext_lazy("Series")}
_TRANSLATED = {"genre": genres.shown, "country": world.country, "language": world.language}


class Link(NamedTuple):
    label: str
    url: str
    count: int | None = None
    is_chosen: bool = False


@dataclass(frozen=True)
class Facet:
    """`widens`: a film needs one of the chosen values, and not all."""

    label: str
    links: list[Link]
    widens: bool = False

    @property
    def is_chosen(self) -> bool:
        return any(link.is_chosen for link in self.links)


@dataclass(frozen=True)
class Browsing:
    """The links from one search, in one sort, to others, with the numbers of films there."""

    search: Search
    sort: str
    numbers: Facets = NONE

    def url(self, pairs: list[tuple[str, str]], sort: str = "") -> str:
        wanted = [*pairs, *_sorted_by(sort or self.sort, pairs)]
        return f"?{'&'.join(map(_parameter, wanted))}"

    def tags(self) -> list[Link]:
        """The chosen filters, each with the search without it."""
        return [
            Link(
                f"{LABELS[name]}: {shown(name, value)}",
                self.url([pair for pair in self.search.pairs if pair != (name, value)]),
            )
            for name, value in self.search.pairs
        ]

    @property
    def first(self) -> str:
        """The first page of this very search."""
        return self.url(self.search.pairs)

    @property
    def as_words(self) -> str:
        """The search for the words of titles and actors, wherever they stand, if there are any."""
        named = [value for name, value in self.search.pairs if name in WORDS]
        return self.url([("q", " ".join(named))], RELEVANCE) if named else ""

    @property
    def entered(self) -> list[tuple[str, str]]:
        """What the search form shows in its fields."""
        return self._without(*_LINKED)

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the search form sends along, having no fields for it that show it."""
        kept = [pair for pair in self.search.pairs if pair[0] in _LINKED]
        return [*kept, *_sorted_by(self.sort, self.search.pairs)]

    def sorts(self) -> list[Link]:
        names = [name for name in ORDERS if name != RELEVANCE or self.search.q]
        return [
            Link(str(SORTS[name]), self.url(self.search.pairs, name), is_chosen=name == self.sort)
            for name in names
        ]

    def facets(self) -> list[Facet]:
        numbers = self.numbers
        listed = [
            Facet(
                str(LABELS[name]),
                [self._add(name, *each) for each in getattr(numbers, name)],
                widens=True,
            )
            for name in ("genre", "country")
        ]
        listed.append(Facet(_("Decade"), [self._decade(*each) for each in numbers.decade]))
        listed += [
            Facet(
                str(LABELS[name]), [self._replace(name, *each) for each in getattr(numbers, name)]
            )
            for name in BUCKETS
        ]
        return [facet for facet in listed if facet.links]

    def loosened(self, counts: list[tuple[str, int]]) -> list[Link]:
        """The searches with one filter less, each with the number of films that it finds."""
        return [
            Link(
                ", ".join(
                    f"{LABELS[name]}: {shown(name, value)}"
                    for each, value in self.search.pairs
                    if each == name
                ),
                self.url(self._without(name)),
                count,
            )
            for name, count in counts
        ]

    def _add(self, name: str, value: str, count: int) -> Link:
        """Adds a value; one that is chosen is taken away."""
        folded = value.casefold()
        others = [
            pair for pair in self.search.pairs if pair[0] != name or pair[1].casefold() != folded
        ]
        is_chosen = len(others) < len(self.search.pairs)
        wanted = others if is_chosen else [*self.search.pairs, (name, value)]
        return Link(shown(name, value), self.url(wanted), count, is_chosen)

    def _replace(self, name: str, value: str, count: int) -> Link:
        is_chosen = getattr(self.search, name) == value
        wanted = self._without(name) + ([] if is_chosen else [(name, value)])
        return Link(shown(name, value), self.url(wanted), count, is_chosen)

    def _decade(self, decade: int, count: int) -> Link:
        years = [("year_from", str(decade)), ("year_to", str(decade + 9))]
        is_chosen = set(years) <= set(self.search.pairs)
        wanted = self._without("year_from", "year_to") + ([] if is_chosen else years)
        return Link(_("%(decade)ds") % {"decade": decade}, self.url(wanted), count, is_chosen)

    def _without(self, *names: str) -> list[tuple[str, str]]:
        return [pair for pair in self.search.pairs if pair[0] not in names]


def shown(name: str, value: str) -> str:
    """The value of a filter in words."""
    if name == "type":
        return str(TYPES.get(value, value))
    if name in _TRANSLATED:
        return _TRANSLATED[name](value)
    if name == "rating_from":
        return value.replace(".", get_format("DECIMAL_SEPARATOR"))
    if name not in BUCKETS:
        return value
    if value == OTHER:
        return _("unknown")
    bounds = BUCKETS[name]
    lowest, above = (bounds[bounds.index(int(value)) + step] for step in (0, 1))
    if name == "metacritic":
        return str(lowest) if above == float("inf") else f"{lowest}–{above - 1}"
    if above == float("inf"):
        return _("%(n)d minutes and more") % {"n": lowest}
    return _("%(from)d to %(to)d minutes") % {"from": lowest, "to": above - 1}


@lru_cache(maxsize=2_000)
def _parameter(pair: tuple[str, str]) -> str:
    """Quoted for an address, as a page has dozens of links with the same ones."""
    return urlencode([pair])


def _sorted_by(sort: str, pairs: list) -> list[tuple[str, str]]:
    """The parameter for a sort, unless a search of `pairs` is sorted so anyway."""
    return [] if sort == default_sort("q" in dict(pairs)) else [("sort", sort)]
