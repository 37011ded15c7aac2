"""Files of documents: what is read, and where it stops making sense."""

import gzip
import json
import os
import struct
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import bson
import pytest
from bson import DatetimeMS, Decimal128, Int64, ObjectId, json_util

from pialara_site import dumps
from pialara_site.dumps import BrokenFile, documents, packed

pytestmark = pytest.mark.usefixtures("english")

RICH = {
    "_id": ObjectId("65a1b2c3d4e5f60718293a4b"),
    "nombre": "José “Pepe”, [Ñ] {😀}",
    "fecha_nacimiento": datetime(1950, 2, 3, tzinfo=UTC),
    "accesos": 7,
    "large": Int64(2**40),
    "ratio": 0.5,
    "price": Decimal128("1.10"),
    "photo": b"\x00\xff",
    "contactos": [{"nombre": "Eva", "principal": True}, {}],
    "parent": None,
}


@pytest.fixture
def read(tmp_path):
    """The documents of a file with this content."""

    def read(content: bytes, name="file.json") -> list:
        (tmp_path / name).write_bytes(content)
        return list(documents(tmp_path / name))

    return read


@pytest.fixture
def breaks(read):
    """How many documents of a file could be read before it broke."""

    def breaks(content: bytes, name="file.json") -> int:
        with pytest.raises(BrokenFile) as failure:
            read(content, name)
        return int(str(failure.value).partition("after document ")[2].rstrip(".").split()[0])

    return breaks


# What is read


@pytest.mark.parametrize(
    "options",
    [
        json_util.RELAXED_JSON_OPTIONS,
        json_util.CANONICAL_JSON_OPTIONS,
        json_util.LEGACY_JSON_OPTIONS,
    ],
    ids=["relaxed", "canonical", "legacy"],
)
def test_extended_json_of_each_version_is_read(read, options):
    assert read(json_util.dumps(RICH, json_options=options).encode()) == [RICH]


def test_bson_is_read(read):
    assert read(bson.encode(RICH) * 2, "users.bson") == [RICH, RICH]


def test_dates_are_aware_in_utc(read):
    for name, content in (
        ("a.bson", bson.encode(RICH)),
        ("a.json", json_util.dumps(RICH).encode()),
    ):
        assert read(content, name)[0]["fecha_nacimiento"].utcoffset().total_seconds() == 0


@pytest.mark.parametrize(
    "date",
    [
        '"1950-02-03T00:00:00Z"',
        '"1950-02-03T00:00:00.000Z"',
        '"1950-02-03T01:00:00.000+0100"',
        "-628300800000",
        '{"$numberLong": "-628300800000"}',
    ],
)
def test_date_is_read_however_it_is_written(read, date):
    assert read(b'{"a": {"$date": %s}}' % date.encode()) == [{"a": RICH["fecha_nacimiento"]}]


@pytest.mark.parametrize("date", [999999999999999, -999999999999999])
def test_date_beyond_those_of_python_is_kept(read, date):
    for written in (b"%d", b'{"$numberLong": "%d"}'):
        assert read(b'{"a": {"$date": %s}}' % (written % date)) == [{"a": DatetimeMS(date)}]


@pytest.mark.parametrize("doc", [{"$set": 1}, {"a": 1, "$oid": "x"}, {"a": {"$gt": 5}}])
def test_field_with_a_dollar_is_a_field(read, doc):
    assert read(json.dumps(doc).encode()) == [doc]


@pytest.mark.parametrize(
    "content",
    [
        b'[{"a": 1}, {"a": 2}]',
        b'[\n{"a": 1},\n{"a": 2}\n]\n',
        b'{"a": 1}\n{"a": 2}\n',
        b'{"a": 1}\r\n{"a": 2}',
        b'\xef\xbb\xbf{"a": 1}\n\n{"a": 2}',
        b'{\n  "a": 1\n}\n{\n  "a": 2\n}',
    ],
)
def test_array_and_lines_are_read_however_they_are_spaced(read, content):
    assert read(content) == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize("content", [b"", b"\n", b"[]", b" [ ] "])
def test_file_without_documents_is_empty(read, content):
    assert read(content) == []


@pytest.mark.parametrize("name", ["a.json", "a.json.gz", "a.jsonl", "whatever"])
def test_gzip_is_known_by_its_content_not_its_name(read, name):
    assert read(gzip.compress(b'{"a": 1}'), name) == [{"a": 1}]


@pytest.mark.parametrize("name", ["a.bson", "a.bson.gz"])
def test_zipped_bson_is_known_by_its_name(read, name):
    assert read(gzip.compress(bson.encode({"a": 1})), name) == [{"a": 1}]


def test_documents_larger_than_a_piece_are_read(read, monkeypatch):
    monkeypatch.setattr(dumps, "CHUNK", 7)
    docs = [{"nombre": "José " * 40, "n": number} for number in range(5)]
    assert read(json.dumps(docs).encode()) == docs


def test_document_is_read_wherever_a_piece_ends(read, monkeypatch):
    content = b'{"films": [\n{}], "face": "\\ud83d\\ude00", "least": -Infinity, "seen": false}'
    for chunk in range(1, len(content)):
        monkeypatch.setattr(dumps, "CHUNK", chunk)
        assert read(content) == [json.loads(content)]


def test_document_is_there_before_the_rest_is_read(tmp_path):
    path = tmp_path / "file.json"
    path.write_bytes(b'{"a": 1}\n' * 200_000 + b"broken")
    reading = documents(path)
    assert next(reading) == {"a": 1}
    reading.close()


# Where it stops


@pytest.mark.parametrize(
    ("content", "sound"),
    [
        (b'{"a": 1}\n{"a": ', 1),
        (b'[{"a": 1}, {"a": 2}', 2),
        (b'[{"a": 1},', 1),
        (b'{"a": 1}]', 1),
        (b"nombre;email\nAna;ana@example.org\n", 0),
        (b'{"a": 1} <html>', 1),
        (b'{"a": 1}\n5\n', 1),
        (b'["text"]', 0),
        (b'{"$oid": "65a1b2c3d4e5f60718293a4b"}', 0),
        (b'{"a": {"$oid": "zz"}}', 0),
        (b'{"a": {"$date": "yesterday"}}', 0),
        (b'{"a": {"$date": {"$numberLong": "9999999999999999999999"}}}', 0),
        (b'{"a": {"$numberDecimal": "x"}}', 0),
        (b'{"a": {"$binary": "x"}}', 0),
        (b'{"a": 1}\xff\xfe', 0),
        (b'{"a":' * 100_000, 0),
    ],
    ids=lambda value: str(value)[:40],
)
def test_broken_json_says_after_which_document(breaks, content, sound):
    assert breaks(content) == sound


@pytest.mark.parametrize(
    ("content", "sound"),
    [
        (bson.encode(RICH) * 2 + b"\x05", 2),
        (bson.encode(RICH)[:-1], 0),
        (bson.encode({"a": 1}) + struct.pack("<i", 1), 1),
        (bson.encode({"a": 1}) + struct.pack("<i", 2**30), 1),
        (b"no bson at all", 0),
    ],
    ids=["cut length", "cut document", "no length", "giant", "text"],
)
def test_broken_bson_says_after_which_document(breaks, content, sound):
    assert breaks(content, "users.bson") == sound


@pytest.mark.parametrize("cut", [-1, -9, 12])
def test_broken_gzip_is_broken(breaks, cut):
    content = gzip.compress(b"".join(b'{"a": %d}\n' % number for number in range(100)))
    assert breaks(content[:cut]) <= 100


@pytest.mark.parametrize("error", [PermissionError, IsADirectoryError])
def test_file_that_can_not_be_read_is_not_called_damaged(tmp_path, monkeypatch, error):
    def refuse(*_, **options):
        raise error(1, "Not for you")

    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(BrokenFile, match=r"users.json can't be read: Not for you\.$"):
        list(documents(tmp_path / "users.json"))


def test_damaged_gzip_is_broken(breaks):
    content = bytearray(gzip.compress(b'{"a": 1}\n'))
    content[12] ^= 0xFF
    assert breaks(bytes(content)) == 0


def test_missing_file_is_named(tmp_path):
    with pytest.raises(BrokenFile, match=r"users\.json: there is no such file\.$"):
        list(documents(tmp_path / "users.json"))


def test_folder_is_no_file(tmp_path):
    with pytest.raises(BrokenFile, match=r"can't be read: Is a directory\.$"):
        list(documents(tmp_path))


def test_bson_that_does_not_end_with_a_zero_is_broken(tmp_path):
    (tmp_path / "a.bson").write_bytes(bson.encode({"a": 1})[:-1] + b"\x01")
    for reading in (packed, dumps.stored):
        with pytest.raises(BrokenFile, match="broken after document 0"):
            list(reading(tmp_path / "a.bson"))


# What is read for a database


@pytest.fixture
def packs(tmp_path):
    """What packed() makes of a file: documents, and the reasons for what is none."""

    def packs(content: bytes, name="file.json") -> list:
        (tmp_path / name).write_bytes(content)
        found = list(packed(tmp_path / name))
        return [getattr(each, "reason", None) or bson.decode(each.raw) for each in found]

    return packs


def test_bson_is_packed_as_it_is(tmp_path):
    (tmp_path / "a.bson").write_bytes(bson.encode(RICH) * 2)
    assert [each.raw for each in packed(tmp_path / "a.bson")] == [bson.encode(RICH)] * 2


def test_json_is_packed_as_bson(tmp_path):
    (tmp_path / "a.json").write_text(json_util.dumps(RICH))
    assert [each.raw for each in packed(tmp_path / "a.json")] == [bson.encode(RICH)]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (b'{"a": ', "not JSON"),
        (b'{"a": "unfinished', "not JSON"),
        (b"nombre;email\nAna;ana@example.org", "not JSON"),
        (b'{"a": {"$oid": "zz"}}', "not extended JSON"),
        (b'{"a": {"$date": "yesterdayZ"}}', "not extended JSON"),
        (b"5", "not a document"),
        (b'{"a": 100000000000000000000}', "can't store"),
        (b'{"a": "\\ud800"}', "can't store"),
    ],
)
def test_lines_go_on_after_a_broken_one(packs, monkeypatch, broken, reason):
    for chunk in (5, 1 << 20):
        monkeypatch.setattr(dumps, "CHUNK", chunk)
        found = packs(b'{"n": 1}\n' + broken + b'\n{"n": 2}\n')
        assert (found[0], found[2:]) == ({"n": 1}, [{"n": 2}])
        assert reason in found[1]


def test_broken_line_is_told_as_it_is(tmp_path):
    (tmp_path / "a.json").write_text('{"a": \n{"a": 1}\n')
    assert next(packed(tmp_path / "a.json")).found == '{"a": '


def test_indented_array_goes_on_after_a_broken_document(packs):
    found = packs(b'[{\n\t"n": 1\n},\n{\n\t"n": ,\n\t"b": {}\n},\n{\n\t"n": 2\n}]\n')
    assert (found[0], found[2:]) == ({"n": 1}, [{"n": 2}])


def test_broken_bson_inside_a_document_leaves_the_others(packs):
    bad = bson.encode({"a": "abc"}).replace(b"abc", b"\xff\xfe\xfd")
    found = packs(bson.encode({"n": 1}) + bad + bson.encode({"n": 2}), "a.bson")
    assert (found[0], found[2]) == ({"n": 1}, {"n": 2})


def test_text_in_which_no_document_ends_is_not_read_to_its_end(tmp_path, monkeypatch):
    monkeypatch.setattr(dumps, "TOO_LONG", 100)
    monkeypatch.setattr(dumps, "CHUNK", 50)
    path = tmp_path / "a.json"
    path.write_text('{"a": "' + "x" * 100_000)
    seen, places = [], []

    def watch(file):
        seen.append(file)
        places.append(os.dup(file.fileno()))  # it has the same place in the file
        return file

    with pytest.raises(BrokenFile):
        list(packed(path, watch))
    assert seen[0].closed
    assert os.lseek(places[0], 0, os.SEEK_CUR) < 50_000
    os.close(places[0])


def test_pipe_is_read_like_a_file(tmp_path):
    path = tmp_path / "a.json"
    os.mkfifo(path)
    with ThreadPoolExecutor(1) as other:
        other.submit(path.write_text, '{"a": 1}')
        assert list(documents(path)) == [{"a": 1}]
