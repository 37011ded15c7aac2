"""What is told of a film. Whole pages are in test_movie.py."""

from mflix.details import details


def told(movie: dict) -> dict[str, list]:
    return dict(details({"_id": 1, **movie}))


def test_film_that_nothing_is_known_of_has_no_details():
    assert told({}) == {}


def test_names_lead_to_their_films_and_writers_nowhere():
    movie = {"directors": ["Ana & Eva"], "writers": "Luz"}
    assert list(told(movie).values()) == [
        [("Ana & Eva", "/mflix/?director=Ana%20%26%20Eva")],
        [("Luz", "")],
    ]


def test_nought_is_a_number():
    assert list(told({"awards": {"wins": 0}}).values()) == [[("0", "")]]


def test_date_of_release_may_be_words():
    assert list(told({"released": "some day"}).values()) == [[("some day", "")]]


def test_page_at_imdb_has_seven_digits_at_least():
    [[(_words, address)]] = told({"imdb": {"id": 417}}).values()
    assert address == "https://www.imdb.com/title/tt0000417/"
