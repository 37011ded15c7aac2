from django.conf import settings
from django.contrib import auth
from django.contrib.auth.middleware import AuthenticationMiddleware, LoginRequiredMiddleware
from django.utils.functional import SimpleLazyObject
from django.utils.http import http_date

from .access import to_login
from .backends import document_of_session

NEVER = "max-age=0, no-cache, no-store, must-revalidate, private"


class SessionUserMiddleware(AuthenticationMiddleware):
    """Django's, without its query for the user: the document came along with the session."""

    def process_request(self, request):
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _user(request))


class PrivateByDefaultMiddleware(LoginRequiredMiddleware):
    """Django's, but for views that everybody may use it loads neither session nor user."""

    def process_view(self, request, view_func, view_args, view_kwargs):
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)

    def process_response(self, request, response):
        """Nobody who comes to the browser later finds by Back what was shown to somebody."""
        if settings.SESSION_COOKIE_NAME in request.COOKIES and "Cache-Control" not in response:
            # As add_never_cache_headers(), which puts it together each time.
            response["Cache-Control"] = NEVER
            response.setdefault("Expires", http_date())
        return response

    def handle_no_permission(self, request, view_func):
        return to_login(request)


def _user(request):
    token = document_of_session.set(request.session.user_document)
    try:
        user = auth.get_user(request)
    finally:
        document_of_session.reset(token)
    if auth.SESSION_KEY in request.session and not user.is_authenticated:
        # Over for good, also when the user is made active again.
        request.session.flush()
    request.user_id = user.pk  # for the log
    return user
