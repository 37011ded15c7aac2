"""The audit log: what its entries hold, and the page that searches them."""

from datetime import UTC, datetime

import pytest
from bson import ObjectId
from pymongo.errors import WriteError

from accounts import audit
from accounts.audit import Action, Actor, criteria, entry
from pialara_site import pages
from tests.mothers import PASSWORD, a_client, a_technician

EVA = Actor("Eva Gil", "eva@example.org", ObjectId(), "192.0.2.7")
ANA = {"_id": ObjectId(), "email": "ana@example.org", "nombre": "Ana", "password": "hash"}


def note(by=EVA, action=Action.EDIT, target=ANA, changes=None, at=None):
    new = entry(by, action, target, changes)
    audit.record([{**new, "at": at or new["at"]}])


def found(caller, **query) -> list[dict]:
    return caller.get("/audit/", query).context["rows"]


# An entry


def test_entry_says_who_did_what_to_whom_when_and_from_where():
    before = datetime.now(UTC)
    made = entry(EVA, Action.DELETE, ANA)
    assert before <= made.pop("at") <= datetime.now(UTC)
    assert made == {
        "action": "delete",
        "actor": {"_id": EVA._id, "email": "eva@example.org", "nombre": "Eva Gil"},
        "target": {"_id": ANA["_id"], "email": "ana@example.org", "nombre": "Ana"},
        "changes": {},
        "ip": "192.0.2.7",
    }


def test_entry_holds_the_old_and_the_new_value_of_each_changed_field():
    told = entry(EVA, Action.EDIT, ANA, {"nombre": ("Ana", "Eva"), "sexo": (None, "M")})["changes"]
    assert told == {"nombre": {"old": "Ana", "new": "Eva"}, "sexo": {"old": None, "new": "M"}}


@pytest.mark.parametrize("field", ["password", "patologia", "contactos"])
def test_of_secrets_and_health_data_only_that_they_changed_is_told(field):
    told = entry(EVA, Action.EDIT, ANA, {field: ("old secret", "new secret")})["changes"]
    assert told == {field: {}}


def test_command_acts_without_an_address():
    assert entry(Actor("create_user"), Action.CREATE, ANA)["actor"]["_id"] is None


def test_nothing_to_record_writes_nothing(admin):
    audit.record([])
    assert audit.entries.count_documents({}) == 0


def test_malformed_entry_is_refused_by_the_database(admin):
    with pytest.raises(WriteError):
        audit.entries.insert_one({"action": "edit"})


# What the pages put into it


def administrators_edit(caller, user, **fields):
    sent = {"nombre": user.nombre, "email": user.email, "rol": user.rol, "estado": user.estado}
    return caller.post(f"/users/{user.pk}/edit/", {**sent, **fields})


def test_pathology_that_an_administrator_writes_is_told_only_as_changed(admin):
    user = a_client(patologia="Old illness")
    administrators_edit(admin, user, patologia="New illness")
    assert audit.entries.find_one()["changes"] == {"patologia": {}}
    assert "illness" not in str(list(audit.entries.find()))


def test_no_page_of_an_administrator_puts_a_secret_into_the_log(admin):
    secrets = {"password": "a perfectly long one", "patologia": "Secret illness"}
    form = {"nombre": "Luz", "email": "luz@example.org", "rol": "Cliente"}
    location = admin.post("/users/create/", {**form, **secrets}).headers["Location"]
    admin.post(f"{location}edit/", {**form, "estado": "inactivo", "patologia": "Other illness"})
    admin.post(f"{location}delete/")
    log = str(list(audit.entries.find()))
    assert audit.entries.distinct("action") == ["create", "delete", "edit"]
    assert not [word for word in (*secrets.values(), "illness", "argon2") if word in log]


def test_own_password_change_is_told_without_it(cliente):
    fresh = "another good one"
    sent = {"old_password": PASSWORD, "new_password1": fresh, "new_password2": fresh}
    cliente.post("/profile/password/", sent)
    stored = audit.entries.find_one()
    assert (stored["action"], stored["changes"]) == ("password", {})
    assert "argon2" not in str(stored)


def test_address_of_who_acts_is_kept(admin):
    user = a_client()
    admin.post(f"/users/{user.pk}/delete/", REMOTE_ADDR="192.0.2.99")
    assert audit.entries.find_one()["ip"] == "192.0.2.99"


def test_technician_is_the_actor_of_what_they_do(tecnico):
    client = a_client(parent=tecnico.user.email)
    tecnico.post(f"/clients/{client.pk}/delete/")
    assert audit.entries.find_one()["actor"]["_id"] == tecnico.user.pk


def test_moved_clients_are_told_with_old_and_new_technician(admin):
    technician = a_technician(email="old@example.org")
    client = a_client(parent="old@example.org")
    administrators_edit(admin, technician, email="new@example.org")
    moved = audit.entries.find_one({"target._id": client.pk})
    assert moved["changes"] == {"parent": {"old": "old@example.org", "new": "new@example.org"}}


# The page


def test_newest_entries_come_first(admin):
    for day in (1, 3, 2):
        note(at=datetime(2026, 1, day, tzinfo=UTC))
    assert [row["at"].day for row in found(admin)] == [3, 2, 1]


@pytest.mark.parametrize("email", ["eva@example.org", "eva", "EVA@", " eva@example.org "])
def test_log_is_filtered_by_the_beginning_of_the_actors_email(admin, email):
    note()
    note(by=Actor("Luz", "luz@example.org"))
    assert [row["actor"]["nombre"] for row in found(admin, actor=email)] == ["Eva Gil"]


@pytest.mark.parametrize("email", ["ana@example.org", "an", "ANA@"])
def test_log_is_filtered_by_the_beginning_of_the_targets_email(admin, email):
    note()
    note(target={"email": "bea@example.org", "nombre": "Bea"})
    assert [row["target"]["nombre"] for row in found(admin, target=email)] == ["Ana"]


@pytest.mark.parametrize("email", ["$ne", ".*", "eva@example.org.", "va@"])
def test_email_that_nobody_has_finds_nothing(admin, email):
    note()
    assert found(admin, actor=email) == []


def test_log_is_filtered_by_action(admin):
    for action in Action:
        note(action=action)
    assert [row["action"] for row in found(admin, action="delete")] == ["delete"]


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ({"from": "2026-01-02"}, [3, 2]),
        ({"to": "2026-01-02"}, [2, 1]),
        ({"from": "2026-01-02", "to": "2026-01-02"}, [2]),
    ],
    ids=str,
)
def test_log_is_filtered_by_days_with_the_last_one_included(admin, query, days):
    for day in (1, 2, 3):
        note(at=datetime(2026, 1, day, 12, tzinfo=UTC))
    assert [row["at"].day for row in found(admin, **query)] == days


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "yesterday"}, "start"),
        ({"from": "1899-12-31"}, "start"),
        ({"to": "2026-02-31"}, "end"),
        ({"to": "3000-01-01"}, "end"),
        ({"from": "2026-01-03", "to": "2026-01-01"}, "end"),
    ],
    ids=str,
)
def test_wrong_day_is_a_sentence_at_its_field(admin, query, field):
    form = admin.get("/audit/", query).context["form"]
    assert list(form.errors) == [field]


def test_chosen_days_are_told_as_people_write_them(admin):
    response = admin.get("/audit/?from=2026-03-01", headers={"accept-language": "en"})
    assert [tag.label for tag in response.context["form"].tags] == ["From: 1 March 2026"]


def test_midnight_belongs_to_the_day_that_begins(admin, settings):
    settings.TIME_ZONE = "Europe/Madrid"
    note(at=datetime(2026, 1, 1, 23, tzinfo=UTC))
    assert [len(found(admin, to=day)) for day in ("2026-01-01", "2026-01-02")] == [0, 1]


@pytest.mark.parametrize(("hour", "fits"), [("22:30", 0), ("23:30", 1)])
def test_a_day_begins_at_midnight_where_the_centre_is(admin, settings, hour, fits):
    settings.TIME_ZONE = "Europe/Madrid"
    note(at=datetime.fromisoformat(f"2026-01-01T{hour}+00:00"))
    assert len(found(admin, **{"from": "2026-01-02"})) == fits


def test_filters_narrow_each_other(admin):
    note()
    note(action=Action.DELETE)
    note(by=Actor("Luz", "luz@example.org"), action=Action.DELETE)
    assert len(found(admin, actor="eva", target="ana", action="delete")) == 1


@pytest.mark.parametrize(
    "query",
    [
        {"from": "yesterday"},
        {"to": "2026-02-31"},
        {"from": "0001-01-01"},
        {"to": "9999-12-31"},
        {"from": "2026-01-01T00:00"},
        {"action": "explode"},
        {"page": "abc"},
        {"page": "-1"},
        {"page": "999999"},
        {"actor": "\x00\x1b"},
        {"action[$ne]": "edit"},
    ],
    ids=str,
)
def test_nonsense_is_left_out(admin, query):
    note()
    assert len(found(admin, **query)) == 1


def test_a_page_holds_fifty_and_the_rest_follows(admin):
    audit.record([entry(EVA, Action.EDIT, ANA) for _n in range(60)])
    page = admin.get("/audit/", {"page": "2"}).context["page"]
    assert (page.start, page.total, page.last) == (50, 60, 2)


def test_the_filter_is_kept_in_the_links_to_other_pages(admin):
    audit.record([entry(EVA, Action.EDIT, ANA) for _n in range(60)])
    page = admin.get("/audit/?actor=eva").content.decode()
    assert "?actor=eva&amp;page=2" in page


def test_links_far_from_the_ends_tell_the_entry_beside_their_page(admin, monkeypatch):
    monkeypatch.setattr(pages, "NEAR", -1)
    audit.record([entry(EVA, Action.EDIT, ANA) for _n in range(120)])
    response = admin.get("/audit/?actor=eva&page=2")
    first, last = response.context["page"].ends
    for link in (f"page=1-before-{first}", f"page=3-after-{last}"):
        assert f"?actor=eva&amp;{link}" in response.text
    beside = admin.get(f"/audit/?actor=eva&page=3-after-{last}").context["rows"]
    assert beside == admin.get("/audit/?actor=eva&page=3").context["rows"]


@pytest.mark.parametrize(
    ("query", "words"), [("", b"Nothing has been changed yet."), ("?actor=x", b"No entry matches.")]
)
def test_empty_log_says_so(admin, query, words):
    response = admin.get(f"/audit/{query}", headers={"accept-language": "en"})
    assert words in response.content


def test_page_shows_actor_target_and_address(admin):
    note()
    page = admin.get("/audit/").content.decode()
    for text in ("Eva Gil", "Ana", "192.0.2.7"):
        assert text in page


def test_people_are_links_while_they_are_there(admin):
    user = a_client()
    note(target={"_id": user.pk, "email": user.email, "nombre": user.nombre})
    assert f'href="/users/{user.pk}/"' in admin.get("/audit/").content.decode()


def test_people_who_are_gone_are_no_links(admin):
    note()
    page = admin.get("/audit/").content.decode()
    assert str(EVA._id) not in page
    assert str(ANA["_id"]) not in page


def test_entry_about_nobodys_account_is_shown(admin):
    note(action=Action.MODERATE, target={"email": "ana@example.org", "nombre": "Ana"})
    assert found(admin)[0]["there"] == []


@pytest.mark.parametrize("role", ["tecnico", "cliente"])
def test_only_administrators_read_the_log(request, role):
    assert request.getfixturevalue(role).get("/audit/").status_code == 403


def test_log_is_read_only(admin):
    assert admin.post("/audit/").status_code == 405


def test_criteria_without_filters_are_empty():
    assert criteria() == {}
