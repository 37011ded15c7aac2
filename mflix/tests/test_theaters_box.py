"""Boxes hold what plain comparisons of numbers say, wherever on the globe and however wide."""

from itertools import product

import pytest

from mflix.theaters import Box, Search, count, rows, theaters

from .mothers import a_theater

WORLD = Box(-180, -90, 180, 90)


def holds(box: Box, point) -> bool:
    x, y = point
    across = box.west > box.east
    in_width = (x >= box.west or x <= box.east) if across else box.west <= x <= box.east
    return in_width and box.south <= y <= box.north


def found(box: Box) -> list:
    search = Search(box=box)
    pages = range(0, count(search), 20)
    return sorted(theater.point for start in pages for theater in rows(search, start))


@pytest.fixture
def globe() -> list[tuple[float, float]]:
    """Theaters all over the globe, dense along the parallel of 45 degrees."""
    everywhere = product(range(-175, 181, 15), range(-80, 81, 20))
    along = [(x, y) for x in range(-179, 180, 8) for y in (44.99, 45.0, 45.01)]
    edges = [(180, 0), (-180, 5), (0, 90), (0, -90), (12, 89.95)]
    points = [(float(x), float(y)) for x, y in (*everywhere, *along, *edges)]
    theaters.insert_many(
        [{"location": {"geo": {"type": "Point", "coordinates": point}}} for point in points]
    )
    return points


@pytest.mark.parametrize(
    "box",
    [
        WORLD,
        Box(-10, 35, 5, 44),
        Box(-130, 45, -60, 60),  # its southern edge as a great circle would lie north of 45
        Box(-130, 30, -60, 45),  # and its northern edge would let in what is north of 45
        Box(-170, 45, 170, 45),
        Box(-100, -60, 100, -20),
        Box(-179, -40, 179, 40),
        Box(170, -60, -170, 60),
        Box(100, -90, -100, 90),
        Box(10, -90, 9, 90),
        Box(180, -90, -180, 90),
        Box(-180, 0, -180, 90),
        Box(5, 20, 5, 20),
        Box(5, -80, 5, 80),
        Box(-180, 60, 180, 90),
        Box(-180, -90, 180, -60),
        Box(-180, 89.9, 180, 90),
        Box(-180, 90, 180, 90),
        Box(-90, -90, 90, -90),
        Box(12, 89.949999, 12.000001, 89.950001),
        Box(50, 50.5, 50.000001, 50.500001),
    ],
    ids=repr,
)
def test_box_holds_what_numbers_say(globe, box):
    assert found(box) == sorted(point for point in globe if holds(box, point))


@pytest.mark.parametrize("point", [(-3, 40), (-4, 39), (-3, 39.5), (-3.5, 40)])
def test_edge_belongs_to_the_box(point):
    a_theater(at=point)
    assert count(Search(box=Box(-4, 39, -3, 40))) == 1


@pytest.mark.parametrize("point", [(-2.999, 39.5), (-4.001, 39.5), (-3.5, 40.001), (-3.5, 38.999)])
def test_what_is_just_outside_does_not(point):
    a_theater(at=point)
    assert count(Search(box=Box(-4, 39, -3, 40))) == 0


@pytest.mark.parametrize(
    ("box", "slices"),
    [(Box(0, 0, 80, 10), 1), (Box(0, 0, 100, 10), 2), (WORLD, 4), (Box(170, 0, -170, 10), 1)],
)
def test_wide_box_is_outlined_in_slices_narrower_than_a_hemisphere(box, slices):
    assert len(box.outline()["coordinates"]) == slices


@pytest.mark.parametrize("box", [WORLD, Box(170, -60, -170, 60), Box(-5, 35, 5, 44)], ids=repr)
def test_outline_is_closed_and_its_corners_are_on_the_globe(box):
    for (ring,) in box.outline()["coordinates"]:
        assert ring[0] == ring[-1]
        assert all(-180 <= x <= 180 and -90 <= y <= 90 for x, y in ring)


def test_point_that_is_a_plain_list_is_in_its_box():
    theaters.insert_one({"location": {"geo": [-3.5, 40.5]}})
    assert found(Box(-4, 40, -3, 41)) == found(Box(179, 40, -3, 41)) == [(-3.5, 40.5)]
    assert found(Box(-3, 40, -2, 41)) == found(Box(-4, 41, -3, 42)) == []
