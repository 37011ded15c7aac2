"""How the log looks, and that it tells no secrets."""

import json
import logging

import pytest
from pymongo.errors import OperationFailure

from pialara_site.logs import Json, Readable, request_id, trace
from tests.secrets_logged import secrets_in


def a_record(text="views: %d", *values, error=None, **extra) -> logging.LogRecord:
    exc_info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("mflix", logging.WARNING, "", 1, text, values or (3,), exc_info)
    vars(record).update(extra)
    return record


def failed(kind=ValueError) -> BaseException:
    try:
        try:
            raise LookupError("ana@example.org")
        except LookupError as cause:
            raise kind("ana@example.org") from cause
    except kind as error:
        return error


@pytest.fixture
def in_request():
    token = request_id.set("0123456789abcdef")
    yield
    request_id.reset(token)


def test_machines_read_json():
    told = json.loads(Json().format(a_record()))
    assert told.pop("time").endswith("+00:00")
    assert told == {"level": "WARNING", "logger": "mflix", "message": "views: 3"}


def test_what_a_record_is_about_are_fields_of_their_own():
    told = json.loads(Json().format(a_record(fields={"status": 200})))
    assert told["status"] == 200
    assert "message" not in told


def test_people_read_a_line():
    assert Readable().format(a_record()).endswith(" WARNING mflix: views: 3")


def test_every_line_of_a_request_names_it(in_request):
    assert json.loads(Json().format(a_record()))["request"] == "0123456789abcdef"
    assert Readable().format(a_record()).endswith("[0123456789abcdef]")


@pytest.mark.parametrize("formatter", [Json(), Readable()])
def test_error_is_told_by_kind_and_place_but_not_by_its_text(formatter):
    line = formatter.format(a_record(error=failed()))
    assert "ValueError" in line
    assert "LookupError" in line
    assert "test_logs.py:" in line
    assert "ana@example.org" not in line


def test_json_stays_one_line_with_a_trace():
    assert "\n" not in Json().format(a_record(error=failed()))


def test_error_that_hides_another_does_not_tell_of_it():
    error = failed()
    error.__cause__, error.__suppress_context__ = None, True
    assert "LookupError" not in Json().format(a_record(error=error))


def test_refusal_has_no_trace():
    assert "trace" not in json.loads(Json().format(a_record(error=failed(), status_code=400)))


# What the tests look for in all that is logged


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("mail to ana@example.org failed", "an email"),
        ("GET /users/?q=Person 12", "a name"),
        ("logged in with a good password", "a password"),
        ("patologia: Afasia", "a pathology"),
        (f"GET /password/set/Mg/cx1f2a-{'0a' * 16}/", "a link's token"),
        (f"session {'0a' * 16}", "a session or CSRF token"),
    ],
)
def test_secret_is_known_as_one(line, kind):
    assert kind in secrets_in(line)


def test_secret_in_the_log_is_noticed(log_listener):
    logging.getLogger("mflix").error("of ana@example.org")
    assert len(log_listener.told) == 1
    log_listener.told.clear()


def test_error_of_mongodb_is_told_with_its_number_and_not_its_text():
    error = OperationFailure("ana@example.org is not there", 27)
    told = json.loads(Json().format(a_record(error=error)))["trace"]
    assert told == ["OperationFailure 27"]


def test_error_that_led_to_itself_is_told_once():
    error, other = LookupError(), KeyError()
    error.__cause__, other.__cause__ = other, error
    assert trace(error) == ["LookupError", "KeyError"]
