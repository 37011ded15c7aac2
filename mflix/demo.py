"""Films, theaters and comments to try the catalogue with: true ones first, then made-up ones.

The films and theaters of sample/ are true. The films after them and all comments are made up from
the words of sample/words.json, in the shapes and with the gaps and oddities of sample_mflix.

A number always stands for the same document, also in a later run. Documents come in batches of
BATCH, as a source of chance costs more to begin than all that a film draws from it.
"""

import json
import random
import string
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import product
from math import log
from pathlib import Path

from bson import ObjectId, json_util
from bson.json_util import JSONOptions

BATCH = 1000

SAMPLE = Path(__file__).parent / "sample"
_JSON = JSONOptions(tz_aware=True, tzinfo=UTC)

# Every `_id` of ours begins so: no others' documents do, and together they lie in one range.
MARK = "5eed"
MOVIE, COMMENT = bytes.fromhex(MARK + "0002"), bytes.fromhex(MARK + "0003")
FIRST, LAST = ObjectId(MARK + "0" * 20), ObjectId(MARK + "f" * 20)

LAST_YEAR, YEARS, AGE = 2023, 120, 22  # AGE is the mean of the made-up films, in years
GOLDEN = 0.6180339887498949
COMMENTED = [datetime(year, 1, 1, tzinfo=UTC) for year in range(2012, 2026)]
UNTIL = datetime(2026, 1, 1, tzinfo=UTC)

UPDATED = datetime(2024, 1, 1, tzinfo=UTC)
DVD = datetime(2000, 1, 1, tzinfo=UTC)  # when old films came out again

# What share of sample_mflix lacks a field.
MISSING = {
    "metacritic": 0.7,
    "rated": 0.35,
    "fullplot": 0.07,
    "plot": 0.05,
    "languages": 0.03,
    "released": 0.03,
    "writers": 0.02,
    "tomatoes": 0.011,
    "cast": 0.005,
    "genres": 0.002,
    "runtime": 0.001,
}
UNRATED, SERIES = 0.003, 0.01  # the rating is ""; the year is a text such as "2006è"
HOW_MANY = [1, 2, 2, 2, 3, 3, 3]  # genres of a film
RATED = ["R", "R", "R", "PG-13", "PG-13", "PG", "NOT RATED", "G"]
RATED_UNTIL_1968 = ["APPROVED", "APPROVED", "PASSED", "NOT RATED"]

# The first of a list drawn by the law of Zipf would else be drawn far too often.
HEAD = 20

# So many films are made by the same people, and the next ones by others: who plays most does so
# in about as many as in sample_mflix, however many films there are.
GENERATION = 5000


def theaters() -> list[dict]:
    return _documents("theaters.json")


def movie_ids(numbers: range) -> list[ObjectId]:
    return [_movie_id(number) for number in numbers]


def comment_ids(numbers: range) -> list[ObjectId]:
    return [_id(COMMENT, number) for number in numbers]


def movies(numbers: range) -> Iterator[dict]:
    """Films of one batch: `numbers` begins at a multiple of BATCH."""
    sample = sample_movies()
    chance = random.Random(f"movies {numbers.start}")  # noqa: S311, these are no secrets
    for number in numbers:
        yield {**sample[number]} if number < len(sample) else _movie(number, chance)


def comments(numbers: range, films: int, authors: list[tuple[str, str]]) -> Iterator[dict]:
    """Comments of one batch on the first `films` films, by people given as `(name, email)`.

    The first films and people have the most. No comment is older than its film.
    """
    chance = random.Random(f"comments {numbers.start}")  # noqa: S311
    draw, moods = chance.random, _by_weight("comments")
    for number in numbers:
        film = _zipf(films, draw())
        name, email = authors[_zipf(len(authors), draw())]
        mood = _pick(moods, draw)
        said = (_pick(mood[part], draw) for part in ("first", "then", "last"))
        since = COMMENTED[max(0, _year(film) + 1 - COMMENTED[0].year)]
        yield {
            "_id": _id(COMMENT, number),
            "name": name,
            "email": email,
            "movie_id": _movie_id(film),
            "text": " ".join(filter(None, said)),
            "date": since + timedelta(seconds=int((UNTIL - since).total_seconds() * draw())),
        }


@cache
def sample_movies() -> list[dict]:
    return _documents("movies.json")


def _documents(name: str) -> list[dict]:
    return json_util.loads((SAMPLE / name).read_text("utf-8"), json_options=_JSON)


@cache
def _words() -> dict:
    return json.loads((SAMPLE / "words.json").read_text("utf-8"))


@cache
def _by_weight(name: str) -> list:
    """The things of that name, each as many times as it weighs."""
    things = _words()[name]
    if isinstance(things, dict):
        return [thing for thing, weight in things.items() for _ in range(weight)]
    return [thing for thing in things for _ in range(thing["weight"])]


@cache
def _people(language: str) -> list[str]:
    """All names of people who speak it, the most famous first."""
    names = _words()["people"][language]
    parts = product(names["first"], names.get("middle", [""]), names["last"])
    people = [" ".join(filter(None, each)) for each in parts]
    random.Random(language).shuffle(people)  # noqa: S311
    return people


def _initials(generation: int) -> str:
    """What tells its people from those of others: "" for the first, then "A. ", … "A. A. ", …"""
    letters = ""
    while generation:
        generation, letter = divmod(generation - 1, len(string.ascii_uppercase))
        letters = f"{string.ascii_uppercase[letter]}. {letters}"
    return letters


def _id(kind: bytes, number: int) -> ObjectId:
    return ObjectId(kind + number.to_bytes(8, "big"))


def _movie_id(number: int) -> ObjectId:
    sample = sample_movies()
    return sample[number]["_id"] if number < len(sample) else _id(MOVIE, number)


def _year(number: int) -> int:
    """When a film came out, known without making it: more of them in the last decades."""
    sample = sample_movies()
    if number < len(sample):
        return sample[number]["year"]
    share = number * GOLDEN % 1  # spread evenly, in any run of numbers
    return LAST_YEAR - int(-AGE * log(1 - share)) % YEARS


def _zipf(size: int, chance: float) -> int:
    """A place in a list of that size, given a number from 0 to 1: the nth about 1/n as often."""
    return int(HEAD * (size / HEAD + 1) ** chance) - HEAD


def _pick(items, draw):
    return items[int(len(items) * draw())]  # three times as fast as random.choice()


def _movie(number: int, chance: random.Random) -> dict:
    draw = chance.random
    places, genres = _by_weight("countries"), _by_weight("genres")
    place = _pick(places, draw)
    also = _pick(places, draw) if draw() < 0.15 else place
    people, initials = _people(place["people"]), _initials(number // GENERATION)

    def person(nth: int) -> str:
        first, _, last = people[nth].partition(" ")
        return f"{first} {initials}{last}"

    director = person(-1 - _zipf(len(people), draw()))
    title, plot, fullplot = _story(place, people, draw)
    year = _year(number)
    made = datetime(year, 1 + int(12 * draw()), 1 + int(28 * draw()), tzinfo=UTC)
    kinds = _several(_pick(genres, draw) for _ in range(_pick(HOW_MANY, draw)))
    runtime = chance.gauss(18, 6) if "Short" in kinds else chance.gauss(103, 20)
    rating = min(9.6, max(1.2, round(chance.gauss(6.5, 1.0), 1)))
    movie = {
        "_id": _id(MOVIE, number),
        "plot": plot,
        "genres": kinds,
        "runtime": max(5, int(runtime)),
        "rated": _pick(RATED if year > 1968 else RATED_UNTIL_1968, draw),
        "cast": _several(person(_zipf(len(people), draw())) for _ in range(4)),
        "num_mflix_comments": 0,
        "title": title,
        "fullplot": fullplot,
        "languages": _several([*place["languages"], *also["languages"]]),
        "released": made,
        "directors": [director],
        "writers": [director if draw() < 0.5 else person(_zipf(len(people), draw()))],
        "awards": _awards(int(chance.expovariate(0.4)), int(chance.expovariate(0.3))),
        "lastupdated": f"2024-01-{1 + int(28 * draw()):02} 00:{int(60 * draw()):02}:00.000000000",
        "year": year,
        "imdb": {"rating": rating, "votes": 5 + int(chance.lognormvariate(7.3, 1.6))},
        "countries": _several([place["name"], also["name"]]),
        "type": "movie",
        "metacritic": min(100, max(5, int(rating * 10 + chance.gauss(-8, 10)))),
        "tomatoes": _tomatoes(rating, made, chance),
    }
    if draw() < SERIES:
        movie |= {"type": "series", "year": f"{year}è"}
    if draw() < UNRATED:
        movie["imdb"] |= {"rating": "", "votes": ""}
    for field, rate in MISSING.items():
        if draw() < rate:
            del movie[field]
    return movie


def _several(items) -> list:
    return list(dict.fromkeys(items))


def _story(place: dict, people: list[str], draw) -> tuple[str, str, str]:
    """A title, a plot and a full plot."""
    words = _words()
    titles, plots = words["titles"], words["plots"]
    titles = titles.get(place["people"], titles["English"])
    parts = {part: _pick(some, draw) for part, some in titles.items()}
    parts["place"] = _pick(words["places"], draw)
    parts["name"] = _pick(people, draw).partition(" ")[0]
    title = parts["titles"].format_map(parts)
    who, does, where, then, end = (_pick(some, draw) for some in plots.values())
    plot = f"{who} {does} {where}.".format_map(parts)
    return title[0].upper() + title[1:], plot, f"{plot} {then} {end}".format_map(parts)


def _awards(wins: int, nominations: int) -> dict:
    told = [f"{wins} win{'s' * (wins != 1)}"] if wins else []
    told += [f"{nominations} nomination{'s' * (nominations != 1)}"] if nominations else []
    text = " & ".join(told) + "." if told else ""
    return {"wins": wins, "nominations": nominations, "text": text}


def _tomatoes(rating: float, made: datetime, chance: random.Random) -> dict:
    viewer = {
        "rating": round(rating / 2, 1),
        "numReviews": int(chance.lognormvariate(5.5, 2)),
        "meter": min(100, max(0, int(rating * 14 - 25 + chance.gauss(0, 8)))),
    }
    told = {"viewer": viewer, "lastUpdated": UPDATED}
    if chance.random() < 0.5:
        reviews = 5 + int(chance.lognormvariate(2.5, 1))
        fresh = int(reviews * viewer["meter"] / 100)
        told |= {
            "dvd": max(made, DVD),
            "critic": {"rating": rating, "numReviews": reviews, "meter": viewer["meter"]},
            "fresh": fresh,
            "rotten": reviews - fresh,
        }
    return told
