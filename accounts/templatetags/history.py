"""Entries of the audit log in words."""

from datetime import datetime

from django import template
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..audit import Action
from ..roles import Role, Sex, Status

register = template.Library()

FIELDS = {
    "nombre": gettext_lazy("Name"),
    "email": gettext_lazy("Email"),
    "rol": gettext_lazy("Role"),
    "estado": gettext_lazy("State"),
    "parent": gettext_lazy("Technician"),
    "sexo": gettext_lazy("Sex"),
    "fecha_nacimiento": gettext_lazy("Date of birth"),
    "patologia": gettext_lazy("Condition"),
    "contactos": gettext_lazy("Contacts"),
    "movie": gettext_lazy("Film"),
}
CHOICES = {"rol": Role, "estado": Status, "sexo": Sex}


@register.filter
def action_words(action: str) -> str:
    return Action(action).label if action in Action.values else action


@register.filter
def told(changes: dict) -> list[str]:
    """A sentence for each changed field."""
    return [_sentence(field, values) for field, values in changes.items()]


def _sentence(field: str, values: dict) -> str:
    label = FIELDS.get(field, field)
    if not isinstance(values, dict) or not {"old", "new"} <= values.keys():
        return _("%(field)s: changed") % {"field": label}
    if values["old"] is None:
        return f"{label}: {_shown(field, values['new'])}"
    return f"{label}: {_shown(field, values['old'])} → {_shown(field, values['new'])}"


def _shown(field: str, value) -> str:
    if value is None or value == "":
        return "—"
    if isinstance(value, datetime):
        # Birth dates are stored as UTC midnight; no other dates are edited.
        return date_format(value.date(), "SHORT_DATE_FORMAT")
    if field in CHOICES and value in CHOICES[field].values:
        return str(CHOICES[field](value).label)
    return str(value)
