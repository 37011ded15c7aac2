"""A technician's home: their clients in numbers."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.caseload import AGES, MOST_CONDITIONS, Caseload, birth_boundaries, criteria, overview
from accounts.models import User, birthday
from tests.mothers import a_client, a_technician, stored


@pytest.fixture
def own(tecnico):
    """Makes a client of the technician."""

    def make(**fields):
        return a_client(parent=tecnico.user.email, **fields)

    return make


def home(browser):
    return browser.get("/", headers={"accept-language": "en"}).context


def caseload(browser) -> Caseload:
    return home(browser)["caseload"]


def test_own_clients_are_counted_and_no_others(tecnico, own):
    own()
    own()
    a_client()
    a_client(parent=a_technician().email)
    a_technician(parent=tecnico.user.email)
    assert caseload(tecnico).total == 2


def test_client_who_names_their_technician_in_capitals_is_counted(tecnico):
    a_client(parent=tecnico.user.email.upper())
    assert caseload(tecnico).total == 1


def test_clients_who_need_attention_are_counted(tecnico, own):
    own(fecha_nacimiento=birthday(date(1980, 5, 1)), patologia="Afasia")
    own(patologia="Afasia", ultimo_acceso=datetime.now(UTC))
    assert caseload(tecnico).attention == {"incomplete": 1, "away": 1}


@pytest.mark.parametrize("attention", ["incomplete", "away"])
def test_number_leads_to_the_list_of_those_counted(tecnico, own, attention):
    own()
    assert f'href="/clients/?attention={attention}"' in tecnico.get("/").content.decode()
    assert len(tecnico.get(f"/clients/?attention={attention}").context["rows"]) == 1


def test_clients_are_counted_by_age(tecnico, own):
    this_year = timezone.localdate().year
    for years in (5, 30, 31, 50, 90):
        own(fecha_nacimiento=birthday(date(this_year - years, 1, 1)))
    assert caseload(tecnico).ages == [(0, 1), (18, 2), (40, 1), (65, 0), (80, 1)]


def test_groups_of_ages_have_names(tecnico, own):
    own()
    assert [name for name, _n in home(tecnico)["ages"].points] == [
        "0 to 17 years",
        "18 to 39 years",
        "40 to 64 years",
        "65 to 79 years",
        "80 years and over",
    ]


@pytest.mark.parametrize("today", [date(2026, 11, 21), date(2024, 2, 29), date(2023, 2, 28)])
def test_one_is_older_from_the_birthday_on(today, monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda: today)
    ends = birth_boundaries(today)[1:]
    for age, end in zip(reversed(AGES), ends, strict=True):
        assert User(fecha_nacimiento=end.date() - timedelta(days=1)).age >= age
        assert User(fecha_nacimiento=end.date()).age < age


def test_conditions_are_counted_the_most_frequent_first(tecnico, own):
    for patologia in ("Dislalia", "Afasia", "afasia", "", None):
        own(patologia=patologia)
    found = caseload(tecnico).conditions
    assert [(name.lower(), n) for name, n in found] == [("afasia", 2), ("dislalia", 1)]


def test_chart_adds_those_with_a_rarer_condition_or_none(tecnico, own):
    for n in range(MOST_CONDITIONS + 2):
        own(patologia=f"Condition {n}")
    own()
    assert home(tecnico)["conditions"].points[-1] == ("Others or none", 3)


def test_who_was_here_last_comes_first(tecnico, own):
    now = datetime.now(UTC)
    for days in (3, 1, 2):
        own(nombre=f"{days} days", ultimo_acceso=now - timedelta(days=days))
    own(nombre="never")
    assert [str(user) for user in caseload(tecnico).last_seen] == ["1 days", "2 days", "3 days"]


def test_technician_without_clients_is_told_what_to_do(tecnico):
    page = tecnico.get("/", headers={"accept-language": "en"}).content.decode()
    assert "You have no clients yet. Add the first one." in page


@pytest.mark.parametrize(
    "fields",
    [
        {"fecha_nacimiento": "yesterday", "patologia": ["a"], "ultimo_acceso": "today"},
        {"fecha_nacimiento": datetime(1, 1, 1, tzinfo=UTC), "nombre": 7},
        {"fecha_nacimiento": datetime(9999, 1, 1, tzinfo=UTC), "patologia": {"a": 1}},
        {"fecha_nacimiento": [datetime(1980, 1, 1, tzinfo=UTC)], "ultimo_acceso": [1]},
    ],
    ids=str,
)
def test_document_with_wrong_types_breaks_no_number(tecnico, fields):
    stored(email="odd@x.org", rol="Cliente", parent=tecnico.user.email, **fields)
    found = caseload(tecnico)
    assert (found.total, sum(n for _age, n in found.ages)) == (1, 0)


def test_all_numbers_come_in_one_command(tecnico, own, commands):
    own()
    with commands() as seen:
        overview(tecnico.user)
    assert list(map(str, seen)) == ["aggregate users"]


def test_technicians_search_is_limited_to_their_own_clients():
    wanted = criteria(User(email="eva@example.org"), "ana")
    assert (wanted["rol"], wanted["parent"]["$eq"]) == ("Cliente", "eva@example.org")
