"""A client's own page."""

from datetime import UTC, datetime

import pytest

from conftest import logged_in
from tests.mothers import a_client, a_technician, an_administrator


def me(**fields):
    return logged_in(a_client(**fields)).get("/me/")


def test_client_sees_their_data():
    page = me(
        nombre="Ana", patologia="Afasia", fecha_nacimiento=datetime(1980, 5, 1, tzinfo=UTC)
    ).content.decode()
    assert all(part in page for part in ("Ana", "Afasia", "1980"))


def test_client_sees_their_contacts():
    page = me(contactos=[{"nombre": "Eva", "telefono": "+34 600 000 000"}]).content.decode()
    assert "Eva" in page
    assert "+34 600 000 000" in page


def test_client_sees_name_and_email_of_their_technician():
    a_technician(nombre="Tomás Ruiz", email="tomas@example.org")
    page = me(parent="tomas@example.org").content.decode()
    assert "Tomás Ruiz" in page
    assert "mailto:tomas@example.org" in page


@pytest.mark.parametrize("parent", [None, "", "gone@example.org", 7])
def test_client_without_a_technician_gets_the_page(parent):
    response = me(parent=parent)
    assert response.status_code == 200
    assert response.context["technician"] is None


def test_parent_who_is_no_technician_is_not_shown():
    an_administrator(email="admin@example.org")
    assert me(parent="admin@example.org").context["technician"] is None


def test_nothing_of_the_technician_but_name_and_email_is_fetched():
    a_technician(email="tomas@example.org", preferences={"language": "en"})
    technician = me(parent="tomas@example.org").context["technician"]
    assert technician.password == ""
    assert technician.preferences == {}


def test_contact_of_another_shape_is_shown():
    assert "Eva" in me(contactos=["Eva", None, {"telefono": 7}]).content.decode()
