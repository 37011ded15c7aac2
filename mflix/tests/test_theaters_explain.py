"""The searches run on indexes: MongoDB's plans for what mflix/theaters.py sends."""

import pytest
from pymongo import InsertOne

from accounts.tests.test_explain import LENIENT, chosen_plans
from conftest import forget_everything
from mflix.theaters import Box, Search, count, rows, theaters
from pialara_site.mongo import COLLATION

MADRID = (-3.7, 40.4)
BOX = Box(-4, 40, -3, 41)
NEAR = [
    Search(point=MADRID),
    Search(point=MADRID, km=500, city="city 3"),
    Search(point=MADRID, zipcode="00003"),
    Search(point=MADRID, km=500, box=BOX),
]
FILTERED = [
    Search(city="city 3"),
    Search(zipcode="00003"),
    Search(box=BOX),
    Search(box=Box(-180, -90, 180, 90)),
    Search(box=Box(170, -10, -170, 10)),
    Search(city="city 3", zipcode="00003", box=BOX),
]


@pytest.fixture(scope="module", autouse=True)
def empty_database(mongod):
    """Once for all tests here, as none of them changes anything."""
    forget_everything()


@pytest.fixture(scope="module")
def hundreds(empty_database, fresh_indexes):
    """Enough theaters that a plan has something to choose from."""
    theaters.bulk_write(
        [
            InsertOne(
                {
                    "location": {
                        "address": {"city": f"City {n % 40}", "zipcode": f"{n % 50:05}"},
                        "geo": {"type": "Point", "coordinates": [n % 350 - 170, n % 150 - 75]},
                    }
                }
            )
            for n in range(700)
        ]
    )


@pytest.fixture
def plans(hundreds, commands):
    """The stages of the plan of the aggregation that a call of theaters.py sends."""

    def plans(call, *args) -> list[str]:
        with commands() as seen:
            call(*args)
        names = ("aggregate", "pipeline", "cursor", "collation", "hint")
        query = {name: seen[0].body[name] for name in names if name in seen[0].body}
        plan = theaters.database.command(
            "explain", query, verbosity="queryPlanner", codec_options=LENIENT
        )
        return list(chosen_plans(plan))

    return plans


def test_the_plans_are_seen_at_all(plans):
    found = plans(lambda: list(theaters.aggregate([{"$match": {"theaterId": 1}}])))
    assert "COLLSCAN" in found


@pytest.mark.parametrize("search", NEAR, ids=repr)
def test_search_near_a_point_walks_the_geographic_index(plans, search):
    for found in (plans(rows, search, 0), plans(count, search)):
        assert "GEO_NEAR_2DSPHERE" in found
        assert "COLLSCAN" not in found


@pytest.mark.parametrize("search", FILTERED, ids=repr)
def test_filtered_search_scans_an_index(plans, search):
    for found in (plans(rows, search, 0), plans(count, search)):
        assert "IXSCAN" in found
        assert "COLLSCAN" not in found


def test_whole_list_is_read_in_the_order_of_an_index(plans):
    found = plans(rows, Search(), 0)
    assert "IXSCAN" in found
    assert not {"COLLSCAN", "SORT"} & set(found)


def test_whole_list_is_counted_on_an_index(plans):
    found = plans(count, Search())
    assert {"IXSCAN", "COUNT_SCAN"} & set(found)
    assert "COLLSCAN" not in found


def test_city_is_read_in_the_order_of_its_index(plans):
    assert "SORT" not in plans(rows, Search(city="city 3"), 0)


def test_searches_send_the_collation_of_the_indexes(hundreds, commands):
    with commands() as seen:
        rows(Search(city="CITY 3"), 0)
    assert seen[0].body["collation"] == COLLATION.document
