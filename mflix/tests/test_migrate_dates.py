"""manage.py migrate_dates: lastupdated is a text in sample_mflix."""

from datetime import UTC, datetime

import pytest
from django.core.management import call_command

from mflix import repairs
from mflix.movies import movies
from mflix.tests.mothers import a_movie

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def run(capsys):
    """Runs the command and answers what it printed."""

    def run():
        call_command("migrate_dates")
        return capsys.readouterr().out

    return run


def migrated(value):
    """What becomes of a film's lastupdated."""
    movie = a_movie(lastupdated=value)
    repairs.migrate_dates(print)
    return movies.find_one({"_id": movie["_id"]})["lastupdated"]


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2015-08-13 00:27:59.177000000", datetime(2015, 8, 13, 0, 27, 59, 177000, UTC)),
        ("2015-08-13 00:27:59.177999999", datetime(2015, 8, 13, 0, 27, 59, 177000, UTC)),
        ("2015-08-13 00:27:59", datetime(2015, 8, 13, 0, 27, 59, 0, UTC)),
        ("2015-08-13T00:27:59.5Z", datetime(2015, 8, 13, 0, 27, 59, 500000, UTC)),
        ("2015-08-13T00:27:59+02:00", datetime(2015, 8, 12, 22, 27, 59, 0, UTC)),
        ("2015-08-13 00:27:59 +0200", datetime(2015, 8, 12, 22, 27, 59, 0, UTC)),
        ("2015-08-13 00:27:59 Z", datetime(2015, 8, 13, 0, 27, 59, 0, UTC)),
        ("2015-08-13 00:27", datetime(2015, 8, 13, 0, 27, 0, 0, UTC)),
        (" 2015-08-13\n", datetime(2015, 8, 13, tzinfo=UTC)),
    ],
)
def test_server_makes_a_date_of_the_text(commands, text, date):
    with commands() as seen:
        assert migrated(text) == date
    assert [each.name for each in seen] == ["insert", "update", "find", "find"]


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2015-08-13 00:27:59,177000000", datetime(2015, 8, 13, 0, 27, 59, 177000, UTC)),
        (" 2015-08-13 00:27:59,177\n", datetime(2015, 8, 13, 0, 27, 59, 177000, UTC)),
        ("2015-08-13T00:27:59,5+02:00", datetime(2015, 8, 12, 22, 27, 59, 500000, UTC)),
        ("Thu, 13 Aug 2015 00:27:59 GMT", datetime(2015, 8, 13, 0, 27, 59, 0, UTC)),
        ("Thu, 13 Aug 2015 00:27:59 +0200", datetime(2015, 8, 12, 22, 27, 59, 0, UTC)),
    ],
)
def test_text_that_only_python_understands_is_a_date_too(text, date):
    assert migrated(text) == date


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "now",
        "2015",
        "2015-02-30 00:00:00",
        "2015-13-45",
        "2015-08-13 25:00:00",
        "2015-08-13 +1 day",
        "03/04/2015",
        "20150813",
        "1512112231445",
        "0001-01-01T00:00:00,5+14:00",
        "Thu, 32 Aug 2015 00:27:59 GMT",
        "99 Aug 99999999999999 1:1:1",
        "$lastupdated",
    ],
)
def test_text_that_is_no_certain_date_stays(text):
    assert migrated(text) == text


@pytest.mark.parametrize(
    "value", [None, 5, 1.5, ["2015-08-13"], {"a": "2015-08-13"}, datetime(2015, 1, 1, tzinfo=UTC)]
)
def test_what_is_no_text_stays(value):
    assert migrated(value) == value


def test_film_without_the_field_gets_none():
    a_movie(lastupdated=...)
    repairs.migrate_dates(print)
    assert "lastupdated" not in movies.find_one()


def test_command_says_how_many(run):
    for text in ("2015-08-13 00:27:59", "2015-08-13 00:27:59,177", "yesterday"):
        a_movie(lastupdated=text)
    assert "Texts that are dates now: 2\n" in run()


def test_texts_that_stay_are_listed(run):
    movie = a_movie(lastupdated="yesterday")
    told = run()
    assert "stay: 1" in told
    assert f"  {movie['_id']}: 'yesterday'\n" in told


def test_all_that_stay_are_listed_with_the_beginning_of_their_text(run):
    for _movie in range(25):
        a_movie(lastupdated="yesterday" * 1000)
    told = run()
    assert "stay: 25" in told
    assert told.count("'yesterday") == 25
    assert told.count("yesterday") < 200


def test_second_run_finds_nothing(run):
    a_movie(lastupdated="2015-08-13 00:27:59")
    run()
    before = movies.find_one()
    assert run() == "Texts that are dates now: 0\n"
    assert movies.find_one() == before


def test_more_than_a_batch_is_written_in_batches(commands):
    movies.insert_many({"lastupdated": "2015-08-13 00:27:59,5"} for _ in range(2100))
    with commands() as seen:
        assert repairs.migrate_dates(print) == (2100, 0)
    written = [len(each.body["updates"]) for each in seen if each.name == "update"]
    assert written == [1, 1000, 1000, 100]


def test_text_that_somebody_changes_meanwhile_is_theirs():
    movie = a_movie(lastupdated="newer")
    stale = {"_id": movie["_id"], "lastupdated": "older"}
    assert repairs._store_dates([(stale, datetime(2015, 8, 13, tzinfo=UTC))]) == 0
    assert movies.find_one()["lastupdated"] == "newer"
