"""/users/export.csv: the list's users as a spreadsheet reads them."""

import csv
import gc
from datetime import UTC, datetime
from io import StringIO
from threading import BoundedSemaphore

import pytest

from accounts.users import users
from pialara_site import streams
from pialara_site.spreadsheets import defused
from pialara_site.turns import THREADS
from tests.fail_points import CUT_OFF, failing
from tests.mothers import a_client, a_technician, stored


def table(caller, language="en", **query) -> list[dict]:
    response = caller.get("/users/export.csv", query, headers={"accept-language": language})
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text)))


def test_file_is_streamed_as_a_download(admin):
    response = admin.get("/users/export.csv")
    assert response.streaming
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="usuarios.csv"'


def test_file_begins_with_the_mark_of_utf8(admin):
    a_client(nombre="Ñandú Åse 🙂")
    content = b"".join(admin.get("/users/export.csv").streaming_content)
    assert content.startswith('\ufeff"Nombre","Correo electrónico",'.encode())
    assert "Ñandú Åse 🙂" in content.decode()


@pytest.fixture
def ana():
    """A client in every column of the file."""
    born, day = datetime(1990, 5, 4, tzinfo=UTC), datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    return a_client(
        nombre="Ana",
        email="ana@example.org",
        parent="eva@example.org",
        sexo="M",
        fecha_nacimiento=born,
        creado=day,
        accesos=7,
        ultimo_acceso=day,
    )


def test_every_user_is_a_line_in_the_language_of_the_reader(admin, ana):
    assert table(admin, rol="Cliente", language="es") == [
        {
            "Nombre": "Ana",
            "Correo electrónico": "ana@example.org",
            "Rol": "Cliente",
            "Estado": "Activo",
            "Técnico": "eva@example.org",
            "Sexo": "Mujer",
            "Fecha de nacimiento": "1990-05-04",
            "Alta": "2026-01-02 04:04",
            "Último acceso": "2026-01-02 04:04",
            "Accesos": "7",
        }
    ]


def test_dates_and_numbers_are_the_same_in_english(admin, ana):
    assert table(admin, rol="Cliente", language="en") == [
        {
            "Name": "Ana",
            "Email": "ana@example.org",
            "Role": "Client",
            "State": "Active",
            "Technician": "eva@example.org",
            "Sex": "Woman",
            "Date of birth": "1990-05-04",
            "Added": "2026-01-02 04:04",
            "Last login": "2026-01-02 04:04",
            "Logins": "7",
        }
    ]


def test_years_have_four_digits(admin):
    a_client(creado=datetime(987, 6, 5, 12, tzinfo=UTC))
    [line] = table(admin, rol="Cliente", language="en")
    assert line["Added"].startswith("0987-06-05 ")


def test_file_has_an_english_name_in_english(admin):
    response = admin.get("/users/export.csv", headers={"accept-language": "en"})
    assert response.headers["Content-Disposition"] == 'attachment; filename="users.csv"'


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
    names = [row["Name"] for row in table(admin, **query) if row["Role"] != "Administrator"]
    assert names == expected


def test_file_holds_more_than_a_page(admin):
    for _n in range(30):
        a_client()
    assert len(table(admin, rol="Cliente")) == 30


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "＝1+1"])
def test_what_a_spreadsheet_would_run_is_a_text(admin, start):
    a_client(nombre=start)
    assert table(admin, rol="Cliente")[0]["Name"] == f"'{start}"


@pytest.mark.parametrize("value", ["Ana", "a=b", "1+1", 'say "hi"', "a,b", "x\ny", "🙂", "عربي"])
def test_any_other_text_is_as_it_is_stored(admin, value):
    a_client(nombre=value)
    assert table(admin, rol="Cliente")[0]["Name"] == value


def test_nothing_is_an_empty_cell():
    assert defused(None) == ""


def test_neither_hashes_nor_health_data_are_in_the_file(admin):
    user = a_client(patologia="Disartria", contactos=[{"nombre": "Luz"}])
    content = b"".join(admin.get("/users/export.csv").streaming_content).decode()
    for secret in (user.password, "Disartria", "Luz"):
        assert secret not in content


def test_document_without_fields_is_a_line(admin):
    stored(rol="Cliente")
    assert table(admin, rol="Cliente")[0]["State"] == "Active"


def test_readers_who_take_their_time_leave_threads_for_others(admin, monkeypatch):
    monkeypatch.setattr(streams, "free", BoundedSemaphore(1))
    slow = admin.get("/users/export.csv")
    assert admin.get("/users/export.csv").status_code == 503
    slow.close()
    assert admin.get("/users/export.csv").status_code == 200


def test_slow_readers_are_at_most_half_of_the_threads():
    gc.collect()  # answers that other tests have not read
    places = THREADS // 2
    assert all(streams.free.acquire(blocking=False) for _ in range(places))
    assert not streams.free.acquire(blocking=False)
    streams.free.release(places)


def test_file_is_read_only(admin):
    assert admin.post("/users/export.csv").status_code == 405


def test_file_that_could_not_be_read_to_the_end_says_so(admin):
    for _ in range(120):
        a_client(password="")
    # Of these alone: when a stream of changes is cut off, the whole connection waits for a moment.
    with failing("getMore", how={**CUT_OFF, "namespace": users.full_name}):
        response = admin.get("/users/export.csv", headers={"Accept-Language": "en"})
        lines = b"".join(response.streaming_content).decode().splitlines()
    assert lines[-1] == '"This table is not complete. Please download it again."'
    assert 2 < len(lines) < 121
