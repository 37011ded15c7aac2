"""What every response tells the browser, whoever made it."""

from django.conf import settings


class GuardMiddleware:
    """Adds settings.GUARDS to every response.

    It stands outside of all others: also static files, redirects to https and the answers to
    unknown hosts, which Django's own middleware make, go through it.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        for name, value in settings.GUARDS.items():
            response.setdefault(name, value)
        return response
