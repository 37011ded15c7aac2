"""Four hundred things that break-ins begin with, in every field of every form and every address.

In `make test` each form and list gets a part of them, another one each; in `make fuzz` all. What is
stored is shown as it was typed, and nothing of it runs.
"""

import csv
import io
from itertools import cycle
from urllib.parse import urljoin, urlsplit

import pytest

from mflix.comments import comments
from mflix.tests.mothers import a_comment, a_movie
from tests.abuse.effort import IS_WHOLE
from tests.abuse.markup import active
from tests.abuse.payloads import FORMULAS, MARKUP, PAYLOADS, PRODUCT, TEMPLATES, names
from tests.abuse.test_matrix import expected, first_cases
from tests.abuse.world import BOOKKEEPING, World, writes
from tests.mothers import a_client

# What pages read besides the fields of the form that they show.
OF_ADDRESSES = "page sort after before newer next mine q genre country runtime metacritic".split()
OF_POSTS = "next language theme listed place action ids parent confirm back session others".split()
OF_POSTS += ["version", "csrfmiddlewaretoken", "password", "email"]
# An address has ten fields and more, each with another payload: 40 times are all of them.
TIMES = 40 if IS_WHOLE else 3


def test_corpus_holds_four_hundred_payloads():
    assert len(PAYLOADS) == len(set(PAYLOADS)) >= 400


def fields_of(response) -> list[str]:
    """The names of what the page's form takes."""
    form = response.context and response.context.get("form")
    own = [form.add_prefix(name) for name in form.fields] if form else []
    comment = ["text", "id"] if response.context and "comment_form" in response.context else []
    return [*own, *comment]


class Attack:
    """A caller's attempts, and all that went wrong with them."""

    def __init__(self, caller: str):
        self.world, self.caller = World(), caller
        self.payloads = cycle(PAYLOADS)
        self.faults, self.tried = [], set()

    def filled(self, fields: list[str]) -> dict[str, str]:
        """Each field with a payload of its own, also under other names."""
        sent = {field: next(self.payloads) for field in fields}
        for field in fields[:2]:
            sent |= dict.fromkeys(names(field), next(self.payloads))
        self.tried |= set(sent.values())
        return sent

    def get(self, path: str, data: dict):
        return self.judge(path, data, self.world.browser(self.caller).get(path, data))

    def post(self, path: str, data: dict):
        with writes() as written:
            self.judge(path, data, self.world.browser(self.caller).post(path, data))
        self.world.restore(*([] if written else BOOKKEEPING))

    def judge(self, path: str, data: dict, response):
        page = b"".join(response.streaming_content) if response.streaming else response.content
        text = page.decode(errors="replace")
        wrong = []
        if response.status_code not in (200, 204, 302, 400, 403, 404, 405, 413, 429):
            wrong.append(response.status_code)
        if "text/html" in response.headers.get("Content-Type", ""):
            wrong += active(text)
        if PRODUCT in text:
            wrong.append("a template ran")
        if host_led_to(path, response) != "testserver" or "evil" in response.cookies.output():
            wrong.append(f"led to {response.headers}")
        if wrong:
            self.faults.append(f"{path} {data}: {wrong}")
        return response


def host_led_to(path: str, response) -> str:
    """The host that a browser on `path` would go to."""
    address = response.headers.get("Location", "") or response.headers.get("HX-Redirect", "")
    return urlsplit(urljoin(f"http://testserver{path}", address.replace("\\", "/"))).netloc


@pytest.mark.parametrize("caller", ["anonymous", "cliente", "tecnico", "admin"])
def test_no_form_and_no_address_takes_harm(caller, settings):
    settings.OPEN_REGISTRATION = True
    attack = Attack(caller)
    for case in first_cases(attack.world, caller):
        shown, posted = (expected(case, caller, method) for method in ("GET", "POST"))
        is_open, fields = case.route.name == "register", []
        if is_open or shown & {200, 302}:
            fields = fields_of(attack.get(case.path, {}))
            for _ in range(TIMES):
                attack.get(case.path, attack.filled([*fields, *OF_ADDRESSES]))
        if is_open or posted & {200, 302}:
            for _ in range(TIMES):
                attack.post(case.path, attack.filled([*fields, *OF_POSTS]))
    assert "\n".join(attack.faults) == ""
    assert attack.tried == set(PAYLOADS)


# Headers

HEADERS = "User-Agent Accept-Language Referer X-Forwarded-For X-Forwarded-Host Origin".split()
HEADERS += ["HX-Current-URL", "HX-Target", "HX-Request", "If-None-Match", "If-Modified-Since"]
HEADERS += ["Content-Type", "Accept", "Range", "X-CSRFToken", "Forwarded"]
COOKIES = ["sessionid", "csrftoken", "messages", "django_language", "display", "seen"]


def as_wsgi(text: str) -> str:
    """As a server hands over bytes that somebody sent."""
    return text.encode(errors="replace").decode("latin-1")


@pytest.mark.parametrize("path", ["/profile/sessions/", "/login/"])
def test_no_header_and_no_cookie_does_harm(path):
    attack = Attack("cliente")
    for place, payload in enumerate(PAYLOADS if IS_WHOLE else PAYLOADS[::7]):
        browser = attack.world.browser("cliente")
        extra = {f"HTTP_{name.upper().replace('-', '_')}": as_wsgi(payload) for name in HEADERS}
        name = COOKIES[place % len(COOKIES)]
        extra["HTTP_COOKIE"] = f"{name}={as_wsgi(payload)}"
        attack.judge(path, {name: payload}, browser.get(path, **extra))
    assert "\n".join(attack.faults) == ""


# What is stored


@pytest.fixture
def storing_all():
    """A film with a comment of each payload, and clients who have them for data."""
    movie = a_movie(title=MARKUP[0], plot=MARKUP[2], fullplot=TEMPLATES[0], cast=MARKUP[:9])
    for payload in PAYLOADS:
        a_comment(movie, text=payload[:5000], name=payload[:150])
    return movie


def test_comments_are_shown_as_they_were_typed(anonymous, storing_all):
    path, pages = f"/mflix/movies/{storing_all['_id']}/comments/", []
    token = ""
    while len(pages) < 40:
        response = anonymous.get(path, {"after": token} if token else {})
        pages.append(response.content.decode())
        if not (token := response.context["comments"].after):
            break
    text = "".join(pages)
    assert comments.count_documents({}) == len(PAYLOADS)
    assert len(pages) == len(PAYLOADS) // 20
    assert active(text) == []
    assert PRODUCT not in text


def test_people_are_shown_as_they_were_typed(admin):
    found, chosen = [], PAYLOADS if IS_WHOLE else [*MARKUP, *TEMPLATES][::3]
    for payload in chosen:
        contact = {"nombre": payload, "relacion": payload, "telefono": payload, "email": payload}
        user = a_client(password="", nombre=payload, patologia=payload, contactos=[contact])
        page = admin.get(f"/users/{user.pk}/").content.decode()
        found += [f"{payload}: {each}" for each in active(page)]
        found += [payload] if PRODUCT in page else []
    page = admin.get("/users/").content.decode()
    assert found + active(page) == []


def test_no_cell_of_a_download_is_a_formula(admin):
    for number, payload in enumerate(FORMULAS):
        a_client(password="", nombre=payload, email=f"{payload}{number}", parent=payload)
    response = admin.get("/users/export.csv")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert len(rows) == len(FORMULAS) + 2
    cells = [cell for row in rows for cell in row]
    starts = tuple("=+-@＝＋－＠\t\r\n")
    assert [cell for cell in cells if cell.lstrip().startswith(starts)] == []
