"""Lists in numbered pages, whatever the URL asks for."""

from dataclasses import dataclass

from django.http import QueryDict

MOST_DIGITS = 9


@dataclass(frozen=True)
class Page:
    """One page of a list of `total` rows: the one whose number is `wanted`, or the nearest one."""

    wanted: str
    total: int
    per_page: int

    @property
    def number(self) -> int:
        is_number = self.wanted.isascii() and self.wanted.isdigit()
        number = int(self.wanted[:MOST_DIGITS]) if is_number else 1
        return min(max(number, 1), self.last)

    @property
    def last(self) -> int:
        return max(1, -(-self.total // self.per_page))

    @property
    def start(self) -> int:
        """How many rows come before it."""
        return (self.number - 1) * self.per_page

    @property
    def previous(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        return self.number + 1 if self.number < self.last else None


def one_of(wanted: str, allowed, default: str = "") -> str:
    """`wanted` if it is allowed, else `default`."""
    return wanted if wanted in allowed else default


def sort_of(wanted: str, fields, default: str) -> str:
    """`wanted` if it is one of `fields`, or one with "-" before it, else `default`."""
    return wanted if wanted.removeprefix("-") in fields else default


def visible(text: str) -> str:
    """A text to search for, without what no name holds: ends trimmed, no invisible codes."""
    return "".join(filter(str.isprintable, text)).strip()[:100]


def search_text(query: QueryDict, name: str = "q") -> str:
    return visible(query.get(name, ""))


def sorted_by(sort: str, field: str) -> str:
    """The value of aria-sort for the column `field` of a list sorted by `sort`."""
    if sort.removeprefix("-") != field:
        return "none"
    return "descending" if sort.startswith("-") else "ascending"


def toggled(sort: str, field: str) -> str:
    """The sort that a click on the heading of `field` asks for."""
    return f"-{field}" if sort == field else field
