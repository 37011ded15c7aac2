"""/users/<id>/: what an administrator sees of one user."""

from datetime import UTC, datetime

import pytest
from bson import ObjectId

from accounts import audit
from accounts.audit import Action, Actor, entry
from conftest import logged_in
from tests.mothers import a_client, a_technician, stored


def seen(caller, user):
    return caller.get(f"/users/{user.pk}/").context["detail"]


def note(target, **fields):
    by = Actor("Eva Gil", "eva@example.org", ObjectId(), "192.0.2.7")
    told = {"_id": target.pk, "email": target.email, "nombre": target.nombre}
    audit.entries.insert_one({**entry(by, Action.EDIT, told), **fields})


def test_administrator_sees_the_clients_data(admin):
    born = datetime(1990, 5, 4, tzinfo=UTC)
    user = a_client(nombre="Ana Núñez", patologia="Disartria", sexo="M", fecha_nacimiento=born)
    page = admin.get(f"/users/{user.pk}/").content.decode()
    for text in ("Ana Núñez", user.email, "Disartria"):
        assert text in page


@pytest.mark.parametrize("patologia", [None, ""])
def test_condition_that_nobody_wrote_is_a_dash(admin, patologia):
    page = admin.get(f"/users/{a_client(patologia=patologia).pk}/").text
    assert "<dt>Patología</dt><dd>—</dd>" in page


def test_history_says_what_was_changed(admin):
    user = a_client()
    note(user, changes={"nombre": {"old": "Ana", "new": "Ana Núñez"}})
    page = admin.get(f"/users/{user.pk}/", headers={"Accept-Language": "en"}).text
    history = page[page.index('<ul class="history">') :]
    assert "Ana Núñez" in history[: history.index("</ul>")]


def test_contacts_are_shown(admin):
    user = a_client(contactos=[{"nombre": "Luz Mar", "telefono": "600 000 000"}])
    page = admin.get(f"/users/{user.pk}/").content.decode()
    assert "Luz Mar" in page
    assert "600 000 000" in page
    assert '<span class="is-sr-only"> Luz Mar</span>' not in page  # only their people change them


def test_client_has_a_link_to_their_technician(admin):
    technician = a_technician(email="tomas@example.org")
    user = a_client(parent="Tomas@example.org")
    assert seen(admin, user).technician == technician
    assert f'href="/users/{technician.pk}/"' in admin.get(f"/users/{user.pk}/").content.decode()


def test_parent_who_is_no_technician_is_shown_as_an_email(admin):
    a_client(email="other@example.org")
    user = a_client(parent="other@example.org")
    assert seen(admin, user).technician is None
    assert b"other@example.org" in admin.get(f"/users/{user.pk}/").content


def test_technician_has_a_number_of_clients(admin):
    technician = a_technician(email="tomas@example.org")
    for _n in range(3):
        a_client(parent="tomas@example.org")
    a_client()
    assert seen(admin, technician).clients == 3


def test_client_without_a_technician_belongs_to_no_technician_without_an_email(admin):
    technician = stored(nombre="No mail", rol="Técnico")
    user = a_client()
    assert seen(admin, user).technician is None
    assert seen(admin, technician).clients == 0


@pytest.mark.parametrize("name", ["technicians", "technician", "clients", "sessions", "history"])
def test_field_of_others_is_not_taken_for_what_is_computed(admin, name):
    user = stored(nombre="Ana", rol="Cliente", **{name: 5})
    assert seen(admin, user).user == user


def test_only_technicians_have_clients(admin):
    user = a_client(email="odd@example.org")
    a_client(parent="odd@example.org")
    assert seen(admin, user).clients == 0


def test_client_with_a_list_of_technicians_is_nobodys(admin):
    technician = a_technician(email="tomas@example.org")
    a_client(parent=["tomas@example.org"])
    assert seen(admin, technician).clients == 0


def test_open_sessions_are_counted(admin):
    user = a_client()
    logged_in(user)
    assert (seen(admin, user).sessions, seen(admin, admin.user).sessions) == (1, 1)


def test_history_is_newest_first(admin):
    user = a_client()
    for day in (1, 3, 2):
        note(user, at=datetime(2026, 1, day, tzinfo=UTC))
    assert [each["at"].day for each in seen(admin, user).history] == [3, 2, 1]


def test_history_is_the_users_own(admin):
    user, other = a_client(), a_client()
    note(other)
    assert seen(admin, user).history == []


def test_history_shows_the_last_twenty(admin):
    user = a_client()
    for day in range(1, 26):
        note(user, at=datetime(2026, 1, day, tzinfo=UTC))
    history = seen(admin, user).history
    assert (len(history), history[-1]["at"].day) == (20, 6)


def test_history_says_who_and_from_where(admin):
    user = a_client()
    note(user)
    page = admin.get(f"/users/{user.pk}/").content.decode()
    assert "Eva Gil" in page
    assert "192.0.2.7" in page


@pytest.mark.parametrize("role", ["tecnico", "cliente"])
@pytest.mark.parametrize("page", ["", "edit/", "delete/", "password/"])
def test_nobody_else_opens_a_users_pages(request, role, page):
    user = a_client()
    assert request.getfixturevalue(role).get(f"/users/{user.pk}/{page}").status_code == 403


@pytest.mark.parametrize("page", ["", "edit/", "delete/", "password/"])
def test_user_who_does_not_exist_is_not_found(admin, page):
    assert admin.get(f"/users/{ObjectId()}/{page}").status_code == 404


@pytest.mark.parametrize("user_id", ["1", "abc", "f" * 23, "f" * 25, "g" * 24, "F" * 24, "$ne"])
@pytest.mark.parametrize("page", ["", "edit/", "delete/", "password/"])
def test_id_that_is_none_is_not_found(admin, user_id, page):
    assert admin.get(f"/users/{user_id}/{page}").status_code == 404


def test_hash_is_not_on_the_page(admin):
    user = a_client()
    assert user.password not in admin.get(f"/users/{user.pk}/").content.decode()


def test_page_is_read_only(admin):
    assert admin.post(f"/users/{a_client().pk}/").status_code == 405


def test_number_of_clients_leads_to_them(admin):
    technician = a_technician(email="eva+uno@example.org")
    a_client(parent=technician.email)
    page = admin.get(f"/users/{technician.pk}/").text
    assert 'href="/users/?parent=eva%2Buno%40example.org"' in page


def test_technician_who_is_not_active_is_told_as_such(admin):
    client = a_client(parent=a_technician(estado="suspendido").email)
    page = admin.get(f"/users/{client.pk}/", headers={"accept-language": "en"}).text
    assert "Suspended" in page
