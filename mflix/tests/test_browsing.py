"""The links of the page of films: each one is a search of its own."""

import pytest
from django.http import QueryDict
from django.utils import translation

from mflix.browsing import Browsing, shown
from mflix.facets import NONE, Facets
from mflix.search import Search, order_of


@pytest.fixture(autouse=True)
def _in_spanish():
    with translation.override("es"):
        yield


def browsing(query: str, numbers: Facets = NONE) -> Browsing:
    query = QueryDict(query)
    search = Search.read(query)
    return Browsing(search, order_of(search, query.get("sort", ""))[0], numbers)


def facets(**lists) -> Facets:
    empty = dict.fromkeys(("genre", "country", "decade", "runtime", "metacritic"), ())
    return Facets(total=9, **{**empty, **lists})


def links(query: str, **lists) -> dict[str, tuple[str, int, bool]]:
    [facet] = browsing(query, facets(**lists)).facets()
    return {link.label: (link.url, link.count, link.is_chosen) for link in facet.links}


def test_every_chosen_value_is_a_tag_that_takes_it_away():
    tags = browsing("genre=War&genre=Drama&year_from=1950").tags()
    assert [(tag.label, tag.url) for tag in tags] == [
        ("Género: Bélico", "?genre=Drama&year_from=1950"),
        ("Género: Drama", "?genre=War&year_from=1950"),
        ("Desde el año: 1950", "?genre=War&genre=Drama"),
    ]


def test_facet_tells_known_genres_in_the_language_of_the_page():
    found = links("", genre=[("Sci-Fi", 5), ("Unheard of", 1)])
    assert {label: url for label, (url, _count, _is_chosen) in found.items()} == {
        "Ciencia ficción": "?genre=Sci-Fi",
        "Unheard of": "?genre=Unheard+of",
    }


def test_facet_adds_a_value():
    assert links("genre=War", genre=[("Drama", 5)])["Drama"] == (
        "?genre=War&genre=Drama",
        5,
        False,
    )


@pytest.mark.parametrize("chosen", ["Drama", "drama"])
def test_facet_takes_a_chosen_value_away(chosen):
    assert links(f"genre={chosen}", genre=[("Drama", 5)])["Drama"] == ("?", 5, True)


def test_decade_is_a_range_of_years():
    assert links("year_from=1900", decade=[(1950, 3)])["Años 1950"] == (
        "?year_from=1950&year_to=1959",
        3,
        False,
    )


def test_chosen_decade_can_be_taken_away():
    chosen = links("year_from=1950&year_to=1959&rated=PG", decade=[(1950, 3)])
    assert chosen["Años 1950"] == ("?rated=PG", 3, True)


def test_bucket_replaces_another():
    assert links("runtime=60", runtime=[("90", 3)])["de 90 a 119 minutos"] == (
        "?runtime=90",
        3,
        False,
    )


def test_facet_without_values_is_not_offered():
    assert browsing("", facets()).facets() == []


def test_digest_stands_for_all_numbers():
    one, other = ([("Drama", count)] for count in (7, 8))
    digests = [facets(genre=one), facets(genre=other), facets(country=one), NONE]
    assert len({each.digest for each in digests}) == len(digests)
    assert facets(genre=one).digest == facets(genre=list(one)).digest


def test_links_keep_the_sort():
    assert browsing("genre=War&sort=newest").tags()[0].url == "?sort=newest"


def test_default_sort_needs_no_parameter():
    sorts = {link.label: (link.url, link.is_chosen) for link in browsing("genre=War").sorts()}
    assert sorts["Más reseñadas"] == ("?genre=War", True)


def test_relevance_is_offered_with_words_only():
    assert len(browsing("q=train").sorts()) == len(browsing("").sorts()) + 1


def test_sort_by_popularity_survives_a_search_for_words():
    assert browsing("q=train&sort=popular").first == "?q=train&sort=popular"


def test_sort_is_forgotten_with_the_words_it_was_for():
    assert browsing("q=train").tags()[0].url == "?sort=relevance"


def test_form_keeps_what_it_has_no_field_for():
    kept = browsing("genre=War&cast=Ana&runtime=60&q=a&year_to=1950&sort=title").kept
    assert kept == [("genre", "War"), ("cast", "Ana"), ("runtime", "60"), ("sort", "title")]


def test_loosened_search_names_the_filter():
    [link] = browsing("genre=War&genre=Drama&rated=PG").loosened([("genre", 7)])
    assert (link.label, link.url, link.count) == (
        "Género: Bélico, Género: Drama",
        "?rated=PG",
        7,
    )


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("genre", "War", "Bélico"),
        ("type", "movie", "Película"),
        ("type", "odd", "odd"),
        ("runtime", "0", "de 0 a 59 minutos"),
        ("runtime", "180", "180 minutos o más"),
        ("runtime", "other", "sin datos"),
        ("rating_from", "7.5", "7,5"),
        ("metacritic", "50", "50–69"),
        ("metacritic", "100", "100"),
        ("metacritic", "other", "sin datos"),
    ],
)
def test_value_is_shown_in_words(name, value, words):
    assert shown(name, value) == words


def test_values_are_encoded():
    assert browsing("genre=A%26B").first == "?genre=A%26B"


def test_names_may_be_searched_for_as_words():
    assert browsing("cast=chaplin&title=Modern&genre=Drama").as_words == "?q=Modern+chaplin"
    assert browsing("genre=Drama").as_words == ""


def test_directors_are_no_words():
    assert browsing("director=Chaplin").as_words == ""
