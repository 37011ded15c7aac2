"""Charts: numbers to coordinates, and the drawing that a template makes of them."""

import re

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from pialara_site.charts import BAR_LENGTH, BOTTOM, WIDTH, bars, line, ticks

FILMS = [("Drama", 40), ("Comedy", 10), ("Western", 0)]


def drawn(chart, language="en", **context) -> str:
    with translation.override(language):
        return render_to_string("partials/chart.html", {"chart": chart, "id": "films", **context})


# Bars


def test_longest_bar_is_the_highest_number_and_the_others_are_in_proportion():
    assert [bar.length for bar in bars("Films", FILMS).bars] == [BAR_LENGTH, BAR_LENGTH // 4, 0]


def test_bars_stand_below_each_other_inside_the_drawing():
    chart = bars("Films", FILMS)
    places = [bar.y for bar in chart.bars]
    assert places == sorted(set(places))
    assert places[-1] + chart.bar_thickness <= chart.height


def test_name_too_long_for_the_drawing_is_shortened():
    (bar,) = bars("Films", [("x" * 100, 1)]).bars
    assert (len(bar.label), bar.label[-1]) == (36, "…")


@pytest.mark.parametrize("value", [-5, float("nan"), float("inf"), None, "many"])
def test_what_is_no_number_is_drawn_as_nothing(value):
    assert [bar.length for bar in bars("Films", [("a", value), ("b", 2)]).bars] == [0, BAR_LENGTH]


@pytest.mark.parametrize("points", [[], [("a", 0)]])
def test_bars_without_anything_to_show_have_no_length(points):
    assert [bar.length for bar in bars("Films", points).bars] == [0] * len(points)


# Lines


def test_line_goes_from_the_left_to_the_right_edge_at_equal_steps():
    chart = line("Films", [(1990, 1), (1991, 2), (1992, 3)])
    first, second, third = (dot.x for dot in chart.dots)
    assert (first, third) == (chart.left, chart.right)
    assert second - first == third - second


def test_line_is_higher_for_higher_numbers_and_lowest_at_zero():
    chart = line("Films", [(1990, 0), (1991, 5), (1992, 10)])
    heights = [dot.y for dot in chart.dots]
    assert heights[0] == chart.height - BOTTOM > heights[1] > heights[2] >= 0


def test_line_is_written_as_svg_wants_its_points():
    assert re.fullmatch(r"\d+,\d+( \d+,\d+)*", line("Films", [(1990, 1.5), (1991, 2)]).line)


@pytest.mark.parametrize("count", [0, 1])
def test_line_needs_no_second_point(count):
    assert len(line("Films", [(1990, 0)] * count).dots) == count


@pytest.mark.parametrize(("count", "labels"), [(1, 1), (5, 5), (6, 3), (115, 5)])
def test_axis_has_room_for_all_its_labels(count, labels):
    assert len(line("Films", [(n, 1) for n in range(count)]).labels) == labels


@pytest.mark.parametrize(
    ("highest", "expected"),
    [
        (0, [0, 1]),
        (1, [0, 1]),
        (2, [0, 1, 2]),
        (8, [0, 2, 4, 6, 8]),
        (65, [0, 20, 40, 60, 80]),
        (1119, [0, 500, 1000, 1500]),
        (5_000_000, [0, 1_000_000, 2_000_000, 3_000_000, 4_000_000, 5_000_000]),
    ],
)
def test_ticks_are_round_numbers_up_to_the_highest(highest, expected):
    assert ticks(highest) == pytest.approx(expected)


# The drawing


@pytest.mark.parametrize("draw", [bars, line])
def test_drawing_has_a_title_a_description_and_its_numbers_as_a_table(draw):
    page = drawn(draw("Films by genre", FILMS))
    assert '<title id="films-title">Films by genre</title>' in page
    assert "3 values; the highest is 40 (Drama)." in page
    assert '<th scope="row">Comedy</th><td class="has-text-right">10</td>' in page


def test_page_with_a_table_of_its_own_has_no_second_one():
    assert "<table" not in drawn(bars("Films", FILMS), without_table=True)


def test_names_are_escaped():
    page = drawn(bars("Films", [("<b>Drama</b>", 1)]))
    assert "<b>" not in page


@pytest.mark.parametrize("draw", [bars, line])
def test_chart_of_nothing_is_an_empty_drawing(draw):
    assert "There is no data yet." in drawn(draw("Films", []))


@pytest.mark.parametrize("draw", [bars, line])
def test_drawing_keeps_the_policy_of_the_pages(draw):
    assert " style=" not in drawn(draw("Films", FILMS))


@pytest.mark.parametrize("draw", [bars, line])
def test_coordinates_are_the_same_in_every_language(draw):
    points = [(year, year / 7) for year in range(1500, 1530)]
    sizes = r' (?:x|y|x1|x2|y1|y2|cx|cy|r|width|height|points|viewBox)="([^"]*)"'
    found = re.findall(sizes, drawn(draw("Films", points), "es"))
    assert found == re.findall(sizes, drawn(draw("Films", points), "en"))
    assert all(re.fullmatch(r"[\d, ]+", each) for each in found)


def test_numbers_are_written_in_the_language_of_the_page():
    chart = bars("Films", [("Drama", 1234.5)])
    assert "1\xa0234,50" in drawn(chart, "es")
    assert "1,234.50" in drawn(chart, "en")


def test_everything_stays_inside_the_drawing():
    chart = line("Films", [(n, n % 7) for n in range(200)])
    assert all(0 <= dot.x <= WIDTH and 0 <= dot.y <= chart.height for dot in chart.dots)
