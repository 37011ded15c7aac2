"""What administrators' pages make of nonsense: in the address, in forms, in stored documents."""

import json
from datetime import UTC, datetime

import bson
import pytest
from bson import ObjectId
from bson.raw_bson import RawBSONDocument

from accounts import users
from accounts.users import by_email
from tests.mothers import a_client, a_technician, document_of, stored

NONSENSE = [
    "$ne",
    '{"$gt": ""}',
    "'; return true; //",
    "x" * 5000,
    "\x00\x07\x1b[31m",
    "🙂👩‍👩‍👧",
    "مرحبا \u202eabc",
    "<script>alert(1)</script>",
    "%s{0}{{x}}",
    "\u0301\u0301",
    "۳",
]
TEN_MEGABYTES = "x" * 10_000_000


# In the address


@pytest.mark.parametrize("value", NONSENSE, ids=ascii)
def test_list_takes_any_text(admin, value):
    for name in ("q", "rol", "estado", "parent", "sort", "page"):
        assert admin.get("/users/", {name: value}).status_code == 200


@pytest.mark.parametrize("value", NONSENSE, ids=ascii)
def test_export_takes_any_text(admin, value):
    query = dict.fromkeys(("q", "rol", "estado", "parent", "sort", "page"), value)
    response = admin.get("/users/export.csv", query)
    assert len(b"".join(response.streaming_content).splitlines()) >= 1


@pytest.mark.parametrize("value", NONSENSE, ids=ascii)
def test_audit_log_takes_any_text(admin, value):
    for name in ("actor", "target", "action", "from", "to", "page"):
        assert admin.get("/audit/", {name: value}).status_code == 200


@pytest.mark.parametrize("letter", "aeiouñ")
def test_search_takes_as_many_letters_as_there_are(admin, letter):
    assert admin.get("/users/", {"q": letter * 1000}).status_code == 200


@pytest.mark.parametrize("query", ["q=a&q=b", "q[$ne]=x", "rol=%FF%FE", "&&&=", "page=%00"])
def test_list_takes_any_query(admin, query):
    assert admin.get(f"/users/?{query}").status_code == 200


def test_what_was_searched_is_shown_escaped(admin):
    page = admin.get("/users/", {"q": "<script>alert(1)</script>"}).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


# In forms


@pytest.mark.parametrize(
    "name",
    [
        "🙂👩‍👩‍👧",
        "مرحبا",
        "$where",
        "a.b.c",
        "{{ 7*7 }}",
        "<b>x</b>",
        "'; drop",
        "日本語",
        "O’Neill",
    ],
)
def test_name_is_stored_as_typed(admin, name):
    form = {"email": "eva@example.org", "rol": "Cliente", "nombre": name}
    admin.post("/users/create/", form)
    assert by_email("eva@example.org").nombre == name


@pytest.mark.parametrize("text", ["línea 1\r\nlínea 2", "🙂", "$set", "\u202eabc", "a\tb"])
def test_pathology_is_stored_as_typed(admin, text):
    user = a_client()
    form = {"nombre": user.nombre, "email": user.email, "rol": user.rol, "estado": "activo"}
    admin.post(f"/users/{user.pk}/edit/", {**form, "patologia": text})
    assert document_of(user)["patologia"] == text


@pytest.mark.parametrize("value", NONSENSE, ids=ascii)
@pytest.mark.parametrize("path", ["/users/create/", "/users/{}/edit/", "/users/bulk/"])
def test_form_full_of_nonsense_is_no_error_of_the_server(admin, path, value):
    user = a_client()
    fields = "nombre email rol estado parent sexo fecha_nacimiento patologia password id".split()
    fields += ["version", "clients_to", "action", "ids", "confirm"]
    response = admin.post(path.format(user.pk), dict.fromkeys(fields, value))
    assert response.status_code in (200, 302)
    assert document_of(user)["email"] == user.email


@pytest.mark.parametrize("name", ["email[$ne]", "email[]", "$set", "nombre.x", "__proto__"])
def test_names_of_fields_that_are_operators_are_ignored(admin, name):
    form = {"nombre": "Eva", "email": "eva@example.org", "rol": "Cliente", name: "x"}
    admin.post("/users/create/", form)
    assert name not in users.users.find_one({"email": "eva@example.org"})


@pytest.mark.parametrize(
    "path",
    [
        "/users/create/",
        "/users/{}/edit/",
        "/users/{}/delete/",
        "/users/bulk/",
    ],
)
@pytest.mark.parametrize("kind", ["multipart", "urlencoded"])
def test_field_of_ten_megabytes_is_refused(admin, path, kind):
    path = path.format(a_client().pk)
    if kind == "multipart":
        response = admin.post(path, {"nombre": TEN_MEGABYTES})
    else:
        body = f"nombre={TEN_MEGABYTES}"
        response = admin.post(path, body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 413


@pytest.mark.parametrize("body", [b"\xff\xfe", b"{}", b"%%%", json.dumps({"email": {"$ne": 1}})])
def test_body_that_is_no_form_is_an_empty_form(admin, body):
    response = admin.post("/users/create/", body, content_type="application/json")
    assert response.status_code == 200


# In stored documents

WRONG = {
    "nothing": {},
    "nulls": dict.fromkeys(
        ["nombre", "password", "rol", "parent", "estado", "sexo", "contactos", "creado"]
    ),
    "numbers": {
        "nombre": 7,
        "email": 8,
        "password": 9,
        "rol": 1,
        "parent": 2,
        "estado": 3,
        "sexo": 4,
        "fecha_nacimiento": 5,
        "patologia": 6,
        "contactos": 7,
        "preferences": 8,
        "creado": 9,
        "ultimo_acceso": 1,
    },
    "a list for a name": {"nombre": ["x", 1], "contactos": []},
    "a list for an email": {"email": ["x", "y"], "rol": "Técnico"},
    "a list for a role": {"rol": ["Técnico", "Cliente"], "accesos": [1]},
    "a list for a state": {"estado": ["activo", "suspendido"], "creado": "now"},
    "a list for a parent": {"parent": ["a@example.org", None], "rol": "Cliente"},
    "objects": {
        field: {"$gt": "", "a": 1}
        for field in ("nombre", "email", "rol", "parent", "estado", "sexo", "creado", "accesos")
    },
    "dates": {
        field: datetime(2026, 1, 1, tzinfo=UTC)
        for field in ("nombre", "email", "rol", "parent", "estado", "patologia", "accesos")
    },
    "unknown values": {"email": "x@example.org", "rol": "Jefe", "estado": "muerto", "sexo": "?"},
    "a technician without an email": {"rol": "Técnico", "nombre": "Tomás"},
    "a technician with an odd email": {"rol": "Técnico", "email": {"a": 1}},
    "a client of an odd parent": {"rol": "Cliente", "parent": {"a": ["b"]}, "email": "c@x.org"},
    "odd contacts": {"contactos": ["Luz", None, {"nombre": {"a": 1}}, {}], "rol": "Cliente"},
}
PAGES = ["/users/{}/", "/users/{}/edit/", "/users/{}/delete/", "/users/{}/password/"]
PAGES += ["/users/create/", "/dashboard/", "/audit/"]
LISTS = ["/users/", "/users/?sort=-rol", "/users/?sort=email", "/users/?sort=-creado"]


@pytest.fixture(params=WRONG.values(), ids=WRONG)
def odd(request):
    return stored(**request.param)


def test_odd_document_breaks_no_page(admin, odd):
    for page in PAGES:
        assert admin.get(page.format(odd.pk), follow=True).status_code == 200, page


def test_text_that_is_no_utf8_is_shown_as_far_as_it_goes(admin):
    raw = bson.encode({"_id": ObjectId(), "nombre": "Ana XY", "rol": "Cliente"})
    users.users.insert_one(RawBSONDocument(raw.replace(b"XY", b"\xff\xfe")))
    for page in ("/users/", "/users/export.csv"):
        assert "Ana \ufffd\ufffd" in admin.get(page).getvalue().decode()


def test_client_of_two_technicians_is_nobodys(tecnico):
    client = a_client(parent=[tecnico.user.email, "eva@example.org"])
    assert tecnico.get(f"/clients/{client.pk}/").status_code == 404
    assert client not in tecnico.get("/clients/").context["rows"]


def test_odd_document_is_in_the_list(admin, odd):
    for page in LISTS:
        assert odd in admin.get(page).context["rows"], page


def test_odd_document_is_in_the_export(admin, odd):
    content = b"".join(admin.get("/users/export.csv").streaming_content)
    assert len(content.splitlines()) == 3


def test_odd_document_breaks_no_search(admin, odd):
    assert admin.get("/users/?q=a").status_code == 200


def test_odd_document_can_be_edited(admin, odd):
    form = {"nombre": "Eva", "email": "eva@example.org", "rol": "Cliente", "estado": "activo"}
    response = admin.post(f"/users/{odd.pk}/edit/", form)
    assert response.status_code == 302
    assert {**document_of(odd), **form} == document_of(odd)


def test_odd_document_can_be_deleted(admin, odd):
    admin.post(f"/users/{odd.pk}/delete/")
    assert document_of(odd) is None


@pytest.mark.parametrize("action", ["suspend", "assign"])
def test_odd_document_can_be_in_a_bulk_action(admin, odd, action):
    technician = a_technician()
    sent = {"action": action, "ids": str(odd.pk), "parent": technician.email, "confirm": "1"}
    response = admin.post("/users/bulk/", sent)
    assert response.context["changed"] + len(response.context["refused"]) == 1


def test_odd_document_can_be_sent_a_link_or_says_why_not(admin, odd):
    assert admin.post(f"/users/{odd.pk}/password/").status_code == 302


def test_id_that_is_no_objectid_breaks_no_list(admin):
    users.users.insert_one({"_id": "text", "email": "t@example.org", "nombre": "Text id"})
    assert admin.get("/users/").status_code == 200


def test_what_is_stored_is_shown_escaped(admin):
    user = a_client(nombre="<script>x</script>", patologia="<img src=x>", parent="<b>")
    page = admin.get(f"/users/{user.pk}/").content.decode()
    assert not [tag for tag in ("<script>x", "<img src=x", "<b>") if tag in page]


def test_ids_of_nobody_are_told_apart_from_nothing(admin):
    sent = {"action": "suspend", "ids": str(ObjectId()), "confirm": "1"}
    assert admin.post("/users/bulk/", sent).context["gone"] == 1


@pytest.mark.parametrize(
    "edge", [datetime(9999, 12, 31, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC)], ids=str
)
def test_date_at_the_edge_of_the_calendar_breaks_no_page(admin, edge):
    user = a_client(ultimo_acceso=edge, creado=edge)
    for path in ("/users/", f"/users/{user.pk}/", f"/users/{user.pk}/edit/", "/dashboard/"):
        assert admin.get(path).status_code == 200
