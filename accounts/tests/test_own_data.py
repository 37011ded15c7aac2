"""Everything stored about me, as a download."""

import json

import pytest
from bson import ObjectId

from accounts import audit
from accounts.users import users
from conftest import logged_in
from mflix.comments import comments
from tests.mothers import a_client, a_technician

ROLES = ["cliente", "tecnico", "admin"]


def data_of(browser) -> dict:
    return json.loads(browser.get("/profile/data/").content)


@pytest.mark.parametrize("role", ROLES)
def test_everybody_downloads_their_data(request, role):
    browser = request.getfixturevalue(role)
    assert data_of(browser)["user"]["email"] == browser.user.email


def test_answer_is_a_json_file(cliente):
    response = cliente.get("/profile/data/")
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Content-Disposition"].startswith("attachment")


def test_all_fields_are_told_also_those_of_other_programs():
    browser = logged_in(
        a_client(
            patologia="Afasia", contactos=[{"nombre": "Eva"}], preferences={"a": 1}, shoe_size=41
        )
    )
    user = data_of(browser)["user"]
    assert (user["patologia"], user["shoe_size"]) == ("Afasia", 41)
    assert (user["contactos"], user["preferences"]) == ([{"nombre": "Eva"}], {"a": 1})


def test_password_is_not_told(cliente):
    assert "argon2" not in cliente.get("/profile/data/").content.decode()


def test_mark_of_transactions_is_not_told():
    assert "lock" not in data_of(logged_in(a_client(lock=ObjectId())))["user"]


def test_sessions_are_told_without_their_keys(cliente):
    text = cliente.get("/profile/data/").content.decode()
    assert len(json.loads(text)["sessions"]) == 1
    assert cliente.session.session_key not in text


def test_sessions_are_told_without_what_is_kept_in_them(cliente):
    (told,) = data_of(cliente)["sessions"]
    assert "data" not in told


def test_own_comments_are_told_and_no_others(cliente):
    comments.insert_many(
        [
            {"email": cliente.user.email, "text": "mine"},
            {"email": "other@example.org", "text": "theirs"},
        ]
    )
    assert [comment["text"] for comment in data_of(cliente)["comments"]] == ["mine"]


def test_own_history_is_told(cliente):
    cliente.post("/profile/edit/", {"nombre": "New", "email": cliente.user.email})
    history = data_of(cliente)["audit_log"]
    assert [entry["action"] for entry in history] == ["edit"]


def test_history_of_others_is_not_told(cliente, admin):
    admin.post("/profile/edit/", {"nombre": "New", "email": admin.user.email})
    assert audit.entries.count_documents({}) == 1
    assert data_of(cliente)["audit_log"] == []


def test_address_of_who_changed_me_is_not_told(cliente, admin):
    path = f"/users/{cliente.user.pk}/edit/"
    fields = {"nombre": "New", "email": cliente.user.email, "rol": "Cliente", "estado": "activo"}
    admin.post(path, fields, REMOTE_ADDR="203.0.113.7")
    history = data_of(cliente)["audit_log"]
    assert history[0]["actor"] == {"nombre": admin.user.nombre}
    assert "203.0.113.7" not in str(history)


def test_technicians_that_one_had_are_told_by_name(cliente, admin):
    for name in ("Tomás", "Rosa"):
        technician = a_technician(nombre=name, email=f"{name.lower()}@example.org")
        sent = {"nombre": "New", "email": cliente.user.email, "rol": "Cliente", "estado": "activo"}
        admin.post(f"/users/{cliente.user.pk}/edit/", {**sent, "parent": technician.email})
    history = data_of(cliente)["audit_log"]
    assert {entry["changes"]["parent"]["name"] for entry in history} == {"Tomás", "Rosa"}
    assert "tomás@example.org" not in str(history)


def test_numbers_that_json_has_not_are_texts(cliente):
    preferences = {"a": float("nan"), "b": [float("inf"), 1.5]}
    users.update_one({"_id": cliente.user.pk}, {"$set": {"preferences": preferences}})
    told = cliente.get("/profile/data/").content.decode()
    found = json.loads(told, parse_constant=lambda name: pytest.fail(name))
    assert found["user"]["preferences"] == {"a": "nan", "b": ["inf", 1.5]}


def test_letters_are_readable_as_they_are():
    browser = logged_in(a_client(nombre="Ñandú \U0001f600"))
    assert "Ñandú \U0001f600" in browser.get("/profile/data/").content.decode()
