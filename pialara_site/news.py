"""Whether there is something new for an open page, which asks all the time."""

from bson import Timestamp
from django.core.signing import BadSignature, Signer
from django.http import HttpResponse

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
        seconds, n, *topics = _signer.unsign_object(token)
    except BadSignature:
        return True
    seen = Timestamp(seconds, n)
    return any(at > seen for at in changes.last([Topic(*each) for each in topics]))


class NothingNewMiddleware:
    """Answers an open page that has seen all there is, before any session is loaded.

    It asks its own address, with its token as the header Seen. If there is something new, it gets
    the page, as its user may see it now.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        seen = request.META.get("HTTP_SEEN")
        if not seen or is_news(seen):
            return self.get_response(request)
        return HttpResponse(status=204, headers={"Cache-Control": "no-store"})
