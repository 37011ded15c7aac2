"""Answers that are sent in pieces: each holds a thread for as long as its reader takes."""

from collections.abc import Iterable, Iterator
from threading import BoundedSemaphore
from weakref import finalize

from .turns import THREADS, Busy

# Or so many slow readers would leave no thread for anybody else.
free = BoundedSemaphore(THREADS // 2)


class Stream:
    """The pieces for a StreamingHttpResponse, which closes it. Raises Busy when there are too many
    of them already.
    """

    def __init__(self, pieces: Iterable):
        if not free.acquire(blocking=False):
            raise Busy
        self._pieces = iter(pieces)
        # Gives its place back once, be it closed or forgotten.
        self.close = finalize(self, free.release)

    def __iter__(self) -> Iterator:
        return self

    def __next__(self):
        return next(self._pieces)
