"""/users/create/: an administrator adds a user of any role."""

import pytest
from bson import ObjectId
from django.contrib.auth.hashers import check_password
from django.core import mail
from pymongo.errors import DuplicateKeyError

from accounts import audit, lifecycle, users
from accounts.audit import Actor
from accounts.users import by_email
from mflix.tests.mothers import a_comment, a_movie
from tests.mothers import a_client, a_technician, an_administrator

GOOD = "a perfectly long one"


def typed(**fields) -> dict:
    return {"nombre": "Eva Gil", "email": "eva@example.org", "rol": "Cliente", **fields}


def errors(response) -> dict:
    return response.context["form"].errors


@pytest.mark.parametrize("rol", ["Administrador", "Técnico", "Cliente"])
def test_administrator_adds_a_user_of_any_role(admin, rol):
    response = admin.post("/users/create/", typed(rol=rol, password=GOOD))
    user = by_email("eva@example.org")
    assert response.headers["Location"] == f"/users/{user.pk}/"
    assert (user.nombre, user.rol, user.estado) == ("Eva Gil", rol, "activo")


@pytest.mark.parametrize("role", ["tecnico", "cliente"])
def test_nobody_else_adds_users(request, role):
    response = request.getfixturevalue(role).post("/users/create/", typed(password=GOOD))
    assert response.status_code == 403
    assert by_email("eva@example.org") is None


def test_email_is_stored_lower_case_and_stripped(admin):
    admin.post("/users/create/", typed(email="  Eva@Example.ORG ", password=GOOD))
    assert users.users.distinct("email", {"rol": "Cliente"}) == ["eva@example.org"]


def test_password_is_stored_as_an_argon2_hash(admin):
    admin.post("/users/create/", typed(password=GOOD))
    stored = by_email("eva@example.org").password
    assert stored.startswith("argon2$")
    assert check_password(GOOD, stored)


def test_new_user_can_log_in(admin, anonymous):
    admin.post("/users/create/", typed(password=GOOD))
    anonymous.post("/login/", {"email": "eva@example.org", "password": GOOD})
    assert anonymous.get("/me/").status_code == 200


def test_new_user_starts_without_logins(admin):
    admin.post("/users/create/", typed(password=GOOD))
    doc = users.users.find_one({"email": "eva@example.org"})
    assert doc["accesos"] == 0
    assert doc["creado"] == doc["modificado"]


def test_with_a_password_no_invitation_is_mailed(admin):
    admin.post("/users/create/", typed(password=GOOD))
    assert mail.outbox == []


def test_without_a_password_an_invitation_is_mailed(admin):
    admin.post("/users/create/", typed())
    assert mail.outbox[0].to == ["eva@example.org"]
    assert "/password/set/" in mail.outbox[0].body


def test_without_a_password_nobody_can_log_in_yet(admin, anonymous):
    admin.post("/users/create/", typed())
    assert not by_email("eva@example.org").has_usable_password()
    response = anonymous.post("/login/", {"email": "eva@example.org", "password": "None"})
    assert response.status_code == 200


def test_user_is_added_also_when_the_invitation_cannot_be_sent(admin, monkeypatch):
    def refused(*args, **kwargs):
        raise ConnectionRefusedError

    monkeypatch.setattr("accounts.mail.send_mail", refused)
    response = admin.post("/users/create/", typed())
    assert response.status_code == 302
    assert by_email("eva@example.org") is not None


def test_clients_data_is_stored(admin):
    data = {"sexo": "M", "fecha_nacimiento": "1990-05-04", "patologia": "Disartria"}
    admin.post("/users/create/", typed(password=GOOD, **data))
    user = by_email("eva@example.org")
    assert (user.sexo, str(user.fecha_nacimiento), user.patologia) == tuple(data.values())


def test_client_is_given_to_a_technician(admin):
    a_technician(email="tomas@example.org")
    admin.post("/users/create/", typed(parent="tomas@example.org", password=GOOD))
    assert by_email("eva@example.org").parent == "tomas@example.org"


@pytest.mark.parametrize("rol", ["Administrador", "Técnico"])
def test_only_clients_are_given_to_a_technician(admin, rol):
    a_technician(email="tomas@example.org")
    admin.post("/users/create/", typed(rol=rol, parent="tomas@example.org", password=GOOD))
    assert by_email("eva@example.org").parent is None


def test_technician_may_be_named_in_any_case():
    a_technician(email="Tomas@example.org")
    fields = {**typed(), "parent": "tomas@example.org"}
    assert lifecycle.create(fields, Actor("Admin")).parent == "tomas@example.org"


@pytest.mark.parametrize("rol", ["Administrador", "Técnico"])
def test_technician_of_who_is_no_client_is_not_stored_whoever_says_one(rol):
    a_technician(email="tomas@example.org")
    fields = {**typed(rol=rol), "parent": "tomas@example.org"}
    assert lifecycle.create(fields, Actor("Admin")).parent is None


def test_drop_down_offers_all_active_technicians_by_name(admin):
    a_technician(email="z@example.org", nombre="Ana")
    a_technician(email="a@example.org", nombre="Zoe", estado=None)
    a_technician(email="off@example.org", estado="suspendido")
    a_client(email="client@example.org")
    offered = admin.get("/users/create/").context["form"].fields["parent"].choices
    assert [value for value, _label in offered] == ["", "z@example.org", "a@example.org"]


def test_every_field_is_in_a_group(admin):
    form = admin.get("/users/create/").context["form"]
    grouped = [field.name for _legend, fields in form.groups for field in fields]
    assert grouped == [field.name for field in form.visible_fields()]


@pytest.mark.parametrize("parent", ["nobody@example.org", "client@example.org", "off@example.org"])
def test_parent_has_to_be_an_active_technician(admin, parent):
    a_client(email="client@example.org")
    a_technician(email="off@example.org", estado="inactivo")
    assert "parent" in errors(admin.post("/users/create/", typed(parent=parent)))
    assert by_email("eva@example.org") is None


def test_technician_who_left_while_the_form_was_open_is_a_sentence(admin):
    a_technician(email="tomas@example.org")

    def leave(*args, **kwargs):
        users.users.update_one({"email": "tomas@example.org"}, {"$set": {"estado": "suspendido"}})
        return {"tomas@example.org": "Tomás"}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("accounts.directory.technicians", leave)
        response = admin.post("/users/create/", typed(parent="tomas@example.org"))
    assert errors(response)["__all__"]
    assert by_email("eva@example.org") is None


@pytest.mark.parametrize("email", ["eva@example.org", " EVA@Example.org"])
def test_taken_email_is_a_sentence_at_the_field(admin, email):
    a_client(email="eva@example.org", nombre="First")
    response = admin.post("/users/create/", typed(email=email))
    assert response.status_code == 200
    assert "email" in errors(response)


def test_taken_email_in_other_case_in_the_store_is_taken(admin):
    a_client(email="EVA@example.org")
    assert "email" in errors(admin.post("/users/create/", typed()))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("nombre", ""),
        ("nombre", "   "),
        ("nombre", "x" * 151),
        ("nombre", "a\x00b"),
        ("nombre", "a\nb"),
        ("email", ""),
        ("email", "no email"),
        ("email", "a@b@c.org"),
        ("email", f"{'x' * 250}@example.org"),
        ("rol", ""),
        ("rol", "Jefe"),
        ("password", "short"),
        ("password", "12345678901"),
        ("password", "password"),
        ("password", "eva@example.org"),
        ("sexo", "Q"),
        ("fecha_nacimiento", "1899-12-31"),
        ("fecha_nacimiento", "2999-01-01"),
        ("fecha_nacimiento", "31/31/2000"),
        ("patologia", "x" * 2001),
        ("id", "not an id"),
    ],
)
def test_bad_value_is_a_sentence_at_its_field(admin, field, value):
    response = admin.post("/users/create/", typed(**{"password": GOOD, field: value}))
    assert response.status_code == 200
    assert list(errors(response)) == [field]


def test_what_was_typed_is_kept_beside_the_error(admin):
    response = admin.post("/users/create/", typed(nombre="Eva <b>", email="wrong"))
    assert b'value="Eva &lt;b&gt;"' in response.content


def test_password_is_not_sent_back(admin):
    response = admin.post("/users/create/", typed(email="wrong", password=GOOD))
    assert GOOD not in response.content.decode()


@pytest.mark.parametrize("field", ["estado", "accesos", "_id", "lock", "preferences"])
def test_field_that_the_form_does_not_have_is_not_stored(admin, field):
    admin.post("/users/create/", typed(password=GOOD, **{field: "7"}))
    assert users.users.find_one({"email": "eva@example.org"}).get(field) != "7"


def test_the_same_form_sent_twice_makes_one_user(admin):
    sent = typed(password=GOOD, id=str(admin.get("/users/create/").context["form"]["id"].value()))
    first, second = admin.post("/users/create/", sent), admin.post("/users/create/", sent)
    assert first.headers["Location"] == second.headers["Location"] == f"/users/{sent['id']}/"
    assert users.users.count_documents({"rol": "Cliente"}) == 1


def test_the_same_form_sent_twice_makes_one_user_also_where_the_email_is_compared_first(
    admin, monkeypatch
):
    """As on a member of the replica set that has its data by an initial sync."""
    sent = typed(password=GOOD, id=str(ObjectId()))
    first = admin.post("/users/create/", sent)

    def refuse(change):
        raise DuplicateKeyError("", 11000, {"keyPattern": {"email": 1}})

    monkeypatch.setattr(lifecycle, "transaction", refuse)
    assert admin.post("/users/create/", sent).headers["Location"] == first.headers["Location"]


def test_the_form_sent_again_for_somebody_else_makes_a_second_user(admin):
    sent = typed(password=GOOD, id=str(ObjectId()))
    admin.post("/users/create/", sent)
    response = admin.post("/users/create/", {**sent, "email": "luz@example.org"})
    assert response.headers["Location"] == f"/users/{by_email('luz@example.org').pk}/"
    assert by_email("eva@example.org").pk == ObjectId(sent["id"])


def test_id_of_somebody_else_overwrites_nobody(admin):
    victim = an_administrator(email="victim@example.org", nombre="Victim")
    admin.post("/users/create/", typed(password=GOOD, id=str(victim.pk)))
    assert users.by_id(victim.pk).nombre == "Victim"
    assert by_email("eva@example.org").pk != victim.pk


def test_id_of_somebody_deleted_is_given_to_nobody(admin):
    sent = typed(password=GOOD, id=str(ObjectId()))
    admin.post("/users/create/", sent)
    lifecycle.delete(ObjectId(sent["id"]), Actor("Admin"))
    for email in ("eva@example.org", "luz@example.org"):
        admin.post("/users/create/", {**sent, "email": email})
        assert by_email(email).pk != ObjectId(sent["id"])


def test_form_sent_again_is_answered_with_what_a_majority_has(admin, commands):
    sent = typed(password=GOOD, id=str(ObjectId()))
    admin.post("/users/create/", sent)
    with commands() as seen:
        admin.post("/users/create/", sent)
    (asked,) = (each for each in seen if each.body.get("filter") == {"_id": ObjectId(sent["id"])})
    assert asked.body["readConcern"]["level"] == "linearizable"


@pytest.mark.parametrize("is_there", [True, False])
def test_second_user_of_a_form_is_made_by_who_sent_it_and_as_the_first(admin, is_there):
    sent = typed(password=GOOD, id=str(ObjectId()))
    admin.post("/users/create/", sent)
    if not is_there:
        lifecycle.delete(ObjectId(sent["id"]), Actor("Admin"))
    a_comment(a_movie(), email="luz@example.org")  # which administrators may give away
    admin.post("/users/create/", {**sent, "email": "luz@example.org"})
    told = audit.entries.find_one({"target.email": "luz@example.org"})
    assert told["actor"]["_id"] == admin.user.pk


def test_creation_is_in_the_audit_log(admin):
    a_technician(email="tomas@example.org", nombre="Tomás Peña")
    admin.post("/users/create/", typed(parent="tomas@example.org", password=GOOD))
    entry = audit.entries.find_one({"action": "create"})
    assert entry["actor"]["_id"] == admin.user.pk
    assert entry["changes"] == {
        "email": {"old": None, "new": "eva@example.org"},
        "nombre": {"old": None, "new": "Eva Gil"},
        "rol": {"old": None, "new": "Cliente"},
        "parent": {"old": None, "new": "tomas@example.org", "name": "Tomás Peña"},
    }


def test_refused_creation_is_not_in_the_audit_log(admin):
    a_client(email="eva@example.org")
    admin.post("/users/create/", typed(password=GOOD))
    assert audit.entries.count_documents({}) == 0


def test_creation_and_its_entry_are_one_transaction(admin, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("injected")

    monkeypatch.setattr("accounts.audit.record", fail)
    with pytest.raises(RuntimeError, match="injected"):
        admin.post("/users/create/", typed(password=GOOD))
    assert by_email("eva@example.org") is None


@pytest.mark.parametrize("rol", ["Técnico", "Administrador"])
def test_nobody_keeps_health_data_of_somebody_who_is_no_client(admin, rol):
    fields = {"nombre": "Eva", "email": "eva@example.org", "rol": rol, "password": "a good one 7"}
    admin.post("/users/create/", {**fields, "sexo": "M", "patologia": "Afasia"})
    doc = users.users.find_one({"email": "eva@example.org"})
    assert (doc["sexo"], doc["patologia"]) == (None, "")


@pytest.mark.parametrize("email", ["no email", "taken@example.org"])
def test_password_is_asked_for_again_when_something_is_wrong(admin, email):
    a_client(email="taken@example.org")
    sent = typed(email=email, password=GOOD)
    page = admin.post("/users/create/", sent, headers={"Accept-Language": "en"})
    assert "Please type the password again." in page.text
    assert GOOD not in page.text
