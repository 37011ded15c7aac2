"""What holds a thread for long, done by few at once, so that the pages of all others go on.

A worker has THREADS of them; what waits for a slow sender and for the hash of a password is more
than a page may take, and together still leaves some for pages.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from django.core.exceptions import SuspiciousOperation

THREADS = 40
PATIENCE_SECONDS = 0.25
RETRY_SECONDS = 5


class Busy(SuspiciousOperation):
    """As many as may are doing the same already; nothing was done."""


class Turns:
    def __init__(self, most: int):
        self.most = most
        self._free = BoundedSemaphore(most)

    @contextmanager
    def one(self) -> Iterator[None]:
        """Raises Busy when none gets free soon."""
        if not self._free.acquire(timeout=PATIENCE_SECONDS):
            raise Busy
        try:
            yield
        finally:
            self._free.release()
