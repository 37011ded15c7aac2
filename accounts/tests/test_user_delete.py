"""/users/<id>/delete/: an administrator removes a user."""

from datetime import UTC, datetime

import pytest

from accounts import audit, lifecycle, users
from accounts.sessions import sessions
from conftest import logged_in
from mflix.comments import comments
from mflix.tests.mothers import a_comment, a_movie
from tests.mothers import a_client, a_technician, an_administrator, document_of, stored


def delete(caller, user, **fields):
    return caller.post(f"/users/{user.pk}/delete/", fields)


@pytest.mark.parametrize("make", [a_client, a_technician, an_administrator])
def test_administrator_deletes_a_user_of_any_role(admin, make):
    user = make()
    assert delete(admin, user).headers["Location"] == "/users/"
    assert document_of(user) is None


@pytest.mark.parametrize("role", ["tecnico", "cliente"])
def test_nobody_else_deletes_users(request, role):
    user = a_client()
    assert delete(request.getfixturevalue(role), user).status_code == 403
    assert document_of(user) is not None


def test_looking_at_the_question_deletes_nobody(admin):
    user = a_client()
    assert admin.get(f"/users/{user.pk}/delete/").status_code == 200
    assert document_of(user) is not None


def test_deleted_user_is_out_at_the_next_request(admin):
    user = a_client()
    theirs = logged_in(user)
    delete(admin, user)
    assert theirs.get("/me/").headers["Location"].startswith("/login/")
    assert sessions.count_documents({"user_id": user.pk}) == 0


def test_others_stay_logged_in(admin, cliente):
    delete(admin, a_client())
    assert cliente.get("/me/").status_code == 200


def test_deleting_twice_is_not_found(admin):
    user = a_client()
    delete(admin, user)
    assert delete(admin, user).status_code == 404


def test_user_who_vanished_while_the_answer_was_sent_is_not_found(admin, monkeypatch):
    user = a_client()

    def vanish(*args):
        raise users.NoSuchUser(user.pk)

    monkeypatch.setattr("accounts.lifecycle.fetch", vanish)
    assert delete(admin, user).status_code == 404


def test_comments_of_a_deleted_user_are_nobodys(admin):
    user = a_client(email="ana@example.org")
    a_comment(a_movie(), user, text="Good")
    kept = a_comment(a_movie())
    admin.post(f"/users/{user.pk}/delete/")
    assert not comments.find_one({"text": "Good"}).keys() & {"name", "email"}
    assert comments.find_one({"_id": kept["_id"]}) == kept


def test_next_owner_of_an_email_owns_no_older_comments(admin, anonymous):
    user = a_client(email="ana@example.org")
    comment = a_comment(a_movie(), user)
    admin.post(f"/users/{user.pk}/delete/")
    anonymous.force_login(a_client(email="ana@example.org"))
    assert anonymous.get(f"/mflix/comments/{comment['_id']}/edit/").status_code == 404


def test_films_comments_stay(admin):
    comments.insert_one({"email": "ana@example.org", "text": "Good"})
    delete(admin, a_client(email="ana@example.org"))
    assert comments.count_documents({}) == 1


def test_technicians_clients_go_to_the_chosen_technician(admin):
    technician, heir = a_technician(), a_technician()
    client = a_client(parent=technician.email)
    delete(admin, technician, parent=heir.email)
    assert document_of(client)["parent"] == heir.email
    assert document_of(technician) is None


def test_client_who_goes_to_another_technician_was_changed_now(admin):
    technician = a_technician()
    client = a_client(parent=technician.email)
    delete(admin, technician)
    assert document_of(client)["modificado"] > client.modificado


def test_technicians_clients_are_left_unassigned_without_a_choice(admin):
    technician = a_technician()
    client = a_client(parent=technician.email)
    delete(admin, technician)
    assert document_of(client)["parent"] is None


def test_clients_of_others_stay_where_they_are(admin):
    technician, other = a_technician(), a_technician()
    client = a_client(parent=other.email)
    delete(admin, technician)
    assert document_of(client)["parent"] == other.email


def test_question_offers_the_other_active_technicians(admin):
    technician, heir = a_technician(), a_technician()
    a_technician(estado="suspendido")
    a_client(parent=technician.email)
    form = admin.get(f"/users/{technician.pk}/delete/").context["form"]
    assert [value for value, _label in form.fields["parent"].choices] == ["", heir.email]


def consequences(admin, user) -> list[str]:
    question = admin.get(f"/users/{user.pk}/delete/", headers={"accept-language": "en"})
    return question.context["consequences"]


def test_question_says_how_many_clients_are_left(admin):
    technician = a_technician()
    for _n in range(3):
        a_client(parent=technician.email)
    assert "3 clients will be left without a technician." in consequences(admin, technician)


def test_question_says_that_another_technician_can_be_chosen(admin):
    technician, _heir = a_technician(), a_technician()
    a_client(parent=technician.email)
    assert (
        "1 client will be left without a technician, unless you choose one here."
        in consequences(admin, technician)
    )


def test_question_says_how_many_contacts_comments_and_sessions_there_are(admin):
    user = a_client(contactos=[{"nombre": "Luz"}, {"nombre": "Mar"}])
    a_comment(a_movie(), user)
    a_comment(a_movie(), a_client())
    for _n in range(3):
        logged_in(user)
    assert consequences(admin, user)[1:] == [
        "2 contacts will be deleted too.",
        "1 comment on a film will stay, without a name.",
        "3 open sessions will end.",
    ]


def test_question_says_only_what_will_happen(admin):
    assert consequences(admin, a_client()) == [
        "The account and all data in it will be deleted for good."
    ]


def test_session_that_is_over_is_not_counted(admin):
    user = a_client()
    logged_in(user)
    sessions.update_one(
        {"user_id": user.pk}, {"$set": {"expires": datetime(2026, 1, 1, tzinfo=UTC)}}
    )
    assert len(consequences(admin, user)) == 1


def test_comments_of_nobody_are_not_counted_for_who_has_no_email(admin):
    comments.insert_one({"text": "Nobody's"})
    assert len(consequences(admin, stored(nombre="No mail", rol="Cliente"))) == 1


@pytest.mark.parametrize("make", [a_client, a_technician, an_administrator])
def test_nothing_is_asked_about_who_has_no_clients(admin, make):
    form = admin.get(f"/users/{make().pk}/delete/").context["form"]
    assert list(form.fields) == []


@pytest.mark.parametrize("heir", ["nobody@example.org", "off@example.org", "own@example.org"])
def test_clients_go_only_to_another_active_technician(admin, heir):
    technician = a_technician(email="own@example.org")
    a_technician(email="off@example.org", estado="inactivo")
    client = a_client(parent=technician.email)
    assert "parent" in delete(admin, technician, parent=heir).context["form"].errors
    assert document_of(client)["parent"] == technician.email


def test_heir_who_left_while_the_form_was_open_is_a_sentence(admin, monkeypatch):
    technician, heir = a_technician(), a_technician()
    a_client(parent=technician.email)

    def gone(*args, **kwargs):
        raise lifecycle.NoSuchTechnician

    monkeypatch.setattr("accounts.lifecycle.hold", gone)
    response = delete(admin, technician, parent=heir.email)
    assert "parent" in response.context["form"].errors
    assert document_of(technician) is not None


def test_nobody_inherits_the_own_clients():
    technician = a_technician()
    client = a_client(parent=technician.email)
    with pytest.raises(lifecycle.NoSuchTechnician):
        lifecycle.delete(technician.pk, audit.Actor("Admin"), clients_to=technician.email)
    assert document_of(client)["parent"] == technician.email
    assert document_of(technician) is not None


def test_administrator_is_led_to_delete_the_own_account_with_the_password(admin):
    response = delete(admin, admin.user)
    assert response.headers["Location"] == "/profile/delete/"
    assert document_of(admin.user) is not None


def test_suspended_administrator_can_be_deleted(admin):
    other = an_administrator(estado="suspendido")
    delete(admin, other)
    assert document_of(other) is None


def test_technician_without_an_email_takes_no_unassigned_client_along(admin):
    technician, heir = stored(nombre="No mail", rol="Técnico"), a_technician()
    client = a_client()
    delete(admin, technician, parent=heir.email)
    assert document_of(client)["parent"] is None
    assert document_of(technician) is None


def test_deletion_and_each_moved_client_are_in_the_audit_log(admin):
    technician, heir = a_technician(), a_technician(nombre="Tomás Peña")
    client = a_client(parent=technician.email)
    delete(admin, technician, parent=heir.email)
    deleted, moved = audit.entries.find({}, sort=[("action", 1)])
    assert deleted["target"]["email"] == technician.email
    assert moved["target"]["_id"] == client.pk
    assert moved["changes"] == {
        "parent": {"old": technician.email, "new": heir.email, "name": "Tomás Peña"}
    }
