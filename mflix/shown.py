"""Reading a film's document in templates, whatever others have stored in it."""

from bson import ObjectId
from django.conf import settings

from . import details


def object_id(document: dict) -> ObjectId | None:
    """The `_id`, which templates can't name, or None if it is no ObjectId."""
    return document["_id"] if isinstance(document["_id"], ObjectId) else None


def poster_url(movie: dict) -> str:
    """The address of its poster, if it is of a host whose images may be shown."""
    address = movie.get("poster")
    is_theirs = details.is_text(address) and address.startswith(settings.POSTER_HOSTS)
    return address if is_theirs else ""
