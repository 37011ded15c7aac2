"""A page open on a film shows what others write."""

import re

import pytest

from mflix.comments import comments
from mflix.tests.mothers import a_comment, a_movie
from pialara_site.tests import test_news


@pytest.fixture
def movie():
    return a_movie()


def page(browser, movie, query="") -> str:
    return browser.get(f"/mflix/movies/{movie['_id']}/comments/{query}").content.decode()


def question(html: str) -> tuple[str, str]:
    """The address that an open page asks, and its token."""
    token, address = re.search('data-news="([^"]+)" data-address="([^"]+)"', html).groups()
    return address, token


def ask(browser, html: str):
    return test_news.ask(browser, *question(html))


@pytest.mark.parametrize("address", ["/mflix/movies/{}/", "/mflix/movies/{}/comments/"])
def test_nothing_new_is_204(anonymous, movie, heard, address):
    a_comment(movie)
    heard()
    html = anonymous.get(address.format(movie["_id"])).content.decode()
    assert question(html)[0] == f"/mflix/movies/{movie['_id']}/comments/"
    assert ask(anonymous, html).status_code == 204


@pytest.mark.parametrize(
    "change",
    [
        lambda comment, movie: a_comment(movie),
        lambda comment, _movie: comments.update_one(comment, {"$set": {"text": "edited"}}),
        lambda comment, _movie: comments.delete_one(comment),
    ],
)
def test_new_edited_and_deleted_comments_are_news(anonymous, movie, heard, change):
    comment = {"_id": a_comment(movie)["_id"]}
    heard()
    html = page(anonymous, movie)
    change(comment, movie)
    heard()
    answer = ask(anonymous, html).content.decode()
    shown = re.findall('id="comment-([0-9a-f]{24})"', answer)
    assert shown == [str(each["_id"]) for each in comments.find({}, sort=[("date", -1)])]
    assert ask(anonymous, answer).status_code == 204


def test_comments_on_other_films_are_no_news(anonymous, movie, heard):
    html = page(anonymous, movie)
    a_comment(a_movie())
    heard()
    assert ask(anonymous, html).status_code == 204


def test_later_pages_do_not_ask(anonymous, movie):
    for _ in range(21):
        a_comment(movie)
    token = re.search(r'\?after=([^"]+)"', page(anonymous, movie))[1]
    assert "data-news" not in page(anonymous, movie, f"?after={token}")


def test_how_many_are_new_is_announced(anonymous, movie):
    html = page(anonymous, movie)
    assert 'data-tell="comment-news"' in html
    assert 'id="comment-news" role="status"' in html
