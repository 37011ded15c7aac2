"""/users/export.csv: the list's users as a spreadsheet reads them."""

import csv
from datetime import UTC, datetime
from io import StringIO

import pytest

from accounts.views.admin import COLUMNS
from pialara_site.spreadsheets import defused
from tests.mothers import a_client, a_technician, stored


def table(caller, **query) -> list[dict]:
    response = caller.get("/users/export.csv", query)
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text)))


def test_file_is_streamed_as_a_download(admin):
    response = admin.get("/users/export.csv")
    assert response.streaming
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="users.csv"'


def test_file_begins_with_the_mark_of_utf8(admin):
    a_client(nombre="Ñandú Åse 🙂")
    content = b"".join(admin.get("/users/export.csv").streaming_content)
    assert content.startswith(b'\xef\xbb\xbf"nombre","email",')
    assert "Ñandú Åse 🙂" in content.decode()


def test_every_user_is_a_line_with_the_stored_names_as_headings(admin):
    born, day = datetime(1990, 5, 4, tzinfo=UTC), datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    fields = {"nombre": "Ana", "email": "ana@example.org", "parent": "eva@example.org"}
    a_client(**fields, sexo="M", fecha_nacimiento=born, creado=day, accesos=7, ultimo_acceso=day)
    assert table(admin, rol="Cliente") == [
        {
            **fields,
            "rol": "Cliente",
            "estado": "activo",
            "sexo": "M",
            "fecha_nacimiento": "1990-05-04",
            "creado": "2026-01-02 03:04:05+00:00",
            "ultimo_acceso": "2026-01-02 03:04:05+00:00",
            "accesos": "7",
        }
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["Ana", "Eva", "Luz"]),
        ({"q": "luz"}, ["Luz"]),
        ({"rol": "Técnico"}, ["Eva"]),
        ({"estado": "inactivo"}, ["Luz"]),
        ({"parent": "eva@example.org"}, ["Ana"]),
        ({"parent": "none"}, ["Luz"]),
        ({"sort": "-nombre"}, ["Luz", "Eva", "Ana"]),
        ({"sort": "nonsense", "rol": "nonsense", "page": "7"}, ["Ana", "Eva", "Luz"]),
        ({"q": "nobody"}, []),
    ],
    ids=str,
)
def test_file_holds_the_users_of_the_filter_in_its_order(admin, query, expected):
    a_technician(nombre="Eva", email="eva@example.org")
    a_client(nombre="Ana", parent="eva@example.org")
    a_client(nombre="Luz", estado="inactivo")
    names = [row["nombre"] for row in table(admin, **query) if row["rol"] != "Administrador"]
    assert names == expected


def test_file_holds_more_than_a_page(admin):
    for _n in range(30):
        a_client()
    assert len(table(admin, rol="Cliente")) == 30


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "＝1+1"])
def test_what_a_spreadsheet_would_run_is_a_text(admin, start):
    a_client(nombre=start)
    assert table(admin, rol="Cliente")[0]["nombre"] == f"'{start}"


@pytest.mark.parametrize("value", ["Ana", "a=b", "1+1", 'say "hi"', "a,b", "x\ny", "🙂", "عربي"])
def test_any_other_text_is_as_it_is_stored(admin, value):
    a_client(nombre=value)
    assert table(admin, rol="Cliente")[0]["nombre"] == value


def test_nothing_is_an_empty_cell():
    assert defused(None) == ""


def test_neither_hashes_nor_health_data_are_in_the_file(admin):
    user = a_client(patologia="Disartria", contactos=[{"nombre": "Luz"}])
    content = b"".join(admin.get("/users/export.csv").streaming_content).decode()
    assert not {"password", "patologia", "contactos"} & set(COLUMNS)
    for secret in (user.password, "Disartria", "Luz"):
        assert secret not in content


def test_document_without_fields_is_a_line(admin):
    stored(rol="Cliente")
    assert table(admin, rol="Cliente")[0]["estado"] == "activo"


def test_file_is_read_only(admin):
    assert admin.post("/users/export.csv").status_code == 405
