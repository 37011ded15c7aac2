"""What searches should find, computed in plain Python from the documents: nothing here is shared
with the application.

A search is the list of the pairs of its URL.
"""

import re
import unicodedata
from collections import Counter
from numbers import Real

LISTS = {
    "genre": "genres",
    "country": "countries",
    "language": "languages",
    "cast": "cast",
    "director": "directors",
}
RUNTIMES = ((0, 60), (60, 90), (90, 120), (120, 180), (180, float("inf")))
METACRITICS = ((0, 50), (50, 70), (70, 90), (90, 100), (100, 101))
BUCKETS = {"runtime": RUNTIMES, "metacritic": METACRITICS}
MOST_LISTED = 30

Pairs = list[tuple[str, str]]


def found(films: list[dict], pairs: Pairs) -> list[dict]:
    return [film for film in films if fits(film, pairs)]


def fits(film: dict, pairs: Pairs) -> bool:
    """Whether one value of each repeatable filter, and all of the others, fit."""
    names = {name for name, _value in pairs}
    return all(any(_fits(film, name, v) for n, v in pairs if n == name) for name in names)


def _fits(film: dict, name: str, value: str) -> bool:
    if name in LISTS:
        return value.casefold() in map(str.casefold, texts(film.get(LISTS[name])))
    if name in BUCKETS:
        return bucket(film.get(name), BUCKETS[name]) == value
    if name in ("rated", "type"):
        return value.casefold() in map(str.casefold, texts(film.get(name)))
    if name == "title":
        return any(each.casefold().startswith(value.casefold()) for each in texts(film.get(name)))
    if name == "q":
        return value.casefold() in words(film)
    number = rating(film) if name == "rating_from" else film.get("year")
    if not is_number(number):
        return False
    return number <= float(value) if name == "year_to" else number >= float(value)


def texts(value) -> list[str]:
    """The texts of a list, or the one in its place."""
    return [each for each in (value if isinstance(value, list) else [value]) if _is_text(each)]


def words(film: dict) -> set[str]:
    """The words that the text index has of it, as far as they are no other words' forms."""
    told = " ".join(
        text for name in ("title", "cast", "fullplot", "genres") for text in texts(film.get(name))
    )
    found = re.findall(r"[^\W_]+(?:'[^\W_]+)*", told.casefold())
    return {plain(word.removesuffix("'s")) for word in found} | set(found)


def plain(text: str) -> str:
    """Without accents."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def bucket(value, bounds) -> str:
    if is_number(value):
        for lowest, above in bounds:
            if lowest <= value < above:
                return str(lowest)
    return "other"


def is_number(value) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _is_text(value) -> bool:
    return isinstance(value, str)


# Facets


def facets(films: list[dict]) -> dict[str, Counter]:
    """The films of each kind by the values that a link would add, names in small letters."""
    return {
        **{
            name: Counter(
                value
                for film in films
                for value in {text.casefold() for text in texts(film.get(LISTS[name]))}
            )
            for name in ("genre", "country")
        },
        "year_from": Counter(
            str(int(film["year"] // 10 * 10))
            for film in films
            if is_number(film.get("year")) and 0 <= film["year"] < 10_000
        ),
        **{
            name: Counter(bucket(film.get(name), bounds) for film in films)
            for name, bounds in BUCKETS.items()
        },
    }


# Order


def rating(film: dict):
    return _at(film, "imdb", "rating")


def reviews(film: dict):
    return _at(film, "tomatoes", "viewer", "numReviews")


def _at(film, *path):
    for name in path:
        film = film.get(name) if isinstance(film, dict) else None
    return film


VALUES = {
    "popular": (reviews, is_number, -1),
    "newest": (lambda film: film.get("year"), is_number, -1),
    "oldest": (lambda film: film.get("year"), is_number, 1),
    "rating": (rating, is_number, -1),
    "title": (lambda film: film.get("title"), _is_text, 1),
}


def ordered(films: list[dict], sort: str) -> tuple[list, set, list]:
    """The ids in three parts: in their order, those with an odd value, those without a value."""
    value, is_kind, sign = VALUES[sort]
    kind = [film for film in films if is_kind(value(film))]
    nothing = sorted(film["_id"] for film in films if value(film) is None)
    if sort == "title":
        kind.sort(key=lambda film: (*alphabetical(value(film)), film["_id"]))
    else:
        kind.sort(key=lambda film: (sign * value(film), film["_id"]))
    kind = [film["_id"] for film in kind]
    return kind, {film["_id"] for film in films} - {*kind, *nothing}, nothing


# As the Unicode Collation Algorithm has them, with the Spanish ñ as a letter of its own.
_SIGNS = " _-,;:!¡?¿.'\"«»()[]{}@*/\\&#%`^+<=>|~$0123456789abcdefghijklmnñopqrstuvwxyz"


def alphabetical(text: str) -> tuple[list[int], list[int]]:
    """The letters first, then the accents; capital or small is the same."""
    letters, accents = [], []
    for sign in unicodedata.normalize("NFC", text).lower():
        base = sign if sign == "ñ" else plain(sign)
        letters.append(_SIGNS.index(base))
        accents.append(base != sign)
    return letters, accents
