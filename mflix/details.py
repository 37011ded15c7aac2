"""What the page of a film says of it, whatever others have stored in its document."""

from datetime import date
from numbers import Real

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pialara_site.links import url_for
from pialara_site.markup import formatted, intcomma, quoted
from pialara_site.stored import moment, number, of_kind, text
from pialara_site.typed import is_visible

from .browsing import TYPES, shown

# What the page has a place for, in the film and in the objects in it.
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

# Texts, each with the address that it leads to, or with none.
Values = list[tuple[str, str]]


def title(movie: dict) -> str:
    return text(movie.get("title")) or _("Untitled")


def facts(movie: dict) -> list[str]:
    """Year, kind, age rating and running time: what stands under the title."""
    minutes = number(movie.get("runtime"))
    kind = movie.get("type")
    facts = [
        text(movie.get("year")),
        str(TYPES.get(str(kind), kind)) if is_text(kind) and kind != "movie" else "",
        *_texts(movie.get("rated")),
        "" if minutes is None else _minutes(int(minutes)),
    ]
    return list(filter(None, facts))


def _minutes(n: int) -> str:
    return ngettext("%(n)d minute", "%(n)d minutes", n) % {"n": n}


def details(movie: dict) -> list[tuple[str, Values]]:
    """What is known of it besides, by name."""
    tomatoes = _at(movie, "tomatoes")
    named = [
        (_("Directed by"), _names(movie.get("directors"), "director")),
        (_("Cast"), _names(movie.get("cast"), "cast")),
        (_("Written by"), _names(movie.get("writers"))),
        (_("Genres"), _names(movie.get("genres"), "genre")),
        (_("Countries"), _names(movie.get("countries"), "country")),
        (_("Languages"), _names(movie.get("languages"), "language")),
        (_("Released"), _value(_day(movie.get("released")) or text(movie.get("released")))),
        *_awards(_at(movie, "awards")),
        (_("Critics agree"), _value(text(tomatoes.get("consensus")))),
        (_("Good reviews"), _value(_count(tomatoes.get("fresh")))),
        (_("Bad reviews"), _value(_count(tomatoes.get("rotten")))),
        (_("Production"), _value(text(tomatoes.get("production")))),
        (_("Box office"), _value(text(tomatoes.get("boxOffice")))),
        (_("On DVD"), _value(_day(tomatoes.get("dvd")))),
        (_("Website"), _website(tomatoes.get("website"))),
        (_("Rotten Tomatoes data of"), _value(_day(tomatoes.get("lastUpdated")))),
        (_("More"), _imdb(_at(movie, "imdb").get("id"))),
        (_("Comments"), _value(_count(movie.get("num_mflix_comments")), "#comments")),
        *((name, _value(words)) for name, words in _others(movie)),
        (_("Data updated on"), _value(_day(movie.get("lastupdated")))),
    ]
    return [(name, values) for name, values in named if values]


def _awards(awards: dict) -> list[tuple[str, Values]]:
    """In numbers, which any language has; in the stored English words if there are none."""
    counts = [
        (_("Awards won"), _value(_count(awards.get("wins")))),
        (_("Nominations"), _value(_count(awards.get("nominations")))),
    ]
    return (
        counts
        if any(values for _name, values in counts)
        else [(_("Awards"), _value(text(awards.get("text"))))]
    )


def _value(words: str, address: str = "") -> Values:
    return [(words, address)] if words else []


def _names(value, parameter: str = "") -> Values:
    """Names, with the films that a search for them by `parameter` finds, where there can be one."""
    return [
        (
            shown(parameter, name),
            _search(parameter, name) if parameter and is_visible(name) else "",
        )
        for name in _texts(value)
    ]


def _search(parameter: str, value: str) -> str:
    return f"{url_for('movies')}?{parameter}={quoted(value)}"


def _day(value) -> str:
    """Of a date, or of a text that begins with one as "2015-08-13 00:27:59.177000000" does."""
    if isinstance(value, str):
        try:
            day = date.fromisoformat(value[:10])
        except ValueError:
            return ""
    else:
        at = moment(value)
        day = at and at.date()
    return formatted(day, "DATE_FORMAT") if day else ""


def _count(value) -> str:
    found = number(value)
    return "" if found is None else intcomma(found)


def _website(value) -> Values:
    is_address = is_text(value) and value.startswith(("http://", "https://"))
    return [(value, value)] if is_address else []


def _imdb(value) -> Values:
    is_id = isinstance(value, int) and not isinstance(value, bool) and value > 0
    return [(_("This film at IMDb"), f"https://www.imdb.com/title/tt{value:07}/")] if is_id else []


def _others(movie: dict) -> list[tuple[str, str]]:
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


def imdb_rating(movie: dict) -> Real | None:
    """Such as 7.5; None where there is no number."""
    return number(_at(movie, "imdb").get("rating"))


def _rating(by: str, value, most: int, count=None, meter=None) -> dict:
    value, count, meter = map(number, (value, count, meter))
    return {"by": by, "value": value, "most": most, "count": count, "meter": meter}


def _at(document: dict, *path: str) -> dict:
    """The object at this path, or an empty one."""
    for name in path:
        document = of_kind(document.get(name), dict)
    return document


def is_text(value) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _texts(value) -> list[str]:
    """The texts of a list, or the one text that stands in its place."""
    texts = filter(is_text, value if isinstance(value, list) else [value])
    return [str(each) for each in texts]  # a bson.Code is one that nothing can look up
