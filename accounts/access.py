"""Who may use a view, stated at its def."""

from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.views.decorators.cache import never_cache

from pialara_site import errors

from .attempts import TooManyAttempts
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
