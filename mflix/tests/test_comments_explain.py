"""The pages of comments run on indexes: MongoDB's plans for what mflix/comments.py sends."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.tests.test_explain import chosen_plans, explained
from mflix import comments
from mflix.comments import FIRST_PAGE, ORDER, PER_PAGE
from mflix.keyset import Cursor, Phase, Position
from mflix.movies import movies
from mflix.tests.mothers import a_comment, a_movie
from pialara_site.mongo import COLLATION

pytestmark = pytest.mark.usefixtures("fresh_indexes")

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def movie():
    """A film among others, with more comments than fit a page."""
    movie, others = a_movie(), [a_movie() for _ in range(3)]
    for n in range(60):
        a_comment(movie, date=START + timedelta(hours=n), email="eva@example.org")
        a_comment(others[n % 3], date=START + timedelta(hours=n))
    return movie


def a_position() -> Position:
    doc = comments.comments.find_one({"email": "eva@example.org"}, skip=30)
    return Position(Phase.KIND, doc["date"], doc["_id"])


def lookups_of(plan: dict) -> list[dict]:
    return [stage for stage in plan["stages"] if "$lookup" in stage]


@pytest.fixture
def counted(movie):
    """What the lookup of a film's page reads."""
    pipeline = [{"$match": {"_id": movie["_id"]}}, comments.newest()]
    command = {
        "aggregate": movies.name,
        "pipeline": pipeline,
        "cursor": {},
        "collation": COLLATION.document,
    }
    [stage] = lookups_of(movies.database.command("explain", command, verbosity="executionStats"))
    return stage


def test_film_with_comments_reads_an_index_and_nothing_else(counted):
    assert counted["collectionScans"] == 0
    assert counted["indexesUsed"] == ["movie_id_1_date_-1__id_-1"]


def test_film_with_comments_reads_no_more_of_them_than_it_shows(counted):
    assert counted["totalDocsExamined"] == PER_PAGE + 1


@pytest.mark.parametrize("backwards", [False, True])
def test_any_page_of_a_films_comments_is_read_in_the_order_of_the_index(movie, backwards):
    cursor = Cursor(ORDER, PER_PAGE, a_position(), backwards)
    [stages, *_others] = cursor.pipelines([{"$match": {"movie_id": movie["_id"]}}]).values()
    plans = set(chosen_plans(explained(stages, comments.comments)))
    assert "IXSCAN" in plans
    assert not plans & {"COLLSCAN", "SORT"}


@pytest.mark.usefixtures("movie")
def test_any_page_of_a_persons_comments_is_read_in_the_order_of_the_index():
    for cursor in (FIRST_PAGE, Cursor(ORDER, PER_PAGE, a_position())):
        stages = cursor.pipelines([{"$match": {"email": {"$in": ["eva@example.org"]}}}])[Phase.KIND]
        plans = set(chosen_plans(explained(stages, comments.comments, collation=None)))
        assert "IXSCAN" in plans
        assert not plans & {"COLLSCAN", "SORT"}
