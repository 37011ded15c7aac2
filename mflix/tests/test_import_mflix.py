"""manage.py import_mflix: sample_mflix, as MongoDB's tools write it, into the database."""

import gzip
import json
from datetime import UTC, datetime

import bson
import pytest
from bson import ObjectId
from django.core.management import CommandError, call_command

from mflix import imports
from pialara_site.mongo import mflix

METROPOLIS = {"_id": ObjectId(), "title": "Metropolis", "year": 1927}
CLOCK = {"_id": ObjectId(), "title": "Safety Last!", "released": datetime(1923, 4, 1, tzinfo=UTC)}


@pytest.fixture(autouse=True)
def _empty():
    for name in ("movies", "theaters", "users"):
        mflix[name].delete_many({})


@pytest.fixture
def run(capsys):
    """Runs the command and answers what it printed."""

    def run(*paths, **options):
        call_command("import_mflix", *map(str, paths), **options)
        return capsys.readouterr().out

    return run


def bson_file(path, *docs):
    path.write_bytes(b"".join(map(bson.encode, docs)))
    return path


def test_bson_is_stored_in_the_collection_that_the_file_is_named_after(run, tmp_path):
    assert "2 new" in run(bson_file(tmp_path / "movies.bson", METROPOLIS, CLOCK))
    assert mflix.movies.find_one({"_id": CLOCK["_id"]}) == CLOCK


def test_zipped_bson_is_stored(run, tmp_path):
    path = tmp_path / "theaters.bson.gz"
    path.write_bytes(gzip.compress(bson.encode({"_id": 1, "theaterId": 1000})))
    run(path)
    assert mflix.theaters.find_one()["theaterId"] == 1000


@pytest.mark.parametrize(
    "released", [{"$date": "1923-04-01T00:00:00Z"}, {"$date": {"$numberLong": "-1475452800000"}}]
)
@pytest.mark.parametrize("form", ["[%s]", "%s\n", "[\n%s\n]\n"])
def test_both_versions_of_extended_json_are_stored(run, tmp_path, released, form):
    path = tmp_path / "movies.json"
    doc = {"_id": {"$oid": str(CLOCK["_id"])}, "title": "Safety Last!", "released": released}
    path.write_text(form % json.dumps(doc))
    run(path)
    assert mflix.movies.find_one() == CLOCK


def test_collection_can_be_said(run, tmp_path):
    run(bson_file(tmp_path / "part7.bson", METROPOLIS), collection="movies")
    assert mflix.movies.count_documents({}) == 1


def test_file_of_no_collection_is_a_sentence(run, tmp_path):
    with pytest.raises(CommandError, match="--collection"):
        run(bson_file(tmp_path / "part7.bson", METROPOLIS))


def test_folder_is_read_as_mongodump_wrote_it(run, tmp_path):
    bson_file(tmp_path / "movies.bson", METROPOLIS)
    (tmp_path / "movies.metadata.json").write_text("{}")
    (tmp_path / "README.md").write_text("what this is")
    assert run(tmp_path).count("into") == 1


def test_folder_without_collections_is_a_sentence(run, tmp_path):
    with pytest.raises(CommandError, match="no file"):
        run(tmp_path)


def test_second_run_changes_nothing(run, tmp_path):
    path = bson_file(tmp_path / "movies.bson", METROPOLIS, CLOCK)
    run(path)
    assert "0 new, 0 changed, 2 same, 0 rejected" in run(path)


def test_interrupted_run_is_continued(run, tmp_path):
    mflix.movies.insert_one(METROPOLIS)
    assert "1 new, 0 changed, 1 same" in run(bson_file(tmp_path / "movies.bson", METROPOLIS, CLOCK))


def test_changed_document_replaces_the_stored_one(run, tmp_path):
    mflix.movies.insert_one({**METROPOLIS, "year": 1926, "rated": "G"})
    assert "1 changed" in run(bson_file(tmp_path / "movies.bson", METROPOLIS))
    assert mflix.movies.find_one() == METROPOLIS


def test_document_that_cannot_be_stored_is_kept_with_the_reason(run, tmp_path):
    path = bson_file(tmp_path / "movies.bson", {"title": "No id"}, METROPOLIS)
    with pytest.raises(CommandError, match="rejected"):
        run(path)
    kept = json.loads((tmp_path / "movies.bson.rejected.jsonl").read_text())
    assert kept == {"reason": "it has no _id", "document": {"title": "No id"}}
    assert mflix.movies.count_documents({}) == 1


def test_document_that_breaks_a_unique_index_is_rejected(tmp_path):
    mflix.users.create_index("email", unique=True)
    docs = [{"_id": n, "email": "ned@example.org"} for n in range(2)]
    counts, rejected = imports.store("users", docs)
    mflix.users.drop_indexes()
    assert (counts["new"], counts["rejected"]) == (1, 1)
    assert rejected[0][0]["_id"] == 1


def test_broken_file_is_a_sentence_and_keeps_no_other_file_out(run, tmp_path):
    (tmp_path / "movies.bson").write_bytes(bson.encode(METROPOLIS) + b"\x10\x00")
    bson_file(tmp_path / "theaters.bson", {"_id": 1})
    with pytest.raises(CommandError, match="broken after document 1"):
        run(tmp_path)
    assert mflix.theaters.count_documents({}) == 1


def test_missing_file_is_a_sentence(run, tmp_path):
    with pytest.raises(CommandError, match=r"movies\.json"):
        run(tmp_path / "movies.json")
