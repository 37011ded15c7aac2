"""`manage.py start`, and the sentence that every command ends with when something is missing."""

import contextlib
import json
import os
import re
import runpy
import signal
import socket
import sys
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen, TimeoutExpired

import pytest
from django.core.management import CommandError, call_command
from django.template import engines
from pymongo import MongoClient

from accounts.demo import LOGINS, PASSWORD
from accounts.users import users
from pialara_site import embedded
from pialara_site.embedded import Server
from pialara_site.management.commands import start
from pialara_site.mongo import client
from pialara_site.web import WebServer
from tests.mothers import a_client

from .processes import (
    MANAGE,
    SECONDS,
    Started,
    at_terminal,
    children_of,
    environment,
    free_port,
    is_gone,
    manage,
    wait_until,
)

pytestmark = pytest.mark.usefixtures("english")

CTRL_C = "\x03"
HTTPS = {"X-Forwarded-Proto": "https"}
PRODUCTION = {
    "DEBUG": "False",
    "SECRET_KEY": "x",
    "ALLOWED_HOSTS": "x",
    "MONGODB_URI": "mongodb://x",
    "EMAIL_URL": "dummymail://",
}


@pytest.fixture
def env(tmp_path):
    return environment(tmp_path / "var")


@pytest.fixture
def env_of_server(mongod, env):
    """A centre's own server: the tests' mongod, whose test database `start` may fill."""
    names = {name: os.environ[name] for name in ("PIALARA_DB_NAME", "MFLIX_DB_NAME")}
    return {**env, "MONGODB_URI": mongod.uri, **names}


@pytest.fixture(scope="module")
def started(tmp_path_factory):
    """A fresh clone's first run."""
    env = environment(tmp_path_factory.mktemp("start") / "var")
    with Started("--no-input", env=env) as running:
        running.env = env
        yield running


def the_server(env) -> Server:
    return Server(embedded.Path(env["VAR_DIR"]) / "mongodb")


def mongod_of(env) -> int:
    return int((the_server(env).data / "mongod.lock").read_text())


def assert_one_sentence(result, *named: str):
    assert (result.returncode, result.stderr.count("\n")) == (1, 1), result.stderr
    assert [name for name in named if name not in result.stderr] == []


# The first run


def test_start_says_the_address_and_a_login_for_each_role(started):
    said = started.said + "".join(started.process.stdout.readline() for _ in range(4))
    assert PASSWORD in said
    for role, email in LOGINS:
        assert f"{role.label:15} {email}\n" in said


def test_started_site_shows_its_landing_page(started):
    assert started.get("/").status == 200


def test_site_started_in_an_english_terminal_answers_everybody_in_their_language(started):
    languages = [
        started.get("/login/", **headers).headers["Content-Language"]
        for headers in ({}, {"Accept-Language": "en"}, {"Accept-Language": "es"}, {})
    ]
    assert "PIA Lara runs at" in started.said
    assert languages == ["es", "en", "es", "es"]


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's malloc")
def test_started_site_takes_large_pages(started):
    environ = Path(f"/proc/{started.process.pid}/environ").read_text()
    assert "glibc.malloc.hugetlb=1" in environ


def test_started_site_has_films(started):
    with MongoClient(the_server(started.env).uri) as its_client:
        assert its_client.sample_mflix.movies.find_one({"title": "Pan's Labyrinth"})


def test_started_site_serves_its_stylesheet(started):
    answer = started.get("/static/bulma/css/style.min.css")
    assert (answer.status, answer.headers["Content-Type"]) == (200, 'text/css; charset="utf-8"')


def test_started_site_never_shows_a_trace(started):
    answer = started.get("/no/such/page/")
    assert answer.status == 404
    assert "DEBUG" not in answer.text


@pytest.mark.parametrize(
    ("email", "home"),
    [
        ("admin@pialara.example", "/users/"),
        ("tecnico@pialara.example", "/clients/"),
        ("cliente@pialara.example", "/me/"),
    ],
)
def test_demo_login_opens_the_pages_of_its_role(started, email, home):
    cookies = started.log_in(email, PASSWORD)
    assert started.get(home, **cookies).status == 200


def test_other_commands_find_the_server_of_start_and_leave_it_running(started):
    result = manage("ensure_schema", "--check", env=started.env)
    assert result.returncode == 0, result.stderr
    assert not is_gone(mongod_of(started.env))


def test_second_start_on_the_same_port_says_that_it_is_taken(started):
    result = manage("start", "--port", str(started.port), env=started.env)
    assert_one_sentence(result, str(started.port), "--port")


# The end


def test_stopped_start_leaves_no_process_and_the_next_one_the_same_data(env):
    with Started("--no-input", env=env) as first:
        processes, people = [*children_of(first.process.pid), mongod_of(env)], people_of(env)
        assert first.end(signal.SIGTERM) == 0
    wait_until(lambda: all(map(is_gone, processes)))
    with Started("--no-input", env=env) as second:
        assert people_of(env) == people
        assert second.end(signal.SIGINT) == 0
    assert not the_server(env)._data_in_use()


def people_of(env) -> list[dict]:
    with MongoClient(the_server(env).uri) as its_client:
        return list(its_client.pialara.users.find(sort=["_id"]))


@pytest.mark.parametrize("name", ["none.html", ".#films.html.swp"])
def test_broken_template_is_left_to_the_page_that_needs_it(monkeypatch, name):
    monkeypatch.setattr(engines["jinja2"].env, "list_templates", lambda: [name])
    WebServer("127.0.0.1", 8000, 1)._compile_templates()


@pytest.fixture
def waiting(env):
    """A `start` whose server never comes: its web server is there and waits."""
    env |= dict.fromkeys(("MONGODB_TIMEOUT_MS", "MONGODB_SERVER_SELECTION_TIMEOUT_MS"), "60000")
    env["MONGODB_URI"] = "mongodb://127.0.0.1:1/"
    process = Popen([*MANAGE, "start", f"--port={free_port()}"], env=env, stderr=PIPE)
    wait_until(lambda: children_of(process.pid))
    yield process
    process.kill()
    process.communicate()


def test_nobody_is_served_before_the_schema_is_there(env):
    port = free_port()
    # A server that never comes: `start` gives up when its web server waits for long.
    env |= dict.fromkeys(("MONGODB_TIMEOUT_MS", "MONGODB_SERVER_SELECTION_TIMEOUT_MS"), "4000")
    env["MONGODB_URI"] = "mongodb://127.0.0.1:1/"
    process = Popen([*MANAGE, "start", f"--port={port}"], env=env, stderr=DEVNULL)
    while process.poll() is None:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))
        with contextlib.suppress(TimeoutExpired):
            process.wait(0.05)
    assert process.returncode == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_start_that_ends_before_its_web_server_serves_leaves_none(waiting, number):
    web = children_of(waiting.pid)
    waiting.send_signal(number)
    _said, errors = waiting.communicate(timeout=SECONDS)
    wait_until(lambda: all(map(is_gone, web)))
    assert (waiting.returncode, errors) == (130 if number == signal.SIGINT else -number, b"")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_start_that_ends_while_its_mongod_starts_leaves_nothing(env, number):
    process = Popen([*MANAGE, "start", f"--port={free_port()}"], env=env, stderr=PIPE)
    wait_until(the_server(env).log.exists)
    processes = children_of(process.pid)
    process.send_signal(number)
    _said, errors = process.communicate(timeout=SECONDS)
    assert (process.returncode, errors) == (128 + number, b"")
    assert not the_server(env)._data_in_use()
    wait_until(lambda: all(map(is_gone, processes)))


def test_start_ends_with_its_terminal(env_of_server):
    with Started("--no-seed", env=env_of_server) as running:
        processes = children_of(running.process.pid)
        assert running.end(signal.SIGHUP) == 0
    wait_until(lambda: all(map(is_gone, processes)))


def test_next_command_adopts_and_stops_the_server_of_a_killed_start(env):
    with Started("--no-seed", env=env) as running:
        web, mongod = children_of(running.process.pid), mongod_of(env)
        running.process.kill()
        for process in web:
            os.kill(process, signal.SIGKILL)
        running.process.communicate()
    assert not is_gone(mongod)
    assert manage("ensure_schema", env=env).returncode == 0
    wait_until(lambda: is_gone(mongod))


def test_command_leaves_the_server_to_the_site_of_a_killed_start(env):
    with Started("--no-seed", env=env) as running:
        web = children_of(running.process.pid)
        running.process.kill()
        assert manage("ensure_schema", "--check", env=env).returncode == 0
        assert running.get("/readyz").status == 200
        for process in web:
            os.kill(process, signal.SIGKILL)
        running.process.communicate()
    assert manage("ensure_schema", "--check", env=env).returncode == 0
    assert not the_server(env)._data_in_use()


def test_start_brings_its_mongod_back(env):
    with Started("--no-seed", env=env) as running:
        killed = mongod_of(env)
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda: is_gone(killed))
        wait_until(lambda: running.get("/readyz").status == 200)
        assert running.end(signal.SIGTERM) == 0
    assert not the_server(env)._data_in_use()


def test_start_says_when_its_web_server_dies(env_of_server):
    with Started("--no-seed", env=env_of_server) as running:
        os.kill(children_of(running.process.pid)[0], signal.SIGKILL)
        _said, errors = running.process.communicate(timeout=60)
    assert running.process.returncode == 1
    assert errors.splitlines()[-1] == "CommandError: The web server stopped with status -9."


# Sample data


def test_no_seed_adds_nobody(env_of_server):
    with Started("--no-seed", env=env_of_server) as running:
        assert running.end(signal.SIGTERM) == 0
    assert users.count_documents({}) == 0
    assert "pialara.example" not in running.said


def test_start_adds_no_sample_people_where_there_are_people(env_of_server):
    a_client()
    with Started("--no-input", env=env_of_server) as running:
        assert running.get("/login/").status == 200
    assert users.count_documents({}) == 1


@pytest.mark.parametrize(("answer", "people"), [("n\n", 0), ("y\n", 60)])
def test_start_asks_before_it_fills_an_own_server(env_of_server, answer, people):
    status, screen = at_terminal(
        "start",
        f"--port={free_port()}",
        env=env_of_server,
        dialogue=[("[y/N] ", answer), ("Ctrl-C stops it", CTRL_C)],
    )
    assert status == 0, screen
    assert users.count_documents({}) == people


def test_start_that_is_told_not_to_ask_fills_an_own_server(env_of_server):
    status, screen = at_terminal(
        *("start", f"--port={free_port()}", "--no-input"),
        env=env_of_server,
        dialogue=[("Ctrl-C stops it", CTRL_C)],
    )
    assert (status, "[y/N]" in screen) == (0, False), screen
    assert users.count_documents({}) == 60


def test_start_fills_a_fresh_clone_at_a_terminal_without_asking(env):
    status, screen = at_terminal(
        *("start", f"--port={free_port()}"),
        env=env,
        dialogue=[("admin@pialara.example", CTRL_C)],
    )
    assert (status, "[y/N]" in screen) == (0, False), screen


# Production


@pytest.fixture(scope="module")
def production(mongod, tmp_path_factory):
    """A centre's first run on its own server, behind a proxy that speaks https."""
    env = environment(
        tmp_path_factory.mktemp("production") / "var",
        **{**PRODUCTION, "MONGODB_URI": mongod.uri, "ALLOWED_HOSTS": "127.0.0.1"},
        HTTPS_HEADER="X-Forwarded-Proto",
        PIALARA_DB_NAME=f"{users.database.name}_production",
    )
    with Started("--no-input", env=env) as running:
        yield running
    client.drop_database(env["PIALARA_DB_NAME"])


def test_production_start_insists_on_https(production):
    answer = production.get("/login/")
    assert (answer.status, answer.headers["Location"][:8]) == (301, "https://")


def test_production_start_serves_hashed_files_compressed(production):
    page = production.get("/login/", **HTTPS)
    style = re.search(r"/static/bulma/css/style\.min\.\w+\.css", page.text)[0]
    served = production.get(style, **HTTPS, **{"Accept-Encoding": "gzip"})
    assert served.headers["Content-Encoding"] == "gzip"
    assert "immutable" in served.headers["Cache-Control"]


def test_production_start_says_how_to_make_the_first_user(production):
    assert "create_user" in production.said
    assert "pialara.example" not in production.said


# One sentence


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"MONGOD": "/nonexistent"}, "MONGOD"),
        ({"VAR_DIR": __file__ + "/var"}, "VAR_DIR"),
        ({"VAR_DIR": __file__ + "/var", "SECRET_KEY": "x"}, "VAR_DIR"),
        ({**PRODUCTION, "SECRET_KEY": ""}, "SECRET_KEY"),
        ({**PRODUCTION, "ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS"),
        ({**PRODUCTION, "MONGODB_URI": ""}, "MONGODB_URI"),
        ({"DEBUG": "maybe"}, "DEBUG"),
        ({"MONGODB_MAX_POOL_SIZE": "many"}, "MONGODB_MAX_POOL_SIZE"),
        ({"MONGODB_URI": "localhost:27017"}, "MONGODB_URI"),
        ({"MONGODB_URI": "mongodb://ana:p@ss@example.org/"}, "MONGODB_URI"),
        ({"MONGODB_URI": "mongodb://127.0.0.1:1/"}, "127.0.0.1:1"),
    ],
    ids=str,
)
def test_command_that_lacks_something_says_so_in_one_sentence(env, variables, named):
    env |= {"MONGODB_TIMEOUT_MS": "100", **variables}
    assert_one_sentence(manage("ensure_schema", env=env), named)


def test_sentence_about_a_malformed_address_keeps_the_password_secret(env):
    env["MONGODB_URI"] = "mongodb://ana:p@ss@example.org/"
    assert "p@ss" not in manage("ensure_schema", env=env).stderr


def test_wrong_credentials_are_one_sentence(mongod, env):
    env["MONGODB_URI"] = f"mongodb://ana:wrong@127.0.0.1:{mongod.port}/?directConnection=true"
    assert_one_sentence(manage("start", f"--port={free_port()}", env=env), "password")


@pytest.mark.parametrize("command", ["ensure_schema", "start"])
def test_mongod_that_cannot_start_is_one_sentence(env, command):
    data = the_server(env).data
    data.mkdir(parents=True)
    (data / "WiredTiger.turtle").write_text("garbage")
    (data / "WiredTiger.wt").write_bytes(b"garbage")
    assert_one_sentence(manage(command, env=env), "mongod")


@pytest.fixture
def stand_alone(tmp_path):
    """The address of a mongod that is no replica set."""
    port = free_port()
    place = ["--dbpath", str(tmp_path), "--port", str(port)]
    server = Popen([embedded.binary(), *place, *embedded.LOCAL], stdout=DEVNULL)
    yield f"mongodb://127.0.0.1:{port}/"
    server.kill()
    server.wait()


@pytest.mark.parametrize("command", ["ensure_schema", "start", "backup x", "restore x"])
def test_server_without_transactions_is_one_sentence(env, stand_alone, command):
    refused = manage(*command.split(), env={**env, "MONGODB_URI": stand_alone})
    assert_one_sentence(refused, "rs.initiate()")


def test_site_on_a_server_without_transactions_is_not_ready(env, stand_alone):
    ask = "from django.test import Client; print(Client().get('/readyz').content.decode())"
    told = manage("shell", "--no-imports", "-c", ask, env={**env, "MONGODB_URI": stand_alone})
    assert json.loads(told.stdout)["ready"] is False
    assert "rs.initiate()" in json.loads(told.stdout)["checks"]["replica set"]


def test_check_needs_no_server(env):
    assert manage("check", env={**env, "MONGOD": "/nonexistent"}).returncode == 0


def test_deployment_check_has_nothing_to_say(env):
    env |= {**PRODUCTION, "SECRET_KEY": os.urandom(40).hex(), "ALLOWED_HOSTS": "example.org"}
    result = manage("check", "--deploy", "--fail-level=WARNING", env=env)
    assert (result.returncode, result.stderr) == (0, "")


def test_ctrl_c_in_any_command_is_no_trace(monkeypatch):
    def interrupted(command):
        raise KeyboardInterrupt

    monkeypatch.setattr("django.core.management.ManagementUtility.execute", interrupted)
    monkeypatch.setattr("sys.argv", ["manage.py", "check"])
    with pytest.raises(SystemExit) as ending:
        runpy.run_path(MANAGE[1], run_name="__main__")
    assert ending.value.code == 130


# Where to listen


def test_taken_port_is_refused():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(CommandError, match=r"taken"):
            call_command("start", port=other.getsockname()[1])


@pytest.mark.parametrize("port", [-1, 0, 65536])
def test_port_that_is_none_is_refused(port):
    with pytest.raises(CommandError, match=f"^{port} is not a port"):
        call_command("start", port=port)


@pytest.mark.parametrize("host", ["203.0.113.9", "one..two"])
def test_host_that_is_not_this_machine_is_refused(host):
    with pytest.raises(CommandError, match=f"Can't listen on {host}:"):
        call_command("start", host=host, port=free_port())


def test_port_that_a_stopped_site_had_is_free():
    with socket.create_server(("127.0.0.1", 0)) as stopped:
        port = stopped.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as visitor:
            stopped.accept()[0].close()  # who closes first keeps the address for a minute
            visitor.recv(1)
    start.require_free_port("127.0.0.1", port)


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="IPv6")
def test_ipv6_address_is_listened_on():
    start.require_free_port("::1", free_port())


@pytest.mark.parametrize(("host", "shown"), [("::1", "[::1]"), ("127.0.0.1", "127.0.0.1")])
def test_address_that_start_says_can_be_followed(capsys, host, shown):
    start.Command().announce(host, 8000)
    assert f"runs at http://{shown}:8000 " in capsys.readouterr().out


def test_demo_logins_are_said_in_development_only(capsys, settings):
    a_client(email=LOGINS[-1][1])
    for settings.DEBUG in (True, False):
        start.Command().announce("127.0.0.1", 8000)
        assert (PASSWORD in capsys.readouterr().out) == settings.DEBUG


def test_start_without_workers_is_refused():
    with pytest.raises(CommandError, match=r"--workers"):
        call_command("start", workers=0)
