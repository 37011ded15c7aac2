"""What every page of the frame in base.html needs."""

from django.utils.functional import SimpleLazyObject

from . import display
from .navigation import menu_of


def frame(request) -> dict:
    """Lazy, so that the error pages, which show neither, load no session and no user."""
    return {
        "display": SimpleLazyObject(lambda: display.of(request)),
        "menu": SimpleLazyObject(lambda: menu_of(request.user, request.path)),
    }
