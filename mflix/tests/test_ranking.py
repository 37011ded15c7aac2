"""The best of so many films with some words that they can't all be compared."""

from urllib.parse import urlencode

import pytest

from mflix.movies import movies
from mflix.tests.mothers import a_movie
from mflix.tests.pages import FilmsPage, walk, walk_back

SAID = "Sort them another way to see all"


@pytest.fixture(autouse=True)
def at_most_4(monkeypatch):
    """More films are not counted, nor more candidates of words looked at."""
    monkeypatch.setattr("mflix.facets.MOST_COUNTED_OF_WORDS", 4)
    monkeypatch.setattr("mflix.ranking.CANDIDATES", 4)


def films(client, q: str, **others) -> list[str]:
    return titles(walk(client, urlencode({"q": q, **others})))


def titles(pages: list[FilmsPage]) -> list[str]:
    shown = [id_ for page in pages for id_ in page.films]
    known = {film["_id"]: film["title"] for film in movies.find({"_id": {"$in": shown}})}
    return [known[id_] for id_ in shown]


def say(word: str, number: int, others: str = ""):
    """Films of that word, each of which says less of it than the one before."""
    for n in range(number):
        a_movie(title=f"{word} {n}", fullplot=f"{word} {'long ' * (n + 1)} {others}")


def test_all_films_are_ranked_when_they_are_few(anonymous):
    say("train", 4)
    assert len(films(anonymous, "train")) == 4
    assert SAID not in FilmsPage(anonymous, "q=train").html


def test_candidates_may_be_more_than_the_films_that_are_counted(anonymous, monkeypatch):
    monkeypatch.setattr("mflix.ranking.CANDIDATES", 6)
    say("train", 8)
    assert films(anonymous, "train") == [f"train {n}" for n in range(6)]
    page = FilmsPage(anonymous, "q=train")
    assert page.count == "more than 4 films"
    assert "some 6 at most" in page.html


def test_of_many_films_those_that_say_the_word_most_are_listed(anonymous):
    say("train", 6)
    assert films(anonymous, "train") == [f"train {n}" for n in range(4)]
    assert SAID in FilmsPage(anonymous, "q=train").html


def test_films_that_say_several_of_the_words_come_first(anonymous, monkeypatch):
    monkeypatch.setattr("mflix.ranking.SMOOTHING", 1)  # so that a first place counts for much
    say("train", 1)
    say("night", 1)
    a_movie(title="Both", fullplot="A train at night.")
    for word in ("train", "night"):
        a_movie(title="Long", fullplot=f"{word} {'long ' * 50}")
    assert films(anonymous, "night train") == ["Both", "train 0", "night 0"]


def test_every_word_has_candidates(anonymous):
    say("train", 6)
    say("night", 6)
    assert sorted(films(anonymous, "train night")) == ["night 0", "night 1", "train 0", "train 1"]


def test_word_said_twice_counts_once(anonymous):
    say("train", 6)
    assert films(anonymous, "train train") == films(anonymous, "train")


def test_candidates_fit_the_other_filters(anonymous):
    say("train", 6)
    for n in range(6):
        a_movie(title=f"War {n}", fullplot=f"A train. {'long ' * (6 - n)}", genres=["War"])
    assert films(anonymous, "train", genre="War") == [f"War {n}" for n in (5, 4, 3, 2)]


def test_other_orders_have_all_films(anonymous):
    say("train", 6)
    assert len(films(anonymous, "train", sort="title")) == 6
    assert SAID not in FilmsPage(anonymous, "q=train&sort=title").html


@pytest.mark.parametrize(
    "q", ['"train long"', "train -night", "-night train", '"train long" -night']
)
def test_candidates_hold_the_phrase_and_no_word_to_avoid(anonymous, q):
    say("train", 6)
    say("train of the night", 6)
    say("long train night", 6, "train")
    found = films(anonymous, q)
    assert len(found) == 4
    assert set(found) <= {f"train {n}" for n in range(6)}


@pytest.mark.parametrize("q", ["sci-fi", "sci,fi", "sci & fi", "Sci fi SCI"])
def test_words_are_told_apart_as_mongodb_does(anonymous, q):
    say("sci", 6)
    a_movie(title="Sci-fi", fullplot="Sci-fi.")
    say("fi", 6)
    assert films(anonymous, q)[0] == "Sci-fi"


@pytest.mark.parametrize("word", ["e\u0301toile", "हिन्दी", "שָׁלוֹם", "السَّلام", "İstanbul"], ids=ascii)
def test_words_keep_their_accents_and_vowels(anonymous, word):
    say(word, 6)
    assert len(films(anonymous, word)) == 4


def test_words_beside_one_to_avoid_have_their_candidates(anonymous):
    say("train", 6)
    say("night", 6)
    say("long night", 6)
    assert len(films(anonymous, "train night -minus")) == 4
    assert {title[:5] for title in films(anonymous, "train night -minus")} == {"train", "night"}


def test_pages_of_candidates_are_walked_back_as_they_came(anonymous, monkeypatch):
    monkeypatch.setattr("mflix.catalogue.PER_PAGE", 1)
    say("train", 3, "night")
    say("night", 3, "train")
    pages = walk(anonymous, "q=night+train")
    there = titles(pages)
    assert len(there) == len(set(there)) == len(pages) > 2
    assert titles(walk_back(anonymous, pages[-1])) == there


def test_films_are_read_in_the_same_command_but_only_those_of_the_page(anonymous, commands):
    say("train", 6)
    with commands() as seen:
        FilmsPage(anonymous, "q=train")
    _numbers, films = (command.body for command in seen)
    stages = [next(iter(stage)) for stage in films["pipeline"]]
    assert stages[-6:] == ["$limit", "$lookup", "$unwind", "$replaceWith", "$set", "$limit"]
