"""Pages of the whole site, and the pages for errors."""

from dataclasses import asdict

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe
from django.views.i18n import LANGUAGE_QUERY_PARAMETER, set_language

from accounts import users
from accounts.roles import Role
from accounts.views import admin, client, technician

from . import display, errors
from .display import Display
from .forms import DisplayForm
from .public_pages import public
from .styleguide import examples
from .turns import Busy

_HOMES = {
    Role.ADMINISTRADOR: admin.home,
    Role.TECNICO: technician.home,
    Role.CLIENTE: client.home,
}


@public(lambda request: [])
@login_not_required
@never_cache
@require_safe
def home(request):
    """What PIA Lara is, or the home of one's role."""
    role = getattr(request.user, "rol", None)
    return _HOMES.get(role, _landing)(request)


def _landing(request):
    return render(request, "landing.html")


@csrf_exempt
@login_not_required
@require_POST
def language(request):
    """Change the language: of this browser, and of the profile of who is logged in.

    Who is not has nothing that a forged request could harm, so public pages need no token.
    """
    return (_own_language if request.user.is_authenticated else _language)(request)


def _language(request):
    response = set_language(request)
    if request.POST.get(LANGUAGE_QUERY_PARAMETER) not in dict(settings.LANGUAGES):
        response.cookies.clear()  # Django takes whatever language it speaks itself
    return response


@csrf_protect
def _own_language(request):
    response = _language(request)
    if chosen := response.cookies.get(settings.LANGUAGE_COOKIE_NAME):
        users.set_preferences(request.user, {"language": chosen.value})
    return response


@login_not_required
@never_cache
def show_display(request):
    """Text size and colours: of this device, and of the profile of who is logged in."""
    form = DisplayForm(request.POST or None, initial=asdict(display.of(request)), user=request.user)
    if form.is_valid():
        if request.user.is_authenticated:
            users.set_preferences(request.user, form.cleaned_data)
        response = redirect("display")
        display.remember(response, Display.read(form.cleaned_data))
        messages.success(request, _("Your preferences are saved."))
        return response
    context = {"form": form, "title": _("Text size and colours"), "back": "/"}
    return render(request, "form.html", context)


@login_not_required
@require_safe
def styleguide(request):
    """Every partial in every state, for developers."""
    if not settings.STYLEGUIDE:
        raise Http404
    return render(request, "styleguide.html", examples())


def bad_request(request, exception):
    if isinstance(exception, Busy):
        return errors.page(request, 503, "busy")
    return errors.page(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


def permission_denied(request, exception):
    return errors.page(request, 403)


def csrf_failure(request, reason=""):
    return errors.page(request, 403, "csrf")


def not_found(request, exception):
    return errors.page(request, 404)


def server_error(request):
    return errors.page(request, 500)
