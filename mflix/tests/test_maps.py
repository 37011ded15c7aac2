"""The plain map's numbers, from longitudes and latitudes alone."""

from math import cos, radians

import pytest

from mflix import maps

MADRID, TOLEDO, SEVILLE = (-3.7038, 40.4168), (-4.0273, 39.8628), (-5.9845, 37.3891)


def drawn(*points, searched=None):
    return maps.plain([(point, f"Theater {n}") for n, point in enumerate(points)], searched)


def places(plain) -> list[tuple[int, int]]:
    return [(mark.x, mark.y) for mark in plain.marks]


@pytest.mark.parametrize("points", [[], [None], [None, None]])
def test_no_point_is_no_map(points):
    assert drawn(*points) is None
    assert drawn(*points, searched=MADRID) is None


def test_north_is_up_and_east_is_right():
    (madrid_x, madrid_y), (seville_x, seville_y) = places(drawn(MADRID, SEVILLE))
    assert seville_x < madrid_x
    assert seville_y > madrid_y


@pytest.mark.parametrize(
    "points",
    [
        [MADRID],
        [MADRID, SEVILLE],
        [MADRID, TOLEDO, SEVILLE],
        [(-180, -90), (180, 90), (0, 0)],
        [(0, 90), (90, 90), (180, -90)],
        [(179.9, 10), (-179.9, 10)],
        [(float(x), 40.0) for x in range(-180, 181, 20)],
    ],
)
def test_everything_is_inside_the_margin(points):
    for x, y in places(drawn(*points, searched=points[0])):
        assert maps.MARGIN <= x <= maps.WIDTH - maps.MARGIN
        assert maps.MARGIN <= y <= maps.HEIGHT - maps.MARGIN


def test_one_place_is_in_the_middle():
    assert places(drawn(MADRID)) == [(maps.WIDTH / 2, maps.HEIGHT / 2)]


def test_degree_of_longitude_is_narrower_than_one_of_latitude():
    (left, _y), (right, top), (_x, bottom) = places(drawn((0, 59.5), (1, 60.5), (2, 59.5)))
    assert (right - left) / (bottom - top) == pytest.approx(cos(radians(60)), abs=0.01)


def test_neighbours_across_the_antimeridian_are_neighbours():
    (fiji, _), (samoa, _), (tonga, _) = places(drawn((178.4, -18.1), (-171.8, -13.8), (-175, -21)))
    assert fiji < tonga < samoa


def test_searched_point_is_drawn_in_scale_with_the_places():
    plain = drawn(MADRID, searched=SEVILLE)
    (x, y) = places(plain)[0]
    assert plain.searched[0] < x
    assert plain.searched[1] > y


def test_without_a_search_no_point_is_marked():
    assert drawn(MADRID).searched is None


def test_letters_are_those_of_the_rows_also_after_one_without_a_point():
    marks = drawn(MADRID, None, SEVILLE).marks
    assert [(mark.label, mark.title) for mark in marks] == [
        ("A", "A. Theater 0"),
        ("C", "C. Theater 2"),
    ]


def test_places_that_would_cover_each_other_are_one_mark():
    marks = drawn(MADRID, MADRID, SEVILLE, (-3.7037, 40.4167)).marks
    assert [mark.label for mark in marks] == ["A+", "C"]
    assert marks[0].title == "A. Theater 0; B. Theater 1; D. Theater 3"


def test_marks_do_not_cover_each_other():
    marks = drawn(*[(n / 50, 40 + n % 3 / 50) for n in range(20)]).marks
    gaps = [
        (a.x - b.x) ** 2 + (a.y - b.y) ** 2 for n, a in enumerate(marks) for b in marks[n + 1 :]
    ]
    assert min(gaps) >= (2 * maps.RADIUS) ** 2


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ([MADRID], "500 m"),
        ([MADRID, TOLEDO], "20 km"),
        ([MADRID, SEVILLE], "100 km"),
        ([(-120, 40), (-70, 40)], "1000 km"),
        ([(-180, -90), (0, 0), (179, 90)], "10000 km"),
    ],
)
def test_scale_is_a_round_length_that_fits(points, words):
    scale = drawn(*points).scale
    assert str(scale) == words
    assert 0 < scale.width <= maps.LONGEST_SCALE


def test_scale_line_is_as_long_on_the_map_as_on_the_ground():
    plain = drawn((0, 0), (1, 0))
    (left, _), (right, _) = places(plain)
    km_of_a_unit = 111.32 / (right - left)
    assert plain.scale.width * km_of_a_unit == pytest.approx(plain.scale.metres / 1000, rel=0.01)
