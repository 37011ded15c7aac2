"""The page of one film."""

import re
import unicodedata
from datetime import UTC, datetime

import pytest
from bson import Code, Decimal128, ObjectId

from accounts.users import users
from mflix import popularity
from mflix.movies import movies
from mflix.tests.mothers import a_comment, a_movie, a_movie_document
from mflix.tests.pages import FilmPage, FilmsPage, elements, href, is_a, links, text

EVERYBODY = ["anonymous", "cliente", "tecnico", "admin"]
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


@pytest.fixture
def caller(request):
    return request.getfixturevalue


def a_whole_movie(**fields) -> dict:
    """With every field that sample_mflix has."""
    return a_movie(
        title="The Exterminating Angel",
        year=1962,
        released=datetime(1962, 5, 8, tzinfo=UTC),
        runtime=95,
        rated="NOT RATED",
        plot="Guests can't leave a room.",
        fullplot="After dinner, the guests of a mansion find that they can't leave the room.",
        directors=["Luis Buñuel"],
        writers=["Luis Alcoriza (story)", "Luis Buñuel"],
        cast=["Silvia Pinal", "Enrique Rambal"],
        genres=["Drama", "Fantasy"],
        countries=["Mexico"],
        languages=["Spanish", "Nahuatl"],
        poster="https://m.media-amazon.com/images/M/angel.jpg",
        awards={"wins": 5, "nominations": 1234, "text": "Palme d'Or nominee."},
        imdb={"rating": 8.1, "votes": 34567, "id": 56732},
        metacritic=88,
        tomatoes={
            "viewer": {"rating": 4.2, "numReviews": 8765, "meter": 92},
            "critic": {"rating": 8.4, "numReviews": 31, "meter": 94},
            "fresh": 291,
            "rotten": 207,
            "consensus": "Societal etiquette devolves.",
            "production": "Altura Films",
            "boxOffice": "$5.1M",
            "website": "http://films.example/angel",
            "dvd": datetime(2009, 2, 10, tzinfo=UTC),
            "lastUpdated": datetime(2015, 8, 13, tzinfo=UTC),
        },
        lastupdated="2015-09-01 00:27:59.177000000",
        **fields,
    )


# What it shows


@pytest.mark.parametrize("role", EVERYBODY)
def test_everybody_sees_the_film(caller, role):
    movie = a_movie(title="Viridiana")
    assert text(FilmPage(caller(role), movie).one("h1")) == "Viridiana"


def test_title_stands_in_the_browsers_tab(anonymous):
    assert text(FilmPage(anonymous, a_movie(title="Viridiana")).one("title")).startswith(
        "Viridiana"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Directed by", "Luis Buñuel"),
        ("Cast", "Silvia Pinal, Enrique Rambal"),
        ("Written by", "Luis Alcoriza (story), Luis Buñuel"),
        ("Genres", "Drama, Fantasy"),
        ("Countries", "Mexico"),
        ("Languages", "Spanish, Nahuatl"),
        ("Released", "8 May 1962"),
        ("Awards won", "5"),
        ("Nominations", "1,234"),
        ("Critics agree", "Societal etiquette devolves."),
        ("Production", "Altura Films"),
        ("Box office", "$5.1M"),
        ("On DVD", "10 February 2009"),
        ("Website", "http://films.example/angel"),
        ("Data updated on", "1 September 2015"),
    ],
)
def test_what_is_known_is_shown(anonymous, name, value):
    details = FilmPage(anonymous, a_whole_movie()).details
    assert text(details[name]).replace(" ,", ",") == value


@pytest.mark.parametrize(
    ("minutes", "said"), [(1, "1 minuto"), (1.9, "1 minuto"), (2, "2 minutos")]
)
def test_running_time_has_its_plural(anonymous, minutes, said):
    page = anonymous.get(f"/mflix/movies/{a_movie(runtime=minutes)['_id']}/").text
    assert f"{said}</p>" in page or f"{said} ·" in page


@pytest.mark.parametrize("fact", ["1962", "NOT RATED", "95 minutes"])
def test_facts_stand_under_the_title(anonymous, fact):
    assert fact in text(FilmPage(anonymous, a_whole_movie()).one("p", class_="subtitle"))


def test_whole_story_is_told(anonymous):
    assert "After dinner, the guests" in FilmPage(anonymous, a_whole_movie()).html


def test_short_story_is_told_where_there_is_no_longer_one(anonymous):
    movie = a_movie(plot="It is short.", fullplot=...)
    assert "It is short." in FilmPage(anonymous, movie).html


@pytest.mark.parametrize("value", ["Guests can't leave a room.", "291", "207", "1,039"])
def test_no_field_is_left_out(anonymous, value):
    assert value in text(FilmPage(anonymous, a_whole_movie(num_mflix_comments=1039)).root)


def test_kind_is_told_of_a_series(anonymous):
    page = FilmPage(anonymous, a_movie(type="series"))
    assert "Series" in text(page.one("p", class_="subtitle"))


def test_poster_is_shown(anonymous):
    page = FilmPage(anonymous, a_whole_movie())
    [image] = [dict(e.attributes) for e in elements(page.one("article")) if is_a(e, "img")]
    assert image["src"] == "https://m.media-amazon.com/images/M/angel.jpg"
    assert image["alt"] == "Poster of The Exterminating Angel"


def test_date_of_the_data_may_be_a_date(anonymous):
    movie = a_movie(lastupdated=datetime(2015, 9, 1, tzinfo=UTC))
    assert text(FilmPage(anonymous, movie).details["Data updated on"]) == "1 September 2015"


def test_what_is_not_known_is_not_named(anonymous):
    movie = {"_id": ObjectId()}
    movies.insert_one(movie)
    page = FilmPage(anonymous, movie)
    assert text(page.one("h1")) == "Untitled"
    assert page.details == {}
    assert page.ratings == []


def test_fields_that_are_not_known_to_us_are_shown(anonymous):
    movie = a_movie(colour="black and white", prints=[1, 2], tomatoes={"rank": 7})
    details = FilmPage(anonymous, movie).details
    assert text(details["colour"]) == "black and white"
    assert text(details["prints"]) == "1, 2"
    assert text(details["tomatoes.rank"]) == "7"


def test_endless_fields_are_cut(anonymous):
    movie = a_movie(plot_embedding=[0.123456789] * 1536)
    assert len(text(FilmPage(anonymous, movie).details["plot_embedding"])) <= 501


def test_ids_are_not_shown(cliente):
    movie = a_whole_movie()
    a_comment(movie)
    for _ in range(3):
        a_movie()
    words = text(FilmPage(cliente, movie).root)
    assert str(movie["_id"]) not in words
    assert "56732" not in words
    assert "ObjectId" not in words


# Its links


@pytest.mark.parametrize(
    ("name", "addresses"),
    [
        ("Directed by", ["/mflix/?director=Luis%20Bu%C3%B1uel"]),
        ("Cast", ["/mflix/?cast=Silvia%20Pinal", "/mflix/?cast=Enrique%20Rambal"]),
        ("Genres", ["/mflix/?genre=Drama", "/mflix/?genre=Fantasy"]),
        ("Countries", ["/mflix/?country=Mexico"]),
        ("Languages", ["/mflix/?language=Spanish", "/mflix/?language=Nahuatl"]),
    ],
)
def test_names_lead_to_their_searches(anonymous, name, addresses):
    assert [href(a) for a in links(FilmPage(anonymous, a_whole_movie()).details[name])] == addresses


@pytest.mark.parametrize("odd", ["A & B", "C+D", "100%", "E#F", "x=y&genre=War", "Ñ/é?", '"G"'])
def test_search_of_a_name_finds_the_film_whatever_it_is_called(anonymous, odd):
    movie = a_movie(cast=[odd], directors=[odd], genres=[odd])
    a_movie()
    details = FilmPage(anonymous, movie).details
    for name in ("Cast", "Directed by", "Genres"):
        [link] = links(details[name])
        assert FilmsPage(anonymous, href(link)).films == [movie["_id"]]


@pytest.mark.parametrize("address", ["javascript:alert(1)", "films.example", "", 5, ["http://x"]])
def test_website_that_is_none_is_no_link(anonymous, address):
    movie = a_movie(tomatoes={"website": address})
    assert "Website" not in FilmPage(anonymous, movie).details


# Ratings


def test_ratings_stand_side_by_side(anonymous):
    assert FilmPage(anonymous, a_whole_movie()).ratings == [
        ["IMDb", "8.1 / 10", "34,567", "—"],
        ["Metacritic", "88 / 100", "—", "—"],
        ["Viewers at Rotten Tomatoes", "4.2 / 5", "8,765", "92 %"],
        ["Critics at Rotten Tomatoes", "8.4 / 10", "31", "94 %"],
    ]


def test_rating_that_is_not_known_is_left_out(anonymous):
    movie = a_movie(imdb={"rating": "", "votes": ""}, metacritic=70, tomatoes={"viewer": {}})
    assert [row[0] for row in FilmPage(anonymous, movie).ratings] == ["Metacritic"]


def test_rating_of_nought_is_one(anonymous):
    movie = a_movie(imdb={"rating": 0, "votes": 0}, tomatoes=...)
    assert FilmPage(anonymous, movie).ratings == [["IMDb", "0 / 10", "0", "—"]]


# Similar films


@pytest.fixture
def film(empty_database) -> dict:
    return a_movie(genres=["War", "Drama"], cast=["Ana", "Luz"], directors=["Eva", "Sol"])


def like(**fields) -> ObjectId:
    others = {"genres": ["Other"], "cast": ["Nobody"], "directors": ["Nobody"]}
    return a_movie(**{**others, **fields})["_id"]


def reviewed(times: int) -> dict:
    return {"viewer": {"numReviews": times}}


def test_director_counts_more_than_an_actress_and_she_more_than_a_genre(anonymous, film):
    genre = like(genres=["War"], tomatoes=reviewed(9000))
    actress = like(cast=["Ana"], tomatoes=reviewed(900))
    director = like(directors=["Eva"], tomatoes=reviewed(9))
    assert FilmPage(anonymous, film).similar == [director, actress, genre]


def test_film_that_shares_more_comes_first(anonymous, film):
    one = like(genres=["War"], tomatoes=reviewed(9000))
    two = like(genres=["War", "Drama"], tomatoes=reviewed(900))
    both = like(genres=["Drama"], cast=["Ana"], tomatoes=reviewed(9))
    all_ = like(genres=["Drama"], cast=["Luz"], directors=["Sol"], tomatoes=reviewed(0))
    assert FilmPage(anonymous, film).similar == [all_, both, two, one]


def test_popularity_decides_between_equals(anonymous, film):
    less = like(genres=["War"], tomatoes=reviewed(5))
    unknown = like(genres=["War"], tomatoes=...)
    more = like(genres=["War"], tomatoes=reviewed(50))
    assert FilmPage(anonymous, film).similar == [more, less, unknown]


def test_case_of_names_does_not_matter(anonymous, film):
    other = like(directors=["EVA"])
    assert FilmPage(anonymous, film).similar == [other]


def test_letters_of_names_may_be_composed_otherwise(anonymous, empty_database):
    film = a_movie(directors=[unicodedata.normalize("NFC", "Luis Buñuel")])
    other = like(directors=[unicodedata.normalize("NFD", "Luis Buñuel")])
    assert FilmPage(anonymous, film).similar == [other]


@pytest.mark.parametrize("names", [("War", ["War"]), (["War"], "War"), ("War", "War")], ids=str)
def test_name_may_stand_in_place_of_a_list(anonymous, empty_database, names):
    film, other = (a_movie(genres=each, cast=[], directors=[]) for each in names)
    assert FilmPage(anonymous, film).similar == [other["_id"]]


def test_film_that_shares_nothing_is_not_similar(anonymous, film):
    like()
    page = FilmPage(anonymous, film)
    assert page.similar == []
    assert "Similar films" not in page.html


@pytest.mark.parametrize("value", [..., None, [], ""])
def test_films_that_both_know_nothing_are_not_similar(anonymous, value):
    nothing = dict.fromkeys(("genres", "cast", "directors"), value)
    a_movie(**nothing)
    assert FilmPage(anonymous, a_movie(**nothing)).similar == []


def test_ten_similar_films_are_shown(anonymous, film):
    for _ in range(15):
        like(genres=["War"])
    assert len(FilmPage(anonymous, film).similar) == 10


def test_name_given_twice_counts_once(anonymous, film):
    twice = like(genres=["War", "War"], tomatoes=reviewed(9))
    two = like(genres=["War", "Drama"], tomatoes=reviewed(5))
    assert FilmPage(anonymous, film).similar == [two, twice]


def test_similar_films_are_kept_until_a_film_changes(caching, cliente, film, commands, heard):
    one = like(genres=["War"])
    heard()
    FilmPage(cliente, film)
    with commands() as seen:
        assert FilmPage(cliente, film).similar == [one]
    [read] = [each for each in seen if str(each) == "aggregate movies"]
    joined = [stage["$lookup"]["from"] for stage in read.body["pipeline"] if "$lookup" in stage]
    assert joined == ["comments"]
    two = like(genres=["War", "Drama"])
    heard()
    assert FilmPage(cliente, film).similar == [two, one]


def test_kept_form_for_a_comment_has_an_id_of_its_own_on_each_page(cliente, film):
    first, second = (FilmPage(cliente, film).html for _ in range(2))
    ids = [re.findall(r'name="id" value="([0-9a-f]{24})"', page) for page in (first, second)]
    assert [len(each) for each in ids] == [1, 1]
    assert ids[0] != ids[1]
    assert second.count('name="text"') == 1
    assert second.count('name="image"') == 1


def test_film_that_is_not_there_is_not_kept(caching, anonymous, film, heard):
    movies.delete_one({"_id": film["_id"]})
    heard()
    path = f"/mflix/movies/{film['_id']}/"
    assert anonymous.get(path).status_code == 404
    movies.insert_one(film)
    assert anonymous.get(path).status_code == 200


def test_similar_films_scroll_by_themselves_and_by_keyboard_too(anonymous, film):
    like(genres=["War"])
    row = dict(FilmPage(anonymous, film).one("div", class_="film-row").attributes)
    assert (row["role"], row["aria-labelledby"], row["tabindex"]) == ("region", "similar", "0")


# Comments, and what one may do


def test_first_comments_stand_on_the_page_newest_first(anonymous):
    movie = a_movie()
    for n in range(25):
        a_comment(movie, text=f"Comment number {n:02}.")
    page = text(FilmPage(anonymous, movie).root)
    shown = [n for n in range(25) if f"Comment number {n:02}." in page]
    assert shown == list(range(5, 25))
    assert page.index("number 24.") < page.index("number 05.")


def test_comments_of_other_films_are_not_shown(anonymous):
    a_comment(a_movie(), text="About another film.")
    assert "About another film." not in FilmPage(anonymous, a_movie()).html


def test_film_can_be_put_on_ones_list(cliente):
    movie = a_movie()
    actions = [dict(form.attributes)["action"] for form in FilmPage(cliente, movie).all("form")]
    assert f"/mflix/movies/{movie['_id']}/watch/" in actions


def test_anonymous_is_asked_to_log_in_before_commenting(anonymous):
    movie = a_movie()
    page = FilmPage(anonymous, movie)
    assert f"/login/?next=/mflix/movies/{movie['_id']}/" in page.html
    assert "/watch/" not in page.html


# What is not there


@pytest.mark.parametrize(
    "id_",
    [
        "0" * 24,
        "0" * 23,
        "0" * 25,
        "x" * 24,
        "0" * 23 + "G",
        "573A1390F29313CAABCD42E8",
        "1",
        "$ne",
        "..",
        "%00",
        "ñ" * 24,
    ],
)
def test_film_that_is_not_there_is_not_found(anonymous, id_):
    a_movie()
    assert anonymous.get(f"/mflix/movies/{id_}/").status_code == 404


def test_film_that_was_removed_is_not_found(anonymous):
    movie = a_movie()
    movies.delete_one({"_id": movie["_id"]})
    assert anonymous.get(f"/mflix/movies/{movie['_id']}/").status_code == 404


def test_page_is_only_read(anonymous):
    path = f"/mflix/movies/{a_movie()['_id']}/"
    assert anonymous.post(path).status_code == 405
    assert anonymous.head(path).status_code == 200


# What it costs


@pytest.mark.parametrize("role", EVERYBODY)
def test_page_costs_at_most_three_commands(caller, commands, role):
    client, movie = caller(role), a_whole_movie()
    for _ in range(25):
        a_comment(movie)
        a_movie(genres=["Drama"])
    users.update_many({}, {"$set": {"watchlist": [movie["_id"]]}})
    with commands() as seen:
        client.get(f"/mflix/movies/{movie['_id']}/")
    assert len(seen) <= 3, list(map(str, seen))


def test_counted_view_costs_no_more_than_three_commands_either(anonymous, cliente, commands):
    movie = a_movie()
    for client in (anonymous, cliente):
        with commands() as seen:
            client.get(f"/mflix/movies/{movie['_id']}/", headers=BROWSER)
            popularity.waiting.flush()
        assert len(seen) <= 3, list(map(str, seen))


# Whatever others have stored

ODD = {
    "code": Code("Drama"),
    "a list of code": [Code("Drama")],
    "missing": ...,
    "nothing": None,
    "an empty text": "",
    "spaces": "  ",
    "a number": 5,
    "a huge number": 2**62,
    "no number": float("nan"),
    "infinity": float("-inf"),
    "a decimal": Decimal128("7.5"),
    "truth": True,
    "a text": "text",
    "an id": ObjectId("0" * 24),
    "a date": datetime(1, 1, 1, tzinfo=UTC),
    "bytes": b"\xff\x00",
    "an empty list": [],
    "an empty object": {},
    "an object": {"rating": {"a": 1}, "viewer": 5, "critic": [], "text": 5, "wins": "x"},
    "a list of all": [None, 3, {}],
    "lists in lists": [["Drama"], [[]]],
}
FIELDS = (
    "title year genres countries languages cast directors writers runtime rated type plot fullplot"
    " released poster awards imdb tomatoes metacritic lastupdated num_mflix_comments similar"
    " comments unknown"
).split()
INSIDE = {
    "awards": ("wins", "nominations", "text"),
    "imdb": ("rating", "votes", "id"),
    "tomatoes": (
        *("viewer", "critic", "fresh", "rotten", "lastUpdated", "dvd", "website"),
        *("production", "consensus", "boxOffice", "unknown"),
    ),
}


def odd_movie(**fields) -> dict:
    """One that is not stored yet."""
    # An index takes one list of each film: where popularity is in one, these are none.
    names = dict.fromkeys(("genres", "countries", "languages", "cast", "directors"), "Name")
    return a_movie_document(**{**(names if "tomatoes" in fields else {}), **fields})


def all_of(names, value) -> dict:
    return {} if value is ... else dict.fromkeys(names, value)


def odd_movies(value) -> list[dict]:
    """Films that hold it in every field, or inside of every one."""
    scores = all_of(("rating", "numReviews", "meter"), value)
    return [
        odd_movie(**{field: value for field in FIELDS if field != "tomatoes"}),
        odd_movie(tomatoes=value),
        odd_movie(**{field: all_of(names, value) for field, names in INSIDE.items()}),
        odd_movie(tomatoes={"viewer": scores, "critic": scores}),
    ]


@pytest.mark.parametrize("value", ODD.values(), ids=ODD)
def test_odd_values_break_no_page(anonymous, value):
    for movie in odd_movies(value):
        movies.insert_one(movie)
        assert FilmPage(anonymous, movie).html


@pytest.mark.parametrize("value", ODD.values(), ids=ODD)
def test_odd_films_among_the_similar_ones_break_no_page(anonymous, value):
    movie = a_movie(genres=["War"], cast=["Ana"], directors=["Eva"])
    alike = {"genres": ["War"], "cast": ["Ana"]}
    movies.insert_many(
        odd_movie(**{**({} if field == "tomatoes" else alike), field: value}) for field in FIELDS
    )
    page = FilmPage(anonymous, movie)
    assert page.similar
    assert movie["_id"] not in page.similar


def test_films_with_odd_ids_among_the_similar_ones_break_no_page(anonymous):
    movie = a_movie(genres=["War"])
    movies.insert_many([{"_id": "text", "genres": ["War"]}, {"_id": 5, "genres": ["War"]}])
    assert FilmPage(anonymous, movie).html


def test_what_is_stored_is_shown_escaped(cliente):
    evil = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    names = {name: [evil] for name in ("genres", "cast", "directors", "countries", "writers")}
    texts = dict.fromkeys(("title", "plot", "fullplot", "rated", "year", "type", "poster"), evil)
    movie = a_movie(
        **names,
        **texts,
        lastupdated=evil,
        awards={"text": evil},
        tomatoes={"consensus": evil, "website": f"http://{evil}", evil.replace(".", ""): evil},
        unknown={"a": evil},
    )
    a_comment(movie, text=evil, name=evil)
    a_movie(**names, **texts)
    page = FilmPage(cliente, movie).html
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_odd_type_that_is_a_program_breaks_no_page(anonymous):
    movie = a_movie(type=Code("x"))
    assert anonymous.get(f"/mflix/movies/{movie['_id']}/").status_code == 200
