"""`manage.py restore`: what comes back, and that it is all of it or nothing."""

import gzip
import hashlib
import json
import signal
from unittest.mock import Mock

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from pymongo.errors import OperationFailure

from accounts import sessions
from accounts.users import users
from mflix.tests.mothers import a_comment, a_movie, an_attachment
from pialara_site import backups, embedded, mongo, restores, schema, snapshots
from pialara_site.mongo import client, mflix, pialara
from pialara_site.readiness import readiness
from tests.fail_points import failing
from tests.mothers import a_client, document_of, stored

from .dumping import add_odd_documents, contents
from .processes import at_terminal, environment
from .test_mongo import python

pytestmark = pytest.mark.usefixtures("english")

PREFIX = "test_look_"
INTERNAL_ERROR = 1
OURS = {each.name for each, _module in schema.COLLECTIONS}


@pytest.fixture(autouse=True)
def _nothing_of_ours_stays():
    yield
    pialara.drop_collection(mongo.RESTORING)
    for each in snapshots.collections_of(mflix):
        if each["name"] not in OURS:
            mflix.drop_collection(each["name"])
    for database in (pialara, mflix):
        client.drop_database(PREFIX + database.name)


@pytest.fixture
def backup(tmp_path):
    """A backup of a person, a film, a comment with an image, and documents that nobody can read."""
    stored(email="ana@example.org", nombre="Ana")
    an_attachment(a_comment(a_movie()))
    add_odd_documents()
    mflix.create_collection("recent", viewOn="movies", pipeline=[{"$match": {"year": 2026}}])
    call_command("backup", tmp_path / "backups")
    return backups.chosen(tmp_path / "backups")


@pytest.fixture
def refused(backup):
    """The sentence with which the command ends, having changed nothing."""

    def refused(folder=backup, **options) -> str:
        before = contents()
        with pytest.raises(CommandError) as failure:
            call_command("restore", folder, **options)
        assert contents() == before
        assert staged() == []
        return str(failure.value)

    return refused


def empty():
    for database in (pialara, mflix):
        client.drop_database(database.name)


def staged() -> list[str]:
    names = [*pialara.list_collection_names(), *mflix.list_collection_names()]
    return [name for name in names if name.startswith(mongo.RESTORING)]


def sealed_again(backup):
    """Give the backup the checksums of what its files hold by now."""
    (backup / backups.SUMS).unlink()
    (backup / backups.MANIFEST).rename(backup.parent / "manifest")
    held = json.loads((backup.parent / "manifest").read_text())
    backups._seal(backup, backups.Manifest(**held))


# What comes back


def test_round_trip_is_equal_byte_for_byte_with_indexes_and_validators(backup):
    before = contents()
    empty()
    call_command("restore", backup)
    assert contents() == before
    assert staged() == []


def test_sample_data_come_back(tmp_path, settings):
    settings.DEBUG = True
    call_command("seed", users=20, comments=40)
    before = contents()
    call_command("backup", tmp_path)
    call_command("restore", tmp_path, drop=True, yes=True)
    assert contents() == before


def test_every_kind_of_index_comes_back(tmp_path):
    mflix.odd.create_index([("title", "text")], weights={"title": 3}, default_language="spanish")
    mflix.odd.create_index("at", expireAfterSeconds=60, hidden=True)
    mflix.odd.create_index("a", unique=True, partialFilterExpression={"a": {"$gt": 5}})
    mflix.odd.create_index("b.$**", sparse=False)
    mflix.odd.create_index([("place", "2dsphere")], collation={"locale": "simple"})
    call_command("backup", tmp_path)
    before = contents()
    empty()
    call_command("restore", tmp_path)
    assert contents() == before


def test_documents_older_than_the_validator_come_back(tmp_path):
    odd = stored(email=5, rol="Nobody")
    call_command("backup", tmp_path)
    users.delete_many({})
    call_command("restore", tmp_path)
    assert document_of(odd)["rol"] == "Nobody"
    assert "validator" in users.options()


def test_what_the_backup_lacks_is_gone(backup):
    newer = a_client()
    mflix.newer.insert_one({})
    call_command("restore", backup, drop=True, yes=True)
    assert document_of(newer) is None
    assert "newer" not in mflix.list_collection_names()


def test_schema_of_today_is_brought(tmp_path):
    sessions.sessions.drop_indexes()
    call_command("backup", tmp_path)
    call_command("restore", tmp_path)
    assert schema.drift() == []


def test_folder_of_backups_stands_for_its_newest_one(backup):
    users.update_one({}, {"$set": {"nombre": "Newer"}})
    call_command("backup", backup.parent)
    call_command("restore", backup.parent, drop=True, yes=True)
    assert users.find_one()["nombre"] == "Newer"


def test_restored_databases_are_named(backup, capsys):
    call_command("restore", backup, drop=True, yes=True)
    sentence = f"{backup} is restored into {pialara.name}, {mflix.name}.\n"
    assert capsys.readouterr().out.endswith(sentence)


# For looking at it


def test_prefix_leaves_ours_alone(backup):
    before = contents()
    users.update_one({}, {"$set": {"nombre": "Newer"}})
    call_command("restore", backup, into=PREFIX)
    there = contents(client[PREFIX + pialara.name], client[PREFIX + mflix.name])
    assert there == before
    assert users.find_one()["nombre"] == "Newer"


def test_prefix_leaves_our_schema_alone(backup):
    users.drop_indexes()
    before = contents()
    try:
        call_command("restore", backup, into=PREFIX)
        assert contents() == before
    finally:
        schema.ensure()  # or the tests after it would lack them


def test_documents_after_a_prefix_are_replaced_only_when_asked(backup, refused):
    call_command("restore", backup, into=PREFIX)
    client[PREFIX + pialara.name].users.update_one({}, {"$set": {"nombre": "Newer"}})
    there = f"{PREFIX}{pialara.name}, {PREFIX}{mflix.name}"
    assert refused(into=PREFIX) == f"{there}: there are documents. --drop replaces them."
    assert client[PREFIX + pialara.name].users.find_one()["nombre"] == "Newer"


def test_restore_reads_from_the_primary_whatever_the_address_says(
    backup, mongod, settings, monkeypatch
):
    """A secondary may not have yet what was just loaded, or there is none."""
    address = f"127.0.0.1:{mongod.port}/?replicaSet={embedded.SET_NAME}"
    settings.MONGODB_URI = f"mongodb://{address}&readPreference=secondary"
    with mongo.connect() as elsewhere:
        monkeypatch.setattr(mongo, "client", elsewhere)
        call_command("restore", backup, into=PREFIX)
    assert client[PREFIX + pialara.name].users.find_one()


def test_killed_one_with_a_prefix_leaves_ours_unmarked(killed_at):
    killed_at("restores._take_places", into=PREFIX)
    mongo.require_finished_restore()


def test_prefix_that_makes_no_name_is_a_sentence(refused):
    assert refused(into="") == "--into needs a prefix."
    assert refused(into="a b ").startswith("a b  makes no name for a database: ")


# What is in the way


def test_documents_are_replaced_only_when_asked(refused):
    sentence = f"{pialara.name}, {mflix.name}: there are documents. --drop replaces them."
    assert refused() == sentence


def test_databases_with_a_schema_and_no_document_are_empty(backup):
    empty()
    schema.ensure()
    readiness.insert_one({})  # somebody has asked whether the site is ready
    call_command("restore", backup)
    assert users.count_documents({}) == 1


def test_without_a_terminal_one_has_to_say_it_twice(refused):
    assert refused(drop=True) == "--yes is missing."


@pytest.mark.parametrize(("answer", "name", "said"), [("y", "Ana", 0), ("n", "Newer", 1)])
def test_at_a_terminal_it_asks(backup, mongod, tmp_path, answer, name, said):
    users.update_one({}, {"$set": {"nombre": "Newer"}})
    names = {"PIALARA_DB_NAME": pialara.name, "MFLIX_DB_NAME": mflix.name}
    status, screen = at_terminal(
        *("restore", str(backup), "--drop"),
        env=environment(tmp_path, MONGODB_URI=mongod.uri, **names),
        dialogue=[("[y/N] ", f"{answer}\n")],
    )
    assert (status, users.find_one()["nombre"]) == (said, name), screen


# How


def test_restore_may_take_its_time(backup, commands):
    with commands() as seen:
        call_command("restore", backup, drop=True, yes=True)
    loading = [command for command in seen if command.name in ("insert", "createIndexes")]
    assert len(loading) > 2
    assert not any("maxTimeMS" in command.body for command in loading)


def test_large_documents_are_sent_a_few_at_a_time(tmp_path, commands):
    mflix.noise.insert_many({"noise": bytes(3 << 20)} for _ in range(4))
    call_command("backup", tmp_path)
    with commands() as seen:
        call_command("restore", tmp_path, drop=True, yes=True)
    noise = ("insert", f"{mongo.RESTORING}.noise")
    sent = [each for each in seen if (each.name, each.collection) == noise]
    assert len(sent) == 2


# What is none


def test_folder_that_holds_no_backup_is_a_sentence(refused, tmp_path):
    (tmp_path / "empty").mkdir()
    assert refused(tmp_path / "empty").endswith("/empty is no backup, and holds none.")


def test_folder_that_is_missing_is_a_sentence(refused, tmp_path):
    assert refused(tmp_path / "no").endswith("/no can't be read: No such file or directory.")


@pytest.mark.parametrize("name", ["users.bson.gz", "users.metadata.json.gz"])
def test_damaged_file_is_named_before_anything_changes(refused, backup, name):
    path = backup / pialara.name / name
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert refused(drop=True, yes=True) == f"{path} is damaged: it does not fit its checksum."


NOT_WHOLE = "SHA256SUMS does not list the files that are there: the backup is not whole."


def test_missing_file_is_noticed_before_anything_changes(refused, backup):
    (backup / mflix.name / "movies.bson.gz").unlink()
    assert refused(drop=True, yes=True).endswith(NOT_WHOLE)


@pytest.mark.parametrize(
    "damage",
    [
        lambda listed: listed[: listed.rstrip().rindex(b"\n") + 1],  # between two lines
        lambda listed: listed[:-90],
        lambda listed: listed + b"\n",
        lambda listed: listed + b"\xff\n",
    ],
    ids=["between lines", "within a line", "an empty line", "no text"],
)
def test_damaged_list_of_checksums_is_noticed(refused, backup, damage):
    sums = backup / "SHA256SUMS"
    sums.write_bytes(damage(sums.read_bytes()))
    assert refused(drop=True, yes=True).endswith(NOT_WHOLE)


@pytest.mark.parametrize("told", [{"version": 2}, {}, []], ids=str)
def test_manifest_of_another_version_is_a_sentence(refused, backup, told):
    manifest, sums = backup / backups.MANIFEST, backup / backups.SUMS
    before = hashlib.sha256(manifest.read_bytes()).hexdigest()
    manifest.write_text(json.dumps(told))
    now = hashlib.sha256(manifest.read_bytes()).hexdigest()
    sums.write_text(sums.read_text().replace(before, now))
    sentence = f"{manifest} does not say what this program expects."
    assert refused(drop=True, yes=True) == sentence


def test_file_that_may_not_be_read_is_a_sentence(refused, backup, monkeypatch):
    denied = PermissionError(13, "Permission denied", str(backup / backups.SUMS))
    monkeypatch.setattr(backups, "_sums", Mock(side_effect=denied))
    assert refused() == f"{backup / backups.SUMS} can't be read: Permission denied."


def test_file_that_is_not_packed_changes_nothing(refused, backup):
    (backup / pialara.name / "users.metadata.json.gz").write_text("{}")
    sealed_again(backup)
    assert "can't be read: Not a gzipped file" in refused(drop=True, yes=True)


def test_file_that_breaks_off_changes_nothing(refused, backup):
    path = backup / mflix.name / "movies.bson.gz"
    path.write_bytes(path.read_bytes()[:-9])
    sealed_again(backup)
    assert "movies.bson.gz: broken after document" in refused(drop=True, yes=True)


def test_documents_that_are_fewer_than_were_written_change_nothing(refused, backup):
    path = backup / pialara.name / "users.bson.gz"
    path.write_bytes((backup / pialara.name / "audit_log.bson.gz").read_bytes())
    sealed_again(backup)
    sentence = f"{pialara.name}.restoring.users holds 0 documents instead of 1."
    assert refused(drop=True, yes=True) == sentence


# Killed


@pytest.fixture
def killed_at(backup, mongod, tmp_path):
    """Restore in a process that is killed when it comes to this function."""

    def killed_at(moment, **options):
        options = options or {"drop": True, "yes": True}
        code = (
            "import os, signal\n"
            "from django.core.management import call_command\n"
            "from pialara_site import restores\n"
            f"{moment} = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)\n"
            f"call_command('restore', {str(backup)!r}, **{options!r})\n"
        )
        names = {"PIALARA_DB_NAME": pialara.name, "MFLIX_DB_NAME": mflix.name}
        ended = python(code, **environment(tmp_path, MONGODB_URI=mongod.uri, **names))
        assert ended.returncode == -signal.SIGKILL, ended.stderr

    return killed_at


@pytest.mark.parametrize("moment", ["restores.Collection.insert_many", "restores._metadata"])
def test_killed_while_it_loads_nothing_has_changed(backup, killed_at, moment):
    restored = contents()
    users.update_one({}, {"$set": {"nombre": "Newer"}})
    newer = contents()
    killed_at(moment)
    assert contents() == newer
    call_command("restore", backup, drop=True, yes=True)
    assert (contents(), staged()) == (restored, [])


@pytest.mark.parametrize("moment", ["restores._take_places", "restores.Collection.rename"])
def test_killed_while_collections_change_places_it_is_marked(backup, killed_at, moment):
    restored = contents()
    killed_at(moment)
    for command in ("ensure_schema", "backup"):
        with pytest.raises(ImproperlyConfigured, match=f"not finished.*{backup} --drop again"):
            call_command(command, *([backup.parent] if command == "backup" else []))
    call_command("restore", backup, drop=True, yes=True)
    assert (contents(), staged()) == (restored, [])


def test_view_that_is_still_missing_keeps_the_mark(backup):
    create = {"errorCode": INTERNAL_ERROR, "namespace": f"{mflix.name}.recent"}
    with failing("create", how=create), pytest.raises(OperationFailure):
        call_command("restore", backup, drop=True, yes=True)
    with pytest.raises(ImproperlyConfigured, match="not finished"):
        mongo.require_finished_restore()


def test_view_that_the_server_refuses_changes_nothing(backup):
    path = snapshots.metadata_file(backup, mflix.name, "recent")
    metadata = gzip.decompress(path.read_bytes()).replace(b"$match", b"$gone!")
    path.write_bytes(gzip.compress(metadata))
    sealed_again(backup)
    users.update_one({}, {"$set": {"nombre": "Newer"}})
    before = contents()
    with pytest.raises(OperationFailure, match=r"\$gone!"):
        call_command("restore", backup, drop=True, yes=True)
    assert (contents(), staged()) == (before, [])
    mongo.require_finished_restore()


def test_mark_names_the_backup_that_was_restored_last(tmp_path, backup, killed_at):
    pialara[mongo.RESTORING].insert_one({"backup": "/backups/older"})
    killed_at("restores._take_places")
    with pytest.raises(ImproperlyConfigured, match=f"restore {backup} --drop again"):
        mongo.require_finished_restore()


def test_restore_that_is_interrupted_leaves_nothing_it_has_loaded(backup, monkeypatch):
    before = contents()
    monkeypatch.setattr(restores, "_batches", Mock(side_effect=KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        call_command("restore", backup, drop=True, yes=True)
    assert (contents(), staged()) == (before, [])


def test_collection_takes_the_place_of_a_time_series(tmp_path):
    mflix.notes.insert_one({"_id": 1})
    call_command("backup", tmp_path)
    mflix.notes.drop()
    mflix.create_collection("notes", timeseries={"timeField": "at"})
    call_command("restore", tmp_path, drop=True, yes=True)
    assert list(mflix.notes.find()) == [{"_id": 1}]


def test_collection_takes_the_place_of_a_view(tmp_path):
    mflix.notes.insert_one({"_id": 1})
    call_command("backup", tmp_path)
    mflix.notes.drop()
    mflix.create_collection("notes", viewOn="movies", pipeline=[])
    call_command("restore", tmp_path, drop=True, yes=True)
    assert list(mflix.notes.find()) == [{"_id": 1}]
