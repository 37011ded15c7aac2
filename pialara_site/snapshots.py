"""Both databases as they are at one moment, written as mongodump writes them.

<database>/<collection>.bson.gz holds the documents, byte for byte, and
<database>/<collection>.metadata.json.gz the options, among them the validator, and the indexes.
"""

import gzip
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from bson import json_util
from django.utils.translation import gettext as _
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import OperationFailure

from .backups import Manifest, new_file
from .mongo import RESTORING, client, mflix, pialara

# The quickest that makes a difference.
COMPRESSION = 1
STAGED = f"{RESTORING}."  # how the names of collections begin that a restore has loaded
BATCH = 5000  # a batch of MongoDB's own size, 16 MB, is held several times over
SNAPSHOT_TOO_OLD, SNAPSHOT_UNAVAILABLE = 239, 246


class NotOneMoment(Exception):
    """The databases can't be read as of one moment; the text is a sentence."""


def collections_of(database: Database) -> list[dict]:
    """Whatever a backup holds of the database, as listCollections tells it: views too."""
    found = sorted(database.list_collections(), key=lambda each: each["name"])
    return [each for each in found if each["name"].split(".")[0] not in ("system", RESTORING)]


def documents_file(folder: Path, database: str, collection: str) -> Path:
    return folder / database / f"{_escaped(collection)}.bson.gz"


def metadata_file(folder: Path, database: str, collection: str) -> Path:
    return folder / database / f"{_escaped(collection)}.metadata.json.gz"


def size() -> int:
    """Bytes of all documents, about."""
    return sum(int(each.command("dbStats")["dataSize"]) for each in (pialara, mflix))


def write(folder: Path, advance: Callable[[int], None]) -> Manifest:
    """Write both databases into the folder; `advance` is told the bytes that were read.

    Raises NotOneMoment.
    """
    documents = {}
    with _one_moment() as session:
        # The first read decides which moment it is.
        pialara.users.find_one({}, {"_id": 1}, session=session)
        at = session.operation_time.as_datetime().isoformat()
        for database in (pialara, mflix):
            (folder / database.name).mkdir(mode=0o700)
            for found in collections_of(database):
                collection = database[found["name"]]
                if found["type"] == "timeseries":
                    sentence = _("%(collection)s is a time series, which a backup can't hold.")
                    raise NotOneMoment(sentence % {"collection": collection.full_name})
                _write_metadata(folder, collection, found)
                documents[collection.full_name] = (
                    0 if found["type"] == "view" else _write(folder, collection, session, advance)
                )
    return Manifest(at, {"pialara": pialara.name, "mflix": mflix.name}, documents)


@contextmanager
def _one_moment() -> Iterator[ClientSession]:
    """A session whose reads all show the same moment. Raises NotOneMoment when that is lost."""
    with client.start_session(snapshot=True) as session:
        try:
            yield session
        except OperationFailure as error:
            if error.code == SNAPSHOT_TOO_OLD:
                sentence = _(
                    "MongoDB forgot the moment of this backup before all was read: raise its "
                    "parameter minSnapshotHistoryWindowInSeconds (5 minutes unless you did), or "
                    "use mongodump."
                )
                raise NotOneMoment(sentence) from error
            if error.code == SNAPSHOT_UNAVAILABLE:
                sentence = _("A collection can't be read as of one moment: %(reason)s")
                raise NotOneMoment(sentence % {"reason": error.details["errmsg"]}) from error
            raise


def _write(
    folder: Path, collection: Collection, session: ClientSession, advance: Callable[[int], None]
) -> int:
    """Write the collection's documents; returns how many they are."""
    count = 0
    path = documents_file(folder, collection.database.name, collection.name)
    with _new_zipped(path) as file:
        # Bytes as the server keeps them, so that none is lost on the way through Python.
        for batch in collection.find_raw_batches({}, session=session, batch_size=BATCH):
            file.write(batch)
            count += _documents_in(batch)
            advance(len(batch))
    return count


def _write_metadata(folder: Path, collection: Collection, found: dict):
    """What the server tells of the collection, in the words of mongodump."""
    is_view = found["type"] == "view"
    metadata = {
        "options": found["options"],
        "indexes": [] if is_view else list(collection.list_indexes()),
        "uuid": "" if is_view else found["info"]["uuid"].hex(),
        "collectionName": found["name"],
        "type": found["type"],
    }
    text = json_util.dumps(metadata, json_options=json_util.CANONICAL_JSON_OPTIONS)
    with _new_zipped(metadata_file(folder, collection.database.name, collection.name)) as file:
        file.write(text.encode())


@contextmanager
def _new_zipped(path: Path):
    with new_file(path) as file, gzip.GzipFile(path.stem, "wb", COMPRESSION, file) as zipped:
        yield zipped


def _documents_in(batch: bytes) -> int:
    """Each begins with its length."""
    count = place = 0
    while place < len(batch):
        place += int.from_bytes(batch[place : place + 4], "little")
        count += 1
    return count


def _escaped(collection: str) -> str:
    """As mongodump makes a file's name of any collection's."""
    return quote(collection, safe="$&+=@")
