"""Every path, by every method, for every role, on one's own things and on others'.

What should come of a request is worked out here from the tables of tests/test_access.py and from
OWN below, and compared with what does. The paths come from the URLconf, so none is forgotten.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import pytest

from tests.abuse.world import CALLERS, NOBODY, World, writes
from tests.test_access import CHANGES, PATHS, route_name
from tests.urls import Route, routes

SHOWN = {route_name(path): who for path, who in PATHS.items()}
CHANGED = {route_name(path): who for path, who in CHANGES.items()}
# Of no role: each has a form for everybody, or is a button of every page.
FOR_ALL = {"login", "register", "display", "language", "logout", "password_reset"}
FOR_ALL |= {"password_reset_confirm", "password_set", "styleguide"}
ONLY_POSTED = {"users_bulk", "watch", "language", "logout"}
ONLY_SHOWN = {"styleguide"}

# What each caller finds of what they may ask for; the rest is as if it were not there.
EVERYBODY = {"ana", "adan", "tomas", "tania", "clara", "carlos", "celia"}
OWN = {
    ("admin", "user_id"): EVERYBODY,
    ("tecnico", "client_id"): {"clara", "carlos"},
    ("cliente", "comment_id"): {"own"},
    ("tecnico", "comment_id"): {"own"},
    ("admin", "comment_id"): {"own"},
}
MODERATED = {"comment_delete"}  # by administrators
FOUND = {"first", "film", "image", "report", "celia", "wrong"}

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PURGE"]
OF_VIEWS = ["GET", "POST"]
OVERRIDES = [f"HTTP_{name}" for name in ("X_HTTP_METHOD_OVERRIDE", "X_HTTP_METHOD", "X_METHOD")]
FORM = {"nombre": "x", "text": "x", "listed": "1", "csrfmiddlewaretoken": "x"}


@dataclass(frozen=True)
class Case:
    """A path; `what` says what stands in it for each parameter."""

    route: Route
    path: str
    what: dict[str, str]


def cases(world: World, caller: str) -> Iterator[Case]:
    for route in routes():
        values = {name: world.values(name, caller) for name in route.parameters}
        for chosen in product(*values.values()):
            what = dict(zip(values, chosen, strict=True))
            ids = {name: values[name][each] for name, each in what.items()}
            yield Case(route, route.pattern.format(**ids), what)


def exists(case: Case, caller: str) -> bool:
    def found(parameter: str, what: str) -> bool:
        if caller == "admin" and case.route.name in MODERATED:
            return what != "nothing"
        return what in OWN.get((caller, parameter), FOUND)

    return all(found(parameter, what) for parameter, what in case.what.items())


LOGIN = "login"
Answer = int | str


def expected(case: Case, caller: str, method: str) -> set[Answer]:
    """The statuses that are right; LOGIN is a redirect to the login page."""
    name, role = case.route.name, "anonymous" if caller in NOBODY else caller
    if role == "anonymous" and not case.route.is_public:
        return {LOGIN}
    if method not in ("GET", "HEAD", "POST"):
        return {405}
    table = CHANGED if method == "POST" else SHOWN
    if name not in FOR_ALL and name in (ONLY_POSTED if method != "POST" else ()):
        shown = 302 if name == "users_bulk" else 405  # to the list
        return {shown} if role in CHANGED[name] else {403}
    if name in FOR_ALL or (name, method) == ("movie_comments", "POST"):
        return _for_all(case, role, method)
    if method == "POST" and name not in CHANGED:
        return {405} if role in SHOWN[name] else {403}
    if role not in table[name]:
        return {403}
    if not exists(case, caller):
        return {404}
    return {200, 302} if method == "POST" or _is_oneself(case, caller) else {200}


def _is_oneself(case: Case, caller: str) -> bool:
    """Who deletes themselves is led to another page, which asks for the password."""
    return case.route.name == "user_delete" and case.what["user_id"] == CALLERS[caller]


def _for_all(case: Case, role: str, method: str) -> set[Answer]:
    name, posted = case.route.name, method == "POST"
    if name == "register":
        return {404}  # until OPEN_REGISTRATION
    if name == "movie_comments":
        return {LOGIN} if role == "anonymous" else {200, 302} if exists(case, role) else {404}
    if (name in ONLY_POSTED and not posted) or (name in ONLY_SHOWN and posted):
        return {405}
    return {200, 302} if posted or name == "login" else {200}


def answered(response) -> Answer:
    is_login = response.headers.get("Location", "").startswith("/login/?next=")
    return LOGIN if response.status_code == 302 and is_login else response.status_code


REFUSED = {LOGIN, 301, 403, 404, 405}


class Trial:
    """A caller's requests, and all that went wrong with them."""

    def __init__(self, world: World, caller: str):
        self.world, self.caller = world, caller
        self.browser = world.browser(caller)
        self.count, self.faults = 0, []

    def send(self, method: str, path: str, right: set[Answer], **extra):
        self.count += 1
        extra |= {"data": {**FORM, **extra.get("data", {})}} if method == "POST" else {}
        ask = getattr(self.browser, method.lower(), None)
        with writes() as written:
            response = ask(path, **extra) if ask else self.browser.generic(method, path, **extra)
            response.close()
        answer = answered(response)
        if answer not in right:
            self.faults.append(f"{method} {path} {extra}: {answer}, not {right}")
        may_write = method == "POST" and not right & REFUSED
        # What a transaction wrote before it was given up is no change.
        if written and not may_write and (changed := self.world.changed()):
            self.faults.append(f"{method} {path} changed {changed}")
        if written:
            self.world.restore()
        elif "sessionid" in response.cookies:
            self.world.restore("sessions")
        if written or response.cookies:
            self.browser = self.world.browser(self.caller)
        return response


@pytest.mark.parametrize("caller", CALLERS)
def test_every_path_answers_every_method_as_the_caller_may(caller):
    world, tried = World(), set()
    trial = Trial(world, caller)
    for case in cases(world, caller):
        # Whose a thing is matters to the methods that reach a view.
        for method in OF_VIEWS if case.route in tried else METHODS:
            trial.send(method, case.path, expected(case, caller, method))
        tried.add(case.route)
    assert "\n".join(trial.faults) == ""
    assert world.changed() == []
    assert trial.count > 500


@pytest.mark.parametrize("caller", ["anonymous", "suspended", "tecnico"])
def test_no_header_and_no_field_makes_another_method_of_a_request(caller):
    world = World()
    trial = Trial(world, caller)
    for case in first_cases(world, caller):
        for method, other in (("GET", "POST"), ("POST", "DELETE")):
            extra = dict.fromkeys(OVERRIDES, other) | {"data": {"_method": other}}
            trial.send(method, case.path, expected(case, caller, method), **extra)
    assert "\n".join(trial.faults) == ""


def first_cases(world: World, caller: str) -> list[Case]:
    """One case of each route."""
    return list({case.route: case for case in reversed([*cases(world, caller)])}.values())


def spellings(path: str) -> Iterator[tuple[str, set[Answer]]]:
    """Other ways to write a path, with what they lead to: nowhere, or to the path itself."""
    yield "/" + path, {404}
    yield path.replace("/", "//"), {404}
    yield path.replace("/", "/./"), {404}
    yield "/x/.." + path, {404}
    yield "/;" + path[1:], {404}
    yield "/\x00" + path[1:], {404}
    if path != "/":
        yield path.upper(), {404}
        yield path[:-1], {301} if path.endswith("/") else {404}


@pytest.mark.parametrize("caller", ["anonymous", "cliente", "admin"])
def test_path_has_one_spelling(caller):
    world = World()
    trial = Trial(world, caller)
    for case in first_cases(world, caller):
        for number, (path, right) in enumerate(spellings(case.path)):
            method = ("GET", "POST")[number % 2]
            # In the environment, as clients clean a path up before they send it.
            response = trial.send(method, "/", right, PATH_INFO=path)
            if right == {301} and response.headers["Location"] != case.path:
                trial.faults.append(f"{path} leads to {response.headers['Location']}")
    assert "\n".join(trial.faults) == ""


TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')  # masked anew in each page


@pytest.mark.parametrize("caller", ["cliente", "tecnico", "admin"])
def test_what_is_not_ones_own_looks_like_what_is_not_there(caller):
    world = World()
    browser, pages = world.browser(caller), defaultdict(set)
    for case in cases(world, caller):
        if case.route.parameters and expected(case, caller, "GET") == {404}:
            response = browser.get(case.path)
            text = TOKEN.sub("", response.content.decode().replace(case.path, ""))
            # To the second, and of each request
            headers = {**response.headers, "Expires": "now", "X-Request-ID": ""}
            pages[case.route].add((response.status_code, text, str(sorted(headers.items()))))
    assert [route.pattern for route, seen in pages.items() if len(seen) > 1] == []
    assert pages
