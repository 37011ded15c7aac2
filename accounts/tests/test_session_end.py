"""What ends all sessions of a user, at their next request, on every device."""

import pytest
from django.test import Client

from accounts import lifecycle
from accounts.audit import Actor
from accounts.sessions import sessions
from accounts.users import users
from conftest import logged_in
from tests.mothers import PASSWORD, a_client, a_document, a_technician, an_administrator, stored

NEW = "another good passphrase"


@pytest.fixture
def devices():
    """One client, logged in in two browsers."""
    first = logged_in(a_client())
    return [first, logged_in(first.user)]


def alive(browsers) -> list[bool]:
    return [browser.get("/profile/").status_code == 200 for browser in browsers]


def edited(user, **changes):
    fields = {"nombre": user.nombre, "email": user.email, "rol": user.rol, "estado": user.estado}
    return fields | changes


def test_nothing_ends_without_a_reason(devices):
    assert alive(devices) == [True, True]


# Changed straight in MongoDB


@pytest.mark.parametrize(
    "fields",
    [
        {"rol": "Técnico"},
        {"estado": "suspendido"},
        {"estado": "inactivo"},
        {"password": a_document()["password"]},
    ],
    ids=["role", "suspended", "inactive", "password"],
)
def test_change_in_the_database_ends_all_sessions(devices, fields):
    users.update_one({"_id": devices[0].user.pk}, {"$set": fields})
    assert alive(devices) == [False, False]


def test_deletion_in_the_database_ends_all_sessions(devices):
    users.delete_one({"_id": devices[0].user.pk})
    assert alive(devices) == [False, False]


def test_deletion_of_a_session_in_the_database_ends_that_one(devices):
    sessions.delete_one({"_id": devices[0].session.session_key})
    assert alive(devices) == [False, True]


@pytest.mark.parametrize("fields", [{"nombre": "Eva"}, {"email": "new@example.org"}])
def test_other_changes_in_the_database_end_nothing(devices, fields):
    users.update_one({"_id": devices[0].user.pk}, {"$set": fields})
    assert alive(devices) == [True, True]


# Changed by an administrator


@pytest.mark.parametrize(
    "changes",
    [{"rol": "Técnico"}, {"estado": "suspendido"}, {"estado": "inactivo"}],
    ids=["role", "suspended", "inactive"],
)
def test_change_by_an_administrator_ends_all_sessions(admin, devices, changes):
    user = devices[0].user
    admin.post(f"/users/{user.pk}/edit/", edited(user, **changes))
    assert sessions.count_documents({"user_id": user.pk}) == 0
    assert alive(devices) == [False, False]


def test_administrator_who_edits_a_name_ends_nothing(admin, devices):
    user = devices[0].user
    admin.post(f"/users/{user.pk}/edit/", edited(user, nombre="Eva"))
    assert alive(devices) == [True, True]


def test_deletion_by_an_administrator_ends_all_sessions(admin, devices):
    admin.post(f"/users/{devices[0].user.pk}/delete/")
    assert sessions.count_documents({"user_id": devices[0].user.pk}) == 0
    assert alive(devices) == [False, False]


@pytest.mark.parametrize("action", ["suspend", "deactivate"])
def test_suspending_many_ends_their_sessions(admin, devices, action):
    ids = [str(devices[0].user.pk)]
    admin.post("/users/bulk/", {"action": action, "ids": ids, "confirm": "on"})
    # Or whoever is made active again would bring a thief's session back.
    assert sessions.count_documents({"user_id": devices[0].user.pk}) == 0
    assert alive(devices) == [False, False]


def test_administrator_who_gives_up_the_role_is_out_without_an_error(admin):
    an_administrator()
    changes = edited(admin.user, rol="Cliente")
    assert admin.post(f"/users/{admin.user.pk}/edit/", changes).status_code == 302
    assert alive([admin]) == [False]


def test_deletion_by_the_technician_ends_all_sessions(tecnico):
    client = logged_in(a_client(parent=tecnico.user.email))
    tecnico.post(f"/clients/{client.user.pk}/delete/")
    assert alive([client]) == [False]


# Changed by oneself


def test_password_change_keeps_only_this_session(devices):
    devices[0].post(
        "/profile/password/",
        {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW},
    )
    assert alive(devices) == [True, False]


def test_new_password_ends_no_session_that_is_to_be_kept(devices):
    here = devices[0].session.session_key
    lifecycle.set_password(devices[0].user, NEW, Actor("Ana"), keep=here)
    assert sessions.distinct("_id") == [here]


def test_password_change_gives_this_session_a_new_key(devices):
    before = devices[0].session.session_key
    devices[0].post(
        "/profile/password/",
        {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW},
    )
    assert devices[0].session.session_key != before
    assert sessions.count_documents({"user_id": devices[0].user.pk}) == 1


def test_deleting_oneself_ends_all_sessions(devices):
    devices[0].post("/profile/delete/", {"password": PASSWORD})
    assert alive(devices) == [False, False]


def test_technician_whose_email_changes_stays_logged_in(tecnico):
    fields = {"nombre": "Eva", "email": "new@example.org", "password": PASSWORD}
    tecnico.post("/profile/edit/", fields)
    assert alive([tecnico]) == [True]


def test_session_made_before_the_secret_key_changed_is_over(devices, settings):
    settings.SECRET_KEY = "another key"
    assert alive(devices) == [False, False]


@pytest.mark.parametrize("kind", [a_client, a_technician, an_administrator])
def test_session_of_a_suspended_user_leads_to_the_login_page(kind):
    browser = logged_in(kind())
    users.update_one({"_id": browser.user.pk}, {"$set": {"estado": "suspendido"}})
    assert browser.get("/profile/").headers["Location"] == "/login/?next=/profile/"


@pytest.mark.parametrize(
    ("sent_from", "leads_to"),
    [
        ("http://testserver/users/?q=mar&page=2", "/users/%3Fq%3Dmar%26page%3D2"),
        ("http://elsewhere.example/users/", "/users/bulk/"),
        ("//elsewhere.example/users/", "/users/bulk/"),
        ("", "/users/bulk/"),
    ],
)
def test_form_sent_after_the_session_is_over_leads_back_to_its_page(anonymous, sent_from, leads_to):
    headers = {"Referer": sent_from, "Accept-Language": "en"}
    answer = anonymous.post("/users/bulk/", {"action": "suspend"}, headers=headers)
    assert answer.headers["Location"] == f"/login/?next={leads_to}"
    page = anonymous.get(answer.headers["Location"], headers=headers)
    assert "You were not logged in any more, so what you sent was not saved." in page.text


def test_user_without_a_role_gets_no_page():
    browser = Client()
    browser.force_login(stored(**a_document() | {"rol": "something else"}))
    assert browser.get("/").status_code == 200
    assert browser.get("/profile/").status_code == 403


def test_session_of_a_suspended_user_stays_over_when_they_are_active_again(cliente):
    for estado in ("suspendido", "activo"):
        users.update_one({"_id": cliente.user.pk}, {"$set": {"estado": estado}})
        response = cliente.get("/me/")
    assert response.status_code == 302
