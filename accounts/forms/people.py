"""Adding and editing users, by whom it may be."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from pialara_site.forms import Grouped

from .. import attempts, history, lifecycle, users
from ..audit import Actor
from ..emails import ImportedEmail
from ..models import User, normal
from ..roles import Role, Status
from .fields import (
    EMAIL_LEFT,
    EMAIL_TAKEN,
    ClientFields,
    FirstPasswordField,
    IdField,
    PersonFields,
    about_oneself,
    check_own_password,
    own_password,
)

NO_TECHNICIAN = _("That technician is no longer active. Choose another one.")
LAST_ADMINISTRATOR = _(
    "This is the last active administrator. Give another active user that role first."
)

ANOTHER_ROLE = _(
    "Another role logs this person out. "
    "Someone who stops being a client has no technician any more, and sex, date of birth and "
    "condition are taken out of their data."
)
NONE = _("None")
NOBODY = _("Nobody")


STATE = _("Only active users can log in. Any other state logs this person out.")
STATE_OF_TECHNICIAN = _(
    "Only active users can log in. Any other state logs this person out, and their clients stay "
    "with them."
)


def technician_choices(technicians: dict[str, str], none=NONE) -> list:
    """Choices for a drop-down from {email: name}."""
    return [("", none), *((email, f"{name} ({email})") for email, name in technicians.items())]


def with_state(technician: User) -> str:
    """As a drop-down tells of a technician whom nobody can choose."""
    return f"{technician} ({technician.email}): {technician.get_estado_display()}"


def whose(clients: int) -> str:
    return ngettext(
        "%(n)s client belongs to this technician.",
        "%(n)s clients belong to this technician.",
        clients,
    ) % {"n": clients}


class CreateForm(PersonFields, ClientFields, FirstPasswordField):
    id = IdField()
    field_order = ("nombre", "email", "sexo", "fecha_nacimiento", "patologia", "password")

    # What is left under an email, for those who know whose it is.
    may_inherit = False

    def create(self, by: Actor, **fixed) -> User | None:
        """The new user with the `fixed` fields, or None with errors at the form."""
        fields = {**self.cleaned_data, **fixed}
        try:
            new_id = fields.pop("id")
            return lifecycle.create(fields, by, new_id, may_inherit=self.may_inherit)
        except lifecycle.EmailTaken:
            self.add_error("email", EMAIL_TAKEN)
        except lifecycle.EmailLeft:
            self.add_error("email", EMAIL_LEFT)
        except lifecycle.NoSuchTechnician:
            self.add_error(None, NO_TECHNICIAN)
        return None


class EditForm(PersonFields):
    """Edits a stored user, and tells when somebody else has done so in the meantime."""

    version = forms.CharField(required=False, widget=forms.HiddenInput)

    # Asked for, but not stored in the user.
    unstored = ("version",)

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        if not user.email.isascii():  # imported so, and may stay
            email = self.fields["email"]
            email.validators = [
                ImportedEmail() if each is validate_email else each for each in email.validators
            ]
        for name in self.stored_fields():
            self.initial[name] = getattr(user, name)
            self._offer(self.fields[name], self.initial[name] or "")
        self.initial["version"] = users.version(user, self.stored_fields())

    @staticmethod
    def _offer(field: forms.Field, stored: str, label: str = ""):
        """Let a drop-down show what is stored and no choice: a browser would take the first one."""
        choices = getattr(field, "choices", None)
        if choices is not None and stored not in dict(choices):
            field.choices = [(stored, label or stored or "—"), *choices]

    def stored_fields(self) -> list[str]:
        return [field for field in self.fields if field not in self.unstored]

    def save(self, by: Actor, **options) -> User | None:
        """The user as it is now, or None with errors at the form. Raises NoSuchUser."""
        fields = {field: self.cleaned_data[field] for field in self.stored_fields()}
        try:
            return lifecycle.update(
                self.user.pk, fields, by, seen=self.cleaned_data["version"], **options
            )
        except lifecycle.EmailTaken:
            self.add_error("email", EMAIL_TAKEN)
        except lifecycle.EmailLeft:
            self.add_error("email", EMAIL_LEFT)
        except lifecycle.NoSuchTechnician:
            self.add_error(None, NO_TECHNICIAN)
        except lifecycle.LastAdministrator:
            self.add_error(None, LAST_ADMINISTRATOR)
        except users.ChangedMeanwhile as changed:
            self._show_both(changed.user)
        return None

    def _show_both(self, stored: User):
        """Keep what was typed and say what is stored; sending the form again overwrites it."""
        self.add_error(
            None,
            _(
                "This user was changed in the meantime, so nothing was saved. "
                "Compare the fields below, then save again to keep what you see here."
            ),
        )
        for field in self.stored_fields():
            value = getattr(stored, field)
            if value != self.cleaned_data.get(field):
                choices = dict(getattr(self.fields[field], "choices", ()))
                shown = choices.get(value) or history.shown(field, value)
                self.add_error(field, _("Stored now: “%(value)s”.") % {"value": shown})
        self.data = self.data.copy()
        self.data["version"] = users.version(stored, self.stored_fields())


class ClientForm(EditForm, ClientFields):
    """A technician edits one of their clients."""

    field_order = ("nombre", "email")


class ProfileForm(EditForm):
    """People edit their own data. A new email is confirmed with the password."""

    password = own_password(required=False, help_text=_("Only needed when you change your email."))
    unstored = ("version", "password")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        about_oneself(self)

    def clean(self):
        super().clean()
        typed = self.cleaned_data.get("email", self.user.email)
        if normal(typed) == normal(self.user.email):
            return
        if not self.cleaned_data.get("password"):
            self.add_error("password", _("Type your password to change your email."))
        if self.errors:
            return
        try:
            check_own_password(self.user, self.cleaned_data["password"])
        except ValidationError as error:
            self.add_error("password", error)
        else:
            attempts.NEW_EMAILS.enter(str(self.user.pk))


class ClientProfileForm(ProfileForm, ClientFields):
    field_order = ("nombre", "email", "sexo", "fecha_nacimiento", "patologia", "password")


class RoleFields(forms.Form):
    rol = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.CLIENTE)
    parent = forms.TypedChoiceField(
        label=_("Technician"), required=False, empty_value=None, help_text=_("Only for clients.")
    )

    def clean(self):
        super().clean()
        if self.cleaned_data.get("rol") in (Role.ADMINISTRADOR, Role.TECNICO):
            self.cleaned_data["parent"] = None
            # Nobody keeps health data of somebody who is no client.
            self.cleaned_data |= {"sexo": None, "fecha_nacimiento": None, "patologia": ""}


ABOUT_CLIENTS = (_("Only for clients"), ("sexo", "fecha_nacimiento", "patologia"))


class UserCreateForm(Grouped, RoleFields, CreateForm):
    may_inherit = True
    GROUPS = (
        (_("Personal details"), ("nombre", "email", "password")),
        (_("Role and technician"), ("rol", "parent")),
        ABOUT_CLIENTS,
    )

    def __init__(self, *args, technicians: dict[str, str], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["parent"].choices = technician_choices(technicians)


class UserEditForm(Grouped, RoleFields, ClientFields, EditForm):
    estado = forms.ChoiceField(
        label=_("State"),
        choices=Status.choices,
        help_text=STATE,
    )
    clients_to = forms.ChoiceField(
        label=_("If this person is no longer a technician, their clients go to"), required=False
    )
    unstored = ("version", "clients_to")
    GROUPS = (
        (_("Personal details"), ("nombre", "email")),
        (_("Role and state"), ("rol", "estado", "parent", "clients_to")),
        ABOUT_CLIENTS,
    )

    def __init__(
        self,
        *args,
        user: User,
        technicians: dict[str, str],
        technician: User | None,
        clients: int,
        **kwargs,
    ):
        super().__init__(*args, user=user, **kwargs)
        self.fields["rol"].help_text = ANOTHER_ROLE
        if clients:
            self.fields["estado"].help_text = STATE_OF_TECHNICIAN
            self.fields["clients_to"].choices = technician_choices(technicians, NOBODY)
            self.fields["clients_to"].help_text = whose(clients)
        else:
            del self.fields["clients_to"]
        self.fields["parent"].choices = technician_choices(technicians)
        self._offer(self.fields["parent"], user.parent or "", technician and with_state(technician))

    def save(self, by: Actor, **options) -> User | None:
        clients_to = self.cleaned_data.get("clients_to")
        return super().save(by, clients_to=clients_to, may_inherit=True, **options)


class DeleteForm(forms.Form):
    """Confirms a deletion; for a technician with clients, who takes them."""

    parent = forms.ChoiceField(
        label=_("The clients go to"),
        required=False,
        help_text=_("Without a choice they are left without a technician."),
    )

    def __init__(self, *args, technicians: dict[str, str], clients: int, **kwargs):
        super().__init__(*args, **kwargs)
        if clients:
            self.fields["parent"].choices = technician_choices(technicians, NOBODY)
        else:
            del self.fields["parent"]
