"""Changing many users at once."""

from enum import StrEnum

from bson import ObjectId
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy

from ..models import User
from ..roles import Status
from .people import technician_choices

MOST = 500
CHOOSE = gettext_lazy("Please choose")


class BulkAction(TextChoices):
    ACTIVATE = "activate", gettext_lazy("Activate")
    SUSPEND = "suspend", gettext_lazy("Suspend")
    DEACTIVATE = "deactivate", gettext_lazy("Deactivate")
    ASSIGN = "assign", gettext_lazy("Assign to a technician")


STATES = {
    BulkAction.ACTIVATE: Status.ACTIVO,
    BulkAction.SUSPEND: Status.SUSPENDIDO,
    BulkAction.DEACTIVATE: Status.INACTIVO,
}


class Refusal(StrEnum):
    """Why somebody can't be changed so."""

    NO_CLIENT = "no client"
    SAME_TECHNICIAN = "same technician"
    SAME_STATE = "same state"
    ONESELF = "oneself"


class IdsField(forms.MultipleChoiceField):
    """Ids, whatever their number; those that are no ids are a sentence."""

    def validate(self, value):
        if not value:
            raise ValidationError(gettext_lazy("Select at least one user."))
        if len(value) > MOST:
            sentence = gettext_lazy("Select %(most)d users at most.")
            raise ValidationError(sentence % {"most": MOST})
        if not all(ObjectId.is_valid(each) for each in value):
            raise ValidationError(gettext_lazy("Some of the selected users do not exist."))

    def clean(self, value):
        return list(dict.fromkeys(map(ObjectId, super().clean(value))))


class BulkForm(forms.Form):
    action = forms.ChoiceField(
        choices=BulkAction.choices,
        error_messages={
            "required": gettext_lazy("Choose what to do."),
            "invalid_choice": gettext_lazy("Choose what to do."),
        },
    )
    ids = IdsField()
    parent = forms.CharField(
        label=gettext_lazy("Technician"), required=False, max_length=254, widget=forms.Select
    )
    confirm = forms.BooleanField(required=False)

    def sentences(self) -> list[str]:
        return [str(error) for errors in self.errors.values() for error in errors]

    @property
    def assigns(self) -> bool:
        return self.cleaned_data["action"] == BulkAction.ASSIGN

    @property
    def label(self) -> str:
        return BulkAction(self.cleaned_data["action"]).label

    @property
    def is_safe(self) -> bool:
        return self.cleaned_data["action"] in (BulkAction.ACTIVATE, BulkAction.ASSIGN)

    def offer(self, technicians: dict[str, str]):
        self.fields["parent"].widget.choices = technician_choices(technicians, CHOOSE)

    def confirmed(self, technicians: dict[str, str]) -> bool:
        """Was this sent from the page that confirms, with a technician where one is needed?"""
        if not self.cleaned_data["confirm"]:
            return False
        if self.assigns and self.cleaned_data["parent"] not in technicians:
            self.add_error("parent", gettext_lazy("Choose a technician."))
            return False
        return True

    def fields_to_set(self) -> dict:
        if self.assigns:
            return {"parent": self.cleaned_data["parent"]}
        return {"estado": STATES[self.cleaned_data["action"]].value}

    def refused(self, people: list[User], by: User) -> list[tuple[User, Refusal]]:
        """Those of them who can't be changed so, each with the reason."""
        return [(user, reason) for user in people if (reason := self.refuse(user, by))]

    def refuse(self, user: User, by: User) -> Refusal | None:
        """Why this user can't be changed so."""
        if self.assigns:
            if not user.is_client:
                return Refusal.NO_CLIENT
            if user.parent and user.parent == self.cleaned_data.get("parent"):
                return Refusal.SAME_TECHNICIAN
            return None
        if user.estado == STATES[self.cleaned_data["action"]]:
            return Refusal.SAME_STATE
        if user.pk == by.pk:
            return Refusal.ONESELF
        return None
