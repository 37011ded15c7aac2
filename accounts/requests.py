"""Who sends a request, and from where."""

from django.conf import settings

from .audit import Actor


def client_ip(request) -> str:
    """The caller's address: the connection's, or what the trusted proxy says in its header.

    A proxy appends the address that it saw, so only the last one of a list is its own word.
    """
    if settings.CLIENT_IP_HEADER:
        told = request.headers.get(settings.CLIENT_IP_HEADER, "")
        return told.rsplit(",", 1)[-1].strip()[:45]
    return request.META.get("REMOTE_ADDR", "")


def actor(request) -> Actor:
    """The logged-in user as the audit log names them."""
    user = request.user
    return Actor(str(user), user.email, user.pk, client_ip(request))
