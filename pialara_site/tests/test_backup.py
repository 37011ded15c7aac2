"""`manage.py backup`: what it writes, and that it writes all of it or nothing."""

import gzip
import json
import os
import resource
import shutil
import stat
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from bson import json_util
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from pymongo.errors import OperationFailure

from accounts.users import users
from mflix import comments
from mflix.tests.mothers import a_comment, a_movie, an_attachment
from pialara_site import backups, schema, snapshots
from pialara_site.dumps import stored
from pialara_site.mongo import RESTORING, mflix, pialara, transaction
from tests.fail_points import failing
from tests.mothers import a_client

from .dumping import add_odd_documents, contents
from .processes import environment
from .test_mongo import python

pytestmark = pytest.mark.usefixtures("english")

WITHOUT_OURS = {each.name for each, _module in schema.COLLECTIONS}


@pytest.fixture(autouse=True)
def _nothing_of_ours_stays():
    yield
    for each in snapshots.collections_of(mflix):
        if each["name"] not in WITHOUT_OURS:
            mflix.drop_collection(each["name"])


@pytest.fixture
def back_up(tmp_path):
    """Make a backup and return its folder."""

    def back_up(**options) -> Path:
        call_command("backup", tmp_path / "backups", **options)
        return backups.all_in(tmp_path / "backups")[-1]

    return back_up


@pytest.fixture
def refused(back_up):
    """The sentence with which the command ends."""

    def refused(**options) -> str:
        with pytest.raises(CommandError) as failure:
            back_up(**options)
        return str(failure.value)

    return refused


def metadata_of(backup: Path, collection) -> dict:
    path = snapshots.metadata_file(backup, collection.database.name, collection.name)
    return json_util.loads(gzip.decompress(path.read_bytes()))


def documents_of(backup: Path, collection) -> list[bytes]:
    path = snapshots.documents_file(backup, collection.database.name, collection.name)
    return [bytes(doc.raw) for doc in stored(path)]


# What it holds


def test_documents_are_kept_byte_for_byte(back_up):
    a_client()
    an_attachment(a_comment(a_movie()))
    add_odd_documents()
    backup = back_up()
    for (place, name), (documents, _options, _indexes) in contents().items():
        collection = (pialara, mflix)[place][name]
        assert sorted(documents_of(backup, collection)) == documents


def test_every_collection_has_its_two_files_as_mongodump_names_them(back_up):
    for name in ("a/b: %c", "a&b+c=d@e"):
        mflix[name].insert_one({})
    files = {path.name for path in (back_up() / mflix.name).iterdir()}
    assert {"movies.bson.gz", "movies.metadata.json.gz"} <= files
    assert {"attachments.files.bson.gz", "attachments.chunks.bson.gz"} <= files
    assert {"a%2Fb%3A%20%25c.bson.gz", "a%2Fb%3A%20%25c.metadata.json.gz"} <= files
    assert {"a&b+c=d@e.bson.gz", "a&b+c=d@e.metadata.json.gz"} <= files


def test_metadata_are_those_that_mongodump_writes(back_up):
    metadata = metadata_of(back_up(), users)
    listed = next(iter(pialara.list_collections(filter={"name": "users"})))
    assert metadata == {
        "options": users.options(),
        "indexes": list(users.list_indexes()),
        "uuid": listed["info"]["uuid"].hex(),
        "collectionName": "users",
        "type": "collection",
    }


def test_numbers_of_the_metadata_keep_their_types(back_up):
    path = snapshots.metadata_file(back_up(), pialara.name, "sessions")
    expiry = json.loads(gzip.decompress(path.read_bytes()))["indexes"]
    assert {"$numberInt": "0"} in [each.get("expireAfterSeconds") for each in expiry]


def test_manifest_counts_the_documents(back_up, capsys):
    a_client()
    manifest = backups.verified(back_up(), lambda size: None)
    assert {name: n for name, n in manifest.documents.items() if n} == {users.full_name: 1}
    assert "holds 1 document." in capsys.readouterr().out


def test_view_is_kept_by_its_definition(back_up):
    mflix.create_collection("recent", viewOn="movies", pipeline=[{"$match": {"year": 2026}}])
    backup = back_up()
    assert metadata_of(backup, mflix.recent)["options"]["viewOn"] == "movies"
    assert not snapshots.documents_file(backup, mflix.name, "recent").exists()


@pytest.mark.parametrize("name", ["systems", "restoring_notes"])
def test_collection_that_is_only_named_alike_is_kept(back_up, name):
    mflix[name].insert_one({"_id": 1})
    assert len(documents_of(back_up(), mflix[name])) == 1


# One moment


def test_manifest_tells_the_moment_in_utc(back_up):
    before = datetime.now(UTC).replace(microsecond=0)  # the server counts in seconds
    manifest = backups.verified(back_up(), lambda size: None)
    moment = datetime.fromisoformat(manifest.at)
    assert before <= moment <= datetime.now(UTC)
    assert moment.utcoffset().total_seconds() == 0


def test_all_of_it_shows_the_same_moment(tmp_path):
    """Somebody writes to both databases, in one transaction, after the first bytes were read."""
    user, comment = a_client(), a_comment(a_movie(), text="before")
    read = []

    def write(session):
        users.update_one({"_id": user.pk}, {"$set": {"nombre": "after"}}, session=session)
        change = {"$set": {"text": "after"}}
        comments.comments.update_one({"_id": comment["_id"]}, change, session=session)

    def advance(size):
        if not read:
            transaction(write)
        read.append(size)

    before = contents()
    snapshots.write(tmp_path, advance)
    assert documents_of(tmp_path, comments.comments) == before[1, "comments"][0]
    assert contents()[1, "comments"][0] != before[1, "comments"][0]
    assert documents_of(tmp_path, users) == before[0, "users"][0]


def test_moment_that_the_server_has_forgotten_is_a_sentence(refused, monkeypatch):
    def forgotten(*_arguments):
        raise OperationFailure("Read timestamp is older than the oldest available timestamp.", 239)

    monkeypatch.setattr(snapshots, "_write", forgotten)
    assert "minSnapshotHistoryWindowInSeconds" in refused()


def test_collection_that_shows_no_moment_is_a_sentence(refused):
    mflix.create_collection("capped", capped=True, size=4096)
    assert "capped collections" in refused()


INTERNAL_ERROR = 1


def test_any_other_failure_makes_no_backup(back_up, tmp_path):
    a_client()
    with (
        failing("find", how={"errorCode": INTERNAL_ERROR}, mode={"skip": 2}),
        pytest.raises(OperationFailure),
    ):
        back_up()
    assert list((tmp_path / "backups").iterdir()) == []


def test_backup_may_take_its_time(back_up, commands):
    a_client()
    with commands() as seen:
        back_up()
    assert {"find", "dbStats", "listIndexes"} <= {command.name for command in seen}
    read = [command for command in seen if command.name in ("find", "dbStats", "listIndexes")]
    assert not any("maxTimeMS" in each.body for each in read if each.collection != RESTORING)


def test_time_series_is_a_sentence(refused):
    mflix.create_collection("series", timeseries={"timeField": "at"})
    sentence = refused()
    mflix.drop_collection("series")
    assert sentence == f"{mflix.name}.series is a time series, which a backup can't hold."


def test_half_restored_database_is_not_backed_up(back_up):
    pialara.restoring.insert_one({"backup": "/backups/one"})
    with pytest.raises(ImproperlyConfigured, match="restore /backups/one --drop"):
        back_up()
    pialara.drop_collection("restoring")


# On the disk


def test_only_its_owner_reads_it(back_up):
    backup = back_up()
    modes = {(path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in backup.rglob("*")}
    assert modes == {(True, 0o700), (False, 0o600)}
    assert stat.S_IMODE(backup.parent.stat().st_mode) == 0o700


def test_only_its_owner_reads_it_in_a_folder_that_others_see(tmp_path, back_up):
    (tmp_path / "backups").mkdir(mode=0o755)
    assert stat.S_IMODE(back_up().stat().st_mode) == 0o700


def test_folder_is_made_with_those_above_it(tmp_path):
    call_command("backup", tmp_path / "srv" / "pialara" / "backups")
    assert len(backups.all_in(tmp_path / "srv" / "pialara" / "backups")) == 1


def test_checksums_are_those_that_sha256sum_reads(back_up):
    backup = back_up()
    check = ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"]
    assert subprocess.run(check, cwd=backup, check=False).returncode == 0
    named = {line.split("  ")[1] for line in (backup / "SHA256SUMS").read_text().splitlines()}
    files = {str(each.relative_to(backup)) for each in backup.rglob("*") if each.is_file()}
    assert files - named == {"SHA256SUMS"}


def test_its_name_is_when_it_was_made(back_up):
    made = datetime.strptime(back_up().name, "%Y-%m-%dT%H-%M-%S.%fZ").replace(tzinfo=UTC)
    assert abs((datetime.now(UTC) - made).total_seconds()) < 60


def test_full_disk_is_a_sentence_and_leaves_nothing(refused, tmp_path):
    mflix.noise.insert_one({"noise": bytes(range(256)) * 4096})
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        sentence = refused()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert sentence == f"{tmp_path}/backups can't be written: File too large."
    assert list((tmp_path / "backups").iterdir()) == []


def test_folder_that_cannot_be_made_is_a_sentence(refused, tmp_path):
    (tmp_path / "backups").touch()
    assert refused() == f"{tmp_path}/backups can't be written: File exists."


def test_two_at_once_do_not_meet(back_up, refused, tmp_path):
    back_up()
    with backups._alone(tmp_path / "backups"):
        assert refused().startswith("Another backup is being written to ")


@pytest.mark.parametrize(
    "moment",
    [
        "snapshots._write_metadata",
        "snapshots._documents_in",
        "backups._seal",
        "backups.Path.rename",
    ],
)
def test_killed_one_leaves_the_last_good_one_and_the_next_one_tidies_up(
    back_up, mongod, tmp_path, moment
):
    a_client()
    good = back_up()
    code = (
        "import os, signal\n"
        "from django.core.management import call_command\n"
        "from pialara_site import backups, snapshots\n"
        f"{moment} = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"call_command('backup', {str(good.parent)!r}, keep=1)\n"
    )
    names = {"PIALARA_DB_NAME": pialara.name, "MFLIX_DB_NAME": mflix.name}
    killed = python(code, **environment(tmp_path, MONGODB_URI=mongod.uri, **names))
    assert killed.returncode == -9, killed.stderr
    assert backups.chosen(good.parent) == good
    backups.verified(good, lambda size: None)
    assert len(list(good.parent.iterdir())) == 2
    newer = back_up()
    assert sorted(good.parent.iterdir()) == [good, newer]


# How many are kept


def test_all_are_kept_unless_asked(back_up):
    assert [back_up().parent for _ in range(3)] == [back_up().parent] * 3
    assert len(backups.all_in(back_up().parent)) == 5


def test_newest_ones_are_kept(back_up, capsys):
    oldest, older, old = (back_up() for _ in range(3))
    newest = back_up(keep=2)
    assert backups.all_in(newest.parent) == [old, newest]
    assert f"{oldest} is removed.\n{older} is removed.\n" in capsys.readouterr().out


def test_what_is_no_backup_is_never_removed(back_up):
    folder = back_up().parent
    (folder / "2020-01-01T00-00-00.000Z").mkdir()  # it has no checksums
    (folder / "2020-01-01T00-00-00.000Z.tar").touch()
    shutil.copytree(back_up(), folder / "before-the-move")
    shutil.copytree(back_up(), folder / "2020-01-01T00-00-00.000Z-before-the-move")
    back_up(keep=1)
    assert len(list(folder.iterdir())) == 5


def test_backup_that_fails_removes_no_other(back_up, refused):
    first, second = back_up(), back_up()
    mflix.create_collection("capped", capped=True, size=4096)
    refused(keep=1)
    assert backups.all_in(first.parent) == [first, second]


def test_killed_while_it_removes_leaves_no_half_backup(back_up, monkeypatch):
    first, second = back_up(), back_up()
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", lambda path: None)
        backups.prune(first.parent, 1)
    assert backups.all_in(first.parent) == [second]
    third = back_up()
    assert sorted(first.parent.iterdir()) == [second, third]


def test_keeping_none_is_refused(refused):
    assert refused(keep=0) == "--keep has to be 1 or more."


def test_unfinished_folder_of_somebody_else_stays(back_up, tmp_path):
    others = tmp_path / "backups" / ".photos.partial"
    others.mkdir(parents=True)
    back_up()
    assert others.is_dir()


def test_nothing_is_removed_while_another_writes(back_up, tmp_path):
    for _ in range(2):
        back_up()
    folder = tmp_path / "backups"
    with backups._alone(folder), pytest.raises(backups.Busy):
        backups.prune(folder, 1)
    assert len(backups.all_in(folder)) == 2


def test_all_of_it_and_its_names_are_on_the_disk(back_up, monkeypatch):
    synced, fsync = set(), os.fsync

    def watched(handle):
        synced.add(Path(os.readlink(f"/proc/self/fd/{handle}")).name)
        fsync(handle)

    monkeypatch.setattr(backups.os, "fsync", watched)
    backup = back_up()
    names = {each.name for each in backup.rglob("*")}
    assert names | {f".{backup.name}.partial", "backups"} <= synced
