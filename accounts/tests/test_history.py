"""Entries of the audit log in sentences."""

from datetime import UTC, datetime

import pytest
from bson import ObjectId
from django.utils import translation
from django.utils.html import strip_tags

from accounts.audit import Action
from accounts.history import SENTENCES, sentence, told

EVA = {"_id": ObjectId(), "email": "eva@example.org", "nombre": "Eva Gil"}
LUIS = {"_id": ObjectId(), "email": "luis@example.org", "nombre": "Luis Pérez"}


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def entry(action, actor=EVA, target=LUIS, **fields) -> dict:
    return {"action": action, "actor": actor, "target": target, "changes": {}, **fields}


def edited(changes: dict) -> dict:
    return entry("edit", changes=changes)


def values(old, new) -> dict:
    return {"old": old, "new": new}


# Who did what to whom


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("create", "Eva Gil added Luis Pérez."),
        ("edit", "Eva Gil changed the data of Luis Pérez."),
        ("delete", "Eva Gil deleted Luis Pérez."),
        ("password", "Eva Gil changed the password of Luis Pérez."),
        ("link", "Eva Gil sent Luis Pérez a link for a password."),
        ("contacts", "Eva Gil changed the contacts of Luis Pérez."),
        ("moderate", "Eva Gil deleted a comment of Luis Pérez."),
    ],
)
def test_each_action_is_a_sentence(action, expected):
    assert strip_tags(sentence(entry(action))) == expected


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("create", "Eva Gil signed up."),
        ("edit", "Eva Gil changed their own data."),
        ("delete", "Eva Gil deleted their own account."),
        ("password", "Eva Gil changed their own password."),
        ("link", "Eva Gil asked for a link for a password."),
        ("contacts", "Eva Gil changed their own contacts."),
        ("moderate", "Eva Gil deleted a comment of their own."),
    ],
)
def test_what_people_do_to_themselves_has_a_sentence_of_its_own(action, expected):
    assert strip_tags(sentence(entry(action, target=EVA))) == expected


def test_no_action_is_without_a_sentence():
    assert set(SENTENCES) == set(Action)


def test_action_of_another_program_is_told_as_it_is():
    words = strip_tags(sentence(entry("frobnicate")))
    assert words == "Eva Gil did “frobnicate” to Luis Pérez."


@pytest.mark.parametrize("action", ["", None])
def test_action_that_is_missing_is_a_dash(action):
    assert strip_tags(sentence(entry(action))) == "Eva Gil did “—” to Luis Pérez."


def test_command_is_not_the_person_whom_it_adds():
    command = {"_id": None, "email": "", "nombre": "create_user"}
    words = strip_tags(sentence(entry("create", actor=command, target={"nombre": "Ana"})))
    assert words == "create_user added Ana."


@pytest.mark.parametrize(
    ("person", "name"),
    [({"email": "ana@example.org"}, "ana@example.org"), ({}, "Somebody"), ({"nombre": 7}, "7")],
    ids=str,
)
def test_somebody_without_a_name_is_told_by_what_there_is(person, name):
    assert strip_tags(sentence(entry("delete", target=person))) == f"Eva Gil deleted {name}."


def test_those_who_are_still_there_are_links():
    told = sentence(entry("edit", there=[LUIS["_id"]]))
    assert f'<a href="/users/{LUIS["_id"]}/"><bdi>Luis Pérez</bdi></a>' in told
    assert str(EVA["_id"]) not in told


def test_somebody_whose_id_no_page_has_is_no_link():
    odd = {"_id": "luis", "nombre": "Luis Pérez"}
    assert "href" not in sentence(entry("edit", target=odd, there=["luis"]))


def test_name_cannot_hold_html():
    assert "<b>" not in sentence(entry("edit", target={"nombre": "<b>Ana"}))


# What changed


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"nombre": values("Ana", "Eva")}, "Name: Ana → Eva"),
        ({"nombre": values(None, "Eva")}, "Name: — → Eva"),
        ({"parent": {**values(None, "eva@x.example"), "name": "Eva"}}, "Technician: — → Eva"),
        ({"parent": values("eva@example.org", None)}, "Technician: eva@example.org → —"),
        ({"sexo": values("", "M")}, "Sex: — → Woman"),
        ({"rol": values("Técnico", "Cliente")}, "Role: Technician → Client"),
        ({"estado": values("activo", "suspendido")}, "State: Active → Suspended"),
        ({"rol": values("Jefe", ["x"])}, "Role: Jefe → ['x']"),
        ({"extra": values(1, 2)}, "extra: 1 → 2"),
        ({"patologia": {}}, "Condition: changed"),
        ({"email": values("a@x.example", "b@x.example")}, "Email: a@x.example → b@x.example"),
        ({"fecha_nacimiento": values(None, None)}, "Date of birth: — → —"),
        ({"contactos": {}}, "Contacts: changed"),
        ({"nombre": {"new": "Eva"}}, "Name: changed"),
        ({"nombre": "Eva"}, "Name: changed"),
    ],
    ids=str,
)
def test_change_is_a_sentence(changes, expected):
    assert told(edited(changes)) == [expected]


@pytest.mark.parametrize("field", ["patologia", "password", "contactos"])
def test_secret_that_another_program_wrote_into_the_log_is_not_shown(field):
    assert "secret" not in told(edited({field: values("old secret", "new secret")}))[0]


def test_somebody_new_had_no_value_before():
    assert told(entry("create", changes={"nombre": values(None, "Eva")})) == ["Name: Eva"]


def test_what_is_not_told_of_somebody_new_was_added():
    assert told(entry("create", changes={"patologia": {}})) == ["Condition: added"]


def test_film_of_a_removed_comment_did_not_change():
    assert told(entry("moderate", changes={"movie": values(None, "Up")})) == ["Film: Up"]


def test_birth_date_is_the_stored_day_in_every_time_zone(settings):
    settings.TIME_ZONE = "America/Mexico_City"
    born = datetime(1990, 5, 4, tzinfo=UTC)
    assert "4 May 1990" in told(edited({"fecha_nacimiento": values(None, born)}))[0]


def test_every_change_has_its_sentence():
    changes = {"nombre": values("a", "b"), "email": values("c", "d"), "patologia": {}}
    assert len(told(edited(changes))) == 3


def test_entry_without_changes_has_no_sentence():
    assert told(edited({})) == []


def test_changed_contacts_are_not_told_twice():
    assert told(entry("contacts", changes={"contactos": {}})) == []
