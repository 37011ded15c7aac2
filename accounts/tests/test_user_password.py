"""/users/<id>/password/: an administrator mails a link, and never types anybody's password."""

import re

import pytest
from django.core import mail

from accounts import audit, users
from tests.mothers import a_client, document_of, stored


def send(caller, user, **fields):
    return caller.post(f"/users/{user.pk}/password/", fields)


def link() -> str:
    return re.search(r"http://testserver(/password/\S+)", mail.outbox[0].body)[1]


def test_link_goes_to_the_users_address(admin):
    user = a_client()
    assert send(admin, user).headers["Location"] == f"/users/{user.pk}/"
    assert [message.to for message in mail.outbox] == [[user.email]]


def test_link_lets_the_user_choose_a_password(admin, anonymous):
    user = a_client()
    send(admin, user)
    form = anonymous.get(link(), follow=True)
    path = form.redirect_chain[-1][0]
    fresh = {"new_password1": "another good one", "new_password2": "another good one"}
    anonymous.post(path, fresh)
    assert users.by_id(user.pk).check_password("another good one")


def test_user_who_never_had_a_password_gets_an_invitation(admin):
    user = a_client(password="!unusable")
    users.users.update_one({"_id": user.pk}, {"$set": {"password": "!unusable"}})
    send(admin, user)
    assert link().startswith("/password/set/")


def test_looking_at_the_question_mails_nothing(admin):
    assert admin.get(f"/users/{a_client().pk}/password/").status_code == 200
    assert mail.outbox == []


def test_question_says_where_the_mail_goes(admin):
    user = a_client()
    question = admin.get(f"/users/{user.pk}/password/").context["consequences"]
    assert user.email in question[0]


def test_password_stays_the_same_whatever_is_sent(admin):
    user = a_client()
    send(admin, user, password="typed by somebody", new_password1="typed by somebody")
    assert document_of(user)["password"] == user.password


@pytest.mark.parametrize("role", ["tecnico", "cliente"])
def test_nobody_else_mails_links(request, role):
    assert send(request.getfixturevalue(role), a_client()).status_code == 403
    assert mail.outbox == []


@pytest.mark.parametrize("estado", ["inactivo", "suspendido"])
def test_user_who_is_not_active_gets_no_link(admin, estado):
    send(admin, a_client(estado=estado))
    assert mail.outbox == []
    assert audit.entries.count_documents({}) == 0


def test_for_a_user_who_is_not_active_no_link_is_offered(admin):
    user = a_client(estado="inactivo")
    page = admin.get(f"/users/{user.pk}/password/")
    assert page.headers["Location"] == f"/users/{user.pk}/"


def test_user_without_an_email_gets_no_link(admin):
    send(admin, stored(nombre="No mail", rol="Cliente"))
    assert mail.outbox == []
    assert audit.entries.count_documents({}) == 0


def test_link_is_in_the_audit_log_without_the_link(admin):
    user = a_client()
    send(admin, user)
    entry = audit.entries.find_one({}, {"_id": 0, "at": 0})
    assert (entry["action"], entry["target"]["_id"]) == ("link", user.pk)
    assert link() not in str(entry)


def test_mail_server_that_does_not_answer_is_a_sentence(admin, monkeypatch):
    def refused(*args, **kwargs):
        raise ConnectionRefusedError

    monkeypatch.setattr("accounts.mail.send_mail", refused)
    response = send(admin, a_client())
    assert response.status_code == 302
    assert audit.entries.count_documents({}) == 0


def test_sending_a_link_does_not_look_dangerous(admin):
    page = admin.get(f"/users/{a_client().pk}/password/").text
    assert '<button class="button is-link">' in page
