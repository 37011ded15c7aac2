"""Entries of the audit log in words."""

from datetime import UTC, datetime

import pytest
from django.utils import translation

from accounts.templatetags.history import action_words, told


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def values(old, new) -> dict:
    return {"old": old, "new": new}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"nombre": values("Ana", "Eva")}, "Name: Ana → Eva"),
        ({"nombre": values(None, "Eva")}, "Name: Eva"),
        ({"parent": values("eva@example.org", None)}, "Technician: eva@example.org → —"),
        ({"sexo": values("", "M")}, "Sex: — → Woman"),
        ({"rol": values("Técnico", "Cliente")}, "Role: Technician → Client"),
        ({"estado": values("activo", "suspendido")}, "State: Active → Suspended"),
        ({"rol": values("Jefe", ["x"])}, "Role: Jefe → ['x']"),
        ({"extra": values(1, 2)}, "extra: 1 → 2"),
        ({"patologia": {}}, "Condition: changed"),
        ({"contactos": {}}, "Contacts: changed"),
    ],
    ids=str,
)
def test_change_is_a_sentence(changes, sentence):
    assert told(changes) == [sentence]


def test_birth_date_is_the_stored_day_in_every_time_zone(settings):
    settings.TIME_ZONE = "America/Mexico_City"
    born = datetime(1990, 5, 4, tzinfo=UTC)
    assert "05/04/1990" in told({"fecha_nacimiento": values(None, born)})[0]


def test_every_change_has_its_sentence():
    assert len(told({"nombre": values("a", "b"), "email": values("c", "d"), "patologia": {}})) == 3


def test_entry_without_changes_has_no_sentence():
    assert told({}) == []


def test_action_is_in_words():
    assert action_words("delete") == "deleted"


def test_action_of_another_program_is_shown_as_it_is():
    assert action_words("frobnicate") == "frobnicate"
