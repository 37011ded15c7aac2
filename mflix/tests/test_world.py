"""Countries and languages in the words of who reads the page."""

from urllib.parse import urlencode

import pytest
from babel import Locale
from django.conf import settings
from django.http import QueryDict
from django.utils import translation

from mflix import browsing, world
from mflix.search import Search


@pytest.mark.parametrize(
    ("name", "spanish"),
    [
        ("France", "Francia"),
        ("USA", "Estados Unidos"),
        ("Soviet Union", "Unión Soviética"),
        ("Nowhere", "Nowhere"),
    ],
)
def test_country_is_named_in_the_language_of_the_page(name, spanish):
    with translation.override("es"):
        assert world.country(name) == spanish
    with translation.override("en"):
        assert world.country(name) == name


@pytest.mark.parametrize(
    ("name", "spanish"),
    [("Latin", "Latín"), ("Mandarin", "Mandarín"), ("Klingonish", "Klingonish")],
)
def test_language_is_named_in_the_language_of_the_page(name, spanish):
    with translation.override("es"):
        assert world.language(name) == spanish
    with translation.override("en"):
        assert world.language(name) == name


@pytest.mark.parametrize("name", ["French", "french", "frances", "Francés"])
def test_language_that_is_typed_in_any_way_is_named_in_one(name):
    with translation.override("es"):
        assert world.language(name) == "Francés"
    with translation.override("en"):
        assert world.language(name) == "French"


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
@pytest.mark.parametrize("kind", ["territories", "languages"])
def test_files_of_babel_hold_all_that_it_knows_of_our_languages(language, kind):
    assert world._cldr(language)[kind] == dict(getattr(Locale.parse(language), kind))


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Francés", "French"),
        ("frances", "French"),
        ("french", "French"),
        ("Mandarín", "Mandarin"),
        ("Klingonish", "Klingonish"),
    ],
)
@pytest.mark.parametrize("page", ["es", "en"])
def test_language_is_found_by_its_name_in_any_language_of_the_site(typed, stored, page):
    with translation.override(page):
        search = Search.read(QueryDict(urlencode({"language": typed})))
        assert stored in search.criteria()["languages"]["$in"]


@pytest.mark.parametrize("name", ["Maori", "Oriya", "Creek", "French", "Klingonish"])
def test_language_is_found_by_what_the_films_call_it(name):
    search = Search.read(QueryDict(urlencode({"language": name})))
    assert search.criteria()["languages"]["$in"][0] == name


def test_filters_say_them_so():
    with translation.override("es"):
        assert browsing.shown("country", "Spain") == "España"
        assert browsing.shown("language", "French") == "Francés"
