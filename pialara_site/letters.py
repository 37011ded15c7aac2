"""Letters as people compare them."""

import unicodedata


def plain(text: str) -> str:
    """Without capitals and accents."""
    parts = unicodedata.normalize("NFD", text.casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def place(name: str) -> str:
    """What names are sorted by in Spanish, as MongoDB's collation `es` does: ñ comes after n."""
    composed = unicodedata.normalize("NFC", name.casefold())
    return plain(composed.replace("ñ", "n\uffff"))
