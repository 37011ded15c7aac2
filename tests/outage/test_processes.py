"""The web server is asked to end, or one of its processes dies, while requests are under way."""

import os
import signal
import socket
import time
from contextlib import closing
from http.client import HTTPResponse

import psutil
import pytest

from pialara_site.tests.processes import (
    SECONDS,
    Started,
    children_of,
    environment,
    wait_until,
)

CORES = sorted(os.sched_getaffinity(0))[:2]
BODY = b"email=ana@example.org"
# Django looks for the form's token in the body, as there is a cookie to compare it with.
HEAD = (
    "POST /login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nExpect: 100-continue\r\n"
    f"Cookie: csrftoken={'x' * 32}\r\n"
    f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(BODY)}\r\n\r\n"
)


@pytest.fixture
def site(member, tmp_path):
    """Two processes, to be ended, on a machine of two cores."""
    env = environment(tmp_path, MONGODB_URI=f"mongodb://{member.host}/?directConnection=true")
    two_cores = {"preexec_fn": lambda: os.sched_setaffinity(0, CORES)}
    with Started("--no-seed", "--workers", "2", env=env, **two_cores) as site:
        yield site


class UnderWay:
    """A request that Django has begun to read and that lacks its last byte."""

    def __init__(self, site: Started):
        self.socket = socket.create_connection(("127.0.0.1", site.port), timeout=SECONDS)
        self.socket.sendall(HEAD.encode() + BODY[:-1])
        assert self.socket.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"

    def finish(self) -> int:
        """Send the rest and return the status of the answer."""
        self.socket.sendall(BODY[-1:])
        with closing(HTTPResponse(self.socket)) as answer:
            answer.begin()
            return answer.status

    def process(self, site: Started) -> int:
        """The process that holds the other end."""
        ours = self.socket.getsockname()
        return next(
            worker
            for worker in workers_of(site)
            for connection in psutil.Process(worker).net_connections("tcp")
            if connection.raddr == ours
        )


@pytest.fixture
def under_way(site):
    request = UnderWay(site)
    yield request
    request.socket.close()


def workers_of(site: Started) -> set[int]:
    return set(children_of(children_of(site.process.pid)[0]))


def is_refused(site: Started) -> bool:
    try:
        socket.create_connection(("127.0.0.1", site.port)).close()
    except ConnectionRefusedError:
        return True
    return False


def test_request_under_way_is_answered_after_sigterm_and_no_new_one(site, under_way):
    site.process.send_signal(signal.SIGTERM)
    wait_until(lambda: is_refused(site))
    assert under_way.finish() == 403  # it lacks the token, and is answered all the same
    assert site.end(signal.SIGTERM) == 0


def test_request_that_never_ends_is_waited_for_ten_seconds(site, under_way):
    began = time.monotonic()
    assert site.end(signal.SIGTERM) == 0
    assert time.monotonic() - began > 9


def test_dead_worker_takes_nobody_else_along_and_is_replaced(site, under_way):
    before = workers_of(site)
    survivor = under_way.process(site)
    [victim] = before - {survivor}
    os.kill(victim, signal.SIGKILL)
    wait_until(lambda: len(workers_of(site) - {survivor, victim}) == 1)
    assert under_way.finish() == 403
    assert survivor in workers_of(site)
    # So many new connections reach both.
    wait_until(lambda: all(site.get("/").status == 200 for _ in range(10)))


def test_each_worker_keeps_to_a_core_and_who_replaces_it_too(site):
    wait_until(lambda: [cores for _worker, cores in places(site)] == [[core] for core in CORES])
    [(victim, _core), (survivor, _other)] = places(site)
    os.kill(victim, signal.SIGKILL)
    wait_until(lambda: victim not in workers_of(site) and len(workers_of(site)) == 2)
    wait_until(lambda: [cores for _worker, cores in places(site)] == [[core] for core in CORES])
    assert survivor in workers_of(site)


def places(site: Started) -> list[tuple[int, list[int]]]:
    """The workers and their cores, in the order of those."""
    found = [(worker, sorted(os.sched_getaffinity(worker))) for worker in workers_of(site)]
    return sorted(found, key=lambda place: place[1])
