"""A page open on a film asks every few seconds what has come since."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from bson import ObjectId

from mflix.comments import comments
from mflix.tests.mothers import a_comment, a_movie

HTMX = {"HX-Request": "true"}


@pytest.fixture
def movie():
    return a_movie()


def page(browser, movie, query="") -> str:
    return browser.get(f"/mflix/movies/{movie['_id']}/comments/{query}").content.decode()


def question(html: str) -> str:
    """The address that an open page asks."""
    return unescape(re.search('hx-get="([^"]+)" hx-trigger="every 4s"', html)[1])


def ask(browser, address: str):
    return browser.get(address, headers=HTMX)


def test_nothing_new_is_204(anonymous, movie):
    a_comment(movie)
    assert ask(anonymous, question(page(anonymous, movie))).status_code == 204


def test_new_comment_is_sent(anonymous, movie):
    a_comment(movie, text="old")
    address = question(page(anonymous, movie))
    a_comment(movie, text="new")
    answer = ask(anonymous, address).content.decode()
    assert "<p>new</p>" in answer
    assert "<p>old</p>" not in answer


def test_first_comment_on_a_film_is_sent(anonymous, movie):
    address = question(page(anonymous, movie))
    a_comment(movie, text="first")
    assert "<p>first</p>" in ask(anonymous, address).content.decode()


def test_new_comments_are_the_newest_first(anonymous, movie):
    address = question(page(anonymous, movie))
    for n in range(3):
        a_comment(movie, text=f"number {n}")
    answer = ask(anonymous, address).content.decode()
    assert re.findall("number .", answer) == ["number 2", "number 1", "number 0"]


def test_next_question_is_for_what_comes_after(anonymous, movie):
    address = question(page(anonymous, movie))
    a_comment(movie, text="one")
    address = question(ask(anonymous, address).content.decode())
    assert ask(anonymous, address).status_code == 204
    a_comment(movie, text="two")
    answer = ask(anonymous, address).content.decode()
    assert "<p>two</p>" in answer
    assert "<p>one</p>" not in answer


def test_more_new_comments_than_a_page_come_in_turns(anonymous, movie):
    address = question(page(anonymous, movie))
    for n in range(25):
        a_comment(movie, text=f"number {n}.")
    first = ask(anonymous, address).content.decode()
    second = ask(anonymous, question(first)).content.decode()
    assert (first.count("number"), second.count("number")) == (20, 5)


def test_how_many_are_new_is_announced(anonymous, movie):
    html = page(anonymous, movie)
    a_comment(movie)
    answer = ask(anonymous, question(html)).content.decode()
    assert 'id="comment-news" role="status"' in html
    assert 'id="comment-news" hx-swap-oob="innerHTML"' in answer


def test_comments_on_other_films_are_no_news(anonymous, movie):
    address = question(page(anonymous, movie))
    a_comment(a_movie())
    assert ask(anonymous, address).status_code == 204


def test_own_comment_is_on_the_page_and_no_news(cliente, movie):
    cliente.post(f"/mflix/movies/{movie['_id']}/comments/", {"text": "mine"})
    html = page(cliente, movie)
    assert "<p>mine</p>" in html
    assert ask(cliente, question(html)).status_code == 204


def test_comment_written_on_the_site_is_news(anonymous, cliente, movie):
    a_comment(movie)
    address = question(page(anonymous, movie))
    cliente.post(f"/mflix/movies/{movie['_id']}/comments/", {"text": "news"})
    assert "<p>news</p>" in ask(anonymous, address).content.decode()


def test_later_pages_do_not_ask(anonymous, movie):
    for _ in range(21):
        a_comment(movie)
    token = re.search(r'\?after=([^"]+)"', page(anonymous, movie))[1]
    assert "hx-trigger" not in page(anonymous, movie, f"?after={token}")


def test_question_costs_one_query_and_loads_no_user(cliente, movie, commands):
    a_comment(movie)
    address = question(page(cliente, movie))
    with commands() as seen:
        ask(cliente, address)
    assert [str(command) for command in seen] == ["aggregate comments"]


def test_answer_with_a_comment_costs_two(cliente, movie, commands):
    address = question(page(cliente, movie))
    a_comment(movie, cliente.user)
    with commands() as seen:
        answer = ask(cliente, address).content.decode()
    assert len(seen) == 2
    assert "/edit/" in answer


def test_answer_is_kept_by_no_cache(anonymous, movie):
    response = ask(anonymous, question(page(anonymous, movie)))
    assert "no-store" in response.headers["Cache-Control"]


def test_token_that_is_not_ours_has_no_news(anonymous, movie):
    a_comment(movie)
    path = f"/mflix/movies/{movie['_id']}/comments/?newer=nonsense"
    assert ask(anonymous, path).status_code == 204


def test_film_that_is_not_there_has_no_news(anonymous, movie):
    address = question(page(anonymous, movie)).replace(str(movie["_id"]), str(ObjectId()))
    assert ask(anonymous, address).status_code == 204


def test_without_htmx_the_address_is_the_page(anonymous, movie):
    a_comment(movie, text="Good")
    response = anonymous.get(question(page(anonymous, movie)))
    assert "<h1" in response.content.decode()


def test_page_that_begins_with_an_odd_date_does_not_ask(anonymous, movie):
    a_comment(movie, date="yesterday")
    assert "hx-trigger" not in page(anonymous, movie)


def test_comment_of_the_same_millisecond_is_news_by_its_id(anonymous, movie):
    now = datetime.now(UTC)
    a_comment(movie, date=now)
    address = question(page(anonymous, movie))
    a_comment(movie, date=now, text="twin")
    assert "<p>twin</p>" in ask(anonymous, address).content.decode()


def test_edited_and_deleted_comments_are_no_news(anonymous, movie):
    old = a_comment(movie)
    newest = a_comment(movie, date=datetime.now(UTC) + timedelta(days=1))
    address = question(page(anonymous, movie))
    comments.update_one({"_id": old["_id"]}, {"$set": {"text": "edited"}})
    comments.delete_one({"_id": newest["_id"]})
    assert ask(anonymous, address).status_code == 204
