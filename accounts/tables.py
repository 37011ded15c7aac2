"""The list of users as a spreadsheet shows it, in the language of who asks for it."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from .models import User


def users(found: Iterable[User]) -> Iterator[list]:
    """The headings, then a line for each user."""
    yield [
        _("Name"),
        _("Email"),
        _("Role"),
        _("State"),
        _("Technician"),
        _("Sex"),
        _("Date of birth"),
        _("Added"),
        _("Last login"),
        _("Logins"),
    ]
    for user in found:
        yield [
            user.nombre,
            user.email,
            user.get_rol_display(),
            user.get_estado_display(),
            user.parent,
            user.get_sexo_display(),
            # Dates are ISO's in every language: spreadsheets read them alike, and can sort them.
            user.fecha_nacimiento,
            _local(user.creado),
            _local(user.ultimo_acceso),
            user.accesos,
        ]


def _local(time: datetime | None) -> str:
    return timezone.localtime(time).replace(tzinfo=None).isoformat(" ", "minutes") if time else ""
