"""What takes long to read and seldom changes, kept in this process until a change of it is heard.

An entry is bound to the topics that it is made of, and is gone as soon as one of them changes,
wherever that was done (changes.py). It is kept pickled: so nobody changes what others get, and it
is known how much memory it takes.
"""

import pickle
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import wraps
from threading import Lock
from typing import Any

from bson import Timestamp
from pymongo.errors import PyMongoError

from . import changes
from .changes import Topic
from .outages import TOO_SLOW, database_down

# No entry lives longer. A primary that dies may have shown what it never told others.
SECONDS = 600
SECONDS_UNHEARD = 5  # of what may change, while changes are not heard
MOST_ENTRIES = 2_000
MOST_BYTES = 16 * 2**20


@dataclass(frozen=True)
class Entry:
    pickled: bytes
    made: float
    seconds: float
    # When its topics changed last before it was made
    changed: tuple[Timestamp, ...]


class Cache:
    """Entries by their keys. It holds the last used ones, at most `most_bytes` of them."""

    def __init__(self, most_entries: int = MOST_ENTRIES, most_bytes: int = MOST_BYTES):
        self.most_entries = most_entries
        self.most_bytes = most_bytes
        self._lock = Lock()
        self._entries: OrderedDict[Hashable, Entry] = OrderedDict()
        self._bytes = 0
        # What is being computed; whoever else asks for it waits.
        self._coming: dict[Hashable, Future[bytes]] = {}

    def get(
        self,
        key: Hashable,
        compute: Callable[[], object],
        of: Sequence[Topic],
        seconds: float | Callable[[Any], float] = SECONDS,
        when_away: bool = False,
    ):
        """What `compute()` returns, or returned before if no topic `of` it changed since.

        It lives for so many `seconds`, which may be a function of it.
        With `when_away` a stale entry is better than none while the database is away: only for what
        everybody may see, and which harms nobody when it is old.
        """
        changed = changes.last(of)
        with self._lock:
            entry = self._entries.get(key)
            if entry and entry.changed == changed and _age(entry) < _limit(entry):
                self._entries.move_to_end(key)
                return pickle.loads(entry.pickled)  # noqa: S301  it is our own
            # What was begun before the change may not show it.
            coming = self._coming.get((key, changed))
            is_first = coming is None
            if is_first:
                coming = self._coming[key, changed] = Future()
        try:
            if is_first:
                self._compute(key, compute, seconds, changed, coming)
            return pickle.loads(coming.result())  # noqa: S301
        except PyMongoError as error:
            if not (when_away and entry and _is_away(error)):
                raise
            return pickle.loads(entry.pickled)  # noqa: S301

    def _compute(self, key: Hashable, compute: Callable, seconds, changed: tuple, coming: Future):
        """Compute an entry for all who wait for it: they get the result, or the error."""
        made = time.monotonic()
        try:
            result = compute()
            pickled = pickle.dumps(result, pickle.HIGHEST_PROTOCOL)
            seconds = seconds(result) if callable(seconds) else seconds
            self._keep(key, Entry(pickled, made, seconds, changed))
            coming.set_result(pickled)
        except BaseException as error:
            coming.set_exception(error)
            raise
        finally:
            with self._lock:
                del self._coming[key, changed]

    def _keep(self, key: Hashable, entry: Entry):
        with self._lock:
            there = self._entries.get(key)
            if there and there.made > entry.made:
                return  # what took longer began before a change, and this after it
            self._drop(key)
            if len(entry.pickled) > self.most_bytes:
                return
            self._entries[key] = entry
            self._bytes += len(entry.pickled)
            while self._bytes > self.most_bytes or len(self._entries) > self.most_entries:
                self._drop(next(iter(self._entries)))

    def drop(self, fits: Callable[[Any], bool]):
        """Drop the entries whose keys fit."""
        with self._lock:
            for key in list(filter(fits, self._entries)):
                self._drop(key)

    def _drop(self, key: Hashable):
        if dropped := self._entries.pop(key, None):
            self._bytes -= len(dropped.pickled)


def _is_away(error: PyMongoError) -> bool:
    """Is the database away, and not only too slow for what it was asked?"""
    is_there = isinstance(error, TOO_SLOW) and changes.are_current()
    return database_down(error) and not is_there


def _age(entry: Entry) -> float:
    return time.monotonic() - entry.made


def _limit(entry: Entry) -> float:
    is_sure = not entry.changed or changes.are_current()
    return entry.seconds if is_sure else min(entry.seconds, SECONDS_UNHEARD)


shared = Cache()


def cached(*topics: Topic, seconds: float = SECONDS):
    """Keeps what a function returns, by its arguments, until one of the topics changes.

    `seconds` is for what changes by itself, as the days go by.
    """

    def decorator(compute):
        name = f"{compute.__module__}.{compute.__qualname__}"

        @wraps(compute)
        def wrapper(*arguments: Hashable):
            return shared.get((name, *arguments), lambda: compute(*arguments), topics, seconds)

        return wrapper

    return decorator
