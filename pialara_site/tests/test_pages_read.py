"""The rows of numbered pages, whichever way a page is found and whatever the documents hold."""

import random
from datetime import UTC, datetime

import pytest
from bson import Decimal128, ObjectId

from accounts.users import COLLATION, users
from pialara_site import pages
from pialara_site.pages import Page

PER_PAGE = 3
ORDERS = [
    {name: direction, **second, "_id": direction}
    for direction in (1, -1)
    for name in ("nombre", "ultimo_acceso")
    for second in ({}, {"rol": direction})
]
MISSING = object()
NAMES = ["Ana", "ana", "Ángel", "Luz", "Luz", "luz", "Zoe", "", "😀", "$nombre"]
ODD = [7, 7.5, Decimal128("7"), float("nan"), True, {"a": 1}, datetime(1, 1, 1, tzinfo=UTC)]
NOTHING = [None, None, None, MISSING, MISSING, MISSING]


@pytest.fixture(autouse=True)
def people(empty_database, monkeypatch):
    """Users with every kind of value, some of them the same. All pages count as far."""
    monkeypatch.setattr(pages, "NEAR", -1)
    values = [*NAMES, *ODD, *NOTHING]
    docs = []
    for n, value in enumerate(values * 2):
        fields = {"nombre": value, "ultimo_acceso": values[n // 2], "rol": ["a", "b", None][n % 3]}
        given = {name: value for name, value in fields.items() if value is not MISSING}
        docs.append({"_id": ObjectId(), "email": f"{n}@example.org", **given})
    random.Random(7).shuffle(docs)
    users.insert_many(docs, bypass_document_validation=True)


def page_of(wanted: str, criteria: dict | None = None) -> Page:
    return Page(wanted, users.count_documents(criteria or {}, collation=COLLATION), PER_PAGE)


def ids(page: Page, order: dict, criteria: dict | None = None) -> list[ObjectId]:
    rows = pages.read(page, users, criteria or {}, order, collation=COLLATION)
    return [row["_id"] for row in rows]


def in_order(order: dict, criteria: dict | None = None) -> list[list[ObjectId]]:
    """The ids of all pages, as MongoDB sorts them."""
    found = users.find(criteria or {}, {"_id": 1}, sort=order, collation=COLLATION)
    stored = [row["_id"] for row in found]
    return [stored[start : start + PER_PAGE] for start in range(0, len(stored), PER_PAGE)]


def walk(wanted: str, neighbour: str, order: dict, criteria: dict | None = None):
    """The ids of the page that is wanted and of all after it, or before it, along the links."""
    shown, asked = [], [wanted]
    while asked[-1]:
        page = page_of(asked[-1], criteria)
        shown.append(ids(page, order, criteria))
        asked.append(getattr(page.showing(shown[-1]), neighbour))
    assert sum("-" in each for each in asked[:-1]) == len(asked) - 2
    return shown


@pytest.mark.parametrize("order", ORDERS, ids=str)
@pytest.mark.parametrize("criteria", [{}, {"rol": "a"}, {"rol": None}], ids=str)
def test_links_lead_through_all_pages_in_order(order, criteria):
    assert walk("1", "next", order, criteria) == in_order(order, criteria)


@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_links_lead_back_through_the_same_pages(order):
    expected = in_order(order)
    last = str(len(expected))
    # The last one is shorter, so the pages before it are those that end where it begins.
    assert walk(last, "previous", order)[::-1] == expected


@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_number_alone_leads_to_the_same_page(order):
    expected = in_order(order)
    numbers = range(1, len(expected) + 1)
    assert [ids(page_of(str(number)), order) for number in numbers] == expected


def test_second_half_of_a_list_is_read_from_its_end(commands):
    order = {"nombre": 1, "_id": 1}
    last = len(in_order(order))
    with commands() as seen:
        ids(page_of(str(last - 1)), order)
    skipped = [stage["$skip"] for stage in seen[-1].body["pipeline"] if "$skip" in stage]
    assert skipped == [1]


@pytest.mark.parametrize("side", ["after", "before"])
def test_row_that_is_gone_leads_nowhere_else(side):
    assert ids(page_of(f"4-{side}-{ObjectId()}"), ORDERS[0]) == in_order(ORDERS[0])[3]


@pytest.mark.parametrize("side", ["after", "before"])
def test_row_of_another_list_leads_nowhere_else(side):
    """Or the order would tell of a user whom the list does not show."""
    stranger = users.find_one({"rol": "b"})["_id"]
    wanted = {"rol": "a"}
    assert (
        ids(page_of(f"2-{side}-{stranger}", wanted), ORDERS[0], wanted)
        == (in_order(ORDERS[0], wanted)[1])
    )


def test_row_with_nothing_behind_it_leads_nowhere_else():
    last = in_order(ORDERS[0])[-1][-1]
    assert ids(page_of(f"2-after-{last}"), ORDERS[0]) == in_order(ORDERS[0])[1]


def test_page_beside_a_row_is_the_same_when_others_come_before_it():
    order = {"nombre": -1, "_id": -1}
    shown = in_order(order)
    link = page_of("2").showing(shown[1]).next
    latest = datetime(2026, 1, 1, tzinfo=UTC)
    users.insert_many({"nombre": latest, "email": f"new{n}"} for n in range(5))
    assert ids(page_of(link), order) == shown[2]
