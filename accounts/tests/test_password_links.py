"""Setting a password by a mailed link: resets and invitations."""

import re
from datetime import timedelta
from smtplib import SMTPException

import pytest
from django.contrib.auth.hashers import check_password
from django.core import mail as outgoing
from django.test import Client

from accounts import audit, mail, sessions
from accounts.audit import Actor
from accounts.lifecycle import set_password
from accounts.tokens import invitation_tokens, reset_tokens
from accounts.users import NoSuchUser, by_id, users
from conftest import logged_in
from tests.mothers import PASSWORD, a_client, a_document, document_of, stored

NEW = {"new_password1": "another good passphrase", "new_password2": "another good passphrase"}


@pytest.fixture
def ana():
    return a_client(email="ana@example.org")


@pytest.fixture
def invited():
    return stored(**a_document(email="eva@example.org") | {"password": "!none yet"})


def mails():
    """What was mailed, with what is mailed later."""
    mail.later.flush()
    return outgoing.outbox


def ask(browser, email="ana@example.org"):
    return browser.post("/password/reset/", {"email": email})


def link(user, kind="reset") -> str:
    """A link as it is mailed."""
    from django.test import RequestFactory

    outgoing.outbox = []
    mail.send_link(RequestFactory().get("/"), user, kind)
    return path_in(outgoing.outbox[0])


def path_in(message) -> str:
    return re.search(r"http://[^/]+(/password/\S+)", message.body)[1]


def follow(browser, path, fields=NEW):
    """Open the link and send the form that it leads to."""
    opened = browser.get(path)
    return browser.post(opened.headers.get("Location", path), fields)


def password_is(user, password) -> bool:
    return check_password(password, document_of(user)["password"])


def older(monkeypatch, tokens, age):
    """Let the next tokens be as old as `age`."""
    then = tokens._now() - age
    monkeypatch.setattr(tokens, "_now", lambda: then)


# Asking for a reset


def test_link_is_mailed_to_the_user(anonymous, ana):
    ask(anonymous)
    assert [message.to for message in mails()] == [["ana@example.org"]]


def test_link_goes_to_the_stored_address(anonymous, ana):
    ask(anonymous, "ANA@example.org")
    assert mails()[0].to == ["ana@example.org"]


def test_answer_is_the_same_for_an_unknown_email(anonymous, ana):
    known, unknown = ask(anonymous), ask(anonymous, "nobody@example.org")
    assert known.headers["Location"] == unknown.headers["Location"] == "/password/reset/sent/"
    assert len(mails()) == 1


@pytest.mark.parametrize("estado", ["inactivo", "suspendido"])
def test_user_who_is_not_active_gets_no_link(anonymous, estado):
    a_client(email="ana@example.org", estado=estado)
    assert ask(anonymous).status_code == 302
    assert mails() == []


def test_mailbox_is_not_flooded(anonymous, ana):
    statuses = {ask(anonymous).status_code for _ in range(5)}
    assert statuses == {302}
    assert len(mails()) == 3


@pytest.mark.parametrize("hidden", ["\u00ad", "\u200b", "\u2060"])
def test_mailbox_is_not_flooded_by_other_spellings_either(anonymous, ana, hidden):
    assert ask(anonymous, f"ana@ex{hidden}ample.org").status_code == 302
    assert mails() == []


@pytest.mark.parametrize("email", ["", "nonsense", "a" * 300 + "@example.org"])
def test_email_that_is_none_is_a_sentence(anonymous, email):
    assert set(ask(anonymous, email).context["form"].errors) == {"email"}


def test_mail_is_in_the_language_of_its_reader(anonymous):
    a_client(email="ana@example.org", preferences={"language": "en"})
    ask(anonymous)
    assert mails()[0].subject == "A new password for PIA Lara"


def test_link_is_absolute_and_the_password_is_in_no_mail(anonymous, ana):
    ask(anonymous)
    assert "http://testserver/password/reset/" in mails()[0].body
    assert PASSWORD not in mails()[0].body


# Following it


def test_reset_link_sets_the_password(anonymous, ana):
    ask(anonymous)
    mails()
    response = follow(anonymous, path_in(outgoing.outbox[0]))
    assert response.headers["Location"] == "/login/"
    assert password_is(ana, NEW["new_password1"])


def test_new_password_logs_in_and_the_old_one_does_not(anonymous, ana):
    follow(anonymous, link(ana))
    login = {"email": "ana@example.org"}
    assert anonymous.post("/login/", {**login, "password": PASSWORD}).status_code == 200
    assert anonymous.post("/login/", {**login, "password": NEW["new_password1"]}).status_code == 302


def test_address_that_is_shown_does_not_hold_the_token(anonymous, ana):
    path = link(ana)
    token = path.split("/")[-2]
    assert token not in anonymous.get(path).headers["Location"]


def test_link_works_once(anonymous, ana):
    path = link(ana)
    follow(anonymous, path)
    follow(anonymous, path, dict.fromkeys(NEW, "yet another passphrase"))
    assert password_is(ana, NEW["new_password1"])


def test_link_dies_with_the_next_login(anonymous, ana):
    path = link(ana)
    anonymous.post("/login/", {"email": "ana@example.org", "password": PASSWORD})
    assert not anonymous.get(path).context["validlink"]


def test_form_can_not_be_sent_twice(anonymous, ana):
    path = anonymous.get(link(ana)).headers["Location"]
    anonymous.post(path, NEW)
    assert not anonymous.post(path, NEW).context["validlink"]


def test_link_is_valid_for_an_hour(anonymous, ana, monkeypatch):
    older(monkeypatch, reset_tokens, timedelta(minutes=59))
    path = link(ana)
    monkeypatch.undo()
    assert follow(anonymous, path).status_code == 302


def test_asking_costs_the_same_whether_or_not_somebody_has_the_email(anonymous, ana, commands):
    seen = []
    for email in (ana.email, "nobody@example.org"):
        with commands() as asked:
            ask(anonymous, email)
        seen.append(list(map(str, asked)))
    assert seen[0] == seen[1]


def test_new_password_opens_to_whom_others_guesses_had_shut_out(anonymous, ana):
    def log_in():
        fields = {"email": ana.email, "password": NEW["new_password1"]}
        return anonymous.post("/login/", fields).status_code

    assert [log_in() for _ in range(6)] == [200] * 5 + [429]
    follow(anonymous, link(ana))
    assert log_in() == 302


def test_link_is_dead_after_an_hour(anonymous, ana, monkeypatch):
    older(monkeypatch, reset_tokens, timedelta(minutes=61))
    path = link(ana)
    monkeypatch.undo()
    assert not anonymous.get(path).context["validlink"]


def test_link_of_a_user_who_was_suspended_is_dead(anonymous, ana):
    path = link(ana)
    users.update_one({"_id": ana.pk}, {"$set": {"estado": "suspendido"}})
    assert not anonymous.get(path).context["validlink"]


@pytest.mark.parametrize(
    "path",
    [
        "/password/reset/AAAA/abc-def/",
        "/password/reset/%F0%9F%98%80/abc-def/",
        "/password/reset/NjU/set-password/",
        "/password/set/_w/set-password/",
        "/password/set/NjVhMDAwMDAwMDAwMDAwMDAwMDAwMDAw/x-y/",
    ],
)
def test_nonsense_link_is_a_page_that_says_so(anonymous, path):
    response = anonymous.get(path)
    assert response.status_code == 200
    assert not response.context["validlink"]


def test_token_of_another_user_does_not_work(anonymous, ana, invited):
    other = link(ana).split("/")[-2]
    mine = link(invited).split("/")
    assert not anonymous.get("/".join([*mine[:-2], other, ""])).context["validlink"]


@pytest.mark.parametrize(
    "fields",
    [
        {"new_password1": "one good passphrase", "new_password2": "another good one"},
        {"new_password1": "short", "new_password2": "short"},
        {"new_password1": "ana@example.org", "new_password2": "ana@example.org"},
        {"new_password1": "20481024777", "new_password2": "20481024777"},
        {"new_password1": "", "new_password2": ""},
    ],
    ids=["unequal", "short", "like the email", "digits", "empty"],
)
def test_bad_new_password_is_a_sentence(anonymous, ana, fields):
    response = follow(anonymous, link(ana), fields)
    assert response.status_code == 200
    assert response.context["form"].errors
    assert password_is(ana, PASSWORD)


def test_reset_ends_all_sessions(anonymous, ana):
    elsewhere = logged_in(ana)
    follow(anonymous, link(ana))
    assert elsewhere.get("/profile/").status_code == 302


def test_reset_in_the_browser_where_one_is_logged_in_works(ana):
    browser = logged_in(ana)
    assert follow(browser, link(ana)).status_code == 302
    assert browser.get("/profile/").status_code == 302
    assert password_is(ana, NEW["new_password1"])


def test_reset_leaves_no_token_behind(anonymous, ana):
    follow(anonymous, link(ana))
    assert sessions.sessions.count_documents({}) == 0


def test_reset_is_in_the_audit_log_without_the_password(anonymous, ana):
    follow(anonymous, link(ana))
    entry = audit.entries.find_one()
    assert (entry["action"], entry["target"]["_id"], entry["ip"]) == (
        "password",
        ana.pk,
        "127.0.0.1",
    )
    assert "argon2" not in str(entry)


# Invitations


def test_invitation_sets_the_first_password(anonymous, invited):
    response = follow(anonymous, link(invited, "invitation"))
    assert response.headers["Location"] == "/login/"
    assert password_is(invited, NEW["new_password1"])


def test_invitation_works_once(anonymous, invited):
    path = link(invited, "invitation")
    follow(anonymous, path)
    assert not anonymous.get(path).context["validlink"]


def test_invitation_is_valid_for_a_week(anonymous, invited, monkeypatch):
    older(monkeypatch, invitation_tokens, timedelta(days=6, hours=23))
    path = link(invited, "invitation")
    monkeypatch.undo()
    assert follow(anonymous, path).status_code == 302


def test_invitation_is_dead_after_a_week(anonymous, invited, monkeypatch):
    older(monkeypatch, invitation_tokens, timedelta(days=7, minutes=1))
    path = link(invited, "invitation")
    monkeypatch.undo()
    assert not anonymous.get(path).context["validlink"]


def test_invitation_is_no_reset_link(anonymous, invited):
    path = link(invited, "invitation").replace("/set/", "/reset/")
    assert not anonymous.get(path).context["validlink"]


def test_reset_link_is_no_invitation(anonymous, ana):
    path = link(ana).replace("/reset/", "/set/")
    assert not anonymous.get(path).context["validlink"]


# The mail itself


def request():
    from django.test import RequestFactory

    return RequestFactory().get("/")


@pytest.mark.parametrize("failure", [OSError, SMTPException])
def test_mail_server_that_fails_is_reported(ana, monkeypatch, failure):
    def fail(*args, **options):
        raise failure

    monkeypatch.setattr(mail, "send_mail", fail)
    assert mail.send_link(request(), ana, "reset") is False


@pytest.mark.parametrize("email", ["", "a@example.org\nBcc: all@example.org"])
def test_user_whom_no_mail_reaches_is_reported(email):
    assert mail.send_link(request(), a_client(email=email), "reset") is False


def test_mail_that_was_taken_is_reported(ana):
    assert mail.send_link(request(), ana, "invitation") is True


def test_link_that_two_windows_use_at_once_works_in_one(ana):
    one, other = Client(), Client()
    path = link(ana)
    pages = [one.get(path).headers["Location"], other.get(path).headers["Location"]]
    user = by_id(ana.pk)
    new = {"new_password1": "a quite new one 8", "new_password2": "a quite new one 8"}
    assert one.post(pages[0], new).status_code == 302
    with pytest.raises(NoSuchUser):
        set_password(user, "another one 9", Actor("Ana"))
    assert other.post(pages[1], new).context["validlink"] is False


def test_link_whose_user_vanishes_meanwhile_is_a_dead_one(ana, monkeypatch):
    browser = Client()
    page = browser.get(link(ana)).headers["Location"]

    def vanish(*args, **options):
        raise NoSuchUser(ana.pk)

    monkeypatch.setattr("accounts.lifecycle.set_password", vanish)
    new = {"new_password1": "a quite new one 8", "new_password2": "a quite new one 8"}
    assert browser.post(page, new).context["validlink"] is False


def test_link_that_no_longer_works_shows_no_form(anonymous):
    page = anonymous.get("/password/reset/dead/link-0/").text
    assert 'name="new_password1"' not in page
    assert '<a class="button is-link" href="/password/reset/">' in page
