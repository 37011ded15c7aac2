"""The database is killed, freezes or is cut off, under a site of two processes; then it is back."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlencode

import pytest

from accounts.demo import PASSWORD
from pialara_site.tests.processes import Answer, wait_until
from tests.secrets_logged import secrets_in
from tests.test_access import PATHS

CROWD = 50
WAYS = ["killed", "frozen", "cut off"]
PAGES = [path for path, roles in PATHS.items() if "admin" in roles and "{" not in path]
KEPT = "/mflix/?sort=newest"  # was seen before
OTHERS = ["/", "/login/", "/static/css/site.css", "/healthz", "/readyz", KEPT]
FORM = urlencode({"nombre": "Ana", "csrfmiddlewaretoken": "x" * 32}).encode()


class Timed(NamedTuple):
    answer: Answer
    seconds: float


@dataclass
class Outage:
    """What people got in one outage, from when it began to after its end."""

    crowd: list[Timed] = field(default_factory=list)
    pages: dict[str, Timed] = field(default_factory=dict)
    others: dict[str, Timed] = field(default_factory=dict)
    back_after: float = 0
    lines: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def admin(site):
    return site.log_in("admin@pialara.example", PASSWORD)


@pytest.fixture(scope="module", params=WAYS)
def outage(request, site, member, wire, admin) -> Outage:
    begin, end = {
        "killed": (member.kill, member.start),
        "frozen": (member.freeze, member.thaw),
        "cut off": (wire.cut, wire.mend),
    }[request.param]
    found = Outage()
    wait_until(lambda: both_answer(site, admin))
    said = len(site.log.read_text())
    begin()
    try:
        with ThreadPoolExecutor(CROWD) as people:
            ask = [people.submit(timed, site, "GET", "/profile/", **admin) for _ in range(CROWD)]
            found.crowd = [each.result() for each in ask]
        for method, path, headers in asked(admin):
            found.pages[f"{method} {path}"] = timed(site, method, path, **headers)
        found.others = {path: timed(site, "GET", path) for path in OTHERS}
    finally:
        end()
    wait_until(member.is_settled)
    there = time.monotonic()
    wait_until(lambda: site.get("/profile/", **admin).status == 200)
    found.back_after = time.monotonic() - there
    wait_until(lambda: both_answer(site, admin))
    found.lines = site.log.read_text()[said:].splitlines()
    return found


def asked(admin):
    """Every page, other methods, and parts of pages."""
    yield from (("GET", path, admin) for path in PAGES)
    yield "HEAD", "/users/", admin
    yield "GET", "/mflix/", {"HX-Request": "true", **admin}
    for path in ("/profile/edit/", "/users/create/", "/login/", "/logout/"):
        yield "POST", path, {"Cookie": f"{admin['Cookie']}; csrftoken={'x' * 32}"}


def timed(site, method: str, path: str, **headers: str) -> Timed:
    began = time.monotonic()
    answer = site.ask(method, path, FORM if method == "POST" else None, **headers)
    return Timed(answer, time.monotonic() - began)


def both_answer(site, admin) -> bool:
    """So many in a row are not answered by one process alone."""
    return all(
        site.get("/profile/", **admin).status == site.get(KEPT).status == 200 for _ in range(10)
    )


def test_crowd_is_told_in_less_than_three_seconds(outage):
    assert {each.answer.status for each in outage.crowd} == {503}
    assert max(each.seconds for each in outage.crowd) < 3


def test_every_page_and_method_is_told_at_once(outage):
    assert {asked: each.answer.status for asked, each in outage.pages.items()} == dict.fromkeys(
        outage.pages, 503
    )
    assert {each.answer.headers["Retry-After"] for each in outage.pages.values()} == {"5"}
    assert max(each.seconds for each in outage.pages.values()) < 1


def test_what_needs_no_database_goes_on(outage):
    found = {path: each.answer.status for path, each in outage.others.items()}
    assert found == {**dict.fromkeys(OTHERS, 200), "/readyz": 503}


def test_first_page_comes_within_a_second_of_the_return(outage):
    assert outage.back_after < 1


def test_log_has_a_line_at_the_begin_and_one_at_the_end_from_each_process(outage):
    lines = [line for line in outage.lines if "MongoDB is" in line]
    assert sum("MongoDB is away" in line for line in lines) == 2
    assert sum("MongoDB is back after" in line for line in lines) == 2
    assert [line for line in outage.lines if "trace" in line.lower() or "failed" in line] == []


def test_log_tells_no_secrets(outage):
    assert [line for line in outage.lines if secrets_in(line)] == []
