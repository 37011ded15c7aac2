"""What every response tells the browser, whoever made it: a page, an error, a file, Django."""

from http import HTTPStatus

import pytest
from bson import ObjectId
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.test import Client
from pymongo.errors import ServerSelectionTimeoutError

from accounts import attempts, audit

GUARDS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
NOTHING = {"default-src", "base-uri", "frame-ancestors"}
OURS_ALONE = {"connect-src", "font-src", "form-action", "manifest-src", "script-src", "style-src"}
POSTERS = ["'self'", "https://m.media-amazon.com/"]


def faults(response) -> list[str]:
    """What is missing or too wide in the headers of a response."""
    headers = response.headers
    found = [name for name, value in GUARDS.items() if headers.get(name) != value]
    directives = dict(
        each.strip().partition(" ")[::2]
        for each in headers.get("Content-Security-Policy", "").split(";")
    )
    wanted = {name: "'none'".split() for name in NOTHING}
    wanted |= {name: "'self'".split() for name in OURS_ALONE}
    wanted["img-src"] = POSTERS
    found += [name for name in wanted if directives.get(name, "").split() != wanted[name]]
    found += [f"unknown {name}" for name in directives.keys() - wanted.keys()]
    permissions = dict(
        each.strip().split("=") for each in headers.get("Permissions-Policy", "x=x").split(",")
    )
    allowed = {name: who for name, who in permissions.items() if who != "()"}
    if allowed != {"geolocation": "(self)"} or not permissions.keys() > {"camera", "microphone"}:
        found.append("Permissions-Policy")
    return found


def hardened(response, status: int):
    response.close()
    assert response.status_code == status
    assert faults(response) == []


def raising(error):
    def fail(*arguments, **options):
        raise error

    return fail


@pytest.fixture
def quiet(admin):
    """An administrator's browser that is shown errors of the server."""
    admin.raise_request_exception = False
    return admin


@pytest.mark.parametrize("path", ["/", "/login/", "/mflix/", "/mflix/theaters/", "/display/"])
def test_page_for_everybody(anonymous, path):
    hardened(anonymous.get(path), HTTPStatus.OK)


@pytest.mark.parametrize("path", ["/users/", "/profile/data/", "/users/export.csv"])
def test_page_and_download_of_an_administrator(admin, path):
    hardened(admin.get(path), HTTPStatus.OK)


@pytest.mark.parametrize("path", ["/", "/mflix/", "/login/", "/password/reset/", "/nowhere/"])
def test_what_sets_a_cookie_is_kept_by_no_proxy(anonymous, path):
    anonymous.cookies["csrftoken"] = "malformed"
    response = anonymous.get(path)
    assert "csrftoken" in response.cookies
    assert {"no-cache", "private"} <= set(response.headers["Cache-Control"].split(", "))


def test_what_no_browser_may_keep_stays_so_with_a_cookie(anonymous):
    response = anonymous.get("/login/")
    assert "csrftoken" in response.cookies
    assert "no-store" in response.headers["Cache-Control"].split(", ")


def test_redirect(anonymous):
    hardened(anonymous.get("/profile/"), HTTPStatus.FOUND)


def test_redirect_to_the_address_with_a_slash(anonymous):
    hardened(anonymous.get("/login"), HTTPStatus.MOVED_PERMANENTLY)


def test_redirect_to_https(settings):
    settings.SECURE_SSL_REDIRECT = True
    hardened(Client().get("/"), HTTPStatus.MOVED_PERMANENTLY)


@pytest.mark.parametrize("redirects", [False, True])
def test_host_that_is_not_ours_is_400(settings, redirects):
    settings.SECURE_SSL_REDIRECT = redirects
    hardened(Client().get("/", headers={"host": "evil.example"}), HTTPStatus.BAD_REQUEST)


@pytest.mark.parametrize(
    ("error", "status"), [(SuspiciousOperation, 400), (RequestDataTooBig, 413)]
)
def test_request_that_django_refuses(quiet, monkeypatch, error, status):
    monkeypatch.setattr(audit, "count", raising(error))
    hardened(quiet.get("/audit/"), status)


@pytest.mark.parametrize(("path", "status"), [("/users/", 403), ("/nothing/", 404)])
def test_page_that_is_not_for_the_caller_or_not_there(cliente, path, status):
    hardened(cliente.get(path), status)


def test_post_without_the_csrf_token_is_403():
    hardened(Client(enforce_csrf_checks=True).post("/login/"), HTTPStatus.FORBIDDEN)


@pytest.mark.parametrize("method", ["post", "put", "options", "trace"])
def test_method_that_is_not_taken_is_405(anonymous, method):
    hardened(getattr(anonymous, method)("/"), HTTPStatus.METHOD_NOT_ALLOWED)


def test_only_technical_pages_of_developers_have_no_policy(client, settings):
    settings.DEBUG = True
    assert "Content-Security-Policy" not in client.get("/no/such/page/").headers
    assert "Content-Security-Policy" in client.get("/login/").headers
    settings.DEBUG = False
    assert "Content-Security-Policy" in client.get("/no/such/page/").headers


def test_too_many_attempts_are_429(anonymous, monkeypatch):
    monkeypatch.setattr(attempts.Limit, "enter", raising(attempts.TooManyAttempts(60)))
    form = {"email": "ana@example.org", "password": "x"}
    hardened(anonymous.post("/login/", form), HTTPStatus.TOO_MANY_REQUESTS)


def test_error_of_ours_is_500(quiet, monkeypatch):
    monkeypatch.setattr(audit, "count", raising(ZeroDivisionError))
    hardened(quiet.get("/audit/"), HTTPStatus.INTERNAL_SERVER_ERROR)


def test_database_that_is_away_is_503(quiet, monkeypatch):
    monkeypatch.setattr(audit, "count", raising(ServerSelectionTimeoutError("gone")))
    hardened(quiet.get("/audit/"), HTTPStatus.SERVICE_UNAVAILABLE)


@pytest.mark.parametrize("path", ["/static/js/site.js", "/static/css/site.css"])
def test_static_file(anonymous, path):
    hardened(anonymous.get(path), HTTPStatus.OK)


def test_static_file_that_the_browser_has(anonymous):
    first = anonymous.get("/static/js/site.js")
    first.close()
    seen = {"if-modified-since": first.headers["Last-Modified"]}
    hardened(anonymous.get("/static/js/site.js", headers=seen), HTTPStatus.NOT_MODIFIED)


def test_static_file_is_for_our_pages_alone(anonymous):
    response = anonymous.get("/static/js/site.js")
    response.close()
    assert "Access-Control-Allow-Origin" not in response.headers


@pytest.mark.parametrize("path", ["/static/nothing.js", "/static/../manage.py", "/static/"])
def test_static_file_that_is_not_there(anonymous, path):
    hardened(anonymous.get(path), HTTPStatus.NOT_FOUND)


def test_image_that_is_not_there(anonymous):
    hardened(anonymous.get(f"/mflix/attachments/{ObjectId()}"), HTTPStatus.NOT_FOUND)
