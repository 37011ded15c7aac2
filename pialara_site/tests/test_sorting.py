"""How lists are sorted, and the headings that say so."""

import pytest

from pialara_site.sorting import sort_of, sorted_by, toggled


@pytest.mark.parametrize(
    ("wanted", "taken"),
    [
        ("email", "email"),
        ("-email", "-email"),
        ("--email", "nombre"),
        ("", "nombre"),
        ("password", "nombre"),
    ],
)
def test_unknown_sort_is_the_default(wanted, taken):
    assert sort_of(wanted, ["nombre", "email"], "nombre") == taken


@pytest.mark.parametrize(
    ("sort", "said"),
    [("nombre", "ascending"), ("-nombre", "descending"), ("email", "none"), ("-email", "none")],
)
def test_heading_says_how_its_column_is_sorted(sort, said):
    assert sorted_by(sort, "nombre") == said


@pytest.mark.parametrize(
    ("sort", "next_sort"), [("nombre", "-nombre"), ("-nombre", "nombre"), ("email", "nombre")]
)
def test_click_on_a_heading_turns_its_order_around(sort, next_sort):
    assert toggled(sort, "nombre") == next_sort
