"""The bodies of requests, which may come as slowly as the sender likes.

A thread that waits for a body serves nobody else, a worker has four, and granian can't be told to
stop waiting. So at most two of a worker's threads wait: forms may have to be sent again while
somebody sends slowly, pages go on.
"""

from threading import BoundedSemaphore

from django.core.exceptions import SuspiciousOperation

WAITING_AT_ONCE = 2
PATIENCE_SECONDS = 0.25
RETRY_SECONDS = 5


class Busy(SuspiciousOperation):
    """Others are sending already; nothing of this body was read."""


class SharedInput:
    """A `wsgi.input` that is read while few others are."""

    _waiting = BoundedSemaphore(WAITING_AT_ONCE)

    def __init__(self, stream):
        self._stream = stream

    def read(self, size=-1) -> bytes:
        return self._in_turn(self._stream.read, size)

    def readline(self, size=-1) -> bytes:
        return self._in_turn(self._stream.readline, size)

    def _in_turn(self, read, size: int) -> bytes:
        if not self._waiting.acquire(timeout=PATIENCE_SECONDS):
            raise Busy
        try:
            return read(size)
        finally:
            self._waiting.release()


def shared(application):
    """The WSGI application, with a SharedInput."""

    def answer(environ, start_response):
        environ["wsgi.input"] = SharedInput(environ["wsgi.input"])
        return application(environ, start_response)

    return answer
