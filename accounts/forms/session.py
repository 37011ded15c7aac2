"""Logging in, registering, and setting a password by a mailed link."""

from django import forms
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .. import attempts, lifecycle
from ..audit import Actor
from ..models import normal
from ..requests import client_ip, household
from ..roles import Role, Status
from .fields import (
    EMAIL_LEFT,
    EMAIL_TAKEN,
    FirstPasswordField,
    IdField,
    NewPasswordForm,
    PersonFields,
    about_oneself,
    own_password,
)

REASONS = {
    Status.INACTIVO: _("Your account is not active. Please talk to your centre."),
    Status.SUSPENDIDO: _("Your account is suspended. Please talk to your centre."),
}


class LoginForm(forms.Form):
    email = forms.CharField(
        label=_("Email"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )
    password = own_password(_("Password"))
    remember = forms.BooleanField(label=_("Keep me logged in on this device"), required=False)

    def __init__(self, request, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.request = request
        self.user = None

    def clean(self):
        """Find the user. Raises TooManyAttempts, also when the password is right, and Busy."""
        if self.errors:
            return
        email = normal(self.cleaned_data["email"])
        address = household(self.request)
        with (
            attempts.PER_ADDRESS.attempt(address) as entered,
            attempts.PER_EMAIL.attempt(email),
        ):
            user = authenticate(self.request, email=email, password=self.cleaned_data["password"])
        if user is None:
            raise ValidationError(_("The email or the password is wrong. Type them again."))
        attempts.forgive(email, address, entered)
        if not user.is_active:
            raise ValidationError(REASONS.get(user.estado, REASONS[Status.INACTIVO]))
        self.user = user


class RegisterForm(PersonFields, FirstPasswordField):
    id = IdField()
    field_order = ("nombre", "email", "password")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        about_oneself(self)
        self.fields["password"].required = True
        self.fields["password"].help_text = ""

    def save(self, request):
        """The new client, who has proved who they are, or None with an error at the form.

        Raises TooManyAttempts and Busy.
        """
        fields = {**self.cleaned_data, "rol": Role.CLIENTE}
        new_id = fields.pop("id")
        # Or who asks for many emails would learn who is here.
        address = household(request)
        with attempts.PER_ADDRESS.attempt(address) as entered:
            try:
                lifecycle.create(fields, _id=new_id, ip=client_ip(request))
            except lifecycle.EmailTaken:
                self.add_error("email", EMAIL_TAKEN)
                return None
            except lifecycle.EmailLeft:
                self.add_error("email", EMAIL_LEFT)
                return None
            # The form may have been sent twice, or with an id that is somebody else's.
            email = normal(fields["email"])
            with attempts.PER_EMAIL.attempt(email):
                user = authenticate(email=email, password=fields["password"])
        if user is None or not user.is_active:
            self.add_error(None, _("Please open this form again."))
            return None
        attempts.forgive(email, address, entered)
        return user


class ResetRequestForm(forms.Form):
    email = forms.EmailField(
        label=_("Email"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )


class LinkPasswordForm(NewPasswordForm):
    """The new password of somebody who followed a mailed link."""

    def save(self, ip: str):
        by = Actor(str(self.user), self.user.email, self.user.pk, ip)
        lifecycle.set_password(self.user, self.cleaned_data["new_password1"], by)
