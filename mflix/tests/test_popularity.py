"""Views of films: which ones count, into which counters, and the most watched films."""

from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import pytest
from bson import ObjectId
from bson.codec_options import CodecOptions
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation
from pymongo.errors import ServerSelectionTimeoutError

from mflix import popularity, visits
from mflix.movies import movies
from mflix.popularity import pipelines, views
from mflix.together import together
from pialara_site.background import Background
from pialara_site.mongo import COLLATION
from tests.held import Held

from .mothers import a_movie

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
NOW = datetime(2026, 1, 14, 12, tzinfo=UTC)  # a Wednesday, of the third ISO week
THIS_WEEK = {"week": "2026-W03", "month": "2026-01", "ever": "ever"}


@pytest.fixture(autouse=True)
def _nothing_behind_our_back(monkeypatch):
    """Views wait for popularity.waiting.flush()."""
    monkeypatch.setattr(popularity, "waiting", Held(popularity.store, 100))


@pytest.fixture
def browser():
    return Client(headers={"user-agent": FIREFOX})


def look(client, movie: dict, **options):
    return client.get(f"/mflix/movies/{movie['_id']}/", **options)


def counted(movie: dict, period="ever") -> int:
    """How often the film was seen, once all that waits is stored."""
    popularity.waiting.flush()
    found = views.find_one({"movie_id": movie["_id"], "period": period})
    return found["views"] if found else 0


def seen(movie: dict, times: int, at=NOW):
    popularity.store([(movie["_id"], at)] * times)


def most_watched(now=NOW) -> dict[str, list]:
    """{kind: [(title, views)]}, read as /mflix/ reads them."""
    found = together(pipelines(now), collation=COLLATION)
    return {kind: [(row["movie"]["title"], row["views"]) for row in found[kind]] for kind in found}


# Views that count


def test_persons_view_of_a_film_counts(browser):
    movie = a_movie()
    assert look(browser, movie).status_code == 200
    assert counted(movie) == 1


@pytest.mark.parametrize("role", ["cliente", "tecnico", "admin"])
def test_view_of_a_person_who_is_logged_in_counts(request, role):
    movie = a_movie()
    look(request.getfixturevalue(role), movie, headers={"user-agent": FIREFOX})
    assert counted(movie) == 1


def test_film_that_is_not_there_is_not_counted(browser):
    gone = {"_id": ObjectId()}
    assert look(browser, gone).status_code == 404
    assert counted(gone) == 0


def test_each_film_is_counted_by_itself(browser):
    first, second = a_movie(), a_movie()
    for movie in (first, second):
        look(browser, movie)
    assert (counted(first), counted(second)) == (1, 1)


def test_two_browsers_count_twice(browser):
    movie = a_movie()
    look(browser, movie)
    look(Client(headers={"user-agent": FIREFOX}), movie)
    assert counted(movie) == 2


def test_page_does_not_wait_for_the_counters(browser, commands):
    movie = a_movie()
    with commands() as during_the_page:
        look(browser, movie)
    with commands() as afterwards:
        popularity.waiting.flush()
    assert "movie_views" not in {command.collection for command in during_the_page}
    assert [str(command) for command in afterwards] == ["update movie_views"]


# Bots


@pytest.mark.parametrize(
    "user_agent",
    [
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0)",
        "Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)",
        "Mozilla/5.0 (compatible; Baiduspider/2.0)",
        "Mozilla/5.0 (compatible; GPTBot/1.2)",
        "Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)",
        "facebookexternalhit/1.1",
        "WhatsApp/2.23",
        "ia_archiver",
    ],
)
def test_bot_does_not_count(anonymous, user_agent):
    movie = a_movie()
    response = look(anonymous, movie, headers={"user-agent": user_agent})
    assert counted(movie) == 0
    assert visits.COOKIE not in response.cookies


@pytest.mark.parametrize(
    "user_agent",
    [
        FIREFOX,
        "",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
        "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (Linux; Android 10; CUBOT X30) AppleWebKit/537.36 Chrome/140.0 Mobile Safari",
        "Opera/9.80 (J2ME/MIDP; Opera Mini/7.1; U; es) Presto/2.8.119 Version/11.10",
        "Lynx/2.9.0 libwww-FM/2.14 SSL-MM/1.4.1",
    ],
)
def test_browser_of_a_person_counts(anonymous, user_agent):
    movie = a_movie()
    look(anonymous, movie, headers={"user-agent": user_agent})
    assert counted(movie) == 1


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Sec-Purpose", "prefetch"),
        ("Sec-Purpose", "prefetch;prerender"),
        ("Purpose", "prefetch"),
        ("X-Purpose", "preview"),
        ("X-Moz", "Prefetch"),
    ],
)
def test_page_that_is_loaded_in_advance_counts_when_somebody_looks(browser, header, value):
    movie = a_movie()
    look(browser, movie, headers={header: value})
    assert counted(movie) == 0
    look(browser, movie)
    assert counted(movie) == 1


def test_asking_for_the_head_alone_does_not_count(browser):
    movie = a_movie()
    browser.head(f"/mflix/movies/{movie['_id']}/")
    assert counted(movie) == 0


# Reloads


@pytest.fixture
def visit(rf):
    """`visit(movie_id, now, cookies)` looks at a film; returns the cookies as they are then."""

    def visit(movie_id, now, cookies=""):
        request = rf.get("/", headers={"user-agent": FIREFOX})
        request.COOKIES = {visits.COOKIE: cookies}
        response = HttpResponse()
        popularity.count(request, response, movie_id, now)
        return response.cookies[visits.COOKIE].value if response.cookies else cookies

    return visit


def films_in(cookie):
    return [entry.split("-")[0] for entry in cookie.split(".")]


def test_reload_does_not_count(browser):
    movie = a_movie()
    for _reload in range(3):
        look(browser, movie)
    assert counted(movie) == 1


@pytest.mark.parametrize(("minutes", "count"), [(0, 1), (9.9, 1), (10, 2), (60, 2)])
def test_film_counts_again_after_ten_minutes(visit, minutes, count):
    movie = {"_id": ObjectId()}
    cookies = visit(movie["_id"], NOW)
    visit(movie["_id"], NOW + timedelta(minutes=minutes), cookies)
    assert counted(movie) == count


def test_film_counts_again_although_it_was_reloaded_all_the_time(visit):
    movie, cookies = {"_id": ObjectId()}, ""
    for minutes in range(0, 25, 5):
        cookies = visit(movie["_id"], NOW + timedelta(minutes=minutes), cookies)
    assert counted(movie) == 3


def test_other_films_in_between_make_no_reload_count(visit):
    first, second = {"_id": ObjectId()}, {"_id": ObjectId()}
    cookies = visit(second["_id"], NOW, visit(first["_id"], NOW))
    visit(first["_id"], NOW, cookies)
    assert (counted(first), counted(second)) == (1, 1)


def test_look_that_the_cookie_tells_of_the_future_is_none(visit):
    movie_id = ObjectId()
    ahead = f"{movie_id}-{int((NOW + timedelta(hours=1)).timestamp())}"
    assert visit(movie_id, NOW, ahead) != ahead


def test_cookie_holds_the_last_thirty_films_and_fits_into_a_browser(visit):
    ids, cookies = [ObjectId() for _n in range(40)], ""
    for movie_id in ids:
        cookies = visit(movie_id, NOW, cookies)
    assert films_in(cookies) == [str(movie_id) for movie_id in ids[-30:]]
    assert len(cookies) < 2000


def test_cookie_forgets_what_is_older_than_ten_minutes(visit):
    cookies = visit(ObjectId(), NOW)
    later = ObjectId()
    cookies = visit(later, NOW + timedelta(minutes=11), cookies)
    assert films_in(cookies) == [str(later)]


def test_cookie_is_for_the_films_pages_of_this_site_alone_and_ends_soon(browser):
    cookie = look(browser, a_movie()).cookies[visits.COOKIE]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert (cookie["path"], cookie["max-age"]) == ("/mflix/", 600)


def test_page_with_the_cookie_is_kept_by_no_proxy(browser):
    film = a_movie()
    assert "private" in look(browser, film).headers["Cache-Control"]
    assert "private" not in look(browser, film).headers["Cache-Control"]


def test_cookie_is_secure_where_sessions_are(browser, settings):
    settings.SESSION_COOKIE_SECURE = True
    assert look(browser, a_movie()).cookies[visits.COOKIE]["secure"]


@pytest.mark.parametrize(
    "value",
    ["nonsense", "a-b", "a" * 24 + "-", "\x00", "a" * 24 + "-٣", "a" * 24 + "-" + "1" * 5000],
)
def test_cookie_that_somebody_made_up_is_none(visit, value):
    movie = {"_id": ObjectId()}
    visit(movie["_id"], NOW, value)
    assert counted(movie) == 1


def test_visitor_gets_no_session(browser):
    assert "sessionid" not in look(browser, a_movie()).cookies


# The counters


def test_view_counts_for_its_day_week_and_month_and_for_ever():
    movie = a_movie()
    seen(movie, 1)
    held = {doc["period"]: doc["views"] for doc in views.find({"movie_id": movie["_id"]})}
    assert held == {"2026-01-14": 1, "2026-W03": 1, "2026-01": 1, "ever": 1}


def test_periods_are_iso_weeks_also_around_new_year():
    periods = popularity.periods(datetime(2027, 1, 1, 12, tzinfo=UTC))
    assert (periods["week"], periods["month"]) == ("2026-W53", "2027-01")


@pytest.mark.parametrize(("hour", "day"), [("22:30", "2026-01-14"), ("23:30", "2026-01-15")])
def test_a_day_begins_at_midnight_where_the_centre_is(settings, hour, day):
    settings.TIME_ZONE = "Europe/Madrid"
    assert popularity.periods(datetime.fromisoformat(f"2026-01-14T{hour}+00:00"))["day"] == day


def test_many_views_are_stored_in_one_round_trip(commands):
    movie, other = a_movie(), a_movie()
    with commands() as sent:
        popularity.store([(movie["_id"], NOW), (other["_id"], NOW)] * 50)
    assert len(sent) == 1
    assert (counted(movie), counted(other)) == (50, 50)


def test_views_at_the_same_moment_are_neither_lost_nor_doubled():
    movie = a_movie()
    threads = [Thread(target=lambda: [seen(movie, 1) for _n in range(10)]) for _m in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counted(movie) == 80
    assert views.count_documents({"movie_id": movie["_id"]}) == 4


def test_counters_of_days_and_weeks_end_and_the_others_stay():
    movie = a_movie()
    seen(movie, 1)
    ends = {doc["period"]: doc.get("expires") for doc in views.find()}
    assert ends == {
        "2026-01-14": NOW + timedelta(days=90),
        "2026-W03": NOW + timedelta(weeks=60),
        "2026-01": None,
        "ever": None,
    }


def test_later_views_prolong_no_count():
    movie = a_movie()
    seen(movie, 1)
    before = views.distinct("expires")
    seen(movie, 1, NOW + timedelta(hours=2))
    assert views.distinct("expires") == before


def test_page_is_shown_and_one_line_logged_when_the_counters_are_away(browser, monkeypatch, caplog):
    def fail(*args, **options):
        raise ServerSelectionTimeoutError("away")

    monkeypatch.setattr("mflix.popularity.views.bulk_write", fail)
    for movie in (a_movie(), a_movie()):
        assert look(browser, movie).status_code == 200
    popularity.waiting.flush()
    lines = [each.getMessage() for each in caplog.records if each.name == "mflix.popularity"]
    assert lines == ["2 views of films are not counted: ServerSelectionTimeoutError"]


def test_views_are_stored_without_being_asked_for(browser, monkeypatch):
    stored = Event()
    monkeypatch.setattr(popularity, "waiting", Background(lambda seen: stored.set(), 100))
    look(browser, a_movie())
    assert stored.wait(timeout=10)


# The most watched


def test_films_with_the_most_views_come_first():
    first, second = a_movie(title="Second"), a_movie(title="First")
    seen(first, 2)
    seen(second, 3)
    assert most_watched()["week"] == [("First", 3), ("Second", 2)]


def test_each_list_has_the_views_of_its_period():
    movie = a_movie(title="Alraune")
    for times, at in [(1, NOW), (2, NOW - timedelta(days=10)), (4, NOW - timedelta(days=40))]:
        seen(movie, times, at)
    assert {kind: rows[0][1] for kind, rows in most_watched().items()} == {
        "week": 1,
        "month": 3,
        "ever": 7,
    }


def test_nobody_has_looked_this_week_yet():
    seen(a_movie(), 1, NOW - timedelta(days=7))
    found = most_watched()
    assert (found["week"], len(found["ever"])) == ([], 1)


def test_films_with_equally_many_views_come_in_the_order_of_their_ids():
    titles = [a_movie(title=f"Film {n}") for n in range(5)]
    for movie in reversed(titles):
        seen(movie, 1)
    assert [title for title, _n in most_watched()["ever"]] == [f"Film {n}" for n in range(5)]


def test_films_that_are_gone_leave_no_hole_in_the_ten():
    for n in range(15):
        seen(a_movie(title=f"Film {n}"), 20 - n)
    movies.delete_many({"title": {"$in": ["Film 0", "Film 3"]}})
    titles = [title for title, _n in most_watched()["ever"]]
    assert titles == [f"Film {n}" for n in (1, 2, 4, 5, 6, 7, 8, 9, 10, 11)]


def explained(pipeline: list[dict]) -> dict:
    command = {
        "aggregate": views.name,
        "pipeline": pipeline,
        "cursor": {},
        "collation": COLLATION.document,
    }
    lenient = CodecOptions(unicode_decode_error_handler="replace")
    return views.database.command(
        "explain", command, verbosity="executionStats", codec_options=lenient
    )


@pytest.mark.parametrize("kind", ["week", "month", "ever"])
def test_list_is_read_from_an_index_in_its_order_however_many_films_there_are(kind):
    views.insert_many(
        {"movie_id": ObjectId(), "period": period, "views": n}
        for n in range(1, 301)
        for period in THIS_WEEK.values()
    )
    _collection, pipeline = pipelines(NOW)[kind]
    plan = explained(pipeline)["stages"]
    read, joined = plan[0]["$cursor"], next(stage for stage in plan if "$lookup" in stage)
    assert "IXSCAN" in str(read["queryPlanner"]["winningPlan"])
    assert "'SORT'" not in str(read["queryPlanner"]["winningPlan"])
    assert read["executionStats"]["totalKeysExamined"] == popularity.MOST_READ
    assert joined["collectionScans"] == 0


def test_pipelines_ask_mongodb_nothing(commands):
    with commands() as sent:
        assert set(pipelines()) == {"week", "month", "ever"}
    assert sent == []


# The lists on a page


def shown(found: dict, language="en") -> str:
    with translation.override(language):
        return render_to_string("mflix/most_watched.html", {"most_watched": found})


def test_list_links_to_its_films_and_says_how_often_they_were_seen():
    movie = a_movie(title="Cría <cuervos>", year=1976)
    seen(movie, 1234)
    page = shown(together(pipelines(NOW), collation=COLLATION))
    assert f'<a href="/mflix/movies/{movie["_id"]}/">Cría &lt;cuervos&gt;</a> (1976)' in page
    assert "1,234 views" in page


def test_film_without_title_and_year_is_listed():
    movie = a_movie(title=..., year=...)
    seen(movie, 1)
    page = shown(together(pipelines(NOW), collation=COLLATION))
    assert ">Untitled</a>, 1 view<" in page


def test_period_without_views_says_so():
    seen(a_movie(), 1, NOW - timedelta(days=40))
    page = shown(together(pipelines(NOW), collation=COLLATION))
    assert page.count("None yet.") == 2


def test_before_the_first_view_there_are_no_lists():
    assert "<ol" not in shown({"week": [], "month": [], "ever": []})
