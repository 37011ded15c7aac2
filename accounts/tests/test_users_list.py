"""/users/: the administrator's list, its filters, sorts, pages and counts."""

import re
from datetime import UTC, datetime

import pytest
from pymongo.errors import OperationFailure

from accounts.directory import Filters, numbers
from accounts.roles import Role
from accounts.users import by_email, users
from pialara_site import pages, schema
from tests.mothers import a_client, a_document, a_technician, an_administrator, stored

ADMINISTRATORS = 1  # who looks


def names(response) -> list[str]:
    return [row.nombre for row in response.context["rows"]]


def choices(response, field: str) -> dict[str, str]:
    return dict(response.context["form"].fields[field].choices)


def counts(response, field: str) -> dict[str, int]:
    """What stands behind each choice of a filter, in brackets."""
    return {
        value: int(re.search(r"\((\d+)\)$", label)[1])
        for value, label in choices(response, field).items()
        if value
    }


@pytest.fixture
def people(admin):
    """A technician with two clients, a client without one, a suspended technician."""
    a_technician(nombre="Tomás Peña", email="tomas@example.org")
    a_technician(nombre="Zoe Zarza", email="zoe@example.org", estado="suspendido")
    a_client(nombre="Ana Núñez", email="ana@example.org", parent="tomas@example.org")
    a_client(nombre="Luis", email="luis@example.org", parent="tomas@example.org", estado="inactivo")
    a_client(nombre="Sola", email="sola@example.org")


def test_everybody_is_listed(admin, people):
    response = admin.get("/users/")
    assert response.context["page"].total == 5 + ADMINISTRATORS
    assert {"Tomás Peña", "Zoe Zarza", "Ana Núñez", "Luis", "Sola"} < set(names(response))


@pytest.mark.parametrize(
    "q", ["nunez", "NÚÑEZ", "ana n", "ana\xa0n", "núnez ana", " nunez ", "ANA@", "na@example"]
)
def test_search_ignores_accents_and_case_in_part_of_name_or_email(admin, people, q):
    assert names(admin.get("/users/", {"q": q})) == ["Ana Núñez"]


def test_search_finds_an_accent_that_is_stored_as_a_mark_of_its_own(admin):
    a_client(nombre="Jose\u0301 Mari\u0301a")
    assert names(admin.get("/users/", {"q": "josé maría"})) == ["Jose\u0301 Mari\u0301a"]


@pytest.mark.parametrize("name", ["Ștefan", "Wiśniewski", "Ağaoğlu", "İpek", "Андрей", "김민준"])
def test_search_finds_names_of_any_script_as_they_are_stored(admin, name):
    a_client(nombre=name)
    for typed in (name, name.upper(), name.lower()[2:]):
        assert names(admin.get("/users/", {"q": typed})) == [name]


@pytest.mark.parametrize("q", [".*", "(", "[a", "\\", "$ne", "a|b", "^"])
def test_search_takes_the_signs_of_regular_expressions_as_typed(admin, people, q):
    assert admin.get("/users/", {"q": q}).context["page"].total == 0


def test_search_finds_a_sign_of_regular_expressions(admin, people):
    a_client(nombre="Eva (hija)")
    assert names(admin.get("/users/", {"q": "(hija)"})) == ["Eva (hija)"]


def test_role_filter_shows_that_role_alone(admin, people):
    response = admin.get("/users/", {"rol": "Técnico"})
    assert names(response) == ["Tomás Peña", "Zoe Zarza"]
    assert response.context["page"].total == 2


@pytest.mark.parametrize(
    ("estado", "expected"),
    [("inactivo", ["Luis"]), ("suspendido", ["Zoe Zarza"])],
)
def test_state_filter_shows_that_state_alone(admin, people, estado, expected):
    assert names(admin.get("/users/", {"estado": estado})) == expected


@pytest.mark.parametrize("estado", [None, ""])
def test_user_without_a_state_is_listed_as_active(admin, estado):
    a_client(nombre="Old", estado=estado)
    response = admin.get("/users/", {"estado": "activo", "rol": "Cliente"})
    assert names(response) == ["Old"]
    assert counts(response, "estado")["activo"] == 1


def test_technician_filter_shows_their_clients(admin, people):
    response = admin.get("/users/", {"parent": "tomas@example.org"})
    assert names(response) == ["Ana Núñez", "Luis"]


def test_technician_who_is_none_any_more_stays_chosen(admin):
    a_client(nombre="Ana", parent="gone@example.org")
    page = admin.get("/users/?parent=gone@example.org").text
    assert '<option value="gone@example.org" selected>' in page


def test_technician_filter_takes_an_email_of_any_length(admin):
    email = f"{'a' * 120}@{'b' * 60}.example.org"
    a_client(nombre="Ana", parent=email)
    assert names(admin.get("/users/", {"parent": email})) == ["Ana"]


@pytest.mark.parametrize("parent", [None, ""])
def test_none_shows_the_clients_without_a_technician(admin, parent):
    a_technician()
    a_client(nombre="Sola", parent=parent)
    a_client(parent="tomas@example.org")
    assert names(admin.get("/users/", {"parent": "none"})) == ["Sola"]


def test_filters_narrow_each_other(admin, people):
    query = {"q": "a", "rol": "Cliente", "estado": "activo", "parent": "tomas@example.org"}
    assert names(admin.get("/users/", query)) == ["Ana Núñez"]


def test_role_other_than_client_with_a_technician_fits_nobody(admin, people):
    response = admin.get("/users/", {"rol": "Técnico", "parent": "tomas@example.org"})
    assert response.context["page"].total == 0


def test_counts_by_role_are_beside_the_filter(admin, people):
    found = counts(admin.get("/users/"), "rol")
    assert found == {"Administrador": 1, "Técnico": 2, "Cliente": 3}


def test_counts_by_state_are_beside_the_filter(admin, people):
    found = counts(admin.get("/users/"), "estado")
    assert found == {"activo": 4, "inactivo": 1, "suspendido": 1}


def test_technicians_are_offered_by_name_whatever_their_accents(admin):
    for nombre in ("Pablo", "Óscar", "Ñandú", "nuria"):
        a_technician(nombre=nombre)
    parent = admin.get("/users/").context["form"].fields["parent"]
    names = [label.split(" (")[0] for _value, label in parent.choices]
    assert names[-4:] == ["nuria", "Ñandú", "Óscar", "Pablo"]


def test_counts_by_technician_are_beside_the_filter(admin, people):
    response = admin.get("/users/")
    assert counts(response, "parent") == {"none": 1, "tomas@example.org": 2, "zoe@example.org": 0}


@pytest.mark.parametrize("q", ["", "example.org"])
def test_a_filters_counts_keep_the_other_filters(admin, people, q):
    response = admin.get("/users/", {"q": q, "rol": "Cliente", "estado": "inactivo"})
    assert counts(response, "rol") == {"Administrador": 0, "Técnico": 0, "Cliente": 1}
    assert counts(response, "estado") == {"activo": 2, "inactivo": 1, "suspendido": 0}


def test_search_narrows_every_count(admin, people):
    response = admin.get("/users/", {"q": "ana nunez"})
    assert counts(response, "rol") == {"Administrador": 0, "Técnico": 0, "Cliente": 1}
    assert counts(response, "parent")["none"] == 0
    assert choices(response, "parent")["tomas@example.org"] == "Tomás Peña (1)"


def test_total_counts_users_of_a_role_that_does_not_exist(admin):
    stored(nombre="Odd", email="odd@example.org", rol="Jefe")
    assert admin.get("/users/").context["page"].total == 1 + ADMINISTRATORS


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("nombre", ["Álvaro", "berta", "Carla"]),
        ("-nombre", ["Carla", "berta", "Álvaro"]),
        ("email", ["berta", "Carla", "Álvaro"]),
        ("-email", ["Álvaro", "Carla", "berta"]),
        ("ultimo_acceso", ["Carla", "Álvaro", "berta"]),
        ("-ultimo_acceso", ["berta", "Álvaro", "Carla"]),
        ("creado", ["Álvaro", "Carla", "berta"]),
        ("-creado", ["berta", "Carla", "Álvaro"]),
    ],
)
@pytest.mark.parametrize("q", ["", "example.org"])
def test_list_is_sorted_without_regard_to_case_and_accents(admin, sort, q, expected):
    def day(n):
        return datetime(2026, 1, n, tzinfo=UTC)

    a_client(nombre="Carla", email="b@example.org", ultimo_acceso=None, creado=day(2))
    a_client(nombre="berta", email="A@example.org", ultimo_acceso=day(9), creado=day(3))
    a_client(nombre="Álvaro", email="c@example.org", ultimo_acceso=day(8), creado=day(1))
    response = admin.get("/users/", {"q": q, "rol": "Cliente", "sort": sort})
    assert names(response) == expected


@pytest.mark.parametrize(
    ("sort", "expected"), [("rol", "ACT"), ("-rol", "TCA")], ids=["ascending", "descending"]
)
def test_list_is_sorted_by_role(admin, sort, expected):
    a_technician()
    a_client()
    rows = admin.get("/users/", {"sort": sort}).context["rows"]
    assert [row.rol[0] for row in rows] == list(expected)


def test_people_of_one_role_are_sorted_by_name(admin):
    for name in ("Carla", "Ana", "Berta"):
        a_client(nombre=name)
    response = admin.get("/users/", {"sort": "rol"})
    assert names(response)[ADMINISTRATORS:] == ["Ana", "Berta", "Carla"]


@pytest.fixture
def sixty_clients(admin):
    users.insert_many([a_document(nombre=f"Client {n:02}") for n in range(60)])


def test_a_page_holds_25(admin, sixty_clients):
    response = admin.get("/users/", {"rol": "Cliente"})
    assert names(response) == [f"Client {n:02}" for n in range(25)]
    assert response.context["page"].last == 3


@pytest.mark.parametrize("q", ["", "client"])
def test_the_last_page_holds_the_rest(admin, sixty_clients, q):
    response = admin.get("/users/", {"q": q, "rol": "Cliente", "page": "3"})
    assert names(response) == [f"Client {n:02}" for n in range(50, 60)]
    assert response.context["page"].total == 60


def test_every_user_is_on_exactly_one_page_of_equal_names(admin):
    users.insert_many([a_document(nombre="Equal") for _n in range(60)])
    seen = []
    for page in (1, 2, 3):
        rows = admin.get("/users/", {"rol": "Cliente", "page": page}).context["rows"]
        seen += [row.pk for row in rows]
    assert len(seen) == len(set(seen)) == 60


@pytest.mark.parametrize(
    ("page", "number"),
    [("abc", 1), ("-1", 1), ("0", 1), ("", 1), ("2.5", 1), ("²", 1), ("999999", 3), ("9" * 400, 3)],
)
def test_page_that_is_none_is_the_nearest(admin, sixty_clients, page, number):
    response = admin.get("/users/", {"rol": "Cliente", "page": page})
    assert response.status_code == 200
    assert response.context["page"].number == number


@pytest.mark.parametrize(
    "query",
    [
        {"sort": "password"},
        {"sort": "--nombre"},
        {"sort": "$where"},
        {"rol": "Jefe"},
        {"rol": "cliente"},
        {"estado": "muerto"},
        {"rol[$ne]": "Cliente"},
        {"page[]": "2"},
    ],
)
def test_filter_or_sort_that_is_none_is_left_out(admin, people, query):
    response = admin.get("/users/", query)
    assert response.status_code == 200
    assert names(response) == names(admin.get("/users/"))


def test_the_state_of_the_list_lives_in_the_links_to_its_pages(admin, sixty_clients):
    page = admin.get("/users/?q=client&sort=-nombre&page=2").content.decode()
    assert "?q=client&amp;sort=-nombre&amp;page=3" in page
    assert "/users/export.csv?q=client&amp;sort=-nombre" in page


def test_links_far_from_the_ends_tell_the_row_beside_their_page(admin, sixty_clients, monkeypatch):
    monkeypatch.setattr(pages, "NEAR", -1)
    response = admin.get("/users/?q=client&sort=-creado&page=2")
    first, last = response.context["page"].ends
    for link in (f"page=1-before-{first}", f"page=3-after-{last}"):
        assert f"?q=client&amp;sort=-creado&amp;{link}" in response.text
    beside = admin.get(f"/users/?q=client&sort=-creado&page=3-after-{last}")
    assert names(beside) == names(admin.get("/users/?q=client&sort=-creado&page=3")) != []


def test_the_form_shows_the_chosen_filters(admin, people):
    page = admin.get("/users/?q=a&rol=Cliente&estado=activo&parent=none").content.decode()
    for chosen in ("Cliente", "activo", "none"):
        assert f'<option value="{chosen}" selected>' in page


def test_chosen_filters_can_be_taken_away_one_by_one(admin, people):
    tags = admin.get("/users/?q=a&rol=Cliente&parent=tomas@example.org").context["form"].tags
    assert [(tag.label.partition(": ")[2], tag.url) for tag in tags] == [
        ("a", "?rol=Cliente&parent=tomas%40example.org"),
        ("Cliente", "?q=a&parent=tomas%40example.org"),
        ("Tomás Peña", "?q=a&rol=Cliente"),
    ]


def test_the_sort_stays_when_a_filter_is_changed(admin, people):
    page = admin.get("/users/?sort=-email").content.decode()
    assert '<input type="hidden" name="sort" value="-email"' in page


def test_rows_are_chosen_for_a_change_of_many(admin, people):
    page = admin.get("/users/?q=ana&sort=email").content.decode()
    assert f'name="ids" value="{by_email("ana@example.org").pk}"' in page
    assert 'name="back" value="/users/?q=ana&amp;sort=email"' in page


def test_download_is_in_the_part_that_changes_with_the_filters(admin, people):
    page = admin.get("/users/?q=ana").content.decode()
    assert page.index('id="list"') < page.index("/users/export.csv?q=ana")


def test_empty_list_says_what_to_do_next(admin, people):
    response = admin.get("/users/?q=nobody", headers={"accept-language": "en"})
    assert b"Nobody matches. Remove a filter, or add a user." in response.content


def test_list_shows_a_technicians_name_beside_their_clients(admin, people):
    page = admin.get("/users/?q=ana").content.decode()
    assert re.search(r"<td [^>]*>Tomás Peña</td>", page)


def test_list_never_holds_a_hash(admin):
    user = an_administrator(nombre="Eva")
    response = admin.get("/users/?q=eva")
    assert user.password not in response.content.decode()
    assert response.context["rows"][0].password == ""


@pytest.mark.parametrize("role", ["tecnico", "cliente"])
@pytest.mark.parametrize("path", ["/users/", "/users/?rol=Cliente", "/users/export.csv"])
def test_only_administrators_see_the_list(request, role, path):
    assert request.getfixturevalue(role).get(path).status_code == 403


def test_anonymous_caller_is_sent_to_the_login_and_back(anonymous):
    response = anonymous.get("/users/?rol=Cliente")
    assert response.headers["Location"] == "/login/?next=/users/%3Frol%3DCliente"


def test_list_is_read_only(admin):
    assert admin.post("/users/").status_code == 405


def test_the_roles_are_those_of_the_project(admin):
    assert list(counts(admin.get("/users/"), "rol")) == Role.values


@pytest.mark.parametrize("path", ["/users/", "/users/?q=a", "/users/create/"])
def test_page_with_very_many_technicians_costs_three_commands(admin, commands, path):
    users.insert_many([a_document(rol="Técnico", password="") for _n in range(200)])
    with commands() as seen:
        admin.get(path)
    assert len(seen) <= 3


def test_technician_whose_email_begins_with_none_has_a_list(admin):
    technician = a_technician(email="nonell@example.org")
    client = a_client(parent=technician.email)
    response = admin.get("/users/", {"parent": technician.email})
    assert [row.pk for row in response.context["rows"]] == [client.pk]
    assert response.context["page"].total == 1


def test_list_is_shown_also_without_its_index(admin, mongod):
    users.drop_index("kind")
    try:
        assert admin.get("/users/").context["page"].total == 1
    finally:
        schema.ensure()


def test_other_refusals_are_not_taken_for_a_missing_index(monkeypatch):
    def refuse(*args, **options):
        raise OperationFailure("not allowed", 13)

    monkeypatch.setattr("accounts.directory.users.aggregate", refuse)
    with pytest.raises(OperationFailure):
        numbers(Filters())


def test_numbers_are_kept_until_a_user_changes(caching, admin, commands, heard):
    heard()
    admin.get("/users/?estado=activo")
    with commands() as seen:
        response = admin.get("/users/?estado=activo&page=1")
    assert [str(command) for command in seen] == ["aggregate sessions", "aggregate users"]
    assert response.context["page"].total == ADMINISTRATORS
    a_client()
    heard()
    assert admin.get("/users/").context["page"].total == ADMINISTRATORS + 1
