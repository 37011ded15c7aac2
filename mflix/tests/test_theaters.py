"""/mflix/theaters/: near a point, in a city or zip code, in a box, and what nonsense gets."""

from math import asin, cos, radians, sin, sqrt

import pytest
from bson import ObjectId
from pymongo.errors import OperationFailure

from mflix.theaters import Search, count, theaters
from pialara_site import schema

from .mothers import a_theater

MADRID, TOLEDO, SEVILLE, LISBON = (
    (-3.7038, 40.4168),
    (-4.0273, 39.8628),
    (-5.9845, 37.3891),
    (-9.1393, 38.7223),
)
AT_MADRID = {"lat": "40.4168", "lng": "-3.7038"}
ENGLISH = {"accept-language": "en"}


def rows(response) -> list:
    assert response.status_code == 200
    return [theater for theater, _letter in response.context["rows"]]


def cities(response) -> list[str]:
    return [theater.city for theater in rows(response)]


def errors(response) -> dict[str, list[str]]:
    assert response.status_code == 200
    return dict(response.context["form"].errors)


def haversine(one, other) -> float:
    """Kilometres on a sphere, computed from the textbook."""
    (x1, y1), (x2, y2) = [tuple(map(radians, point)) for point in (one, other)]
    half = sin((y2 - y1) / 2) ** 2 + cos(y1) * cos(y2) * sin((x2 - x1) / 2) ** 2
    return 2 * 6378.1 * asin(sqrt(half))


@pytest.fixture
def iberia():
    a_theater(at=SEVILLE, city="Sevilla", zipcode="41001")
    a_theater(at=MADRID, city="Madrid", zipcode="28013")
    a_theater(at=LISBON, city="Lisboa", zipcode="1100-148")
    a_theater(at=TOLEDO, city="Toledo", zipcode="45001")


@pytest.fixture
def fifty():
    for n in range(50):
        a_theater(at=(-3.7 + n / 1000, 40.4), city=f"City {n:02}")


def test_all_theaters_are_listed_by_city_at_the_start(anonymous, iberia):
    response = anonymous.get("/mflix/theaters/")
    assert cities(response) == ["Lisboa", "Madrid", "Sevilla", "Toledo"]
    assert response.context["page"].total == 4


def test_page_is_shown_without_any_theater(anonymous):
    response = anonymous.get("/mflix/theaters/", headers=ENGLISH)
    assert rows(response) == []
    assert "There are no cinemas yet." in response.text
    response = anonymous.get("/mflix/theaters/?city=Nowhere", headers=ENGLISH)
    assert "No cinema matches. Remove part of the search." in response.text


# Near a point


def test_the_nearest_comes_first(anonymous, iberia):
    response = anonymous.get("/mflix/theaters/", {**AT_MADRID, "km": "500"})
    assert cities(response) == ["Madrid", "Toledo", "Sevilla"]


def test_distance_is_that_on_a_sphere(anonymous, iberia):
    response = anonymous.get("/mflix/theaters/", {**AT_MADRID, "km": "500"})
    expected = [haversine(MADRID, point) for point in (MADRID, TOLEDO, SEVILLE)]
    assert [theater.km for theater in rows(response)] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("language", "words"), [("en", "67.5 km"), ("es", "67,5 km")])
def test_distance_is_shown_with_one_decimal(anonymous, iberia, language, words):
    response = anonymous.get(
        "/mflix/theaters/", {**AT_MADRID, "km": "100"}, headers={"accept-language": language}
    )
    assert f">{words}</td>" in response.content.decode()


@pytest.mark.parametrize("km", ["", "  "])
def test_without_a_distance_50_km_are_searched(anonymous, iberia, km):
    response = anonymous.get("/mflix/theaters/", {**AT_MADRID, "km": km})
    assert cities(response) == ["Madrid"]
    assert response.context["search"].km == 50


@pytest.mark.parametrize(("km", "total"), [("67.4", 1), ("67.6", 2), ("67,6", 2), ("0", 1)])
def test_distance_is_where_the_search_ends(anonymous, iberia, km, total):
    response = anonymous.get("/mflix/theaters/", {**AT_MADRID, "km": km})
    assert len(rows(response)) == response.context["page"].total == total


@pytest.mark.parametrize("lat", ["40.4168", "40,4168", " 40.4168 ", "4.04168e1"])
@pytest.mark.parametrize("lng", ["-3.7038", "-3,7038", "\N{MINUS SIGN}3.7038"])
def test_coordinates_are_taken_as_people_type_them(anonymous, iberia, lat, lng):
    response = anonymous.get("/mflix/theaters/", {"lat": lat, "lng": lng})
    assert errors(response) == {}
    assert cities(response) == ["Madrid"]


def test_point_near_the_antimeridian_finds_both_of_its_sides(anonymous):
    a_theater(at=(179.9, -16.5), city="Taveuni")
    a_theater(at=(-179.9, -16.5), city="Rabi")
    response = anonymous.get("/mflix/theaters/", {"lat": "-16.5", "lng": "180"})
    assert sorted(cities(response)) == ["Rabi", "Taveuni"]


@pytest.mark.parametrize("point", [("90", "0"), ("-90", "180"), ("0", "-180")])
def test_edges_of_the_globe_are_places(anonymous, iberia, point):
    response = anonymous.get("/mflix/theaters/", dict(zip(("lat", "lng"), point, strict=True)))
    assert errors(response) == {}
    assert rows(response) == []


def test_theaters_at_one_place_are_each_on_exactly_one_page(anonymous):
    ids = [a_theater(at=MADRID)["_id"] for _n in range(50)]
    seen = []
    for page in (1, 2, 3):
        seen += rows(anonymous.get("/mflix/theaters/", {**AT_MADRID, "page": page}))
    assert [theater.id_ for theater in seen] == sorted(ids)


def test_empty_search_near_a_point_offers_the_widest(anonymous, iberia):
    response = anonymous.get("/mflix/theaters/?lat=43.3&lng=-1.98&page=7", headers=ENGLISH)
    address = "?lat=43.3&amp;lng=-1.98&amp;km=500"
    assert f'href="{address}">Search within 500 km</a>' in response.content.decode()


def test_wider_circle_is_not_offered_where_something_else_may_exclude_all(anonymous, iberia):
    page = anonymous.get("/mflix/theaters/?lat=43.3&lng=-1.98&city=Toledo", headers=ENGLISH)
    assert "Search within" not in page.text


def test_distance_from_nowhere_is_a_sentence(anonymous, iberia):
    response = anonymous.get("/mflix/theaters/", {"km": "10"}, headers=ENGLISH)
    assert errors(response) == {"km": ["A distance needs a point that it is measured from."]}


def test_empty_widest_search_offers_no_wider(anonymous, iberia):
    response = anonymous.get("/mflix/theaters/?lat=0&lng=0&km=500", headers=ENGLISH)
    assert b"Search within" not in response.content


def test_page_says_what_was_searched(anonymous, iberia):
    response = anonymous.get("/mflix/theaters/", {**AT_MADRID, "km": "100"}, headers=ENGLISH)
    words = " ".join(response.content.decode().split())
    assert "Within 100 km of 40.4168, -3.7038, the nearest first." in words


# In a city or zip code


@pytest.mark.parametrize("city", ["Sevilla", "sevilla", "SEVILLA", " sevilla "])
def test_city_is_found_without_regard_to_case(anonymous, iberia, city):
    assert cities(anonymous.get("/mflix/theaters/", {"city": city})) == ["Sevilla"]


@pytest.mark.parametrize("city", ["Sevill", ".*", "$ne", "^S", '{"$gt": ""}', "' || 1", "S*"])
def test_city_is_taken_as_typed(anonymous, iberia, city):
    assert cities(anonymous.get("/mflix/theaters/", {"city": city})) == []


def test_zip_code_is_found(anonymous, iberia):
    assert cities(anonymous.get("/mflix/theaters/", {"zip": "41001"})) == ["Sevilla"]


def test_zip_code_that_lost_its_zeros_in_the_data_is_found(anonymous):
    a_theater(zipcode="2886")
    a_theater(zipcode="02886")
    assert len(rows(anonymous.get("/mflix/theaters/", {"zip": "02886"}))) == 2


def test_zip_code_finds_those_that_are_longer_by_a_hyphen(anonymous):
    a_theater(zipcode="55344-5306", city="Eden Prairie")
    for zipcode in ("553445306", "55345", "5534", "55344,1", "55344.1"):
        a_theater(zipcode=zipcode)
    assert cities(anonymous.get("/mflix/theaters/", {"zip": "55344"})) == ["Eden Prairie"]


def test_zip_code_of_zeros_finds_none(anonymous, iberia):
    a_theater(zipcode="")
    assert rows(anonymous.get("/mflix/theaters/", {"zip": "000"})) == []


# In a box

AROUND_MADRID = {"west": "-4.5", "south": "39,5", "east": "-3", "north": "41"}


def test_box_finds_what_is_inside(anonymous, iberia):
    response = anonymous.get("/mflix/theaters/", AROUND_MADRID)
    assert cities(response) == ["Madrid", "Toledo"]
    assert response.context["page"].total == 2


def test_box_on_the_page_is_open_when_used(anonymous):
    assert b'<details class="block" open>' in anonymous.get("/mflix/theaters/?west=1").content
    assert b'<details class="block">' in anonymous.get("/mflix/theaters/?lat=1").content


# All of it together


@pytest.mark.parametrize(
    "query",
    [
        {"city": "toledo"},
        {"zip": "45001"},
        {"west": "-5", "south": "39", "east": "-4", "north": "40"},
        {"city": "toledo", "zip": "45001", **AROUND_MADRID},
    ],
    ids=str,
)
def test_filters_narrow_the_search_near_a_point(anonymous, iberia, query):
    response = anonymous.get("/mflix/theaters/", {**AT_MADRID, "km": "500", **query})
    assert cities(response) == ["Toledo"]
    assert rows(response)[0].km == pytest.approx(haversine(MADRID, TOLEDO))


def test_filters_narrow_each_other(anonymous, iberia):
    response = anonymous.get("/mflix/theaters/", {"city": "toledo", "zip": "28013"})
    assert rows(response) == []


# Pages


def test_a_page_holds_20(anonymous, fifty):
    response = anonymous.get("/mflix/theaters/")
    assert cities(response) == [f"City {n:02}" for n in range(20)]
    assert response.context["page"].last == 3


@pytest.mark.parametrize("query", [{}, {"lat": "40.4", "lng": "-3.7"}], ids=str)
def test_last_page_holds_the_rest(anonymous, fifty, query):
    response = anonymous.get("/mflix/theaters/", {**query, "page": "3"})
    assert cities(response) == [f"City {n:02}" for n in range(40, 50)]


def test_search_lives_in_the_links_to_its_pages(anonymous, fifty):
    page = anonymous.get("/mflix/theaters/?lat=40,4&lng=-3.7&km=20").content.decode()
    assert "?lat=40%2C4&amp;lng=-3.7&amp;km=20&amp;page=2" in page


@pytest.mark.parametrize(
    ("page", "number"), [("abc", 1), ("-1", 1), ("", 1), ("999999", 3), ("9" * 400, 3)]
)
def test_page_that_is_none_is_the_nearest(anonymous, fifty, page, number):
    response = anonymous.get("/mflix/theaters/", {"page": page})
    assert response.context["page"].number == number
    assert rows(response)


@pytest.mark.parametrize("query", [{}, {"lat": "40.4", "lng": "-3.7"}], ids=str)
def test_very_long_list_ends_at_its_bound_and_says_so(anonymous, fifty, query, monkeypatch):
    monkeypatch.setattr("mflix.theaters.MOST", 40)
    response = anonymous.get("/mflix/theaters/", {**query, "page": "99"}, headers=ENGLISH)
    assert b"More than 40 cinemas" in response.content
    assert cities(response) == [f"City {n:02}" for n in range(20, 40)]


# What is wrong gets a sentence at its field


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("lat", "90.1", "A latitude is a number between -90 and 90."),
        ("lat", "-91", "A latitude is a number between -90 and 90."),
        ("lat", "north", "A latitude is a number between -90 and 90."),
        ("lng", "180.5", "A longitude is a number between -180 and 180."),
        ("lng", "-1e9", "A longitude is a number between -180 and 180."),
        ("km", "501", "A distance is a number between 0 and 500 km."),
        ("km", "-1", "A distance is a number between 0 and 500 km."),
        ("south", "91", "A latitude is a number between -90 and 90."),
        ("north", "-91", "A latitude is a number between -90 and 90."),
        ("west", "181", "A longitude is a number between -180 and 180."),
        ("east", "-181", "A longitude is a number between -180 and 180."),
    ],
)
def test_number_out_of_range_is_a_sentence_and_stays_typed(anonymous, field, value, sentence):
    query = {**AT_MADRID, "km": "50", **AROUND_MADRID, field: value}
    response = anonymous.get("/mflix/theaters/", query, headers=ENGLISH)
    assert errors(response) == {field: [sentence]}
    assert f'name="{field}" value="{value}"' in response.content.decode()


@pytest.mark.parametrize("value", ["nan", "inf", "-Infinity", "1e999", "9" * 5000, "1.2.3", "\0"])
@pytest.mark.parametrize("field", ["lat", "lng", "km", "west"])
def test_number_that_is_none_is_a_sentence(anonymous, field, value):
    response = anonymous.get("/mflix/theaters/", {**AT_MADRID, **AROUND_MADRID, field: value})
    assert list(errors(response)) == [field]


@pytest.mark.parametrize(("given", "missing"), [("lat", "lng"), ("lng", "lat")])
def test_half_a_point_is_a_sentence(anonymous, given, missing):
    response = anonymous.get("/mflix/theaters/", {given: "1"}, headers=ENGLISH)
    assert errors(response) == {missing: ["A point needs both its latitude and its longitude."]}


@pytest.mark.parametrize("missing", ["west", "south", "east", "north"])
def test_box_without_an_edge_is_a_sentence(anonymous, missing):
    query = {**AROUND_MADRID, missing: ""}
    response = anonymous.get("/mflix/theaters/", query, headers=ENGLISH)
    assert errors(response) == {missing: ["A box needs all four of its edges."]}


def test_box_upside_down_is_a_sentence(anonymous):
    query = {**AROUND_MADRID, "south": "42"}
    response = anonymous.get("/mflix/theaters/", query, headers=ENGLISH)
    sentence = "The northern edge can't be south of the southern edge."
    assert errors(response) == {"north": [sentence]}


def test_text_without_end_is_a_sentence(anonymous):
    response = anonymous.get("/mflix/theaters/", {"city": "x" * 10_000, "zip": "1" * 10_000})
    assert set(errors(response)) == {"city", "zip"}


@pytest.mark.parametrize(
    "wrong", [{"lat": "95", "lng": "1"}, {"lng": "1"}, {"km": "x"}, {"west": "1", "east": "2"}]
)
def test_what_is_right_is_searched_beside_what_is_wrong(anonymous, iberia, wrong):
    response = anonymous.get("/mflix/theaters/", {"city": "toledo", **wrong})
    assert errors(response)
    assert cities(response) == ["Toledo"]


@pytest.mark.parametrize(
    "query", ["lat[$gt]=1", "city[]=Madrid&city=&zip=", "near=Madrid", "lat=&lng=&km=&city=&page="]
)
def test_parameter_that_is_none_is_left_out(anonymous, iberia, query):
    response = anonymous.get(f"/mflix/theaters/?{query}")
    assert errors(response) == {}
    assert len(rows(response)) == 4


def test_typed_text_is_escaped(anonymous):
    response = anonymous.get("/mflix/theaters/", {"city": '"><script>', "lat": '"><b>'})
    assert b"><script>" not in response.content
    assert b"><b>" not in response.content


# Documents of others


@pytest.mark.parametrize(
    "location",
    [
        ...,
        None,
        "Calle Mayor 1",
        [],
        {},
        {"address": None},
        {"address": "Calle Mayor 1, Madrid"},
        {"address": {"street1": None, "city": ["Madrid"], "state": {"name": "MD"}}},
        {"address": {"street1": 5, "city": 7.5, "zipcode": 28013}},
        {"geo": None},
        {"geo": []},
        {"geo": {}},
        {"geo": {"type": "LineString", "coordinates": [[-3.7, 40.4], [-3.8, 40.4]]}},
    ],
    ids=repr,
)
@pytest.mark.parametrize("query", [{}, AT_MADRID, AROUND_MADRID], ids=str)
def test_odd_document_is_shown_as_far_as_it_goes(anonymous, location, query):
    a_theater(location=location)
    a_theater()
    response = anonymous.get("/mflix/theaters/", query)
    assert "Madrid" in cities(response)


@pytest.mark.parametrize("query", [{}, AT_MADRID, AROUND_MADRID], ids=str)
def test_distance_that_others_stored_is_none(anonymous, query):
    a_theater(metres="x")
    assert cities(anonymous.get("/mflix/theaters/", query)) == ["Madrid"]


@pytest.mark.parametrize(
    "geo",
    [
        "40.4, -3.7",
        {"type": "Point"},
        {"type": "Point", "coordinates": "x"},
        {"type": "Point", "coordinates": [None, 40.4]},
        {"type": "Point", "coordinates": [-3.7]},
        {"type": "Point", "coordinates": [200, 95]},
        {"type": "Point", "coordinates": [float("nan"), float("inf")]},
    ],
    ids=repr,
)
def test_theater_whose_place_is_none_has_no_map(anonymous, without_indexes, geo):
    a_theater(location={"address": {"city": "Madrid"}, "geo": geo})
    response = anonymous.get("/mflix/theaters/")
    assert cities(response) == ["Madrid"]
    assert rows(response)[0].outside_map == ""
    assert response.context["map"] is None


@pytest.mark.parametrize("geo", [list(MADRID), {"type": "Point", "coordinates": [*MADRID, 650]}])
def test_place_in_another_form_that_has_an_index_key_is_found(anonymous, geo):
    a_theater(location={"geo": geo})
    theater = rows(anonymous.get("/mflix/theaters/", AT_MADRID))[0]
    assert theater.point == MADRID
    assert theater.km == 0


def test_id_of_any_type_is_no_matter(anonymous):
    a_theater(_id=7, city="B")
    a_theater(_id="seven", city="A")
    assert cities(anonymous.get("/mflix/theaters/", AT_MADRID)) == ["B", "A"]


# The page


def test_address_is_shown(anonymous):
    address = {
        "street1": "13668 Foothill Blvd",
        "street2": "Ste <3>",
        "city": "Sylmar",
        "state": "CA",
        "zipcode": "91342",
    }
    a_theater(location={"address": address})
    page = anonymous.get("/mflix/theaters/").content.decode()
    assert "13668 Foothill Blvd<br>Ste &lt;3&gt;" in page
    for part in (">Sylmar</a>", ">CA</td>", ">91342</td>"):
        assert part in page


def test_city_links_to_its_theaters(anonymous):
    a_theater(city="A & B")
    assert 'href="/mflix/theaters/?city=A%20%26%20B"' in (
        anonymous.get("/mflix/theaters/").content.decode()
    )


@pytest.mark.parametrize("language", ["es", "en"])
def test_each_theater_links_to_an_outside_map_without_telling_it_from_where(anonymous, language):
    a_theater(at=MADRID)
    page = anonymous.get("/mflix/theaters/", headers={"accept-language": language})
    assert (
        'href="https://www.openstreetmap.org/?mlat=40.416800&amp;mlon=-3.703800'
        '#map=16/40.416800/-3.703800" rel="noreferrer noopener"' in page.content.decode()
    )


@pytest.mark.parametrize("language", ["es", "en"])
def test_page_holds_a_map_that_is_told_in_words(anonymous, iberia, language):
    headers = {"accept-language": language}
    page = anonymous.get("/mflix/theaters/", AT_MADRID, headers=headers).content.decode()
    assert '<svg class="theater-map" viewBox="0 0 480 320" role="img"' in page
    assert '<title id="map-title">' in page
    assert '<circle class="map-mark" cx="240" cy="160"' in page


def test_map_has_the_letters_of_the_list(anonymous, iberia):
    response = anonymous.get("/mflix/theaters/")
    letters = {str(theater): letter for theater, letter in response.context["rows"]}
    for mark in response.context["map"].marks:
        letter, title = mark.title.split(". ", 1)
        assert letters[title] == letter


def test_map_shows_the_point_only_when_one_was_searched(anonymous, iberia):
    assert b'class="map-searched"' in anonymous.get("/mflix/theaters/", AT_MADRID).content
    assert b'class="map-searched"' not in anonymous.get("/mflix/theaters/?city=madrid").content


def test_page_embeds_nothing_from_outside(anonymous, iberia):
    page = anonymous.get("/mflix/theaters/", AT_MADRID).content.decode()
    assert 'src="http' not in page
    assert " style=" not in page


def test_location_button_is_hidden_until_the_script_shows_it(anonymous):
    page = anonymous.get("/mflix/theaters/").content.decode()
    assert 'type="button" data-locate hidden>' in page
    assert '<script src="/static/js/locate.js" defer></script>' in page


@pytest.mark.parametrize("query", [{}, AT_MADRID, AROUND_MADRID, {"page": "99"}], ids=str)
def test_page_asks_for_the_theaters_in_two_commands(anonymous, iberia, commands, query):
    with commands() as seen:
        anonymous.get("/mflix/theaters/", query)
    assert [str(command) for command in seen] == ["aggregate theaters"] * 2


def test_empty_search_is_one_command(anonymous, commands):
    with commands() as seen:
        anonymous.get("/mflix/theaters/?city=nowhere")
    assert len(seen) == 1


def test_page_is_the_same_for_everybody(cliente, iberia):
    assert len(rows(cliente.get("/mflix/theaters/"))) == 4


# Without the index


@pytest.fixture
def without_indexes():
    theaters.drop_indexes()
    yield
    theaters.delete_many({})
    schema.ensure()


def test_without_the_index_a_sentence_stands_for_the_distances(anonymous, iberia, without_indexes):
    response = anonymous.get("/mflix/theaters/", AT_MADRID, headers=ENGLISH)
    assert b"the list of cinemas has no index for them" in response.content
    assert cities(response) == ["Lisboa", "Madrid", "Sevilla", "Toledo"]


@pytest.mark.parametrize("query", [{"city": "toledo"}, {"zip": "45001"}])
def test_without_the_indexes_the_rest_is_found(anonymous, iberia, without_indexes, query):
    assert cities(anonymous.get("/mflix/theaters/", query)) == ["Toledo"]


def test_other_refusals_are_not_taken_for_a_missing_index(monkeypatch):
    def refuse(*args, **options):
        raise OperationFailure("not allowed", 13)

    monkeypatch.setattr("mflix.theaters.theaters.aggregate", refuse)
    with pytest.raises(OperationFailure):
        count(Search(point=MADRID))


def test_id_is_that_of_the_document(anonymous):
    theater = a_theater()
    assert isinstance(theater["_id"], ObjectId)
    assert rows(anonymous.get("/mflix/theaters/"))[0].id_ == theater["_id"]


@pytest.mark.parametrize("city", ["Madrid ", " Madrid", 28013, 5.5, "x" * 101], ids=str)
def test_city_that_no_search_can_be_for_is_no_link(anonymous, city):
    a_theater(city=city)
    page = anonymous.get("/mflix/theaters/").text
    assert str(city).strip() in page
    assert "?city=" not in page
