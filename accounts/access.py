"""Who may use a view, stated at its def."""

from functools import wraps
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django_htmx.http import HttpResponseClientRedirect

from pialara_site import errors

from .attempts import TooManyAttempts
from .requests import is_own_page
from .roles import Role
from .users import NoSuchUser


def role_required(*roles):
    """Admit users whose role is one of `roles`; answer 403 to other users.

    Anonymous callers were sent to the login page before, by LoginRequiredMiddleware. A user whom
    somebody else removed while the view was at work is a 404, as if they had never been there.
    """

    def decorator(view):
        @wraps(view)
        def wrapper(request, *args, **kwargs):
            if request.user.rol not in roles:
                raise PermissionDenied
            try:
                return view(request, *args, **kwargs)
            except NoSuchUser as gone:
                raise Http404("No such user") from gone

        wrapper.roles = roles
        # Health data must not come back by the Back button after logging out.
        return never_cache(wrapper)

    return decorator


any_role_required = role_required(*Role)
administrator_required = role_required(Role.ADMINISTRADOR)
technician_required = role_required(Role.TECNICO)
client_required = role_required(Role.CLIENTE)


def to_login(request):
    """The login page; where htmx asked for a part of a page, in the place of the whole page.

    From there to the page that a form was sent from, as many addresses only take a form.
    """
    if request.method == "POST":
        sentence = _("You were not logged in any more, so what you sent was not saved.")
        messages.warning(request, sentence)
    if request.htmx:
        here = request.htmx.current_url_abs_path or "/"
        return HttpResponseClientRedirect(redirect_to_login(here).url)
    page = request.headers.get("Referer", "") if request.method == "POST" else ""
    if is_own_page(request, page):
        return redirect_to_login(urlsplit(page)._replace(scheme="", netloc="").geturl())
    return redirect_to_login(request.get_full_path())


def throttled(view):
    """Answer 429 when what the view does was tried too often."""

    @wraps(view)
    def wrapper(request, *args, **kwargs):
        try:
            return view(request, *args, **kwargs)
        except TooManyAttempts as error:
            response = errors.page(request, 429, minutes=-(-error.retry_after // 60))
            response["Retry-After"] = str(error.retry_after)
            return response

    return wrapper
