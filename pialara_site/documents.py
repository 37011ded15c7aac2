"""MongoDB documents outside of MongoDB."""

import json
from datetime import datetime


def to_json(document) -> str:
    """`document` for people to read: dates in ISO form, ids as their hexadecimal text."""
    return json.dumps(document, default=_plain, ensure_ascii=False, indent=2)


def _plain(value):
    return value.isoformat() if isinstance(value, datetime) else str(value)
