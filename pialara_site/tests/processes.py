"""Running manage.py as people do: in a process and with an environment of its own."""

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from email.message import Message
from http.cookies import SimpleCookie
from pathlib import Path
from typing import NamedTuple

import psutil
from django.conf import settings

MANAGE = [sys.executable, str(settings.BASE_DIR / "manage.py")]
SECONDS = 60  # what nothing here should ever take


def environment(var_dir: Path, **variables: str) -> dict[str, str]:
    """This process's environment with the settings that a fresh clone has, but for `variables`."""
    unset = {"MONGODB_URI": "", "MONGOD": "", "DEBUG": "", "SECRET_KEY": "", "ALLOWED_HOSTS": ""}
    unset |= {"PIALARA_DB_NAME": "", "MFLIX_DB_NAME": ""}
    project = {"DJANGO_SETTINGS_MODULE": "pialara_site.settings", "VAR_DIR": str(var_dir)}
    return {**os.environ, **unset, **project, **variables}


def manage(*arguments: str, env: dict, stdin: str = "") -> subprocess.CompletedProcess:
    return subprocess.run(
        [*MANAGE, *arguments], env=env, input=stdin, capture_output=True, text=True, timeout=SECONDS
    )


def at_terminal(*arguments: str, env: dict, dialogue: list[tuple[str, str]]) -> tuple[int, str]:
    """Run manage.py at a terminal, typing what `dialogue` has for each text that appears.

    Returns the exit status and all that stood on the screen.
    """
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [*MANAGE, *arguments], env=env, preexec_fn=lambda: os.login_tty(theirs), pass_fds=[theirs]
    )
    os.close(theirs)
    screen, read = "", 0
    for text, typed in dialogue:
        while text not in screen[read:]:
            assert select.select([ours], [], [], SECONDS)[0], screen
            screen += os.read(ours, 1000).decode()
        read = screen.index(text, read) + len(text)
        os.write(ours, typed.encode())
    with contextlib.suppress(OSError):  # Linux's end of file of a terminal
        while more := os.read(ours, 1000):
            screen += more.decode()
    os.close(ours)
    return process.wait(SECONDS), screen


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Started:
    """A `manage.py start` that has said its address."""

    def __init__(self, *arguments: str, env: dict, log=subprocess.PIPE, **options):
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            [*MANAGE, "start", "--port", str(self.port), "--workers", "1", *arguments],
            env=env,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            **options,
        )
        self.said = ""
        while self.address not in self.said:
            line = self.process.stdout.readline()
            assert line, self.process.communicate()[1]
            self.said += line

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self.process.returncode is None:
            self.end(signal.SIGTERM)

    def end(self, number: signal.Signals) -> int:
        """Send the signal and return the exit status."""
        self.process.send_signal(number)
        self.said += self.process.communicate(timeout=SECONDS)[0]
        return self.process.returncode

    def get(self, path: str, **headers: str) -> "Answer":
        return self.ask("GET", path, **headers)

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> "Answer":
        return fetch(self.request(method, path, body, **headers))

    def request(self, method: str, path: str, body: bytes | None = None, **headers: str):
        url = self.address + path
        return urllib.request.Request(url, body, headers=headers, method=method)

    def log_in(self, email: str, password: str) -> dict[str, str]:
        """The header with the cookies of this person, who logs in."""
        token = SimpleCookie(self.get("/login/").headers["Set-Cookie"])["csrftoken"].value
        form = {"email": email, "password": password, "csrfmiddlewaretoken": token}
        sent = urllib.parse.urlencode(form).encode()
        asked = self.request("POST", "/login/", sent, Cookie=f"csrftoken={token}")
        answer = fetch(asked, SECONDS)  # a password is slow to check where much else runs
        cookies = SimpleCookie("; ".join(answer.headers.get_all("Set-Cookie")))
        return {"Cookie": "; ".join(f"{name}={each.value}" for name, each in cookies.items())}


class Answer(NamedTuple):
    status: int
    headers: Message
    text: str


class _AsIs(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments):
        return None


def fetch(request: urllib.request.Request, seconds: float = 3) -> Answer:
    """The answer; a page has to come within the 3 seconds that a dead database may take."""
    opener = urllib.request.build_opener(_AsIs)
    try:
        with opener.open(request, timeout=seconds) as answer:
            return Answer(answer.status, answer.headers, answer.read().decode(errors="replace"))
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers, error.read().decode(errors="replace"))


def is_gone(process_id: int) -> bool:
    """Has the process ended? It may still wait for its parent to notice."""
    try:
        return psutil.Process(process_id).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def wait_until(condition):
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def children_of(process_id: int) -> list[int]:
    """The ids of the processes that this one started, and of theirs."""
    return [child.pid for child in psutil.Process(process_id).children(recursive=True)]
