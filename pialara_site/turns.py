"""Who of a worker's THREADS goes on and who waits, so that the pages of all others go on.

Few requests are worked on at once, as more would only take the processor from each other and ask
MongoDB for too much at a time. Who has to wait for a slow sender or for the hash of a password
makes room for others meanwhile, and of those, too, there may be only so many.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import BoundedSemaphore

from django.core.exceptions import SuspiciousOperation

THREADS = 80
AT_WORK = 4
PATIENCE_SECONDS = 0.25

_working = BoundedSemaphore(AT_WORK)
_is_working = ContextVar("is_working", default=False)


class Busy(SuspiciousOperation):
    """As many as may are doing the same already; nothing was done."""


class Turns:
    """Places for what waits, at most `most` at once."""

    def __init__(self, most: int):
        self.most = most
        self._free = BoundedSemaphore(most)

    @contextmanager
    def one(self) -> Iterator[None]:
        """Wait in here. Raises Busy when no place gets free soon.

        Not for what cache.get() computes: all who are at work might wait for that.
        """
        with _resting():
            if not self._free.acquire(timeout=PATIENCE_SECONDS):
                raise Busy
            try:
                yield
            finally:
                self._free.release()


@contextmanager
def _resting() -> Iterator[None]:
    if not _is_working.get():  # a command's, or resting already
        yield
        return
    token = _is_working.set(False)
    _working.release()
    try:
        yield
    finally:
        _working.acquire()
        _is_working.reset(token)


def in_turn(get_response):
    """Middleware: few requests are worked on at once. Streams are sent outside of that; pages that
    are kept, and load balancers, are answered before it.
    """

    def answer(request):
        with _working:
            token = _is_working.set(True)
            try:
                return get_response(request)
            finally:
                _is_working.reset(token)

    return answer
