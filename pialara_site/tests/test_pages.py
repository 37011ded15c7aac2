"""Pages of lists: the nearest sensible one, whatever the URL says."""

import pytest
from bson import ObjectId

from pialara_site.batches import batches
from pialara_site.pages import Page

A_PLACE = "65f0c0ffee65f0c0ffee65f0-0123abcd"


def page_of(wanted: str, total=60) -> Page:
    return Page(wanted, total, 25)


@pytest.mark.parametrize(
    ("wanted", "number"),
    [("", 1), ("1", 1), ("2", 2), ("3", 3), ("4", 3), ("999999", 3), ("9" * 5000, 3)],
)
def test_page_is_the_one_wanted_or_the_last(wanted, number):
    assert page_of(wanted).number == number


@pytest.mark.parametrize("wanted", ["abc", "-1", "0", "1.5", " 2", "²", "٣", "1e3", "2\n"])
def test_page_that_is_no_number_is_the_first(wanted):
    assert page_of(wanted).number == 1


def test_page_says_where_its_rows_start():
    assert [page_of(wanted).start for wanted in ("1", "2", "3", "4")] == [0, 25, 50, 50]


def test_list_without_rows_has_one_page():
    page = page_of("7", total=0)
    assert (page.start, page.number, page.last) == (0, 1, 1)


@pytest.mark.parametrize(
    ("wanted", "around"), [("1", (None, "2")), ("2", ("1", "3")), ("3", ("2", None))]
)
def test_page_knows_its_neighbours(wanted, around):
    page = page_of(wanted)
    assert (page.previous, page.next) == around


ROWS = [{"_id": ObjectId(), "nombre": name} for name in ("Ana", "Eva", "Luz")]
BY_NAME = {"nombre": 1, "_id": 1}


def linked(wanted: str, rows=ROWS) -> Page:
    return page_of(wanted, total=10_000).linked(rows, BY_NAME)


def test_links_around_a_page_far_behind_tell_the_rows_beside_them():
    page = linked("90")
    first, last = page.ends
    assert (page.previous, page.next) == (f"89-before-{first}", f"91-after-{last}")
    assert first.startswith(f"{ROWS[0]['_id']}-")
    assert last.startswith(f"{ROWS[-1]['_id']}-")


def test_link_tells_nothing_of_what_the_row_holds_but_whether_it_is_the_same():
    renamed = [{**row, "nombre": row["nombre"].lower()} for row in ROWS]
    lengths = {len(linked("90", rows).next) for rows in (ROWS, renamed)}
    assert linked("90").next == linked("90").next != linked("90", renamed).next
    assert lengths == {len(f"91-after-{A_PLACE}")}
    assert "Luz" not in linked("90").next


@pytest.mark.parametrize("wanted", ["2", "40", "361", "399"])
def test_links_near_an_end_of_the_list_are_plain_numbers(wanted):
    page = linked(wanted)
    assert (page.previous, page.next) == (str(int(wanted) - 1), str(int(wanted) + 1))


def test_page_that_shows_nothing_has_plain_links():
    page = linked("90", rows=[])
    assert (page.previous, page.next) == ("89", "91")


def test_page_beside_a_row_has_a_number_too():
    page = page_of(f"3-after-{A_PLACE}", total=1_000)
    assert (page.number, page.beside) == (3, ("after", A_PLACE))
    assert page_of("3").beside is None


@pytest.mark.parametrize(
    "wanted",
    [
        f"3-beside-{A_PLACE}",
        "3-after-",
        "3-after-x",
        f"3-after-{A_PLACE}0",
        f"3-after-{A_PLACE[:-1]}",
        f"-after-{A_PLACE}",
        f"3-after-{A_PLACE}\n",
    ],
)
def test_page_beside_what_is_no_row_is_the_first(wanted):
    assert (page_of(wanted).number, page_of(wanted).beside) == (1, None)


@pytest.mark.parametrize(
    ("count", "lengths"), [(0, []), (1, [1]), (3, [3]), (4, [3, 1]), (7, [3, 3, 1])]
)
def test_batches_are_full_but_for_the_last(count, lengths):
    assert [len(batch) for batch in batches(range(count), 3)] == lengths


def test_batches_read_no_further_than_asked():
    numbers = iter(range(10))
    next(batches(numbers, 3))
    assert next(numbers) == 3


def test_place_of_a_row_tells_its_values_to_nobody_without_the_key(settings):
    rows = [{"_id": ObjectId(), "nombre": "Eva"}] * 2
    order = {"nombre": 1}
    ends = Page("2000", 10_000, 2).linked(rows, order).ends
    settings.SECRET_KEY = "another" * 10
    assert Page("2000", 10_000, 2).linked(rows, order).ends != ends
