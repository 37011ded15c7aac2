"""The bodies of requests, which may come as slowly as the sender likes.

A thread that waits for a body serves nobody else, and granian can't be told to stop waiting. So few
of a worker's threads wait: forms may have to be sent again while somebody sends slowly, but pages
go on.
"""

from .turns import Turns

turns = Turns(6)


class SharedInput:
    """A `wsgi.input` that is read while few others are."""

    def __init__(self, stream):
        self._stream = stream

    def read(self, size=-1) -> bytes:
        with turns.one():
            return self._stream.read(size)

    def readline(self, size=-1) -> bytes:
        with turns.one():
            return self._stream.readline(size)


def shared(application):
    """The WSGI application, with a SharedInput."""

    def answer(environ, start_response):
        environ["wsgi.input"] = SharedInput(environ["wsgi.input"])
        return application(environ, start_response)

    return answer
