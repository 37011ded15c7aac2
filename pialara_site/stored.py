"""Stored values, whoever wrote them, read as what pages take them for."""

from datetime import datetime
from numbers import Real


def text(value) -> str:
    """What a stored value of any type looks like where a text belongs."""
    return "" if value is None else str(value)


def moment(value) -> datetime | None:
    """A date that can be shown in every time zone: those at the edges of the calendar can't."""
    return value if isinstance(value, datetime) and 1 < value.year < 9999 else None


def number(value) -> Real | None:
    """A finite number. Programs that write JavaScript's store 3.0, from which MongoDB counts on."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number and abs(value) < float("inf") else None


def of_kind(value, kind: type):
    """The value if it is of this kind, else an empty one."""
    return value if isinstance(value, kind) else kind()
