"""What people do with their own account, three ways: by keyboard, with a mouse, without scripts."""

from itertools import count

import pytest
from playwright.sync_api import expect

from accounts.roles import Role
from tests.mothers import PASSWORD

from .visitors import mailed_link

NEW_PASSWORD = "una casa con patio"

numbers = count(1)


@pytest.fixture
def somebody(person, way):
    return person(**way)


def log_in(somebody, email: str, name: str):
    """With the new password, on the page that asks for it."""
    somebody.is_at("Log in")
    somebody.type("Email", email)
    somebody.type("Password", NEW_PASSWORD)
    somebody.press("button", "Log in")
    somebody.is_at("Hello, %(name)s", name=name)


def choose_password(somebody):
    somebody.type("New password", NEW_PASSWORD)
    somebody.type("New password confirmation", NEW_PASSWORD)


def follow_link(somebody, site, email: str):
    somebody.go(mailed_link(site, email))
    somebody.is_at("Choose your password")
    choose_password(somebody)
    somebody.press("button", "Save the password")
    somebody.is_told("Your new password is set. You can log in with it now.")


def test_create_an_account(somebody):
    name = f"Registered {next(numbers)}"
    somebody.go("/")
    somebody.press("link", "Log in")
    somebody.is_at("Log in")
    somebody.press("link", "Create an account")
    somebody.is_at("Create an account")
    somebody.type("Name", name)
    somebody.type("Email", f"{name.replace(' ', '.')}@example.org")
    somebody.type("Password", NEW_PASSWORD)
    somebody.press("button", "Create an account")
    somebody.is_at("Hello, %(name)s", name=name)


def test_get_a_new_password_by_mail(somebody, site, store):
    document = store(Role.CLIENTE)
    somebody.go("/login/")
    somebody.press("link", "I forgot my password")
    somebody.is_at("A new password")
    somebody.type("Email", document["email"])
    somebody.press("button", "Send me the link")
    somebody.is_at("Check your email")
    follow_link(somebody, site, document["email"])
    log_in(somebody, document["email"], document["nombre"])


def test_follow_an_invitation(person, way, site):
    name = f"Invited {next(numbers)}"
    email = f"{name.replace(' ', '.').lower()}@example.org"
    tecnico, invited = person(Role.TECNICO), person(**way)
    tecnico.go("/clients/create/")
    tecnico.type("Name", name)
    tecnico.type("Email", email)
    tecnico.press("button", "Save")
    tecnico.is_at(name)
    follow_link(invited, site, email)
    log_in(invited, email, name)


@pytest.mark.parametrize("role", Role)
def test_change_the_password(person, way, role):
    somebody = person(role, **way)
    somebody.press("link", "Profile")
    somebody.is_at("My data")
    somebody.press("link", "Password")
    somebody.is_at("Change my password")
    somebody.type("Current password", PASSWORD)
    choose_password(somebody)
    somebody.press("button", "Save")
    somebody.is_told("Your password has been changed.")
    somebody.press("button", "Log out")
    expect(somebody.the("link", "Log in")).to_be_visible()
    somebody.press("link", "Log in")
    log_in(somebody, somebody.document["email"], somebody.document["nombre"])


def test_client_deletes_their_account(person, way, mongodb):
    contacts = [{"nombre": "Eva Luna"}, {"nombre": "Teo Sol"}]
    somebody = person(Role.CLIENTE, **way, contactos=contacts)
    delete_account(somebody, "%(n)s contact will be deleted too.", n=2)
    assert mongodb.pialara.users.find_one({"_id": somebody.document["_id"]}) is None


def test_technician_deletes_their_account(person, way, store, mongodb):
    somebody = person(Role.TECNICO, **way)
    for _ in range(3):
        store(Role.CLIENTE, parent=somebody.document["email"])
    delete_account(somebody, "%(n)s client will be left without a technician.", n=3)
    assert mongodb.pialara.users.find_one({"_id": somebody.document["_id"]}) is None


def delete_account(somebody, consequence: str, n: int):
    somebody.press("link", "Profile")
    somebody.is_at("My data")
    somebody.press("link", "Delete my account")
    somebody.is_at("Delete my account")
    somebody.sees(consequence, n=n)
    somebody.type("Your password", PASSWORD)
    somebody.press("button", "Delete my account")
    somebody.is_told("Your account has been deleted.")
