"""Documents of other programs that become users."""

from datetime import UTC, datetime

import pytest
from bson import ObjectId
from pymongo.errors import BulkWriteError

from accounts import bulk, sessions
from accounts.users import users
from conftest import logged_in
from pialara_site.mongo import insert_missing
from tests.mothers import a_client, a_document, a_technician, an_administrator, document_of

HASH = "sha256$salt$0123456789abcdef"
BCRYPT = "$2b$12$UREFwsRUoyF0CRqGNK0LzO0HM/jLhgUCNNIJ9RJAqMUQ74crlJ1Vu"


pytestmark = pytest.mark.usefixtures("english")


def a_seed(**fields) -> dict:
    """A document in the seeds' shape."""
    document = {"nombre": "Ana", "email": "ana@example.org", "password": HASH}
    return {**document, "rol": "Cliente", "parent": None, **fields}


def imported(*docs: dict) -> dict[str, int]:
    return dict(bulk.upsert(list(docs))[0])


def reason(**fields) -> str:
    """Why a document with these fields is rejected."""
    with pytest.raises(bulk.Rejected) as rejection:
        bulk.user_fields(a_seed(**fields))
    return str(rejection.value)


@pytest.mark.parametrize("password", ["$2b$15$x", "$2y$31$x"])
def test_hash_that_would_take_too_long_is_rejected(english, password):
    assert reason(password=password) == "its password would take too long to check"


@pytest.mark.parametrize("password", ["$2b$", "$2b$x$y", "$2b$1$x", "my argon2$ word"])
def test_what_is_no_hash_is_rejected_as_such(english, password):
    assert reason(password=password).startswith("its password is missing or not a hash")


# What is stored


def test_new_user_is_stored_with_what_every_user_has():
    assert imported(a_seed()) == {"new": 1, "changed": 0, "same": 0, "rejected": 0}
    doc = users.find_one({"email": "ana@example.org"})
    kept = {field: doc[field] for field in ("nombre", "password", "rol", "parent")}
    assert kept == {"nombre": "Ana", "password": HASH, "rol": "Cliente", "parent": None}
    assert (doc["estado"], doc["accesos"]) == ("activo", 0)
    assert {type(doc["_id"]), type(doc["creado"])} == {ObjectId, datetime}


def test_client_without_a_parent_in_the_file_keeps_the_technician():
    client = a_client(parent="tomas@example.org")
    seed = a_seed(email=client.email)
    del seed["parent"]
    imported(seed)
    assert document_of(client)["parent"] == "tomas@example.org"
    imported({**seed, "parent": None})
    assert document_of(client)["parent"] is None


@pytest.mark.parametrize(
    "there", ["ana\u200b@example.org", ["ana@example.org"]], ids=["invisible", "a list"]
)
def test_email_that_somebody_has_in_an_odd_way_stops_no_other(there):
    other = a_client()
    users.insert_one({**a_document(), "email": there}, bypass_document_validation=True)
    docs = [
        a_seed(),
        a_seed(email="eva@example.org"),
        a_seed(email=other.email, nombre="Eva"),
        a_seed(nombre="The same email again"),
    ]
    counts, rejected = bulk.upsert(docs)
    assert counts == {"new": 1, "changed": 1, "same": 0, "rejected": 2}
    reason = "another user got its email meanwhile"
    assert rejected == [(docs[0], reason), (docs[3], reason)]
    assert users.find_one({"email": "eva@example.org"})


@pytest.mark.parametrize("rol", ["Administrador", "Técnico", "Cliente"])
def test_role_is_kept(rol):
    imported(a_seed(rol=rol))
    assert users.find_one()["rol"] == rol


def test_user_of_sample_mflix_becomes_a_client():
    imported({"_id": ObjectId(), "name": "Ned", "email": "ned@example.org", "password": BCRYPT})
    doc = users.find_one()
    assert (doc["nombre"], doc["rol"], doc["password"]) == ("Ned", "Cliente", BCRYPT)
    assert "name" not in doc


@pytest.mark.parametrize("hashed", ["argon2$argon2id$v=19$x", "sha256$s$h", "$2a$12$x", "$2b$12$x"])
def test_stored_hash_is_kept(hashed):
    assert bulk.user_fields(a_seed(password=hashed))["password"] == hashed


def test_email_and_name_are_stored_tidy():
    fields = bulk.user_fields(a_seed(email=" Ana@Example.ORG ", nombre=" Ana "))
    assert (fields["email"], fields["nombre"]) == ("ana@example.org", "Ana")


def test_accents_in_an_email_are_kept():
    assert bulk.user_fields(a_seed(email="Júlíus@example.org"))["email"] == "júlíus@example.org"


@pytest.mark.parametrize("email", ["\uff41na@example.org", "ana@\uff45xample.org"])
def test_email_that_mongodb_takes_for_another_is_rejected(email):
    assert "email" in reason(email=email)


def test_parent_of_a_client_is_tidy_too():
    assert bulk.user_fields(a_seed(parent=" Eva@example.org"))["parent"] == "eva@example.org"


@pytest.mark.parametrize("rol", ["Administrador", "Técnico"])
def test_only_clients_have_a_parent(rol):
    assert bulk.user_fields(a_seed(rol=rol, parent="eva@example.org"))["parent"] is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("estado", "suspendido"),
        ("sexo", "X"),
        ("fecha_nacimiento", datetime(1950, 1, 1, tzinfo=UTC)),
        ("patologia", "Afasia"),
        ("contactos", [{"nombre": "Eva"}]),
    ],
)
def test_optional_field_is_kept(field, value):
    imported(a_seed(**{field: value}))
    assert users.find_one()[field] == value


def test_unknown_fields_stay_out():
    imported(a_seed(is_superuser=True, accesos=99))
    doc = users.find_one()
    assert ("is_superuser" in doc, doc["accesos"]) == (False, 0)


# Upserts


def test_second_import_changes_nothing():
    imported(a_seed())
    before = users.find_one()
    assert imported(a_seed())["same"] == 1
    assert users.find_one() == before


def test_import_changes_the_user_with_that_email():
    user = a_client(email="ana@example.org", patologia="Afasia")
    counts = imported(a_seed(nombre="Ana María", email="ANA@example.org"))
    assert (counts["changed"], users.count_documents({})) == (1, 1)
    doc = document_of(user)
    assert (doc["nombre"], doc["patologia"]) == ("Ana María", "Afasia")


def test_email_that_others_stored_in_capitals_is_the_same_user():
    a_client(email="Ana@Example.org")
    assert imported(a_seed())["new"] == 0


def test_document_without_a_role_leaves_the_role():
    user = a_technician(email="ned@example.org")
    imported({"name": "Ned", "email": "ned@example.org", "password": BCRYPT})
    assert document_of(user)["rol"] == "Técnico"


def test_import_of_only_new_users_leaves_the_others_alone():
    user = a_client(email="ana@example.org")
    before = document_of(user)
    docs = [a_seed(), a_seed(email="eva@example.org"), a_seed(email="eva@example.org")]
    counts, _rejected = bulk.upsert(docs, only_new=True)
    assert counts == {"new": 1, "changed": 0, "same": 2, "rejected": 0}
    assert document_of(user) == before


def test_two_documents_of_one_email_make_one_user():
    counts = imported(a_seed(), a_seed(nombre="Ana María"))
    assert (counts["new"], counts["changed"], users.count_documents({})) == (1, 1, 1)


def test_nothing_to_import_is_fine():
    assert imported() == {"new": 0, "changed": 0, "same": 0, "rejected": 0}


# The administrators


@pytest.mark.parametrize(
    "fields", [{"rol": "Cliente"}, {"rol": "Administrador", "estado": "inactivo"}]
)
def test_import_cannot_take_an_administrator_away(fields):
    admin = an_administrator(email="ana@example.org")
    counts, rejected = bulk.upsert([a_seed(**fields)])
    assert (counts["rejected"], rejected[0][1]) == (
        1,
        "it would take a role or state away that others rely upon",
    )
    assert (document_of(admin)["rol"], document_of(admin)["estado"]) == ("Administrador", "activo")


@pytest.mark.parametrize("fields", [{}, {"rol": "Administrador", "estado": "activo"}])
def test_import_may_rename_an_administrator(fields):
    admin = an_administrator(email="ana@example.org")
    document = {"nombre": "Ana", "email": "ana@example.org", "password": HASH, **fields}
    assert imported(document)["changed"] == 1
    assert document_of(admin)["nombre"] == "Ana"


# What is rejected


@pytest.mark.parametrize("nombre", [None, "", "  ", 5, ["Ana"], {"$ne": ""}])
def test_document_without_a_name_is_rejected(nombre):
    assert reason(nombre=nombre) == "it has no name"


@pytest.mark.parametrize(
    "email", [None, "", "ana", "ana@", 5, {"$ne": ""}, "a b@example.org", "a\u0301@a.es"]
)
def test_document_without_an_email_is_rejected(email):
    assert "email" in reason(email=email)


@pytest.mark.parametrize("password", [None, "", "secret", 5, "md5$x$y", {"$gt": ""}])
def test_document_without_a_known_hash_is_rejected(password):
    assert "password" in reason(password=password)


def test_reason_never_quotes_the_password():
    assert "secret" not in reason(password="secret")


@pytest.mark.parametrize("rol", ["admin", "cliente", 5, ["Cliente"], {}])
def test_document_with_an_unknown_role_is_rejected(rol):
    assert reason(rol=rol) == "its rol is none of Administrador, Técnico, Cliente"


@pytest.mark.parametrize("parent", [5, ["eva@example.org"], {"$ne": None}])
def test_document_whose_parent_is_no_text_is_rejected(parent):
    assert reason(parent=parent) == "its parent is not an email"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("estado", "gone"),
        ("estado", ["activo"]),
        ("sexo", "Z"),
        ("fecha_nacimiento", "1950-01-01"),
        ("patologia", 5),
        ("contactos", "Eva"),
    ],
)
def test_document_with_a_wrong_optional_field_is_rejected(field, value):
    assert reason(**{field: value}) == f"its {field} is not one"


@pytest.mark.parametrize(
    "fields",
    [
        {"nombre": "\ud800"},
        {"patologia": "\udfff"},
        {"contactos": [10**30]},
        {"contactos": [{"a\x00b": 1}]},
        {"contactos": [{1: 1}]},
    ],
    ids=ascii,
)
def test_document_that_mongodb_cannot_store_is_rejected(fields):
    assert reason(**fields) == "it holds what MongoDB can't store"


def test_giant_document_is_rejected():
    assert reason(patologia="x" * bulk.LARGEST) == "it is larger than a megabyte"


def test_rejected_documents_do_not_hold_the_others_up():
    good, bad = a_seed(), a_seed(email="nobody", nombre="Bad")
    counts, rejected = bulk.upsert([bad, good])
    assert (counts["new"], counts["rejected"]) == (1, 1)
    assert [doc for doc, _reason in rejected] == [bad]


# People made up for a demo


def test_missing_people_are_added_and_the_others_left_alone():
    there = a_client(email="ana@example.org", nombre="Ana")
    people = [a_document(email="ana@example.org", nombre="Other"), a_document()]
    assert insert_missing(users, people) == 1
    assert (document_of(there)["nombre"], users.count_documents({})) == ("Ana", 2)


def test_people_who_do_not_fit_the_validator_are_an_error():
    with pytest.raises(BulkWriteError):
        insert_missing(users, [a_document(rol="Nobody"), a_document()])


@pytest.mark.parametrize("fields", [{"rol": "Cliente"}, {"rol": "Técnico", "estado": "suspendido"}])
def test_import_cannot_take_a_technician_away(fields):
    technician = a_technician(email="eva@example.org")
    counts, _rejected = bulk.upsert([a_seed(email="eva@example.org", **fields)])
    assert counts["rejected"] == 1
    assert document_of(technician)["rol"] == "Técnico"


def test_import_ends_the_sessions_of_who_gets_another_password():
    browser = logged_in(a_client(email="ana@example.org"))
    bulk.upsert([a_seed()])
    assert sessions.sessions.count_documents({"user_id": browser.user.pk}) == 0


def test_import_tells_when_a_user_was_changed():
    client = a_client(email="ana@example.org")
    bulk.upsert([a_seed()])
    assert document_of(client)["modificado"] > client.modificado


def test_client_who_becomes_a_technician_has_none_any_more():
    a_client(email="ana@example.org", parent="eva@example.org")
    doc = a_seed(rol="Técnico")
    del doc["parent"]
    bulk.upsert([doc])
    assert users.find_one({"email": "ana@example.org"})["parent"] is None


def test_last_of_two_documents_of_somebody_counts():
    a_client(email="ana@example.org", nombre="Ana", password=HASH)
    bulk.upsert([a_seed(nombre="Anna"), a_seed(nombre="Ana")])
    assert users.find_one({"email": "ana@example.org"})["nombre"] == "Ana"


@pytest.mark.parametrize("change", [{"rol": "Técnico"}, {"estado": "suspendido"}])
def test_import_ends_the_sessions_of_who_gets_another_role_or_state(change):
    browser = logged_in(a_client(email="ana@example.org"))
    password = document_of(browser.user)["password"]
    bulk.upsert([a_seed(password=password, **change)])
    assert sessions.sessions.count_documents({"user_id": browser.user.pk}) == 0
