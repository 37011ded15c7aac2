"""My list: the films that I want to see."""

import pytest
from bson import ObjectId

from accounts import watchlist
from accounts.users import users
from mflix.movies import movies
from mflix.tests.mothers import a_movie

ALL_ROLES = ["cliente", "tecnico", "admin"]


@pytest.fixture
def caller(request):
    return request.getfixturevalue


def listed(client) -> list:
    return users.find_one({"_id": client.user.pk}).get("watchlist", [])


def watch(client, movie, listed="yes", **kwargs):
    path = f"/mflix/movies/{movie['_id']}/watch/"
    return client.post(path, {"listed": listed, "next": "/mflix/?genre=War"}, **kwargs)


@pytest.mark.parametrize("role", ALL_ROLES)
def test_everybody_has_a_list(caller, role):
    client, movie = caller(role), a_movie()
    watch(client, movie)
    assert listed(client) == [movie["_id"]]


def test_film_stands_on_it_once(cliente):
    movie = a_movie()
    watch(cliente, movie)
    watch(cliente, movie)
    assert listed(cliente) == [movie["_id"]]


def test_film_can_be_taken_off(cliente):
    first, second = a_movie(), a_movie()
    watch(cliente, first)
    watch(cliente, second)
    watch(cliente, first, listed="")
    assert listed(cliente) == [second["_id"]]


def test_film_that_is_gone_can_be_taken_off(cliente):
    movie = a_movie()
    watch(cliente, movie)
    movies.delete_one({"_id": movie["_id"]})
    watch(cliente, movie, listed="")
    assert listed(cliente) == []


def test_film_that_is_not_there_can_not_be_listed(cliente):
    assert watch(cliente, {"_id": ObjectId()}).status_code == 404
    assert listed(cliente) == []


def test_one_comes_back_to_where_one_was(cliente):
    movie = a_movie()
    button = f"#watch-{movie['_id']}"
    assert watch(cliente, movie).headers["Location"] == f"/mflix/?genre=War{button}"
    assert f'id="{button[1:]}"' in cliente.get("/mflix/watchlist/").text


@pytest.mark.parametrize(
    "elsewhere",
    ["", "https://evil.example/", "//evil.example", "/\\evil", "foo", "movies", "?x", "#x"],
)
def test_one_is_sent_nowhere_else(cliente, elsewhere):
    movie = a_movie()
    path = f"/mflix/movies/{movie['_id']}/watch/"
    answer = cliente.post(path, {"listed": "yes", "next": elsewhere, "place": '"#/'})
    assert answer.headers["Location"] == f"/mflix/watchlist/#watch-%22%23%2F{movie['_id']}"


def test_button_is_swapped_without_a_page(cliente):
    answer = watch(cliente, a_movie(title="Viridiana"), headers={"HX-Request": "true"})
    assert "<html" not in answer.text
    assert "Quitar de mi lista" in answer.text
    assert "Viridiana" in answer.text


def test_list_takes_500_films(cliente):
    full = [ObjectId() for _ in range(watchlist.MOST)]
    users.update_one({"_id": cliente.user.pk}, {"$set": {"watchlist": full}})
    answer = cliente.post(f"/mflix/movies/{a_movie()['_id']}/watch/", {"listed": "1"}, follow=True)
    assert "no caben más de 500 películas" in answer.text
    assert listed(cliente) == full


def test_full_list_says_so_without_a_page_too(cliente):
    full = [ObjectId() for _ in range(watchlist.MOST)]
    users.update_one({"_id": cliente.user.pk}, {"$set": {"watchlist": full}})
    answer = watch(cliente, a_movie(), headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == "/mflix/?genre=War"


def test_film_on_a_full_list_may_be_put_there_again(cliente):
    movie = a_movie()
    full = [ObjectId() for _ in range(watchlist.MOST - 1)] + [movie["_id"]]
    users.update_one({"_id": cliente.user.pk}, {"$set": {"watchlist": full}})
    watch(cliente, movie)
    assert listed(cliente) == full


@pytest.mark.parametrize("odd", [None, "x", 5, {"a": 1}])
def test_odd_list_breaks_nothing(cliente, odd):
    users.update_one({"_id": cliente.user.pk}, {"$set": {"watchlist": odd}})
    assert cliente.get("/mflix/watchlist/").status_code == 200
    assert watch(cliente, a_movie(), listed="").status_code == 302
    movie = a_movie()
    watch(cliente, movie)
    assert listed(cliente) == [movie["_id"]]


def test_latest_film_stands_first(cliente):
    for title in ("First", "Second", "Third"):
        watch(cliente, a_movie(title=title))
    shown = cliente.get("/mflix/watchlist/").text
    assert shown.index("Third") < shown.index("Second") < shown.index("First")


def test_film_that_is_gone_is_named_so(cliente):
    movie = a_movie()
    watch(cliente, movie)
    movies.delete_one({"_id": movie["_id"]})
    assert "ya no está en el catálogo" in cliente.get("/mflix/watchlist/").text


def test_twenty_films_make_a_page(cliente):
    for n in range(21):
        watch(cliente, a_movie(title=f"Film {n:02}"))
    first, second = (cliente.get(f"/mflix/watchlist/?page={n}").text for n in (1, 2))
    assert "Film 01" in first
    assert "Film 00" not in first
    assert "Film 00" in second


def test_empty_list_says_what_to_do(cliente):
    assert "Tu lista está vacía" in cliente.get("/mflix/watchlist/").text


def test_nobody_sees_another_ones_list(cliente, tecnico):
    movie = a_movie(title="Secret")
    watch(tecnico, movie)
    assert "Secret" not in cliente.get("/mflix/watchlist/").text


def test_anonymous_is_asked_to_log_in(anonymous):
    assert watch(anonymous, a_movie()).headers["Location"].startswith("/login/")


def test_htmx_gets_the_login_page_as_a_page(anonymous):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/mflix/?genre=War"}
    answer = watch(anonymous, a_movie(), headers=headers)
    assert answer.headers["HX-Redirect"] == "/login/?next=/mflix/%3Fgenre%3DWar"
    assert answer.content == b""
