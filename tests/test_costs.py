"""What a page costs: at most three commands to MongoDB, session and user included, and no ORM."""

import pytest
from django.db.models.sql import Query

from accounts.models import User
from accounts.tests.test_access import PATHS
from tests.mothers import a_client, a_technician

MOST = 3

ROLES = ["anonymous", "cliente", "tecnico", "admin"]
PAGES = [(path, role) for path, roles in PATHS.items() for role in ROLES if role in roles]
PAGES += [("/login/", "anonymous"), ("/register/", "anonymous")]
PAGES += [
    ("/users/{tecnico}/", "admin"),
    ("/users/{tecnico}/edit/", "admin"),
    ("/users/{tecnico}/delete/", "admin"),
    ("/users/?q=person&rol=Cliente&estado=activo&sort=-creado", "admin"),
    ("/users/?page=999999", "admin"),
    ("/audit/?actor=person&action=edit&from=2026-01-01", "admin"),
    ("/audit/?page=999999", "admin"),
    ("/clients/?q=person&sort=-sexo", "tecnico"),
    ("/clients/?page=999999", "tecnico"),
]


@pytest.fixture
def cliente(tecnico):
    from conftest import logged_in

    return logged_in(a_client(parent=tecnico.user.email, contactos=[{"nombre": "Eva"}]))


@pytest.fixture
def get(request, cliente, tecnico, settings):
    settings.OPEN_REGISTRATION = True

    def get(path, role):
        caller = request.getfixturevalue(role)
        response = caller.get(path.format(cliente=cliente.user.pk, tecnico=tecnico.user.pk))
        assert response.status_code == 200
        if response.streaming:
            list(response.streaming_content)
        return response

    return get


@pytest.mark.parametrize(("path", "role"), PAGES)
def test_page_costs_at_most_three_commands(request, get, commands, path, role):
    request.getfixturevalue(role)
    with commands() as seen:
        get(path, role)
    assert len(seen) <= MOST, list(map(str, seen))


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("/users/", "admin"),
        ("/users/create/", "admin"),
        ("/users/{cliente}/edit/", "admin"),
        ("/clients/", "tecnico"),
    ],
)
def test_page_costs_the_same_in_a_large_centre(request, get, tecnico, commands, path, role):
    request.getfixturevalue(role)
    for n in range(120):
        technician = a_technician(password="")
        a_client(password="", parent=tecnico.user.email if n % 2 else technician.email)
    with commands() as seen:
        get(path, role)
    assert len(seen) <= MOST, list(map(str, seen))


def test_anonymous_landing_page_costs_nothing(anonymous, commands):
    with commands() as seen:
        anonymous.get("/")
    assert seen == []


@pytest.mark.parametrize(("path", "role"), PAGES)
def test_page_runs_no_orm_query(get, monkeypatch, path, role):
    asked = []
    # Every reading and writing query gets its SQL here.
    monkeypatch.setattr(Query, "get_compiler", lambda query, *_, **__: asked.append(query))
    get(path, role)
    assert asked == []


def test_orm_query_would_be_noticed(monkeypatch):
    class Asked(Exception):
        pass

    def refuse(query, *args, **kwargs):
        raise Asked

    monkeypatch.setattr(Query, "get_compiler", refuse)
    with pytest.raises(Asked):
        list(User._base_manager.all())


def test_commands_are_heard(commands):
    with commands() as seen:
        a_client()
    assert [str(command) for command in seen] == ["insert users"]
