"""Countries and languages as people read them. Stored are their English names.

Unicode's CLDR translates them, but for those that it lacks or calls otherwise than the films do.
"""

import pickle
from functools import cache

from babel.localedata import resolve_locale_filename
from django.conf import settings
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from pialara_site.letters import plain

COUNTRIES = {
    "Burma": _("Burma"),
    "Czechoslovakia": _("Czechoslovakia"),
    "East Germany": _("East Germany"),
    "Federal Republic of Yugoslavia": _("Federal Republic of Yugoslavia"),
    "Hong Kong": _("Hong Kong"),
    "Serbia and Montenegro": _("Serbia and Montenegro"),
    "Soviet Union": _("Soviet Union"),
    "UK": _("UK"),
    "USA": _("USA"),
    "West Germany": _("West Germany"),
    "Yugoslavia": _("Yugoslavia"),
}
LANGUAGES = {
    "American Sign Language": _("American Sign Language"),
    "Apache languages": _("Apache languages"),
    "Bengali": _("Bengali"),
    "Mandarin": _("Mandarin"),
    "Min Nan": _("Min Nan"),
}


def country(name: str) -> str:
    return str(COUNTRIES.get(name) or _names("territories", get_language()).get(name, name))


def language(name: str) -> str:
    """By any of its names, those that language_named() knows."""
    return _language(name) or _language(language_named(name)) or name


def _language(name: str) -> str:
    return str(LANGUAGES.get(name) or _names("languages", get_language()).get(name, ""))


def language_named(words: str) -> str:
    """The stored name of a language that people call so in any language of the site, with its
    accents or without; these very words if there is none.
    """
    return _stored_languages().get(plain(words), words)


@cache
def _stored_languages() -> dict[str, str]:
    stored = [*_cldr("en")["languages"].values(), *LANGUAGES]
    named = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            named |= {plain(_language(name)): name for name in stored}
    return named | {plain(name): name for name in stored}


@cache
def _names(kind: str, language: str) -> dict[str, str]:
    """By their English names; with a capital, as they stand alone."""
    english, names = (_cldr(each)[kind] for each in ("en", language))
    return {english[code]: _capitalised(names[code]) for code in english.keys() & names.keys()}


def _cldr(language: str) -> dict:
    """All that CLDR knows of a language, for one without a territory: others inherit most of it.

    Babel's own Locale would keep 4 MB of it for good.
    """
    with open(resolve_locale_filename(language), "rb") as file:
        return pickle.load(file)  # noqa: S301  a file of Babel's


def _capitalised(name: str) -> str:
    return f"{name[:1].upper()}{name[1:]}"
