"""What is asked for: our pages, and the same of the comparisons."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

import pymongo

from accounts import directory
from accounts.demo import PASSWORD
from accounts.roles import Role, Status
from accounts.users import users
from mflix.keyset import Cursor, Phase
from mflix.movies import movies
from mflix.search import DEFAULT_SORT, ORDERS
from pialara_site.batches import batches
from pialara_site.mongo import COLLATION
from pialara_site.pages import Page

PER_PAGE = 20
DEEPEST = 1000
SOME = 500  # as many different requests as a job has where there are more
LETTERS = 6  # of a word to search for, at least

FRESH = "fresh={n}"  # so that the page is none that is kept (wrk.lua)
CSRF = "benchmark" * 3 + "token"  # as our own cookie is: 32 letters


@dataclass(frozen=True)
class Job:
    """Requests to our pages, sent as `role`, and to those of the comparisons that have them.

    `rows` is how many documents a page shows; None where that says nothing. A page that `is_again`
    is a kept one.
    """

    name: str
    ours: list[str]
    rows: int | None = None
    role: Role | None = None
    orm: list[str] = field(default_factory=list)
    m220p: list[str] = field(default_factory=list)
    is_again: bool = False

    @property
    def is_for_all(self) -> bool:
        """Is it measured logged in, and also logged out beside it?"""
        return self.role == Role.CLIENTE

    @property
    def writes(self) -> bool:
        return "\t" in self.ours[0]


def all_jobs() -> Iterator[Job]:
    chance = random.Random(1)
    with pymongo.timeout(0):
        some = list(movies.aggregate([{"$sample": {"size": 2 * SOME}}]))
    yield from _again(some[0])
    yield from _lists(some)
    yield from _films(some[::2], some[1::2])
    yield from _people(chance)


def _again(movie: dict) -> Iterator[Job]:
    yield Job("list, again", ["/mflix/"], is_again=True)
    yield Job("film, again", [f"/mflix/movies/{movie['_id']}/"], is_again=True)
    yield Job("genre, again", ["/mflix/?genre=Drama"], is_again=True)
    yield Job("cinemas, again", ["/mflix/theaters/"], is_again=True)


def _lists(some: list[dict]) -> Iterator[Job]:
    pages = _pages()
    yield Job(
        "list",
        pages,
        PER_PAGE,
        orm=[f"/movies/?page={n + 2}" for n in range(len(pages))],
        m220p=[f"/movies/?page={n + 1}" for n in range(len(pages))],
    )
    yield Job("list, logged in", pages, PER_PAGE, Role.CLIENTE)
    yield Job("list, pages 2-11", pages[:10], PER_PAGE, Role.CLIENTE)
    yield Job("list, last of 1,000 pages", pages[-10:], PER_PAGE, Role.CLIENTE)
    genres = _queries("genre", [name for movie in some for name in movie.get("genres", ())])
    yield from _filtered("genre", genres, PER_PAGE, orm="/movies/", m220p="/movies/")
    cast = _queries("cast", [name for movie in some for name in movie.get("cast", ())])
    yield from _filtered("cast", cast, None, orm="/facets/", m220p="/facets/")
    words = _queries("q", [pair for movie in some if (pair := _two_words(movie))])
    yield from _filtered("words", words, PER_PAGE, orm="/search/", m220p="/movies/")


def _filtered(
    name: str, queries: list[str], rows: int | None, orm: str, m220p: str
) -> Iterator[Job]:
    """Lists of films of each query, and those of the comparisons at these addresses."""
    ours = [f"/mflix/{query}&{FRESH}" for query in queries]
    yield Job(
        name,
        ours,
        rows,
        orm=[f"{orm}{query}" for query in queries],
        m220p=[f"{m220p}{query}" for query in queries],
    )
    yield Job(f"{name}, logged in", ours, rows, Role.CLIENTE)


def _pages() -> list[str]:
    """The pages after the first one, with the tokens that their links have."""
    order = ORDERS[DEFAULT_SORT]
    first = Cursor(order, PER_PAGE * DEEPEST).pipelines([])[Phase.KIND]
    shown = {order.field: 1, "phase": 1}
    with pymongo.timeout(0):  # of a million films, those are read from the disk
        rows = list(movies.aggregate([*first, {"$project": shown}]))
    return [
        f"/mflix/?{urlencode({'after': _token(rows[start : start + PER_PAGE + 1])})}&{FRESH}"
        for start in range(0, len(rows) - PER_PAGE, PER_PAGE)
    ]


def _token(rows: list[dict]) -> str:
    return Cursor(ORDERS[DEFAULT_SORT], PER_PAGE).slice(rows).after


def _queries(name: str, values: list[str]) -> list[str]:
    return [f"?{urlencode({name: value})}" for value in list(dict.fromkeys(values))[:SOME]]


def _two_words(movie: dict) -> str:
    words = [word for word in str(movie.get("fullplot", "")).split() if word.isalpha()]
    return " ".join([word for word in words if len(word) >= LETTERS][:2])


def _films(some: list[dict], others: list[dict]) -> Iterator[Job]:
    paths = [f"/movies/{movie['_id']}/" for movie in some]
    ours = [f"/mflix{path}?{FRESH}" for path in paths]
    yield Job("film", ours, orm=[f"{path}whole/" for path in paths], m220p=paths)
    yield Job("film, logged in", ours, role=Role.CLIENTE)
    # Beside a page that shows a film and its comments alone.
    paths = [f"/movies/{movie['_id']}/" for movie in others]
    yield Job("film, and theirs short", [f"/mflix{path}?{FRESH}" for path in paths], orm=paths)


def _people(chance: random.Random) -> Iterator[Job]:
    numbers, links = _pages_of_users(chance)
    yield Job("users", links, directory.PER_PAGE, Role.ADMINISTRADOR, orm=numbers)
    yield Job("dashboard", ["/dashboard/"], role=Role.ADMINISTRADOR)
    theirs = users.count_documents({"parent": someone(Role.TECNICO)["email"]})
    clients = [f"/clients/?page={n + 1}" for n in range(-(-theirs // directory.PER_PAGE))]
    yield Job("clients", clients, directory.PER_PAGE, Role.TECNICO)
    logins = [_login(each["email"]) for each in _active(Role.CLIENTE).limit(SOME)]
    yield Job("login", logins, orm=logins)


def _pages_of_users(chance: random.Random) -> tuple[list[str], list[str]]:
    """Pages anywhere in the list by their numbers, and the same as the links to them are."""
    by_name = directory.order("nombre")
    found = users.find({}, list(by_name), sort=list(by_name.items()), collation=COLLATION)
    pages = list(batches(found, directory.PER_PAGE))
    total = sum(map(len, pages))
    numbers = chance.sample(range(2, len(pages) + 1), min(len(pages) - 1, SOME))
    linked = (
        Page(str(number - 1), total, directory.PER_PAGE).linked(pages[number - 2], by_name).next
        for number in numbers
    )
    return [f"/users/?page={number}" for number in numbers], [f"/users/?page={n}" for n in linked]


def _login(email: str) -> str:
    fields = {"email": email, "password": PASSWORD, "csrfmiddlewaretoken": CSRF}
    return f"/login/\t{urlencode(fields)}"


def _active(role: Role):
    return users.find({"rol": role, "estado": Status.ACTIVO})


def someone(role: Role) -> dict:
    """Who logs in for a job of this role; of the technicians one with many clients."""
    if role != Role.TECNICO:
        return _active(role)[0]
    wanted = {"$match": {"parent": {"$ne": None}}}
    by_clients = users.aggregate([wanted, {"$sortByCount": "$parent"}])
    active = {each["email"]: each for each in _active(role)}
    return next(active[each["_id"]] for each in by_clients if each["_id"] in active)
