"""The parts of the benchmark that need no load: what it starts, asks for, reads and prints."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from types import SimpleNamespace

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


@pytest.fixture
def runs(monkeypatch):
    """Sets how many requests are answered in each run of wrk; a list of the seconds they took."""

    def of(*answered: int) -> list[float]:
        left, took = list(answered), []

        def ended(*_) -> load.Load | None:
            return load.read(SAID.replace("200", str(left.pop(0))), "/")

        monkeypatch.setattr(load, "started", lambda *_: nullcontext())
        monkeypatch.setattr(load, "ended", ended)
        monkeypatch.setattr(load, "time", SimpleNamespace(sleep=took.append))
        return took

    return of


def test_run_ends_after_its_seconds(runs):
    took = runs(200)
    assert load.run("http://127.0.0.1", ["/"], connections=8, seconds=0.8).requests == 200
    assert took == [0.8]


def test_run_with_few_answers_is_done_again_for_longer(runs):
    took = runs(15, 16)
    assert load.run("http://127.0.0.1", ["/"], connections=8, seconds=2).requests == 16
    assert took == [2, 8]


def test_few_answers_count_in_the_longest_run(runs):
    took = runs(0, 1, 2)
    assert load.run("http://127.0.0.1", ["/"], connections=8, seconds=2).requests == 2
    assert took == [2, 8, 20]


def test_run_that_never_has_an_answer_fails(runs):
    runs(0, 0, 0)
    with pytest.raises(load.Failed, match="/films/ is not answered in 20 seconds"):
        load.run("http://127.0.0.1", ["/films/"], connections=8, seconds=2)


@pytest.fixture
def wrk(monkeypatch, tmp_path):
    """Starts a program in the place of wrk, which waits for Ctrl-C to tell what it measured."""
    script, ready = tmp_path / "wrk", tmp_path / "ready"
    script.write_text(
        f"#!{sys.executable}\n"
        "import pathlib, signal\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])\n"
        f"pathlib.Path({str(ready)!r}).touch()\n"
        "signal.sigwait([signal.SIGINT])\n"
        f"print({SAID!r})\n"
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")

    @contextmanager
    def started():
        with load.started("http://127.0.0.1", ["/"], connections=8) as process:
            while not ready.exists():
                assert process.poll() is None
            yield process

    return started


def test_wrk_is_ended_by_a_ctrl_c(wrk):
    with wrk() as process:
        assert load.ended(process, "/").requests == 200


def test_wrk_ends_with_what_started_it(wrk):
    with pytest.raises(ZeroDivisionError), wrk() as process:
        raise ZeroDivisionError
    assert process.returncode == -signal.SIGKILL


def test_missing_wrk_is_said_in_one_sentence(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SystemExit, match="apt-get install wrk"):
        load.require_wrk()


def test_benchmark_has_a_mongod_and_data_of_its_own():
    """Whatever database a developer works with: attempts to log in are deleted in it."""
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "from benchmarks import __main__, data\n"
            "__main__.configure(data.names(23_530, 1_000))\n"
            "from django.conf import settings\n"
            "print(repr(settings.MONGODB_URI), settings.VAR_DIR)\n"
            "print(settings.PIALARA_DB_NAME, settings.MFLIX_DB_NAME)\n",
        ],
        env={**os.environ, "MONGODB_URI": "mongodb://elsewhere", "VAR_DIR": "elsewhere"},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == f"'' {settings.BASE_DIR}/var/bench\npialara_1000 mflix_23530\n"


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
