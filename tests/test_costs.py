"""What a page costs: at most three commands to MongoDB, session and user included, and no ORM."""

import pytest
from django.db.models.sql import Query
from django.template.base import Node

from accounts.models import User
from mflix.tests.mothers import a_movie
from tests.mothers import a_client, a_technician
from tests.test_access import PATHS

MOST = 3
MOST_NODES = 200  # most of them for the cards, four for each

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
def visit(request, address, settings):
    """`visit(path, role)` is a function that gets the page, once all that it needs is there."""
    settings.OPEN_REGISTRATION = True

    def visit(path, role):
        caller = request.getfixturevalue(role)
        asked = address(path, caller)

        def get():
            response = caller.get(asked)
            assert response.status_code == 200
            if response.streaming:
                list(response.streaming_content)

        return get

    return visit


@pytest.mark.parametrize(("path", "role"), PAGES)
def test_page_costs_at_most_three_commands_and_no_orm(visit, commands, monkeypatch, path, role):
    get = visit(path, role)
    asked = []
    # Every reading and writing query gets its SQL here.
    monkeypatch.setattr(Query, "get_compiler", lambda query, *_, **__: asked.append(query))
    with commands() as seen:
        get()
    assert len(seen) <= MOST, list(map(str, seen))
    assert asked == []


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("/users/", "admin"),
        ("/users/create/", "admin"),
        ("/users/{cliente}/edit/", "admin"),
        ("/clients/", "tecnico"),
    ],
)
def test_page_costs_the_same_in_a_large_centre(visit, tecnico, commands, path, role):
    get = visit(path, role)
    for n in range(120):
        technician = a_technician(password="")
        a_client(password="", parent=tecnico.user.email if n % 2 else technician.email)
    with commands() as seen:
        get()
    assert len(seen) <= MOST, list(map(str, seen))


def test_anonymous_landing_page_costs_nothing(anonymous, commands):
    with commands() as seen:
        anonymous.get("/")
    assert seen == []


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


@pytest.fixture
def rendered(monkeypatch):
    """The nodes of templates that were rendered, which is what a page takes the processor."""
    nodes, render = [], Node.render_annotated
    monkeypatch.setattr(
        Node, "render_annotated", lambda node, context: nodes.append(node) or render(node, context)
    )
    return nodes


def test_list_of_films_renders_only_what_differs_from_page_to_page(anonymous, rendered):
    for _film in range(20):
        a_movie(genres=["Drama", "War"], countries=["Spain"])
    for _time in range(2):
        rendered.clear()
        assert anonymous.get("/mflix/?genre=Drama").status_code == 200
    assert len(rendered) <= MOST_NODES
