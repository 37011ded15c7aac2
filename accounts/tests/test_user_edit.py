"""/users/<id>/edit/: an administrator changes a user, and what follows from it."""

from datetime import UTC, date, datetime

import pytest

from accounts import audit, lifecycle, users
from conftest import logged_in
from mflix.comments import comments
from mflix.tests.mothers import a_comment, a_movie
from tests.chaos.forms import posted_by
from tests.mothers import a_client, a_document, a_technician, an_administrator, document_of, stored


def form_of(caller, user):
    return caller.get(f"/users/{user.pk}/edit/").context["form"]


def shown(caller, user) -> dict:
    """What the form would send as it was shown."""
    form = form_of(caller, user)
    sent = {name: form[name].value() for name in form.fields}
    return {name: "" if value is None else value for name, value in sent.items()}


def edit(caller, user, **fields):
    return caller.post(f"/users/{user.pk}/edit/", {**shown(caller, user), **fields})


def errors(response) -> dict:
    return response.context["form"].errors


def changes() -> list[dict]:
    return [entry["changes"] for entry in audit.entries.find({"action": "edit"})]


@pytest.mark.parametrize(
    ("field", "value", "kept"),
    [
        ("nombre", "Eva Gil", "Eva Gil"),
        ("email", " Eva@Example.ORG", "eva@example.org"),
        ("estado", "inactivo", "inactivo"),
        ("rol", "Técnico", "Técnico"),
        ("parent", "tomas@example.org", "tomas@example.org"),
        ("sexo", "X", "X"),
        ("fecha_nacimiento", "1990-05-04", datetime(1990, 5, 4, tzinfo=UTC)),
        ("patologia", "Disartria", "Disartria"),
    ],
)
def test_administrator_changes_each_field(admin, field, value, kept):
    a_technician(email="tomas@example.org")
    user = a_client()
    response = edit(admin, user, **{field: value})
    assert response.headers["Location"] == f"/users/{user.pk}/"
    assert document_of(user)[field] == kept


@pytest.mark.parametrize("role", ["tecnico", "cliente"])
def test_nobody_else_changes_users(request, role):
    caller = request.getfixturevalue(role)
    response = caller.post(f"/users/{caller.user.pk}/edit/", {"rol": "Administrador"})
    assert response.status_code == 403
    assert document_of(caller.user)["rol"] == caller.user.rol


def test_other_fields_stay_as_they_are(admin):
    user = a_client(patologia="", contactos=[{"nombre": "Luz"}], preferences={"a": 1}, extra=1)
    before = document_of(user)
    edit(admin, user, nombre="Eva")
    after = document_of(user)
    assert after.pop("modificado") > before.pop("modificado")
    assert after == {**before, "nombre": "Eva"}


def test_saving_without_a_change_changes_nothing(admin):
    user = a_client(patologia="Disartria", fecha_nacimiento=datetime(1990, 5, 4, tzinfo=UTC))
    before = document_of(user)
    assert edit(admin, user).status_code == 302
    assert document_of(user) == before
    assert changes() == []


def test_field_that_the_form_does_not_have_is_not_stored(admin):
    user = a_client()
    edit(admin, user, password="x", accesos="9", _id="x", lock="x", nombre="Eva")
    doc = document_of(user)
    assert (doc["password"], doc["accesos"], doc["nombre"]) == (user.password, 0, "Eva")


def test_taken_email_is_a_sentence_at_the_field(admin):
    a_client(email="taken@example.org")
    user = a_client()
    assert "email" in errors(edit(admin, user, email="Taken@example.org"))
    assert document_of(user)["email"] == user.email


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("nombre", ""),
        ("nombre", "a\x1bb"),
        ("nombre", "x" * 151),
        ("email", "none"),
        ("rol", "Jefe"),
        ("estado", "muerto"),
        ("parent", "nobody@example.org"),
        ("sexo", "Q"),
        ("fecha_nacimiento", "1899-12-31"),
        ("fecha_nacimiento", "2999-01-01"),
        ("patologia", "x" * 2001),
    ],
)
def test_bad_value_is_a_sentence_at_its_field(admin, field, value):
    user = a_client()
    response = edit(admin, user, **{field: value})
    assert list(errors(response)) == [field]
    assert document_of(user).get(field) != value


def test_technician_who_left_while_the_form_was_open_is_a_sentence(admin, monkeypatch):
    a_technician(email="tomas@example.org")
    user = a_client()
    sent = {**shown(admin, user), "parent": "tomas@example.org"}
    monkeypatch.setattr("accounts.lifecycle._hold_technician", _gone)
    response = admin.post(f"/users/{user.pk}/edit/", sent)
    assert errors(response)["__all__"]
    assert document_of(user)["parent"] is None


def _gone(*args):
    raise lifecycle.NoSuchTechnician


def test_user_who_was_deleted_while_the_form_was_sent_is_not_found(admin, monkeypatch):
    user = a_client()
    sent = shown(admin, user)

    def vanish(*args):
        raise users.NoSuchUser(user.pk)

    monkeypatch.setattr("accounts.lifecycle.fetch", vanish)
    assert admin.post(f"/users/{user.pk}/edit/", sent).status_code == 404


def test_inactive_technician_of_a_client_stays_selectable(admin):
    a_technician(email="off@example.org", estado="inactivo")
    user = a_client(parent="off@example.org")
    edit(admin, user, nombre="Eva")
    assert document_of(user)["parent"] == "off@example.org"


def test_client_who_becomes_something_else_has_no_technician(admin):
    a_technician(email="tomas@example.org")
    user = a_client(parent="tomas@example.org")
    edit(admin, user, rol="Administrador")
    assert document_of(user)["parent"] is None


def test_who_becomes_a_client_has_the_technician_chosen_with_it(admin):
    tomas = a_technician(email="tomas@example.org")
    user = a_technician()
    edit(admin, user, rol="Cliente", parent=tomas.email)
    assert document_of(user)["parent"] == tomas.email


def test_form_says_what_another_role_or_state_does(admin):
    page = admin.get(f"/users/{a_client().pk}/edit/", headers={"accept-language": "en"})
    for sentence in ("Another role logs this person out.", "Any other state logs this person out."):
        assert sentence in page.content.decode()


@pytest.mark.parametrize("make", [a_client, a_technician])
def test_every_field_is_in_a_group(admin, make):
    user = make()
    a_client(parent=user.email)
    form = form_of(admin, user)
    grouped = [field.name for _legend, fields in form.groups for field in fields]
    assert grouped == [field.name for field in form.visible_fields()]


# Sessions


@pytest.mark.parametrize("fields", [{"rol": "Técnico"}, {"estado": "suspendido"}], ids=str)
def test_user_of_another_role_or_state_is_out_at_the_next_request(admin, fields):
    user = a_client()
    theirs = logged_in(user)
    edit(admin, user, **fields)
    assert theirs.get("/profile/").headers["Location"].startswith("/login/")


def test_other_changes_leave_the_user_logged_in(admin):
    user = a_client()
    theirs = logged_in(user)
    edit(admin, user, nombre="Eva", email="eva@example.org")
    assert theirs.get("/profile/").status_code == 200


def test_state_that_was_missing_and_is_saved_as_active_ends_no_session(admin):
    user = stored(nombre="Old", email="old@example.org", rol="Cliente", password="!")
    theirs = logged_in(user)
    edit(admin, user, nombre="New")
    assert theirs.get("/profile/").status_code == 200


# A technician's email and role


def test_technicians_email_changes_at_their_clients_too(admin):
    technician = a_technician(email="old@example.org")
    client, other = a_client(parent="Old@example.org"), a_client(parent="other@example.org")
    edit(admin, technician, email="new@example.org")
    assert document_of(client)["parent"] == "new@example.org"
    assert document_of(other)["parent"] == "other@example.org"


@pytest.mark.parametrize("make", [a_client, a_technician, an_administrator])
def test_everybodys_comments_follow_their_email(admin, make):
    user = make(email="old@example.org")
    comments.insert_many([{"email": "old@example.org"}, {"email": "other@example.org"}])
    edit(admin, user, email="new@example.org")
    assert comments.distinct("email") == ["new@example.org", "other@example.org"]


def test_comments_follow_a_new_name(admin):
    user = a_client(nombre="Before", email="eva@example.org")
    a_comment(a_movie(), user)
    a_comment(a_movie(), name="Other")
    edit(admin, user, nombre="After")
    assert sorted(comments.distinct("name")) == ["After", "Other"]


@pytest.mark.parametrize("email", [None, "", 42, {"$gt": ""}])
def test_comments_of_others_stay_theirs_when_a_user_gets_a_first_email(admin, email):
    user = stored(nombre="Eva", email=email, rol="Técnico")
    client = a_client()
    comments.insert_many([{"text": "no email"}, {"email": "other@example.org"}])
    assert edit(admin, user, email="eva@example.org").status_code == 302
    assert comments.count_documents({"email": "eva@example.org"}) == 0
    assert document_of(client)["parent"] is None


def test_clients_of_nobody_stay_so_when_a_technician_gets_a_first_email(admin):
    technician = stored(nombre="Eva", email="", rol="Técnico")
    client = a_client(parent="")
    edit(admin, technician, email="eva@example.org")
    assert document_of(client)["parent"] == ""


def test_technician_who_becomes_something_else_leaves_the_clients_to_another(admin):
    technician, heir = a_technician(), a_technician()
    client = a_client(parent=technician.email)
    edit(admin, technician, rol="Administrador", clients_to=heir.email)
    assert document_of(client)["parent"] == heir.email


def test_technician_who_becomes_something_else_leaves_clients_unassigned(admin):
    technician = a_technician()
    client = a_client(parent=technician.email)
    edit(admin, technician, rol="Cliente")
    assert document_of(client)["parent"] is None


def test_technician_with_another_role_and_email_at_once_leaves_no_client_behind(admin):
    technician, heir = a_technician(), a_technician()
    client = a_client(parent=technician.email)
    edit(admin, technician, rol="Cliente", email="x@example.org", clients_to=heir.email)
    assert document_of(client)["parent"] == heir.email


def test_the_clients_can_not_go_to_who_leaves(admin):
    technician = a_technician()
    a_client(parent=technician.email)
    offered = form_of(admin, technician).fields["clients_to"].choices
    assert [value for value, _label in offered] == [""]


def test_only_a_technician_with_clients_is_asked_who_takes_them(admin):
    assert "clients_to" not in form_of(admin, a_technician()).fields
    assert "clients_to" not in form_of(admin, a_client()).fields


def test_suspended_technician_keeps_the_clients(admin):
    technician = a_technician()
    client = a_client(parent=technician.email)
    edit(admin, technician, estado="suspendido")
    assert document_of(client)["parent"] == technician.email


# The last administrator


@pytest.mark.parametrize(
    "fields", [{"rol": "Técnico"}, {"estado": "suspendido"}, {"estado": "inactivo"}], ids=str
)
def test_the_last_active_administrator_stays_one(admin, fields):
    an_administrator(estado="suspendido")
    response = edit(admin, admin.user, **fields)
    assert errors(response)["__all__"]
    assert document_of(admin.user)["rol"] == "Administrador"
    assert document_of(admin.user)["estado"] == "activo"


@pytest.mark.parametrize("fields", [{"rol": "Técnico"}, {"estado": "suspendido"}], ids=str)
def test_administrator_steps_back_when_another_is_there(admin, fields):
    an_administrator(estado=None)
    assert edit(admin, admin.user, **fields).status_code == 302
    assert admin.get("/users/").headers["Location"].startswith("/login/")


def test_suspended_administrator_can_be_demoted(admin):
    other = an_administrator(estado="suspendido")
    edit(admin, other, rol="Cliente")
    assert document_of(other)["rol"] == "Cliente"


@pytest.mark.parametrize("rol", ["Técnico", "Administrador"])
def test_who_is_no_client_any_more_has_no_health_data(admin, rol):
    born = datetime(1990, 5, 4, tzinfo=UTC)
    user = a_client(sexo="M", fecha_nacimiento=born, patologia="Afasia")
    edit(admin, user, rol=rol)
    doc = document_of(user)
    assert (doc["rol"], doc["sexo"], doc["fecha_nacimiento"]) == (rol, None, None)
    assert doc["patologia"] == ""


# Two people at once


@pytest.fixture
def stale(admin):
    """A client whose form was opened before somebody else changed name and sex."""
    user = a_client(nombre="First")
    sent = shown(admin, user)
    edit(admin, user, nombre="Second", sexo="M")
    return user, {**sent, "nombre": "Third", "patologia": "New"}


def test_second_editor_overwrites_nothing_blindly(admin, stale):
    user, sent = stale
    before = document_of(user)
    assert errors(admin.post(f"/users/{user.pk}/edit/", sent))["__all__"]
    assert document_of(user) == before


def test_second_editor_is_shown_what_is_stored_and_what_they_typed(admin, stale):
    user, sent = stale
    response = admin.post(f"/users/{user.pk}/edit/", sent)
    assert "Second" in errors(response)["nombre"][0]
    assert response.context["form"]["nombre"].value() == "Third"


def test_second_editor_is_shown_the_words_of_a_choice(admin, stale):
    user, sent = stale
    response = admin.post(f"/users/{user.pk}/edit/", sent, headers={"accept-language": "en"})
    assert "Woman" in errors(response)["sexo"][0]


def test_second_editor_sees_a_dash_for_what_is_empty_now(admin):
    user = a_client(sexo="M")
    sent = shown(admin, user)
    edit(admin, user, sexo="")
    assert "—" in errors(admin.post(f"/users/{user.pk}/edit/", sent))["sexo"][0]


def test_second_editor_sees_what_is_stored_as_people_write_it(admin):
    user = a_client(patologia="Disartria")
    sent = shown(admin, user)
    edit(admin, user, fecha_nacimiento="2001-02-28", patologia="")
    found = errors(admin.post(f"/users/{user.pk}/edit/", sent, headers={"accept-language": "es"}))
    assert "28/02/2001" in found["fecha_nacimiento"][0]
    assert "—" in found["patologia"][0]


def test_fields_that_agree_have_no_error(admin, stale):
    user, sent = stale
    response = admin.post(f"/users/{user.pk}/edit/", sent)
    assert set(errors(response)) == {"__all__", "nombre", "sexo", "patologia"}


def test_second_editor_may_save_again_after_comparing(admin, stale):
    user, sent = stale
    form = admin.post(f"/users/{user.pk}/edit/", sent).context["form"]
    again = admin.post(f"/users/{user.pk}/edit/", {**sent, "version": form["version"].value()})
    assert again.status_code == 302
    assert document_of(user)["nombre"] == "Third"


def test_third_change_in_between_is_told_again(admin, stale):
    user, sent = stale
    form = admin.post(f"/users/{user.pk}/edit/", sent).context["form"]
    edit(admin, user, nombre="Fourth")
    again = admin.post(f"/users/{user.pk}/edit/", {**sent, "version": form["version"].value()})
    assert "Fourth" in errors(again)["nombre"][0]


def test_change_of_what_the_form_does_not_show_disturbs_nobody(admin):
    user = a_client()
    sent = {**shown(admin, user), "nombre": "Eva"}
    users.record_login(user)
    assert admin.post(f"/users/{user.pk}/edit/", sent).status_code == 302


def test_the_users_own_change_is_told_to_the_administrator(admin):
    user = a_client(nombre="Before")
    sent = {**shown(admin, user), "estado": "inactivo"}
    logged_in(user).post("/profile/edit/", {"nombre": "Own", "email": user.email})
    assert "Own" in errors(admin.post(f"/users/{user.pk}/edit/", sent))["nombre"][0]


# Documents that others wrote


def test_only_what_was_changed_is_logged_of_a_document_without_the_other_fields(admin):
    user = stored(nombre="Old", email="old@example.org", password="!", rol="Cliente")
    edit(admin, user, nombre="New")
    assert changes() == [{"nombre": {"old": "Old", "new": "New"}}]


def test_birth_date_with_a_time_is_no_change(admin):
    user = a_client(fecha_nacimiento=datetime(1990, 5, 4, 13, 30, tzinfo=UTC))
    edit(admin, user, nombre="New")
    assert list(changes()[0]) == ["nombre"]


def test_birth_date_is_shown_as_the_browser_reads_it(admin):
    user = a_client(fecha_nacimiento=datetime(1990, 5, 4, tzinfo=UTC))
    assert form_of(admin, user)["fecha_nacimiento"].value() == date(1990, 5, 4)
    assert b'value="1990-05-04"' in admin.get(f"/users/{user.pk}/edit/").content


def test_the_same_form_sent_twice_is_no_conflict(admin):
    user = a_client()
    form = admin.get(f"/users/{user.pk}/edit/").context["form"]
    sent = {name: form[name].value() or "" for name in form.fields} | {"nombre": "New name"}
    path = f"/users/{user.pk}/edit/"
    assert [admin.post(path, sent).status_code for _time in range(2)] == [302, 302]


# What other programs have stored


@pytest.mark.parametrize(
    "odd",
    [
        {"rol": "Voluntario", "parent": "tomas@example.org"},
        {"rol": "cliente", "estado": "Activo", "parent": "tomas@example.org"},
        {"estado": "bloqueado"},
        {"sexo": "F", "patologia": "Disartria"},
    ],
    ids=str,
)
def test_form_sent_as_it_was_shown_keeps_what_it_does_not_know(admin, odd):
    a_technician(email="tomas@example.org")
    user = a_client(**odd)
    page = f"/users/{user.pk}/edit/"
    form = posted_by(admin.get(page).text, "nombre").data()
    response = admin.post(page, {**form, "nombre": "Another name"})
    assert response.status_code == 302
    stored_now = document_of(user)
    assert stored_now["nombre"] == "Another name"
    assert {name: stored_now[name] for name in odd} == odd


def test_who_has_no_role_gets_none_unasked(admin):
    document = a_document()
    del document["rol"]
    user = stored(**document)
    page = f"/users/{user.pk}/edit/"
    form = posted_by(admin.get(page).text, "nombre").data()
    assert form["rol"] == [""]
    assert "rol" in errors(admin.post(page, form))
    assert "rol" not in document_of(user)


@pytest.mark.parametrize("odd", [{"rol": "administrador"}, {"estado": "Activo"}], ids=str)
def test_who_has_no_rights_is_no_administrator_who_is_left(admin, odd):
    """MongoDB finds them, as its collation is blind to case."""
    stored(**{**a_document(rol="Administrador"), **odd})
    assert errors(edit(admin, admin.user, rol="Cliente"))


@pytest.mark.parametrize("odd", [{"rol": "técnico"}, {"estado": "Activo"}], ids=str)
def test_who_has_no_rights_gets_no_clients(admin, odd):
    other = stored(**{**a_document(rol="Técnico"), **odd})
    technician, client = a_technician(), a_client()
    a_client(parent=technician.email)
    assert errors(edit(admin, client, parent=other.email))
    assert errors(edit(admin, technician, rol="Cliente", clients_to=other.email))


def test_client_whose_role_is_in_another_case_stays_with_the_technician(tecnico):
    client = a_client(rol="cliente", parent=tecnico.user.email)
    page = f"/clients/{client.pk}/edit/"
    form = posted_by(tecnico.get(page).text, "nombre").data()
    assert tecnico.post(page, {**form, "nombre": "Eva"}).status_code == 302
    assert document_of(client)["parent"] == tecnico.user.email


def test_form_of_a_technician_says_who_keeps_their_clients(admin):
    technician = a_technician()
    a_client(parent=technician.email)
    page = admin.get(f"/users/{technician.pk}/edit/", headers={"accept-language": "en"}).text
    assert "their clients stay with them" in page


def test_form_of_a_client_says_that_their_technician_is_not_active(admin):
    technician = a_technician(nombre="Eva Gil", estado="suspendido")
    client = a_client(parent=technician.email)
    page = admin.get(f"/users/{client.pk}/edit/", headers={"accept-language": "en"}).text
    assert f"Eva Gil ({technician.email}): Suspended</option>" in page


def test_email_with_accents_that_was_imported_stays_when_the_rest_is_edited(admin):
    user = a_client(email="josé@fakegmail.com")
    assert edit(admin, user, nombre="José").status_code == 302
    assert (document_of(user)["nombre"], document_of(user)["email"]) == ("José", user.email)
