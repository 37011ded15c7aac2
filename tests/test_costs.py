"""What a page costs: at most three commands to MongoDB, session and user included, and no ORM.

One that is found beside a row, far in a list of people, costs one more.
"""

from cProfile import Profile

import pytest
from django.db.models.sql import Query

from accounts import audit
from accounts.models import User
from mflix.tests.mothers import a_comment, a_movie
from pialara_site import pages
from tests.mothers import PASSWORD, a_client, a_technician
from tests.test_access import PATHS

MOST = 3
BY = audit.Actor("Eva", "eva@example.org")

ROLES = ["anonymous", "cliente", "tecnico", "admin"]
PAGES = [(path, role) for path, roles in PATHS.items() for role in ROLES if role in roles]
PAGES += [("/login/", "anonymous"), ("/register/", "anonymous")]
PAGES += [
    ("/users/{tecnico}/", "admin"),
    ("/users/{tecnico}/edit/", "admin"),
    ("/users/{tecnico}/delete/", "admin"),
    ("/users/?q=person&rol=Cliente&estado=activo&sort=-creado", "admin"),
    ("/users/?page=999999", "admin"),
    ("/audit/?actor=person&action=edit&from=2026-01-01", "admin"),
    ("/audit/?page=999999", "admin"),
    ("/clients/?q=person&sort=-sexo", "tecnico"),
    ("/clients/?page=999999", "tecnico"),
]


@pytest.fixture
def visit(request, address, settings):
    """`visit(path, role)` is a function that gets the page, once all that it needs is there."""
    settings.OPEN_REGISTRATION = True

    def visit(path, role):
        caller = request.getfixturevalue(role)
        asked = address(path, caller)

        def get():
            response = caller.get(asked)
            assert response.status_code == 200
            if response.streaming:
                list(response.streaming_content)

        return get

    return visit


@pytest.mark.parametrize(("path", "role"), PAGES)
def test_page_costs_at_most_three_commands_and_no_orm(visit, commands, monkeypatch, path, role):
    get = visit(path, role)
    asked = []
    # Every reading and writing query gets its SQL here.
    monkeypatch.setattr(Query, "get_compiler", lambda query, *_, **__: asked.append(query))
    with commands() as seen:
        get()
    assert len(seen) <= MOST, list(map(str, seen))
    assert asked == []


@pytest.mark.parametrize(
    ("path", "role"), [("/users/", "admin"), ("/clients/", "tecnico"), ("/audit/", "admin")]
)
def test_page_beside_a_row_costs_a_command_more(
    request, tecnico, commands, monkeypatch, path, role
):
    monkeypatch.setattr(pages, "NEAR", -1)
    people = [a_client(password="", parent=tecnico.user.email) for _n in range(120)]
    audit.record([audit.entry(BY, audit.Action.EDIT, vars(user)) for user in people])
    caller = request.getfixturevalue(role)
    link = caller.get(f"{path}?page=2").context["page"].next
    with commands() as seen:
        assert caller.get(f"{path}?page={link}").context["page"].beside
    assert len(seen) == MOST + 1, list(map(str, seen))


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("/users/", "admin"),
        ("/users/create/", "admin"),
        ("/users/{cliente}/edit/", "admin"),
        ("/clients/", "tecnico"),
    ],
)
def test_page_costs_the_same_in_a_large_centre(visit, tecnico, commands, path, role):
    get = visit(path, role)
    for n in range(120):
        technician = a_technician(password="")
        a_client(password="", parent=tecnico.user.email if n % 2 else technician.email)
    with commands() as seen:
        get()
    assert len(seen) <= MOST, list(map(str, seen))


@pytest.mark.usefixtures("caching")
@pytest.mark.parametrize(("role", "most"), [("anonymous", 1), ("cliente", 2)])
def test_films_cost_one_command_and_one_for_who_is_logged_in(request, heard, commands, role, most):
    movies = [a_movie(genres=["Drama"]) for _film in range(30)]
    heard()
    caller = request.getfixturevalue(role)
    for path in ("/mflix/", "/mflix/?genre=Drama", f"/mflix/movies/{movies[0]['_id']}/"):
        for _time in ("first", "again"):
            with commands() as seen:
                caller.get(path)
            assert len(seen) <= most, list(map(str, seen))


def test_anonymous_landing_page_costs_nothing(anonymous, commands):
    with commands() as seen:
        anonymous.get("/")
    assert seen == []


def test_login_waits_for_a_majority_once_in_the_end(anonymous, tecnico, commands):
    with commands() as seen:
        anonymous.post("/login/", {"email": tecnico.user.email, "password": PASSWORD})
    waiting = [each for each in seen if each.body.get("writeConcern", {}).get("w") == "majority"]
    assert list(map(str, waiting)) == ["insert sessions"]
    assert seen[-1] == waiting[0]


def test_login_costs_six_commands(anonymous, tecnico, commands):
    with commands() as seen:
        anonymous.post("/login/", {"email": tecnico.user.email, "password": PASSWORD})
    assert list(map(str, seen)) == [
        "findAndModify login_attempts",
        "findAndModify login_attempts",
        "find users",
        "update login_attempts",
        "update users",
        "insert sessions",
    ]


def test_orm_query_would_be_noticed(monkeypatch):
    class Asked(Exception):
        pass

    def refuse(query, *args, **kwargs):
        raise Asked

    monkeypatch.setattr(Query, "get_compiler", refuse)
    with pytest.raises(Asked):
        list(User._base_manager.all())


def test_commands_are_heard(commands):
    with commands() as seen:
        a_client()
    assert [str(command) for command in seen] == ["insert users"]


# The processor's work for a page, in functions called: more than a timing, it says the same always.


def calls(caller, paths) -> int:
    """For the last of these pages; the others are there to have made what is made once."""
    for path in paths:
        profile = Profile()
        assert profile.runcall(caller.get, path).status_code == 200
    return sum(entry.callcount for entry in profile.getstats())


def test_page_of_films_is_little_work(anonymous):
    for _film in range(60):
        a_movie(genres=["Drama", "War"], countries=["Spain"])
    first = anonymous.get("/mflix/?genre=Drama")
    second = anonymous.get(f"/mflix/?genre=Drama&after={first.context['page'].films.after}")
    third = f"/mflix/?genre=Drama&after={second.context['page'].films.after}"
    assert calls(anonymous, [third]) < 6_500


def test_page_of_a_film_is_little_work(anonymous):
    movies = [a_movie() for _film in range(3)]
    assert calls(anonymous, [f"/mflix/movies/{movie['_id']}/" for movie in movies]) < 6_600


def test_page_of_a_film_with_all_that_it_may_have_is_little_work(anonymous):
    alike = {"directors": ["Eva", "Sol"], "cast": ["Ana", "Luz", "Leo", "Max"]}
    movies = [a_movie(genres=["Drama", "War", "Crime"], **alike) for _film in range(30)]
    for number in range(60):
        a_comment(movies[number % 3])
    paths = [f"/mflix/movies/{movie['_id']}/" for movie in movies[:3]]
    assert calls(anonymous, paths) < 14_000


def test_list_of_users_is_little_work(admin, caching, heard):
    for _user in range(80):
        a_client(password="")
    heard()  # or the numbers beside the filters are counted, and shown, anew for any page
    assert calls(admin, ["/users/", "/users/?page=2", "/users/?page=3"]) < 15_400


def test_page_of_films_is_little_work_for_who_is_logged_in(cliente):
    for _film in range(60):
        a_movie(genres=["Drama", "War"], countries=["Spain"])
    paths = ["/mflix/?genre=Drama"]
    for _page in range(2):
        shown = cliente.get(paths[-1]).context["page"].films
        paths.append(f"/mflix/?genre=Drama&after={shown.after}")
    assert calls(cliente, paths) < 9_500


def test_page_of_a_film_is_little_work_for_who_may_comment(cliente):
    movies = [a_movie() for _film in range(3)]
    assert calls(cliente, [f"/mflix/movies/{movie['_id']}/" for movie in movies]) < 8_700


def test_list_of_clients_is_little_work(tecnico):
    for _client in range(80):
        a_client(password="", parent=tecnico.user.email)
    assert calls(tecnico, [f"/clients/?page={number}" for number in (1, 2, 3)]) < 15_900


def test_dashboard_is_little_work(admin, caching, heard):
    for _client in range(80):
        a_client(password="")
    heard()  # or its numbers are read anew
    assert calls(admin, ["/dashboard/"] * 3) < 10_200
