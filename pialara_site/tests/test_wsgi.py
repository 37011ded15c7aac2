"""What the web processes change of Django."""

import pytest
from asgiref.local import Local
from django.utils import timezone
from django.utils.translation import trans_real

from pialara_site.requests import Request


@pytest.mark.parametrize("module", [trans_real, timezone])
def test_django_keeps_language_and_time_zone_where_wsgi_replaces_it(module):
    """Else the replacement in wsgi.py does nothing, unnoticed."""
    assert isinstance(module._active, Local)


ODD = [
    *(f"text/plain; charset={name}" for name in ("hex", "undefined", "utf-16", "cp037")),
    "text/plain; a*=nonsense''x",
    "text/plain; charset*=hex''%41",
]


@pytest.mark.parametrize("kind", ODD)
def test_address_is_read_as_utf8_whatever_the_sender_says(rf, kind):
    environ = {**rf.get("/", {"q": "café"}).environ, "CONTENT_TYPE": kind}
    assert Request(environ).GET["q"] == "café"


def test_form_is_read_as_utf8_whatever_the_sender_says(rf):
    environ = rf.post("/", {"q": "café"}).environ
    environ["CONTENT_TYPE"] += "; charset=hex"
    assert Request(environ).POST["q"] == "café"
