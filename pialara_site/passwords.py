"""Passwords that somebody types for a command: never part of its arguments, which `ps` shows."""

import getpass
import sys

from django.core.management.base import CommandError
from django.utils.translation import gettext as _


def typed(from_stdin: bool) -> str:
    """The password, asked for twice at a terminal. Raises CommandError when there is none."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    if not sys.stdin.isatty():
        raise CommandError(_("--%(option)s is missing.") % {"option": "password-stdin"})
    password = getpass.getpass(_("Password") + ": ")
    if getpass.getpass(_("The same again") + ": ") != password:
        raise CommandError(_("The two passwords are not the same: run this again."))
    return password
