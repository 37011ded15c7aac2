"""A client's own page, and their home."""

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


def test_contact_is_called_by_one_press():
    page = me(contactos=[{"nombre": "Eva", "telefono": "+34 600 000 000"}]).content.decode()
    assert 'href="tel:+34600000000"' in page


def test_contact_without_a_telephone_is_not_called():
    assert "tel:" not in me(contactos=[{"nombre": "Eva"}]).content.decode()


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


# Home


def home(**fields):
    return logged_in(a_client(**fields)).get("/")


@pytest.mark.parametrize("page", [home, me])
def test_who_is_to_be_called_first_stands_first(page):
    contacts = [{"nombre": "Luis"}, {"nombre": "Eva", "principal": True}, {"nombre": "Ada"}]
    shown = page(contactos=contacts).text
    assert shown.index("Eva") < shown.index("Luis") < shown.index("Ada")


def test_links_of_who_is_called_first_lead_to_their_own_place():
    page = me(contactos=[{"nombre": "Luis"}, {"nombre": "Eva", "principal": True}]).text
    assert page.index("/contacts/1/edit/") < page.index("/contacts/0/edit/")


def test_home_has_the_technician():
    a_technician(nombre="Tomás Ruiz", email="tomas@example.org")
    assert "mailto:tomas@example.org" in home(parent="tomas@example.org").content.decode()


def test_home_changes_no_contacts():
    page = home(contactos=[{"nombre": "Eva"}]).content.decode()
    assert "/contacts/0/" not in page


def test_client_without_contacts_is_led_to_the_first_one():
    assert 'href="/profile/contacts/create/"' in home().content.decode()


@pytest.mark.parametrize("odd", ["Eva", None, {"telefono": 7}, {"nombre": ["a"], "email": {}}])
def test_home_shows_a_contact_of_another_shape(odd):
    assert home(contactos=[odd]).status_code == 200


@pytest.mark.parametrize("path", ["/", "/me/"])
def test_mail_goes_to_the_technician_alone(path):
    technician = a_technician(email="ana?cc=eva&x@example.org")
    page = logged_in(a_client(parent=technician.email)).get(path).text
    assert 'href="mailto:ana%3Fcc%3Deva%26x@example.org"' in page
