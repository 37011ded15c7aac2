"""The rows of numbered pages, whichever way a page is found and whatever the documents hold."""

import random
from datetime import UTC, datetime
from itertools import chain

import pytest
from bson import Decimal128, ObjectId

from accounts.users import users
from pialara_site import pages
from pialara_site.mongo import COLLATION
from pialara_site.pages import Page

PER_PAGE = 3
ORDERS = [
    {name: direction, **second, "_id": direction}
    for direction in (1, -1)
    for name in ("nombre", "ultimo_acceso")
    for second in ({}, {"rol": direction})
]
BY_NAME = {"nombre": 1, "_id": 1}
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


def read(wanted: str, order: dict, criteria: dict | None = None) -> tuple[Page, list[ObjectId]]:
    """The page that is wanted, and the ids of its rows."""
    page = page_of(wanted, criteria)
    page, rows = pages.read(page, users, criteria or {}, order, collation=COLLATION)
    return page, [row["_id"] for row in rows]


def ids(wanted: str, order: dict, criteria: dict | None = None) -> list[ObjectId]:
    return read(wanted, order, criteria)[1]


def in_order(order: dict, criteria: dict | None = None) -> list[list[ObjectId]]:
    """The ids of all pages, as MongoDB sorts them."""
    found = users.find(criteria or {}, {"_id": 1}, sort=order, collation=COLLATION)
    stored = [row["_id"] for row in found]
    return [stored[start : start + PER_PAGE] for start in range(0, len(stored), PER_PAGE)]


def walk(wanted: str, neighbour: str, order: dict, criteria: dict | None = None):
    """The ids of the page that is wanted and of all after it, or before it, along the links."""
    shown = []
    while wanted:
        assert not shown or page_of(wanted).beside
        page, found = read(wanted, order, criteria)
        shown.append(found)
        wanted = getattr(page, neighbour)
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
    assert [ids(str(number), order) for number in numbers] == expected


def test_second_half_of_a_list_is_read_from_its_end(commands):
    last = len(in_order(BY_NAME))
    with commands() as seen:
        ids(str(last - 1), BY_NAME)
    skipped = [stage["$skip"] for stage in seen[-1].body["pipeline"] if "$skip" in stage]
    assert skipped == [1]


def test_page_beside_a_row_is_the_same_when_others_come_before_it():
    order = {"nombre": -1, "_id": -1}
    expected = in_order(order)
    link = read("2", order)[0].next
    latest = datetime(2026, 1, 1, tzinfo=UTC)
    users.insert_many({"nombre": latest, "email": f"new{n}"} for n in range(5))
    assert ids(link, order) == expected[2]
    assert ids("3", order) != expected[2]


@pytest.mark.parametrize("neighbour", ["next", "previous"])
def test_row_that_is_gone_or_moved_leads_nowhere_else(neighbour):
    page, shown = read("3", BY_NAME)
    link = getattr(page, neighbour)
    users.update_one({"_id": shown[0]}, {"$set": {"nombre": "Zz"}})
    users.delete_one({"_id": shown[-1]})
    assert ids(link, BY_NAME) == in_order(BY_NAME)[page_of(link).number - 1]


@pytest.mark.parametrize("neighbour", ["next", "previous"])
def test_row_that_the_list_does_not_show_leads_nowhere_else(neighbour):
    """Or the order would tell of a user whom somebody else may see."""
    link = getattr(read("3", BY_NAME)[0], neighbour)
    beside = link.split("-")[2]
    wanted = {"_id": {"$ne": ObjectId(beside)}}
    assert ids(link, BY_NAME, wanted) == in_order(BY_NAME, wanted)[page_of(link).number - 1]


@pytest.mark.parametrize(
    ("neighbour", "beyond"), [("next", slice(3, None)), ("previous", slice(2))]
)
def test_row_with_nothing_beside_it_leads_nowhere_else(neighbour, beyond):
    link = getattr(read("3", BY_NAME)[0], neighbour)
    users.delete_many({"_id": {"$in": list(chain(*in_order(BY_NAME)[beyond]))}})
    assert ids(link, BY_NAME) == in_order(BY_NAME)[page_of(link).number - 1] != []


@pytest.mark.parametrize(("direction", "side"), [(-1, "after"), (1, "before")])
def test_nothing_comes_before_a_person_without_what_the_list_is_sorted_by(direction, side):
    users.update_one({"email": "0@example.org"}, {"$unset": {"email": 1}})
    order = {"email": direction}
    end = read(str(len(in_order(order))) if side == "after" else "1", order)[0]
    place = end.ends[-1 if side == "after" else 0]
    assert ids(f"2-{side}-{place}", order) == in_order(order)[1]


def test_person_with_a_list_where_a_value_belongs_is_on_no_page_beside_a_row():
    before = walk("1", "next", BY_NAME)
    users.insert_one({"nombre": ["Ana", "Zoe"], "email": "list@example.org"})
    _first, *others = walk("1", "next", BY_NAME)
    shown = list(chain(*others))
    assert shown == [row for row in chain(*before) if row in shown]
    assert len(shown) >= len(list(chain(*before[1:])))
