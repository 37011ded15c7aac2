"""What load balancers are told: /healthz and /readyz."""

import time

import pytest

from accounts import users
from pialara_site import health, schema
from pialara_site.mongo import RESTORING, pialara
from pialara_site.readiness import readiness
from tests.fail_points import CUT_OFF, UNCONFIRMED, failing

FINE = dict.fromkeys(("replica set", "read", "write", "restore", "schema"), "ok")


def found(caller) -> dict:
    """What the checks found of a site that is not ready."""
    response = caller.get("/readyz")
    told = response.json()
    assert (response.status_code, told["ready"]) == (503, False)
    return told["checks"]


def test_live_process_is_healthy(anonymous):
    response = anonymous.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")


def test_health_costs_no_command(anonymous, admin, commands):
    with commands() as seen:
        anonymous.get("/healthz")
        admin.get("/healthz")
    assert seen == []


def test_site_that_can_serve_people_is_ready(anonymous):
    response = anonymous.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"ready": True, "checks": FINE}


def test_answer_is_for_all_who_ask_within_a_second(caching, anonymous, commands, monkeypatch):
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    anonymous.get("/readyz")
    now += 0.9
    with commands() as seen:
        assert anonymous.get("/readyz").json()["checks"] == FINE
    assert seen == []
    now += 0.2
    with commands() as seen:
        anonymous.get("/readyz")
    assert "update" in [command.name for command in seen]


def test_checks_leave_one_document(anonymous):
    for _ in range(3):
        anonymous.get("/readyz")
    assert readiness.count_documents({}) == 1


@pytest.mark.usefixtures("caching")
def test_schema_that_was_seen_a_moment_ago_costs_no_command(anonymous, commands, monkeypatch):
    monkeypatch.setattr(health, "KEPT_SECONDS", 0)
    anonymous.get("/readyz")
    with commands() as seen:
        anonymous.get("/readyz")
    assert [command.name for command in seen] == ["hello", "find", "update", "find"]


@pytest.mark.usefixtures("caching")
def test_schema_that_differs_is_looked_at_each_time(anonymous, monkeypatch):
    monkeypatch.setattr(health, "KEPT_SECONDS", 0)
    found = iter([["users: an index is missing"], []])
    monkeypatch.setattr(schema, "drift", lambda: next(found))
    assert [anonymous.get("/readyz").status_code for _ in range(2)] == [503, 200]


def test_database_that_cannot_be_read_is_not_ready(anonymous):
    with failing("find", how=CUT_OFF):
        assert found(anonymous)["read"] != "ok"


def test_write_that_no_majority_confirms_is_not_ready(anonymous):
    with failing("update", how=UNCONFIRMED):
        assert found(anonymous) == {**FINE, "write": "WTimeoutError"}


def test_half_restored_database_is_not_ready(anonymous):
    pialara[RESTORING].insert_one({"backup": "/secret/place"})
    try:
        assert found(anonymous) == {**FINE, "restore": "a restore is not finished"}
    finally:
        pialara.drop_collection(RESTORING)


def test_database_without_an_index_is_not_ready(anonymous):
    users.users.drop_index("email_1")
    try:
        assert "email_1" in found(anonymous)["schema"]
    finally:
        schema.ensure()
    assert anonymous.get("/readyz").status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_load_balancer_may_ask_by_address_and_without_https(anonymous, settings, path):
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["pialara.example.org"]
    assert anonymous.get("/", secure=True).status_code == 400
    response = anonymous.get(path, headers={"host": "10.0.0.7:8000"})
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
