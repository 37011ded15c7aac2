"""The mails with a link to set a password, each in its reader's language."""

import logging
import threading
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import BadHeaderError, send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from .models import User
from .tokens import invitation_tokens, reset_tokens

logger = logging.getLogger(__name__)

_LINKS = {
    "invitation": ("password_set", invitation_tokens),
    "reset": ("password_reset_confirm", reset_tokens),
}


def send_link(request, user: User, kind: str) -> bool:
    """Mail `user` an "invitation" or a "reset" link; False when the mail server did not take it."""
    view, tokens = _LINKS[kind]
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    path = reverse(view, args=[uid, tokens.make_token(user)])
    context = {"user": user, "link": request.build_absolute_uri(path)}
    with translation.override(language_of(user)):
        subject = render_to_string(f"emails/{kind}_subject.txt", context).strip()
        body = render_to_string(f"emails/{kind}.txt", context)
    try:
        return bool(send_mail(subject, body, None, [user.email]))
    except (BadHeaderError, OSError, SMTPException) as error:
        logger.warning("A mail could not be sent: %s", type(error).__name__)
        return False


def send_link_later(request, user: User, kind: str) -> threading.Thread:
    """send_link() without waiting, so that an answer's time doesn't tell whether one was sent."""
    thread = threading.Thread(target=send_link, args=(request, user, kind), daemon=True)
    thread.start()
    return thread


def language_of(user: User) -> str:
    wanted = user.preferences.get("language")
    known = [code for code, _name in settings.LANGUAGES]
    return wanted if wanted in known else settings.LANGUAGE_CODE
