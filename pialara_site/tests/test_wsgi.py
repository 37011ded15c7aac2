"""What the web processes change of Django."""

import pytest
from asgiref.local import Local
from django.utils import timezone
from django.utils.translation import trans_real


@pytest.mark.parametrize("module", [trans_real, timezone])
def test_django_keeps_language_and_time_zone_where_wsgi_replaces_it(module):
    """Else the replacement in wsgi.py does nothing, unnoticed."""
    assert isinstance(module._active, Local)
