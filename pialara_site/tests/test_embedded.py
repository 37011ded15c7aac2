"""The mongod of our own: who starts it, who stops it, and what it says when it can't run."""

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.exceptions import ImproperlyConfigured
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from pialara_site import embedded
from pialara_site.embedded import NotStarted, Server

from .processes import is_gone, wait_until


def pid_of(server: Server) -> int:
    return int((server.data / "mongod.lock").read_text())


def script(path, text: str) -> str:
    """A program that stands in for a mongod that fails."""
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def wait_patiently(wait):
    """Server._wait with the time that it needs, for a test that leaves none to what follows."""

    def patiently(server, starting):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(embedded, "START_SECONDS", 30)
            wait(server, starting)

    return patiently


def quiet_port() -> int:
    """A free port that the system gives to nobody who asks for any."""
    for port in range(20_000 + os.getpid() % 10_000, 32_000):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


def web_server_at(port: int) -> ThreadingHTTPServer:
    """A program that has the port, as soon as the last threads of a mongod let go of it."""
    bound = []

    def bind():
        with contextlib.suppress(OSError):
            bound.append(ThreadingHTTPServer(("127.0.0.1", port), BaseHTTPRequestHandler))
        return bound

    wait_until(bind)
    return bound[0]


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A server that these tests share; it is only asked, never stopped."""
    with Server(tmp_path_factory.mktemp("embedded")).joined() as server:
        yield server


@pytest.fixture
def ended_signals():
    """Puts back what a command changes for its process."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


# What runs


def test_server_is_a_replica_set_of_one_on_loopback(running):
    with MongoClient(running.uri) as client:
        hello = client.admin.command("hello")
    assert (hello["setName"], hello["isWritablePrimary"]) == ("pialara", True)
    assert hello["hosts"] == [f"127.0.0.1:{running.port}"]


def test_server_listens_on_this_machine_alone(running):
    with MongoClient(running.uri) as client:
        options = client.admin.command("getCmdLineOpts")["parsed"]
    assert options["net"]["bindIp"] == "127.0.0.1"


def test_transactions_and_change_streams_work(running):
    with MongoClient(running.uri) as client, client.start_session() as session:
        client.test.things.insert_one({})
        with client.test.things.watch() as changes:
            session.with_transaction(lambda s: client.test.things.insert_one({"n": 1}, session=s))
            assert next(changes)["fullDocument"]["n"] == 1


def test_who_joins_a_running_server_shares_it_and_leaves_it_running(running):
    before = pid_of(running)
    with Server(running.folder).joined() as other:
        assert (other.port, pid_of(other)) == (running.port, before)
    assert not is_gone(before)


def test_many_who_come_at_once_share_one_server(tmp_path):
    found, together, inside = [], threading.Barrier(4), threading.Barrier(4)

    def join():
        together.wait()
        with Server(tmp_path).joined() as server:
            found.append(pid_of(server))
            inside.wait(60)

    threads = [threading.Thread(target=join) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1
    wait_until(lambda: is_gone(found[0]))


def test_server_that_is_coming_is_there_when_it_is_ready(tmp_path):
    server = Server(tmp_path)
    with server.coming():
        server.ready()
        with MongoClient(server.uri) as client:
            assert client.admin.command("hello")["isWritablePrimary"]
        mongod = pid_of(server)
    wait_until(lambda: is_gone(mongod))


def test_server_that_nobody_waited_for_is_stopped_all_the_same(tmp_path):
    server = Server(tmp_path)
    with server.coming():
        pass
    assert server.log.exists()
    assert not server._data_in_use()


def test_who_comes_while_the_server_starts_waits_until_it_is_ready(tmp_path):
    server = Server(tmp_path)
    with server.coming(), open(tmp_path / "door") as door:
        with pytest.raises(BlockingIOError):
            fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
        server.ready()
        fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_server_that_is_not_coming_is_not_waited_for(tmp_path):
    Server(tmp_path).ready()
    assert list(tmp_path.iterdir()) == []


def test_server_that_died_is_started_again_at_its_port(tmp_path):
    server = Server(tmp_path)
    with server.joined():
        died, port = pid_of(server), server.port
        server.mend()
        assert pid_of(server) == died
        os.kill(died, signal.SIGKILL)
        wait_until(lambda: not server._data_in_use())
        server.mend()
        assert server.port == port
        with MongoClient(server.uri) as client:
            assert client.admin.command("hello")["isWritablePrimary"]


def test_server_that_died_is_not_started_at_a_port_that_nobody_knows(tmp_path):
    server = Server(tmp_path)
    with server.joined():
        os.kill(pid_of(server), signal.SIGKILL)
        wait_until(lambda: not server._data_in_use())
        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            other.bind(("127.0.0.1", server.port))
            other.listen()
            with pytest.raises(NotStarted, match=f"taken its port {server.port} since"):
                server.mend()


def test_last_one_out_stops_the_server(tmp_path):
    with Server(tmp_path).joined() as server:
        mongod = pid_of(server)
        with Server(tmp_path).joined():
            pass
        assert not is_gone(mongod)
    wait_until(lambda: is_gone(mongod))


def test_data_stay_also_when_somebody_has_taken_the_servers_port(tmp_path):
    server = Server(tmp_path)
    (tmp_path / "port").write_text(str(quiet_port()))
    with server.joined(), MongoClient(server.uri) as client:
        client.test.things.insert_one({"_id": "kept"})
        before = server.port
    with web_server_at(before) as other:
        threading.Thread(target=other.serve_forever).start()
        with server.joined(), MongoClient(server.uri) as client:
            kept, hello = client.test.things.find_one(), client.admin.command("hello")
        other.shutdown()
    assert kept == {"_id": "kept"}
    assert hello["me"] == f"127.0.0.1:{server.port}" != f"127.0.0.1:{before}"


def test_server_that_was_never_made_a_replica_set_is_finished_by_the_next_one(tmp_path):
    server = Server(tmp_path)
    server.data.mkdir()
    server._wait(server._find_or_start())  # and whoever did this was killed here
    with server.joined(), MongoClient(server.uri) as client:
        assert client.admin.command("hello")["isWritablePrimary"]
        mongod = pid_of(server)
    wait_until(lambda: is_gone(mongod))


def test_server_that_died_meanwhile_is_nobody_to_stop(tmp_path):
    server = Server(tmp_path)
    with server.joined():
        os.kill(pid_of(server), signal.SIGKILL)
        while server._data_in_use():
            pass
        # The number that the lock still names belongs to somebody else by now.
        (server.data / "mongod.lock").write_text(f"{os.getpid()}\n")
    assert not server._data_in_use()


# Its port


def test_port_is_chosen_once(tmp_path):
    assert Server(tmp_path).port == Server(tmp_path).port


def test_port_file_that_is_broken_is_written_anew(tmp_path):
    (tmp_path / "port").write_text("")
    assert Server(tmp_path).port == int((tmp_path / "port").read_text())


def test_address_is_on_loopback(tmp_path):
    (tmp_path / "port").write_text("27999")
    assert Server(tmp_path).uri == "mongodb://127.0.0.1:27999/?directConnection=true"


# The program


def test_program_is_the_one_of_the_setting(settings, tmp_path):
    settings.MONGOD = script(tmp_path / "mongod", "")
    assert embedded.binary() == settings.MONGOD


def test_program_is_the_one_on_the_path(settings, monkeypatch, tmp_path):
    settings.MONGOD = ""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert embedded.binary() != script(tmp_path / "mongod", "")
    assert embedded.binary() == str(tmp_path / "mongod")


def test_program_on_the_path_needs_no_package(settings, monkeypatch, tmp_path):
    settings.MONGOD = ""
    (tmp_path / "mongod").touch(mode=0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "fiftyone", None)
    assert embedded.binary() == str(tmp_path / "mongod")


def test_program_is_the_one_of_the_package_when_there_is_no_other(settings, monkeypatch, tmp_path):
    settings.MONGOD = ""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert embedded.binary().endswith("fiftyone/db/bin/mongod")


def test_without_a_program_the_sentence_says_how_to_get_one(settings, monkeypatch, tmp_path):
    settings.MONGOD = ""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "fiftyone", None)  # as if it were not installed
    with pytest.raises(NotStarted, match=r"(?s)^There is no mongod.*install.*MONGOD.*MONGODB_URI"):
        embedded.binary()


def test_setting_that_names_no_program_is_not_overridden(settings):
    settings.MONGOD = "/nonexistent"
    with pytest.raises(NotStarted, match=r"^MONGOD is no program .* /nonexistent$"):
        embedded.binary()


# What keeps it from running


def test_folder_that_is_not_writable_is_named(tmp_path):
    (tmp_path / "file").touch()
    server = Server(tmp_path / "file" / "var")
    with pytest.raises(NotStarted, match=r"file/var is not writable .*VAR_DIR"), server.joined():
        pass


def test_folder_where_no_port_can_be_kept_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ImproperlyConfigured, match=r"file/var is not writable .*VAR_DIR"):
        _ = Server(tmp_path / "file" / "var").uri


def test_server_leaves_no_socket_where_all_users_of_the_machine_have_theirs(running):
    with MongoClient(running.uri) as client:
        options = client.admin.command("getCmdLineOpts")["parsed"]
    assert options["net"]["unixDomainSocket"] == {"enabled": False}


@pytest.fixture
def _impatient(monkeypatch):
    monkeypatch.setattr(embedded, "ANSWER_SECONDS", 0)


@pytest.mark.usefixtures("_impatient")
def test_data_folder_of_another_mongod_is_left_alone(tmp_path):
    server = Server(tmp_path)
    server.data.mkdir()
    command = [embedded.binary(), "--dbpath", str(server.data), "--port", str(server.port)]
    command += [*embedded.LOCAL, "--fork", "--logpath", str(server.log)]
    subprocess.run(command, check=True, capture_output=True)
    with pytest.raises(NotStarted, match=r"does not answer uses .*/data;"), server.joined():
        pass
    assert not is_gone(pid_of(server))
    server._stop()


@pytest.mark.usefixtures("_impatient")
def test_data_folder_whose_owner_does_not_answer_is_in_use(tmp_path):
    server = Server(tmp_path)
    server.data.mkdir()
    with open(server.data / "mongod.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with (
            pytest.raises(NotStarted, match=r"does not answer uses the data folder"),
            server.joined(),
        ):
            pass


def test_mongod_that_is_about_to_end_is_waited_for(tmp_path):
    server = Server(tmp_path)
    server.data.mkdir()
    with open(server.data / "mongod.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        threading.Timer(0.3, fcntl.flock, [lock, fcntl.LOCK_UN]).start()
        with server.joined():
            assert not is_gone(pid_of(server))


def test_data_folder_of_somebody_else_is_a_sentence(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    server = Server(tmp_path)
    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(NotStarted, match=r"/data is not writable \(Permission denied\)"):
        server._data_in_use()


def test_broken_data_file_is_named(tmp_path):
    server = Server(tmp_path)
    server.data.mkdir()
    (server.data / "WiredTiger").write_text("garbage")
    (server.data / "WiredTiger.turtle").write_text("garbage")
    (server.data / "WiredTiger.wt").write_bytes(b"garbage" * 1000)
    failing = pytest.raises(NotStarted, match=r"^mongod stopped at its start: \S")
    with failing as failure, server.joined():
        pass
    assert "WiredTiger" in str(failure.value)
    assert "\n" not in str(failure.value)


def test_program_that_fails_without_a_word_is_told_with_its_log(settings, tmp_path):
    settings.MONGOD = script(tmp_path / "mongod", "exit 3")
    server = Server(tmp_path / "var")
    failing = pytest.raises(NotStarted, match=r"mongod stopped at its start: see .*mongod\.log")
    with failing, server.joined():
        pass


def test_program_that_never_comes_up_is_not_waited_for_without_end(settings, monkeypatch, tmp_path):
    settings.MONGOD = script(tmp_path / "mongod", "exec sleep 60")
    monkeypatch.setattr(embedded, "START_SECONDS", 0.1)
    failing = pytest.raises(NotStarted, match=r"not up after .* seconds; see .*mongod\.log")
    with failing, Server(tmp_path / "var").joined():
        pass


def test_server_that_takes_no_writes_is_stopped_again(monkeypatch, tmp_path):
    monkeypatch.setattr(embedded, "START_SECONDS", -1)
    monkeypatch.setattr(Server, "_wait", wait_patiently(Server._wait))
    server = Server(tmp_path)
    with pytest.raises(NotStarted, match=r"does not accept writes; see"), server.joined():
        pass
    assert not server._data_in_use()


def test_refusal_of_the_server_is_not_taken_for_a_new_one(tmp_path):
    class Refusing:
        def command(self, *_):
            raise OperationFailure("no", 13, {"codeName": "Unauthorized"})

    Refusing.admin = Refusing()
    with pytest.raises(OperationFailure):
        Server(tmp_path)._make_primary(Refusing)


def test_failed_start_keeps_nobody_else_out(settings, tmp_path):
    settings.MONGOD = script(tmp_path / "mongod", "exit 3")
    for _time in range(2):
        with pytest.raises(NotStarted), Server(tmp_path / "var").joined():
            pass


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ({"msg": "Failed to unlink socket file"}, "Failed to unlink socket file"),
        ({"msg": "Failed", "attr": {"error": "No space left"}}, "Failed No space left"),
        (
            {"msg": "Failed", "attr": {"error": {"errmsg": "Address in use"}}},
            "Failed Address in use",
        ),
        ({"msg": "\n\naborting\n\n", "attr": {}}, "aborting"),
        (
            {
                "msg": "Engine",
                "attr": {"error": -1, "message": {"msg": "bad", "error_str": "worse"}},
            },
            "Engine bad (worse)",
        ),
    ],
)
def test_reason_is_what_the_first_error_of_the_log_says(tmp_path, entry, sentence):
    server = Server(tmp_path)
    log = [{"s": "I", "msg": "fine"}, {"s": "E", **entry}, {"s": "F", "msg": "what follows"}]
    server.log.write_text("no json\n" + "\n".join(map(json.dumps, log)))
    assert server._reason() == sentence


def test_log_without_errors_is_named(tmp_path):
    server = Server(tmp_path)
    server.log.write_text('{"s": "I", "msg": "fine"}\n')
    assert server._reason() == f"see {server.log}"


# Which commands need it


@pytest.fixture
def uses(monkeypatch):
    """Whether a command line joins the server, which is replaced by one that only tells."""
    joined = []

    class Told:
        def coming(self):
            joined.append(True)
            return embedded.contextlib.nullcontext()

    monkeypatch.setattr(embedded, "server", Told)

    def run(*arguments) -> bool:
        joined.clear()
        with embedded.when_needed(["manage.py", *arguments]):
            return bool(joined)

    return run


@pytest.mark.parametrize("command", ["start", "runserver", "shell", "seed", "ensure_schema"])
def test_commands_on_data_join_the_server(settings, uses, ended_signals, command):
    settings.MONGODB_URI = ""
    assert uses(command)


@pytest.mark.parametrize("arguments", [[], ["help"], ["check"], ["collectstatic"], ["--version"]])
def test_commands_on_files_start_no_server(settings, uses, arguments):
    settings.MONGODB_URI = ""
    assert not uses(*arguments)


def test_no_command_starts_a_server_when_an_address_is_set(settings, uses):
    settings.MONGODB_URI = "mongodb://db.example.org/"
    assert not uses("start")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signal_that_ends_a_command_unwinds_it(settings, uses, ended_signals, number):
    settings.MONGODB_URI = ""
    uses("shell")
    with pytest.raises(SystemExit) as ending:
        signal.raise_signal(number)
    assert ending.value.code == 128 + number


def test_closing_the_terminal_does_not_end_what_nohup_runs(settings, uses, ended_signals):
    settings.MONGODB_URI = ""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    uses("shell")
    assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
