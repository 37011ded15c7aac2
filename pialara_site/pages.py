"""Lists in numbered pages, whatever the URL asks for."""

import re
from dataclasses import dataclass, replace

from bson import ObjectId
from django.utils.crypto import salted_hmac
from pymongo import ASCENDING
from pymongo.collation import Collation
from pymongo.collection import Collection

from .pipelines import united

# To pass over so many rows takes as long as to ask for one.
NEAR = 1_000

_WANTED = re.compile(r"([0-9]{1,9})[0-9]*(?:-(after|before)-([0-9a-f]{24}-[0-9a-f]{8}))?")


@dataclass(frozen=True)
class Page:
    """One page of a list of `total` rows: the one whose number is `wanted`, or the nearest one.

    With the number may come the place of a row beside the page: "90-after-<id>-<digest>". `ends`
    are the places of its first and its last row, for its links.
    """

    wanted: str
    total: int
    per_page: int
    ends: tuple[str, str] | None = None

    @property
    def number(self) -> int:
        asked = _WANTED.fullmatch(self.wanted)
        return min(max(int(asked[1]), 1), self.last) if asked else 1

    @property
    def beside(self) -> tuple[str, str] | None:
        """On which side of which place it is, if that is told."""
        asked = _WANTED.fullmatch(self.wanted)
        return (asked[2], asked[3]) if asked and asked[2] else None

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
        return self._neighbour(self.number - 1, "before", 0)

    @property
    def next(self) -> str | None:
        return self._neighbour(self.number + 1, "after", -1)

    def _neighbour(self, number: int, side: str, end: int) -> str | None:
        if not 1 <= number <= self.last:
            return None
        return f"{number}-{side}-{self.ends[end]}" if self.ends else str(number)

    def linked(self, rows: list[dict], order: dict[str, int]) -> "Page":
        """The same page with the places of its rows, if it is far from both ends of the list."""
        is_near = min(self.start, self.total - self.start) <= NEAR
        if is_near or not rows:
            return self
        return replace(self, ends=(_place(rows[0], order), _place(rows[-1], order)))


def read(
    page: Page,
    collection: Collection,
    wanted: dict,
    order: dict[str, int],
    *stages: dict,
    collation: Collation | None = None,
) -> tuple[Page, list[dict]]:
    """The rows of `page` among those that fit `wanted`, in `order` ($sort), each after `stages`.

    These have to leave the fields of the order. Beside a row that fits and has not moved, the rows
    are found by its values. Otherwise they are found by number: what is between them and the nearer
    end of the list is passed over. The page is returned with what its links need.
    """

    def rows(is_backwards: bool, row=None, skip: int = 0, size: int = page.per_page) -> list[dict]:
        sign = -1 if is_backwards else 1
        way = {name: sign * direction for name, direction in order.items()}
        ranges = _beyond(row, way) if row else [{}]
        if not ranges:
            return []
        parts = (
            [
                {"$match": {"$and": [wanted, each]}},
                {"$sort": way},
                {"$skip": skip},
                {"$limit": size},
            ]
            for each in ranges
        )
        pipeline = [*united(collection.name, *parts), {"$limit": size}, *stages]
        found = list(collection.aggregate(pipeline, collation=collation))
        return found[::-1] if is_backwards else found

    found = []
    if page.beside:
        side, place = page.beside
        its = {"$and": [{"_id": ObjectId(place.partition("-")[0])}, wanted]}
        row = collection.find_one(its, list(order), collation=collation)
        if row and _place(row, order) == place:
            found = rows(side == "before", row)
    if not found:
        before, after = page.start, max(page.total - page.start - page.per_page, 0)
        if before <= after:
            found = rows(False, skip=before)
        else:  # the last page has what is left for it
            found = rows(True, skip=after, size=min(page.per_page, page.total - page.start))
    return page.linked(found, order), found


def _place(row: dict, order: dict[str, int]) -> str:
    """A row and a digest of its values, which changes when it moves and tells nothing of them."""
    values = repr([row.get(name) for name in order])
    return f"{row['_id']}-{salted_hmac(__name__, values, algorithm='sha256').hexdigest()[:8]}"


def _beyond(row: dict, order: dict[str, int]) -> list[dict]:
    """Filters for the rows that come after `row` in `order`, the nearest ones first.

    Each is a range of one index. Rows that hold a list are in none, as it has no one place.
    """
    filters, tied = [], {}
    are_plain = {"$and": [{name: {"$not": {"$type": "array"}}} for name in order]}
    for name, direction in order.items():
        value = row.get(name)
        operator = "$gt" if direction == ASCENDING else "$lt"
        # Nothing comes before what is missing, but an expression tells it from null.
        if value is not None or operator == "$gt":
            # Only an expression compares values of different types.
            beyond = {"$expr": {operator: [f"${name}", {"$literal": value}]}}
            filters.append({**tied, **beyond, **are_plain})
        tied[name] = {"$eq": value}
    return filters[::-1]
