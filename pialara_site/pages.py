"""Lists in numbered pages, whatever the URL asks for."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bson import ObjectId
from django.http import QueryDict
from pymongo import ASCENDING
from pymongo.collation import Collation
from pymongo.collection import Collection

# To pass over so many rows takes as long as to ask for the keys of one.
NEAR = 1_000

_WANTED = re.compile(r"([0-9]{1,9})[0-9]*(?:-(after|before)-([0-9a-f]{24}))?")


@dataclass(frozen=True)
class Page:
    """One page of a list of `total` rows: the one whose number is `wanted`, or the nearest one.

    With the number may come a row beside the page ("90-after-65f0c0ffee65f0c0ffee65f0"), as in the
    links between pages far from both ends of a list, if a page knows the `ids` of its rows.
    """

    wanted: str
    total: int
    per_page: int
    ids: tuple[ObjectId, ...] = ()

    @property
    def number(self) -> int:
        asked = _WANTED.fullmatch(self.wanted)
        return min(max(int(asked[1]), 1), self.last) if asked else 1

    @property
    def beside(self) -> tuple[str, ObjectId] | None:
        """On which side of which row it is, if that is told."""
        asked = _WANTED.fullmatch(self.wanted)
        return (asked[2], ObjectId(asked[3])) if asked and asked[2] else None

    @property
    def last(self) -> int:
        return max(1, -(-self.total // self.per_page))

    @property
    def start(self) -> int:
        """How many rows come before it."""
        return (self.number - 1) * self.per_page

    @property
    def previous(self) -> str | None:
        """How the page before it is asked for."""
        return self._neighbour(self.number - 1, "before", self.ids[:1])

    @property
    def next(self) -> str | None:
        return self._neighbour(self.number + 1, "after", self.ids[-1:])

    def showing(self, ids: Iterable[ObjectId]) -> "Page":
        """The same page, which knows the rows that it shows."""
        return replace(self, ids=tuple(ids))

    def _neighbour(self, number: int, side: str, ids: tuple[ObjectId, ...]) -> str | None:
        if not 1 <= number <= self.last:
            return None
        is_far = min(number - 1, self.last - number) * self.per_page > NEAR
        return f"{number}-{side}-{ids[0]}" if is_far and ids else str(number)


def read(
    page: Page,
    collection: Collection,
    wanted: dict,
    order: dict[str, int],
    *stages: dict,
    collation: Collation | None = None,
) -> list[dict]:
    """The rows of `page` among those that fit `wanted`, in `order` ($sort), each after `stages`.

    Beside a row that fits too they are found by its keys. Where it has none beside it, they are
    found by number: what is between them and the nearer end of the list is passed over.
    """

    def rows(is_backwards: bool, row=None, skip: int = 0, size: int = page.per_page) -> list[dict]:
        way = {name: -way for name, way in order.items()} if is_backwards else order
        first, *others = (
            [
                {"$match": {"$and": [wanted, place]}},
                {"$sort": way},
                {"$skip": skip},
                {"$limit": size},
            ]
            for place in (_beyond(row, way) if row else [{}])
        )
        unions = [{"$unionWith": {"coll": collection.name, "pipeline": other}} for other in others]
        pipeline = [*first, *unions, {"$limit": size}, *stages]
        found = list(collection.aggregate(pipeline, collation=collation))
        return found[::-1] if is_backwards else found

    if page.beside:
        side, row_id = page.beside
        its = {"$and": [{"_id": row_id}, wanted]}
        row = collection.find_one(its, list(order), collation=collation)
        if row and (beside := rows(side == "before", row)):
            return beside
    before, after = page.start, max(page.total - page.start - page.per_page, 0)
    if before <= after:
        return rows(False, skip=before)
    # The last page has what is left for it.
    return rows(True, skip=after, size=min(page.per_page, page.total - page.start))


def _beyond(row: dict, order: dict[str, int]) -> list[dict]:
    """Filters for the rows that come after `row` in `order`, the nearest ones first.

    Each is a range of one index.
    """
    filters, tied = [], {}
    for name, direction in order.items():
        value = row.get(name)
        operator = "$gt" if direction == ASCENDING else "$lt"
        # Nothing comes before what is missing, but an expression tells it from null.
        if value is not None or operator == "$gt":
            # Only an expression compares values of different types.
            filters.append({**tied, "$expr": {operator: [f"${name}", {"$literal": value}]}})
        tied[name] = {"$eq": value}
    return filters[::-1]


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
