"""docs/security.md names tests that exist."""

import re

from django.conf import settings


def test_every_promise_names_a_test_that_exists():
    text = (settings.BASE_DIR / "docs/security.md").read_text()
    table = text.split("## Promises")[1].split("\n\n")[1]
    rows = table.splitlines()[2:]
    named = [re.findall(r"`(\S+\.py)`", row) for row in rows]
    assert len(rows) > 10
    assert [row for row, paths in zip(rows, named, strict=True) if not paths] == []
    missing = [path for paths in named for path in paths if not (settings.BASE_DIR / path).exists()]
    assert missing == []
