"""Lists in pages by keyset: the next page begins after the last row shown, whatever came before.

A page far behind costs what the first one costs, and no row is shown twice or missed when others
are added meanwhile.

Documents written by others may hold anything in the field that a list is sorted by. So a list has
three phases: the rows with a value of the right kind, those with an odd one, those with none. Each
is a pipeline of its own, as each is one range of the index; ties are broken by `_id`. Rows that
hold a list there are left out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum
from functools import cache
from typing import Any

import bson
from bson.codec_options import CodecOptions, DatetimeConversion
from bson.errors import BSONError
from django.core import signing
from pymongo import ASCENDING, DESCENDING
from pymongo.collection import Collection

from pialara_site.pipelines import united

LOWEST_NUMBER, LOWEST_TEXT, LOWEST_DATE = float("-inf"), "", datetime(1, 1, 1, tzinfo=UTC)


class Phase(IntEnum):
    KIND, ODD, MISSING = range(3)


@dataclass(frozen=True)
class Order:
    """A sort by `field`; a value of the right kind is not less than `lowest`.

    The rows without one come last in either direction. A field that is not stored but computed for
    each row has no rows without.
    """

    field: str
    lowest: Any
    direction: int
    ids: int = ASCENDING
    is_computed: bool = False

    def value(self, row: dict) -> Any:
        value = row
        for name in self.field.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        return value

    def is_plain(self) -> list[dict]:
        """Filters against lists on the way to the field: they have no one place in an order."""
        names = self.field.split(".")
        paths = [".".join(names[: n + 1]) for n in range(len(names))]
        return [{path: {"$not": {"$type": "array"}}} for path in paths]


@dataclass(frozen=True)
class Position:
    """The place of a row in a list."""

    phase: Phase
    value: Any
    id_: Any


@dataclass(frozen=True)
class Slice:
    """One page: its rows, and the tokens for the pages around it, empty where there is none."""

    rows: list = field(default_factory=list)
    before: str = ""
    after: str = ""


class _BSON:
    """Lets a signed token hold what a document may, also a date that Python has no datetime for."""

    OPTIONS = CodecOptions(tz_aware=True, datetime_conversion=DatetimeConversion.DATETIME_AUTO)

    @staticmethod
    def dumps(position: list) -> bytes:
        return bson.encode({"": position})

    @staticmethod
    def loads(data: bytes) -> list:
        return bson.decode(data, _BSON.OPTIONS)[""]


@dataclass(frozen=True)
class Cursor:
    """The page of `size` rows after a position, or before one; the first page without either."""

    order: Order
    size: int
    position: Position | None = None
    backwards: bool = False

    @classmethod
    def read(cls, order: Order, size: int, query: Mapping[str, str]) -> "Cursor":
        """What `after` or `before` of a URL asks for; a token that is not ours: the first page."""
        for name in ("after", "before"):
            try:
                phase, value, id_ = _signer(order).unsign_object(query[name], serializer=_BSON)
            except (KeyError, signing.BadSignature, BSONError, TypeError, ValueError):
                continue
            return cls(order, size, Position(Phase(phase), value, id_), name == "before")
        return cls(order, size)

    def rows(self, collection: Collection, criteria: dict, fields: dict, **options) -> list[dict]:
        """What the page shows of the rows that meet `criteria`, for slice().

        A find of the first phase, which fills most pages and takes MongoDB two thirds of what
        pipeline() does; where it leaves room, the other phases.
        """
        phase, *others = self._phases()
        wanted = {"$and": [criteria, *self._filters(phase)]}
        size = self.size + 1
        rows = list(collection.find(wanted, fields, sort=self._sort, limit=size, **options))
        for row in rows:
            row["phase"] = phase
        if others and len(rows) < size:
            parts = self.pipelines([{"$match": criteria}], {"$project": fields})
            rest = united(collection.name, *(parts[each] for each in others))
            rows += collection.aggregate([*rest, {"$limit": size}], **options)
        return rows

    def pipeline(self, collection: str, found: list[dict], *stages: dict) -> list[dict]:
        """What shows the page of the rows that `found` finds, each after `stages`, for slice().

        A phase is read only where those before it leave room on the page.
        """
        parts = self.pipelines(found, *stages).values()
        return [*united(collection, *parts), {"$limit": self.size + 1}]

    def pipelines(self, found: list[dict], *stages: dict) -> dict[Phase, list[dict]]:
        """For each phase that the page can reach into, in their order, what finds its rows.

        Each row tells its `phase`. One row more than `size` tells that there is another page.
        """
        return {
            phase: [
                *found,
                {"$match": {"$and": self._filters(phase)}},
                {"$sort": self._sort},
                {"$limit": self.size + 1},
                *stages,
                {"$set": {"phase": phase}},
            ]
            for phase in self._phases()
        }

    def slice(self, found: Iterable[dict]) -> Slice:
        """The page from the rows of its phases, one phase after another."""
        rows = list(found)
        more, rows = len(rows) > self.size, rows[: self.size]
        if self.backwards:
            rows.reverse()
        if not rows:
            return Slice()
        return Slice(
            rows,
            self._token(rows[0]) if (more if self.backwards else self.position) else "",
            self._token(rows[-1]) if (self.backwards or more) else "",
        )

    def _phases(self) -> list[Phase]:
        if self.order.is_computed:
            return [Phase.KIND]
        phases = list(Phase)
        if not self.position:
            return phases
        if self.backwards:
            return phases[self.position.phase :: -1]
        return phases[self.position.phase :]

    @property
    def _sort(self) -> dict[str, int]:
        sign = -1 if self.backwards else 1
        return {self.order.field: sign * self.order.direction, "_id": sign * self.order.ids}

    def _filters(self, phase: Phase) -> list[dict]:
        return [self._place(phase), *self.order.is_plain()]

    def _place(self, phase: Phase) -> dict:
        """The filter for the rows of `phase` that are beyond the position."""
        name, is_kind = self.order.field, {"$gte": self.order.lowest}
        here = {
            Phase.KIND: {name: is_kind},
            Phase.ODD: {name: {"$not": is_kind, "$ne": None}},
            Phase.MISSING: {name: None},
        }[phase]
        if not self.position or self.position.phase != phase:
            return here
        value, operator = self.position.value, _operator(self.order.direction, self.backwards)
        tied = {
            name: {"$eq": value},
            "_id": {_operator(self.order.ids, self.backwards): self.position.id_},
        }
        if phase == Phase.MISSING:
            return tied
        beyond = {
            Phase.KIND: {name: {**is_kind, operator: value}},
            # Only an expression compares values of different types.
            Phase.ODD: {**here, "$expr": {operator: [f"${name}", {"$literal": value}]}},
        }[phase]
        # Two ranges of the index, each of them sorted.
        return {"$or": [beyond, tied]}

    def _token(self, row: dict) -> str:
        position = [row["phase"], self.order.value(row), row["_id"]]
        return _signer(self.order).sign_object(position, serializer=_BSON)


@cache
def _signer(order: Order) -> signing.Signer:
    """One for each sort, so that a token of one is invalid in another."""
    # Addresses take a dot as it is.
    return signing.Signer(sep=".", salt=f"{__name__} {order.field} {order.direction}")


def _operator(direction: int, backwards: bool) -> str:
    return "$gt" if (direction == DESCENDING) == backwards else "$lt"
