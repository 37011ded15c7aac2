"""Changing many users at once."""

from collections import defaultdict
from enum import StrEnum

from bson import ObjectId
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy, ngettext_lazy

from .. import sessions
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


CHANGE = {
    BulkAction.ACTIVATE: ngettext_lazy(
        "%(n)s user becomes active and can log in.",
        "%(n)s users become active and can log in.",
        "n",
    ),
    BulkAction.SUSPEND: ngettext_lazy(
        "%(n)s user is suspended and can't log in any more.",
        "%(n)s users are suspended and can't log in any more.",
        "n",
    ),
    BulkAction.DEACTIVATE: ngettext_lazy(
        "%(n)s user becomes inactive and can't log in any more.",
        "%(n)s users become inactive and can't log in any more.",
        "n",
    ),
    BulkAction.ASSIGN: ngettext_lazy(
        "%(n)s client goes to the technician whom you choose.",
        "%(n)s clients go to the technician whom you choose.",
        "n",
    ),
}
LOGGED_OUT = ngettext_lazy("%(n)s user is logged out.", "%(n)s users are logged out.", "n")
GONE = ngettext_lazy(
    "%(n)s user does not exist any more.", "%(n)s users do not exist any more.", "n"
)
STAY = {
    Refusal.NO_CLIENT: ngettext_lazy(
        "%(n)s user is no client and stays as before.",
        "%(n)s users are no clients and stay as before.",
        "n",
    ),
    Refusal.SAME_TECHNICIAN: ngettext_lazy(
        "%(n)s client has this technician already.",
        "%(n)s clients have this technician already.",
        "n",
    ),
    Refusal.SAME_STATE: ngettext_lazy(
        "%(n)s user is in this state already and stays as before.",
        "%(n)s users are in this state already and stay as before.",
        "n",
    ),
    Refusal.ONESELF: gettext_lazy("You stay as before: nobody can do this to themselves."),
}


def by_reason(refused: list[tuple[User, Refusal]]) -> list[tuple[str, list[User]]]:
    """A sentence for each reason, with the people whom it is about."""
    people = defaultdict(list)
    for user, reason in refused:
        people[reason].append(user)
    return [(STAY[reason] % {"n": len(users)}, users) for reason, users in people.items()]


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

    def consequences(self, people: list[User], by: User) -> list[str]:
        """What will happen to these `people`, in numbers."""
        refused = [(user, reason) for user in people if (reason := self.refuse(user, by))]
        staying = {user for user, _reason in refused}
        changed = [user.pk for user in people if user not in staying]
        said = [CHANGE[self.cleaned_data["action"]] % {"n": len(changed)}] if changed else []
        if not self.is_safe and (n := sessions.count_people(changed)):
            said.append(LOGGED_OUT % {"n": n})
        if n := len(self.cleaned_data["ids"]) - len(people):
            said.append(GONE % {"n": n})
        return [*said, *(sentence for sentence, _people in by_reason(refused))]

    def fields_to_set(self) -> dict:
        if self.assigns:
            return {"parent": self.cleaned_data["parent"]}
        return {"estado": STATES[self.cleaned_data["action"]].value}

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
