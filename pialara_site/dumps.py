"""Files of documents as mongoexport and mongodump write them.

JSON arrays, JSON lines and BSON, gzip or not, extended JSON of both versions. Files are read as
they are consumed, so memory stays flat.
"""

import gzip
import io
import json
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path

import bson
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


def documents(path: Path) -> Iterator[dict]:
    """The documents of the file. Raises BrokenFile where it stops making sense."""
    number = 0
    try:
        with _opened(path) as file:
            is_bson = path.name.removesuffix(".gz").endswith(".bson")
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


@contextmanager
def _opened(path: Path):
    with open(path, "rb") as file:
        zipped = file.read(2) == _GZIP_MAGIC
        file.seek(0)
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
