"""Reading a film's document, whatever others have stored in it."""

from datetime import date
from numbers import Real

from bson import ObjectId
from django import template
from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import moment, text

from ..browsing import TYPES

register = template.Library()

# What the page of a film has a place for, in the film and in the objects in it.
PLACED = {
    (): {
        "_id", "awards", "cast", "countries", "directors", "fullplot", "genres", "imdb",
        "languages", "lastupdated", "metacritic", "num_mflix_comments", "plot", "poster", "rated",
        "released", "runtime", "title", "tomatoes", "type", "writers", "year",
    },
    ("awards",): {"nominations", "text", "wins"},
    ("imdb",): {"id", "rating", "votes"},
    ("tomatoes", "critic"): {"meter", "numReviews", "rating"},
    ("tomatoes", "viewer"): {"meter", "numReviews", "rating"},
    ("tomatoes",): {
        "boxOffice", "consensus", "critic", "dvd", "fresh", "lastUpdated", "production", "rotten",
        "viewer", "website",
    },
}  # fmt: skip
# An embedding is thousands of numbers, and says nothing to people.
MOST_CHARACTERS = 500

register.filter("words", text)


@register.filter
def day(value) -> date | None:
    """Of a date, or of a text that begins with one as "2015-08-13 00:27:59.177000000" does."""
    if isinstance(value, str):
        try:
            return date.fromisoformat(value[:10])
        except ValueError:
            return None
    return moment(value)


@register.filter
def film_title(movie: dict) -> str:
    return text(movie.get("title")) or _("Untitled")


@register.filter
def id(document: dict) -> ObjectId | None:  # noqa: A001, the name in templates
    """The `_id`, which templates can't name, or None if it is no ObjectId."""
    return document["_id"] if isinstance(document["_id"], ObjectId) else None


@register.filter
def texts(value) -> list[str]:
    """The texts of a list, or the one text that stands in its place."""
    return [each for each in (value if isinstance(value, list) else [value]) if _is_text(each)]


@register.filter
def number(value) -> Real | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number and abs(value) < float("inf") else None


@register.filter
def facts(movie: dict) -> list[str]:
    """Year, kind, age rating and running time: what stands under the title."""
    minutes = number(movie.get("runtime"))
    kind = movie.get("type")
    facts = [
        text(movie.get("year")),
        str(TYPES.get(str(kind), kind)) if _is_text(kind) and kind != "movie" else "",
        *texts(movie.get("rated")),
        "" if minutes is None else _("%(n)d minutes") % {"n": minutes},
    ]
    return list(filter(None, facts))


@register.filter
def ratings(movie: dict) -> list[dict]:
    """The ratings that it has: by whom, the value, the highest one possible, how many gave it, and
    how many of a hundred liked the film; what is not known is None.
    """
    imdb, viewer, critic = (
        _at(movie, *path) for path in (("imdb",), ("tomatoes", "viewer"), ("tomatoes", "critic"))
    )
    found = [
        _rating(_("IMDb"), imdb.get("rating"), 10, imdb.get("votes")),
        _rating(_("Metacritic"), movie.get("metacritic"), 100),
        *(
            _rating(by, each.get("rating"), most, each.get("numReviews"), each.get("meter"))
            for by, each, most in (
                (_("Viewers at Rotten Tomatoes"), viewer, 5),
                (_("Critics at Rotten Tomatoes"), critic, 10),
            )
        ),
    ]
    known = ("value", "count", "meter")
    return [each for each in found if any(each[name] is not None for name in known)]


def _rating(by: str, value, most: int, count=None, meter=None) -> dict:
    value, count, meter = map(number, (value, count, meter))
    return {"by": by, "value": value, "most": most, "count": count, "meter": meter}


def _at(document: dict, *path: str) -> dict:
    """The object at this path, or an empty one."""
    for name in path:
        found = document.get(name)
        document = found if isinstance(found, dict) else {}
    return document


@register.filter
def poster(movie: dict) -> str:
    """The address of its poster, if it is of a host whose images may be shown."""
    address = movie.get("poster")
    hosts = tuple(f"{host.rstrip('/')}/" for host in settings.POSTER_HOSTS)
    return address if _is_text(address) and hosts and address.startswith(hosts) else ""


@register.filter
def imdb_address(movie: dict) -> str:
    number = _at(movie, "imdb").get("id")
    is_number = isinstance(number, int) and not isinstance(number, bool) and number > 0
    return f"https://www.imdb.com/title/tt{number:07}/" if is_number else ""


@register.filter
def web_address(value) -> str:
    return value if _is_text(value) and value.startswith(("http://", "https://")) else ""


@register.filter
def others(movie: dict) -> list[tuple[str, str]]:
    """The fields that the page has no place for, by name, as texts."""
    rest = [
        (".".join((*path, name)), value)
        for path, placed in PLACED.items()
        for name, value in _at(movie, *path).items()
        if name not in placed
    ]
    return [(name, _words(value)) for name, value in rest if value not in (None, "", [])]


def _words(value) -> str:
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    words = str(value)
    return words if len(words) <= MOST_CHARACTERS else f"{words[:MOST_CHARACTERS]}…"


def _is_text(value) -> bool:
    return isinstance(value, str) and bool(value.strip())
