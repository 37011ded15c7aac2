"""The parts of the benchmark that need no load: what it starts, asks for, reads and prints."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from accounts.roles import Role
from benchmarks import jobs, load, measure, raw, servers, table
from mflix.tests.mothers import a_movie
from pialara_site.mongo import client
from tests.mothers import a_client

SAID = """Running 1s test
RESULT {"requests": 200, "seconds": 2.0, "bytes": 4000, "failed": 0, "ms": [1.5, 2.5, 9.0]}
"""


def test_what_wrk_says_is_read():
    found = load.read(SAID, "/")
    assert found == load.Load(requests=200, rate=100, bytes=20, p50=1.5, p95=2.5, p99=9)


def test_run_with_failed_requests_counts_for_nothing():
    with pytest.raises(load.Failed, match="/films/: 3 of 200"):
        load.read(SAID.replace('"failed": 0', '"failed": 3'), "/films/")


def test_run_without_an_answer_is_none():
    assert load.read(SAID.replace("200", "0"), "/") is None


def test_missing_wrk_is_said_in_one_sentence(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SystemExit, match="apt-get install wrk"):
        load.require_wrk()


def test_commands_are_repeated_without_their_session():
    body = {"find": "movies", "limit": 20, "lsid": {"id": 1}, "$db": "mflix", "maxTimeMS": 5}
    assert raw.bare(body) == {"find": "movies", "limit": 20}


def test_line_of_the_table_has_the_ratios():
    sequential = {"p50": 1, "p95": 2, "p99": 3}
    job = {"rate": 100, "cpu_ms": 1.25, "mongod_ms": 0.5, "bytes": 2048, "sequential": sequential}
    line = table.line({**job, "logged_out": 125, "raw": 400, "orm": 20}, empty=200)
    assert line[-5:] == ["0.80", "0.25", "0.50", "5.0", ""]
    assert len(line) == len(table.HEADINGS) - 1


def test_query_that_a_comparison_left_behind_is_ended(mongod):
    many = [{"$set": {"n": {"$range": [0, 100_000]}}}, {"$unwind": "$n"}]
    for_hours = [{"$documents": [{}]}, *many, *many, {"$count": "n"}]
    running = [{"$currentOp": {"allUsers": True}}, {"$match": {"command.pipeline": for_hours}}]
    with (
        MongoClient(mongod.uri, appname="left behind") as theirs,
        ThreadPoolExecutor(1) as pool,
    ):
        asked = pool.submit(theirs.elsewhere.aggregate, for_hours)
        while not list(client.admin.aggregate(running)):
            assert not asked.done()
        measure.end_queries("left behind")
        with pytest.raises(OperationFailure, match="interrupted"):
            asked.result()


def test_measured_server_starts_with_the_settings_that_it_is_given(mongod, monkeypatch, tmp_path):
    monkeypatch.setattr(servers, "FOLDER", tmp_path)
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "pialara_site.settings")
    monkeypatch.delenv("EMAIL_URL", raising=False)  # that of a developer
    names = {name: getattr(settings, name) for name in ("PIALARA_DB_NAME", "MFLIX_DB_NAME")}
    with servers.product(mongod.uri, settings.SECRET_KEY, names) as server:
        assert len(server.workers()) == servers.WORKERS


def test_jobs_ask_for_pages_that_there_are(anonymous, admin, tecnico, cliente):
    for n in range(2 * jobs.PER_PAGE + 1):
        a_movie(cast=[f"Ana {n}"], fullplot="Somebody returns to the village")
    for _user in range(25):
        a_client(password="")
    callers = {
        None: anonymous,
        Role.ADMINISTRADOR: admin,
        Role.TECNICO: tecnico,
        Role.CLIENTE: cliente,
    }
    asked = [job for job in jobs.all_jobs() if not job.writes]
    answers = {job.name: callers[job.role].get(job.ours[0]).status_code for job in asked}
    assert answers == dict.fromkeys(answers, 200)
    assert len(answers) > 10
