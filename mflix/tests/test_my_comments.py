"""/mflix/my-comments/: all that I wrote."""

import re

import pytest

from conftest import logged_in
from mflix.comments import comments
from mflix.movies import movies
from mflix.tests.mothers import a_comment, a_movie
from tests.mothers import a_client

PATH = "/mflix/my-comments/"


def texts(response) -> list[str]:
    return [comment.text for comment in response.context["comments"].rows]


@pytest.mark.parametrize("role", ["cliente", "tecnico", "admin"])
def test_own_comments_are_listed_and_no_others(request, role):
    browser = request.getfixturevalue(role)
    movie = a_movie()
    a_comment(movie)
    a_comment(movie, browser.user, text="mine")
    assert texts(browser.get(PATH)) == ["mine"]


def test_newest_is_first_whatever_the_film(cliente):
    for n in range(3):
        a_comment(a_movie(), cliente.user, text=str(n))
    assert texts(cliente.get(PATH)) == ["2", "1", "0"]


def test_title_leads_to_the_film(cliente):
    movie = a_movie(title="Volver")
    a_comment(movie, cliente.user)
    page = cliente.get(PATH).content.decode()
    assert f'<a href="/mflix/movies/{movie["_id"]}/">Volver</a>' in page


def test_comment_can_be_edited_and_deleted_from_here(cliente):
    comment = a_comment(a_movie(), cliente.user)
    page = cliente.get(PATH).content.decode()
    for step in ("edit", "delete"):
        assert f"/mflix/comments/{comment['_id']}/{step}/?mine" in page


def test_film_that_is_gone_is_named_so(cliente):
    movie = a_movie()
    a_comment(movie, cliente.user, text="Good")
    movies.delete_one({"_id": movie["_id"]})
    response = cliente.get(PATH)
    assert texts(response) == ["Good"]
    assert "/mflix/movies/" not in response.content.decode()


@pytest.mark.parametrize("movie_id", [..., None, 7, "text", [], {"$gt": ""}])
def test_comment_on_nothing_is_listed(cliente, movie_id):
    a_comment(a_movie(), cliente.user, movie_id=movie_id)
    assert len(texts(cliente.get(PATH))) == 1


@pytest.mark.parametrize("title", [..., None, "", 7, ["a"], "<b>"])
def test_film_may_have_any_title(cliente, title):
    a_comment(a_movie(title=title), cliente.user)
    assert cliente.get(PATH).status_code == 200


def test_pages_show_every_comment_once(cliente):
    movie = a_movie()
    for n in range(45):
        a_comment(movie, cliente.user, text=str(n))
    response = cliente.get(PATH)
    found = texts(response)
    while after := response.context["comments"].after:
        response = cliente.get(PATH, {"after": after})
        found += texts(response)
    assert found == [str(n) for n in reversed(range(45))]


def test_token_that_is_not_ours_is_the_first_page(cliente):
    a_comment(a_movie(), cliente.user, text="Good")
    assert texts(cliente.get(PATH, {"after": "nonsense"})) == ["Good"]


def test_page_costs_one_query_beside_the_session(cliente, commands):
    for _ in range(3):
        a_comment(a_movie(), cliente.user)
    with commands() as seen:
        cliente.get(PATH)
    assert [str(command) for command in seen] == ["aggregate sessions", "aggregate comments"]


@pytest.mark.parametrize("email", ["", None])
def test_who_has_no_email_has_no_comments(email):
    for nobodys in ("", None, ...):
        a_comment(a_movie(), email=nobodys)
    browser = logged_in(a_client(email=email))
    assert texts(browser.get(PATH)) == []


def test_list_without_comments_leads_to_the_films(cliente):
    assert re.search('(?s)class="empty">.*href="/mflix/"', cliente.get(PATH).content.decode())


def test_page_whose_comments_are_gone_leads_to_those_that_are_left(cliente):
    oldest, *_others = [a_comment(a_movie(), cliente.user) for _ in range(21)]
    after = cliente.get(PATH).context["comments"].after
    comments.delete_one({"_id": oldest["_id"]})
    page = cliente.get(PATH, {"after": after}, headers={"Accept-Language": "en"}).text
    assert "There are no comments of yours here." not in page
    assert f'href="{PATH}">Newest comments</a>' in page
