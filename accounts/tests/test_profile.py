"""What everybody sees and changes of their own data."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.hashers import check_password

from accounts import audit
from accounts.users import by_email, users
from conftest import logged_in
from mflix.tests.mothers import a_comment, a_movie
from tests.mothers import PASSWORD, a_client, a_document, a_technician, document_of, stored

ROLES = ["cliente", "tecnico", "admin"]
NEW = "another good passphrase"


@pytest.fixture(params=ROLES)
def anyone(request):
    return request.getfixturevalue(request.param)


def edit(browser, **changes):
    user = browser.user
    return browser.post("/profile/edit/", {"nombre": user.nombre, "email": user.email, **changes})


def change_password(browser, old=PASSWORD, new=NEW, again=None):
    fields = {"old_password": old, "new_password1": new, "new_password2": again or new}
    return browser.post("/profile/password/", fields)


# An email that somebody else had


@pytest.fixture(params=["comment", "client"])
def left(request):
    """An email that nobody has, under which somebody left something."""
    if request.param == "comment":
        a_comment(a_movie(), email="gone@example.org")
    else:
        a_client(parent="Gone@example.org")
    return "gone@example.org"


def test_nobody_takes_over_what_is_left_under_an_email(anyone, left):
    response = edit(anyone, email=left, password=PASSWORD)
    assert set(response.context["form"].errors) == {"email"}
    assert document_of(anyone.user)["email"] == anyone.user.email


def test_technician_gives_a_client_no_email_that_others_wrote_under(tecnico, left):
    client = a_client(parent=tecnico.user.email)
    fields = {"nombre": client.nombre, "email": left}
    response = tecnico.post(f"/clients/{client.pk}/edit/", fields)
    assert set(response.context["form"].errors) == {"email"}


def test_technician_adds_no_client_with_an_email_that_others_wrote_under(tecnico, left):
    fields = {"nombre": "Ana", "email": left, "password": NEW}
    response = tecnico.post("/clients/create/", fields)
    assert set(response.context["form"].errors) == {"email"}
    assert not users.find_one({"email": left})


@pytest.mark.parametrize("role", ["Cliente", "Técnico"])
def test_who_is_stored_with_capitals_has_left_nothing_to_others(tecnico, role):
    user = stored(**a_document(email="Ana@Example.org", rol=role, parent=tecnico.user.email))
    a_comment(a_movie(), email="ana@example.org")
    a_client(parent="ana@example.org")
    browser = logged_in(user)
    assert edit(browser, nombre="Ana María").status_code == 302
    if role == "Cliente":
        users.update_one({"_id": user.pk}, {"$set": {"email": "Ana@Example.org"}})
        fields = {"nombre": "Ana", "email": "Ana@Example.org", "patologia": "Disartria"}
        assert tecnico.post(f"/clients/{user.pk}/edit/", fields).status_code == 302


def test_administrator_gives_it_to_whom_it_belongs(admin, left):
    client = a_client()
    fields = {"nombre": "Ana", "email": left, "rol": "Cliente", "estado": "activo"}
    assert admin.post(f"/users/{client.pk}/edit/", fields).status_code == 302
    assert document_of(client)["email"] == left


def test_emails_can_not_be_tried_without_end(anyone):
    a_client(email="taken@example.org")
    statuses = [
        edit(anyone, email="taken@example.org", password=PASSWORD).status_code for _ in range(11)
    ]
    assert statuses == [200] * 10 + [429]


def test_administrator_adds_somebody_who_comes_back(admin, left):
    fields = {"nombre": "Ana", "email": left, "rol": "Cliente", "password": NEW}
    assert admin.post("/users/create/", fields).status_code == 302
    assert by_email(left)


# Seeing


def test_profile_shows_name_and_email(anyone):
    page = anyone.get("/profile/").content.decode()
    assert anyone.user.nombre in page
    assert anyone.user.email in page


def test_profile_leads_to_ones_data_and_the_way_out(anyone):
    page = anyone.get("/profile/").content.decode()
    for path in ("/profile/edit/", "/profile/data/", "/profile/delete/"):
        assert f'href="{path}"' in page


def test_client_sees_their_own_health_data():
    browser = logged_in(
        a_client(patologia="Afasia de Broca", fecha_nacimiento=datetime(1980, 5, 1, tzinfo=UTC))
    )
    page = browser.get("/profile/").content.decode()
    assert "Afasia de Broca" in page
    assert "1980" in page


def test_name_is_shown_as_text_not_as_html():
    browser = logged_in(a_client(nombre="<script>alert(1)</script>"))
    page = browser.get("/profile/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_document_with_next_to_nothing_is_shown_and_edited():
    browser = logged_in(stored(email="ana@example.org", password="x", rol="Cliente"))
    assert browser.get("/profile/").status_code == 200
    assert edit(browser, nombre="Ana").status_code == 302
    assert document_of(browser.user)["nombre"] == "Ana"


def test_document_with_wrong_types_is_shown_and_edited():
    mistyped = {
        "nombre": 7,
        "sexo": [],
        "fecha_nacimiento": "1980-01-01",
        "patologia": {"a": 1},
        "contactos": "Eva",
        "preferences": [1],
        "ultimo_acceso": "yesterday",
        "accesos": "many",
    }
    browser = logged_in(stored(**a_document() | mistyped))
    assert [browser.get(path).status_code for path in ("/profile/", "/me/")] == [200, 200]
    assert edit(browser, nombre="Ana").status_code == 302


@pytest.mark.parametrize("role", ["admin", "tecnico"])
def test_only_clients_are_shown_a_condition(request, role):
    page = request.getfixturevalue(role).get("/profile/", headers={"accept-language": "en"}).text
    assert "<dt>Condition</dt>" not in page


# Editing


def test_everybody_changes_their_name(anyone):
    assert edit(anyone, nombre="New Name").headers["Location"] == "/profile/"
    assert document_of(anyone.user)["nombre"] == "New Name"


@pytest.mark.parametrize(
    ("role", "fields"),
    [
        ("admin", {"nombre", "email"}),
        ("tecnico", {"nombre", "email"}),
        ("cliente", {"nombre", "email", "sexo", "fecha_nacimiento", "patologia"}),
    ],
)
def test_form_offers_what_the_role_may_edit(request, role, fields):
    form = request.getfixturevalue(role).get("/profile/edit/").context["form"]
    assert set(form.fields) == fields | {"version", "password"}


def test_browser_may_fill_in_what_is_about_oneself(cliente):
    form = cliente.get("/profile/edit/").context["form"]
    tokens = {name: form.fields[name].widget.attrs["autocomplete"] for name in ("nombre", "email")}
    assert tokens == {"nombre": "name", "email": "email"}


def test_client_changes_their_own_data(cliente):
    edit(cliente, sexo="X", fecha_nacimiento="1990-02-28", patologia="Disartria")
    doc = document_of(cliente.user)
    assert (doc["sexo"], doc["patologia"]) == ("X", "Disartria")
    assert doc["fecha_nacimiento"] == datetime(1990, 2, 28, tzinfo=UTC)


@pytest.mark.parametrize("role", ["tecnico", "admin"])
def test_staff_get_no_client_fields(request, role):
    browser = request.getfixturevalue(role)
    edit(browser, patologia="Disartria")
    assert "patologia" not in document_of(browser.user)


@pytest.mark.parametrize(
    "forbidden", [{"rol": "Administrador"}, {"estado": "inactivo"}, {"parent": "x@x.org"}]
)
def test_nobody_edits_their_role_state_or_technician(anyone, forbidden):
    before = document_of(anyone.user)
    edit(anyone, nombre="New", **forbidden)
    now = document_of(anyone.user)
    assert all(now[field] == before[field] for field in ("rol", "estado", "parent"))


def test_new_email_needs_the_password(anyone):
    response = edit(anyone, email="new@example.org")
    assert set(response.context["form"].errors) == {"password"}
    assert document_of(anyone.user)["email"] == anyone.user.email


def test_new_email_needs_the_right_password(anyone):
    response = edit(anyone, email="new@example.org", password="wrong")
    assert set(response.context["form"].errors) == {"password"}
    assert document_of(anyone.user)["email"] == anyone.user.email


def test_new_email_with_the_password_is_stored_in_lower_case(anyone):
    edit(anyone, email="New@Example.org", password=PASSWORD)
    assert document_of(anyone.user)["email"] == "new@example.org"


def test_taken_email_is_a_sentence_at_the_field(anyone):
    a_client(email="taken@example.org")
    response = edit(anyone, email="Taken@example.org", password=PASSWORD)
    assert set(response.context["form"].errors) == {"email"}


def test_technicians_clients_follow_the_new_email(tecnico, cliente):
    edit(tecnico, email="new@example.org", password=PASSWORD)
    assert document_of(cliente.user)["parent"] == "new@example.org"


def test_what_an_administrator_changed_meanwhile_is_shown_not_overwritten(cliente):
    version = cliente.get("/profile/edit/").context["form"]["version"].value()
    users.update_one({"_id": cliente.user.pk}, {"$set": {"nombre": "By the centre"}})
    response = edit(cliente, nombre="By myself", version=version)
    assert response.status_code == 200
    assert "nombre" in response.context["form"].errors
    assert document_of(cliente.user)["nombre"] == "By the centre"


def test_change_is_in_the_audit_log(anyone):
    edit(anyone, nombre="New Name")
    entry = audit.entries.find_one()
    assert entry["actor"]["_id"] == entry["target"]["_id"] == anyone.user.pk
    assert entry["changes"] == {"nombre": {"old": anyone.user.nombre, "new": "New Name"}}


def test_of_health_data_the_audit_log_holds_only_that_it_changed(cliente):
    edit(cliente, patologia="Disartria")
    assert audit.entries.find_one()["changes"]["patologia"] == {}


@pytest.mark.parametrize(
    "born", ["1899-12-31", "2999-01-01", "31/31/2000", "nonsense", "0000-00-00"]
)
def test_impossible_birth_date_is_a_sentence(cliente, born):
    response = edit(cliente, fecha_nacimiento=born)
    assert set(response.context["form"].errors) == {"fecha_nacimiento"}


@pytest.mark.parametrize("born", ["1900-01-01", datetime.now(UTC).date().isoformat(), ""])
def test_possible_birth_date_is_stored(cliente, born):
    assert edit(cliente, fecha_nacimiento=born).status_code == 302


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("nombre", ""),
        ("nombre", "x" * 151),
        ("nombre", "a\x07b"),
        ("nombre", "a\tb"),
        ("email", "nonsense"),
        ("email", "a" * 250 + "@example.org"),
        ("sexo", "Z"),
        ("patologia", "x" * 2001),
        ("patologia", "a\x00b"),
    ],
)
def test_bad_value_is_a_sentence_at_its_field(cliente, field, value):
    assert field in edit(cliente, **{field: value}).context["form"].errors


@pytest.mark.parametrize("text", ["\U0001f600", "שלום", "$set", "{'$gt': ''}", "<i>x</i>", "a.b"])
def test_odd_text_is_stored_as_typed(cliente, text):
    edit(cliente, nombre=text, patologia=text)
    doc = document_of(cliente.user)
    assert (doc["nombre"], doc["patologia"]) == (text, text)


def test_ten_megabytes_in_a_field_are_refused(cliente):
    assert edit(cliente, patologia="x" * 10_000_000).status_code == 413


def test_user_who_is_deleted_while_saving_gets_404(cliente, monkeypatch):
    from accounts import lifecycle as module

    original = module.update

    def deleted_first(*args, **kwargs):
        users.delete_one({"_id": cliente.user.pk})
        return original(*args, **kwargs)

    monkeypatch.setattr(module, "update", deleted_first)
    assert edit(cliente, nombre="New").status_code == 404


# The password


@pytest.mark.parametrize("path", ["/profile/password/", "/profile/delete/"])
def test_password_managers_learn_whose_password_it_is(cliente, path):
    username = f'value="{cliente.user.email}" autocomplete="username" hidden'
    assert username in cliente.get(path).content.decode()


def test_password_is_changed(anyone):
    assert change_password(anyone).headers["Location"] == "/profile/"
    assert check_password(NEW, document_of(anyone.user)["password"])


def test_changed_password_is_a_change_of_the_user(cliente):
    change_password(cliente)
    assert document_of(cliente.user)["modificado"] > cliente.user.modificado


def test_old_password_has_to_be_right(anyone):
    response = change_password(anyone, old="wrong")
    assert set(response.context["form"].errors) == {"old_password"}
    assert check_password(PASSWORD, document_of(anyone.user)["password"])


def test_new_passwords_have_to_be_equal(cliente):
    response = change_password(cliente, again="something else")
    assert set(response.context["form"].errors) == {"new_password2"}


@pytest.mark.parametrize("new", ["short", "12345678901", "password123"])
def test_new_password_has_to_be_strong(cliente, new):
    assert set(change_password(cliente, new=new).context["form"].errors) == {"new_password1"}


def test_new_password_must_not_be_like_the_email():
    browser = logged_in(a_technician(email="rosalinda@example.org"))
    assert change_password(browser, new="rosalinda@example").status_code == 200


def test_legacy_password_is_changed_to_argon2(cliente):
    change_password(cliente)
    assert document_of(cliente.user)["password"].startswith("argon2$")


def test_password_change_is_in_the_audit_log_without_the_password(cliente):
    change_password(cliente)
    entry = audit.entries.find_one()
    assert entry["action"] == "password"
    assert entry["changes"] == {}
    assert "argon2" not in str(entry)


def test_passwords_are_not_sent_back(cliente):
    page = change_password(cliente, old="wrong secret", new="a new secret").content.decode()
    assert "wrong secret" not in page
    assert "a new secret" not in page
