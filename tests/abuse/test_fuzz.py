"""Requests that nobody wrote, made by hypothesis from the paths, forms and roles that there are.

2,000 of them in `make test`, 20,000 in `make fuzz`, from a seed that is told: with the same seed
they are the same. `make test` measures what the machine's other work doesn't change, the
processor's time and the commands to MongoDB; `make fuzz` measures the clock, and tells how often it
had to ask again.
"""

import time
from dataclasses import dataclass

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from mflix.tests.mothers import an_image
from tests.abuse.effort import IS_WHOLE, REQUESTS, SEED
from tests.abuse.markup import active
from tests.abuse.payloads import PAYLOADS, names
from tests.abuse.test_injection import OF_ADDRESSES, OF_POSTS
from tests.abuse.test_matrix import METHODS, Case, cases, expected
from tests.abuse.world import CALLERS, MARK, PEOPLE, World, writes
from tests.commands import recorder
from tests.mothers import PASSWORD

SECONDS, TRIES = 2, 3
CLOCK = time.perf_counter if IS_WHOLE else time.thread_time
MOST_COMMANDS = 25

# Where the names of those who wrote comments stand, for everybody.
SIGNED = {"movie", "movie_comments", "comment_edit", "comment_delete"}
# Whom each caller looks after, themselves included.
CLIENTS = {name for name, (_rol, technician) in PEOPLE.items() if technician == "tomas"}
CARED_FOR = {"admin": set(PEOPLE), "tecnico": {"tomas"} | CLIENTS, "cliente": {"clara"}}

UPLOADS = [
    an_image("PNG"),
    an_image("GIF") + b"<script>alert(1)</script>",
    b"GIF89a" + b"\xff" * 100,
    b"<svg onload=alert(1)>",
    b"",
]
USEFUL = ["1", "0", "", "on", "x", "Ana", "new@example.org", PASSWORD, "Cliente", "Técnico"]
USEFUL += ["Administrador", "activo", "suspendido", "assign", "suspend", "activate", "2026-01-01"]
USEFUL += ["M", "X", "-nombre", "title", "Drama", "es", "en", "dark", "40.4", "-3.7"]
VALUES = st.one_of(
    st.sampled_from(USEFUL), st.sampled_from(PAYLOADS), st.text(max_size=12), st.just("{celia}")
)
FIELDS = st.dictionaries(st.integers(0, 30), VALUES, max_size=4)
HEADERS = st.dictionaries(
    st.sampled_from(["HX-Request", "HX-Current-URL", "Accept-Language", "X-HTTP-Method-Override"]),
    st.sampled_from(["true", "en", "http://testserver/users/", "DELETE", "*", "\xff"]),
    max_size=2,
)


@dataclass(frozen=True)
class Draw:
    """One request: numbers that choose from what there is, modulo its length."""

    place: int
    method: str
    token: str
    posted: dict[int, str]
    query: dict[int, str]
    headers: dict[str, str]
    upload: int
    junk: int


DRAWS = st.builds(
    Draw,
    place=st.integers(0, 10_000),
    method=st.sampled_from(["GET", "POST", "POST", *METHODS]),
    token=st.sampled_from(["right", "right", "none", "wrong"]),
    posted=FIELDS,
    query=FIELDS,
    headers=HEADERS,
    upload=st.integers(0, 2 * len(UPLOADS)),
    junk=st.integers(0, 40),
)


class Fuzz:
    """Sends what is drawn as one caller, to a world that is the same for each request."""

    def __init__(self, caller: str):
        self.world, self.caller = World(), caller
        self.cases = list(cases(self.world, caller))
        self.forms = {case.path: self._form(case) for case in self.cases}
        self.keys = [each["_id"] for each in self.world.stored("sessions")]
        self.count = self.slow = 0

    def _form(self, case: Case) -> dict[str, str]:
        """The fields of the page's form, as it stands there."""
        if not expected(case, self.caller, "GET") & {200}:
            return {}
        context = self.world.browser(self.caller).get(case.path).context or {}
        form = context.get("form") or context.get("comment_form")
        return {each.html_name: _text(each.value()) for each in form} if form else {}

    def send(self, draw: Draw):
        """Send it, and again when it was slow: a busy machine is slow now and then."""
        self.count += 1
        took = [self._try(draw)]
        while took[-1] >= SECONDS and len(took) < TRIES:
            took.append(self._try(draw))
        self.slow += len(took) - 1
        assert min(took) < SECONDS

    def _try(self, draw: Draw) -> float:
        """How long the answer took, which is right but perhaps for its time."""
        case = self.cases[draw.place % len(self.cases)]
        began = CLOCK()
        with recorder.during() as seen, writes() as written:
            response = self._ask(case, draw)
            page = b"".join(response.streaming_content) if response.streaming else response.content
        took = CLOCK() - began
        if written:
            people, collections = self.world.changed_people(), self.world.changed()
            self.world.restore()
        elif "sessionid" in response.cookies:
            self.world.restore("sessions")
        # What was wrong is told when all is as it was, for the next request.
        assert response.status_code < 500, response.exc_info
        assert len(seen) <= MOST_COMMANDS
        self._tells_no_secret(case, response, page.decode(errors="replace"))
        if written:
            may_change = draw.method == "POST" and draw.token == "right"
            assert people <= (CARED_FOR.get(self.caller, set()) if may_change else set())
            assert may_change or collections == []
        return took

    def _ask(self, case: Case, draw: Draw):
        browser = self.world.browser(self.caller, enforce_csrf_checks=True)
        options = {"headers": {"x-csrftoken": "b" * 32 if draw.token == "wrong" else "a" * 32}}
        if draw.token != "none":
            browser.cookies["csrftoken"] = "a" * 32
        options["headers"] |= draw.headers
        options["query_params"] = self._filled({}, draw.query, OF_ADDRESSES, draw.junk)
        if draw.method == "POST":
            form = self.forms[case.path]
            options["data"] = self._filled(form, draw.posted, OF_POSTS, draw.junk)
            if draw.upload < len(UPLOADS):
                options["data"]["image"] = _file(UPLOADS[draw.upload])
        ask = getattr(browser, draw.method.lower(), None)
        return ask(case.path, **options) if ask else browser.generic(draw.method, case.path)

    def _filled(self, form: dict, drawn: dict[int, str], more: list[str], junk: int) -> dict:
        fields = [*form, *more]
        celia = str(self.world.people["celia"].pk)
        sent = {
            fields[place % len(fields)]: celia if value == "{celia}" else value
            for place, value in drawn.items()
        }
        other = names(fields[0])
        return {**form, **sent, **({other[junk]: "x"} if junk < len(other) else {})}

    def _tells_no_secret(self, case: Case, response, page: str):
        told = page + str(response.headers) + response.cookies.output(header="")
        seen = {match.groups() for match in MARK.finditer(told)}
        assert {each for each in seen if not self._may_see(case, *each)} == set()
        assert "argon2$" not in told
        assert not [key for key in self.keys if key in page]
        if "text/html" in response.headers.get("Content-Type", ""):
            assert active(page) == []

    def _may_see(self, case: Case, kind: str, whose: str) -> bool:
        if whose in CARED_FOR.get(self.caller, ()):
            return True
        if kind == "name" and case.route.name in SIGNED:
            return True
        # Clients are told who looks after them.
        return self.caller == "cliente" and whose == "tomas" and kind in ("name", "mail")


def _text(value) -> str:
    return "" if value is None or isinstance(value, list) else str(value)


def _file(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("../../a.png", content, "image/png")


SHARES = {"admin": 4, "tecnico": 4, "cliente": 4, "anonymous": 2, "suspended": 1, "logged out": 1}


# Hypothesis suspects its strategies when the driver's threads draw random numbers meanwhile.
@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
@pytest.mark.parametrize("caller", CALLERS)
def test_no_request_is_an_error_or_tells_or_changes_what_it_may_not(caller, record_property):
    fuzz = Fuzz(caller)
    most = REQUESTS * SHARES[caller] // sum(SHARES.values())
    record_property("fuzz", f"{caller}: {most} requests, FUZZ_SEED={SEED}")

    @seed(SEED)
    @settings(
        max_examples=most,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(DRAWS)
    def attack(draw):
        fuzz.send(draw)

    attack()
    record_property(
        "fuzz", f"{caller}: {fuzz.count} sent, {fuzz.slow} sent again as they were slow"
    )
    assert fuzz.count >= most
