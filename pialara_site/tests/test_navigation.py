"""The menu of each role, and where one is in it."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.utils import translation

from accounts.models import User
from accounts.roles import Role
from pialara_site.navigation import below, menu_of


def of_role(rol) -> User:
    return User(rol=rol)


def labels(entries) -> list[str]:
    with translation.override("en"):
        return [str(entry.label) for entry in entries]


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        (AnonymousUser(), ["Home", "Films", "Log in"]),
        (of_role(Role.CLIENTE), ["Home", "My page", "Films", "Profile"]),
        (of_role(Role.TECNICO), ["Home", "Clients", "Films", "Profile"]),
        (of_role(Role.ADMINISTRADOR), ["Home", "Users", "Films", "Profile"]),
        (of_role(""), ["Home", "Films", "Log in"]),
    ],
)
def test_each_role_has_its_sections(user, expected):
    assert labels(menu_of(user, "/").sections) == expected


def test_section_of_the_users_lists_and_adds_them():
    menu = menu_of(of_role(Role.ADMINISTRADOR), "/users/")
    assert labels(menu.section.pages) == ["User list", "Add a user", "Dashboard", "Audit log"]


@pytest.mark.parametrize(
    ("rol", "path", "section", "page"),
    [
        (Role.ADMINISTRADOR, "/", "Home", "Home"),
        (Role.ADMINISTRADOR, "/users/", "Users", "User list"),
        (Role.ADMINISTRADOR, "/users/0123456789abcdef01234567/", "Users", "User list"),
        (Role.ADMINISTRADOR, "/users/create/", "Users", "Add a user"),
        (Role.ADMINISTRADOR, "/audit/", "Users", "Audit log"),
        (Role.ADMINISTRADOR, "/mflix/reports/years/", "Films", "Reports"),
        (Role.TECNICO, "/clients/create/", "Clients", "Add a client"),
        (Role.TECNICO, "/mflix/movies/0123456789abcdef01234567/", "Films", "All films"),
        (Role.CLIENTE, "/me/", "My page", "My page"),
        (Role.CLIENTE, "/profile/contacts/0/edit/", "My page", "My page"),
        (Role.CLIENTE, "/profile/contacts/0/delete/", "My page", "My page"),
        (Role.CLIENTE, "/profile/contacts/create/", "My page", "Add a contact"),
        (Role.CLIENTE, "/profile/edit/", "Profile", "My data"),
    ],
)
def test_page_belongs_to_the_nearest_entry(rol, path, section, page):
    menu = menu_of(of_role(rol), path)
    assert labels([menu.section, menu.page]) == [section, page]


def test_page_outside_the_menu_belongs_nowhere():
    menu = menu_of(of_role(Role.CLIENTE), "/display/")
    assert (menu.section, menu.page) == (None, None)


@pytest.mark.parametrize("role", ["cliente", "tecnico", "admin"])
def test_every_entry_of_a_role_is_open_to_it(request, role):
    browser: Client = request.getfixturevalue(role)
    menu = menu_of(browser.user, "/")
    for entry in {page for section in menu.sections for page in (section, *section.pages)}:
        assert browser.get(entry.url).status_code == 200, entry.url


def test_current_page_and_its_section_are_marked(admin):
    page = admin.get("/users/create/").content.decode()
    assert '<a href="/users/" aria-current="true">' in page
    assert '<a href="/users/create/" aria-current="page">' in page


@pytest.mark.parametrize("to", ["users", "/users/"])
def test_page_below_another_leads_back_to_it(to):
    assert below("Users", to) == {"back": "/users/", "crumbs": [("/users/", "Users")]}
