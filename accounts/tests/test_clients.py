"""A technician's list of their own clients."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import birthday
from accounts.users import users
from conftest import logged_in
from pialara_site import pages
from tests.mothers import a_client, a_technician


@pytest.fixture
def own(tecnico):
    """Makes a client of the technician."""

    def make(nombre, **fields):
        return a_client(nombre=nombre, parent=tecnico.user.email, **fields)

    return make


def listed(browser, query="") -> list[str]:
    return [row.nombre for row in browser.get(f"/clients/{query}").context["rows"]]


def test_technician_sees_own_clients_only(tecnico, own):
    own("Ana")
    a_client(nombre="Nobody's")
    a_client(nombre="Another's", parent=a_technician().email)
    assert listed(tecnico) == ["Ana"]


def test_colleague_in_the_list_of_technicians_is_no_client(tecnico):
    a_technician(parent=tecnico.user.email)
    assert listed(tecnico) == []


def test_technician_whom_clients_name_in_capitals_sees_them(tecnico):
    a_client(nombre="Ana", parent=tecnico.user.email.upper())
    assert listed(tecnico) == ["Ana"]


def test_list_shows_sex_age_condition_and_last_login(tecnico, own):
    today = datetime.now(UTC)
    own(
        "Ana",
        sexo="X",
        fecha_nacimiento=birthday(date(timezone.localdate().year - 41, 1, 1)),
        patologia="Afasia de Broca",
        ultimo_acceso=today - timedelta(days=3, hours=1),
    )
    page = tecnico.get("/clients/", headers={"accept-language": "en"}).content.decode()
    for part in ("Other", "(41 years old)", "Afasia de Broca", "3\xa0days ago"):
        assert part in page


@pytest.mark.parametrize(("letters", "shown"), [(120, "x" * 120), (121, "x" * 119 + "…")])
def test_list_cuts_long_conditions(tecnico, own, letters, shown):
    own("Ana", patologia="x" * letters)
    assert f">{shown}</td>" in tecnico.get("/clients/").text


@pytest.mark.parametrize(("estado", "told"), [("activo", False), ("suspendido", True)])
def test_list_says_who_is_not_active(tecnico, own, estado, told):
    own("Ana", estado=estado)
    page = tecnico.get("/clients/", headers={"accept-language": "en"}).content.decode()
    assert ("Suspended" in page) is told


def test_query_asks_only_for_what_is_shown(tecnico, own, commands):
    own("Ana")
    with commands() as seen:
        tecnico.get("/clients/")
    shown = {"_id", "nombre", "estado", "sexo", "fecha_nacimiento", "patologia", "ultimo_acceso"}
    assert seen[-1].body["pipeline"][-1]["$project"].keys() == shown


def test_list_says_how_many_there_are(tecnico, own):
    for n in range(3):
        own(f"Client {n}")
    assert tecnico.get("/clients/").context["page"].total == 3


def test_empty_list_says_what_to_do_next(tecnico):
    page = tecnico.get("/clients/", headers={"accept-language": "en"}).content.decode()
    assert "You have no clients yet. Add the first one." in page


def test_empty_search_is_another_sentence(tecnico, own):
    own("Ana")
    page = tecnico.get("/clients/?q=zzz", headers={"accept-language": "en"}).content.decode()
    assert "You have no clients yet" not in page


@pytest.mark.parametrize("q", ["jose", "JOSÉ", "garcía", "se gar", "garcia  jose", " josé "])
def test_search_ignores_case_and_accents(tecnico, own, q):
    own("José García")
    own("Ana López")
    assert listed(tecnico, f"?q={q}") == ["José García"]


@pytest.mark.parametrize("q", [".*", "$", "(", "[a", "\\", "%00", "%0a", "\U0001f600", "x" * 5000])
def test_odd_search_finds_nothing(tecnico, own, q):
    own("Ana")
    assert tecnico.get("/clients/", {"q": q}).status_code == 200


def test_search_finds_no_client_of_others(tecnico):
    a_client(nombre="Ana", parent=a_technician().email)
    assert listed(tecnico, "?q=Ana") == []


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("", ["Ana", "beatriz", "Óscar"]),
        ("nombre", ["Ana", "beatriz", "Óscar"]),
        ("-nombre", ["Óscar", "beatriz", "Ana"]),
        ("sexo", ["beatriz", "Ana", "Óscar"]),
        ("fecha_nacimiento", ["Óscar", "Ana", "beatriz"]),
        ("-patologia", ["Ana", "beatriz", "Óscar"]),
        ("-ultimo_acceso", ["beatriz", "Ana", "Óscar"]),
        ("password", ["Ana", "beatriz", "Óscar"]),
        ("--nombre", ["Ana", "beatriz", "Óscar"]),
        ("$where", ["Ana", "beatriz", "Óscar"]),
    ],
)
def test_list_is_sorted(tecnico, own, sort, order):
    now = datetime.now(UTC)
    own("Óscar", sexo="X", fecha_nacimiento=birthday(date(1950, 1, 1)), patologia="a")
    own(
        "beatriz",
        sexo="H",
        fecha_nacimiento=birthday(date(1990, 1, 1)),
        patologia="b",
        ultimo_acceso=now,
    )
    own(
        "Ana",
        sexo="M",
        fecha_nacimiento=birthday(date(1970, 1, 1)),
        patologia="c",
        ultimo_acceso=now - timedelta(days=1),
    )
    assert listed(tecnico, f"?sort={sort}") == order


# Who needs attention


@pytest.fixture
def needy(own):
    """Clients, each named for what is wrong."""
    born, now = birthday(date(1980, 5, 1)), datetime.now(UTC)
    ago = now - timedelta(days=31)
    fine = {"fecha_nacimiento": born, "patologia": "Afasia", "ultimo_acceso": now, "creado": ago}
    own("fine", **fine)
    own("no birth", **fine | {"fecha_nacimiento": None})
    own("no condition", **fine | {"patologia": ""})
    own("never here", **fine | {"ultimo_acceso": None})
    own("new", **fine | {"ultimo_acceso": None, "creado": now})
    own("long ago", **fine | {"ultimo_acceso": ago})


@pytest.mark.usefixtures("needy")
@pytest.mark.parametrize(
    ("attention", "names"),
    [
        ("incomplete", ["no birth", "no condition"]),
        ("away", ["long ago", "never here"]),
        ("nonsense", ["fine", "long ago", "never here", "new", "no birth", "no condition"]),
    ],
)
def test_list_shows_who_needs_attention(tecnico, attention, names):
    assert listed(tecnico, f"?attention={attention}") == names


@pytest.mark.usefixtures("needy")
def test_search_and_attention_narrow_together(tecnico):
    assert listed(tecnico, "?attention=incomplete&q=birth") == ["no birth"]


@pytest.mark.usefixtures("needy")
def test_chosen_attention_can_be_taken_away(tecnico):
    tags = tecnico.get("/clients/?attention=away&q=ever").context["form"].tags
    assert [tag.url for tag in tags] == ["?attention=away", "?q=ever"]


def test_list_has_25_a_page(tecnico, own):
    for n in range(27):
        own(f"Client {n:02}")
    assert len(listed(tecnico)) == 25
    assert listed(tecnico, "?page=2") == ["Client 25", "Client 26"]


@pytest.mark.parametrize(
    ("page", "number"), [("abc", 1), ("-1", 1), ("0", 1), ("", 1), ("999999", 2), ("9" * 40, 2)]
)
def test_odd_page_is_the_nearest_one(tecnico, own, page, number):
    for n in range(27):
        own(f"Client {n:02}")
    response = tecnico.get(f"/clients/?page={page}")
    assert response.status_code == 200
    assert response.context["page"].number == number


def test_links_far_from_the_ends_tell_the_row_beside_their_page(tecnico, own, monkeypatch):
    monkeypatch.setattr(pages, "NEAR", -1)
    for n in range(60):
        own(f"Client {n:02}")
    response = tecnico.get("/clients/?page=2")
    first, last = response.context["page"].ends
    for link in (f"?page=1-before-{first}", f"?page=3-after-{last}"):
        assert link in response.text
    assert listed(tecnico, f"?page=3-after-{last}") == [f"Client {n}" for n in range(50, 60)]


def test_client_who_went_to_a_colleague_leads_to_no_page_beside_them(tecnico, own, monkeypatch):
    """Or their place in the list would tell how they are called by now."""
    monkeypatch.setattr(pages, "NEAR", -1)
    theirs = [own(f"Client {n:02}") for n in range(60)]
    link = tecnico.get("/clients/?page=2").context["page"].next
    assert link.split("-")[2] == str(theirs[49].pk)
    users.update_one({"_id": theirs[49].pk}, {"$set": {"parent": a_technician().email}})
    assert listed(tecnico, f"?page={link}") == listed(tecnico, "?page=3")
    assert listed(tecnico, "?page=3")[0] == "Client 51"


def test_state_of_the_list_stays_in_the_links(tecnico, own):
    for n in range(27):
        own(f"Client {n:02}")
    page = tecnico.get("/clients/?q=client&sort=-nombre").content.decode()
    assert "?q=client&amp;sort=-nombre&amp;page=2" in page


def test_mistyped_client_is_listed(tecnico, own):
    own(7, fecha_nacimiento="once", sexo=[], patologia={"a": 1})
    assert listed(tecnico) == ["7"]


def test_technician_sees_no_clients_after_their_role_is_gone(tecnico, own):
    from accounts.users import users

    own("Ana")
    users.update_one({"_id": tecnico.user.pk}, {"$set": {"rol": "Cliente"}})
    assert tecnico.get("/clients/").status_code == 302


@pytest.mark.parametrize("email", ["a@x.org", "tecnico@example.org"])
def test_list_belongs_to_the_technicians_email(email):
    browser = logged_in(a_technician(email=email))
    a_client(nombre="Ana", parent="a@x.org")
    assert listed(browser) == (["Ana"] if email == "a@x.org" else [])


def test_number_is_of_those_who_need_attention(tecnico, own):
    own("Ana", patologia="")
    own("Eva", patologia="Afasia", fecha_nacimiento=birthday(date(1980, 1, 1)))
    assert tecnico.get("/clients/?attention=incomplete").context["page"].total == 1


def test_mail_goes_to_the_client_alone(tecnico):
    client = a_client(parent=tecnico.user.email, email="ana?cc=eva&x@example.org")
    page = tecnico.get(f"/clients/{client.pk}/").text
    assert 'href="mailto:ana%3Fcc%3Deva%26x@example.org"' in page
