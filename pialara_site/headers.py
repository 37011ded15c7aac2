"""What every response tells the browser, whoever made it."""

from csp.constants import HEADER
from csp.utils import build_policy
from django.conf import settings
from django.utils.cache import patch_cache_control


class GuardMiddleware:
    """Adds settings.GUARDS and the policy of settings.CONTENT_SECURITY_POLICY to every response,
    and lets no proxy keep one that sets a cookie.

    The policy is the same for all of them: django-csp's own middleware would build it every time,
    which takes a seventh of the time of a kept page.

    It stands outside of all others: also static files, redirects to https and the answers to
    unknown hosts, which Django's own middleware make, go through it.
    """

    def __init__(self, get_response):
        self.get_response = get_response
        self.policy = build_policy()

    def __call__(self, request):
        response = self.get_response(request)
        # Django's technical pages, which only developers see, have their styles inline.
        if not (settings.DEBUG and response.status_code in (404, 500)):
            response.setdefault(HEADER, self.policy)
        for name, value in settings.GUARDS.items():
            response.setdefault(name, value)
        # A proxy would hand them to others.
        if response.cookies and "no-store" not in response.get("Cache-Control", ""):
            patch_cache_control(response, no_cache=True, private=True)
        return response
