"""Mails to one person, in the language of that person, as text and as HTML."""

import logging
from collections.abc import Callable, Iterator
from contextvars import copy_context
from datetime import datetime
from functools import partial
from smtplib import SMTPException
from threading import Thread
from typing import NamedTuple

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.encoding import force_bytes
from django.utils.formats import date_format
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext_lazy as _
from pymongo.errors import PyMongoError

from pialara_site.background import Background
from pialara_site.turns import Busy, Turns

from . import users
from .models import User
from .tokens import invitation_tokens, reset_tokens

AT_ONCE = 4
waiting = Turns(AT_ONCE)  # for the mail server

# Of mails that nobody waits for. The pause keeps their making out of the time of an answer.
MOST_WAITING = 1000
PAUSE_SECONDS = 1

logger = logging.getLogger(__name__)


class Letter(NamedTuple):
    """The words of a mail: `before` a link, on the link, and `after` it."""

    subject: str
    before: str
    link: str
    after: str


LETTERS = {
    "invitation": Letter(
        _("Welcome to PIA Lara"),
        _("Your centre has made an account for you at PIA Lara. Choose your password here:"),
        _("Choose my password"),
        _("The link works once. You have seven days to use it."),
    ),
    "reset": Letter(
        _("A new password for PIA Lara"),
        _("Somebody asked for a new password for your account at PIA Lara. Choose it here:"),
        _("Choose a new password"),
        _(
            "The link works once. You have one hour to use it. If it was not you, do nothing: "
            "your password stays as it is."
        ),
    ),
    "password_changed": Letter(
        _("Your password for PIA Lara was changed"),
        _(
            "The password of your account at PIA Lara was changed on %(when)s. If it was you, "
            "there is nothing to do. If it was not you, ask for a new password now:"
        ),
        _("Ask for a new password"),
        _("And tell your centre."),
    ),
}
_LINKS = {
    "invitation": ("password_set", invitation_tokens),
    "reset": ("password_reset_confirm", reset_tokens),
}


def send_link(request, user: User, kind: str) -> bool:
    """Mail `user` an "invitation" or a "reset" link; False when the mail server did not take it, or
    too many wait for it.
    """
    try:
        with waiting.one():
            return _send_link(_site(request), user, kind)
    except Busy:
        logger.warning("A mail could not be sent: too many wait for the mail server")
        return False


def send_reset_later(request, email: str):
    """Mail a "reset" link to the active user with this email, if there is one.

    They are looked for later, too, so that an answer's time doesn't tell whether they exist.
    """
    _later(_send_reset, _site(request), email)


def send_password_changed_later(request, user: User):
    """Tell `user` that their password was changed just now, whatever the mail server says."""
    link = f"{_site(request)}{reverse('password_reset')}"
    _later(_send, user, "password_changed", link, timezone.localtime())


def _later(send: Callable, *told):
    """Its lines in the log name the request."""
    later.put(partial(copy_context().run, send, *told))


def _site(request) -> str:
    return request.build_absolute_uri("/").removesuffix("/")


def _send_reset(site: str, email: str):
    try:
        user = users.by_email(email)
    except PyMongoError as error:
        logger.warning("A mail could not be sent: %s", type(error).__name__)
        return
    if user and user.is_active:
        _send_link(site, user, "reset")


def _send_link(site: str, user: User, kind: str) -> bool:
    view, tokens = _LINKS[kind]
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    path = reverse(view, args=[uid, tokens.make_token(user)])
    return _send(user, kind, f"{site}{path}")


def language_of(user: User) -> str:
    wanted = user.preferences.get("language")
    known = [code for code, _name in settings.LANGUAGES]
    return wanted if wanted in known else settings.LANGUAGE_CODE


def _send(user: User, kind: str, link: str, when: datetime | None = None) -> bool:
    with translation.override(language_of(user)):
        words = LETTERS[kind]
        told = {"when": date_format(when, "DATETIME_FORMAT")} if when else {}
        # Without their name: people may choose their own, and with it what others' mails say.
        context = {"words": words, "before": words.before % told, "link": link}
        subject = str(words.subject)
        text = render_to_string("emails/letter.txt", context)
        html = render_to_string("emails/letter.html", context)
    try:
        return bool(send_mail(subject, text, None, [user.email], html_message=html))
    except (ValueError, OSError, SMTPException) as error:  # no address, or no header
        logger.warning("A mail could not be sent: %s", type(error).__name__)
        return False


def send_all(letters: list[Callable[[], object]]):
    """A few at once, as a mail server may take its time.

    By threads of its own: while a process ends, an executor takes nothing any more.
    """
    left = iter(letters)  # which the threads share
    threads = [Thread(target=_send_each, args=[left], name="mail") for _ in letters[:AT_ONCE]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _send_each(left: Iterator[Callable[[], object]]):
    for send in left:
        try:
            send()
        except Exception:  # of this one; the others are sent
            logger.exception("A mail could not be made")


later: Background[Callable[[], object]] = Background(send_all, MOST_WAITING, PAUSE_SECONDS)
