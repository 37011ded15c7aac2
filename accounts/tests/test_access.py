"""Who may use what: every path, every role."""

import pytest
from django.urls import URLResolver, get_resolver

from tests.mothers import a_client

PUBLIC, LOGGED_IN = {"anonymous", "cliente", "tecnico", "admin"}, {"cliente", "tecnico", "admin"}

# Who gets the page; the others get 403, the anonymous caller the login page.
PATHS = {
    "/": PUBLIC,
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
}


@pytest.fixture
def cliente(tecnico):
    from conftest import logged_in

    return logged_in(a_client(parent=tecnico.user.email, contactos=[{"nombre": "Eva"}]))


def views(patterns=None):
    for entry in patterns or get_resolver().url_patterns:
        if isinstance(entry, URLResolver):
            yield from views(entry.url_patterns)
        else:
            yield entry.callback


def test_every_view_states_who_may_use_it():
    for view in views():
        public = getattr(view, "login_required", True) is False
        assert public or hasattr(view, "roles"), view.__name__


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("role", ["anonymous", "cliente", "tecnico", "admin"])
def test_path_answers_the_role(request, cliente, path, role):
    caller = request.getfixturevalue(role)
    response = caller.get(path.format(cliente=cliente.user.pk))
    if role in PATHS[path]:
        assert response.status_code == 200
    elif role == "anonymous":
        assert response.status_code == 302
        assert response.headers["Location"].startswith("/login/?next=/")
    else:
        assert response.status_code == 403
