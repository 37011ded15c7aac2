"""Addresses of pages by their names, for lists that have dozens of them."""

from functools import cache

from bson import ObjectId
from django.urls import reverse

ANY = ObjectId("0" * 24)


def url_for(name: str, *args) -> str:
    """As reverse(), which takes longer than all else about a link: it is asked once for a name."""
    if len(args) == 1 and isinstance(args[0], ObjectId):
        return _address(name, ANY).replace(str(ANY), str(args[0]))
    return reverse(name, args=args) if args else _address(name)


@cache
def _address(name: str, *args) -> str:
    return reverse(name, args=args)
