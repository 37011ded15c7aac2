"""The line for each request, and the one for each slow command."""

import json
import logging

import pytest
from pymongo.errors import AutoReconnect

from accounts import users
from pialara_site import request_log
from pialara_site.logs import Json
from pialara_site.request_log import shape
from tests.mothers import a_client


class Kept(logging.Handler):
    """Keeps what is logged as JSON has it."""

    def __init__(self):
        super().__init__()
        self.setFormatter(Json())
        self.lines = []

    def emit(self, record):
        self.lines.append(json.loads(self.format(record)))


@pytest.fixture
def lines():
    """The lines of requests and slow commands so far."""
    kept = Kept()
    request_log.logger.addHandler(kept)
    yield kept.lines
    request_log.logger.removeHandler(kept)


def test_request_is_one_line(admin, lines):
    admin.get("/users/?q=ana")
    [line] = lines
    told = [line[name] for name in ("level", "method", "route", "status", "user")]
    assert told == ["INFO", "GET", "/users/", 200, str(admin.user.pk)]
    assert 0 < line["commands_ms"] < line["ms"]


def test_line_counts_the_commands(admin, lines, commands):
    with commands() as seen:
        admin.get("/users/")
    assert lines[0]["commands"] == len(seen) > 0


def test_next_request_counts_anew(admin, lines):
    admin.get("/users/")
    admin.get("/users/")
    assert len({line["commands"] for line in lines}) == 1


def test_line_has_the_pattern_of_the_path(admin, lines):
    admin.get(f"/users/{a_client().pk}/")
    assert lines[0]["route"] == "/users/<oid:user_id>/"


def test_address_that_is_none_is_not_told(anonymous, lines):
    anonymous.get("/ana@example.org/")
    assert (lines[0]["route"], lines[0]["status"]) == (None, 404)


def test_page_that_needs_no_user_does_not_load_one_for_the_log(anonymous, lines, commands):
    with commands() as seen:
        anonymous.get("/")
    assert seen == []
    assert lines[0]["user"] is None


def test_line_of_an_outage_names_its_kind(admin, lines, monkeypatch):
    admin.raise_request_exception = False
    monkeypatch.setattr(users.users, "aggregate", _away)
    monkeypatch.setattr("accounts.sessions.sessions.aggregate", _away)
    admin.get("/users/")
    line = lines[0]
    assert (line["status"], line["level"], line["error"]) == (503, "WARNING", "AutoReconnect")


def _away(*arguments, **options):
    raise AutoReconnect("127.0.0.1")


@pytest.mark.parametrize("path", ["/static/css/site.css", "/healthz", "/readyz"])
def test_files_and_load_balancers_have_no_line(anonymous, lines, path):
    anonymous.get(path).close()
    assert lines == []


# The request's id


def test_answer_names_the_request_as_the_log_does(anonymous, lines):
    name = anonymous.get("/").headers["X-Request-ID"]
    assert lines[0]["request"] == name
    assert len(name) == 16


def test_id_of_a_proxy_is_kept(anonymous, lines):
    response = anonymous.get("/", headers={"x-request-id": "0a1b2c-3D4E"})
    assert response.headers["X-Request-ID"] == lines[0]["request"] == "0a1b2c-3D4E"


@pytest.mark.parametrize(
    "wrong",
    ["", "short", "a" * 65, "deadbeef-ana@example.org", "Ana.Perez-Lopez", "ñandúñandú"],
)
def test_id_that_is_none_is_replaced(anonymous, wrong):
    assert anonymous.get("/", headers={"x-request-id": wrong}).headers["X-Request-ID"] != wrong


@pytest.mark.parametrize("odd", ["ANA.PEREZ", "PURGE"])
def test_method_that_somebody_made_up_is_not_told(anonymous, lines, odd):
    anonymous.generic(odd, "/")
    assert lines[0]["method"] == "other"


def test_host_that_somebody_made_up_is_not_told(anonymous, caplog):
    assert anonymous.get("/", headers={"host": "ana@example.org"}).status_code == 400
    assert "ana@example.org" not in caplog.text


# Slow commands


def test_slow_command_is_told_with_its_shape_and_no_value(admin, lines, monkeypatch):
    monkeypatch.setattr(request_log, "SLOW_MS", 0)
    admin.get("/users/?q=ana&rol=Cliente")
    *slow, _request = lines
    assert {line["slow"] for line in slow} == {"aggregate"}
    assert "users" in {line["collection"] for line in slow}
    assert '"rol": "?"' in "".join(line["shape"] for line in slow)
    assert "Cliente" not in "".join(line["shape"] for line in slow)
    assert {line["request"] for line in slow} == {lines[-1]["request"]}


def test_quick_command_is_not_told(admin, lines):
    admin.get("/users/")
    assert [line for line in lines if "slow" in line and line["ms"] < request_log.SLOW_MS] == []


def test_command_of_no_request_is_not_told(lines, monkeypatch):
    monkeypatch.setattr(request_log, "SLOW_MS", 0)
    a_client()
    assert lines == []


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ({"find": "users", "filter": {"email": "x"}}, {"filter": {"email": "?"}}),
        ({"find": "users", "sort": {"nombre": 1}, "limit": 5}, {"sort": {"nombre": "?"}}),
        (
            {"find": "users", "filter": {"_id": {"$in": [1, 2]}}},
            {"filter": {"_id": {"$in": ["?"]}}},
        ),
        (
            {"aggregate": "users", "pipeline": [{"$match": {"a": 1}}, {"$match": {"a": 2}}]},
            {"pipeline": [{"$match": {"a": "?"}}]},
        ),
        (
            {"update": "users", "updates": [{"q": {"_id": 1}, "u": {"$set": {"nombre": "x"}}}]},
            {"updates": [{"q": {"_id": "?"}, "u": {"$set": {"nombre": "?"}}}]},
        ),
        ({"insert": "users", "documents": [{"nombre": "x"}], "lsid": {}}, {}),
    ],
    ids=str,
)
def test_shape_has_fields_and_no_values(command, expected):
    assert shape(command) == expected
