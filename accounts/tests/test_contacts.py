"""The people to call for a client, kept by the client and by their technician."""

import threading

import bson
import pytest
from bson import ObjectId
from bson.raw_bson import DEFAULT_RAW_BSON_OPTIONS as RAW
from bson.raw_bson import RawBSONDocument
from pymongo.errors import OperationFailure

from accounts import audit, contacts
from accounts.audit import Actor
from accounts.contacts import MOST, version
from accounts.users import NoSuchUser, by_id, client_of, users
from tests.chaos.forms import posted_by
from tests.mothers import a_client, a_technician, document_of

EVA = {
    "nombre": "Eva",
    "relacion": "hermana",
    "telefono": "+34 600 000 001",
    "email": "eva@example.org",
    "principal": False,
}
OTHER = {"nombre": "Ines", "telefono": "600 000 009", "principal": False}
LUIS = EVA | {"nombre": "Luis", "relacion": "vecino", "principal": True}


@pytest.fixture(params=["cliente", "tecnico"])
def place(request, cliente):
    """Who keeps the contacts, and under which path."""
    browser = request.getfixturevalue(request.param)
    paths = {"cliente": "/profile/contacts/", "tecnico": f"/clients/{cliente.user.pk}/contacts/"}
    return browser, paths[request.param]


def page_with(path: str) -> str:
    """The address of the page that lists the contacts under a path."""
    return path.removesuffix("contacts/").replace("/profile/", "/me/")


def posted(contact: dict) -> dict:
    """As a browser sends it: an unchecked box is not there."""
    return {field: "on" if value is True else value for field, value in contact.items() if value}


def keep(cliente, *contacts):
    users.update_one({"_id": cliente.user.pk}, {"$set": {"contactos": list(contacts)}})


def contacts_of(cliente) -> list:
    return document_of(cliente.user).get("contactos")


def names(cliente) -> list[str]:
    return [contact["nombre"] for contact in contacts_of(cliente)]


def principals(cliente) -> list[str]:
    return [c["nombre"] for c in contacts_of(cliente) if c.get("principal")]


# Adding


def test_contact_is_added(place, cliente):
    browser, path = place
    browser.post(f"{path}create/", posted(EVA))
    assert contacts_of(cliente) == [EVA]


def test_adding_leads_back_to_the_client(cliente, tecnico):
    own = cliente.post("/profile/contacts/create/", posted(EVA))
    page = f"/clients/{cliente.user.pk}/"
    theirs = tecnico.post(f"{page}contacts/create/", posted(LUIS))
    assert (own.headers["Location"], theirs.headers["Location"]) == ("/me/", page)


def test_contact_is_added_at_the_end(place, cliente):
    browser, path = place
    keep(cliente, EVA)
    browser.post(f"{path}create/", posted(LUIS))
    assert names(cliente) == ["Eva", "Luis"]


def test_new_principal_contact_takes_over(place, cliente):
    browser, path = place
    keep(cliente, EVA | {"principal": True}, EVA | {"nombre": "Ada"})
    browser.post(f"{path}create/", posted(LUIS))
    assert principals(cliente) == ["Luis"]


def test_principal_changes_in_one_update(cliente, commands):
    keep(cliente, EVA | {"principal": True})
    with commands() as seen:
        cliente.post("/profile/contacts/create/", posted(LUIS))
    assert [str(c) for c in seen if c.name == "update"] == ["update users"]


@pytest.mark.parametrize("mistyped", [None, "Eva", {"nombre": "Eva"}])
def test_contacts_that_are_no_list_are_replaced(cliente, mistyped):
    users.update_one({"_id": cliente.user.pk}, {"$set": {"contactos": mistyped}})
    cliente.post("/profile/contacts/create/", posted(EVA))
    assert contacts_of(cliente) == [EVA]


@pytest.mark.parametrize("number", ["112", "061", "900 10 20 30", "+1 (555) 010-0199"])
def test_telephone_may_be_of_any_kind(cliente, number):
    cliente.post("/profile/contacts/create/", posted(EVA | {"telefono": number}))
    assert contacts_of(cliente)[0]["telefono"] == number


def test_form_sent_twice_adds_one_contact(cliente):
    for _ in range(2):
        cliente.post("/profile/contacts/create/", posted(EVA))
    assert contacts_of(cliente) == [EVA]


def test_form_sent_again_adds_nobody_who_was_removed_meanwhile(cliente):
    sent = posted(EVA) | {"id": str(ObjectId())}
    cliente.post("/profile/contacts/create/", sent)
    keep(cliente)
    cliente.post("/profile/contacts/create/", sent)
    assert contacts_of(cliente) == []


def test_form_that_came_back_adds_somebody_else_too(cliente):
    for contact in (EVA, LUIS):
        cliente.post("/profile/contacts/create/", posted(contact) | {"id": "5" * 24})
    assert names(cliente) == ["Eva", "Luis"]


def test_there_is_room_for_so_many_contacts(cliente):
    keep(cliente, *(EVA | {"nombre": str(n)} for n in range(MOST - 1)))
    assert cliente.post("/profile/contacts/create/", posted(EVA)).status_code == 302
    assert cliente.post("/profile/contacts/create/", posted(LUIS)).status_code == 200
    assert len(contacts_of(cliente)) == MOST


def test_full_list_is_said_before_anything_is_typed(place, cliente):
    browser, path = place
    keep(cliente, *[EVA] * MOST)
    page = browser.get(f"{path}create/", follow=True, headers={"accept-language": "en"})
    assert page.redirect_chain == [(page_with(path), 302)]
    assert f"There is no room for more than {MOST} contacts." in page.text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("nombre", ""),
        ("nombre", "x" * 151),
        ("nombre", "a\x1bb"),
        ("relacion", "x" * 101),
        ("relacion", "a\nb"),
        ("telefono", "call me"),
        ("telefono", "1" * 40),
        ("email", "nonsense"),
    ],
)
def test_bad_value_is_a_sentence_at_its_field(cliente, field, value):
    response = cliente.post("/profile/contacts/create/", posted(EVA) | {field: value})
    assert set(response.context["form"].errors) == {field}
    assert contacts_of(cliente) is None


def test_telephone_is_typed_on_a_keyboard_of_numbers(place):
    browser, path = place
    assert '<input type="tel" name="telefono"' in browser.get(f"{path}create/").text


@pytest.mark.parametrize("text", ["$$NOW", "$nombre", "\U0001f600", "مرحبا", "<b>Eva</b>"])
def test_odd_text_is_stored_as_typed(cliente, text):
    cliente.post("/profile/contacts/create/", posted(EVA) | {"nombre": text})
    assert names(cliente) == [text]


def test_only_the_name_is_needed(cliente):
    cliente.post("/profile/contacts/create/", {"nombre": "Eva"})
    assert contacts_of(cliente) == [
        {"nombre": "Eva", "relacion": "", "telefono": "", "email": "", "principal": False}
    ]


# Editing


def test_form_shows_the_contact(place, cliente):
    browser, path = place
    keep(cliente, LUIS, EVA)
    form = browser.get(f"{path}1/edit/").context["form"]
    assert {field: form[field].value() for field in EVA} == EVA


def test_contact_at_its_place_is_replaced(place, cliente):
    browser, path = place
    keep(cliente, LUIS, EVA, EVA)
    browser.post(f"{path}1/edit/", posted(EVA | {"nombre": "Ada"}))
    assert names(cliente) == ["Luis", "Ada", "Eva"]


def test_contact_may_become_what_another_says(cliente):
    keep(cliente, EVA, OTHER)
    sent = posted(EVA) | {"version": version(OTHER)}
    cliente.post("/profile/contacts/1/edit/", sent)
    assert names(cliente) == ["Eva", "Eva"]


def test_edited_principal_contact_takes_over(place, cliente):
    browser, path = place
    keep(cliente, LUIS, EVA, "Ada")
    browser.post(f"{path}1/edit/", posted(EVA | {"principal": True}))
    assert contacts_of(cliente) == [LUIS | {"principal": False}, EVA | {"principal": True}, "Ada"]


def test_principal_contact_may_stop_being_it(cliente):
    keep(cliente, LUIS)
    cliente.post("/profile/contacts/0/edit/", posted(LUIS | {"principal": False}))
    assert principals(cliente) == []


def test_form_sent_twice_edits_once_and_complains_of_nothing(place, cliente):
    browser, path = place
    keep(cliente, EVA)
    sent = posted(LUIS) | {"version": version(EVA)}
    answers = [browser.post(f"{path}0/edit/", sent).status_code for _ in range(2)]
    assert answers == [302, 302]
    assert audit.entries.count_documents({"action": "contacts"}) == 1


def test_bad_value_while_editing_changes_nothing(cliente):
    keep(cliente, EVA)
    response = cliente.post("/profile/contacts/0/edit/", posted(EVA | {"telefono": "no"}))
    assert set(response.context["form"].errors) == {"telefono"}
    assert contacts_of(cliente) == [EVA]


def test_second_of_two_editors_is_shown_both_and_overwrites_nothing(cliente, tecnico):
    keep(cliente, EVA)
    sent = posted(EVA | {"nombre": "Second"}) | {"version": version(EVA)}
    keep(cliente, EVA | {"nombre": "First", "principal": True})
    response = tecnico.post(f"/clients/{cliente.user.pk}/contacts/0/edit/", sent)
    assert response.status_code == 200
    assert {"__all__", "nombre", "principal"} == set(response.context["form"].errors)
    assert names(cliente) == ["First"]


def test_shown_both_the_typed_text_stays(cliente):
    keep(cliente, EVA)
    sent = posted(EVA | {"nombre": "Second"}) | {"version": version(EVA)}
    keep(cliente, EVA | {"nombre": "First", "telefono": ""})
    page = cliente.post("/profile/contacts/0/edit/", sent).content.decode()
    assert 'value="Second"' in page
    assert "First" in page


def test_second_editor_may_insist(cliente):
    keep(cliente, LUIS)
    sent = posted(EVA) | {"version": version(EVA)}
    form = cliente.post("/profile/contacts/0/edit/", sent).context["form"]
    cliente.post("/profile/contacts/0/edit/", sent | {"version": form["version"].value()})
    assert contacts_of(cliente) == [EVA]


@pytest.mark.parametrize(
    "others",
    [[], [OTHER], [OTHER | {"telefono": EVA["telefono"]}]],
    ids=["nobody", "another in its place", "another of the household"],
)
def test_edited_contact_that_is_gone_is_a_sentence_and_overwrites_nobody(cliente, others):
    keep(cliente, *others)
    sent = posted(EVA) | {"version": version(EVA)}
    for _ in range(2):
        page = cliente.post("/profile/contacts/0/edit/", sent, headers={"Accept-Language": "en"})
        assert "This contact was changed or removed in the meantime" in page.text
        sent["version"] = page.context["form"]["version"].value()
        assert page.context["form"]["nombre"].value() == "Eva"
    assert contacts_of(cliente) == others


def test_contact_that_is_gone_is_not_taken_for_another_without_email(cliente):
    ines, gone = EVA | {"nombre": "Ines", "email": ""}, EVA | {"email": ""}
    keep(cliente, ines)
    sent = posted(gone) | {"version": version(gone)}
    for _ in range(2):
        form = cliente.post("/profile/contacts/0/edit/", sent).context["form"]
        sent["version"] = form["version"].value()
    assert contacts_of(cliente) == [ines]


def test_of_two_with_one_email_the_one_at_its_place_is_overwritten(cliente):
    ines, eva = EVA | {"nombre": "Ines"}, EVA | {"telefono": "112"}
    keep(cliente, ines, eva)
    sent = posted(EVA | {"relacion": "madre"}) | {"version": version(EVA)}
    form = cliente.post("/profile/contacts/1/edit/", sent).context["form"]
    sent["version"] = form["version"].value()
    cliente.post("/profile/contacts/1/edit/", sent)
    assert contacts_of(cliente) == [ines, EVA | {"relacion": "madre"}]


def test_shown_both_a_checked_box_is_a_tick(cliente):
    keep(cliente, EVA | {"principal": True})
    sent = posted(EVA) | {"version": version(EVA)}
    form = cliente.post("/profile/contacts/0/edit/", sent).context["form"]
    assert "✓" in form.errors["principal"][0]


@pytest.mark.parametrize("shown_at", [0, 2])
def test_edited_contact_that_moved_is_the_one_that_changes(cliente, shown_at):
    keep(cliente, OTHER, EVA)
    sent = posted(EVA | {"nombre": "Ada"}) | {"version": version(EVA)}
    cliente.post(f"/profile/contacts/{shown_at}/edit/", sent)
    assert names(cliente) == ["Ines", "Ada"]


def test_contact_that_moved_and_was_changed_is_the_one_that_is_shown(cliente):
    keep(cliente, EVA | {"relacion": "tía"})
    sent = posted(EVA | {"telefono": "112"}) | {"version": version(EVA)}
    form = cliente.post("/profile/contacts/1/edit/", sent).context["form"]
    assert {"relacion", "telefono"} <= set(form.errors)
    cliente.post("/profile/contacts/1/edit/", sent | {"version": form["version"].value()})
    assert contacts_of(cliente) == [EVA | {"telefono": "112"}]


def test_what_others_have_stored_of_a_contact_stays(cliente):
    keep(cliente, EVA | {"id": "7", "direccion": "Calle Mayor 1"})
    form = posted_by(cliente.get("/profile/contacts/0/edit/").text, "nombre").data()
    cliente.post("/profile/contacts/0/edit/", {**form, "telefono": "600 000 002"})
    changed = {"telefono": "600 000 002", "id": "7", "direccion": "Calle Mayor 1"}
    assert contacts_of(cliente) == [EVA | changed]


def test_contact_that_goes_while_saving_is_a_sentence(cliente, monkeypatch):
    from accounts import contacts

    keep(cliente, EVA)
    original = contacts.edit

    def gone_first(*args):
        keep(cliente)
        return original(*args)

    monkeypatch.setattr(contacts, "edit", gone_first)
    page = cliente.post("/profile/contacts/0/edit/", posted(LUIS))
    assert page.context["form"].errors


# Removing


def test_contact_is_removed(place, cliente):
    browser, path = place
    keep(cliente, EVA, LUIS)
    browser.post(f"{path}0/delete/")
    assert names(cliente) == ["Luis"]


@pytest.mark.parametrize("step", ["create/", "0/edit/", "0/delete/"])
def test_cancel_leads_back_to_whose_contacts_they_are(cliente, tecnico, step):
    keep(cliente, EVA)
    page = f"/clients/{cliente.user.pk}/"
    assert 'href="/me/">' in cliente.get(f"/profile/contacts/{step}").content.decode()
    assert f'href="{page}">' in tecnico.get(f"{page}contacts/{step}").content.decode()


def test_looking_at_the_page_removes_nothing(place, cliente):
    browser, path = place
    keep(cliente, EVA)
    assert browser.get(f"{path}0/delete/").status_code == 200
    assert names(cliente) == ["Eva"]


@pytest.mark.parametrize(
    ("principal", "said"),
    [
        (False, []),
        (True, ["This is the person to call first. Nobody will be, until you choose somebody."]),
    ],
)
def test_page_says_what_removing_a_contact_does(place, cliente, principal, said):
    browser, path = place
    keep(cliente, {**EVA, "principal": principal})
    page = browser.get(f"{path}0/delete/", headers={"accept-language": "en"})
    assert page.context["consequences"] == [
        "The name, the telephone number and everything else about this person "
        "will be deleted for good.",
        *said,
    ]


def test_page_leads_to_where_each_contact_is_changed(place, cliente):
    browser, path = place
    keep(cliente, LUIS, EVA)
    page = browser.get(page_with(path)).text
    for step in ("create/", "0/edit/", "0/delete/", "1/edit/", "1/delete/"):
        assert f'href="{path}{step}"' in page


def test_page_says_who_is_called_first_and_whose_each_link_is(place, cliente):
    browser, path = place
    keep(cliente, EVA, LUIS)
    page = browser.get(page_with(path), headers={"Accept-Language": "en"}).text
    eva, luis = page.index("<strong>Eva</strong>"), page.index("<strong>Luis</strong>")
    assert luis < page.index("First to call") < eva
    for name in ("Eva", "Luis"):
        assert page.count(f'<span class="is-sr-only"> {name}</span>') == 2


def test_of_equal_contacts_one_is_removed(cliente):
    keep(cliente, EVA, EVA, LUIS)
    cliente.post("/profile/contacts/0/delete/")
    assert names(cliente) == ["Eva", "Luis"]


def test_removal_that_is_sent_again_leaves_the_twin(cliente):
    keep(cliente, EVA, EVA)
    form = cliente.get("/profile/contacts/0/delete/").context["form"]
    sent = {name: form[name].value() for name in ("id", "version")}
    for _ in range(2):
        assert cliente.post("/profile/contacts/0/delete/", sent).status_code == 302
    assert names(cliente) == ["Eva"]


def test_contact_that_says_more_stays_when_one_that_says_less_goes(cliente):
    keep(cliente, {"nombre": "Eva"}, EVA)
    cliente.post("/profile/contacts/0/delete/")
    assert contacts_of(cliente) == [EVA]


@pytest.mark.parametrize("odd", ["Eva", 7, None, {"$set": 1}, {"a.b": {"$gt": 1}}])
def test_contact_of_another_shape_is_removed(cliente, odd):
    keep(cliente, odd, EVA)
    assert cliente.post("/profile/contacts/0/delete/").status_code == 302
    assert contacts_of(cliente) == [EVA]


@pytest.mark.parametrize("shown_at", [0, 2])
def test_contact_that_moved_meanwhile_is_the_one_that_is_removed(cliente, shown_at):
    keep(cliente, OTHER, EVA)
    cliente.post(f"/profile/contacts/{shown_at}/delete/", {"version": version(EVA)})
    assert names(cliente) == ["Ines"]


def test_what_is_no_contact_stays_when_another_is_removed(cliente):
    keep(cliente, None, EVA, LUIS)
    cliente.post("/profile/contacts/1/delete/")
    assert contacts_of(cliente) == [None, LUIS]


def test_contact_that_is_gone_meanwhile_is_not_removed(cliente):
    keep(cliente, EVA, LUIS)
    shown = cliente.get("/profile/contacts/0/delete/").context["form"]["version"].value()
    keep(cliente, LUIS)
    cliente.post("/profile/contacts/0/delete/", {"version": shown})
    assert names(cliente) == ["Luis"]


def test_two_who_remove_the_same_contact_remove_one(cliente, tecnico):
    keep(cliente, EVA, LUIS)
    calls = [
        (cliente, "/profile/contacts/0/delete/"),
        (tecnico, f"/clients/{cliente.user.pk}/contacts/0/delete/"),
    ]
    barrier = threading.Barrier(2)

    def run(browser, path):
        barrier.wait()
        browser.post(path, {"version": version(EVA)})

    threads = [threading.Thread(target=run, args=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert names(cliente) == ["Luis"]


# Rules for all


@pytest.mark.parametrize("step", ["9/edit/", "9/delete/", "99999999999999999999/edit/"])
def test_contact_that_is_not_there_is_404(place, cliente, step):
    browser, path = place
    keep(cliente, EVA)
    assert browser.get(f"{path}{step}").status_code == 404
    assert browser.post(f"{path}{step}", posted(EVA)).status_code == 404


@pytest.mark.parametrize("step", ["create/", "0/edit/", "0/delete/"])
def test_contacts_of_another_technicians_client_do_not_exist(tecnico, step):
    other = a_client(parent=a_technician().email, contactos=[EVA])
    assert tecnico.post(f"/clients/{other.pk}/contacts/{step}", posted(LUIS)).status_code == 404
    assert document_of(other)["contactos"] == [EVA]


@pytest.mark.parametrize("step", ["create/", "0/edit/", "0/delete/"])
def test_client_who_is_deleted_while_their_contacts_change_is_404(tecnico, cliente, step):
    keep(cliente, EVA)
    stale = by_id(cliente.user.pk)
    users.delete_one({"_id": cliente.user.pk})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("accounts.users.client_of", lambda *_: stale)
        path = f"/clients/{cliente.user.pk}/contacts/{step}"
        assert tecnico.post(path, posted(LUIS)).status_code == 404


def test_every_change_is_in_the_audit_log_without_the_contact(cliente):
    cliente.post("/profile/contacts/create/", posted(EVA))
    cliente.post("/profile/contacts/0/edit/", posted(LUIS))
    cliente.post("/profile/contacts/0/delete/")
    entries = list(audit.entries.find())
    assert [entry["action"] for entry in entries] == ["contacts"] * 3
    assert [entry["changes"] for entry in entries] == [{"contactos": {}}] * 3


def test_change_that_begins_anew_is_made_and_recorded_once(cliente, monkeypatch):
    record, conflicts = audit.record, [OperationFailure("write conflict", 112)]
    conflicts[0]._add_error_label("TransientTransactionError")

    def recorded(*arguments):
        record(*arguments)
        if conflicts:
            raise conflicts.pop()

    monkeypatch.setattr(audit, "record", recorded)
    cliente.post("/profile/contacts/create/", posted(EVA) | {"id": str(ObjectId())})
    assert contacts_of(cliente) == [EVA]
    assert audit.entries.count_documents({}) == 1


def test_technician_who_lost_the_client_meanwhile_adds_no_contact(tecnico, cliente):
    other = a_technician()
    users.update_one({"_id": cliente.user.pk}, {"$set": {"parent": other.email}})
    contact = {"nombre": "Eva", "relacion": "", "telefono": "", "email": "", "principal": False}
    with pytest.raises(NoSuchUser):
        contacts.add(cliente.user.pk, contact, Actor("Test"), owner=tecnico.user, _id=ObjectId())


def test_principal_contact_is_added_beside_what_is_no_contact(cliente):
    users.update_one({"_id": cliente.user.pk}, {"$set": {"contactos": ["mama", 5]}})
    cliente.post("/profile/contacts/create/", {"nombre": "Eva", "principal": "on"})
    stored = users.find_one({"_id": cliente.user.pk})["contactos"]
    assert stored[:2] == ["mama", 5]
    assert stored[2]["nombre"] == "Eva"


@pytest.mark.parametrize("asked", ["create/", "0/edit/", "0/delete/"])
def test_technician_who_loses_the_client_meanwhile_changes_no_contact(
    tecnico, cliente, monkeypatch, asked
):
    keep(cliente, EVA)

    def read_and_lost(owner, client_id):
        client = client_of(owner, client_id)
        users.update_one({"_id": client_id}, {"$set": {"parent": "other@example.org"}})
        return client

    monkeypatch.setattr("accounts.users.client_of", read_and_lost)
    response = tecnico.post(f"/clients/{cliente.user.pk}/contacts/{asked}", posted(LUIS))
    assert response.status_code == 404
    assert contacts_of(cliente) == [EVA]


@pytest.mark.parametrize("path", ["/", "/me/"])
def test_mail_goes_to_the_contact_alone(cliente, path):
    keep(cliente, EVA | {"email": "ana?cc=eva&x@example.org"})
    assert 'href="mailto:ana%3Fcc%3Deva%26x@example.org"' in cliente.get(path).text


@pytest.mark.parametrize("asked", ["create/", "0/edit/", "0/delete/"])
def test_client_was_changed_when_a_contact_was(cliente, asked):
    keep(cliente, EVA)
    before = document_of(cliente.user)["modificado"]
    path = f"/profile/contacts/{asked}"
    form = posted_by(cliente.get(path).text, "version").data()
    cliente.post(path, form if "delete" in path else form | posted(LUIS))
    assert document_of(cliente.user)["modificado"] > before


@pytest.mark.parametrize(
    ("role", "path", "back"),
    [
        ("admin", "/users/{id}/delete/", "/users/{id}/"),
        ("admin", "/users/{id}/password/", "/users/{id}/"),
        ("admin", "/users/{id}/edit/", "/users/{id}/"),
        ("tecnico", "/clients/{id}/delete/", "/clients/{id}/"),
        ("tecnico", "/clients/{id}/contacts/0/delete/", "/clients/{id}/"),
        ("cliente", "/profile/contacts/0/delete/", "/me/"),
        ("cliente", "/profile/contacts/0/edit/", "/me/"),
        ("cliente", "/profile/delete/", "/profile/"),
    ],
)
def test_cancel_leads_back_to_where_it_was_asked_for(request, cliente, role, path, back):
    keep(cliente, EVA)
    caller, id_ = request.getfixturevalue(role), cliente.user.pk
    page = caller.get(path.format(id=id_), headers={"accept-language": "en"}).text
    assert f'<a class="button" href="{back.format(id=id_)}">Cancel</a>' in page


@pytest.mark.parametrize("asked", ["create/", "1/edit/", "1/delete/"])
def test_contacts_of_other_programs_stay_as_they_were(cliente, asked):
    raw = users.with_options(RAW)
    odd = bson.encode({"nombre": "Ana"}).replace(b"Ana", b"\xff\xfe\xfd")  # no UTF-8
    keep(cliente, RawBSONDocument(odd), EVA)
    path = f"/profile/contacts/{asked}"
    form = posted_by(cliente.get(path).text, "version").data()
    sent = form if "delete" in path else form | posted(EVA | {"nombre": "Luz"})
    assert cliente.post(path, sent).status_code == 302
    assert raw.find_one({"_id": cliente.user.pk})["contactos"][0].raw == odd
