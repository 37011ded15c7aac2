"""The page at /, the language, and the pages for errors."""

import re

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404
from django.utils import translation

from accounts.views import admin, client, technician
from conftest import logged_in
from pialara_site import errors, views
from tests.mothers import document_of, stored

HOMES = {
    "anonymous": "landing.html",
    "cliente": "accounts/home_client.html",
    "tecnico": "accounts/home_technician.html",
    "admin": "accounts/home_administrator.html",
}
EVERYONE = list(HOMES)


# /


@pytest.mark.parametrize("role", EVERYONE)
def test_everyone_gets_the_home_of_their_role(request, role):
    page = request.getfixturevalue(role).get("/")
    assert page.status_code == 200
    assert page.templates[0].name == HOMES[role]


@pytest.mark.parametrize("rol", ["", "Otro", 5])
def test_user_with_an_unknown_role_gets_the_landing_page(rol):
    page = logged_in(stored(email="ana@example.org", rol=rol)).get("/")
    assert (page.status_code, page.templates[0].name) == (200, "landing.html")


@pytest.mark.parametrize(
    ("home", "role"),
    [(admin.home, "Administrador"), (technician.home, "Técnico"), (client.home, "Cliente")],
)
def test_home_of_a_role_states_that_it_admits_no_other(home, role):
    assert home.roles == (role,)


def test_home_is_read_only(anonymous):
    assert anonymous.post("/").status_code == 405


@pytest.mark.parametrize("role", EVERYONE)
def test_home_answers_a_head_request(request, role):
    assert request.getfixturevalue(role).head("/").status_code == 200


def test_landing_leads_to_the_login_and_the_films(anonymous):
    page = anonymous.get("/").content.decode()
    assert 'href="/login/"' in page
    assert 'href="/mflix/"' in page


@pytest.mark.parametrize(
    ("role", "paths"),
    [
        ("cliente", ["/me/", "/mflix/", "/display/"]),
        ("tecnico", ["/clients/", "/clients/create/", "/mflix/"]),
    ],
)
def test_home_leads_to_what_one_does_most(request, role, paths):
    page = request.getfixturevalue(role).get("/").content.decode()
    tasks = page[page.index('class="tasks"') :]
    assert re.findall(r'class="box" href="([^"]+)"', tasks) == paths


# /language/


@pytest.mark.parametrize("role", EVERYONE)
@pytest.mark.parametrize("language", ["en", "es"])
def test_everyone_chooses_their_language(request, role, language):
    caller = request.getfixturevalue(role)
    caller.post("/language/", {"language": language, "next": "/"})
    assert caller.get("/").headers["Content-Language"] == language


def test_language_leads_back_to_the_page(anonymous):
    response = anonymous.post("/language/", {"language": "en", "next": "/login/?next=/me/"})
    assert (response.status_code, response.headers["Location"]) == (302, "/login/?next=/me/")


def test_language_leads_only_to_this_site(anonymous):
    form = {"language": "en", "next": "https://evil.example.org/"}
    assert anonymous.post("/language/", form).headers["Location"] == "/"


@pytest.mark.parametrize("role", ["cliente", "tecnico", "admin"])
def test_language_is_kept_in_the_profile(request, role):
    caller = request.getfixturevalue(role)
    caller.post("/language/", {"language": "en"})
    assert document_of(caller.user)["preferences"] == {"language": "en"}


@pytest.mark.parametrize("language", ["xx", "", "en\x00", "$ne", "fr"])
def test_unknown_language_changes_nothing(cliente, language):
    response = cliente.post("/language/", {"language": language})
    assert (response.status_code, list(response.cookies)) == (302, [])
    assert "preferences" not in document_of(cliente.user)


def test_language_changes_by_post_alone(anonymous):
    assert anonymous.get("/language/?language=en").status_code == 405


def test_language_cookie_is_kept_from_scripts(anonymous):
    cookie = anonymous.post("/language/", {"language": "en"}).cookies["django_language"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


# Errors


@pytest.mark.parametrize("role", EVERYONE)
def test_page_that_is_not_there_is_404(request, role):
    response = request.getfixturevalue(role).get("/no/such/page/")
    assert response.status_code == 404
    assert response.templates[0].name == "errors/404.html"


def test_wrong_role_is_403(cliente):
    response = cliente.get("/users/")
    assert response.status_code == 403
    assert response.templates[0].name == "errors/403.html"


def test_form_from_another_site_is_403(anonymous):
    anonymous.handler.enforce_csrf_checks = True
    response = anonymous.post("/display/", {"theme": "dark"})
    assert response.status_code == 403
    assert response.templates[0].name == "errors/csrf.html"


def test_language_is_changed_from_elsewhere_only_for_who_is_nobody(anonymous, cliente):
    for browser, status in ((anonymous, 302), (cliente, 403)):
        browser.handler.enforce_csrf_checks = True
        assert browser.post("/language/", {"language": "en"}).status_code == status


@pytest.mark.parametrize("name", ["400", "403", "404", "405", "413", "429", "500", "503", "csrf"])
def test_error_page_has_a_drawing_and_says_what_to_do(rf, name):
    with translation.override("en"):
        response = errors.page(rf.get("/"), 400, name, minutes=5)
    page = response.content.decode()
    advice = re.search(r'<p class="block">([^<]+)</p>', page)[1]
    assert advice.endswith(".")
    assert page.count("<svg") >= 3  # the mark, the page's own and the way home


def test_oversized_form_is_413(anonymous):
    response = anonymous.post("/login/", {"email": "x" * 10_000_000})
    assert response.status_code == 413
    assert response.templates[0].name == "errors/413.html"


def test_form_with_too_many_fields_is_400(anonymous):
    response = anonymous.post("/login/", {f"f{number}": "" for number in range(1001)})
    assert response.status_code == 400


def test_crash_is_a_500_without_its_reason(anonymous, monkeypatch):
    monkeypatch.setattr(views, "_HOMES", "a secret")
    anonymous.raise_request_exception = False
    response = anonymous.get("/")
    assert (response.status_code, response.templates[0].name) == (500, "errors/500.html")
    assert "secret" not in response.content.decode()


@pytest.mark.parametrize(
    ("view", "error", "status"),
    [
        (views.bad_request, SuspiciousOperation("x"), 400),
        (views.bad_request, RequestDataTooBig("x"), 413),
        (views.permission_denied, PermissionDenied("x"), 403),
        (views.csrf_failure, "x", 403),
        (views.not_found, Http404("x"), 404),
    ],
)
def test_error_page_needs_no_user_and_no_session(rf, view, error, status):
    response = view(rf.get("/"), error)
    assert response.status_code == status
    assert response.content.decode().rstrip().endswith("</html>")


def test_page_of_a_crash_needs_no_user_and_no_session(rf):
    assert views.server_error(rf.get("/")).status_code == 500
