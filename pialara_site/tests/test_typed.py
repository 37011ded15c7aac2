"""Texts of one line, as people type them."""

import pytest
from django.core.exceptions import ValidationError

from pialara_site.typed import visible, visible_line


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("  ana  ", "ana"),
        ("a\x00n\u202ea\n", "ana"),
        ("josé 😀", "josé 😀"),
        ("x" * 1000, "x" * 100),
        ("\x00", ""),
    ],
)
def test_what_can_be_seen_is_what_is_searched_for(typed, seen):
    assert visible(typed) == seen


@pytest.mark.parametrize("text", ["Ana", "José Ñ", "😀", "\u05d0 right to left", "$ne", "<b>"])
def test_any_visible_text_is_taken(text):
    visible_line(text)


@pytest.mark.parametrize(
    "text",
    ["a\nb", "a\tb", "a\x00b", "\x1b[31m", "a\x7f", "\x85", "\u202eana", "\u200b", "\u3164"],
)
def test_what_nobody_sees_or_what_turns_others_texts_around_is_refused(text):
    with pytest.raises(ValidationError):
        visible_line(text)
