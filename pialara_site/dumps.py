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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from typing import BinaryIO

import bson
from bson import json_util
from bson.codec_options import CodecOptions
from bson.errors import BSONError
from bson.json_util import JSONOptions, object_pairs_hook

CHUNK = 1 << 20

_BSON = CodecOptions(tz_aware=True, tzinfo=UTC)
_JSON = JSONOptions(tz_aware=True, tzinfo=UTC)
_GZIP_MAGIC = b"\x1f\x8b"
_BETWEEN = re.compile(r"[\s,\[\]]*")  # what stands between the documents of a JSON file


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


def documents(path: Path, watch: Callable[[BinaryIO], BinaryIO] | None = None) -> Iterator[dict]:
    """The documents of the file. Raises BrokenFile where it stops making sense.

    `watch` may wrap the file as it lies on the disk, to see how far it has been read.
    """
    number = 0
    try:
        with _opened(path, watch) as file:
            is_bson = plain_name(path).endswith(".bson")
            found = bson.decode_file_iter(file, _BSON) if is_bson else _json_documents(file)
            for doc in found:
                if not isinstance(doc, dict):
                    raise BrokenFile(f"{path}: after document {number} comes no document.")
                yield doc
                number += 1
    except FileNotFoundError as error:
        raise BrokenFile(f"{path}: there is no such file.") from error
    except BROKEN as error:
        raise BrokenFile(f"{path}: broken after document {number}.") from error


def plain_name(path: Path) -> str:
    """The file's name without the ending of compression."""
    return path.name.removesuffix(".gz")


def rejects(path: Path) -> Path:
    """Where the documents of the file go that can't be imported."""
    return path.with_name(f"{path.name}.rejected.jsonl")


def keep_rejected(path: Path, rejected: list[tuple[dict, str]]):
    """Add documents, each with its reason, to the file's rejects(), which only its owner reads."""
    if rejected:
        with open(rejects(path), "a", opener=_private) as file:
            for doc, reason in rejected:
                file.write(json_util.dumps({"reason": reason, "document": doc}) + "\n")


def _private(path, flags) -> int:
    return os.open(path, flags, mode=0o600)


@contextmanager
def _opened(path: Path, watch):
    with open(path, "rb") as plain:
        zipped = plain.read(2) == _GZIP_MAGIC
        plain.seek(0)
        file = watch(plain) if watch else plain
        if not zipped:
            yield file
            return
        with gzip.open(file) as unzipped:
            yield unzipped


def _json_documents(file) -> Iterator:
    """The values of an array, of lines, or of anything alike."""
    decoder = json.JSONDecoder(object_pairs_hook=lambda pairs: object_pairs_hook(pairs, _JSON))
    text, place, open_arrays, ended = "", 0, 0, False
    with io.TextIOWrapper(file, "utf-8-sig") as reader:
        while True:
            between = _BETWEEN.match(text, place)
            open_arrays += between[0].count("[") - between[0].count("]")
            place = between.end()
            try:
                value, place = decoder.raw_decode(text, place)
                yield value
            except json.JSONDecodeError:
                if ended and (place < len(text) or open_arrays):
                    raise
                if ended:
                    return
                # Twice as much each time, or a long document would be parsed for every piece.
                more = reader.read(max(CHUNK, len(text)))
                text, place, ended = text[place:] + more, 0, not more
