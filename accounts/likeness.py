"""Names that contain what was typed, whatever their accents, as a regular expression."""

import re
import unicodedata
from collections import defaultdict

LAST_OF_LATIN_1 = "\xff"


def _variants() -> dict[str, str]:
    """The letters of Western Europe with their accented forms: {"a": "aàáâ…"}.

    More of them would make the search slow: beyond Latin-1 a class of letters is no table any more.
    """
    found = defaultdict(str)
    for letter in map(chr, [*range(ord("a"), ord("z") + 1), *range(0xDF, 0x100)]):
        found[unicodedata.normalize("NFD", letter)[0]] += letter
    return found


_VARIANTS = _variants()


def pattern(part: str) -> str:
    """A regular expression for `part` in a text, blind to accents; run it as like() does.

    Several words may also be the beginnings of words there, in any order.
    """
    words = ["".join(map(_letter, word)) for word in unicodedata.normalize("NFC", part).split()]
    together = r"\s+".join(words)
    if len(words) == 1:
        return together
    apart = "".join(rf"(?=(?:.*\s)?{word})" for word in words)
    return f"{together}|(?s:^{apart})"


def _letter(letter: str) -> str:
    parts = unicodedata.normalize("NFD", letter.lower())
    plain = "".join(
        f"[{_VARIANTS[each]}]\\p{{M}}*" if each in _VARIANTS else re.escape(each)
        for each in parts
        if not unicodedata.combining(each)
    )
    # One that is stored in one piece is no form of its plain letter there.
    in_one_piece = len(parts) > 1 and letter > LAST_OF_LATIN_1
    return f"(?:{plain}\\p{{M}}*|{letter})" if in_one_piece else plain


def like(part: str) -> dict:
    """The filter for a text that pattern() fits."""
    return {"$regex": pattern(part), "$options": "i"}


def named_like(part: str) -> dict:
    return {"$or": [{"nombre": like(part)}, {"email": like(part)}]}
