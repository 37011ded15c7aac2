"""The demo's films, theaters and comments: the true ones, and those that are made up."""

from collections import Counter
from datetime import UTC, datetime
from functools import cache
from statistics import mean, median

import bson
import pytest

from mflix import demo

SPANISH_SPEAKING = {
    *("Argentina", "Bolivia", "Chile", "Colombia", "Cuba", "Ecuador", "Guatemala", "Mexico"),
    *("Paraguay", "Peru", "Spain", "Uruguay", "Venezuela"),
}
TYPES = {
    "title": str,
    "year": int,
    "type": str,
    "runtime": int,
    "rated": str,
    "released": datetime,
    "directors": list,
    "writers": list,
    "cast": list,
    "genres": list,
    "countries": list,
    "languages": list,
    "plot": str,
    "fullplot": str,
    "lastupdated": str,
    "num_mflix_comments": int,
    "imdb": dict,
    "awards": dict,
    "tomatoes": dict,
}
AUTHORS = [(f"Person {number}", f"person{number}@example.org") for number in range(60)]


def true_ones() -> list[dict]:
    return demo.sample_movies()


@cache
def made_up(count=2000) -> list[dict]:
    """Films from the second batch on, where no true one is."""
    firsts = range(demo.BATCH, demo.BATCH + count, demo.BATCH)
    return [film for n in firsts for film in demo.movies(range(n, n + demo.BATCH))]


def comments(count=1000, films=239) -> list[dict]:
    return list(demo.comments(range(count), films, AUTHORS))


def names(films: list[dict], field: str) -> set[str]:
    return {name for film in films for name in film.get(field, [])}


def share(films, holds) -> float:
    return mean(bool(holds(film)) for film in films)


# The true films


def test_there_are_enough_true_films():
    assert len(true_ones()) >= 130


def test_no_true_film_is_there_twice():
    known = Counter((film["title"], film["year"]) for film in true_ones())
    assert max(known.values()) == 1


@pytest.mark.parametrize("path", ["_id", "imdb.id"])
def test_ids_of_true_films_differ(path):
    first, _dot, rest = path.partition(".")
    found = [film[first].get(rest) if rest else film[first] for film in true_ones()]
    known = [each for each in found if each]
    assert len(set(known)) == len(known)


def test_true_films_stand_in_the_order_of_their_ids():
    ids = [film["_id"] for film in true_ones()]
    assert ids == sorted(ids)


@pytest.mark.parametrize("field", ["title", "year", "runtime", "directors", "cast", "genres"])
def test_every_true_film_has(field):
    assert [film["title"] for film in true_ones() if not film.get(field)] == []


@pytest.mark.parametrize(("field", "kind"), TYPES.items())
def test_fields_of_true_films_have_the_types_of_sample_mflix(field, kind):
    assert {type(film[field]) for film in true_ones() if field in film} == {kind}


@pytest.mark.parametrize(
    "field", ["directors", "writers", "cast", "genres", "countries", "languages"]
)
def test_lists_of_true_films_hold_different_names(field):
    for film in true_ones():
        names = film.get(field, [])
        assert all(name and name == name.strip() for name in names), film["title"]
        assert len(set(names)) == len(names), film["title"]


def test_true_films_span_a_hundred_years():
    years = {film["year"] for film in true_ones()}
    assert (min(years), max(years)) == (1902, 2023)


def test_every_decade_has_true_films():
    decades = Counter(film["year"] // 10 * 10 for film in true_ones())
    assert [decade for decade in range(1920, 2030, 10) if decades[decade] < 5] == []


def test_true_films_come_from_many_countries():
    assert len({country for film in true_ones() for country in film["countries"]}) >= 40


def test_spanish_and_latin_american_films_are_well_represented():
    theirs = [f for f in true_ones() if f["countries"][0] in {*SPANISH_SPEAKING, "Brazil"}]
    assert len(theirs) >= 90


def test_no_true_film_was_released_before_its_year_or_long_after():
    for film in (film for film in true_ones() if "released" in film):
        assert 0 <= film["released"].year - film["year"] <= 1, film["title"]


def test_ratings_and_runtimes_of_true_films_are_possible():
    for film in true_ones():
        assert 1 <= film["imdb"]["rating"] <= 10
        assert 10 <= film["runtime"] <= 300


def test_plots_are_sentences_of_their_own():
    for film in true_ones():
        assert film["plot"].endswith("."), film["title"]
        assert film["fullplot"].count(".") >= 2, film["title"]
        assert film["plot"] not in film["fullplot"]


def test_awards_say_what_they_count():
    for awards in (film["awards"] for film in true_ones() if "awards" in film):
        told = str(awards["wins"] or awards["nominations"])
        assert told in awards["text"]


# The theaters


def test_there_are_sixty_theaters():
    assert len({theater["_id"] for theater in demo.theaters()}) == 60


def test_theaters_have_the_shape_of_sample_mflix():
    for theater in demo.theaters():
        assert theater.keys() == {"_id", "theaterId", "location"}
        assert theater["location"]["address"].keys() == {"street1", "city", "state", "zipcode"}
        assert theater["location"]["geo"]["type"] == "Point"


@pytest.mark.parametrize(
    ("city", "longitude", "latitude"),
    [
        ("Madrid", -3.70, 40.42),
        ("Barcelona", 2.16, 41.39),
        ("Las Palmas de Gran Canaria", -15.42, 28.11),
        ("Buenos Aires", -58.39, -34.61),
        ("New York", -74.00, 40.72),
        ("Sydney", 151.21, -33.87),
    ],
)
def test_theaters_stand_in_their_cities(city, longitude, latitude):
    there = [t["location"] for t in demo.theaters() if t["location"]["address"]["city"] == city]
    assert there
    for location in there:
        assert location["geo"]["coordinates"] == pytest.approx([longitude, latitude], abs=0.05)


# The films that are made up


def test_same_number_is_the_same_film():
    assert list(demo.movies(range(1000, 1100))) == list(demo.movies(range(1000, 2000)))[:100]


def test_true_films_come_first():
    assert list(demo.movies(range(300)))[: len(true_ones())] == true_ones()


def test_ids_are_known_without_making_the_films():
    numbers = range(1000)
    assert demo.movie_ids(numbers) == [film["_id"] for film in demo.movies(numbers)]


def test_ids_grow_with_the_numbers_and_lie_in_one_range():
    ids = [*demo.movie_ids(range(1000)), *demo.movie_ids(range(10**9, 10**9 + 5))]
    assert ids == sorted(set(ids))
    assert demo.FIRST < ids[0] < ids[-1] < demo.LAST


def test_made_up_films_have_a_title_and_a_year():
    for film in made_up():
        assert film["title"].strip()
        assert str(film["year"])[:4].isdigit()


@pytest.mark.parametrize("field", sorted(TYPES.keys() - {"year"}))
def test_fields_of_made_up_films_have_the_types_of_sample_mflix(field):
    assert {type(film[field]) for film in made_up() if field in film} == {TYPES[field]}


def test_no_words_are_left_to_be_filled_in():
    for film in made_up():
        assert not set("{}") & set(film["title"] + film.get("fullplot", ""))


@pytest.mark.parametrize("field", ["rated", "fullplot", "plot", "released", "metacritic"])
def test_fields_are_missing_as_often_as_in_sample_mflix(field):
    missing = share(made_up(4000), lambda film: field not in film)
    assert missing == pytest.approx(demo.MISSING[field], abs=0.03)


def test_some_made_up_films_are_as_odd_as_those_of_sample_mflix():
    films = made_up(4000)
    assert 0 < share(films, lambda film: film["imdb"]["rating"] == "") < 0.01
    assert 0 < share(films, lambda film: isinstance(film["year"], str)) < 0.03


def test_most_made_up_films_are_of_the_last_decades():
    years = [int(str(film["year"])[:4]) for film in made_up()]
    assert 1990 < median(years) < 2015
    assert 1904 <= min(years) < 1940


def test_ratings_lie_around_six_and_a_half():
    ratings = [film["imdb"]["rating"] for film in made_up()]
    assert mean(rating for rating in ratings if rating != "") == pytest.approx(6.5, abs=0.1)


def test_few_films_have_most_of_the_reviews():
    reviews = sorted(f["tomatoes"]["viewer"]["numReviews"] for f in made_up() if "tomatoes" in f)
    assert sum(reviews[-len(reviews) // 5 :]) > 0.7 * sum(reviews)


def test_few_people_play_in_most_films():
    films = Counter(name for film in made_up() for name in film.get("cast", []))
    assert len(films) > 2000
    assert films.most_common(1)[0][1] > 15


def test_more_films_are_made_by_more_people():
    later = list(demo.movies(range(40_000, 40_000 + demo.BATCH)))
    for field in ("cast", "directors", "writers"):
        assert not names(later, field) & names(made_up(), field)


def test_nobody_plays_twice_in_a_film():
    assert all(len(set(film.get("cast", []))) == len(film.get("cast", [])) for film in made_up())


def test_names_go_with_the_country():
    spanish, japanese = (
        names([film for film in made_up() if film["countries"] == [country]], "cast")
        for country in ("Spain", "Japan")
    )
    assert spanish
    assert japanese
    assert not spanish & japanese


def test_made_up_films_are_as_large_as_real_ones():
    assert 700 < mean(len(bson.encode(film)) for film in made_up()) < 1600


# The comments


def test_same_number_is_the_same_comment():
    assert comments(50) == comments(1000)[:50]


def test_comments_have_the_shape_of_sample_mflix():
    for comment in comments():
        assert list(comment) == ["_id", "name", "email", "movie_id", "text", "date"]
        assert comment["text"]


def test_ids_are_known_without_making_the_comments():
    assert demo.comment_ids(range(1000)) == [comment["_id"] for comment in comments()]


def test_comments_are_on_films_that_are_there():
    there = set(demo.movie_ids(range(300)))
    assert {comment["movie_id"] for comment in comments(films=300)} <= there


def test_single_film_can_have_all_comments():
    assert {comment["movie_id"] for comment in comments(films=1)} == {true_ones()[0]["_id"]}


def test_first_films_have_more_comments_than_the_last():
    films = Counter(comment["movie_id"] for comment in comments())
    first, last = true_ones()[:20], true_ones()[-20:]
    assert sum(films[f["_id"]] for f in first) > 3 * sum(films[f["_id"]] for f in last)


def test_comments_are_signed_by_the_authors():
    assert {(comment["name"], comment["email"]) for comment in comments()} == set(AUTHORS)


def test_no_comment_is_older_than_its_film_or_of_the_future():
    films = {film["_id"]: film["year"] for film in true_ones()}
    for comment in comments():
        assert films[comment["movie_id"]] < comment["date"].year
        assert comment["date"] < datetime(2026, 1, 1, tzinfo=UTC)


def test_comments_spread_over_the_years():
    assert len({comment["date"].year for comment in comments()}) > 10


def test_comments_are_in_two_languages_and_seldom_the_same():
    texts = [comment["text"] for comment in comments()]
    assert share(texts, lambda text: set("áéíóúñ¿¡") & set(text)) > 0.2
    assert len(set(texts)) > 600
