"""What each mail says, as text and as HTML, in the language of its reader."""

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from html.parser import HTMLParser
from smtplib import SMTPException
from threading import Barrier, Event

import pytest
from django.core import mail as outgoing
from django.test import RequestFactory
from django.utils import translation
from pymongo.errors import AutoReconnect

from accounts import mail
from conftest import logged_in
from pialara_site.logs import request_id
from tests.mothers import PASSWORD, a_client, document_of

from .test_password_links import NEW, follow, link, mails

WORDS = {
    ("invitation", "es"): ("Te damos la bienvenida a PIA Lara", "Tienes siete días para usarlo"),
    ("invitation", "en"): ("Welcome to PIA Lara", "You have seven days to use it"),
    ("reset", "es"): ("Una contraseña nueva para PIA Lara", "tu contraseña sigue igual"),
    ("reset", "en"): ("A new password for PIA Lara", "your password stays as it is"),
    ("password_changed", "es"): ("Tu contraseña de PIA Lara ha cambiado", "avisa a tu centro"),
    ("password_changed", "en"): ("Your password for PIA Lara was changed", "tell your centre"),
}


def mailed(kind: str, language: str, **fields):
    """The mail of this kind to somebody who reads this language."""
    user = a_client(preferences={"language": language}, **fields)
    request = RequestFactory().get("/")
    if kind == "password_changed":
        mail.send_password_changed_later(request, user)
    else:
        mail.send_link(request, user, kind)
    return mails()[0]


def html_of(message) -> str:
    return next(content for content, kind in message.alternatives if kind == "text/html")


def without_marks(html: str) -> str:
    texts = []
    parser = HTMLParser()
    parser.handle_data = texts.append
    parser.feed(html)
    return " ".join(" ".join(texts).split())


@pytest.mark.parametrize(("kind", "language"), WORDS)
def test_mail_is_in_the_language_of_its_reader(kind, language):
    other = "en" if language == "es" else "es"
    with translation.override(other):  # that of who caused it
        message = mailed(kind, language)
    subject, sentence = WORDS[kind, language]
    assert message.subject == subject
    assert sentence.casefold() in message.body.casefold()
    assert f'<html lang="{language}">' in html_of(message)
    assert sentence.casefold() in without_marks(html_of(message)).casefold()


@pytest.mark.parametrize(("kind", "language"), WORDS)
def test_both_parts_lead_to_the_same_page_and_say_nothing_that_people_typed(kind, language):
    message = mailed(kind, language, nombre="Ana evil.example")
    (address,) = re.findall(r"http://\S+", message.body)
    assert set(re.findall(r'href="([^"]*)"', html_of(message))) == {address}
    assert "evil" not in message.body + html_of(message)


@pytest.mark.parametrize(("kind", "language"), WORDS)
def test_html_needs_nothing_from_elsewhere_and_no_table(kind, language):
    html = html_of(mailed(kind, language))
    assert not re.search(r"<(img|table|link|script)|url\(|@import", html)
    assert '<meta name="color-scheme" content="light dark">' in html


def test_link_of_the_text_stands_alone_on_its_line():
    assert re.search(r"^http://testserver/password/set/\S+$", mailed("invitation", "es").body, re.M)


# Your password was changed


def test_change_in_the_profile_is_told(cliente):
    fields = {"old_password": PASSWORD, **NEW}
    assert cliente.post("/profile/password/", fields).status_code == 302
    (message,) = mails()
    assert (message.to, message.subject) == (
        [cliente.user.email],
        "Tu contraseña de PIA Lara ha cambiado",
    )


@pytest.mark.parametrize("kind", ["reset", "invitation"])
def test_password_set_by_a_link_is_told(anonymous, kind):
    ana = a_client(email="ana@example.org")
    path = link(ana, kind)
    outgoing.outbox.clear()
    follow(anonymous, path)
    (message,) = mails()
    assert (message.to, message.subject) == (
        ["ana@example.org"],
        "Tu contraseña de PIA Lara ha cambiado",
    )


def test_wrong_old_password_is_no_change(cliente):
    cliente.post("/profile/password/", {"old_password": "wrong", **NEW})
    assert mails() == []


@pytest.mark.parametrize(
    ("language", "when"),
    [("es", "el 21 de noviembre de 2026 a las 10:32"), ("en", "on 21 November 2026, 10:32")],
)
def test_mail_says_when_by_the_clock_of_the_centre(monkeypatch, language, when):
    now = datetime(2026, 11, 21, 9, 32, tzinfo=UTC)
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    assert when in mailed("password_changed", language).body


def test_mail_leads_who_did_not_change_it_to_a_reset():
    assert "http://testserver/password/reset/\n" in mailed("password_changed", "es").body


def test_no_password_is_in_the_mail(cliente):
    cliente.post("/profile/password/", {"old_password": PASSWORD, **NEW})
    (message,) = mails()
    for secret in (PASSWORD, *NEW.values(), document_of(cliente.user)["password"]):
        assert secret not in message.body + html_of(message)


@pytest.mark.parametrize("failure", [OSError, SMTPException, ValueError])
def test_mail_server_that_fails_breaks_no_change(monkeypatch, failure):
    def fail(*args, **options):
        raise failure

    monkeypatch.setattr(mail, "send_mail", fail)
    browser = logged_in(a_client())
    response = browser.post("/profile/password/", {"old_password": PASSWORD, **NEW})
    assert response.status_code == 302
    assert mails() == []


def test_answer_does_not_wait_for_the_mail_server(cliente, monkeypatch):
    answered = Event()
    monkeypatch.setattr(mail, "send_mail", lambda *args, **options: answered.wait(10))
    response = cliente.post("/profile/password/", {"old_password": PASSWORD, **NEW})
    assert not answered.is_set()
    assert response.status_code == 302
    answered.set()


def test_mail_server_that_takes_its_time_holds_up_no_other_mail():
    arrived = Barrier(mail.AT_ONCE)
    mail.send_all([lambda: arrived.wait(10)] * mail.AT_ONCE)


def test_mail_that_can_not_be_made_keeps_no_other_back(caplog):
    sent = []
    mail.send_all([lambda: 1 / 0, *[lambda: sent.append(1)] * 9])
    assert len(sent) == 9
    assert [record.getMessage() for record in caplog.records] == ["A mail could not be made"]


def test_mails_that_wait_when_the_process_ends_are_still_sent():
    code = (
        "import django\n"
        "django.setup()\n"
        "from accounts import mail\n"
        "for n in range(6):\n"
        "    mail.later.put(lambda: print('sent', flush=True))\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": os.getcwd()},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert ended.stdout.split() == ["sent"] * 6, ended.stderr


def test_mail_that_fails_later_names_its_request(anonymous, monkeypatch):
    def fail(*args, **options):
        seen.append(request_id.get())
        raise OSError

    seen = []
    a_client(email="ana@example.org")
    monkeypatch.setattr("accounts.mail.send_mail", fail)
    fields = {"email": "ana@example.org"}
    anonymous.post("/password/reset/", fields, headers={"X-Request-ID": "deadbeef-0001"})
    mail.later.flush()
    assert seen == ["deadbeef-0001"]


def test_database_that_is_away_by_then_is_told_in_the_log(monkeypatch, caplog):
    def away(email):
        raise AutoReconnect

    monkeypatch.setattr("accounts.users.by_email", away)
    mail.send_reset_later(RequestFactory().get("/"), "ana@example.org")
    assert mails() == []
    assert [each.getMessage() for each in caplog.records] == [
        "A mail could not be sent: AutoReconnect"
    ]
