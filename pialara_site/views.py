"""Pages of the whole site, and the pages for errors."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.i18n import set_language

from accounts import users
from accounts.roles import Role

_HOMES = {
    Role.ADMINISTRADOR: "accounts/home_administrator.html",
    Role.TECNICO: "accounts/home_technician.html",
    Role.CLIENTE: "accounts/home_client.html",
}


@login_not_required
@never_cache
@require_safe
def home(request):
    """What PIA Lara is, or the home of one's role."""
    role = getattr(request.user, "rol", None)
    return render(request, _HOMES.get(role, "landing.html"))


@login_not_required
@require_POST
def language(request):
    """Change the language: of this browser, and of the profile of who is logged in."""
    response = set_language(request)
    chosen = response.cookies.get(settings.LANGUAGE_COOKIE_NAME)
    if chosen and request.user.is_authenticated:
        users.set_preferences(request.user, {"language": chosen.value})
    return response


# The error pages hold no user and no session: they have to work when those don't.


def bad_request(request, exception):
    if isinstance(exception, RequestDataTooBig):
        return render(request, "errors/413.html", status=413)
    return render(request, "errors/400.html", status=400)


def permission_denied(request, exception):
    return render(request, "errors/403.html", status=403)


def csrf_failure(request, reason=""):
    return render(request, "errors/csrf.html", status=403)


def not_found(request, exception):
    return render(request, "errors/404.html", status=404)


def server_error(request):
    return render(request, "errors/500.html", status=500)
