"""What becomes of a request while the database is away, and of one that a page does not take."""

import logging
import sys
from http import HTTPStatus

from django.core.signals import got_request_exception
from django.dispatch import receiver
from django.http import HttpResponseNotAllowed
from django.utils.cache import add_never_cache_headers

from . import errors, resending
from .outages import database_down

METHODS = ["GET", "HEAD", "POST"]

logger = logging.getLogger(__name__)


class DatabaseDownMiddleware:
    """Answers 503 when the database is away.

    It stands before whatever reads the database and learns of the error by Django's signal, because
    the exception itself ends where it is raised: in a view, but also in the middleware that loads
    sessions and users.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if not hasattr(request, "database_error"):
            return response
        # Nobody can tell whether a write that was under way is stored.
        uncertain = request.method not in ("GET", "HEAD")
        sent = resending.sent(request) if request.method == "POST" else None
        response = errors.page(request, 503, uncertain=uncertain, sent=sent)
        add_never_cache_headers(response)  # it may hold what was typed about somebody's health
        return response


class MethodNotAllowedMiddleware:
    """Lets no method but GET, HEAD and POST reach a view, and gives each 405 a page to read."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
            return response
        page = errors.page(request, 405)
        page["Allow"] = response["Allow"]
        return page

    def process_view(self, request, view, arguments, options):
        return None if request.method in METHODS else HttpResponseNotAllowed(METHODS)


@receiver(got_request_exception)
def remember_or_report(sender, request=None, **kwargs):
    """A database that is away is told of by its circuit; any other error is ours to mend."""
    error = sys.exc_info()[1]
    if request is not None and database_down(error):
        request.database_error = error
    else:
        logger.error("a page failed: %s", type(error).__name__, exc_info=error)
