"""Deleting oneself."""

import threading

import pytest
from django.test import Client

from accounts import audit
from accounts.sessions import sessions
from accounts.users import users
from conftest import logged_in
from mflix.comments import comments
from mflix.tests.mothers import a_comment, a_movie
from tests.mothers import PASSWORD, a_client, an_administrator, document_of, stored

PATH = "/profile/delete/"


def delete(browser, password=PASSWORD):
    return browser.post(PATH, {"password": password})


@pytest.mark.parametrize("role", ["cliente", "tecnico", "admin"])
def test_right_password_removes_the_user_and_their_sessions(request, role):
    browser = request.getfixturevalue(role)
    an_administrator()
    assert delete(browser).headers["Location"] == "/"
    assert document_of(browser.user) is None
    assert sessions.count_documents({"user_id": browser.user.pk}) == 0


@pytest.mark.parametrize("password", ["wrong", ""])
def test_without_the_password_nothing_happens(cliente, password):
    assert set(delete(cliente, password).context["form"].errors) == {"password"}
    assert document_of(cliente.user)


def test_looking_at_the_page_deletes_nothing(cliente):
    assert cliente.get(PATH).status_code == 200
    assert document_of(cliente.user)


def test_deletion_needs_the_csrf_token(cliente):
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = cliente.cookies
    assert delete(browser).status_code == 403
    assert document_of(cliente.user)


def test_whoever_is_deleted_is_logged_out(cliente):
    delete(cliente)
    assert cliente.get("/profile/").headers["Location"] == "/login/?next=/profile/"


def test_deleted_user_can_not_log_in(cliente):
    delete(cliente)
    login = {"email": cliente.user.email, "password": PASSWORD}
    assert cliente.post("/login/", login).status_code == 200


def test_last_administrator_can_not_delete_themselves(admin):
    response = delete(admin)
    assert response.context["form"].non_field_errors()
    assert document_of(admin.user)


def test_inactive_administrator_does_not_count(admin):
    an_administrator(estado="suspendido")
    assert delete(admin).status_code == 200
    assert document_of(admin.user)


@pytest.mark.parametrize(
    "other",
    [
        {"nombre": "No mail and no password"},
        {"password": PASSWORD},
        {"email": "", "password": PASSWORD},
        {"email": "b@example.org"},
        {"email": "c@example.org", "password": "!invited"},
        {"email": "d@example.org", "password": PASSWORD, "_id": 7},
        {"email": "e@example.org", "password": PASSWORD, "rol": ["Administrador"]},
    ],
    ids=str,
)
def test_administrator_who_can_not_log_in_does_not_count(admin, other):
    stored(**{"rol": "Administrador", **other})
    assert delete(admin).status_code == 200
    assert document_of(admin.user)


def test_two_last_administrators_can_not_both_delete_themselves():
    browsers = [logged_in(an_administrator()) for _ in range(2)]
    barrier, statuses = threading.Barrier(2), []

    def run(browser):
        barrier.wait()
        statuses.append(delete(browser).status_code)

    threads = [threading.Thread(target=run, args=[browser]) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 302]
    assert users.count_documents({"rol": "Administrador"}) == 1


def test_clients_of_a_deleted_technician_have_none(tecnico, cliente):
    delete(tecnico)
    assert document_of(cliente.user)["parent"] is None


def test_deletion_is_in_the_audit_log(cliente):
    delete(cliente)
    entry = audit.entries.find_one()
    assert (entry["action"], entry["target"]["email"]) == ("delete", cliente.user.email)


def told(browser) -> list[str]:
    return browser.get(PATH, headers={"accept-language": "en"}).context["consequences"]


def test_page_says_how_many_contacts_go_and_comments_stay(cliente):
    users.update_one({"_id": cliente.user.pk}, {"$set": {"contactos": [{"nombre": "Eva"}]}})
    for _n in range(2):
        a_comment(a_movie(), cliente.user)
    assert told(cliente) == [
        "Your account will be deleted for good. You can download your data first.",
        "1 contact will be deleted too.",
        "2 comments on films will stay, without a name.",
        "1 open session will end.",
    ]


def test_page_says_how_many_clients_are_left_without_a_technician(tecnico):
    for _n in range(7):
        a_client(parent=tecnico.user.email)
    assert "7 clients will be left without a technician." in told(tecnico)


def test_page_tells_no_numbers_that_are_zero(admin):
    assert not [sentence for sentence in told(admin) if "0" in sentence]


def test_comments_stay_without_their_author(cliente):
    a_comment(a_movie(), cliente.user, text="Good")
    delete(cliente)
    assert not comments.find_one({"text": "Good"}).keys() & {"name", "email"}


def test_others_stay(cliente, tecnico):
    other = a_client()
    delete(cliente)
    assert document_of(other)
    assert document_of(tecnico.user)
