"""Files of documents as mongoexport and mongodump write them.

JSON arrays, JSON lines and BSON, gzip or not, extended JSON of both versions. Files are read as
they are consumed, so memory stays flat.
"""

import gzip
import io
import json
import os
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import bson
from bson import json_util
from bson.codec_options import CodecOptions, DatetimeConversion
from bson.errors import BSONError, InvalidBSON
from bson.json_util import JSONOptions
from bson.raw_bson import DEFAULT_RAW_BSON_OPTIONS, RawBSONDocument
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

CHUNK = 1 << 20
LARGEST = 16 << 20  # bytes of a document, which is MongoDB's limit
# Characters in which no document ended; MongoDB takes none that is as long as that.
TOO_LONG = 2 * LARGEST

# Dates that Python has no datetime for are kept as they are.
_DATES = {
    "tz_aware": True,
    "tzinfo": UTC,
    "datetime_conversion": DatetimeConversion.DATETIME_AUTO,
}
_BSON = CodecOptions(**_DATES)
RAW = DEFAULT_RAW_BSON_OPTIONS.with_options(**_DATES)
_JSON = JSONOptions(**_DATES)
# Whether a document can be read shows without the zone of its dates, which takes time.
_SOUND = CodecOptions(datetime_conversion=DatetimeConversion.DATETIME_AUTO)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECONDS = 6 * 10**13  # about 1,900 years: from 1970 they lead to a date that Python knows
_GZIP_MAGIC = b"\x1f\x8b"
_BETWEEN = re.compile(r"[\s,\[\]]*")  # what stands between the documents of a JSON file
_LONGEST_TOKEN = 16  # characters that make sense only as a whole: -Infinity, two of \ud83d


# What reading such files raises: also numbers out of range, and objects in objects without end.
BROKEN = (
    ArithmeticError,
    BSONError,
    EOFError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
    zlib.error,
)


class BrokenFile(Exception):
    """The file can't be read to its end; the text is a sentence."""


class Unreadable(NamedTuple):
    """What stands in a file where a document should, and why it is none."""

    found: Any
    reason: str


def documents(path: Path) -> Iterator[dict]:
    """The documents of the file. Raises BrokenFile where it stops making sense."""
    for number, found in enumerate(_read(path)):
        try:
            doc = bson.decode(found, _BSON) if isinstance(found, bytes) else found
        except BROKEN as error:
            raise _broken(path, number) from error
        if not isinstance(doc, dict):
            sentence = _("%(file)s: after document %(n)d comes no document.")
            raise BrokenFile(sentence % {"file": path, "n": number})
        yield doc


def packed(
    path: Path, watch: Callable[[BinaryIO], BinaryIO] | None = None
) -> Iterator[RawBSONDocument | Unreadable]:
    """The documents of the file, ready to be sent as they are, for many of them.

    What is no document comes as Unreadable, and the file goes on behind it. `watch` may wrap the
    file as it lies on the disk, to see how far it has been read. Raises BrokenFile where nobody can
    tell what belongs together.
    """
    return map(_packed, _read(path, watch))


def stored(
    path: Path, watch: Callable[[BinaryIO], BinaryIO] | None = None
) -> Iterator[RawBSONDocument]:
    """The documents of a BSON file, byte for byte, also those that nobody can read.

    Raises BrokenFile where the file is cut off or damaged.
    """
    return (RawBSONDocument(found, RAW) for found in _read(path, watch))


def plain_name(path: Path) -> str:
    """The file's name without the ending of compression."""
    return path.name.removesuffix(".gz")


def rejects(path: Path) -> Path:
    """Where the documents of the file go that can't be imported."""
    return path.with_name(f"{path.name}.rejected.jsonl")


def keep_rejected(path: Path, rejected: list[tuple[Any, str]]):
    """Add documents, each with its reason, to the file's rejects(), which only its owner reads."""
    if rejected:
        with open(rejects(path), "a", opener=private) as file:
            for doc, reason in rejected:
                whole = bson.decode(doc.raw, _BSON) if isinstance(doc, RawBSONDocument) else doc
                file.write(json_util.dumps({"reason": reason, "document": whole}) + "\n")


def in_words(counts: Mapping[str, int]) -> str:
    """What became of the documents: how many were new, changed, the same, and rejected."""
    told = (
        ngettext("%(n)d new", "%(n)d new", counts["new"]) % {"n": counts["new"]},
        ngettext("%(n)d changed", "%(n)d changed", counts["changed"]) % {"n": counts["changed"]},
        ngettext("%(n)d same", "%(n)d same", counts["same"]) % {"n": counts["same"]},
        ngettext("%(n)d rejected", "%(n)d rejected", counts["rejected"])
        % {"n": counts["rejected"]},
    )
    return ", ".join(told)


def private(path, flags) -> int:
    """An opener for files that only their owner may read."""
    return os.open(path, flags, mode=0o600)


def _read(path: Path, watch=None) -> Iterator[Any]:
    """What stands in the file: the bytes of documents, or values of JSON. Raises BrokenFile."""
    number = 0
    try:
        with _opened(path, watch) as file:
            is_bson = plain_name(path).endswith(".bson")
            for found in _bson_documents(file) if is_bson else _json_documents(file):
                yield found
                number += 1
    except FileNotFoundError as error:
        raise BrokenFile(_("%(file)s: there is no such file.") % {"file": path}) from error
    except (PermissionError, IsADirectoryError) as error:
        told = {"file": path, "reason": error.strerror}
        raise BrokenFile(_("%(file)s can't be read: %(reason)s.") % told) from error
    except BROKEN as error:
        raise _broken(path, number) from error


def _broken(path: Path, number: int) -> BrokenFile:
    return BrokenFile(_("%(file)s: broken after document %(n)d.") % {"file": path, "n": number})


@contextmanager
def _opened(path: Path, watch):
    with open(path, "rb", buffering=0) as plain:
        file = io.BufferedReader(watch(plain) if watch else plain, CHUNK)
        if not file.peek(2).startswith(_GZIP_MAGIC):
            yield file
            return
        with gzip.open(file) as unzipped:
            yield unzipped


def _packed(found: Any) -> RawBSONDocument | Unreadable:
    if isinstance(found, Unreadable):
        return found
    try:
        if isinstance(found, bytes):
            bson.decode(found, _SOUND)  # MongoDB stores broken texts, and nobody can read them
            doc = RawBSONDocument(found, RAW)
        elif isinstance(found, dict):
            doc = RawBSONDocument(bson.encode(found), RAW)
        else:
            return Unreadable(found, _("it is not a document"))
    except BROKEN as error:
        return Unreadable(found, _("MongoDB can't store it: %(reason)s") % {"reason": error})
    if len(doc.raw) > LARGEST:
        return Unreadable(doc, _("it is larger than 16 MB"))
    return doc


def _bson_documents(file: BinaryIO) -> Iterator[bytes]:
    """Each begins with its length and ends with a zero byte."""
    while head := file.read(4):
        size = int.from_bytes(head, "little")
        if size > TOO_LONG:
            raise InvalidBSON("no document is as large as that")
        doc = head + file.read(max(0, size - 4))
        if not 5 <= len(doc) == size or doc[-1]:
            raise InvalidBSON("the document is cut off")
        yield doc


def _json_documents(file: BinaryIO) -> Iterator[Any]:
    """The values of an array, of lines, or of anything alike."""
    text, place, open_arrays, ended = "", 0, 0, False
    with io.TextIOWrapper(file, "utf-8-sig") as reader:
        while True:
            between = _BETWEEN.match(text, place)
            open_arrays += between[0].count("[") - between[0].count("]")
            place = between.end()
            try:
                value, place = _decoded(text, place)
            except json.JSONDecodeError as error:
                cut_off = _is_cut_off(error)
                following = -1 if cut_off and not ended else text.find("\n{", place)
                if following >= 0:
                    reason = _("it is not JSON: %(reason)s") % {"reason": error.msg}
                    value, place = Unreadable(text[place:following], reason), following
                elif ended and place == len(text) and not open_arrays:
                    return
                elif ended or len(text) - place > TOO_LONG:
                    raise
                else:
                    # More each time, or a long document would be parsed for every small piece.
                    more = reader.read(min(max(CHUNK, len(text)), 4 * CHUNK))
                    text, place, ended = text[place:] + more, 0, not more
                    continue
            yield value


def _is_cut_off(error: json.JSONDecodeError) -> bool:
    """Is the text sound as far as it goes?"""
    at_end = error.pos > len(error.doc) - _LONGEST_TOKEN
    return at_end or error.msg.startswith("Unterminated string")


def _decoded(text: str, place: int) -> tuple[Any, int]:
    """The value at `place` and where it ends. Raises JSONDecodeError."""
    try:
        return _EXTENDED.raw_decode(text, place)
    except json.JSONDecodeError:
        raise
    except BROKEN as error:
        value, end = _PLAIN.raw_decode(text, place)
        reason = _("it is not extended JSON: %(reason)s") % {"reason": error}
        return Unreadable(value, reason), end


def _extended(value: dict) -> Any:
    """What an object of extended JSON stands for; each of them begins with its $type."""
    for key in value:
        if key[:1] != "$":
            return value
        return (_date(value) if key == "$date" else None) or json_util.object_hook(value, _JSON)
    return value


def _date(value: dict) -> datetime | None:
    """The usual forms of a date, for speed: films have several, and json_util takes its time."""
    date = value["$date"]
    if isinstance(date, str) and date.endswith("Z"):
        return datetime.fromisoformat(date)
    if isinstance(date, int) and abs(date) < _MILLISECONDS:
        return _EPOCH + timedelta(milliseconds=date)
    return None


_EXTENDED, _PLAIN = json.JSONDecoder(object_hook=_extended), json.JSONDecoder()
