"""/users/bulk/: one change for many users, confirmed first, then told one by one."""

from datetime import UTC, datetime

import pytest
from bson import ObjectId

from accounts import audit, lifecycle, users
from accounts.sessions import sessions
from conftest import logged_in
from tests.mothers import a_client, a_technician, an_administrator, document_of


def send(caller, action, people, **fields):
    ids = [str(getattr(person, "pk", person)) for person in people]
    sent = {"action": action, "ids": ids, **fields}
    return caller.post("/users/bulk/", sent, headers={"accept-language": "en"})


def confirm(caller, action, people, **fields):
    return send(caller, action, people, confirm="1", **fields)


def refused(response) -> list:
    return [user for _sentence, people in response.context["refused"] for user in people]


def offered(response) -> list[str]:
    """The emails of the technicians whom the form offers, after the empty choice."""
    return [value for value, _label in response.context["form"].fields["parent"].widget.choices]


def states(*people) -> list[str]:
    return [document_of(person)["estado"] for person in people]


@pytest.mark.parametrize("action", ["suspend", "deactivate", "activate", "assign"])
def test_nothing_changes_before_it_is_confirmed(admin, action):
    technician = a_technician()
    ana, luz = a_client(estado="inactivo"), a_client()
    before = [document_of(ana), document_of(luz)]
    response = send(admin, action, [ana, luz], parent=technician.email)
    assert set(response.context["people"]) == {ana, luz}
    assert [document_of(ana), document_of(luz)] == before


@pytest.mark.parametrize(
    ("action", "before", "after"),
    [
        ("activate", "suspendido", "activo"),
        ("suspend", "activo", "suspendido"),
        ("deactivate", "activo", "inactivo"),
    ],
)
def test_state_of_all_chosen_changes(admin, action, before, after):
    people = [a_client(estado=before), a_technician(estado=before), an_administrator(estado=before)]
    response = confirm(admin, action, people)
    assert response.context["changed"] == 3
    assert states(*people) == [after] * 3


def test_others_stay_as_they_are(admin):
    chosen, other = a_client(), a_client()
    confirm(admin, "suspend", [chosen])
    assert states(chosen, other) == ["suspendido", "activo"]


def test_clients_are_assigned_to_a_technician(admin):
    technician = a_technician()
    people = [a_client(), a_client(parent="other@example.org")]
    assert confirm(admin, "assign", people, parent=technician.email).context["changed"] == 2
    assert {document_of(each)["parent"] for each in people} == {technician.email}


def test_confirmation_page_sends_what_it_shows(admin):
    ana = a_client(nombre="Ana Núñez")
    page = send(admin, "suspend", [ana]).content.decode()
    for part in ('name="confirm"', 'value="suspend"', f'value="{ana.pk}"', "Ana Núñez"):
        assert part in page


def test_confirmation_page_offers_the_active_technicians(admin):
    technician = a_technician()
    a_technician(estado="suspendido")
    response = send(admin, "assign", [a_client()])
    assert offered(response) == ["", technician.email]


@pytest.mark.parametrize("parent", ["", "nobody@example.org", "off@example.org", "$ne"])
def test_assigning_asks_again_until_there_is_an_active_technician(admin, parent):
    a_technician(email="off@example.org", estado="inactivo")
    client = a_client()
    response = confirm(admin, "assign", [client], parent=parent)
    assert offered(response) == [""]
    assert document_of(client)["parent"] is None


def test_who_was_not_changed_is_told_with_the_reason(admin):
    technician = a_technician()
    there, other = a_client(parent=technician.email), a_client()
    response = confirm(
        admin, "assign", [there, other, technician, admin.user], parent=technician.email
    )
    refused = {sentence: set(people) for sentence, people in response.context["refused"]}
    assert refused == {
        "1 client already has this technician.": {there},
        "2 users are not clients and stay as before.": {technician, admin.user},
    }


def test_one_in_that_state_already_is_told_and_not_logged(admin):
    user = a_client(estado="suspendido")
    response = confirm(admin, "suspend", [user])
    assert refused(response) == [user]
    assert audit.entries.count_documents({}) == 0


def test_user_without_a_state_is_active_already(admin):
    assert confirm(admin, "activate", [a_client(estado=None)]).context["changed"] == 0


def test_confirmation_page_says_in_numbers_what_will_happen(admin):
    people = [a_client(), a_client(), a_client(estado="suspendido")]
    logged_in(people[0])
    logged_in(people[0])
    response = send(admin, "suspend", [*people, ObjectId(), admin.user])
    assert set(response.context["consequences"]) == {
        "2 users will be suspended and will no longer be able to log in.",
        "1 user will be logged out.",
        "1 user no longer exists.",
        "1 user is already in this state and stays as before.",
        "You stay as before: you can't do this to yourself.",
    }


@pytest.mark.parametrize(
    ("action", "sentence"),
    [
        ("activate", "1 user will become active and will be able to log in."),
        ("deactivate", "1 user will become inactive and will no longer be able to log in."),
        ("assign", "1 client will go to the technician you choose."),
    ],
)
def test_confirmation_page_says_what_each_action_does(admin, action, sentence):
    user = a_client(estado="suspendido")
    assert send(admin, action, [user]).context["consequences"] == [sentence]


def test_confirmation_page_counts_the_clients_of_who_is_stopped(admin, tecnico):
    for _ in range(3):
        a_client(parent=tecnico.user.email.upper())
    response = send(admin, "suspend", [tecnico.user, a_client()])
    assert "3 clients will keep a technician who can't log in." in response.context["consequences"]


def test_what_would_change_nobody_asks_for_nothing(admin):
    user = a_client(estado="suspendido")
    response = send(admin, "suspend", [user])
    assert refused(response) == [user]
    assert response.context["changed"] == 0


def test_who_was_not_changed_is_listed_by_name(admin):
    people = [a_client(nombre=nombre, estado="suspendido") for nombre in ("Zoe", "óscar", "Pablo")]
    response = confirm(admin, "suspend", [*people, a_client()])
    assert [user.nombre for user in refused(response)] == ["óscar", "Pablo", "Zoe"]


def test_session_that_has_expired_is_none_to_end(admin):
    browser = logged_in(a_client())
    sessions.update_one(
        {"user_id": browser.user.pk}, {"$set": {"expires": datetime(2026, 1, 1, tzinfo=UTC)}}
    )
    response = send(admin, "suspend", [browser.user])
    assert response.context["consequences"] == [
        "1 user will be suspended and will no longer be able to log in."
    ]


def test_confirmation_without_a_technician_says_so_at_the_field(admin):
    response = confirm(admin, "assign", [a_client()])
    assert response.context["form"].errors["parent"] == ["Choose a technician."]


def test_users_who_are_gone_are_counted(admin):
    response = confirm(admin, "suspend", [a_client(), ObjectId(), ObjectId()])
    assert (response.context["changed"], response.context["gone"]) == (1, 2)


def test_the_same_id_twice_is_one_user(admin):
    user = a_client()
    response = confirm(admin, "suspend", [user, user])
    assert (response.context["changed"], response.context["gone"]) == (1, 0)


@pytest.mark.parametrize("action", ["suspend", "deactivate"])
def test_nobody_does_it_to_themselves_so_an_administrator_stays(admin, action):
    other = an_administrator()
    response = confirm(admin, action, [admin.user, other])
    assert refused(response) == [admin.user]
    assert states(admin.user)[0] == "activo" != states(other)[0]


def test_suspended_users_are_out_at_the_next_request(admin):
    user = a_client()
    theirs = logged_in(user)
    confirm(admin, "suspend", [user])
    assert theirs.get("/me/").headers["Location"].startswith("/login/")


def test_who_was_not_changed_stays_logged_in(admin):
    confirm(admin, "suspend", [admin.user, a_client()])
    assert admin.get("/users/").status_code == 200


def test_many_are_changed_now(admin):
    user = a_client()
    confirm(admin, "suspend", [user])
    assert document_of(user)["modificado"] > user.modificado


def test_assigned_clients_stay_logged_in(admin):
    technician, user = a_technician(), a_client()
    theirs = logged_in(user)
    confirm(admin, "assign", [user], parent=technician.email)
    assert theirs.get("/me/").status_code == 200


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"action": "suspend"},
        {"action": "suspend", "ids": "not an id"},
        {"action": "suspend", "ids": "f" * 12},
        {"action": "suspend", "ids[$gt]": ""},
        {"action": "destroy", "ids": "0" * 24},
        {"action": "", "ids": "0" * 24},
        {"ids": "0" * 24},
        {"action": "assign", "ids": "0" * 24, "parent": "x" * 300},
        {"action": "assign", "ids": "0" * 24, "parent": "a\x00b"},
    ],
    ids=str,
)
def test_choice_that_is_none_is_a_sentence_on_the_list(admin, fields):
    response = admin.post("/users/bulk/", {**fields, "confirm": "1"}, follow=True)
    assert response.redirect_chain == [("/users/", 302)]
    assert len(response.context["messages"]) == 1


def test_more_than_five_hundred_at_once_is_a_sentence(admin):
    response = send(admin, "suspend", [ObjectId() for _n in range(501)])
    assert response.headers["Location"] == "/users/"


def test_five_hundred_at_once_are_changed(admin):
    doc = document_of(a_client())
    users.users.insert_many(
        {**doc, "_id": ObjectId(), "email": f"many{n}@example.org"} for n in range(500)
    )
    people = users.users.distinct("_id", {"email": {"$regex": "^many"}})
    assert confirm(admin, "suspend", people).context["changed"] == 500
    assert audit.entries.count_documents({}) == 500


@pytest.mark.parametrize("role", ["tecnico", "cliente"])
def test_nobody_else_changes_many(request, role):
    user = a_client()
    assert confirm(request.getfixturevalue(role), "suspend", [user]).status_code == 403
    assert states(user) == ["activo"]


def test_page_that_takes_a_form_only_leads_to_the_list(admin):
    """As after a login, when the session was over as the form was sent."""
    assert admin.get("/users/bulk/").headers["Location"] == "/users/"


def test_technician_who_left_meanwhile_is_a_sentence(admin, monkeypatch):
    technician, client = a_technician(), a_client()

    def gone(*args):
        raise lifecycle.NoSuchTechnician

    monkeypatch.setattr("accounts.lifecycle._hold_technician", gone)
    response = confirm(admin, "assign", [client], parent=technician.email)
    assert response.headers["Location"] == "/users/"
    assert document_of(client)["parent"] is None


def test_every_change_is_in_the_audit_log(admin):
    ana, luz = a_client(), a_client()
    confirm(admin, "suspend", [ana, luz])
    entries = list(audit.entries.find())
    assert {entry["target"]["_id"] for entry in entries} == {ana.pk, luz.pk}
    assert entries[0]["changes"] == {"estado": {"old": "activo", "new": "suspendido"}}


def test_all_changes_and_entries_are_one_transaction(admin, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("injected")

    people = [a_client(), a_client()]
    monkeypatch.setattr("accounts.audit.record", fail)
    with pytest.raises(RuntimeError, match="injected"):
        confirm(admin, "suspend", people)
    assert states(*people) == ["activo", "activo"]


def test_administrator_who_is_none_any_more_changes_nobody(admin):
    user = a_client()
    former = audit.Actor("Former", "former@example.org", a_technician().pk)
    with pytest.raises(users.NoSuchUser):
        lifecycle.change_many([user.pk], {"estado": "suspendido"}, former, lambda user: None)
    assert states(user) == ["activo"]


@pytest.mark.parametrize(
    ("back", "leads_to"),
    [
        ("/users/?rol=Cliente&page=2", "/users/?rol=Cliente&page=2"),
        ("//evil.example.org", "/users/"),
        ("", "/users/"),
    ],
)
def test_list_comes_back_as_it_was(admin, back, leads_to):
    response = admin.post("/users/bulk/", {"action": "suspend", "back": back})
    assert response.headers["Location"] == leads_to


# The way back, and what the pages look like


BACK = "/users/?rol=Cliente&page=2"


def test_way_back_leads_through_all_pages_to_the_list_as_it_was(admin):
    ana, written = a_client(), BACK.replace("&", "&amp;")
    question = send(admin, "suspend", [ana], back=BACK).text
    assert f'<input type="hidden" name="back" value="{written}">' in question
    assert f'<a class="button" href="{written}">' in question
    assert f'href="{written}"' in confirm(admin, "suspend", [ana], back=BACK).text


def test_missing_technician_is_said_on_the_page(admin):
    assert 'role="alert"' in confirm(admin, "assign", [a_client()], parent="").text


@pytest.mark.parametrize(
    ("action", "look"),
    [
        ("activate", "is-link"),
        ("suspend", "is-danger"),
        ("deactivate", "is-danger"),
        ("assign", "is-link"),
    ],
)
def test_what_takes_something_away_looks_dangerous(admin, action, look):
    person = a_client(estado="inactivo" if action == "activate" else "activo")
    assert f'<button class="button {look}">' in send(admin, action, [person]).text


def test_address_that_takes_a_form_only_blames_nobody(admin):
    assert list(admin.get("/users/bulk/", follow=True).context["messages"]) == []
