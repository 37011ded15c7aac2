"""What everybody does with their own data."""

from dataclasses import asdict
from math import isfinite

from django.contrib import auth, messages
from django.http import HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from pialara_site import display
from pialara_site.display import Display

from .. import consequences, details, lifecycle, mail, own_data, sessions, users
from ..access import any_role_required, throttled
from ..forms.people import LAST_ADMINISTRATOR, ClientProfileForm, ProfileForm
from ..forms.profile import DeleteAccountForm, PasswordChangeForm, PreferencesForm
from ..requests import actor
from .session import remember_language


@any_role_required
@require_safe
def show(request):
    return render(request, "accounts/profile.html")


@any_role_required
@sensitive_post_parameters("password")
@throttled
def edit(request):
    kind = ClientProfileForm if request.user.is_client else ProfileForm
    form = kind(request.POST or None, user=request.user)
    if form.is_valid() and form.save(actor(request)):
        messages.success(request, _("Your data is saved."))
        return redirect("profile")
    context = {"form": form, "title": _("Edit my data"), "back": reverse("profile")}
    return render(request, "form.html", context)


@any_role_required
@sensitive_post_parameters()
@throttled
def password(request):
    """Change the password; every other session ends, this one stays."""
    form = PasswordChangeForm(request.user, request.POST or None)
    if form.is_valid():
        form.save(actor(request), keep=request.session.session_key)
        auth.update_session_auth_hash(request, request.user)
        mail.send_password_changed_later(request, request.user)
        messages.success(request, _("Your password has been changed."))
        return redirect("profile")
    context = {"form": form, "title": _("Change my password"), "back": reverse("profile")}
    return render(request, "form.html", context)


@any_role_required
def preferences(request):
    initial = {
        "language": translation.get_language(),
        **request.user.preferences,
        **asdict(display.of(request)),
    }
    form = PreferencesForm(request.POST or None, initial=initial, user=request.user)
    if form.is_valid():
        users.set_preferences(request.user, form.cleaned_data)
        response = redirect("profile")
        remember_language(response, form.cleaned_data["language"])
        display.remember(response, Display.read(form.cleaned_data))
        with translation.override(form.cleaned_data["language"]):
            messages.success(request, _("Your preferences are saved."))
        return response
    context = {"form": form, "title": _("My preferences"), "back": reverse("profile")}
    return render(request, "form.html", context)


@any_role_required
def sessions_(request):
    """Where I am logged in; POST ends the session named by `session`, or all `others`."""
    if request.method == "POST":
        _end_sessions(request)
        return redirect("profile_sessions")
    listed = [
        {
            **session,
            "id": sessions.public_id(session["key"]),
            "current": session["key"] == request.session.session_key,
        }
        for session in sessions.of(request.user.pk)
    ]
    return render(request, "accounts/sessions.html", {"sessions": listed})


def _end_sessions(request):
    if "others" in request.POST:
        sessions.end_all([request.user.pk], keep=request.session.session_key)
        messages.success(request, _("You are logged out everywhere else."))
        return
    wanted = request.POST.get("session")
    for session in sessions.of(request.user.pk):
        if sessions.public_id(session["key"]) == wanted:
            sessions.end(request.user.pk, session["key"])
            messages.success(request, _("That session has ended."))


def _without_odd_numbers(value):
    """JSON has no NaN and no infinity."""
    if isinstance(value, dict):
        return {name: _without_odd_numbers(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_without_odd_numbers(each) for each in value]
    return str(value) if isinstance(value, float) and not isfinite(value) else value


@any_role_required
@require_safe
def data(request):
    """Everything stored about me, as a download."""
    return JsonResponse(
        _without_odd_numbers(own_data.everything_about(request.user)),
        json_dumps_params={"default": str, "ensure_ascii": False, "indent": 2},
        headers={"Content-Disposition": 'attachment; filename="pialara.json"'},
    )


@any_role_required
@sensitive_post_parameters("password")
@throttled
def delete(request):
    form = DeleteAccountForm(request.POST or None, user=request.user)
    if form.is_valid() and _delete_self(request, form):
        auth.logout(request)
        messages.success(request, _("Your account has been deleted."))
        return HttpResponseRedirect("/")
    context = {
        "form": form,
        "title": _("Delete my account"),
        "consequences": consequences.of_deleting(details.of(request.user.pk), is_own=True),
        "submit": _("Delete my account"),
        "back": reverse("profile"),
    }
    return render(request, "confirm.html", context)


def _delete_self(request, form) -> bool:
    try:
        lifecycle.delete(request.user.pk, actor(request))
    except lifecycle.LastAdministrator:
        form.add_error(None, LAST_ADMINISTRATOR)
        return False
    return True
