"""The sites that the browser visits: real servers, each with a folder of its own."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request

from django.conf import settings

from pialara_site.embedded import Server
from pialara_site.tests.processes import (
    MANAGE,
    SECONDS,
    environment,
    fetch,
    free_port,
    wait_until,
)

# Nothing outside is asked for, mails are kept as files, and every public page is there.
VARIABLES = {"POSTER_HOSTS": "none", "OPEN_REGISTRATION": "True", "TIME_ZONE": "Europe/Madrid"}


@dataclass(frozen=True)
class Site:
    """A running server."""

    address: str
    folder: Path

    @property
    def mails(self) -> Path:
        return self.folder / "mails"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    def last_words(self) -> str:
        return "\n" + "\n".join(self.log.read_text().splitlines()[-20:])

    @property
    def mongodb_uri(self) -> str:
        """Of the mongod that runs in its folder."""
        return Server(self.folder / "mongodb").uri


def demo(folder: Path) -> AbstractContextManager[Site]:
    """What `manage.py start` gives to somebody who tries PIA Lara."""
    return _running(folder, _start("--no-input"))


def production(folder: Path, mongodb_uri: str) -> AbstractContextManager[Site]:
    """A centre's site: compressed files, secure cookies. Chromium trusts http on localhost."""
    variables = {
        "DEBUG": "False",
        "SECRET_KEY": "only for tests " * 4,
        "ALLOWED_HOSTS": "localhost",
        "SECURE_SSL_REDIRECT": "False",
        "MONGODB_URI": mongodb_uri,
    }
    return _running(folder, _start("--no-seed"), name="localhost", **variables)


def without_database(folder: Path) -> AbstractContextManager[Site]:
    """A site whose MongoDB is down."""
    variables = {"MONGODB_URI": "mongodb://127.0.0.1:1/", "MONGODB_TIMEOUT_MS": "100"}
    return _running(folder, _granian, **variables)


def unprepared(folder: Path, mongodb_uri: str) -> AbstractContextManager[Site]:
    """A site whose database nobody made ready, so that a search for words is an error."""
    variables = {"MONGODB_URI": mongodb_uri, "MFLIX_DB_NAME": "test_unprepared"}
    return _running(folder, _granian, **variables)


def _start(*arguments: str):
    return lambda port: [*MANAGE, "start", "--workers", "1", "--port", port, *arguments]


def _granian(port: str) -> list[str]:
    """The web server alone: `start` refuses what is wrong with these sites."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", port]
    return [*command, "--log-level", "warning", "pialara_site.wsgi:application"]


@contextmanager
def _running(folder: Path, command, name="127.0.0.1", **variables: str) -> Iterator[Site]:
    folder.mkdir(parents=True)
    port = str(free_port())
    site = Site(f"http://{name}:{port}", folder)
    variables = {"EMAIL_URL": f"filemail:///{site.mails}", **VARIABLES, **variables}
    with site.log.open("w") as said:
        process = subprocess.Popen(
            command(port),
            cwd=settings.BASE_DIR,
            env=environment(folder, **variables),
            stdout=said,
            stderr=said,
        )
    try:
        wait_until(lambda: process.poll() is not None or _answers(site))
        assert process.poll() is None, site.last_words()
        yield site
    finally:
        process.terminate()
        process.wait(SECONDS)


def _answers(site: Site) -> bool:
    try:
        fetch(Request(site.address))
    except OSError:  # nobody there yet, or slow to wake
        return False
    return True
