"""`manage.py seed`: people who do not exist."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest
from django.core.management import CommandError, call_command

from accounts import demo
from accounts.roles import Role, Sex, Status
from accounts.users import users
from tests.mothers import a_client

pytestmark = pytest.mark.usefixtures("english")

NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def development(settings):
    settings.DEBUG = True


def people(count=200, seed=1) -> list[dict]:
    return list(demo.people(count, seed, "argon2$hash", NOW))


# The command


def test_seed_adds_sixty_people_when_it_is_not_told(capsys):
    call_command("seed")
    assert users.count_documents({}) == 60
    assert "60 added, 0 were there" in capsys.readouterr().out


def test_seed_adds_as_many_as_it_is_told():
    call_command("seed", users=1234)
    assert users.count_documents({}) == 1234


def test_seed_twice_adds_nobody_new(capsys):
    call_command("seed", users=40)
    before = list(users.find(sort=[("_id", 1)]))
    call_command("seed", users=40)
    assert list(users.find(sort=[("_id", 1)])) == before
    assert "0 added, 40 were there" in capsys.readouterr().out


def test_seed_of_more_continues_one_of_less():
    call_command("seed", users=10)
    call_command("seed", users=30)
    assert users.count_documents({}) == 30


def test_other_seed_adds_other_people_but_no_other_administrator():
    call_command("seed", users=30, seed=1)
    call_command("seed", users=30, seed=2)
    assert users.count_documents({}) == 60 - len(demo.LOGINS)
    assert users.count_documents({"rol": "Administrador"}) == 1


def test_every_parent_is_a_technician_who_is_there():
    call_command("seed", users=300)
    parents = set(users.distinct("parent", {"parent": {"$ne": None}}))
    technicians = set(users.distinct("email", {"rol": "Técnico"}))
    assert parents
    assert parents <= technicians


def test_seed_leaves_the_people_who_are_there_alone():
    ana = a_client(email="admin@pialara.example", nombre="Ana")
    call_command("seed", users=10)
    assert users.find_one({"email": "admin@pialara.example"})["nombre"] == "Ana"
    assert users.find_one({"_id": ana.pk})["rol"] == "Cliente"


@pytest.mark.parametrize(("role", "email"), demo.LOGINS)
def test_demo_person_of_each_role_logs_in(anonymous, role, email):
    call_command("seed", users=3)
    anonymous.post("/login/", {"email": email, "password": demo.PASSWORD})
    assert anonymous.get("/profile/").wsgi_request.user.rol == role


def test_seeded_people_fit_the_validator():
    call_command("seed", users=100)
    shape = {"$jsonSchema": users.options()["validator"]["$jsonSchema"]}
    assert users.count_documents(shape) == 100


def test_seed_of_nobody_adds_nobody():
    call_command("seed", users=0)
    assert users.count_documents({}) == 0


def test_seed_refuses_a_negative_number():
    with pytest.raises(CommandError, match=r"--users"):
        call_command("seed", users=-1)


def test_seed_refuses_production_where_its_password_is_known(settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match=r"DEBUG"):
        call_command("seed")
    assert users.count_documents({}) == 0


# The people


def test_same_seed_makes_the_same_people():
    assert people(seed=7) == people(seed=7)


def test_larger_number_continues_a_smaller_one():
    assert people(50) == people(200)[:50]


def test_other_seed_makes_other_people():
    first, second = ({person["email"] for person in people(seed=seed)} for seed in (1, 2))
    assert first & second == {email for _role, email in demo.LOGINS}


def test_there_is_one_administrator():
    assert [person["rol"] for person in people()].count("Administrador") == 1


def test_nobody_shares_an_email():
    assert len({person["email"] for person in people(2000)}) == 2000


def test_emails_are_stored_as_they_are_looked_up():
    emails = [person["email"] for person in people()]
    assert all(email == email.lower() and email.isascii() for email in emails)


def test_technician_stands_before_their_clients():
    seen = set()
    for person in people():
        assert person["parent"] is None or person["parent"] in seen
        seen.add(person["email"])


@pytest.mark.parametrize(("count", "fewest", "most"), [(1000, 10, 20), (4000, 20, 500)])
def test_technician_has_as_many_clients_as_in_a_centre_of_that_size(count, fewest, most):
    clients = Counter(person["parent"] for person in people(count) if person["parent"])
    assert fewest < max(clients.values()) <= most


def test_some_clients_have_no_technician_yet():
    lone = [p for p in people() if p["rol"] == Role.CLIENTE and p["parent"] is None]
    assert 0 < len(lone) < 20


def test_only_clients_have_client_data():
    for person in people():
        has_data = {"fecha_nacimiento", "patologia", "contactos"} <= person.keys()
        assert has_data == (person["rol"] == Role.CLIENTE)


def test_values_are_those_that_are_stored():
    found = people()
    clients = [person for person in found if person["rol"] == "Cliente"]
    assert {person["sexo"] for person in clients} == set(Sex.values)
    assert {person["estado"] for person in found} == set(Status.values)


def test_nobody_but_clients_has_a_sex():
    assert {person["sexo"] for person in people() if person["rol"] != "Cliente"} == {None}


def test_names_are_one_first_name_and_two_surnames():
    for person in people():
        first, *surnames = person["nombre"].split()
        assert first in demo.WOMEN + demo.MEN
        assert len(surnames) == 2


def test_first_names_go_with_the_sex():
    for person in people():
        names = {"M": demo.WOMEN, "H": demo.MEN}.get(person["sexo"])
        assert names is None or person["nombre"].split()[0] in names


def test_birth_dates_are_plausible_and_at_midnight():
    born = [p["fecha_nacimiento"] for p in people() if p["rol"] == Role.CLIENTE]
    assert all(date(1930, 1, 1) < day.date() < NOW.date() for day in born)
    assert {day.time().isoformat() for day in born} == {"00:00:00"}


def test_at_most_one_contact_is_the_first_to_call():
    contacts = [person.get("contactos", []) for person in people()]
    assert max(sum(each["principal"] for each in these) for these in contacts) == 1


def test_who_never_logged_in_has_no_last_login():
    for person in people():
        assert (person["ultimo_acceso"] is None) == (person["accesos"] == 0)


def test_nobody_logged_in_before_they_were_added_or_in_the_future():
    for person in people():
        assert person["creado"] <= (person["ultimo_acceso"] or NOW) <= NOW
