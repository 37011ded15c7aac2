"""What somebody sent, for a page that lets them send it again: it needs no session, no database."""

from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

# Of every form. They are typed again, as a page that holds one could be looked at later.
PASSWORDS = {
    "password": _("Password"),
    "old_password": _("Current password"),
    "new_password1": _("New password"),
    "new_password2": _("New password confirmation"),
}


class Sent(NamedTuple):
    """A form as it was sent, with the id that its new document will have.

    The CSRF token is the one that came along: what others made a browser send stays without one.
    """

    action: str
    fields: list[tuple[str, str]]
    passwords: list[tuple[str, str]]
    files: list[tuple[str, str]]


def sent(request) -> Sent:
    fields = [(name, each) for name, values in request.POST.lists() for each in values]
    secret = [name for name, value in fields if name in PASSWORDS and value]
    return Sent(
        action=request.get_full_path(),
        fields=[(name, value) for name, value in fields if name not in secret],
        passwords=[(name, PASSWORDS[name]) for name in secret],
        files=[(name, file.name) for name, file in request.FILES.items()],
    )
