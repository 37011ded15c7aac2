"""/dashboard/: the administrator's numbers."""

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts import dashboard
from accounts.dashboard import Overview
from accounts.users import record_login, users
from tests.mothers import a_client, a_technician, an_administrator, stored


def numbers(caller) -> Overview:
    return caller.get("/dashboard/").context["numbers"]


def counted(caller, parameter) -> dict[str, int]:
    """{value: n} of the kind whose filter is `parameter`."""
    kinds = caller.get("/dashboard/").context["kinds"]
    (rows,) = [rows for _chart, filtered, rows in kinds if filtered == parameter]
    return {value: n for value, _label, n in rows}


def logins(caller) -> list[list]:
    """Who logged in last, and who logged in most."""
    return [people for _title, people, _is_counted in caller.get("/dashboard/").context["logins"]]


def month_before(months: int) -> datetime:
    """The middle of the month so many months ago."""
    today = timezone.localdate()
    number = today.year * 12 + today.month - 1 - months
    return datetime(number // 12, number % 12 + 1, 15, tzinfo=UTC)


def test_total_counts_everybody(admin):
    a_client()
    a_technician()
    assert numbers(admin).total == 3


def test_users_are_counted_by_role(admin):
    for _n in range(2):
        a_client()
    a_technician()
    assert counted(admin, "rol") == {
        "Administrador": 1,
        "Técnico": 1,
        "Cliente": 2,
    }


def test_users_are_counted_by_state_and_none_is_active(admin):
    for estado in (None, "", "activo", "inactivo", "suspendido", "suspendido"):
        a_client(estado=estado)
    assert counted(admin, "estado") == {
        "activo": 4,
        "inactivo": 1,
        "suspendido": 2,
    }


def test_sign_ups_are_counted_by_month(admin):
    users.update_one({"_id": admin.user.pk}, {"$set": {"creado": month_before(20)}})
    for months in (0, 0, 3, 11, 12, 30):
        a_client(creado=month_before(months))
    counted = [n for _month, n in numbers(admin).months]
    assert counted == [1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 2]


def test_months_are_the_last_twelve_without_a_gap(admin):
    months = [month for month, _n in numbers(admin).months]
    assert months[-1] == month_before(0).date().replace(day=1)
    assert all(28 <= (b - a).days <= 31 for a, b in itertools.pairwise(months))
    assert len(months) == 12


@pytest.mark.parametrize("zone", ["America/Havana", "Europe/Madrid", "Pacific/Auckland"])
def test_months_begin_where_the_centre_is(admin, settings, zone):
    settings.TIME_ZONE = zone
    begins = month_before(3).replace(day=1, hour=0, tzinfo=ZoneInfo(zone))
    counts = []
    for moment in (begins, begins - timedelta(minutes=1)):
        users.update_one({"_id": admin.user.pk}, {"$set": {"creado": moment}})
        counts.append(dict(numbers(admin).months))
    months = list(counts[0])
    assert months[-4] == begins.date()
    assert [[each[month] for month in months[-5:-3]] for each in counts] == [[0, 1], [1, 0]]


def test_most_active_come_first(admin):
    for accesos in (3, 9, 0, 5, 1, 2, 4):
        a_client(accesos=accesos)
    _latest, busiest = logins(admin)
    assert [user.accesos for user in busiest] == [9, 5, 4, 3, 2]


def test_clients_are_counted_per_technician(admin):
    a_technician(nombre="Tomás", email="tomas@example.org")
    a_technician(nombre="Eva", email="Eva@example.org")
    for parent in ("tomas@example.org", "Tomas@example.org", "gone@example.org", None, ""):
        a_client(parent=parent)
    assert numbers(admin).technicians == [("Tomás", 2), ("gone@example.org", 1), ("Eva", 0)]


def test_clients_without_a_technician_are_counted(admin):
    for parent in ("tomas@example.org", None, ""):
        a_client(parent=parent)
    a_technician()
    assert numbers(admin).unassigned == 2


def test_page_of_an_almost_empty_database_is_complete(admin):
    found = numbers(admin)
    assert (found.unassigned, found.technicians) == (0, [])
    assert logins(admin) == [[], []]


def test_all_numbers_come_in_one_command(admin, commands):
    with commands() as seen:
        dashboard.overview()
    assert len(seen) == 1


def test_who_logged_in_last_comes_first(admin):
    for day in (3, 9, 5):
        a_client(nombre=f"Day {day}", ultimo_acceso=datetime(2026, 1, day, tzinfo=UTC))
    latest, _busiest = logins(admin)
    assert [str(user) for user in latest] == ["Day 9", "Day 5", "Day 3"]


def test_who_logged_in_within_seven_days_is_counted(admin):
    week = 7 * 24
    for hours in (0, week - 1, week + 1, 50 * week):
        a_client(ultimo_acceso=datetime.now(UTC) - timedelta(hours=hours))
    assert admin.get("/dashboard/").context["this_week"] == 2


@pytest.mark.usefixtures("caching")
def test_login_is_counted_at_once(admin, heard):
    assert admin.get("/dashboard/").context["this_week"] == 0
    record_login(a_client())
    heard()
    assert admin.get("/dashboard/").context["this_week"] == 1


def test_home_of_an_administrator_shows_the_numbers(admin):
    a_client()
    found = admin.get("/").context["numbers"]
    assert (found.total, found.unassigned) == (2, 1)


@pytest.mark.parametrize("path", ["/", "/dashboard/"])
def test_each_chart_has_its_numbers_as_a_table(admin, path):
    a_client(parent="tomas@example.org")
    response = admin.get(path)
    for chart in ("sign_ups", "clients"):
        for label, _n in response.context[chart].points:
            assert f'<th scope="row">{label}</th>' in response.content.decode()


@pytest.mark.parametrize(
    "fields",
    [
        {"creado": [datetime(2999, 1, 1, tzinfo=UTC)]},
        {"creado": "yesterday"},
        {"creado": datetime(2999, 1, 1, tzinfo=UTC)},
        {"accesos": "many"},
        {"accesos": 2.5},
        {"rol": ["Cliente"], "estado": {"a": 1}},
        {"parent": ["a"], "nombre": 7},
    ],
    ids=str,
)
def test_document_with_wrong_types_breaks_no_number(admin, fields):
    stored(**{"email": "odd@example.org", "rol": "Cliente", **fields})
    assert numbers(admin).total == 2


@pytest.mark.parametrize("role", ["tecnico", "cliente"])
def test_only_administrators_see_the_numbers(request, role):
    assert request.getfixturevalue(role).get("/dashboard/").status_code == 403


def test_links_lead_to_the_filtered_list(admin):
    an_administrator()
    page = admin.get("/dashboard/").content.decode()
    for path in ("/users/?rol=T%C3%A9cnico", "/users/?estado=inactivo", "/users/?parent=none"):
        assert f'href="{path}"' in page


def test_numbers_are_kept_until_a_user_changes(caching, admin, commands, heard):
    heard()
    numbers(admin)
    with commands() as seen:
        numbers(admin)
    assert [str(command) for command in seen] == ["aggregate sessions"]
    a_client()
    heard()
    assert numbers(admin).total == 2


def test_login_leaves_the_numbers_and_shows_among_the_logins(caching, admin, commands, heard):
    numbers(admin)
    record_login(admin.user)
    heard()
    with commands() as seen:
        [latest, _busiest] = logins(admin)
    assert [person.pk for person in latest] == [admin.user.pk]
    assert [str(command) for command in seen] == ["aggregate sessions", "aggregate users"]


def test_who_has_logged_in_most_is_shown_with_how_often(admin):
    a_client(nombre="Ana", accesos=4321)
    assert "4,321" in admin.get("/dashboard/", headers={"accept-language": "en"}).text
