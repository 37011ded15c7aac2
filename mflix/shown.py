"""What templates show films by, whatever others have stored in their documents."""

from collections.abc import Callable, Set
from functools import cache

from bson import ObjectId
from django.conf import settings
from markupsafe import Markup, escape

from pialara_site.links import ANY

from . import details

# What stands for a film's title, and for the fields, where neither is known yet.
_TITLE, _FIELDS = "\0title", "\0fields"


def object_id(document: dict) -> ObjectId | None:
    """The `_id`, which templates can't name, or None if it is no ObjectId."""
    return document["_id"] if isinstance(document["_id"], ObjectId) else None


def poster_url(movie: dict) -> str:
    """The address of its poster, if it is of a host whose images may be shown."""
    address = movie.get("poster")
    is_theirs = details.is_text(address) and address.startswith(settings.POSTER_HOSTS)
    return address if is_theirs else ""


def watch_forms(
    watch: Callable[..., Markup], watchlist: Set[ObjectId], fields: Markup, place: str
) -> Callable[[ObjectId, str], Markup]:
    """The macro watch() for the films of a list: what is the same in their forms is made once."""

    @cache
    def parts(listed: bool) -> list[list[str]]:
        """Before the fields, before the title and behind it, each split where the id stands."""
        form = str(watch(ANY, _TITLE, [ANY] if listed else [], _FIELDS, place))
        before, after = form.split(_FIELDS)
        return [each.split(str(ANY)) for each in (before, *after.split(_TITLE))]

    def form(movie_id: ObjectId, title: str) -> Markup:
        first, second, last = map(str(movie_id).join, parts(movie_id in watchlist))
        return Markup(f"{first}{fields}{second}{escape(title)}{last}")  # noqa: S704, escaped

    return form
