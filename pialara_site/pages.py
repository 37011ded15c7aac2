"""Lists in pages of numbered pages, whatever the URL asks for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

MOST_DIGITS = 9


@dataclass(frozen=True)
class Page:
    """One page of a list: `number` of `last`, holding `rows` out of `total` in all pages."""

    rows: list
    total: int
    number: int
    last: int

    @property
    def previous(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        return self.number + 1 if self.number < self.last else None


def numbered(
    wanted: str, per_page: int, fetch: Callable[[int], tuple[list, int, Any]]
) -> tuple[Page, Any]:
    """The page whose number the text `wanted` says, or the nearest one.

    `fetch(number)` answers a page's rows, the total, and anything else, which is passed on.
    """
    number = int(wanted[:MOST_DIGITS]) if wanted.isascii() and wanted.isdigit() else 1
    number = max(number, 1)
    rows, total, more = fetch(number)
    last = max(1, -(-total // per_page))
    if number > last:
        number = last
        rows, total, more = fetch(number)
    return Page(rows, total, number, last), more


def one_of(wanted: str, allowed, default: str = "") -> str:
    """`wanted` if it is allowed, else `default`."""
    return wanted if wanted in allowed else default


def sort_of(wanted: str, fields, default: str) -> str:
    """`wanted` if it is one of `fields`, or one with "-" before it, else `default`."""
    return wanted if wanted.removeprefix("-") in fields else default


def search_text(query: QueryDict, name: str = "q") -> str:
    """The text searched for, without what no name holds: ends trimmed, no invisible codes."""
    visible = "".join(filter(str.isprintable, query.get(name, "")))
    return visible.strip()[:100]
