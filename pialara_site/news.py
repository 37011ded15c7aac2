"""Whether there is something new for an open page, which asks all the time."""

from functools import lru_cache
from http.client import NO_CONTENT

from bson import Timestamp
from django.conf import settings
from django.core.signing import BadSignature, Signer

from . import changes
from .changes import Topic

# A page of nobody's business must not be asked about by making up a token.
_signer = Signer(salt="news")


def token(*topics: Topic) -> str:
    """What a page that is made of these topics asks with; to be made before they are read.

    It holds a time of MongoDB's own, so every process understands it.
    """
    at = max(changes.position(), *changes.last(topics))
    return _signer.sign_object([at.time, at.inc, *topics])


def is_news(token: str) -> bool:
    """Has a topic changed since? When that is not known, there is none until it is."""
    try:
        seen, topics = _read(token)
    except BadSignature:
        return True
    return any(at > seen for at in changes.last(topics))


@lru_cache(maxsize=1000)  # as the same pages ask again and again
def _read(token: str) -> tuple[Timestamp, list[Topic]]:
    seconds, n, *topics = _signer.unsign_object(token)
    return Timestamp(seconds, n), [Topic(*each) for each in topics]


class NothingNew:
    """Answers an open page that has seen all there is, before Django hears of it.

    It asks its own address, with its token as the header Seen. If there is something new, it gets
    the page, as its user may see it now. As a WSGI application around Django's, as the least that
    Django does for a request costs six times as much.
    """

    def __init__(self, application):
        self.application = application

    def __call__(self, environ, start_response):
        seen = environ.get("HTTP_SEEN")
        if not seen or is_news(seen):
            return self.application(environ, start_response)
        headers = [("Cache-Control", "no-store"), *settings.GUARDS.items()]
        start_response(f"{NO_CONTENT.value} {NO_CONTENT.phrase}", headers)
        return []
