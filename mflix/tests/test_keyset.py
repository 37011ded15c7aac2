"""Walking through lists by keyset, forwards and back, whatever the documents hold."""

import random
from datetime import UTC, datetime

import pytest
from bson import Decimal128, ObjectId
from bson.datetime_ms import DatetimeMS
from django.core import signing
from pymongo import ASCENDING, DESCENDING

from mflix.keyset import _BSON as BSON
from mflix.keyset import LOWEST_DATE, LOWEST_NUMBER, LOWEST_TEXT, Cursor, Order, _signer
from mflix.movies import movies
from pialara_site.mongo import COLLATION

NEWEST = Order("year", LOWEST_NUMBER, DESCENDING)
OLDEST = Order("year", LOWEST_NUMBER, ASCENDING)
BY_TITLE = Order("title", LOWEST_TEXT, ASCENDING)
BY_DATE = Order("released", LOWEST_DATE, DESCENDING, ids=DESCENDING)
NESTED = Order("imdb.rating", LOWEST_NUMBER, DESCENDING)
ORDERS = [NEWEST, OLDEST, BY_TITLE, BY_DATE, NESTED]

MISSING = object()
NUMBERS = [1999, 2001, 2001, 2001, 2001, 2001, 2003, 2003.5, -5, Decimal128("2000.5")]
ODD = ["2006è", "", "", "", float("nan"), True, {"a": 1}, ObjectId("0" * 24)]
NOTHING = [None, None, MISSING, MISSING]


def store(field: str, values: list) -> list:
    """Films that hold these values in `field`, put in without order; their ids."""
    docs = []
    for value in values:
        doc = {"_id": ObjectId()}
        if value is not MISSING:
            name, _dot, rest = field.partition(".")
            doc[name] = {rest: value} if rest else value
        docs.append(doc)
    random.Random(7).shuffle(docs)
    movies.insert_many(docs)
    return [doc["_id"] for doc in docs]


def page(order, query=None, size=3, wanted=None):
    """A page, which is the same whichever way its rows are found."""
    cursor, fields = Cursor.read(order, size, query or {}), {order.field: 1}
    found = [{"$match": wanted or {}}]
    pipeline = cursor.pipeline(movies.name, found, {"$project": fields})
    in_one = cursor.slice(movies.aggregate(pipeline, collation=COLLATION))
    in_turn = cursor.slice(cursor.rows(movies, wanted or {}, fields, collation=COLLATION))
    assert ids([in_turn]) == ids([in_one])
    assert (in_turn.before, in_turn.after) == (in_one.before, in_one.after)
    return in_turn


def walk(order, size=3):
    """All pages from the first one on."""
    pages = [page(order, size=size)]
    while pages[-1].after:
        pages.append(page(order, {"after": pages[-1].after}, size))
    return pages


def ids(pages) -> list:
    return [row["_id"] for each in pages for row in each.rows]


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.field)
@pytest.mark.parametrize("size", [1, 2, 3, 5, 100])
def test_every_row_is_shown_once(order, size):
    stored = store(order.field, NUMBERS + ODD + NOTHING + ["b", "B", "a"])
    shown = ids(walk(order, size))
    assert sorted(shown) == sorted(stored)


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.field)
@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_way_back_shows_the_same_pages(order, size):
    store(order.field, NUMBERS + ODD + NOTHING + ["b", "B", "a"])
    forwards = walk(order, size)
    backwards = [forwards[-1]]
    while backwards[0].before:
        backwards.insert(0, page(order, {"before": backwards[0].before}, size))
    assert ids(backwards) == ids(forwards)


def test_right_kind_comes_first_and_nothing_last():
    store("year", NUMBERS + ODD + NOTHING)
    years = [row.get("year") for each in walk(NEWEST) for row in each.rows]
    assert years[:8] == [2003.5, 2003, 2001, 2001, 2001, 2001, 2001, Decimal128("2000.5")]
    assert years[8:10] == [1999, -5]
    assert years[-4:] == [None] * 4


def test_dates_beyond_the_calendar_are_passed():
    dates = [DatetimeMS(2**50), DatetimeMS(-(2**50)), datetime(2001, 1, 1, tzinfo=UTC)]
    stored = store("released", dates)
    assert sorted(ids(walk(BY_DATE, size=1))) == sorted(stored)


@pytest.mark.parametrize("order", [NEWEST, OLDEST], ids=["newest", "oldest"])
@pytest.mark.parametrize(
    "odd", [[1990], [1990, 2010], [None, 1990], ["x", 1990, {}], ["x"]], ids=str
)
def test_row_with_a_list_is_left_out_and_hides_no_others(order, odd):
    plain = store("year", list(range(1980, 2000)))
    store("year", [odd, odd])
    for size in (1, 3, 100):
        assert sorted(ids(walk(order, size))) == sorted(plain)


@pytest.mark.parametrize("odd", [[{"rating": 7.5}], {"rating": [7.5, 9]}, [7.5]], ids=str)
def test_row_with_a_list_on_the_way_is_left_out(odd):
    plain = store("imdb.rating", [5.5, 7.5, 9.5])
    store("imdb", [odd])
    assert sorted(ids(walk(NESTED, 1))) == sorted(plain)


@pytest.mark.parametrize("odd", [{"$numberInt": "z"}, {"$date": "zz"}], ids=str)
def test_value_that_looks_like_extended_json_leads_to_a_page(odd):
    store("year", [1990, odd, odd])
    [first] = page(NEWEST, size=2).rows[:1]
    assert first["year"] == 1990
    assert page(NEWEST, {"after": page(NEWEST, size=2).after}, size=2).rows


def test_ties_are_in_the_order_of_their_ids():
    store("year", [2001] * 10)
    shown = ids(walk(NEWEST))
    assert shown == sorted(shown)


def test_ties_may_be_in_the_opposite_order():
    store("released", [datetime(2001, 1, 1, tzinfo=UTC)] * 10)
    shown = ids(walk(BY_DATE))
    assert shown == sorted(shown, reverse=True)


def test_texts_are_sorted_without_regard_to_case():
    store("title", ["b", "A", "B", "a", "ñ", "n", "o"])
    titles = [row["title"] for each in walk(BY_TITLE) for row in each.rows]
    assert [title.lower() for title in titles] == ["a", "a", "b", "b", "n", "ñ", "o"]


def test_first_page_has_none_before():
    store("year", NUMBERS)
    assert page(NEWEST).before == ""


def test_last_page_has_none_after():
    store("year", NUMBERS)
    assert walk(NEWEST)[-1].after == ""


def test_full_last_page_has_none_after():
    store("year", [1, 2, 3])
    assert page(NEWEST).after == ""


def test_row_that_is_added_meanwhile_shifts_nothing():
    store("year", [1, 2, 3, 4, 5, 6])
    first = page(NEWEST)
    store("year", [7])
    following = page(NEWEST, {"after": first.after})
    assert [row["year"] for row in following.rows] == [3, 2, 1]


def test_row_that_is_removed_meanwhile_leaves_no_gap():
    store("year", [1, 2, 3, 4, 5, 6])
    first = page(NEWEST)
    movies.delete_one({"year": 4})
    following = page(NEWEST, {"after": first.after})
    assert [row["year"] for row in following.rows] == [3, 2, 1]


def test_filter_holds_on_every_page():
    store("year", list(range(10)))
    first = page(NEWEST, wanted={"year": {"$lt": 5}})
    following = page(NEWEST, {"after": first.after}, wanted={"year": {"$lt": 5}})
    assert [row["year"] for row in first.rows + following.rows] == [4, 3, 2, 1, 0]


def test_empty_list_has_no_other_pages():
    assert page(NEWEST) == page(NEWEST, {"after": "x"})
    assert (page(NEWEST).rows, page(NEWEST).before, page(NEWEST).after) == ([], "", "")


@pytest.mark.parametrize("name", ["after", "before"])
@pytest.mark.parametrize(
    "token",
    [
        *("", "x", "x" * 5000, "a:b:c", "\x00", "é" * 50, ":" * 500, "null", "{}", "[]", "$gt"),
        *("bnVsbA:1a:xx", "WzAsMSwyXQ", "WzAsMSwyXQ:1a:xx"),
    ],
    ids=ascii,
)
def test_token_that_is_not_ours_shows_the_first_page(name, token):
    store("year", NUMBERS)
    assert page(NEWEST, {name: token}) == page(NEWEST)


@pytest.mark.parametrize("serializer", [signing.JSONSerializer, BSON])
@pytest.mark.parametrize("held", [[0, 1], [0, 1, 2, 3], {}, "x", 1, None])
def test_token_that_holds_something_else_shows_the_first_page(serializer, held):
    store("year", NUMBERS)
    token = _signer(NEWEST).sign_object(held, serializer=serializer)
    assert page(NEWEST, {"after": token}) == page(NEWEST)


def test_token_of_an_older_version_shows_the_first_page():
    store("year", NUMBERS)
    token = _signer(NEWEST).sign_object([0, 2001, {"$oid": "0" * 24}])
    assert page(NEWEST, {"after": token}) == page(NEWEST)


def test_changed_token_shows_the_first_page():
    store("year", NUMBERS)
    first = page(NEWEST)
    for place, sign in enumerate(first.after):
        other = "A" if sign != "A" else "B"
        changed = first.after[:place] + other + first.after[place + 1 :]
        assert page(NEWEST, {"after": changed}) == first, place


def test_token_of_another_sort_shows_the_first_page():
    store("year", NUMBERS)
    assert page(OLDEST, {"after": page(NEWEST).after}) == page(OLDEST)


def test_after_wins_over_before():
    store("year", NUMBERS)
    token = page(NEWEST).after
    both = {"after": token, "before": token}
    assert page(NEWEST, both) == page(NEWEST, {"after": token})
