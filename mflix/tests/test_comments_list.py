"""/mflix/movies/<id>/comments/: what people wrote about a film, for everybody."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from bson import MaxKey, ObjectId, Regex, Timestamp
from bson.datetime_ms import DatetimeMS

from mflix import comments
from mflix.movies import movies
from mflix.tests.mothers import a_comment, a_movie, an_attachment
from pialara_site.mongo import COLLATION
from tests.mothers import a_client

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def movie():
    return a_movie(title="Volver")


def path(movie) -> str:
    return f"/mflix/movies/{movie['_id']}/comments/"


def texts(response) -> list[str]:
    return [comment.text for comment in response.context["comments"].rows]


def link(response, rel: str) -> str:
    """The address of the next or the previous page."""
    return unescape(re.search(f'rel="{rel}" href="([^"]+)"', response.content.decode())[1])


def walked(browser, movie) -> list[str]:
    """The texts of all pages, from the first to the last."""
    response = browser.get(path(movie))
    found = texts(response)
    while response.context["comments"].after:
        response = browser.get(link(response, "next"))
        found += texts(response)
    return found


# Order and pages


def test_newest_comment_is_first(anonymous, movie):
    for days in (1, 3, 2):
        a_comment(movie, text=str(days), date=START + timedelta(days=days))
    assert texts(anonymous.get(path(movie))) == ["3", "2", "1"]


def test_comments_of_the_same_moment_are_in_the_order_of_their_ids(anonymous, movie):
    for text in "abc":
        a_comment(movie, text=text, date=START)
    assert texts(anonymous.get(path(movie))) == ["c", "b", "a"]


def test_comments_of_other_films_are_not_shown(anonymous, movie):
    a_comment(a_movie())
    assert texts(anonymous.get(path(movie))) == []


def test_page_has_twenty_comments_and_a_link_to_older_ones(anonymous, movie):
    for _ in range(21):
        a_comment(movie)
    response = anonymous.get(path(movie))
    assert len(texts(response)) == 20
    assert len(texts(anonymous.get(link(response, "next")))) == 1


def test_twenty_comments_are_one_page(anonymous, movie):
    for _ in range(20):
        a_comment(movie)
    assert "pagination" not in anonymous.get(path(movie)).content.decode()


def test_pages_show_every_comment_once(anonymous, movie):
    for n in range(45):
        a_comment(movie, text=str(n), date=START + timedelta(days=n // 7))
    assert walked(anonymous, movie) == [str(n) for n in reversed(range(45))]


def test_comment_that_comes_between_pages_moves_none(anonymous, movie):
    for n in range(21):
        a_comment(movie, text=str(n))
    older = link(anonymous.get(path(movie)), "next")
    a_comment(movie, text="new")
    assert texts(anonymous.get(older)) == ["0"]


def test_back_leads_to_the_page_before(anonymous, movie):
    for n in range(50):
        a_comment(movie, text=str(n))
    first = anonymous.get(path(movie))
    second = anonymous.get(link(first, "next"))
    third = anonymous.get(link(second, "next"))
    assert texts(anonymous.get(link(third, "prev"))) == texts(second)


def test_token_that_is_not_ours_is_the_first_page(anonymous, movie):
    a_comment(movie, text="Good")
    assert texts(anonymous.get(path(movie), {"after": "nonsense"})) == ["Good"]


def test_page_whose_comments_are_gone_is_empty(anonymous, movie):
    for _ in range(21):
        a_comment(movie)
    older = link(anonymous.get(path(movie)), "next")
    comments.comments.delete_many({})
    assert texts(anonymous.get(older)) == []


def test_page_whose_comments_are_gone_leads_to_those_that_are_left(anonymous, movie):
    oldest, *_others = [a_comment(movie) for _ in range(21)]
    older = link(anonymous.get(path(movie)), "next")
    comments.comments.delete_one({"_id": oldest["_id"]})
    page = anonymous.get(older, headers={"Accept-Language": "en"}).text
    assert "There are no comments here yet." not in page
    assert f'<a href="{path(movie)}">Newest comments</a>' in page


def test_deep_page_costs_as_much_as_the_first(anonymous, movie, commands):
    for _ in range(30):
        a_comment(movie)
    older = link(anonymous.get(path(movie)), "next")
    with commands() as seen:
        anonymous.get(older)
    assert [str(command) for command in seen] == ["aggregate movies"]


# Around them


def test_heading_is_the_title_of_the_film(anonymous, movie):
    assert '<h1 class="title">Volver</h1>' in anonymous.get(path(movie)).content.decode()


def test_film_stands_above_its_comments(anonymous, movie):
    page = anonymous.get(path(movie)).content.decode()
    assert f'<li><a href="/mflix/movies/{movie["_id"]}/">Volver</a></li>' in page


@pytest.mark.parametrize("id_", ["0" * 24, "nonsense", "0" * 25])
def test_film_that_is_not_there_is_404(anonymous, id_):
    assert anonymous.get(f"/mflix/movies/{id_}/comments/").status_code == 404


def test_comments_of_a_film_that_is_gone_are_404(anonymous, movie):
    a_comment(movie)
    movies.delete_one({"_id": movie["_id"]})
    assert anonymous.get(path(movie)).status_code == 404


def test_anonymous_is_asked_to_log_in(anonymous, movie):
    page = anonymous.get(path(movie)).content.decode()
    assert f'href="/login/?next=/mflix/movies/{movie["_id"]}/"' in page
    assert "<textarea" not in page


@pytest.mark.parametrize("role", ["cliente", "tecnico", "admin"])
def test_everybody_who_is_logged_in_gets_the_form(request, movie, role):
    page = request.getfixturevalue(role).get(path(movie)).content.decode()
    assert 'enctype="multipart/form-data"' in page
    assert "<textarea" in page


def test_film_and_its_first_comments_are_one_round_trip(movie, commands):
    a_comment(movie, text="Good")
    film = [{"$match": {"_id": movie["_id"]}}, comments.newest()]
    with commands() as seen:
        found = movies.aggregate(film, collation=COLLATION).next()
    assert [comment.text for comment in comments.first_page(found).rows] == ["Good"]
    assert len(seen) == 1


def test_film_is_left_as_it_was(movie):
    a_comment(movie)
    film = [{"$match": {"_id": movie["_id"]}}, comments.newest()]
    found = movies.aggregate(film, collation=COLLATION).next()
    comments.first_page(found)
    assert found == movie


# One comment


def test_text_is_escaped_and_keeps_its_line_breaks(anonymous, movie):
    a_comment(movie, text="<script>x</script>\nsecond\n\nthird")
    page = anonymous.get(path(movie)).content.decode()
    assert "<p>&lt;script&gt;x&lt;/script&gt;<br>second</p>" in page
    assert "<p>third</p>" in page


def test_email_is_shown_to_nobody(admin, movie):
    a_comment(movie, email="secret@example.org")
    assert "secret@example.org" not in admin.get(path(movie)).content.decode()


def test_author_is_named(anonymous, movie):
    a_comment(movie, a_client(nombre="Eva Gil"))
    assert "<strong>Eva Gil</strong>" in anonymous.get(path(movie)).content.decode()


@pytest.mark.parametrize(
    ("email", "name"), [(..., "Somebody who left"), ("eva@example.org", "No name")]
)
def test_author_without_a_name_is_called_something(anonymous, movie, email, name):
    a_comment(movie, name=..., email=email)
    page = anonymous.get(path(movie), headers={"accept-language": "en"}).content.decode()
    assert f"<strong>{name}</strong>" in page


def test_image_is_shown_by_its_thumbnail_with_a_text_instead(anonymous, movie):
    comment = a_comment(movie, name="Eva")
    attachment_id = an_attachment(comment)
    page = anonymous.get(path(movie)).content.decode()
    assert f'href="/mflix/attachments/{attachment_id}"' in page
    assert re.search(rf'src="/mflix/attachments/{attachment_id}/thumb"[^>]* alt="[^"]*Eva', page)


def test_author_may_edit_and_delete(cliente, movie):
    comment = a_comment(movie, cliente.user)
    page = cliente.get(path(movie)).content.decode()
    assert f"/mflix/comments/{comment['_id']}/edit/" in page
    assert f"/mflix/comments/{comment['_id']}/delete/" in page


@pytest.mark.parametrize("role", ["anonymous", "tecnico"])
def test_nobody_else_is_offered_to(request, cliente, movie, role):
    a_comment(movie, cliente.user)
    page = request.getfixturevalue(role).get(path(movie)).content.decode()
    assert "/mflix/comments/" not in page


def test_administrator_may_delete_but_not_edit(admin, movie):
    comment = a_comment(movie)
    page = admin.get(path(movie)).content.decode()
    assert f"/mflix/comments/{comment['_id']}/delete/" in page
    assert f"/mflix/comments/{comment['_id']}/edit/" not in page


# Whatever others have stored


ODD = [..., None, "", 7, "text", [], ["a"], {"a": 1}, {"$gt": ""}, True, ObjectId()]


@pytest.mark.parametrize("field", ["name", "email", "text", "date", "image", "movie"])
def test_page_bears_any_value_of_any_field(anonymous, admin, movie, field):
    for value in ODD:
        a_comment(movie, **{field: value})
    # A list has no place among dates.
    shown = [value for value in ODD if field != "date" or not isinstance(value, list)]
    for browser in (anonymous, admin):
        response = browser.get(path(movie))
        assert response.status_code == 200
        assert len(texts(response)) == len(shown)


@pytest.mark.parametrize("id_", [7, "text", 1.5, True, {"a": 1}])
def test_comment_with_another_id_is_shown_without_links(admin, movie, id_):
    a_comment(movie, _id=id_, text="Good")
    response = admin.get(path(movie))
    assert texts(response) == ["Good"]
    assert "/mflix/comments/" not in response.content.decode()


@pytest.mark.parametrize("date", [DatetimeMS(10**15), DatetimeMS(-(10**15))])
def test_date_beyond_the_calendar_is_not_shown(anonymous, movie, date):
    a_comment(movie, date=date)
    response = anonymous.get(path(movie))
    assert "<time" not in response.content.decode()


def test_time_is_told_as_people_say_it_and_exactly(anonymous, movie):
    a_comment(movie, date=datetime.now(UTC) - timedelta(days=2))
    page = anonymous.get(path(movie), headers={"Accept-Language": "en"}).content.decode()
    assert re.search(r'<time [^>]*tabindex="0">2\sdays ago<span class="ago-exact">', page)


def test_comments_without_a_proper_date_come_last(anonymous, movie):
    for text, date in [("none", ...), ("odd", "yesterday"), ("good", START)]:
        a_comment(movie, text=text, date=date)
    assert texts(anonymous.get(path(movie))) == ["good", "odd", "none"]


def test_page_is_asked_for_anew_each_time(anonymous, movie):
    assert "no-store" in anonymous.get(path(movie)).headers["Cache-Control"]


def test_good_dates_come_first_also_where_mongodb_sorts_odd_ones_after_them(anonymous, movie):
    for date in (START, Timestamp(9, 1), "text", None, Regex("x")):
        a_comment(movie, text=type(date).__name__, date=date)
    for page in (path(movie), f"/mflix/movies/{movie['_id']}/"):
        assert texts(anonymous.get(page))[0] == "datetime"


def test_good_dates_come_first_however_many_odd_ones_mongodb_sorts_before_them(anonymous, movie):
    for n in range(25):
        a_comment(movie, text=f"odd {n}", date=MaxKey())
    a_comment(movie, text="good", date=START)
    assert texts(anonymous.get(path(movie)))[0] == "good"


def test_pages_show_every_comment_once_whatever_its_date(anonymous, movie):
    for n in range(60):
        a_comment(movie, text=str(n), date=[START + timedelta(days=n), ..., str(n), n][n % 4])
    assert sorted(walked(anonymous, movie), key=int) == [str(n) for n in range(60)]


@pytest.mark.parametrize("title", [..., None, "", 7, ["a"], "<b>"])
def test_film_may_have_any_title(anonymous, title):
    movie = a_movie(title=title)
    assert anonymous.get(path(movie)).status_code == 200
