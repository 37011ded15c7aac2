"""The pure parts of the lists: filters, orders, pipelines."""

from dataclasses import replace

import pytest

from accounts.directory import Filters, kinds_pipeline, order
from accounts.likeness import named_like


def test_no_filter_asks_for_everybody():
    assert Filters().criteria() == {}


def test_active_includes_those_without_a_state():
    assert Filters(estado="activo").criteria() == {"estado": {"$in": ["activo", None, ""]}}


def test_technician_filter_is_about_clients():
    assert Filters(parent="eva@example.org").criteria() == {
        "$and": [{"rol": "Cliente"}],
        "parent": "eva@example.org",
    }


@pytest.mark.parametrize("operator", ["$ne", "{'$gt': ''}", "none "])
def test_filter_is_a_value_and_never_an_operator(operator):
    assert replace(Filters(), parent=operator).criteria()["parent"] == operator


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("nombre", [("nombre", 1), ("_id", 1)]),
        ("-email", [("email", -1)]),
        ("-creado", [("creado", -1), ("_id", -1)]),
        ("rol", [("rol", 1), ("nombre", 1), ("_id", 1)]),
        ("-rol", [("rol", -1), ("nombre", -1), ("_id", -1)]),
    ],
)
def test_order_leaves_no_two_users_undecided(sort, expected):
    assert list(order(sort).items()) == expected


def test_numbers_of_a_search_count_only_what_it_finds():
    assert kinds_pipeline("ana")[0] == {"$match": named_like("ana")}
