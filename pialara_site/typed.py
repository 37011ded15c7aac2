"""Texts that people type, of one line."""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# They turn the text around them, also that of others.
DIRECTIONS = set(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
BLANK_LETTERS = set(map(chr, (0x115F, 0x1160, 0x3164, 0xFFA0)))  # which Unicode calls letters


def visible(text: str) -> str:
    """A text to search for, without what no name holds: ends trimmed, no invisible codes, and of
    all kinds of space the plain one.
    """
    spaced = (" " if letter.isspace() else letter for letter in text)
    return "".join(filter(str.isprintable, spaced)).strip()[:100]


def is_visible(value) -> bool:
    """Whether a search can be for this very value: a text that visible() leaves as it is."""
    return isinstance(value, str) and bool(value) and visible(value) == value


def visible_line(value: str):
    """A validator for texts of one line: no line breaks or other codes, and something to see."""
    codes = any(unicodedata.category(c) == "Cc" or c in DIRECTIONS for c in value)
    if codes or not any(c.isprintable() and c not in BLANK_LETTERS for c in value):
        raise ValidationError(_("Please use only letters, digits and visible characters."))
