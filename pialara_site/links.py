"""Addresses of pages by their names, for lists that have dozens of them."""

from functools import cache

from bson import ObjectId
from django.urls import reverse

ANY = ObjectId("0" * 24)


def url_for(name: str, *args) -> str:
    """As reverse(), which takes longer than all else about a link: it is asked once for a name."""
    if len(args) == 1 and isinstance(args[0], ObjectId):
        return str(args[0]).join(_around_an_id(name))
    return reverse(name, args=args) if args else _address(name)


@cache
def _address(name: str) -> str:
    return reverse(name)


@cache
def _around_an_id(name: str) -> list[str]:
    """What stands before and after the id in an address."""
    return reverse(name, args=[ANY]).split(str(ANY))
