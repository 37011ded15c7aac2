"""manage.py recount_comments: num_mflix_comments is what the comments say."""

import pytest
from bson import ObjectId
from django.core.management import call_command

from mflix import repairs
from mflix.movies import movies
from mflix.tests.mothers import a_comment, a_movie

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def run(capsys):
    """Runs the command and answers what it printed."""

    def run():
        call_command("recount_comments")
        return capsys.readouterr().out

    return run


def number_of(movie):
    return movies.find_one({"_id": movie["_id"]}).get("num_mflix_comments")


def with_comments(count, **fields):
    movie = a_movie(**fields)
    for _ in range(count):
        a_comment(movie)
    return movie


@pytest.mark.parametrize("stored", [0, 3, -1, None, ..., "2", [2], {"n": 2}, float("nan")])
def test_wrong_number_is_corrected(run, stored):
    movie = with_comments(2, num_mflix_comments=stored)
    assert run() == "Films with a wrong number of comments, corrected: 1\n"
    assert number_of(movie) == 2


def test_film_without_comments_has_0(run):
    movie = a_movie(num_mflix_comments=5)
    assert "corrected: 1" in run()
    assert number_of(movie) == 0


@pytest.mark.parametrize("stored", [None, ...])
def test_missing_number_of_no_comments_is_not_wrong_but_0(run, stored):
    movie = a_movie(num_mflix_comments=stored)
    told = run()
    assert "corrected: 0\n" in told
    assert "now 0: 1\n" in told
    assert number_of(movie) == 0


@pytest.mark.parametrize("stored", [2, 2.0])
def test_right_number_is_left_alone(run, stored):
    movie = with_comments(2, num_mflix_comments=stored)
    before = movies.find_one(movie["_id"])
    assert run() == "Films with a wrong number of comments, corrected: 0\n"
    assert movies.find_one(movie["_id"]) == before


def test_only_the_number_changes(run):
    movie = with_comments(1, num_mflix_comments=7)
    run()
    assert movies.find_one(movie["_id"]) == {**movie, "num_mflix_comments": 1}


def test_comments_of_films_that_do_not_exist_make_none(run):
    a_comment({"_id": ObjectId()})
    assert "corrected: 0" in run()
    assert movies.count_documents({}) == 0


@pytest.mark.parametrize("movie_id", [None, ..., "x", [ObjectId()], {"$oid": "x"}])
def test_comments_of_nothing_count_for_nobody(run, movie_id):
    movie = with_comments(1, num_mflix_comments=1)
    a_comment(movie, movie_id=movie_id)
    assert "corrected: 0" in run()
    assert number_of(movie) == 1


def test_second_run_finds_nothing_wrong(run):
    with_comments(2, num_mflix_comments=9)
    run()
    assert "corrected: 0" in run()


def test_repair_is_a_count_and_one_merge_that_may_use_the_disk(commands):
    with_comments(2, num_mflix_comments=9)
    with commands() as seen:
        assert repairs.recount_comments() == (1, 0)
    merges = [each for each in seen if "$merge" in each.body["pipeline"][-1]]
    assert (len(seen), len(merges), merges[0].body["allowDiskUse"]) == (2, 1, True)


def test_nothing_is_written_when_nothing_is_wrong(commands):
    with_comments(2, num_mflix_comments=2)
    with commands() as seen:
        repairs.recount_comments()
    assert len(seen) == 1


def test_number_that_changes_meanwhile_is_newer_than_the_count():
    movie = with_comments(2, num_mflix_comments=9)
    merge = {"into": "movies", "whenMatched": [{"$set": {"num_mflix_comments": repairs.CORRECT}}]}
    read_before = {"$set": {"stored": 8}}
    movies.aggregate([*repairs.COUNTED, read_before, {"$merge": merge}])
    assert number_of(movie) == 9


def test_numbers_agree_after_an_import_once_they_are_recounted(run):
    film, other = with_comments(3, num_mflix_comments=0), with_comments(0, num_mflix_comments=4)
    assert "corrected: 2" in run()
    assert (number_of(film), number_of(other)) == (3, 0)
