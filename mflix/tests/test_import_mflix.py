"""manage.py import_mflix: sample_mflix, as MongoDB's tools write it, into the database."""

import gzip
import json
import os
import signal
import subprocess
from datetime import UTC, datetime

import bson
import pytest
from bson import DatetimeMS, ObjectId
from django.core.management import CommandError, call_command
from pymongo.errors import BulkWriteError, OperationFailure

from mflix import imports
from pialara_site import schema
from pialara_site.dumps import packed
from pialara_site.mongo import mflix
from pialara_site.tests.processes import MANAGE, wait_until
from tests.fail_points import UNCONFIRMED, failing

pytestmark = pytest.mark.usefixtures("english")

METROPOLIS = {"_id": ObjectId(), "title": "Metropolis", "year": 1927}
CLOCK = {"_id": ObjectId(), "title": "Safety Last!", "released": datetime(1923, 4, 1, tzinfo=UTC)}


@pytest.fixture(autouse=True)
def _no_users_are_left():
    """The collection is not among those that each test finds empty, as nothing else uses it."""
    yield
    mflix.users.delete_many({})


@pytest.fixture
def run(capsys):
    """Runs the command and answers what it printed."""

    def run(*paths, **options):
        call_command("import_mflix", *map(str, paths), **options)
        return capsys.readouterr().out

    return run


@pytest.fixture
def refused(capsys):
    """Runs the command, which has to fail, and answers what it printed and why it failed."""

    def refused(*paths, **options):
        with pytest.raises(CommandError) as failure:
            call_command("import_mflix", *map(str, paths), **options)
        return capsys.readouterr().out + str(failure.value)

    return refused


def bson_file(path, *docs):
    path.write_bytes(b"".join(map(bson.encode, docs)))
    return path


def json_file(path, *lines):
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def rejects_of(path) -> list[dict]:
    """What the file of rejected documents holds."""
    kept = path.with_name(f"{path.name}.rejected.jsonl").read_text()
    return [json.loads(line) for line in kept.splitlines()]


# What is stored


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


def test_document_is_stored_as_it_is_dumped(run, tmp_path):
    odd = {"_id": 1, "far": DatetimeMS(10**15), "$price": 5, "a.b": [None], "n": bson.Int64(1)}
    path = bson_file(tmp_path / "theaters.bson", odd)
    run(path)
    assert mflix.theaters.with_options(bson.raw_bson.DEFAULT_RAW_BSON_OPTIONS).find_one().raw == (
        path.read_bytes()
    )


def test_more_than_a_batch_is_stored(run, tmp_path):
    docs = [{"_id": number} for number in range(2500)]
    assert "2500 new" in run(bson_file(tmp_path / "movies.bson", *docs))
    assert mflix.movies.count_documents({}) == 2500


def test_batches_of_large_documents_are_smaller(tmp_path, monkeypatch):
    monkeypatch.setattr(imports, "BATCH_BYTES", 100)
    path = bson_file(tmp_path / "movies.bson", *[{"_id": n, "plot": "x" * 50} for n in range(5)])
    assert [len(batch) for batch in imports.batches(packed(path))] == [2, 2, 1]


def test_batches_of_large_lines_that_are_no_documents_are_smaller(tmp_path, monkeypatch):
    monkeypatch.setattr(imports, "BATCH_BYTES", 100)
    path = json_file(tmp_path / "movies.json", *[f'"{"x" * 60}"'] * 5)
    assert [len(batch) for batch in imports.batches(packed(path))] == [2, 2, 1]


def test_document_whose_id_is_not_its_first_field_is_stored(run, tmp_path):
    path = tmp_path / "movies.bson"
    path.write_bytes(bson.encode({"title": "Up", "xid": 1}).replace(b"xid", b"_id"))
    assert "1 new" in run(path)
    assert mflix.movies.find_one() == {"_id": 1, "title": "Up"}


# Which files


@pytest.mark.parametrize(
    "name",
    ["movies.bson", "movies.json", "movies.part1.json.gz", "sample_mflix.movies.json", "movies"],
)
def test_collection_is_in_the_name(tmp_path, name):
    assert imports.collection_of(tmp_path / name) == "movies"


def test_dump_of_a_database_of_another_name_is_known_by_it(run, tmp_path):
    (tmp_path / mflix.name).mkdir()
    json_file(tmp_path / mflix.name / f"{mflix.name}.movies.json", '{"_id": 1}')
    assert f"{mflix.name}.movies.json into movies: 1 new" in run(tmp_path)


def test_collection_can_be_said(run, tmp_path):
    run(bson_file(tmp_path / "part7.bson", METROPOLIS), collection="movies")
    assert mflix.movies.count_documents({}) == 1


@pytest.mark.parametrize("name", ["part7.bson", "pialara.users.json", "sample_mflix.json"])
def test_file_of_no_collection_is_a_sentence(refused, tmp_path, name):
    (tmp_path / name).touch()
    assert "--collection" in refused(tmp_path / name)


def test_folder_is_read_as_mongodump_wrote_it(run, tmp_path):
    bson_file(tmp_path / "movies.bson", METROPOLIS)
    (tmp_path / "movies.metadata.json").write_text("{}")
    (tmp_path / "movies.json.rejected.jsonl").write_text("{}")
    (tmp_path / "README.md").write_text("what this is")
    assert run(tmp_path).count("into") == 1


@pytest.mark.parametrize("ending", ["json", "jsonl", "ndjson", "ndjson.gz"])
def test_folder_is_read_for_each_ending(run, tmp_path, ending):
    json_file(tmp_path / f"movies.{ending}", '{"_id": 1}')
    assert f"movies.{ending} into movies: 1 new" in run(tmp_path)


def test_folder_within_a_folder_is_no_file(run, tmp_path):
    bson_file(tmp_path / "movies.bson", METROPOLIS)
    (tmp_path / "theaters.bson").mkdir()
    assert run(tmp_path).count("into") == 1


def test_dump_of_several_databases_gives_only_ours(run, tmp_path):
    for database in ("pialara", "sample_mflix"):
        (tmp_path / database).mkdir()
        bson_file(tmp_path / database / "users.bson", {"_id": database})
    run(tmp_path)
    assert mflix.users.distinct("_id") == ["sample_mflix"]


def test_collection_chooses_the_file_of_a_folder(run, tmp_path):
    bson_file(tmp_path / "movies.bson", METROPOLIS)
    bson_file(tmp_path / "theaters.bson", {"_id": 1})
    run(tmp_path, collection="theaters")
    assert (mflix.movies.count_documents({}), mflix.theaters.count_documents({})) == (0, 1)


def test_folder_without_collections_is_a_sentence(refused, tmp_path):
    assert "no file" in refused(tmp_path)


def test_nothing_to_import_is_a_sentence(refused):
    assert "which files" in refused()


# Again


def test_second_run_changes_nothing(run, tmp_path):
    path = bson_file(tmp_path / "movies.bson", METROPOLIS, CLOCK)
    run(path)
    assert "0 new, 0 changed, 2 same, 0 rejected" in run(path)


def test_second_run_after_the_first_batch_does_not_write(run, tmp_path, commands):
    path = bson_file(tmp_path / "movies.bson", *[{"_id": n} for n in range(2000)])
    run(path)
    with commands() as seen:
        assert "0 new, 0 changed, 2000 same" in run(path)
    assert [each.name for each in seen] == ["insert", "update", "find"]


def test_second_run_finds_what_changed_in_later_batches(run, tmp_path):
    path = bson_file(tmp_path / "movies.bson", *[{"_id": n, "year": 1927} for n in range(2000)])
    run(path)
    mflix.movies.delete_one({"_id": 1500})
    mflix.movies.update_one({"_id": 1600}, {"$set": {"year": 1928}})
    assert "1 new, 1 changed, 1998 same, 0 rejected" in run(path)
    assert mflix.movies.count_documents({"year": 1927}) == 2000


def test_interrupted_run_is_continued(run, tmp_path):
    mflix.movies.insert_one(METROPOLIS)
    assert "1 new, 0 changed, 1 same" in run(bson_file(tmp_path / "movies.bson", METROPOLIS, CLOCK))


def test_run_that_is_killed_can_be_repeated(run, tmp_path):
    path = tmp_path / "movies.bson"
    os.mkfifo(path)
    names = {"PIALARA_DB_NAME": "test_killed", "MFLIX_DB_NAME": mflix.name}
    with (
        subprocess.Popen(
            [*MANAGE, "import_mflix", str(path)],
            env={**os.environ, **names, "DJANGO_SETTINGS_MODULE": "pialara_site.settings"},
        ) as process,
        open(path, "wb") as pipe,
    ):
        pipe.write(b"".join(bson.encode({"_id": number}) for number in range(3000)))
        pipe.flush()
        wait_until(lambda: mflix.movies.count_documents({}) >= 1000)
        process.send_signal(signal.SIGKILL)
    path.unlink()
    assert "0 rejected" in run(bson_file(path, *[{"_id": number} for number in range(3000)]))
    assert mflix.movies.count_documents({}) == 3000


def test_changed_document_replaces_the_stored_one(run, tmp_path):
    mflix.movies.insert_one({**METROPOLIS, "year": 1926, "rated": "G"})
    assert "1 changed" in run(bson_file(tmp_path / "movies.bson", METROPOLIS))
    assert mflix.movies.find_one() == METROPOLIS


def test_later_one_of_two_documents_with_an_id_stays(run, tmp_path):
    path = bson_file(tmp_path / "movies.bson", METROPOLIS, {**METROPOLIS, "year": 1926})
    assert "1 new, 1 changed" in run(path)
    assert mflix.movies.find_one()["year"] == 1926


# What can't be stored


def test_document_that_cannot_be_stored_is_kept_with_the_reason(refused, tmp_path):
    path = bson_file(tmp_path / "movies.bson", {"title": "No id"}, METROPOLIS)
    assert "1 new, 0 changed, 0 same, 1 rejected" in refused(path)
    assert rejects_of(path) == [{"reason": "it has no _id", "document": {"title": "No id"}}]
    assert mflix.movies.count_documents({}) == 1


@pytest.mark.parametrize(
    "line",
    [
        '{"_id": [1]}',
        '{"_id": {"$gt": 1}}',
        '{"_id": 1, "n": 100000000000000000000}',
        '{"_id": 1, "text": "\\ud800"}',
        '{"_id": 1, "a\\u0000b": 1}',
        '{"_id": {"$oid": "zz"}}',
        '{"_id": 1, "date": {"$date": "yesterday"}}',
        '{"_id": 1, "title": }',
        "no document",
        "5",
        '{"_id": 1, "deep": ' + '{"a": ' * 300 + "1" + "}" * 301,
        '{"_id": 1, "deep": ' + '{"a": ' * 190 + "1" + "}" * 191,
    ],
    ids=lambda line: line[:40],
)
def test_line_that_cannot_be_stored_holds_no_other_up(refused, tmp_path, line):
    path = json_file(tmp_path / "movies.json", '{"_id": "a"}', line, '{"_id": "b"}')
    assert "2 new, 0 changed, 0 same, 1 rejected" in refused(path)
    assert mflix.movies.distinct("_id") == ["a", "b"]
    assert len(rejects_of(path)) == 1


def test_document_that_is_too_large_is_rejected(refused, tmp_path):
    path = bson_file(tmp_path / "movies.bson", {"_id": 1, "plot": "x" * 2**24}, {"_id": 2})
    assert "1 new, 0 changed, 0 same, 1 rejected" in refused(path)
    assert rejects_of(path)[0]["reason"] == "it is larger than 16 MB"


def test_text_that_is_none_is_rejected(refused, tmp_path):
    path = tmp_path / "movies.bson"
    path.write_bytes(bson.encode({"_id": 1, "a": "abc"}).replace(b"abc", b"\xff\xfe\xfd"))
    assert "1 rejected" in refused(path)
    assert "$binary" in rejects_of(path)[0]["document"]


def test_odd_id_in_a_later_run_is_rejected_too(refused, run, tmp_path):
    docs = [{"_id": number} for number in range(1000)]
    run(bson_file(tmp_path / "movies.bson", *docs))
    path = bson_file(tmp_path / "movies.bson", *docs, {"_id": {"$gt": 1}}, {"_id": 1000})
    assert "1 new, 0 changed, 1000 same, 1 rejected" in refused(path)


@pytest.mark.parametrize("ids", [(0, 1), (1,)], ids=["inserted", "replaced"])
def test_document_that_breaks_a_unique_index_is_rejected(refused, tmp_path, ids):
    mflix.users.create_index("email", unique=True)
    mflix.users.insert_many([{"_id": 1, "email": "eva@example.org"}, {"_id": 2, "email": "ned"}])
    path = bson_file(tmp_path / "users.bson", *[{"_id": n, "email": "ned"} for n in ids])
    told = refused(path)
    mflix.users.drop_indexes()
    assert f"0 new, 0 changed, 0 same, {len(ids)} rejected" in told
    assert "duplicate key" in rejects_of(path)[0]["reason"]


def test_rejects_of_an_earlier_time_are_gone(run, refused, tmp_path):
    path = bson_file(tmp_path / "movies.bson", {"title": "No id"})
    refused(path)
    run(bson_file(path, METROPOLIS))
    assert [each.name for each in tmp_path.iterdir()] == ["movies.bson"]


def test_rejects_that_can_not_be_written_are_said_before_anything_is_read(refused, tmp_path):
    path = tmp_path / "movies.json"
    path.write_text('{"_id": 1}')
    assert refused(path, rejects=tmp_path / "none").endswith("/none is no folder to write to.")
    assert mflix.movies.count_documents({}) == 0


def test_path_that_may_not_be_looked_at_is_a_sentence(refused, tmp_path, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("pathlib.Path.exists", refuse)
    told = refused(tmp_path / "movies.json")
    assert told.endswith("/movies.json can't be read: Permission denied.")


def test_rejects_can_go_to_another_folder(refused, tmp_path):
    (tmp_path / "dump").mkdir()
    path = bson_file(tmp_path / "dump" / "movies.bson", {"title": "No id"})
    assert f"{tmp_path}/movies.bson.rejected.jsonl" in refused(path, rejects=tmp_path)
    assert len(rejects_of(tmp_path / "movies.bson")) == 1


def test_rejects_of_files_with_one_name_go_together(refused, tmp_path):
    paths = [tmp_path / folder / "movies.bson" for folder in ("old", "new")]
    for path in paths:
        path.parent.mkdir()
        bson_file(path, {"title": path.parent.name})
    assert refused(*paths, rejects=tmp_path).count("The rejected documents are in") == 1
    kept = [each["document"]["title"] for each in rejects_of(tmp_path / "movies.bson")]
    assert kept == ["old", "new"]


def test_rejects_that_cannot_be_written_are_a_sentence(refused, tmp_path):
    path = bson_file(tmp_path / "movies.bson", {"title": "No id"})
    (tmp_path / "movies.bson.rejected.jsonl").mkdir()
    told = refused(path)
    assert "can't be written" in told
    assert "The rejected documents are in" not in told


def test_server_that_refuses_all_is_not_taken_for_documents_that_it_refuses(tmp_path):
    path = bson_file(tmp_path / "movies.bson", METROPOLIS)
    unauthorized = {"errorCode": 13}
    with failing("insert", how=unauthorized), pytest.raises(OperationFailure):
        call_command("import_mflix", str(path))
    assert [each.name for each in tmp_path.iterdir()] == ["movies.bson"]


def test_documents_that_may_not_last_are_not_told_as_stored(tmp_path, capsys):
    path = bson_file(tmp_path / "movies.bson", METROPOLIS)
    with failing("insert", how=UNCONFIRMED), pytest.raises(BulkWriteError):
        call_command("import_mflix", str(path))
    assert "new" not in capsys.readouterr().out


# Broken files


def test_broken_file_is_a_sentence_and_keeps_no_other_file_out(refused, tmp_path):
    (tmp_path / "movies.bson").write_bytes(bson.encode(METROPOLIS) + b"\x10\x00")
    bson_file(tmp_path / "theaters.bson", {"_id": 1})
    told = refused(tmp_path)
    assert "broken after document 1" in told
    assert "movies.bson into movies: 1 new" in told
    assert mflix.theaters.count_documents({}) == 1


def test_missing_file_is_a_sentence(refused, tmp_path):
    assert "movies.json: there is no such file." in refused(tmp_path / "movies.json")


# What is next


def test_command_says_what_to_run_after_new_films(run, tmp_path):
    told = run(bson_file(tmp_path / "movies.bson", METROPOLIS))
    assert told.endswith("Now run: migrate_dates, recount_comments\n")


def test_command_says_what_to_run_after_new_comments(run, tmp_path):
    told = run(bson_file(tmp_path / "comments.bson", {"_id": 1}))
    assert told.endswith("Now run: recount_comments\n")


def test_nothing_is_next_when_nothing_changed(run, tmp_path):
    path = bson_file(tmp_path / "movies.bson", METROPOLIS)
    run(path)
    assert "Now run" not in run(path)


@pytest.mark.usefixtures("without_indexes")
def test_schema_is_next_where_it_is_not_in_place(tmp_path, capsys):
    (tmp_path / "movies.json").write_text('{"_id": 1}')
    call_command("import_mflix", str(tmp_path / "movies.json"))
    told = capsys.readouterr().out
    assert told.endswith("Now run: ensure_schema, migrate_dates, recount_comments\n")


@pytest.fixture
def without_indexes():
    mflix.movies.drop_indexes()
    yield
    schema.ensure()
