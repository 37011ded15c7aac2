"""The user as an inert value."""

from datetime import UTC, date, datetime

import pytest
from bson import ObjectId
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import ObjectIdField, User, birthday
from tests.mothers import PASSWORD, a_document


def user(**fields) -> User:
    return User.from_document({"_id": ObjectId(), **fields})


@pytest.mark.parametrize("refused", ["save", "delete"])
def test_user_stores_nothing_by_itself(refused):
    with pytest.raises(NotImplementedError):
        getattr(user(), refused)()


def test_user_of_an_empty_document_is_harmless():
    found = user()
    assert (found.email, found.nombre, found.rol, found.parent) == ("", "", "", None)
    assert (found.contactos, found.preferences, found.accesos) == ([], {}, 0)


@pytest.mark.parametrize(
    ("stored", "read"), [(3, 3), (3.0, 3), (float("nan"), 0), (float("inf"), 0), (True, 0)]
)
def test_logins_are_counted_by_any_number(stored, read):
    assert user(accesos=stored).accesos == read


def test_missing_state_is_active():
    assert user().is_active
    assert user(estado=None).is_active


@pytest.mark.parametrize("estado", ["inactivo", "suspendido", "nonsense", 7, ["activo"]])
def test_any_other_state_is_not_active(estado):
    assert not user(estado=estado).is_active


@pytest.mark.parametrize(
    ("rol", "role"),
    [("Administrador", "administrator"), ("Técnico", "technician"), ("Cliente", "client")],
)
def test_user_has_exactly_their_role(rol, role):
    found = user(rol=rol)
    roles = ("administrator", "technician", "client")
    assert [each for each in roles if getattr(found, f"is_{each}")] == [role]


@pytest.mark.parametrize("rol", [None, "administrador", 1, ["Administrador"], {"$ne": 1}])
def test_role_that_is_none_gives_no_rights(rol):
    found = user(rol=rol)
    assert not any([found.is_administrator, found.is_technician, found.is_client])


def test_user_is_called_by_name_else_by_email():
    assert str(user(nombre="Ana", email="ana@example.org")) == "Ana"
    assert str(user(email="ana@example.org")) == "ana@example.org"


def test_age_is_in_full_years():
    today = timezone.localdate()
    assert user(fecha_nacimiento=datetime(today.year - 30, 1, 1, tzinfo=UTC)).age == 30
    assert user().age is None


def test_age_changes_on_the_birthday(monkeypatch):
    leap_child = User(fecha_nacimiento=date(2004, 2, 29))
    ages = []
    for now in (datetime(2026, 2, 28, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)):
        monkeypatch.setattr(timezone, "now", lambda now=now: now)
        ages.append(leap_child.age)
    assert ages == [21, 22]


def test_birthday_begins_where_the_centre_is(monkeypatch):
    in_madrid = datetime(2001, 6, 5, 0, 30, tzinfo=timezone.get_default_timezone())
    monkeypatch.setattr(timezone, "now", lambda: in_madrid.astimezone(UTC))
    assert User(fecha_nacimiento=date(1981, 6, 5)).age == 20
    assert User(fecha_nacimiento=date(2001, 6, 5)).age == 0


def test_contacts_of_another_type_become_readable():
    assert user(contactos=["Eva", {"nombre": "Luis"}]).contactos == [
        {"nombre": "Eva"},
        {"nombre": "Luis"},
    ]
    assert user(contactos="Eva").contactos == []


def test_session_hash_changes_with_password_and_role():
    doc = a_document()
    hashes = {
        User.from_document(doc | change).get_session_auth_hash()
        for change in ({}, {"password": "argon2$other"}, {"rol": "Técnico"})
    }
    assert len(hashes) == 3


def test_session_hash_stays_otherwise():
    doc = a_document()
    renamed = User.from_document(doc | {"nombre": "Eva", "estado": "suspendido"})
    assert renamed.get_session_auth_hash() == User.from_document(doc).get_session_auth_hash()


def test_password_is_checked_without_storing():
    found = User.from_document(a_document())
    assert found.check_password(PASSWORD)
    assert not found.check_password("wrong")


def test_id_survives_its_text():
    field, doc = ObjectIdField(name="_id"), a_document()
    field.set_attributes_from_name("_id")
    assert field.to_python(field.value_to_string(User.from_document(doc))) == doc["_id"]


@pytest.mark.parametrize("value", ["", "nonsense", 7, "g" * 24])
def test_what_is_no_id_is_refused(value):
    with pytest.raises(ValidationError):
        ObjectIdField().to_python(value)


def test_birthday_is_midnight_in_utc():
    assert birthday(date(1980, 5, 1)) == datetime(1980, 5, 1, tzinfo=UTC)
    assert birthday(None) is None
