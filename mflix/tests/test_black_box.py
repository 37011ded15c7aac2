"""The list of films from outside: over HTTP, against answers computed in plain Python.

To check real data too, name a folder that holds movies.json or movies.bson.gz:

    SAMPLE_MFLIX=/path/to/sample_mflix pytest -n 0 mflix/tests/test_black_box.py
"""

import gzip
import os
import random
from collections import Counter
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import bson
import pytest
from bson import json_util

from conftest import forget_everything
from mflix.movies import movies
from mflix.tests import library, plain
from mflix.tests.pages import FilmPage, FilmsPage, walk, walk_back

SORTS = ["popular", "newest", "oldest", "rating", "title"]


def real_films() -> list[dict]:
    folder = Path(os.environ["SAMPLE_MFLIX"])
    packed = folder / "movies.bson.gz"
    if packed.exists():
        return bson.decode_all(gzip.decompress(packed.read_bytes()))
    return json_util.loads((folder / "movies.json").read_text())


LIBRARIES = {"generated": library.films}
if "SAMPLE_MFLIX" in os.environ:
    LIBRARIES["real"] = real_films
# Words of them that no other words have as their stem.
WORDS = {
    "generated": [*library.WORDS, "PERÚ", "peru", "War", "ana", "nowhere"],
    "real": ["chaplin", "Bogart", "garbo", "paris", "dracula", "sherlock", "zzyzx"],
}


@pytest.fixture(scope="module", params=LIBRARIES)
def name(request):
    return request.param


@pytest.fixture(scope="module", autouse=True)
def empty_database(name):
    """Once for each library, as no test here changes anything."""
    forget_everything()


@pytest.fixture(scope="module")
def films(name, empty_database) -> list[dict]:
    stored = LIBRARIES[name]()
    movies.insert_many(stored)
    return stored


def values(films: list[dict], field: str, most=5) -> list[str]:
    """Some values of a field, the most frequent and random ones."""
    counts = Counter(text for film in films for text in plain.texts(film.get(field)) if text)
    frequent = [text for text, _count in counts.most_common(2)]
    return [*frequent, *random.Random(7).sample(sorted(counts), min(most, len(counts)))]


def address(pairs: plain.Pairs, sort="") -> str:
    return urlencode([*pairs, *([("sort", sort)] if sort else [])])


def shown(pages: list[FilmsPage]) -> list:
    return [film for page in pages for film in page.films]


def assert_order(ids: list, films: list[dict], sort: str):
    in_order, odd, without = plain.ordered(films, sort)
    begin, end = len(in_order), len(ids) - len(without)
    assert ids[:begin] == in_order
    assert sorted(ids[begin:end]) == sorted(odd)
    assert ids[end:] == without


def assert_finds(client, films: list[dict], pairs: plain.Pairs, sort="popular") -> FilmsPage:
    """The search finds what it should: the number, the films and their order."""
    expected = plain.found(films, pairs)
    pages = walk(client, address(pairs, sort))
    assert pages[0].total == len(expected), pairs
    assert_order(shown(pages), expected, sort)
    return pages[0]


# All films


@pytest.mark.parametrize("sort", SORTS)
def test_all_films_are_shown_once_in_order_forwards_and_back(anonymous, films, sort):
    pages = walk(anonymous, address([], sort))
    assert_order(shown(pages), films, sort)
    assert shown(walk_back(anonymous, pages[-1])) == shown(pages)


def test_every_page_but_the_last_has_twenty_films(anonymous, films):
    sizes = [len(page.films) for page in walk(anonymous)]
    assert sizes == [20] * (len(films) // 20) + ([len(films) % 20] if len(films) % 20 else [])


def test_all_films_are_counted(anonymous, films):
    assert FilmsPage(anonymous).count == f"{len(films):,} films"


# One filter


@pytest.mark.parametrize("parameter", plain.LISTS)
def test_films_are_found_by_a_value_in_any_case(anonymous, films, parameter):
    for value in values(films, plain.LISTS[parameter]):
        first = assert_finds(anonymous, films, [(parameter, value)])
        other = FilmsPage(anonymous, address([(parameter, value.swapcase())], "popular"))
        assert (other.total, other.films) == (first.total, first.films)


@pytest.mark.parametrize("parameter", plain.LISTS)
def test_films_with_any_of_several_values_are_found(anonymous, films, parameter):
    several = values(films, plain.LISTS[parameter])
    assert_finds(anonymous, films, [(parameter, value) for value in several])


@pytest.mark.parametrize("sort", SORTS)
def test_films_of_a_genre_are_shown_in_every_order(anonymous, films, sort):
    assert_finds(anonymous, films, [("genre", "Drama")], sort)


@pytest.mark.parametrize("parameter", ["rated", "type"])
def test_films_are_found_by_rating_and_type(anonymous, films, parameter):
    for value in values(films, parameter):
        assert_finds(anonymous, films, [(parameter, value)])


@pytest.mark.parametrize(
    "start", ["the", "THE", "the g", "el", "Él", "ñ", "M*", "(", "[", ".", "$", "^", "les mis"]
)
def test_films_are_found_by_the_beginning_of_their_titles(anonymous, films, start):
    assert_finds(anonymous, films, [("title", start)])


def test_films_are_found_by_their_whole_titles(anonymous, films):
    for title in values(films, "title", most=25):
        assert_finds(anonymous, films, [("title", title)], "title")


@pytest.mark.parametrize(
    "pairs",
    [
        [("year_from", "1950")],
        [("year_to", "1930")],
        [("year_from", "1940"), ("year_to", "1940")],
        [("year_from", "1940"), ("year_to", "1959")],
        [("year_from", "1960"), ("year_to", "1950")],
        [("rating_from", "0")],
        [("rating_from", "7")],
        [("rating_from", "8.4")],
    ],
    ids=str,
)
@pytest.mark.parametrize("sort", ["popular", "rating"])
def test_films_are_found_by_year_and_imdb_rating(anonymous, films, pairs, sort):
    assert_finds(anonymous, films, pairs, sort)


@pytest.mark.parametrize("parameter", plain.BUCKETS)
def test_films_are_found_by_bucket(anonymous, films, parameter):
    for lowest, _above in (*plain.BUCKETS[parameter], ("other", None)):
        assert_finds(anonymous, films, [(parameter, str(lowest))])


# Words


def test_films_are_found_by_a_word(anonymous, films, name):
    for word in WORDS[name]:
        expected = plain.found(films, [("q", word)])
        pages = walk(anonymous, address([("q", word)]))
        assert pages[0].total == len(expected), word
        assert sorted(shown(pages)) == sorted(film["_id"] for film in expected)


def test_found_words_can_be_sorted_otherwise(anonymous, films, name):
    for sort in SORTS:
        assert_finds(anonymous, films, [("q", WORDS[name][0])], sort)


def test_best_matches_are_walked_back_as_they_came(anonymous, films, name):
    pages = walk(anonymous, address([("q", WORDS[name][0])]))
    assert shown(walk_back(anonymous, pages[-1])) == shown(pages)


# Several filters


def combinations(films: list[dict], number: int) -> list[plain.Pairs]:
    """Searches that some film fits, of two filters and more."""
    chance = random.Random(number)
    some = []
    for film in chance.choices(films, k=number):
        year = film.get("year")
        pairs = [
            (parameter, chance.choice(texts))
            for parameter, field in plain.LISTS.items()
            if (texts := plain.texts(film.get(field)))
        ]
        pairs += [(each, film[each]) for each in ("rated", "type") if plain.texts(film.get(each))]
        pairs += [
            (each, plain.bucket(film.get(each), plain.BUCKETS[each])) for each in plain.BUCKETS
        ]
        if plain.is_number(year):
            pairs += [("year_from", str(int(year) - 5)), ("year_to", str(int(year) + 5))]
        pairs = [pair for pair in pairs if pair[1]]
        some.append(chance.sample(pairs, chance.randint(2, 3)))
    return some


def test_all_filters_hold_at_once(anonymous, films):
    for number, pairs in enumerate(combinations(films, 40)):
        assert_finds(anonymous, films, pairs, SORTS[number % len(SORTS)])


def test_word_and_filters_hold_at_once(anonymous, films, name):
    for number, pairs in enumerate(combinations(films, 10)):
        assert_finds(anonymous, films, [*pairs[:1], ("q", WORDS[name][number % 4])])


# Facets


def facets(page: FilmsPage) -> dict[str, Counter]:
    shown = {}
    for name, counts in page.facets.items():
        shown[name] = Counter()
        for value, count in counts.items():
            shown[name][value.casefold()] += count
    return shown


def assert_facets(page: FilmsPage, films: list[dict], pairs: plain.Pairs):
    shown, chosen = facets(page), dict(pairs)
    for name, expected in plain.facets(plain.found(films, pairs)).items():
        if name in chosen or (name == "year_from" and "year_to" in chosen):
            continue
        found = shown.get(name, Counter())
        most = plain.MOST_LISTED if name in plain.LISTS else None
        assert {value: expected[value] for value in found} == found, (pairs, name)
        assert sorted(found.values()) == sorted(n for _v, n in expected.most_common(most))


def test_facets_count_all_films(anonymous, films):
    assert_facets(FilmsPage(anonymous), films, [])


def test_facets_count_the_films_found(anonymous, films):
    for pairs in [[("genre", "Drama")], [("rated", "APPROVED")], *combinations(films, 12)]:
        assert_facets(FilmsPage(anonymous, address(pairs)), films, pairs)


def test_facets_count_the_films_found_by_a_word(anonymous, films, name):
    pairs = [("q", WORDS[name][0])]
    assert_facets(FilmsPage(anonymous, address(pairs)), films, pairs)


def test_facet_leads_to_as_many_films_as_it_says(anonymous, films):
    for link, count in FilmsPage(anonymous).facet_links.items():
        assert FilmsPage(anonymous, link).total == count, link


def test_facets_are_in_order(anonymous, films):
    shown = FilmsPage(anonymous).facets
    for name in ("genre", "country"):
        assert list(shown[name].values()) == sorted(shown[name].values(), reverse=True)
    assert list(shown["year_from"]) == sorted(shown["year_from"], key=int, reverse=True)
    assert (
        list(shown["runtime"]) == ["0", "60", "90", "120", "180", "other"][: len(shown["runtime"])]
    )


# Very many films


@pytest.fixture
def at_most_100(monkeypatch):
    monkeypatch.setattr("mflix.facets.MOST_COUNTED", 100)


@pytest.mark.usefixtures("at_most_100", "films")
def test_many_films_are_not_counted_to_the_end(anonymous):
    page = FilmsPage(anonymous)
    assert page.count == "more than 100 films"
    assert "only the first 100 are counted here" in page.html


@pytest.mark.usefixtures("at_most_100")
def test_facets_of_many_films_are_those_of_the_most_popular(anonymous, films):
    in_order, odd, _without = plain.ordered(films, "popular")
    # The index has texts before numbers.
    popular = {*odd, *in_order[: 101 - len(odd)]}
    expected = plain.facets([film for film in films if film["_id"] in popular])
    assert facets(FilmsPage(anonymous))["runtime"] == expected["runtime"]


@pytest.mark.usefixtures("at_most_100")
def test_many_films_can_be_walked_to_the_end(anonymous, films):
    assert_order(shown(walk(anonymous)), films, "popular")


@pytest.mark.parametrize("above", [0, 1])
def test_films_are_counted_up_to_the_limit(anonymous, films, monkeypatch, above):
    most = len(films) - above
    monkeypatch.setattr("mflix.facets.MOST_COUNTED", most)
    told = f"more than {most:,} films" if above else f"{most:,} films"
    assert FilmsPage(anonymous).count == told


def test_films_of_a_word_are_not_counted_as_far_as_others(anonymous, films, name, monkeypatch):
    monkeypatch.setattr("mflix.facets.MOST_COUNTED_OF_WORDS", 2)
    page = FilmsPage(anonymous, address([("q", WORDS[name][0])]))
    assert page.count == "more than 2 films"
    assert "only the first 2 are counted here" in page.html
    assert FilmsPage(anonymous).count == f"{len(films):,} films"


# Nothing found


def impossible(films: list[dict]) -> list[plain.Pairs]:
    """Searches of several filters that no film fits."""
    [director] = values(films, "directors", most=1)[:1]
    some = [
        [("genre", "Drama"), ("year_from", "2200")],
        [("genre", "Drama"), ("genre", "War"), ("rated", "PG"), ("title", "zzz")],
        [("director", director), ("country", "Atlantis"), ("runtime", "0")],
        [("rating_from", "9.99"), ("type", "movie"), ("q", "nowhere")],
    ]
    assert not [pairs for pairs in some if plain.found(films, pairs)]
    return some


def test_empty_result_says_how_many_films_there_are_without_each_filter(anonymous, films):
    for pairs in impossible(films):
        expected = {}
        for name in dict(pairs):
            rest = [pair for pair in pairs if pair[0] != name]
            expected[frozenset(rest)] = len(plain.found(films, rest))
        loosened = FilmsPage(anonymous, address(pairs)).loosened
        told = {frozenset(pairs_of(link)): count for link, count in loosened.items()}
        assert told == expected, pairs


def test_loosened_search_finds_as_many_films_as_promised(anonymous, films):
    for pairs in impossible(films):
        for link, count in FilmsPage(anonymous, address(pairs)).loosened.items():
            assert FilmsPage(anonymous, link).total == count, link


def pairs_of(link: str) -> plain.Pairs:
    return [pair for pair in parse_qsl(link.removeprefix("?")) if pair[0] != "sort"]


# Similar films


def test_no_film_is_similar_to_itself(anonymous, films):
    for film in random.Random(5).sample(films, 40):
        assert film["_id"] not in FilmPage(anonymous, film).similar
