"""Bodies that are huge or come slowly, sent to a real server with one worker."""

import io
import select
import socket
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.conf import settings

from pialara_site import bodies
from pialara_site.tests.processes import Started, children_of, environment
from pialara_site.turns import Turns

MEGABYTE = 2**20
HEAD = "POST /login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: csrftoken={0}\r\nX-CSRFToken: {0}\r\n"
HEAD = HEAD.format("a" * 32)
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"
MULTIPART = "Content-Type: multipart/form-data; boundary=x\r\n"
FILE = '--x\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n'
FIELD = '--x\r\nContent-Disposition: form-data; name="email"\r\n\r\n'
LENGTH = f"Content-Length: {100 * MEGABYTE}\r\n\r\n"


@pytest.fixture(scope="module")
def server(mongod, tmp_path_factory):
    name = f"{settings.PIALARA_DB_NAME}_bodies"
    names = {"PIALARA_DB_NAME": name, "MFLIX_DB_NAME": f"{name}_films"}
    variables = {"MONGODB_URI": mongod.uri, **names}
    env = environment(tmp_path_factory.mktemp("bodies"), **variables)
    with Started("--no-seed", "--no-input", env=env) as server:
        yield server


def peak(server: Started) -> int:
    """The most memory that each of the server's processes ever had, in all, in bytes."""
    told = [Path(f"/proc/{each}/status").read_text() for each in children_of(server.process.pid)]
    return sum(int(text.split("VmHWM:")[1].split()[0]) * 1024 for text in told if "VmHWM" in text)


def connected(server: Started, sent: str) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=60)
    connection.sendall(sent.encode())
    return connection


def status(server: Started, head: str, piece: bytes) -> int:
    """The answer to a request whose body is a hundred times the piece, if the server takes it."""
    with connected(server, head) as connection:
        try:
            for _ in range(100):
                connection.sendall(piece)
        except ConnectionError:
            pass  # it has answered already, and reads no more
        return int(connection.recv(100).split()[1])


@pytest.mark.parametrize(
    ("kind", "right"),
    [
        (FORM + LENGTH, {413}),
        (MULTIPART + LENGTH + FIELD, {413}),
        (MULTIPART + LENGTH + FILE, {200, 400}),
        ("Content-Type: application/json\r\n" + LENGTH, {200}),
    ],
    ids=["form", "field", "file", "JSON"],
)
def test_hundred_megabytes_fill_no_memory(server, kind, right):
    before = peak(server)
    assert status(server, HEAD + kind, b"a" * MEGABYTE) in right
    assert peak(server) - before < 40 * MEGABYTE


def test_body_without_a_length_is_not_read(server):
    before = peak(server)
    head = HEAD + FORM + "Transfer-Encoding: chunked\r\n\r\n"
    piece = b"100000\r\n" + b"a" * MEGABYTE + b"\r\n"
    assert status(server, head, piece) == 200
    assert peak(server) - before < 40 * MEGABYTE


def test_pages_go_on_while_bodies_come_slowly(server):
    with ExitStack() as attack:
        slow = [
            attack.enter_context(connected(server, f"{HEAD}{FORM}Content-Length: 1000\r\n\r\na"))
            for _ in range(12)
        ]
        answered = []
        while len(answered) < len(slow) - bodies.turns.most:
            answered, _writable, _odd = select.select(slow, [], [], 1)
        assert server.get("/").status == 200
        assert {each.recv(30).split()[1] for each in answered} == {b"503"}
    assert server.get("/").status == 200


def test_form_that_comes_at_once_is_read_after_slow_ones_are_gone(server):
    form = f"{HEAD}{FORM}Content-Length: 7\r\nConnection: close\r\n\r\nemail=a"
    with connected(server, form) as connection:
        assert connection.recv(30).split()[1] == b"200"


def test_page_that_refuses_says_when_to_come_back(client, monkeypatch):
    monkeypatch.setattr(bodies, "turns", Turns(0))
    answer = client.post(
        "/login/", {"email": "a"}, **{"wsgi.input": bodies.SharedInput(io.BytesIO())}
    )
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.templates[0].name == "errors/busy.html"


@pytest.mark.parametrize("kind", ["text/plain; charset=hex", "text/plain; a*=nonsense''x"])
def test_odd_content_type_is_no_error_and_makes_no_other_page(server, kind):
    odd = server.get("/mflix/?genre=Drama", **{"Content-Type": kind})
    assert (odd.status, odd.headers["X-Content-Type-Options"]) == (200, "nosniff")


def test_address_read_otherwise_changes_nobodys_page(server):
    """EBCDIC has other letters there, so the page kept for all would be of another search."""
    odd = server.get("/mflix/?genre=War", **{"Content-Type": "text/plain; charset=cp037"})
    assert "War" in odd.text
    assert odd.text == server.get("/mflix/?genre=War").text
