from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import auth, messages
from django.contrib.auth.middleware import AuthenticationMiddleware, LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.utils.cache import add_never_cache_headers
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from .backends import document_of_session
from .requests import is_own_page


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
            add_never_cache_headers(response)
        return response

    def handle_no_permission(self, request, view_func):
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
        return super().handle_no_permission(request, view_func)


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
