"""The films that a person may like, by what they said that they like."""

import pytest

from accounts.users import users
from mflix.movies import movies
from mflix.suggestions import best, for_person
from mflix.tests.mothers import a_movie
from pialara_site.mongo import COLLATION


def titles(**preferences) -> list[str]:
    found = movies.aggregate(for_person(preferences), collation=COLLATION)
    return [movie["title"] for movie in best(found, preferences)]


def reviewed(times: int) -> dict:
    return {"viewer": {"numReviews": times}}


@pytest.mark.parametrize(
    "preferences",
    [{}, {"favorite_cast": []}, {"favorite_cast": "Ana"}, {"favorite_genres": [1, None]}],
)
def test_who_said_nothing_gets_no_suggestions(preferences):
    assert for_person(preferences) is None


def test_liked_genre_brings_its_films():
    a_movie(title="War film", genres=["War"])
    a_movie(title="Other", genres=["Drama"])
    assert titles(favorite_genres=["War"]) == ["War film"]


def test_liked_actress_brings_her_films_however_typed():
    a_movie(title="Hers", cast=["Carmen Maura"])
    a_movie(title="Other")
    assert titles(favorite_cast=["carmen maura"]) == ["Hers"]


def test_actress_weighs_more_than_genre():
    a_movie(title="Genre", genres=["War"], tomatoes=reviewed(1000))
    a_movie(title="Hers", genres=[], cast=["Ana"], tomatoes=reviewed(1))
    assert titles(favorite_genres=["War"], favorite_cast=["Ana"]) == ["Hers", "Genre"]


def test_film_with_both_comes_first_and_once():
    a_movie(title="Hers", cast=["Ana"], tomatoes=reviewed(1000))
    a_movie(title="Both", genres=["War"], cast=["Ana"], tomatoes=reviewed(1))
    assert titles(favorite_genres=["War"], favorite_cast=["Ana"]) == ["Both", "Hers"]


def test_popularity_decides_between_equals():
    a_movie(title="Less", genres=["War"], tomatoes=reviewed(5))
    a_movie(title="More", genres=["War"], tomatoes=reviewed(50))
    a_movie(title="Unknown", genres=["War"], tomatoes=...)
    assert titles(favorite_genres=["War"]) == ["More", "Less", "Unknown"]


def test_only_films_with_a_preferred_rating_are_suggested():
    a_movie(title="For all", genres=["War"], rated="G")
    a_movie(title="Not for all", genres=["War"], rated="R")
    assert titles(favorite_genres=["War"], preferred_ratings=["G", "PG"]) == ["For all"]


def test_preferred_rating_alone_brings_the_most_popular():
    a_movie(title="Less", rated="G", tomatoes=reviewed(5))
    a_movie(title="More", rated="G", tomatoes=reviewed(50))
    assert titles(preferred_ratings=["G"]) == ["More", "Less"]


def test_no_more_than_ten_are_suggested():
    for _ in range(12):
        a_movie(genres=["War"])
    assert len(titles(favorite_genres=["War"])) == 10


@pytest.mark.parametrize("odd", [None, "War", 5, {"a": 1}, ...])
def test_odd_lists_of_a_film_do_no_harm(odd):
    a_movie(title="Hers", genres=odd, cast=["Ana"])
    assert titles(favorite_genres=["Drama"], favorite_cast=["Ana"]) == ["Hers"]


def test_row_stands_on_the_page_of_films(cliente):
    a_movie(title="War film", genres=["War"])
    users.update_one(
        {"_id": cliente.user.pk}, {"$set": {"preferences": {"favorite_genres": ["War"]}}}
    )
    assert "Para ti" in cliente.get("/mflix/").text


def test_row_is_not_there_for_others(anonymous, cliente):
    a_movie()
    assert "Para ti" not in anonymous.get("/mflix/").text
    assert "Para ti" not in cliente.get("/mflix/").text


def test_row_is_not_there_in_a_search(cliente):
    a_movie(genres=["War"])
    users.update_one(
        {"_id": cliente.user.pk}, {"$set": {"preferences": {"favorite_genres": ["War"]}}}
    )
    assert "Para ti" not in cliente.get("/mflix/?genre=War").text


def test_who_said_nothing_is_told_what_to_say(cliente):
    a_movie()
    assert "/profile/preferences/" in cliente.get("/mflix/").text


def test_whose_likes_no_film_has_is_told_so_and_where_to_change_them(cliente):
    a_movie()
    preferences = {"preferences": {"favorite_cast": ["Nobody"]}}
    users.update_one({"_id": cliente.user.pk}, {"$set": preferences})
    page = cliente.get("/mflix/").text
    assert "Ninguna película coincide con tus preferencias" in page
    assert "/profile/preferences/" in page
