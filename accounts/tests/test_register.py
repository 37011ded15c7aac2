"""Becoming a client by oneself."""

import threading

import pytest
from bson import ObjectId
from django.test import Client

from accounts import audit, lifecycle
from accounts.forms.fields import EMAIL_LEFT
from accounts.users import users
from mflix.tests.mothers import a_comment, a_movie
from tests.mothers import a_client, a_technician, document_of

FIELDS = {"nombre": "Ana", "email": "ana@example.org", "password": "a good passphrase"}


@pytest.fixture
def registration(settings):
    settings.OPEN_REGISTRATION = True


def register(browser, **changes):
    return browser.post("/register/", FIELDS | changes)


def test_registration_is_closed_unless_it_was_opened(anonymous):
    assert anonymous.get("/register/").status_code == 404
    assert register(anonymous).status_code == 404
    assert users.count_documents({}) == 0


@pytest.mark.parametrize("is_open", [True, False])
def test_login_page_offers_registration_when_it_is_open(anonymous, settings, is_open):
    settings.OPEN_REGISTRATION = is_open
    assert ("/register/" in anonymous.get("/login/").content.decode()) is is_open


def test_registering_makes_an_active_client_without_a_technician(anonymous, registration):
    register(anonymous)
    doc = users.find_one()
    assert (doc["rol"], doc["estado"], doc["parent"]) == ("Cliente", "activo", None)
    assert (doc["nombre"], doc["email"]) == ("Ana", "ana@example.org")


def test_registering_logs_in(anonymous, registration):
    assert register(anonymous).headers["Location"] == "/"
    assert anonymous.get("/me/").status_code == 200


def test_nobody_registers_with_an_email_under_which_others_wrote(anonymous, registration):
    a_comment(a_movie(), email="ana@example.org")
    assert register(anonymous).context["form"].errors == {"email": [EMAIL_LEFT]}
    assert users.count_documents({}) == 0


def test_only_clients_are_left_under_an_email(anonymous, registration):
    a_technician(parent="ana@example.org")  # as another program wrote it
    register(anonymous)
    assert users.count_documents({"email": "ana@example.org"}) == 1


def test_password_is_stored_as_argon2(anonymous, registration):
    register(anonymous)
    assert users.find_one()["password"].startswith("argon2$argon2id$")


def test_password_is_required(anonymous, registration):
    assert set(register(anonymous, password="").context["form"].errors) == {"password"}


@pytest.mark.parametrize("password", ["short", "12345678901", "password123", "ana@example.org"])
def test_weak_password_is_a_sentence(anonymous, registration, password):
    assert set(register(anonymous, password=password).context["form"].errors) == {"password"}


@pytest.mark.parametrize(
    "extra", [{"rol": "Administrador"}, {"estado": "x"}, {"parent": "t@x.org"}]
)
def test_nobody_chooses_role_state_or_technician(anonymous, registration, extra):
    a_technician(email="t@x.org")
    register(anonymous, **extra)
    doc = users.find_one({"email": "ana@example.org"})
    assert (doc["rol"], doc["estado"], doc["parent"]) == ("Cliente", "activo", None)


@pytest.mark.parametrize("email", ["ana@example.org", "ANA@example.org"])
def test_taken_email_is_a_sentence_at_the_field(anonymous, registration, email):
    a_client(email="ana@example.org")
    response = register(anonymous, email=email)
    assert set(response.context["form"].errors) == {"email"}
    assert users.count_documents({}) == 1


def test_form_sent_twice_makes_one_user_who_is_logged_in(anonymous, registration):
    new_id = str(ObjectId())
    register(anonymous, id=new_id)
    again = Client()
    register(again, id=new_id)
    assert users.count_documents({}) == 1
    assert again.get("/me/").status_code == 200


def test_form_sent_again_lets_nobody_in_who_was_suspended_meanwhile(anonymous, registration):
    new_id = str(ObjectId())
    register(anonymous, id=new_id)
    users.update_one({}, {"$set": {"estado": "suspendido"}})
    again = Client()
    assert register(again, id=new_id).status_code == 200
    assert "sessionid" not in again.cookies
    assert users.find_one()["accesos"] == 1


def test_form_says_which_id_the_user_will_have(anonymous, registration):
    new_id = anonymous.get("/register/").context["form"]["id"].value()
    register(anonymous, id=str(new_id))
    assert users.find_one()["_id"] == new_id


@pytest.mark.parametrize("email", ["other@example.org", "ana@example.org"])
def test_id_of_somebody_else_opens_nothing(anonymous, registration, email):
    victim = a_client(email="ana@example.org")
    before = document_of(victim)
    register(anonymous, id=str(victim.pk), email=email)
    assert anonymous.get("/").context["user"].pk != victim.pk
    assert document_of(victim) == before


def test_id_that_is_none_is_a_sentence(anonymous, registration):
    assert set(register(anonymous, id="nonsense").context["form"].errors) == {"id"}


def test_same_email_at_once_makes_one_user(registration):
    barrier = threading.Barrier(4)
    statuses = []

    def run():
        barrier.wait()
        statuses.append(register(Client()).status_code)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 200, 200, 302]
    assert users.count_documents({}) == 1


def test_registering_is_in_the_audit_log(anonymous, registration):
    register(anonymous)
    entry = audit.entries.find_one()
    assert entry["action"] == "create"
    assert entry["actor"] == entry["target"]
    assert entry["ip"] == "127.0.0.1"


@pytest.mark.parametrize("is_there", [True, False])
def test_registering_with_somebody_elses_form_is_told_with_the_address(
    anonymous, registration, is_there
):
    victim = a_client()
    if not is_there:
        lifecycle.delete(victim.pk, audit.Actor("Admin"))
    register(anonymous, id=str(victim.pk))
    assert audit.entries.find_one({"action": "create"})["ip"] == "127.0.0.1"


@pytest.mark.parametrize("nombre", ["", "a\x1bb", "x" * 151])
def test_bad_name_is_a_sentence(anonymous, registration, nombre):
    assert set(register(anonymous, nombre=nombre).context["form"].errors) == {"nombre"}


@pytest.mark.parametrize("nombre", ["\U0001f600", "أنا", "$where", "<b>Ana</b>", "Ana.Ñ"])
def test_odd_name_is_stored_as_typed(anonymous, registration, nombre):
    register(anonymous, nombre=nombre)
    assert users.find_one()["nombre"] == nombre


def test_somebody_elses_form_id_guesses_no_password_without_end(anonymous, settings):
    settings.OPEN_REGISTRATION = True
    victim = a_client(email="ana@example.org", nombre="Ana")
    fields = {"id": str(victim.pk), "nombre": "Ana", "email": victim.email}
    statuses = [
        anonymous.post("/register/", {**fields, "password": f"kept guess {n}"}).status_code
        for n in range(6)
    ]
    assert statuses[-1] == 429
