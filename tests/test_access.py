"""Who may use what: every path, every role."""

import pytest
from django.urls import resolve

from accounts.users import users
from tests.urls import routes

PUBLIC, LOGGED_IN = {"anonymous", "cliente", "tecnico", "admin"}, {"cliente", "tecnico", "admin"}

# Who gets the page; the others get 403, the anonymous caller the login page. The names in braces
# are the ids of things that the fixture `address` makes.
PATHS = {
    "/": PUBLIC,
    "/display/": PUBLIC,
    "/password/reset/": PUBLIC,
    "/password/reset/sent/": PUBLIC,
    "/profile/": LOGGED_IN,
    "/profile/edit/": LOGGED_IN,
    "/profile/password/": LOGGED_IN,
    "/profile/preferences/": LOGGED_IN,
    "/profile/sessions/": LOGGED_IN,
    "/profile/data/": LOGGED_IN,
    "/profile/delete/": LOGGED_IN,
    "/profile/contacts/create/": {"cliente"},
    "/profile/contacts/0/edit/": {"cliente"},
    "/profile/contacts/0/delete/": {"cliente"},
    "/me/": {"cliente"},
    "/users/": {"admin"},
    "/users/create/": {"admin"},
    "/users/{cliente}/": {"admin"},
    "/users/{cliente}/edit/": {"admin"},
    "/users/{cliente}/delete/": {"admin"},
    "/users/{cliente}/password/": {"admin"},
    "/users/export.csv": {"admin"},
    "/dashboard/": {"admin"},
    "/audit/": {"admin"},
    "/clients/": {"tecnico"},
    "/clients/create/": {"tecnico"},
    "/clients/{cliente}/": {"tecnico"},
    "/clients/{cliente}/edit/": {"tecnico"},
    "/clients/{cliente}/delete/": {"tecnico"},
    "/clients/{cliente}/contacts/create/": {"tecnico"},
    "/clients/{cliente}/contacts/0/edit/": {"tecnico"},
    "/clients/{cliente}/contacts/0/delete/": {"tecnico"},
    "/mflix/": PUBLIC,
    "/mflix/movies/{movie}/": PUBLIC,
    "/mflix/watchlist/": LOGGED_IN,
    "/mflix/movies/{movie}/comments/": PUBLIC,
    "/mflix/comments/{comment}/edit/": LOGGED_IN,
    "/mflix/comments/{comment}/delete/": LOGGED_IN,
    "/mflix/my-comments/": LOGGED_IN,
    "/mflix/attachments/{attachment}": PUBLIC,
    "/mflix/attachments/{attachment}/thumb": PUBLIC,
    "/mflix/theaters/": PUBLIC,
    "/mflix/reports/": {"admin"},
    "/mflix/reports/commenters/": {"admin"},
    "/mflix/reports/commenters.csv": {"admin"},
    "/mflix/reports/directors/": {"admin"},
    "/mflix/reports/directors.csv": {"admin"},
    "/mflix/reports/years/": {"admin"},
    "/mflix/reports/years.csv": {"admin"},
    "/mflix/reports/genres/": {"admin"},
    "/mflix/reports/genres.csv": {"admin"},
    "/mflix/reports/discussed/": {"admin"},
    "/mflix/reports/discussed.csv": {"admin"},
}


def test_every_view_states_who_may_use_it():
    for route in routes():
        assert route.is_public or hasattr(route.view, "roles"), route.name


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("role", ["anonymous", "cliente", "tecnico", "admin"])
def test_path_answers_the_role(request, address, path, role):
    caller = request.getfixturevalue(role)
    response = caller.get(address(path, caller))
    if role in PATHS[path]:
        assert response.status_code == 200
    elif role == "anonymous":
        assert response.status_code == 302
        assert response.headers["Location"].startswith("/login/?next=/")
    else:
        assert response.status_code == 403


# Whatever changes something, with who may do it.
CHANGES = {
    "/profile/edit/": LOGGED_IN,
    "/profile/password/": LOGGED_IN,
    "/profile/preferences/": LOGGED_IN,
    "/profile/sessions/": LOGGED_IN,
    "/profile/delete/": LOGGED_IN,
    "/profile/contacts/create/": {"cliente"},
    "/profile/contacts/0/edit/": {"cliente"},
    "/profile/contacts/0/delete/": {"cliente"},
    "/users/create/": {"admin"},
    "/users/bulk/": {"admin"},
    "/users/{cliente}/edit/": {"admin"},
    "/users/{cliente}/delete/": {"admin"},
    "/users/{cliente}/password/": {"admin"},
    "/clients/create/": {"tecnico"},
    "/clients/{cliente}/edit/": {"tecnico"},
    "/clients/{cliente}/delete/": {"tecnico"},
    "/clients/{cliente}/contacts/create/": {"tecnico"},
    "/clients/{cliente}/contacts/0/edit/": {"tecnico"},
    "/clients/{cliente}/contacts/0/delete/": {"tecnico"},
    "/mflix/movies/{movie}/comments/": LOGGED_IN,
    "/mflix/comments/{comment}/edit/": LOGGED_IN,
    "/mflix/comments/{comment}/delete/": LOGGED_IN,
    "/mflix/movies/{movie}/watch/": LOGGED_IN,
}
FORBIDDEN = [(p, role) for p, roles in CHANGES.items() for role in sorted(LOGGED_IN - roles)]


@pytest.mark.parametrize(("path", "role"), FORBIDDEN)
def test_wrong_role_changes_nothing(request, address, path, role):
    caller = request.getfixturevalue(role)
    asked = address(path, caller)
    before = list(users.find())
    assert caller.post(asked, {"nombre": "x"}).status_code == 403
    assert list(users.find()) == before


@pytest.mark.parametrize("path", CHANGES)
def test_anonymous_changes_nothing(anonymous, address, path):
    asked = address(path)
    before = list(users.find())
    response = anonymous.post(asked, {"nombre": "x"})
    assert response.headers["Location"].startswith("/login/?next=/")
    assert list(users.find()) == before


@pytest.mark.parametrize("path", CHANGES)
def test_change_needs_the_csrf_token(request, address, path):
    caller = request.getfixturevalue(sorted(CHANGES[path])[0])
    caller.handler.enforce_csrf_checks = True
    assert caller.post(address(path, caller)).status_code == 403


@pytest.mark.parametrize("path", ["/register/", "/login/", "/password/reset/", "/display/"])
def test_public_form_needs_the_csrf_token(anonymous, path):
    anonymous.handler.enforce_csrf_checks = True
    assert anonymous.post(path).status_code == 403


# What has a form of its own that anybody may send.
FORMS = {"/password/reset/", "/display/"}


@pytest.mark.parametrize("path", sorted(PATHS.keys() - CHANGES.keys() - FORMS))
def test_page_that_only_shows_takes_no_post(request, address, path):
    caller = request.getfixturevalue(sorted(PATHS[path])[0])
    assert caller.post(address(path, caller)).status_code == 405


@pytest.mark.parametrize("role", ["cliente", "tecnico", "admin"])
def test_bulk_page_shows_nothing(request, role):
    status = 302 if role == "admin" else 403
    assert request.getfixturevalue(role).get("/users/bulk/").status_code == status


def route_name(path: str) -> str:
    """What the URLconf calls a path of these tables."""
    ids = dict.fromkeys(("cliente", "movie", "comment", "attachment"), "0" * 24)
    return resolve(path.format(**ids)).url_name


def test_table_of_paths_is_complete():
    told = {route_name(path) for path in (*PATHS, *CHANGES)}
    elsewhere = {
        "styleguide",  # for developers only
        "language",
        "login",
        "logout",
        "register",
        "password_reset_confirm",
        "password_set",
    }
    assert {route.name for route in routes()} == told | elsewhere


@pytest.mark.parametrize("path", ["/", "/me/", "/profile/data/", "/profile/"])
def test_page_with_personal_data_is_kept_by_no_browser(cliente, path):
    assert "no-store" in cliente.get(path).headers["Cache-Control"]


@pytest.mark.parametrize(
    ("role", "path", "name"),
    [
        ("anonymous", "/login/", "password"),
        ("anonymous", "/register/", "password"),
        ("admin", "/users/create/", "password"),
        ("tecnico", "/clients/create/", "password"),
        ("cliente", "/profile/edit/", "password"),
        ("cliente", "/profile/password/", "new_password1"),
        ("cliente", "/profile/delete/", "password"),
    ],
)
def test_page_for_developers_would_show_no_password(request, role, path, name):
    sent = request.getfixturevalue(role).post(path, {name: "s3cret"}).wsgi_request
    assert name in sent.sensitive_post_parameters or sent.sensitive_post_parameters == "__ALL__"
