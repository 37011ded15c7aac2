"""The fields that several forms share, named as they are stored."""

from datetime import date

from bson import ObjectId
from bson.errors import InvalidId
from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pialara_site.typed import visible_line

from .. import attempts
from ..models import User, normal
from ..roles import Sex

EARLIEST_BIRTH = date(1900, 1, 1)
EMAIL_TAKEN = _("Somebody already has an account with this email. Type another one.")
EMAIL_LEFT = _(
    "Only an administrator can give somebody this email, in the list of users. Type another one."
)


class DateInput(forms.DateInput):
    """The browser's date picker, which reads and writes ISO dates in every language."""

    input_type = "date"

    def __init__(self):
        super().__init__(format="%Y-%m-%d")


class IdField(forms.CharField):
    """The hidden id that a form's new document will get, so that sending it twice makes one."""

    widget = forms.HiddenInput

    def __init__(self):
        super().__init__(required=False, initial=ObjectId)

    def clean(self, value):
        try:
            return ObjectId(value or None)
        except InvalidId as error:
            raise ValidationError(_("Please open this form again.")) from error


class PersonFields(forms.Form):
    """Of somebody else, of whom the browser knows nothing; for oneself see about_oneself()."""

    nombre = forms.CharField(
        label=_("Name"),
        max_length=150,
        validators=[visible_line],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=_("Email"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )


class ClientFields(forms.Form):
    sexo = forms.TypedChoiceField(
        label=_("Sex"), required=False, empty_value=None, choices=[("", "—"), *Sex.choices]
    )
    fecha_nacimiento = forms.DateField(label=_("Date of birth"), required=False, widget=DateInput)
    patologia = forms.CharField(
        label=_("Condition"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_fecha_nacimiento(self):
        born = self.cleaned_data["fecha_nacimiento"]
        if born and born < EARLIEST_BIRTH:
            raise ValidationError(_("The date of birth can't be before 1900."))
        if born and born > timezone.localdate():
            raise ValidationError(_("The date of birth can't be in the future."))
        return born


# What the browser may fill in, where people type about themselves.
OWN_DATA = {"nombre": "name", "email": "email", "sexo": "sex", "fecha_nacimiento": "bday"}


def about_oneself(form: forms.Form):
    for name in OWN_DATA.keys() & form.fields.keys():
        form.fields[name].widget.attrs["autocomplete"] = OWN_DATA[name]


class FirstPasswordField(forms.Form):
    """The password of somebody who is being added; left empty, they are invited by mail."""

    password = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Leave it empty to send an invitation by email instead."),
    )

    def add_error(self, field, error):
        """And ask for the password again, as no page holds one."""
        super().add_error(field, error)
        if self.data.get("password"):
            told = (_("Please type the password again."), self.fields["password"].help_text)
            self["password"].help_text = " ".join(map(str, filter(None, told)))

    def clean(self):
        super().clean()
        password = self.cleaned_data.get("password")
        if not password:
            return
        person = User(
            nombre=self.cleaned_data.get("nombre", ""), email=self.cleaned_data.get("email", "")
        )
        try:
            validate_password(password, person)
        except ValidationError as error:
            self.add_error("password", error)


class Whose:
    """Of forms that ask `user` for a password: lets password managers know whose it is."""

    @property
    def username(self) -> str:
        return self.user.email


class NewPasswordForm(Whose, SetPasswordForm):
    """Django's, but for what is wrong with the password itself: it stands where that is typed."""

    def validate_password_for_user(self, user, password_field_name):
        super().validate_password_for_user(user, "new_password1")


YOUR_PASSWORD = _("Your password")


def own_password(label=YOUR_PASSWORD, **options) -> forms.CharField:
    return forms.CharField(
        label=label,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        **options,
    )


def check_own_password(user: User, password: str):
    """Raise ValidationError unless it is the user's; wrong ones count as failed logins do.

    Raises Busy, and TooManyAttempts, or a stolen session could guess without end.
    """
    email = normal(user.email)
    with attempts.PER_EMAIL.attempt(email):
        correct = user.check_password(password)
    if not correct:
        raise ValidationError(_("That is not your password. Type it again."))
    attempts.PER_EMAIL.forget(email)
