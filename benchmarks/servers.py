"""The web servers that are measured: the product as `manage.py start` runs it, and the others."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from socket import socket

import psutil

from .data import FOLDER, ROOT

WORKERS = 2  # as `manage.py start` has them, with its threads
START_SECONDS = 60
STOP_SECONDS = 15
# The packages of requirements.txt here.
SITE = FOLDER / ".site"


@dataclass(frozen=True)
class Server:
    port: int
    pid: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def workers(self) -> list[psutil.Process]:
        """The processes that answer: those without children."""
        below = psutil.Process(self.pid).children(recursive=True)
        return [each for each in below if not each.children()]

    def cpu_seconds(self) -> float:
        """What the workers have used of all cores."""
        used = [worker.cpu_times() for worker in self.workers()]
        return sum(times.user + times.system for times in used)

    def megabytes(self) -> list[int]:
        """What each worker holds in memory."""
        return [worker.memory_info().rss // 1024**2 for worker in self.workers()]


def product(
    mongodb_uri: str, secret_key: str, databases: dict[str, str]
) -> AbstractContextManager[Server]:
    """As on a server that people use."""
    variables = {
        "DEBUG": "False",
        "ALLOWED_HOSTS": "127.0.0.1",
        "SECURE_SSL_REDIRECT": "False",
        "EMAIL_URL": "dummymail://",
        "MONGODB_APPNAME": "pialara",
        "VAR_DIR": str(FOLDER / "server"),
    }
    command = [sys.executable, "manage.py", "start", "--no-seed", "--workers", str(WORKERS)]
    variables |= {"MONGODB_URI": mongodb_uri, "SECRET_KEY": secret_key, **databases}
    return running("ours", lambda port: [*command, "--port", str(port)], "/", variables)


def other(
    name: str, application: str, first: str, mongodb_uri: str, databases: dict[str, str]
) -> AbstractContextManager[Server]:
    """A comparison on the same web server; it is there when the path `first` is answered."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--log-level", "warning"]
    command += ["--workers", str(WORKERS), "--blocking-threads", "8", application]
    variables = {"MONGODB_URI": mongodb_uri, "SECRET_KEY": "benchmark" * 6, **databases}
    variables["PYTHONPATH"] = str(SITE)
    return running(name, lambda port: [*command, "--port", str(port)], first, variables)


@contextlib.contextmanager
def running(name: str, command, first: str, variables: dict[str, str]) -> Iterator[Server]:
    port = _free_port()
    log = FOLDER / f"{name}.log"
    with log.open("w") as said:
        process = subprocess.Popen(
            command(port),
            cwd=ROOT,
            env={**os.environ, **variables},
            stdout=said,
            stderr=said,
            start_new_session=True,  # so that Ctrl-C reaches us alone
        )
    try:
        wait_for(port, first, process, log)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_for(port: int, path: str, process: subprocess.Popen, log: Path):
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with (
            contextlib.suppress(OSError, HTTPException),
            contextlib.closing(
                HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
            ) as connection,
        ):
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return
        time.sleep(0.01)
    raise SystemExit(f"The server did not start:\n{log.read_text()[-2000:]}")


def _free_port() -> int:
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
