"""The filters of the administrators' lists."""

from datetime import date, datetime, time, timedelta
from functools import partial

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from pialara_site.filters import FilterForm, SearchField, SortedFilters

from .. import audit, directory
from ..directory import NO_TECHNICIAN, Filters, Numbers
from ..models import normal
from ..roles import Role, Status
from .fields import DateInput

ALL = ("", _("All"))
OUR_TIME = _("Choose a day between 1900 and 2999.")


class TechnicianField(forms.ChoiceField):
    """The email of a technician, also of one who is none any more."""

    def valid_value(self, value):
        return True


class UserFilters(SortedFilters):
    SORTS = directory.SORTS

    q = SearchField(label=_("Name or email"))
    rol = forms.ChoiceField(label=_("Role"), choices=[ALL, *Role.choices])
    estado = forms.ChoiceField(label=_("State"), choices=[ALL, *Status.choices])
    parent = TechnicianField(label=_("Technician"))

    @property
    def filters(self) -> Filters:
        names = ("q", "rol", "estado", "parent")
        return Filters(**{name: self.chosen[name] for name in names if name in self.chosen})

    def show(self, numbers: Numbers):
        """Say beside each choice how many users it has."""
        technicians = {NO_TECHNICIAN: _("Without a technician"), **numbers.technicians}
        if chosen := self.chosen.get("parent"):
            technicians.setdefault(chosen, chosen)
        clients = {email: numbers.clients[normal(email)] for email in technicians}
        clients[NO_TECHNICIAN] = numbers.clients[""]
        self.words = {
            "rol": dict(Role.choices),
            "estado": dict(Status.choices),
            "parent": technicians,
        }
        counted = {"rol": numbers.roles, "estado": numbers.states, "parent": clients}
        for name, words in self.words.items():
            # Lazy: a part of the page that is kept does not ask for them.
            self.fields[name].choices = partial(_counted, words, counted[name])


def _counted(choices: dict[str, str], numbers: dict[str, int]) -> list[tuple[str, str]]:
    """The choices with how many there are of each."""
    return [
        ALL,
        *(
            (value, f"{label} ({number_format(numbers[value], force_grouping=True)})")
            for value, label in choices.items()
        ),
    ]


def _day(label) -> forms.DateField:
    limits = [
        MinValueValidator(date(1900, 1, 1), OUR_TIME),
        MaxValueValidator(date(2999, 12, 31), OUR_TIME),
    ]
    return forms.DateField(label=label, widget=DateInput, validators=limits)


class AuditFilters(FilterForm):
    q = SearchField(label=_("Who did it (email)"))
    target = SearchField(label=_("To whom (email)"))
    action = forms.ChoiceField(label=_("What"), choices=[ALL, *audit.Action.choices])
    start = _day(_("From"))
    end = _day(_("To"))

    def add_prefix(self, field_name):
        """The name that the address has for it; `from` is a word of Python's."""
        return {"q": "actor", "start": "from", "end": "to"}.get(field_name, field_name)

    def clean(self):
        start, end = self.cleaned_data.get("start"), self.cleaned_data.get("end")
        if start and end and end < start:
            self.add_error("end", _("This day is before the first one."))

    def criteria(self) -> dict:
        """The find() filter. Days are those of the centre, with the last one included."""
        chosen = self.chosen
        start, end = chosen.get("start"), chosen.get("end")
        return audit.criteria(
            actor=chosen["q"].lower(),
            target=chosen["target"].lower(),
            action=chosen.get("action", ""),
            start=start and _midnight(start),
            end=end and _midnight(end + timedelta(days=1)),
        )


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
