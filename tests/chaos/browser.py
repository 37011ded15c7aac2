"""A browser for the load: cookies, forms, and sending again until there is an answer."""

import random
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from typing import NamedTuple
from urllib.parse import urlencode

from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from .forms import Form, posted_by

PATIENCE_SECONDS = 60  # for one answer
PAUSE_SECONDS = 0.5  # before the same is sent again
CUT_OFF = 0  # the status where the connection ended without an answer


class Page(NamedTuple):
    status: int
    location: str
    text: str


@dataclass(frozen=True)
class Request:
    """One request as the report counts it."""

    method: str
    path: str
    status: int
    start: float
    end: float


class Uncertain(Exception):
    """The site gave no certain answer as long as there was time."""


class Browser:
    """Asks a site of several ports, each time another one. `requests` is what all browsers sent."""

    def __init__(self, ports: list[int], chance: random.Random, requests: list, end: float):
        self.ports = ports
        self.chance = chance
        self.requests = requests
        self.end = end
        self.cookies = {}

    def get(self, path: str) -> Page:
        """The page, asked for again until it is there."""
        return self._until_certain("GET", path, b"", {})

    def form(self, path: str, field: str) -> Form:
        """The form with this field on a page."""
        return posted_by(self.get(path).text, field)

    def send(self, path: str, fields: dict, files: dict | None = None) -> Page:
        """The answer to a form. Where it is not certain, the same is sent again.

        `files` are Django's, by the names of their fields. Raises Uncertain.
        """
        body, kind = _multipart(fields, files) if files else _encoded(fields)
        return self._until_certain("POST", path, body, {"Content-Type": kind})

    def _until_certain(self, method: str, path: str, body: bytes, headers: dict) -> Page:
        while time.monotonic() < self.end:
            page = self._ask(method, path, body, headers)
            if page.status not in (CUT_OFF, 429, 503):
                return page
            if page.status == 503 and method == "POST":
                self._look_at(page, path)
            time.sleep(PAUSE_SECONDS)
        raise Uncertain(path)

    def _look_at(self, page: Page, path: str):
        """The page has to hold the form that was sent."""
        assert posted_by(page.text).action == path, page.text

    def _ask(self, method: str, path: str, body: bytes, headers: dict) -> Page:
        start = time.monotonic()
        page = self._answer(method, path, body, headers)
        sent = Request(method, path, page.status, start, time.monotonic())
        self.requests.append(sent)
        return page

    def _answer(self, method: str, path: str, body: bytes, headers: dict) -> Page:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        told = {"Cookie": cookie, "Accept-Language": "en", **headers}
        connection = HTTPConnection(
            "127.0.0.1", self.chance.choice(self.ports), timeout=PATIENCE_SECONDS
        )
        try:
            connection.request(method, path, body, told)
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
        except (OSError, HTTPException):
            return Page(CUT_OFF, "", "")
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie", ()):
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        return Page(answer.status, answer.headers.get("Location", ""), text)


def _encoded(fields: dict) -> tuple[bytes, str]:
    return urlencode(fields, doseq=True).encode(), "application/x-www-form-urlencoded"


def _multipart(fields: dict, files: dict) -> tuple[bytes, str]:
    return encode_multipart(BOUNDARY, fields | files), MULTIPART_CONTENT
