"""What browsers load of our own."""

from pathlib import Path

from django.conf import settings

STATIC = Path(settings.BASE_DIR) / "static"


def test_own_styles_stay_under_20_kilobytes():
    assert sum(path.stat().st_size for path in STATIC.glob("css/*.css")) < 20_000
