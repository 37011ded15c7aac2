"""Entries of the audit log in sentences."""

from datetime import date, datetime

from bson import ObjectId
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pialara_site.links import url_for
from pialara_site.stored import moment, of_kind, text

from .audit import UNTOLD, Action
from .roles import Role, Sex, Status

# What somebody did to somebody else, and to themselves.
SENTENCES = {
    Action.CREATE: (gettext_lazy("{actor} added {target}."), gettext_lazy("{actor} signed up.")),
    Action.EDIT: (
        gettext_lazy("{actor} changed the data of {target}."),
        gettext_lazy("{actor} changed their own data."),
    ),
    Action.DELETE: (
        gettext_lazy("{actor} deleted {target}."),
        gettext_lazy("{actor} deleted their own account."),
    ),
    Action.PASSWORD: (
        gettext_lazy("{actor} changed the password of {target}."),
        gettext_lazy("{actor} changed their own password."),
    ),
    Action.LINK: (
        gettext_lazy("{actor} sent {target} a link for a password."),
        gettext_lazy("{actor} asked for a link for a password."),
    ),
    Action.CONTACTS: (
        gettext_lazy("{actor} changed the contacts of {target}."),
        gettext_lazy("{actor} changed their own contacts."),
    ),
    Action.MODERATE: (
        gettext_lazy("{actor} deleted a comment of {target}."),
        gettext_lazy("{actor} deleted a comment of their own."),
    ),
}
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


def sentence(entry: dict) -> SafeString:
    """Who did what to whom; those who are still `there` are links."""
    there = entry.get("there", ())
    actor, target = _part(entry, "actor"), _part(entry, "target")
    people = {"actor": _person(actor, there), "target": _person(target, there)}
    action = text(entry.get("action"))
    if action not in SENTENCES:  # another program's
        words = _("{actor} did “{action}” to {target}.")
        return format_html(words, action=action or "—", **people)
    to_other, to_self = SENTENCES[action]
    is_own = actor.get("_id") and actor["_id"] == target.get("_id")
    return format_html(str(to_self if is_own else to_other), **people)


def _part(entry: dict, name: str) -> dict:
    return of_kind(entry.get(name), dict)


def _person(person: dict, there: list[ObjectId]) -> SafeString:
    name = text(person.get("nombre")) or text(person.get("email")) or _("Somebody")
    if person.get("_id") not in there or not isinstance(person["_id"], ObjectId):
        return format_html("<strong><bdi>{}</bdi></strong>", name)
    return format_html('<a href="{}"><bdi>{}</bdi></a>', url_for("user", person["_id"]), name)


def told(entry: dict) -> list[str]:
    """What changed, in a sentence for each field, unless that is all that sentence() says."""
    if entry.get("action") == Action.CONTACTS:
        return []
    is_new = entry.get("action") in (Action.CREATE, Action.MODERATE)
    changes = _part(entry, "changes")
    return [_change(field, values, is_new) for field, values in changes.items()]


def _change(field: str, values: dict, is_new: bool) -> str:
    label = FIELDS.get(field, field)
    if field in UNTOLD or not isinstance(values, dict) or not {"old", "new"} <= values.keys():
        words = _("%(field)s: added") if is_new else _("%(field)s: changed")
        return words % {"field": label}
    new = values.get("name") or shown(field, values["new"])
    return f"{label}: {new}" if is_new else f"{label}: {shown(field, values['old'])} → {new}"


def shown(field: str, value) -> str:
    """A stored value of a user's field in words."""
    if value is None or value == "":
        return "—"
    if moment(value):
        value = value.date()  # birth dates are stored as UTC midnight; no other dates are edited
    if isinstance(value, date) and not isinstance(value, datetime):
        return date_format(value, "SHORT_DATE_FORMAT")
    if field in CHOICES and value in CHOICES[field].values:
        return str(CHOICES[field](value).label)
    return text(value)
