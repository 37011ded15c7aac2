"""What every page of the frame in base.html needs."""

from django.template.backends.utils import csrf_input
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from . import display
from .navigation import menu_of


def frame(request) -> dict:
    """Lazy: error pages show no menu and no form, and so load no session and no user."""
    return {
        # Once for all forms of the page: Django's own hides the token anew each time it is shown.
        "csrf_input": SimpleLazyObject(lambda: csrf_input(request)),
        "display": SimpleLazyObject(lambda: display.of(request)),
        # It is asked for at each text, and Django takes 2 µs to tell.
        "language": get_language(),
        "menu": SimpleLazyObject(lambda: menu_of(request.user, request.path)),
    }
