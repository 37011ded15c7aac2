"""Countries and languages in the words of who reads the page."""

import pytest
from django.utils import translation

from mflix import browsing, world


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


def test_filters_say_them_so():
    with translation.override("es"):
        assert browsing.shown("country", "Spain") == "España"
        assert browsing.shown("language", "French") == "Francés"
