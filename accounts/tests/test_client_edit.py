"""A technician adds, sees, edits and deletes their own clients; others' do not exist."""

import threading
from datetime import UTC, datetime

import pytest
from bson import ObjectId
from django.core import mail
from django.utils.html import strip_tags

from accounts import audit
from accounts import lifecycle as module
from accounts.users import users
from conftest import logged_in
from mflix.tests.mothers import a_comment, a_movie
from tests.mothers import PASSWORD, a_client, a_technician, document_of

FIELDS = {"nombre": "Ana", "email": "ana@example.org", "password": "a good passphrase"}


@pytest.fixture
def client(tecnico):
    return a_client(nombre="Ana", parent=tecnico.user.email)


@pytest.fixture(params=["another's", "nobody's", "no client", "nobody"])
def not_own(request, tecnico):
    """An id with which this technician has nothing to do."""
    make = {
        "another's": lambda: a_client(parent=a_technician().email).pk,
        "nobody's": lambda: a_client().pk,
        "no client": lambda: a_technician(parent=tecnico.user.email).pk,
        "nobody": ObjectId,
    }
    return make[request.param]()


def add(browser, **changes):
    return browser.post("/clients/create/", FIELDS | changes)


def edit(browser, user, **changes):
    fields = {"nombre": user.nombre, "email": user.email, **changes}
    return browser.post(f"/clients/{user.pk}/edit/", fields)


def added() -> dict:
    return users.find_one({"email": "ana@example.org"})


# Adding


def test_added_client_belongs_to_the_technician(tecnico):
    add(tecnico, sexo="M", fecha_nacimiento="1980-05-01", patologia="Afasia")
    doc = added()
    assert (doc["rol"], doc["parent"], doc["estado"]) == ("Cliente", tecnico.user.email, "activo")
    assert (doc["sexo"], doc["fecha_nacimiento"]) == ("M", datetime(1980, 5, 1, tzinfo=UTC))


def test_technician_is_led_to_the_added_client(tecnico):
    assert add(tecnico).headers["Location"] == f"/clients/{added()['_id']}/"


@pytest.mark.parametrize(
    "forged", [{"parent": "other@example.org"}, {"rol": "Administrador"}, {"estado": "inactivo"}]
)
def test_technician_can_not_choose_role_state_or_technician(tecnico, forged):
    a_technician(email="other@example.org")
    add(tecnico, **forged)
    doc = added()
    assert (doc["rol"], doc["parent"], doc["estado"]) == ("Cliente", tecnico.user.email, "activo")


def test_browser_fills_in_nothing_about_somebody_else(tecnico):
    form = tecnico.get("/clients/create/").context["form"]
    tokens = {name: form.fields[name].widget.attrs["autocomplete"] for name in ("nombre", "email")}
    assert tokens == {"nombre": "off", "email": "off"}


def test_added_client_logs_in(tecnico, anonymous):
    add(tecnico)
    login = {"email": "ana@example.org", "password": FIELDS["password"]}
    assert anonymous.post("/login/", login).status_code == 302


def test_client_without_a_password_is_invited(tecnico, anonymous):
    add(tecnico, password="")
    assert [message.to for message in mail.outbox] == [["ana@example.org"]]
    assert "/password/set/" in mail.outbox[0].body


def test_client_with_a_password_is_not_invited(tecnico):
    add(tecnico)
    assert mail.outbox == []


def test_client_is_added_also_when_the_invitation_can_not_be_sent(tecnico, monkeypatch):
    def fail(*args, **kwargs):
        raise OSError

    monkeypatch.setattr("accounts.mail.send_mail", fail)
    assert add(tecnico, password="").status_code == 302
    assert added()


def test_password_like_the_email_is_a_sentence(tecnico):
    response = add(tecnico, password="ana@example.org")
    assert set(response.context["form"].errors) == {"password"}


@pytest.mark.parametrize("email", ["taken@example.org", " TAKEN@example.org"])
def test_taken_email_is_a_sentence_at_the_field(tecnico, email):
    a_client(email="taken@example.org")
    assert set(add(tecnico, email=email).context["form"].errors) == {"email"}


def test_form_sent_twice_adds_one_client(tecnico):
    new_id = tecnico.get("/clients/create/").context["form"]["id"].value()
    places = {add(tecnico, id=str(new_id)).headers["Location"] for _ in range(2)}
    assert places == {f"/clients/{new_id}/"}


def test_technician_who_was_suspended_meanwhile_adds_nobody(tecnico, monkeypatch):
    original = module.create

    def suspended_first(*args, **kwargs):
        users.update_one({"_id": tecnico.user.pk}, {"$set": {"estado": "suspendido"}})
        return original(*args, **kwargs)

    monkeypatch.setattr(module, "create", suspended_first)
    assert add(tecnico).context["form"].non_field_errors()
    assert added() is None


def test_adding_is_in_the_audit_log(tecnico):
    add(tecnico)
    entry = audit.entries.find_one()
    assert (entry["action"], entry["actor"]["_id"]) == ("create", tecnico.user.pk)
    assert entry["target"]["email"] == "ana@example.org"


# Seeing


def test_technician_sees_their_client(tecnico):
    client = a_client(
        parent=tecnico.user.email, patologia="Afasia", contactos=[{"nombre": "Eva Luna"}]
    )
    page = tecnico.get(f"/clients/{client.pk}/").content.decode()
    assert "Afasia" in page
    assert "Eva Luna" in page


def test_technician_sees_who_changed_their_client(tecnico, client):
    edit(tecnico, client, nombre="Eva")
    history = tecnico.get(f"/clients/{client.pk}/").context["history"]
    assert [entry["changes"] for entry in history] == [{"nombre": {"old": "Ana", "new": "Eva"}}]


def test_technician_does_not_see_from_where_it_was_changed(tecnico, client):
    tecnico.post(
        f"/clients/{client.pk}/edit/",
        {"nombre": "Eva", "email": client.email},
        REMOTE_ADDR="203.0.113.7",
    )
    assert "203.0.113.7" not in tecnico.get(f"/clients/{client.pk}/").content.decode()


def test_technician_does_not_see_what_was_changed_of_a_condition(tecnico, client):
    edit(tecnico, client, patologia="an earlier one")
    edit(tecnico, client, patologia="")
    assert "an earlier one" not in tecnico.get(f"/clients/{client.pk}/").content.decode()


def test_technician_sees_no_changes_of_others(tecnico, client, admin):
    admin.post("/profile/edit/", {"nombre": "New", "email": admin.user.email})
    assert tecnico.get(f"/clients/{client.pk}/").context["history"] == []


@pytest.mark.parametrize(
    "path",
    [
        "/clients/{}/",
        "/clients/{}/edit/",
        "/clients/{}/delete/",
        "/clients/{}/contacts/create/",
        "/clients/{}/contacts/0/edit/",
        "/clients/{}/contacts/0/delete/",
    ],
)
def test_who_is_not_their_client_does_not_exist(tecnico, not_own, path):
    found = tecnico.get(path.format(not_own))
    assert found.status_code == 404
    # They differ in what the forms carry unseen: a token, and the address to return to.
    assert strip_tags(found.text) == strip_tags(tecnico.get(path.format(ObjectId())).text)


@pytest.mark.parametrize("path", ["edit/", "delete/", "contacts/create/", "contacts/0/edit/"])
def test_who_is_not_their_client_can_not_be_changed(tecnico, not_own, path):
    before = users.find_one({"_id": not_own})
    fields = {"nombre": "Taken over", "email": "new@example.org"}
    assert tecnico.post(f"/clients/{not_own}/{path}", fields).status_code == 404
    assert users.find_one({"_id": not_own}) == before


@pytest.mark.parametrize("wrong", ["1", "0" * 23, "0" * 25, "g" * 24, "%00", "\U0001f600"])
def test_id_that_is_none_is_404(tecnico, wrong):
    assert tecnico.get(f"/clients/{wrong}/").status_code == 404


# Editing


def test_technician_edits_their_client(tecnico, client):
    edit(tecnico, client, nombre="Eva", sexo="H", fecha_nacimiento="1970-12-31", patologia="x")
    doc = document_of(client)
    assert (doc["nombre"], doc["sexo"], doc["patologia"]) == ("Eva", "H", "x")
    assert doc["fecha_nacimiento"] == datetime(1970, 12, 31, tzinfo=UTC)


def test_form_offers_no_role_state_technician_or_password(tecnico, client):
    form = tecnico.get(f"/clients/{client.pk}/edit/").context["form"]
    shown = {"nombre", "email", "sexo", "fecha_nacimiento", "patologia", "version"}
    assert set(form.fields) == shown


@pytest.mark.parametrize(
    "forged", [{"rol": "Técnico"}, {"estado": "suspendido"}, {"parent": ""}, {"password": "x"}]
)
def test_forged_fields_change_nothing(tecnico, client, forged):
    kept = ("rol", "estado", "parent", "password")
    before = document_of(client)
    edit(tecnico, client, **forged)
    assert [document_of(client)[field] for field in kept] == [before[field] for field in kept]


def test_clients_email_is_changed(tecnico, client):
    edit(tecnico, client, email="New@Example.org")
    assert document_of(client)["email"] == "new@example.org"


def test_email_of_another_user_is_a_sentence(tecnico, client):
    a_client(email="taken@example.org")
    response = edit(tecnico, client, email="taken@example.org")
    assert set(response.context["form"].errors) == {"email"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("nombre", ""),
        ("email", "x"),
        ("sexo", "Z"),
        ("fecha_nacimiento", "2999-01-01"),
        ("fecha_nacimiento", "1899-12-31"),
    ],
)
def test_bad_value_is_a_sentence_and_the_rest_stays_typed(tecnico, client, field, value):
    response = edit(tecnico, client, **{"patologia": "typed text", field: value})
    assert set(response.context["form"].errors) == {field}
    assert "typed text" in response.content.decode()


def test_second_of_two_editors_is_shown_both_and_overwrites_nothing(tecnico, client):
    version = tecnico.get(f"/clients/{client.pk}/edit/").context["form"]["version"].value()
    edit(tecnico, client, nombre="First", version=version)
    response = edit(tecnico, client, nombre="Second", version=version)
    page = response.content.decode()
    assert "First" in page
    assert "Second" in page
    assert document_of(client)["nombre"] == "First"


def test_second_editor_may_insist(tecnico, client):
    version = tecnico.get(f"/clients/{client.pk}/edit/").context["form"]["version"].value()
    edit(tecnico, client, nombre="First", version=version)
    form = edit(tecnico, client, nombre="Second", version=version).context["form"]
    edit(tecnico, client, nombre="Second", version=form["version"].value())
    assert document_of(client)["nombre"] == "Second"


def test_two_editors_at_once_do_not_both_win(tecnico, client):
    version = tecnico.get(f"/clients/{client.pk}/edit/").context["form"]["version"].value()
    browsers = [logged_in(tecnico.user) for _ in range(3)]
    barrier, statuses = threading.Barrier(3), []

    def run(n):
        barrier.wait()
        response = edit(browsers[n], client, nombre=f"Editor {n}", version=version)
        statuses.append(response.status_code)

    threads = [threading.Thread(target=run, args=[n]) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 200, 302]


def test_client_who_changed_technician_while_saving_is_404(tecnico, client, monkeypatch):
    original = module.update

    def moved_first(*args, **kwargs):
        users.update_one({"_id": client.pk}, {"$set": {"parent": None}})
        return original(*args, **kwargs)

    monkeypatch.setattr(module, "update", moved_first)
    assert edit(tecnico, client, nombre="New").status_code == 404
    assert document_of(client)["nombre"] == "Ana"


# Deleting


def test_technician_deletes_their_client(tecnico, client):
    assert tecnico.post(f"/clients/{client.pk}/delete/").headers["Location"] == "/clients/"
    assert document_of(client) is None


def test_looking_at_the_page_deletes_nothing(tecnico, client):
    assert tecnico.get(f"/clients/{client.pk}/delete/").status_code == 200
    assert document_of(client)


def test_page_says_what_the_deletion_does_in_numbers(tecnico):
    client = a_client(parent=tecnico.user.email, contactos=[{"nombre": "Eva"}, {"nombre": "Ada"}])
    a_comment(a_movie(), client)
    logged_in(client)
    page = tecnico.get(f"/clients/{client.pk}/delete/", headers={"accept-language": "en"})
    assert page.context["consequences"] == [
        "The account and all data in it will be deleted for good.",
        "2 contacts will be deleted too.",
        "1 comment on a film will stay, without a name.",
        "1 open session will end.",
    ]


def test_client_who_is_gone_meanwhile_is_404(tecnico, client, monkeypatch):
    original = module.delete

    def gone_first(*args, **kwargs):
        users.delete_one({"_id": client.pk})
        return original(*args, **kwargs)

    monkeypatch.setattr(module, "delete", gone_first)
    assert tecnico.post(f"/clients/{client.pk}/delete/").status_code == 404


def test_deletion_is_in_the_audit_log(tecnico, client):
    tecnico.post(f"/clients/{client.pk}/delete/")
    entry = audit.entries.find_one()
    assert (entry["action"], entry["target"]["_id"]) == ("delete", client.pk)
    assert entry["actor"]["_id"] == tecnico.user.pk


def test_password_of_nobody_is_asked_for_to_edit_a_client(tecnico, client):
    assert edit(tecnico, client, email="new@example.org").status_code == 302
    assert PASSWORD not in str(audit.entries.find_one())
