"""`manage.py import_users`: files of mongoexport and mongodump."""

import gzip
import json

import bson
import pytest
from bson import ObjectId, json_util
from django.contrib.auth.hashers import make_password
from django.core.management import CommandError, call_command

from accounts.users import users
from tests.mothers import a_client

pytestmark = pytest.mark.usefixtures("english")

ANA = {
    "_id": ObjectId(),
    "nombre": "Ana",
    "email": "ana@example.org",
    "password": "sha256$salt$0123",
    "rol": "Técnico",
    "parent": None,
}
NED = {
    "_id": ObjectId(),
    "name": "Ned",
    "email": "ned@example.org",
    "password": "$2b$12$UREFwsRUoyF0CRqGNK0LzO0HM/jLhgUCNNIJ9RJAqMUQ74crlJ1Vu",
}
NOBODY = {"nombre": "Nobody", "email": "nobody", "password": "secret"}


def array(*docs) -> bytes:
    return json_util.dumps(docs).encode()


def lines(*docs) -> bytes:
    return b"".join(json_util.dumps(doc).encode() + b"\n" for doc in docs)


def dump(*docs) -> bytes:
    return b"".join(map(bson.encode, docs))


@pytest.fixture
def file(tmp_path):
    """Writes a file and returns its path."""

    def write(content: bytes, name="users.json"):
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    return write


def said_of(capsys, *paths) -> str:
    call_command("import_users", *map(str, paths))
    return capsys.readouterr().out.strip()


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (array, "users.json"),
        (lines, "users.json"),
        (lines, "users.jsonl"),
        (dump, "users.bson"),
        (lambda *docs: gzip.compress(array(*docs)), "users.json.gz"),
        (lambda *docs: gzip.compress(lines(*docs)), "users.jsonl.gz"),
        (lambda *docs: gzip.compress(dump(*docs)), "users.bson.gz"),
    ],
)
def test_file_of_each_kind_is_imported(capsys, file, written, name):
    path = file(written(ANA, NED), name)
    assert said_of(capsys, path) == "2 new, 0 changed, 0 same, 0 rejected"
    assert {doc["email"]: doc["rol"] for doc in users.find()} == {
        "ana@example.org": "Técnico",
        "ned@example.org": "Cliente",
    }


def test_command_counts_new_changed_and_same(capsys, file):
    a_client(email="ned@example.org")
    call_command("import_users", str(file(lines(ANA))))
    capsys.readouterr()
    new = {**ANA, "email": "eva@example.org"}
    assert said_of(capsys, file(lines(ANA, NED, new))) == "1 new, 1 changed, 1 same, 0 rejected"


def test_several_files_are_counted_together(capsys, file):
    one, two = file(lines(ANA), "one.json"), file(dump(NED), "two.bson")
    assert said_of(capsys, one, two) == "2 new, 0 changed, 0 same, 0 rejected"


def test_more_than_a_batch_is_imported(capsys, file):
    docs = [{**ANA, "email": f"ana{number}@example.org"} for number in range(1001)]
    assert said_of(capsys, file(dump(*docs), "users.bson")).startswith("1001 new")


def test_imported_user_logs_in_with_the_old_password(anonymous, file):
    password = make_password("a good password")
    call_command("import_users", str(file(lines({**ANA, "password": password}))))
    anonymous.post("/login/", {"email": "ana@example.org", "password": "a good password"})
    assert anonymous.get("/clients/").status_code == 200


# Rejected documents


def rejects_of(path) -> str:
    return path.with_name(f"{path.name}.rejected.jsonl").read_text()


def test_rejected_documents_are_kept_with_their_reasons(capsys, file):
    path = file(lines(ANA, NOBODY))
    with pytest.raises(CommandError, match=r"rejected\.jsonl"):
        call_command("import_users", str(path))
    kept = json_util.loads(rejects_of(path))
    assert kept == {"reason": "its email is missing or malformed", "document": NOBODY}
    assert "1 new, 0 changed, 0 same, 1 rejected" in capsys.readouterr().out


def test_only_files_with_rejected_documents_are_named(file, tmp_path):
    good, bad = file(lines(ANA), "good.json"), file(lines(NOBODY), "bad.json")
    with pytest.raises(CommandError) as failure:
        call_command("import_users", str(good), str(bad))
    kept = tmp_path / "bad.json.rejected.jsonl"
    assert str(failure.value) == f"The rejected documents are in {kept}, with reasons."


def test_rejected_documents_can_be_imported_once_they_are_mended(file):
    path = file(lines({**NED, "password": None}))
    with pytest.raises(CommandError):
        call_command("import_users", str(path))
    kept = json_util.loads(rejects_of(path))["document"]
    call_command("import_users", str(file(lines({**kept, "password": NED["password"]}))))
    assert users.count_documents({"email": "ned@example.org"}) == 1


def test_rejects_of_an_earlier_time_are_gone(file):
    path = file(lines(NOBODY))
    for _time in range(2):
        with pytest.raises(CommandError):
            call_command("import_users", str(path))
    assert rejects_of(path).count("\n") == 1


def test_file_without_rejects_leaves_no_file_of_them(file, tmp_path):
    call_command("import_users", str(file(lines(ANA))))
    assert [path.name for path in tmp_path.iterdir()] == ["users.json"]


def test_half_a_character_is_rejected_not_a_crash(file):
    path = file(json.dumps({**NOBODY, "nombre": "\ud800", "email": "a@example.org"}).encode())
    with pytest.raises(CommandError, match=r"rejected"):
        call_command("import_users", str(path))


# Broken files


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (lines(ANA) + b'{"nombre": "Ned", "ema', "users.json"),
        (array(ANA, NED)[:-1], "users.json"),
        (dump(ANA, NED)[:-1], "users.bson"),
        (gzip.compress(lines(ANA, NED))[:-9], "users.json.gz"),
        (lines(ANA) + b"5\n", "users.json"),
    ],
)
def test_broken_file_changes_nothing(file, content, name):
    path = file(content, name)
    with pytest.raises(CommandError, match=r"^[^\n]*Nothing was imported\.$"):
        call_command("import_users", str(path))
    assert users.count_documents({}) == 0


def test_second_file_that_is_broken_keeps_the_first_one_out(file, tmp_path):
    good = file(lines(ANA), "good.json")
    with pytest.raises(CommandError, match=r"missing\.json"):
        call_command("import_users", str(good), str(tmp_path / "missing.json"))
    assert users.count_documents({}) == 0


def test_rejects_that_cannot_be_written_are_a_sentence(tmp_path):
    path = tmp_path / "users.json"
    path.write_text('[{"nombre": "Ana"}]')
    (tmp_path / "users.json.rejected.jsonl").mkdir()
    with pytest.raises(CommandError, match="can't be written"):
        call_command("import_users", str(path))
