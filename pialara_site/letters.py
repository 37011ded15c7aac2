"""Letters as people compare them."""

import unicodedata


def plain(text: str) -> str:
    """Without capitals and accents: "Óscar" and "oscar" are the same, and so are their places."""
    parts = unicodedata.normalize("NFD", text.casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter))
