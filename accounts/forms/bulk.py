"""Changing many users at once."""

from bson import ObjectId
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models import User
from ..roles import Status

MOST = 500


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


class IdsField(forms.MultipleChoiceField):
    """Ids, whatever their number; those that are no ids are a sentence."""

    def validate(self, value):
        if not value:
            raise ValidationError(gettext_lazy("Choose at least one user."))
        if len(value) > MOST:
            raise ValidationError(gettext_lazy("Choose fewer users at once."))
        if not all(ObjectId.is_valid(each) for each in value):
            raise ValidationError(gettext_lazy("Some of the chosen users do not exist."))

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
    ids = IdsField(error_messages={"required": gettext_lazy("Choose at least one user.")})
    parent = forms.CharField(required=False, max_length=254)
    confirm = forms.BooleanField(required=False)

    def sentences(self) -> list[str]:
        return [str(error) for errors in self.errors.values() for error in errors]

    @property
    def assigns(self) -> bool:
        return self.cleaned_data["action"] == BulkAction.ASSIGN

    @property
    def label(self) -> str:
        return BulkAction(self.cleaned_data["action"]).label

    def confirmed(self, technicians: dict[str, str]) -> bool:
        """Was this sent from the page that confirms, with a technician where one is needed?"""
        if self.assigns and self.cleaned_data["parent"] not in technicians:
            return False
        return self.cleaned_data["confirm"]

    def fields_to_set(self) -> dict:
        if self.assigns:
            return {"parent": self.cleaned_data["parent"]}
        return {"estado": STATES[self.cleaned_data["action"]].value}

    def refuse(self, user: User, by: User) -> str:
        """Why this user can't be changed so, or ""."""
        if self.assigns:
            if not user.is_client:
                return _("Only clients have a technician.")
            if user.parent == self.cleaned_data["parent"]:
                return _("Is already with this technician.")
            return ""
        if user.estado == STATES[self.cleaned_data["action"]]:
            return _("Is in this state already.")
        if user.pk == by.pk:
            return _("You can't do this to yourself.")
        return ""
