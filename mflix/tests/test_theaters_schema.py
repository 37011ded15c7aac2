"""A theater whose place is no place: what the commands that need the index say."""

import json

import bson
import pytest
from django.core.management import CommandError, call_command
from pymongo.errors import OperationFailure

from mflix.theaters import INDEXES, theaters
from pialara_site import mongo, schema

from .mothers import a_theater

pytestmark = pytest.mark.usefixtures("english")

NOWHERE = {"geo": {"type": "Point", "coordinates": [200, 95]}}


@pytest.fixture
def without_indexes():
    theaters.drop_indexes()
    yield
    theaters.delete_many({})
    schema.ensure()


def test_missing_index_is_told(without_indexes):
    with pytest.raises(CommandError) as told:
        call_command("ensure_schema", check=True)
    assert "theaters: the index location.geo_2dsphere is missing" in str(told.value)


def test_index_of_atlas_under_its_own_name_is_as_good_as_ours(without_indexes):
    theaters.create_index([("location.geo", "2dsphere")], name="geo index")
    schema.ensure()
    names = [
        name for name, index in theaters.index_information().items() if "2dsphere" in str(index)
    ]
    assert names == ["geo index"]
    assert schema.drift() == []


def test_ensure_schema_says_which_theater_is_nowhere(without_indexes):
    theater = a_theater(location=NOWHERE)
    with pytest.raises(OperationFailure) as refused:
        schema.ensure()
    sentence = mongo.reason(refused.value)
    assert str(theater["_id"]) in sentence
    assert "longitude/latitude is out of bounds, lng: 200 lat: 95" in sentence


def test_all_other_indexes_are_built_nevertheless(without_indexes):
    a_theater(location=NOWHERE)
    with pytest.raises(OperationFailure):
        schema.ensure()
    assert [line.split()[-3:] for line in schema.drift()] == [
        ["location.geo_2dsphere", "is", "missing"]
    ]


def test_ensure_schema_finishes_once_the_theater_is_mended(without_indexes):
    a_theater(location=NOWHERE)
    with pytest.raises(OperationFailure):
        schema.ensure()
    theaters.update_one({}, {"$unset": {"location.geo": ""}})
    schema.ensure()
    assert len(theaters.index_information()) == 1 + len(INDEXES)


@pytest.mark.parametrize("stored", [[], [{"_id": 1, "theaterId": 1}]], ids=["new", "changed"])
def test_import_rejects_the_theater_that_is_nowhere_and_keeps_the_rest(tmp_path, capsys, stored):
    theaters.insert_many([*stored, {"_id": 3}])
    path = tmp_path / "theaters.bson"
    path.write_bytes(b"".join(map(bson.encode, [{"_id": 1, "location": NOWHERE}, {"_id": 2}])))
    with pytest.raises(CommandError, match="rejected"):
        call_command("import_mflix", str(path))
    kept = json.loads((tmp_path / "theaters.bson.rejected.jsonl").read_text())
    assert "longitude/latitude is out of bounds" in kept["reason"]
    assert sorted(theaters.distinct("_id")) == [*(doc["_id"] for doc in stored), 2, 3]
