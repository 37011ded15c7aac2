"""The page of films as people see it."""

import random
import re
import unicodedata
from collections import Counter
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode

import pytest
from bson import Decimal128, ObjectId
from django.template import engines
from markupsafe import Markup

from accounts.tests.test_bad_input import NONSENSE
from accounts.users import users
from mflix import catalogue, popularity
from mflix.movies import movies
from mflix.shown import watch_forms
from mflix.tests.mothers import a_movie, a_movie_document
from mflix.tests.pages import (
    FilmsPage,
    elements,
    href,
    is_a,
    links,
    text,
    walk,
)
from pialara_site import cache
from pialara_site.links import ANY
from tests.fail_points import failing

EVERYBODY = ["anonymous", "cliente", "tecnico", "admin"]
SORTS = ["popular", "newest", "oldest", "rating", "title"]


@pytest.fixture
def caller(request):
    return request.getfixturevalue


def titles(page: FilmsPage) -> list[str]:
    return [movies.find_one({"_id": id_})["title"] for id_ in page.films]


def attributes(element) -> dict:
    return dict(element.attributes)


# Who sees it


@pytest.mark.parametrize("role", EVERYBODY)
def test_everybody_sees_the_films(caller, role):
    movie = a_movie()
    assert FilmsPage(caller(role)).films == [movie["_id"]]


def test_page_is_only_read(anonymous):
    assert anonymous.post("/mflix/").status_code == 405
    assert anonymous.head("/mflix/").status_code == 200


def test_without_films_it_says_so(anonymous):
    page = FilmsPage(anonymous)
    assert page.count == "0 films"
    assert "There are no films yet." in page.html


def test_it_speaks_spanish(anonymous):
    a_movie()
    assert "1 película" in anonymous.get("/mflix/").text


# The list


def test_film_leads_to_its_page(anonymous):
    movie = a_movie(title="Viridiana")
    [link] = [a for a in links(FilmsPage(anonymous).root) if "Viridiana" in text(a)]
    assert href(link) == f"/mflix/movies/{movie['_id']}/"


def test_card_shows_year_and_rating(anonymous):
    a_movie(year=1961, imdb={"rating": 8.1})
    card = text(FilmsPage(anonymous).one("li", class_="film"))
    assert "1961" in card
    assert "8.1" in card


def test_number_of_films_is_a_status(anonymous):
    a_movie()
    count = FilmsPage(anonymous).one("p", id="count")
    assert attributes(count)["role"] == "status"


def test_most_reviewed_films_come_first(anonymous):
    a_movie(title="Less", tomatoes={"viewer": {"numReviews": 5}})
    a_movie(title="Unknown", tomatoes=...)
    a_movie(title="More", tomatoes={"viewer": {"numReviews": 50}})
    assert titles(FilmsPage(anonymous)) == ["More", "Less", "Unknown"]


@pytest.mark.parametrize("rating", ["", "9.9", None, ..., {}, True])
def test_unrated_films_are_not_among_the_best(anonymous, rating):
    a_movie(title="Unrated", imdb={} if rating is ... else {"rating": rating})
    a_movie(title="Bad", imdb={"rating": 1.2})
    assert titles(FilmsPage(anonymous, "sort=rating")) == ["Bad", "Unrated"]


def test_film_that_is_about_the_word_comes_first(anonymous):
    told = "A long story of many things, where one of them is a train that nobody takes."
    a_movie(title="Other", fullplot=told, tomatoes={"viewer": {"numReviews": 9999}})
    a_movie(title="Train", fullplot="A train, and nothing but the train.")
    assert titles(FilmsPage(anonymous, "q=train")) == ["Train", "Other"]


def test_phrase_is_found_as_it_stands(anonymous):
    a_movie(title="Found", fullplot="He took the night train home.")
    a_movie(title="Other", fullplot="The train came at night.")
    assert titles(FilmsPage(anonymous, urlencode({"q": '"night train"'}))) == ["Found"]


# Chosen filters


def test_chosen_filters_are_tags_that_take_themselves_away(anonymous):
    page = FilmsPage(anonymous, "genre=War&genre=Drama&year_from=1950&rated=PG")
    assert page.chosen == {
        "Genre: War (remove)": "?genre=Drama&year_from=1950&rated=PG",
        "Genre: Drama (remove)": "?genre=War&year_from=1950&rated=PG",
        "From the year: 1950 (remove)": "?genre=War&genre=Drama&rated=PG",
        "Age rating: PG (remove)": "?genre=War&genre=Drama&year_from=1950",
        "Clear all": "/mflix/",
    }


@pytest.mark.parametrize(
    "query",
    [
        "q=train",
        "title=The",
        "country=Spain",
        "language=Spanish",
        "cast=Ana",
        "director=Luis",
        "year_to=1999",
        "rating_from=7.5",
        "type=movie",
        "runtime=60",
        "runtime=other",
        "metacritic=100",
    ],
)
def test_every_filter_can_be_taken_away(anonymous, query):
    [tag, clear] = FilmsPage(anonymous, query).chosen.values()
    assert clear == "/mflix/"
    assert not set(parse_qsl(tag[1:])) & set(parse_qsl(query))


def test_without_filters_there_is_nothing_to_clear(anonymous):
    a_movie()
    assert FilmsPage(anonymous).chosen == {}


# Facets


def facet_link(page: FilmsPage, label: str):
    [found] = [
        link
        for facet in page.all("ul", class_="facet")
        for link in links(facet)
        if text(link).rpartition(" ")[0] == label
    ]
    return found


@pytest.mark.parametrize(
    ("label", "added"),
    [
        ("War", "genre=War"),
        ("Peru", "country=Peru"),
        ("1990s", "year_from=1990&year_to=1999"),
        ("90 to 119 minutes", "runtime=90"),
        ("unknown", "metacritic=other"),
    ],
)
def test_facet_adds_its_filter(anonymous, label, added):
    a_movie(genres=["War"], countries=["Peru"], year=1995, runtime=100)
    page = FilmsPage(anonymous, "rated=PG&sort=title")
    assert href(facet_link(page, label)) == f"?rated=PG&{added}&sort=title"


@pytest.mark.parametrize(
    ("label", "chosen"),
    [
        ("War", "genre=War"),
        ("War", "genre=war"),
        ("Peru", "country=Peru"),
        ("1990s", "year_from=1990&year_to=1999"),
        ("90 to 119 minutes", "runtime=90"),
        ("unknown", "metacritic=other"),
    ],
)
def test_chosen_facet_takes_its_filter_away(anonymous, label, chosen):
    a_movie(genres=["War"], countries=["Peru"], year=1995, runtime=100)
    link = facet_link(FilmsPage(anonymous, f"rated=PG&{chosen}"), label)
    assert href(link) == "?rated=PG"
    assert attributes(link)["aria-current"] == "true"


@pytest.mark.parametrize(
    ("query", "is_told"), [("genre=War", True), ("runtime=90", False), ("", False)]
)
def test_facet_of_which_several_can_be_chosen_says_that_they_widen_the_list(
    anonymous, query, is_told
):
    a_movie(genres=["War"], runtime=95)
    told = "If you choose several here, a film needs only one of them." in text(
        FilmsPage(anonymous, query).root
    )
    assert told is is_told


def test_facet_leads_to_the_first_page(anonymous):
    for _ in range(25):
        a_movie()
    second = FilmsPage(anonymous, FilmsPage(anonymous).next)
    assert not [link for link in second.facet_links if "after=" in link]


def test_facets_are_a_drawer_that_a_button_opens_and_another_closes(anonymous):
    """Phones show it so, without JavaScript; wider pages show the facets beside the list."""
    a_movie()
    page = FilmsPage(anonymous)
    [drawer] = [attributes(each) for each in page.all("aside")]
    buttons = page.all("button", popovertarget=drawer["id"])
    assert "popover" in drawer
    assert [text(button) for button in buttons] == ["Filters", "Close the filters"]


# Sorts and pages


def test_films_can_be_sorted(anonymous):
    a_movie()
    assert FilmsPage(anonymous, "genre=Drama").sorts == {
        "Most reviewed": "?genre=Drama",
        "Newest": "?genre=Drama&sort=newest",
        "Oldest": "?genre=Drama&sort=oldest",
        "Best rated": "?genre=Drama&sort=rating",
        "By title": "?genre=Drama&sort=title",
    }


def test_chosen_sort_is_marked(anonymous):
    a_movie()
    [sorts] = FilmsPage(anonymous, "sort=newest").all("ul", class_="sorts")
    [chosen] = [link for link in links(sorts) if "aria-current" in attributes(link)]
    assert text(chosen) == "Newest"


def test_words_are_sorted_by_the_best_match(anonymous):
    a_movie(title="Train")
    [sorts] = FilmsPage(anonymous, "q=train").all("ul", class_="sorts")
    [chosen] = [link for link in links(sorts) if "aria-current" in attributes(link)]
    assert text(chosen) == "Best match"


@pytest.fixture
def fifty(empty_database):
    movies.insert_many(a_movie_document(title=f"Film {n:02}", year=1950 + n) for n in range(50))


@pytest.mark.usefixtures("fifty")
def test_pages_keep_filters_and_sort(anonymous):
    first = FilmsPage(anonymous, "genre=Drama&year_to=1995&sort=newest")
    second = FilmsPage(anonymous, first.next)
    for link in (first.next, second.next, second.previous):
        assert "genre=Drama&year_to=1995&sort=newest" in link
    assert titles(second) == [f"Film {n:02}" for n in range(25, 5, -1)]


@pytest.mark.usefixtures("fifty")
def test_first_page_has_no_previous_one_and_the_last_no_next(anonymous):
    first, *_between, last = walk(anonymous)
    assert (first.previous, last.next) == (None, None)


@pytest.mark.usefixtures("fifty")
def test_first_page_can_be_reached_from_any_other(anonymous):
    last = walk(anonymous, "sort=title&genre=Drama")[-1]
    [first] = [href(a) for a in links(last.one("nav", aria_label="Pages")) if text(a) == "First"]
    assert first == "?sort=title&genre=Drama"


@pytest.mark.usefixtures("fifty")
def test_previous_page_is_the_one_that_was_left(anonymous):
    first = FilmsPage(anonymous, "sort=title")
    second = FilmsPage(anonymous, first.next)
    assert FilmsPage(anonymous, second.previous).films == first.films


@pytest.mark.usefixtures("fifty")
def test_changed_token_leads_to_the_first_page(anonymous):
    first = FilmsPage(anonymous, "sort=title")
    changed = first.next.replace("after=", "after=x")
    assert FilmsPage(anonymous, changed).films == first.films


@pytest.mark.usefixtures("fifty")
def test_token_of_another_sort_leads_to_the_first_page(anonymous):
    token = FilmsPage(anonymous, "sort=newest").next.partition("after=")[2]
    page = FilmsPage(anonymous, f"sort=title&after={token}")
    assert page.films == FilmsPage(anonymous, "sort=title").films


@pytest.mark.usefixtures("fifty")
def test_page_beyond_the_end_leads_back(anonymous):
    link = FilmsPage(anonymous, "sort=oldest").next
    movies.delete_many({"title": {"$ne": "Film 00"}})
    page = FilmsPage(anonymous, link)
    [back] = [a for a in links(page.root) if text(a) == "Go to the first ones"]
    assert page.films == []
    assert titles(FilmsPage(anonymous, href(back))) == ["Film 00"]


# Without and with JavaScript


def test_search_is_a_form_that_keeps_the_chosen_filters(anonymous):
    page = FilmsPage(anonymous, "genre=War&genre=Drama&cast=Ana&runtime=60&sort=title")
    form = page.one("form", role="search")
    hidden = [attributes(e) for e in elements(form) if is_a(e, "input", type="hidden")]
    assert attributes(form)["method"] == "get"
    assert [(each["name"], each["value"]) for each in hidden] == [
        ("genre", "War"),
        ("genre", "Drama"),
        ("cast", "Ana"),
        ("runtime", "60"),
        ("sort", "title"),
    ]


def test_search_shows_what_was_asked_for(anonymous):
    query = "q=train&title=The&year_from=1950&year_to=1959&rating_from=7.5&rated=PG&type=series"
    form = FilmsPage(anonymous, query).one("form", role="search")
    fields = [attributes(e) for e in elements(form) if is_a(e, "input")]
    shown = {each["name"]: each["value"] for each in fields if each.get("value")}
    [chosen] = [e for e in elements(form) if is_a(e, "option") and "selected" in attributes(e)]
    assert {**shown, "type": attributes(chosen)["value"]} == dict(parse_qsl(query))


def test_form_sends_the_search_that_it_shows(anonymous):
    """Sent as it is, it changes nothing: no filter is lost, none doubled."""
    query = "q=train&genre=War&cast=Ana&director=Luis&language=es&year_to=1959&metacritic=other"
    page = FilmsPage(anonymous, query)
    form = page.one("form", role="search")
    fields = [attributes(e) for e in elements(form) if is_a(e, "input")]
    sent = urlencode([(each["name"], each.get("value", "")) for each in fields])
    assert FilmsPage(anonymous, sent).chosen == page.chosen


def is_open(page: FilmsPage) -> bool:
    [details] = page.all("details", class_="more-filters")
    return "open" in attributes(details)


def test_precise_search_is_folded_away_as_its_tags_tell_enough(anonymous):
    assert not is_open(FilmsPage(anonymous, "q=train&year_from=1950"))


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("year_from=soon", "Type a year, such as 1950."),
        ("year_to=99999", "Type a year, such as 1950."),
        ("rating_from=much", "Type a number from 0 to 10, such as 7.5."),
        ("rating_from=10.1", "Type a number from 0 to 10, such as 7.5."),
    ],
)
def test_what_makes_no_sense_is_a_sentence_at_its_field(anonymous, query, sentence):
    page = FilmsPage(anonymous, query)
    assert is_open(page)
    assert page.all("input", value=query.split("=")[1])
    assert sentence in text(page.root)


def test_every_field_has_a_label(anonymous):
    form = FilmsPage(anonymous).one("form", role="search")
    labels = {attributes(e)["for"] for e in elements(form) if is_a(e, "label")}
    fields = [attributes(e) for e in elements(form) if e.name in ("input", "select")]
    assert {each["id"] for each in fields if each.get("type") != "hidden"} == labels


@pytest.mark.usefixtures("fifty")
def test_every_link_leads_somewhere_without_javascript(anonymous):
    for link in links(FilmsPage(anonymous, "genre=Drama").root):
        assert href(link).startswith(("?", "/", "#"))


@pytest.mark.usefixtures("fifty")
def test_list_and_facets_are_swapped_without_a_page(anonymous):
    page = FilmsPage(anonymous, "genre=Drama")
    part = page.one("div", id="list")
    assert attributes(part)["hx-target"] == attributes(part)["hx-select"] == "#list"
    for name, attribute in [("ul", "facet"), ("ul", "sorts"), ("ul", "chosen")]:
        assert attributes(page.all(name, class_=attribute)[0])["hx-boost"] == "true"
    assert attributes(page.one("form", role="search"))["hx-boost"] == "true"
    assert attributes(page.one("nav", aria_label="Pages"))["hx-boost"] == "true"


@pytest.mark.usefixtures("fifty")
def test_swapped_part_holds_the_list_the_facets_and_the_form(anonymous):
    part = FilmsPage(anonymous, "genre=Drama").one("div", id="list")
    inside = {attributes(e).get("class") for e in elements(part)}
    assert {"films", "facet", "sorts", "chosen", "pagination", "filters"} <= inside


def test_number_of_films_is_told_when_the_list_is_swapped(anonymous):
    """The region is not swapped itself, or screen readers would not say what changes in it."""
    page = FilmsPage(anonymous)
    part = page.one("div", id="list")
    assert attributes(part)["hx-select-oob"] == "#count:innerHTML"
    assert not [e for e in elements(part) if is_a(e, "p", id="count")]


def test_page_for_htmx_is_the_page_for_all(anonymous):
    """So the back button never brings half a page from the browser's cache."""
    a_movie()
    swapped, whole = (
        # Each page has a CSRF token of its own.
        re.sub(r'(?<=name="csrfmiddlewaretoken" value=")\w+', "", page.text)
        for page in (
            anonymous.get("/mflix/?genre=Drama", headers={"HX-Request": "true"}),
            anonymous.get("/mflix/?genre=Drama"),
        )
    )
    assert swapped.startswith("<!DOCTYPE html>")
    assert swapped == whole


@pytest.mark.usefixtures("fifty")
def test_page_has_neither_inline_scripts_nor_styles(cliente):
    page = FilmsPage(cliente, "genre=Drama")
    assert not page.all("style")
    assert all("src" in attributes(script) for script in page.all("script"))
    for each in elements(page.root):
        assert not [n for n in attributes(each) if n == "style" or n.startswith(("on", "hx-on"))]


# Posters

ADDRESS = "https://m.media-amazon.com/images/M/x.jpg"


def posters(page: FilmsPage) -> list[dict]:
    places = page.all("span", class_="poster")
    return [attributes(e) for place in places for e in elements(place) if is_a(e, "img")]


def test_poster_is_loaded_lazily_and_has_a_text(anonymous):
    a_movie(title='Viridiana "1961"', poster=ADDRESS)
    [image] = posters(FilmsPage(anonymous))
    assert (image["src"], image["loading"]) == (ADDRESS, "lazy")
    assert image["alt"] == 'Poster of Viridiana "1961"'


def test_film_without_a_poster_has_a_drawn_one(anonymous):
    a_movie()
    page = FilmsPage(anonymous)
    assert posters(page) == []
    assert len(page.all("span", class_="poster")) == 1


def test_drawn_poster_stands_behind_one_that_does_not_load(anonymous):
    a_movie(poster=ADDRESS)
    page = FilmsPage(anonymous)
    assert len(posters(page)) == 1
    assert [each for each in page.all("script") if "films" in attributes(each)["src"]]


@pytest.mark.parametrize(
    "address",
    [
        "http://m.media-amazon.com/x.jpg",
        "https://m.media-amazon.com.evil.example/x.jpg",
        "https://m.media-amazon.com@evil.example/x.jpg",
        "https://evil.example/https://m.media-amazon.com/x.jpg",
        "//m.media-amazon.com/x.jpg",
        "javascript:alert(1)",
        "data:image/png;base64,AAAA",
        "",
        5,
        None,
        [ADDRESS],
        {"a": ADDRESS},
    ],
    ids=str,
)
def test_posters_of_other_hosts_are_not_asked_for(anonymous, address):
    a_movie(poster=address)
    page = FilmsPage(anonymous)
    assert posters(page) == []
    assert len(page.films) == 1


def test_hosts_of_posters_are_a_setting(anonymous, settings):
    settings.POSTER_HOSTS = ("https://posters.example/",)
    a_movie(poster=ADDRESS)
    a_movie(poster="https://posters.example/y.png")
    assert [each["src"] for each in posters(FilmsPage(anonymous))] == [
        "https://posters.example/y.png"
    ]


def test_posters_can_be_switched_off(anonymous, settings):
    settings.POSTER_HOSTS = ()
    a_movie(poster=ADDRESS)
    assert posters(FilmsPage(anonymous)) == []


def test_browser_may_load_posters_and_no_other_outside_images(anonymous):
    policy = anonymous.get("/mflix/").headers["Content-Security-Policy"]
    [images] = [part for part in policy.split("; ") if part.startswith("img-src")]
    assert images == "img-src 'self' https://m.media-amazon.com/"


# For those who are logged in, and beside the first page


def test_film_can_be_put_on_ones_list_from_its_card(cliente):
    movie = a_movie()
    forms = FilmsPage(cliente, "genre=Drama").all("form")
    actions = [attributes(form).get("action") for form in forms]
    assert actions.count(f"/mflix/movies/{movie['_id']}/watch/") == 1


@pytest.mark.parametrize("is_listed", [True, False])
@pytest.mark.parametrize("title", ["<b>'Plain' & \"odd\"</b>", "\0title", "\0fields", str(ANY)])
def test_form_of_a_film_in_a_list_is_that_of_its_page(title, is_listed):
    """Whatever its title is, and whatever the address is that it leads back to."""
    watch = engines["jinja2"].env.get_template("mflix/macros.html").module.watch
    movie_id, fields = ObjectId(), Markup(f"<input value='{ANY} \0title \0fields'>")
    watchlist = {movie_id} if is_listed else set()
    form = watch_forms(watch, watchlist, fields, "here")(movie_id, title)
    assert form == watch(movie_id, title, watchlist, fields, "here")


def test_anonymous_has_no_list(anonymous):
    a_movie()
    assert "/watch/" not in FilmsPage(anonymous).html


@pytest.fixture
def everything(cliente):
    """Films, one of them watched, and a client who likes some."""
    for _ in range(30):
        a_movie(genres=["War"], poster=ADDRESS)
    watched = a_movie(title="Watched")
    popularity.store([(watched["_id"], datetime.now(UTC))] * 3)
    likes = {"favorite_genres": ["War"], "favorite_cast": ["Ana Actriz"]}
    users.update_one(
        {"_id": cliente.user.pk},
        {"$set": {"preferences": likes, "watchlist": [watched["_id"], ObjectId()]}},
    )


@pytest.mark.usefixtures("everything")
def test_most_watched_films_stand_on_the_front_page(anonymous):
    page = FilmsPage(anonymous)
    for heading in ("Most watched this week", "Most watched this month", "Most watched ever"):
        assert heading in page.html
    assert "3 views" in page.html


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize("query", ["genre=War", "sort=title&genre=War", "q=film"])
def test_search_is_not_mixed_with_suggestions(cliente, query):
    page = FilmsPage(cliente, query)
    assert "Most watched" not in page.html
    assert "For you" not in page.html


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize("role", EVERYBODY)
@pytest.mark.parametrize(
    "query",
    [
        "",
        "sort=title",
        "genre=War&genre=Drama&country=Spain&year_from=1980&sort=newest",
        "q=film",
        "q=zzz&genre=War&country=Atlantis&year_from=2200&cast=x&rated=x&runtime=0&title=zzz",
        "after=nonsense",
    ],
)
def test_page_costs_at_most_three_commands(caller, commands, role, query):
    client = caller(role)
    with commands() as seen:
        client.get(f"/mflix/?{query}")
    assert len(seen) <= 3, list(map(str, seen))


def test_films_and_their_numbers_are_one_round_trip(caching, anonymous, commands, heard):
    a_movie(genres=["War"])
    heard()
    for query in ("genre=War", "genre=War&sort=newest"):  # counted, and kept
        with commands() as seen:
            assert FilmsPage(anonymous, query).total == 1
        assert [str(command) for command in seen] == ["aggregate movies"]


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("genre=War&sort=title", ["find movies"]),
        # Films without a rating come after the others, and are asked for where these leave room.
        ("genre=War&sort=rating", ["find movies", "aggregate movies"]),
    ],
)
def test_page_of_many_films_is_a_find(caching, anonymous, commands, heard, query, asked):
    stored = [a_movie(genres=["War"], title=f"Film {n:02}")["_id"] for n in range(21)]
    movies.update_many({}, {"$unset": {"imdb": ""}})
    heard()
    counted = FilmsPage(anonymous, query)
    with commands() as seen:
        kept = FilmsPage(anonymous, f"{query}&new")
    assert counted.films == kept.films == stored[:20]
    assert [str(command) for command in seen] == asked


@pytest.mark.parametrize("query", ["q=zzz", "q=film", "genre=War&genre=Drama&title=zzz"])
def test_commands_of_a_page_have_the_time_of_one_together(anonymous, commands, query, settings):
    slow = {"blockConnection": True, "blockTimeMS": 300}
    a_movie(title="A film")
    with commands() as seen, failing("aggregate", how=slow):
        anonymous.get(f"/mflix/?{query}")
    limit = settings.MONGODB_OPTIONS["timeoutMS"]
    left = [command.body["maxTimeMS"] for command in seen if command.name == "aggregate"]
    assert len(left) == 2
    assert left[1] <= limit - 300


# Nothing found


def test_empty_result_says_which_filter_to_loosen(anonymous):
    a_movie(genres=["War"], year=1950)
    a_movie(genres=["War"], year=1950)
    a_movie(genres=["Drama"], year=1990)
    page = FilmsPage(anonymous, "genre=War&year_from=1980&sort=title")
    assert "No film matches all of this." in page.html
    assert page.loosened == {"?year_from=1980&sort=title": 1, "?genre=War&sort=title": 2}


def test_filter_that_does_not_help_alone_is_named_too(anonymous):
    a_movie(genres=["War"])
    found = FilmsPage(anonymous, "genre=Drama&country=Peru").loosened
    assert found == {"?country=Peru": 0, "?genre=Drama": 0}


def test_so_many_filters_are_loosened_and_no_more(anonymous):
    a_movie(title="Another")
    names = "q title cast director language rated".split()
    found = FilmsPage(anonymous, "&".join(f"{name}=zzyzx" for name in names)).loosened
    assert len(found) == catalogue.MOST_LOOSENED < len(names)


def test_several_values_are_loosened_together(anonymous):
    a_movie()
    assert FilmsPage(anonymous, "genre=War&genre=Noir&rated=PG").loosened == {
        "?rated=PG": 1,
        "?genre=War&genre=Noir": 0,
    }


@pytest.mark.parametrize("words", ["the", "the of and", '"', "-train", "--", "$", '"" -'])
def test_words_that_find_nothing_are_no_error(anonymous, words):
    a_movie(title="The Train")
    page = FilmsPage(anonymous, urlencode({"q": words}))
    [(link, count)] = page.loosened.items()
    assert page.films == []
    assert count == FilmsPage(anonymous, link).total == 1


# Bad input

PARAMETERS = (
    "q title genre country language cast director year_from year_to rating_from rated type"
    " runtime metacritic sort after before"
).split()
VALUES = [
    *(text[:300] for text in NONSENSE),
    "",
    " ",
    "the",
    '"',
    '"unfinished phrase',
    "-",
    "-minus",
    "$where",
    "{$gt: ''}",
    "[",
    "(?i)x",
    "\\",
    "a|b",
    "*" * 100,
    "0",
    "-1",
    "1950",
    "1e400",
    "nan",
    "9" * 400,
    "2006è",
    "3,5",
    "other",
    "movie",
    "popular",
    "relevance",
    "title",
    "Drama",
    "\ud7ff\ue000\ufdd0\ufffd\U0010ffff",
    "a\u0000b",
]


@pytest.mark.parametrize("seed", range(8))
def test_any_combination_of_nonsense_is_a_list(cliente, seed):
    for year in (1950, "2006è", ...):
        a_movie(year=year, title=f"the {year} x")
    chance = random.Random(seed)
    for _ in range(25):
        pairs = [
            (
                chance.choice([*PARAMETERS, f"{chance.choice(PARAMETERS)}[$ne]", "x"]),
                chance.choice(VALUES),
            )
            for _ in range(chance.randint(1, 9))
        ]
        FilmsPage(cliente, urlencode(pairs))


def test_every_parameter_takes_any_text(anonymous):
    a_movie()
    for value in VALUES:
        query = dict.fromkeys(PARAMETERS, value)
        assert anonymous.get("/mflix/", query).status_code == 200, ascii(value)


@pytest.mark.parametrize(
    "query", ["q=%FF%FE", "&&&=", "=", "q", "?", "q=%", "genre[]=x", "q=a;b", "%00=%00", "#"]
)
def test_any_query_is_a_list(anonymous, query):
    assert anonymous.get(f"/mflix/?{query}").status_code == 200


def test_text_of_ten_thousand_characters_is_a_search(anonymous):
    FilmsPage(anonymous, urlencode({"q": "word " * 2000}))
    FilmsPage(anonymous, urlencode({"q": "x" * 10_000, "title": "y" * 10_000}))


def test_hundreds_of_values_are_a_search(anonymous):
    FilmsPage(anonymous, urlencode([("genre", str(n)) for n in range(900)]))


def test_what_is_stored_is_shown_escaped(cliente):
    evil = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    a_movie(title=evil, genres=[evil], countries=[evil], year=evil, type=evil, poster=evil)
    page = FilmsPage(cliente)
    assert "<script>alert" not in page.html
    assert "<img src=x" not in page.html
    assert "&lt;script&gt;alert(1)" in page.html


def test_what_is_asked_for_is_shown_escaped(anonymous):
    evil = '"><script>alert(1)</script>'
    page = FilmsPage(anonymous, urlencode(dict.fromkeys(PARAMETERS, evil)))
    assert "<script>alert" not in page.html
    assert page.html.count("&lt;script&gt;alert(1)") >= len(page.chosen)


# Odd documents

ODD = {
    "nothing": None,
    "an empty text": "",
    "a number": 5,
    "a negative number": -5,
    "a huge number": 2**62,
    "no number": float("nan"),
    "infinity": float("inf"),
    "a decimal": Decimal128("1990.5"),
    "a text": "text",
    "a year with an accent": "2006è",
    "truth": True,
    "an id": ObjectId("0" * 24),
    "a date": datetime(1, 1, 1, tzinfo=UTC),
    "bytes": b"\xff\x00",
    "an empty list": [],
    "an empty object": {},
    "an object": {"rating": {"a": 1}, "viewer": 5, "numReviews": [1]},
    "a list of all": [None, 3, {}],
    "a list of numbers": [1990, 2001],
    "a list of texts": ["a", "b"],
    "lists in lists": [["Drama"], [[]]],
}
FIELDS = "title year genres countries languages cast directors runtime rated type".split()
FIELDS += ["metacritic", "imdb", "tomatoes", "poster", "plot", "num_mflix_comments"]
# An index takes one list of each film: where popularity is in one, these are none.
NAMES = {
    "genres": "Drama",
    "countries": "Spain",
    "languages": "French",
    "cast": "Ana",
    "directors": "Eva",
}


FIELDS_OF_SORTS = {
    "popular": "tomatoes.viewer.numReviews",
    "newest": "year",
    "oldest": "year",
    "rating": "imdb.rating",
    "title": "title",
}


def odd_films() -> list[dict]:
    """Films that each hold another odd value, or the same one in another place; not stored yet."""
    films = []
    for value in ODD.values():
        films += [{field: value} for field in FIELDS]
        films += [{"imdb": {"rating": value}}, {"tomatoes": {"viewer": value}}]
        films += [{"tomatoes": {"viewer": {"numReviews": value}}}]
    return [a_movie_document(**{**(NAMES if "tomatoes" in f else {}), **f}) for f in films]


def has_list(film: dict, field: str) -> bool:
    """Whether there is a list in the field, or in what holds it."""
    value = film
    for name in field.split("."):
        value = value.get(name) if isinstance(value, dict) else None
        if isinstance(value, list):
            return True
    return False


@pytest.mark.parametrize(("sort", "field"), FIELDS_OF_SORTS.items())
def test_odd_films_are_in_the_list(cliente, sort, field):
    stored = [film for film in odd_films() if not has_list(film, field)]
    movies.insert_many(stored)
    shown = [film for page in walk(cliente, f"sort={sort}") for film in page.films]
    assert sorted(shown) == sorted(film["_id"] for film in stored)


@pytest.mark.parametrize(("sort", "field"), FIELDS_OF_SORTS.items())
def test_films_that_are_sorted_by_a_list_leave_the_others_in_it(cliente, sort, field):
    """They themselves may be missed, or shown twice."""
    lists = [film for film in odd_films() if has_list(film, field)]
    others = [a_movie_document() for _ in range(20)]
    movies.insert_many(lists + others)
    shown = Counter(film for page in walk(cliente, f"sort={sort}") for film in page.films)
    assert lists
    assert {film["_id"]: shown[film["_id"]] for film in others} == {
        film["_id"]: 1 for film in others
    }


@pytest.mark.parametrize(
    "query",
    [
        "genre=Drama",
        "q=text",
        "title=t",
        "year_from=1900",
        "rating_from=1",
        "runtime=other",
        "metacritic=other&sort=newest",
        "q=somebody&sort=title",
        "genre=zzz&rated=zzz",
    ],
)
def test_odd_films_break_no_search(anonymous, query):
    movies.insert_many(odd_films())
    assert walk(anonymous, query)


def test_film_with_an_odd_id_breaks_no_list(anonymous):
    for id_ in ("text", 5, {"a": 1}):
        movies.insert_one({"_id": id_, "title": "Odd"})
    movie = a_movie()
    for sort in SORTS:
        assert FilmsPage(anonymous, f"sort={sort}").films == [movie["_id"]]


def test_numbers_of_all_films_are_kept_until_a_film_changes(caching, anonymous, commands, heard):
    a_movie(genres=["Drama"])
    heard()
    anonymous.get("/mflix/")
    with commands() as seen:
        anonymous.get("/mflix/?sort=newest")
    assert [str(command) for command in seen] == ["aggregate movies"]
    a_movie(genres=["Western"])
    heard()
    assert FilmsPage(anonymous).total == 2


def test_numbers_that_are_kept_take_no_room_for_what_was_typed(caching, anonymous):
    names = ["cast", "country", "director", "genre", "language"]
    anonymous.get("/mflix/", {name: [f"{n}{'x' * 90}" for n in range(20)] for name in names})
    [(_module, key)] = cache.shared._entries
    assert len(key) <= 64


@pytest.mark.parametrize("stored", ["NFC", "NFD"])
@pytest.mark.parametrize("typed", ["NFC", "NFD"])
def test_letters_of_a_title_may_be_composed_otherwise(anonymous, stored, typed):
    movie = a_movie(title=unicodedata.normalize(stored, "Ñandú (2001)"))
    asked = urlencode({"title": unicodedata.normalize(typed, "ñandú (")})
    assert FilmsPage(anonymous, asked).films == [movie["_id"]]


@pytest.mark.parametrize("name", [" War", "War ", "", "  ", "a\nb", "x" * 101], ids=ascii)
def test_name_that_no_search_can_be_for_is_no_link(anonymous, admin, name):
    movie = a_movie(genres=[name, "Drama"], countries=[name], directors=[name])
    page = FilmsPage(anonymous)
    assert page.facets["genre"] == {"Drama": 1}
    assert "country" not in page.facets
    reports = (f"/mflix/reports/{each}/?films=1" for each in ("genres", "directors"))
    for path in (f"/mflix/movies/{movie['_id']}/", *reports):
        html = anonymous.get(path).text if "movies" in path else admin.get(path).text
        searches = set(re.findall(r"\?(?:genre|country|director)=([^\"&]*)", html))
        assert searches <= {"Drama"}, path
