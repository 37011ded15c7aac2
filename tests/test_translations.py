"""Every text of the pages exists in Spanish, and the compiled catalogue is that of the source."""

import gettext
import re
from io import BytesIO

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation.template import templatize

FOLDER = settings.BASE_DIR / "locale" / "es" / "LC_MESSAGES"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
KEYWORDS = {**DEFAULT_KEYWORDS, "gettext_lazy": None, "gettext_noop": None}


def forms(value) -> tuple:
    """The singular and the plural of a message, or the one text that it has."""
    return tuple(value) if isinstance(value, tuple | list) else (value,)


@pytest.fixture(scope="module")
def catalogue():
    with open(FOLDER / "django.po", "rb") as source:
        return {forms(message.id): message for message in read_po(source) if message.id}


def messages_in(text: str) -> set[tuple]:
    return {forms(found[1]) for found in extract("python", BytesIO(text.encode()), KEYWORDS)}


def messages_of_the_code() -> set[tuple]:
    found = set()
    for app in ("pialara_site", "accounts", "mflix"):
        for path in (settings.BASE_DIR / app).rglob("*.py"):
            if "tests" not in path.parts:
                found |= messages_in(path.read_text())
    for path in (settings.BASE_DIR / "templates").rglob("*.*"):
        # It has calls of gettext in lines that are indented like the markup, at random.
        lines = templatize(path.read_text()).splitlines()
        found |= messages_in("\n".join(map(str.strip, lines)))
    return found


def test_every_message_of_the_code_is_in_the_catalogue(catalogue):
    assert messages_of_the_code() - catalogue.keys() == set()


def test_the_catalogue_holds_nothing_that_is_gone(catalogue):
    assert catalogue.keys() - messages_of_the_code() == set()


def test_every_message_is_translated(catalogue):
    assert [key for key, found in catalogue.items() if not all(forms(found.string))] == []


def test_no_translation_is_a_guess(catalogue):
    assert [key for key, found in catalogue.items() if found.fuzzy] == []


def test_every_translation_keeps_the_placeholders(catalogue):
    for original, found in catalogue.items():
        for translated in forms(found.string):
            assert set(PLACEHOLDER.findall(translated)) == set(PLACEHOLDER.findall(original[-1]))


def test_the_compiled_catalogue_is_current(catalogue):
    with open(FOLDER / "django.mo", "rb") as compiled:
        texts = gettext.GNUTranslations(compiled)
    for original, found in catalogue.items():
        plural = len(original) == 2
        for count, translated in enumerate(forms(found.string), start=1):
            text = texts.ngettext(*original, count) if plural else texts.gettext(*original)
            assert text == translated


def test_pages_are_spanish_when_the_browser_says_nothing(anonymous):
    response = anonymous.get("/login/")
    assert response.headers["Content-Language"] == "es"
    assert "He olvidado mi contraseña" in response.content.decode()


def test_pages_are_english_for_an_english_browser(anonymous):
    response = anonymous.get("/login/", headers={"accept-language": "en-GB,en;q=0.8"})
    assert "I forgot my password" in response.content.decode()
