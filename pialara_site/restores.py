"""A backup brought back into its databases, or into others for looking at it.

All of it is loaded beside what is there, into collections whose names begin with STAGED. Only then
do they take their places, which is a matter of renaming. Whoever is killed before that has changed
nothing, and whoever is killed in between leaves the mark that require_finished_restore() finds.
"""

import gzip
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from bson import json_util
from bson.raw_bson import RawBSONDocument
from django.utils.translation import gettext as _
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import InvalidName, PyMongoError

from .backups import Manifest, NotABackup
from .batches import ahead
from .dumps import BrokenFile, stored
from .mongo import RESTORING, mflix, named, pialara
from .readiness import readiness
from .snapshots import STAGED, collections_of, documents_file, metadata_file

BATCH_BYTES = 4 << 20  # however large the documents are, so that memory stays flat

Targets = dict[str, Database]


def targets(manifest: Manifest, prefix: str) -> Targets:
    """Our two databases, or those of these names after `prefix`, by their names in the backup.

    Raises NotABackup for a prefix that makes no name.
    """
    try:
        return {
            manifest.databases["pialara"]: named(prefix + pialara.name),
            manifest.databases["mflix"]: named(prefix + mflix.name),
        }
    except InvalidName as error:
        sentence = _("%(prefix)s makes no name for a database: %(reason)s.")
        raise NotABackup(sentence % {"prefix": prefix, "reason": error}) from error


def holds_documents(database: Database) -> bool:
    """In any collection that somebody would miss."""
    return any(
        database[each["name"]].find_one({}, {"_id": 1})
        for each in collections_of(database)
        if each["type"] != "view" and each["name"] != readiness.name
    )


def run(backup: Path, manifest: Manifest, into: Targets, watch: Callable):
    """Put the backup in the place of whatever the databases of `into` hold.

    `watch(file)` may wrap each file that is read. Raises NotABackup when one is broken. However it
    ends before the collections change places, what was there is as it was.
    """
    with _staging(into.values()):
        views = []
        for name, count in manifest.documents.items():
            source, _dot, collection = name.partition(".")
            metadata = _metadata(metadata_file(backup, source, collection))
            if metadata["type"] == "view":
                _try_out(into[source][STAGED + collection], metadata["options"])
                views.append((into[source], collection, metadata["options"]))
            else:
                file = documents_file(backup, source, collection)
                _load(into[source][STAGED + collection], metadata, stored(file, watch), count)
    mark = into[manifest.databases["pialara"]][RESTORING]
    # In the place of what another one has left that was killed here.
    mark.replace_one({}, {"backup": str(backup), "at": datetime.now(UTC)}, upsert=True)
    for database in into.values():
        _take_places(database)
    for database, name, options in views:
        database.command({"create": name, **options})
    mark.drop()


@contextmanager
def _staging(databases: Iterable[Database]) -> Iterator[None]:
    """A block that loads; what it has loaded goes when it fails, or else the next time."""
    databases = list(databases)
    _forget_staged(databases)
    try:
        yield
    except BaseException as error:
        with suppress(PyMongoError):
            _forget_staged(databases)
        if isinstance(error, BrokenFile):
            raise NotABackup(str(error)) from error
        raise


def _forget_staged(databases: list[Database]):
    for database in databases:
        for name in _staged(database):
            database.drop_collection(name)


def _staged(database: Database) -> list[str]:
    return [name for name in database.list_collection_names() if name.startswith(STAGED)]


def _metadata(path: Path) -> dict:
    text = gzip.decompress(path.read_bytes())
    return json_util.loads(text, json_options=json_util.CANONICAL_JSON_OPTIONS)


def _try_out(staged: Collection, view: dict):
    """Let the server refuse the view as long as nothing has changed."""
    staged.database.command({"create": staged.name, **view})
    staged.drop()


def _load(staged: Collection, metadata: dict, documents: Iterable[RawBSONDocument], count: int):
    staged.database.command({"create": staged.name, **metadata["options"]})
    for batch in ahead(_batches(documents)):
        # What is stored may be older than the validator.
        staged.insert_many(batch, bypass_document_validation=True)
    if (there := staged.estimated_document_count()) != count:
        sentence = _("%(collection)s holds %(there)d documents instead of %(count)d.")
        told = {"collection": staged.full_name, "there": there, "count": count}
        raise NotABackup(sentence % told)
    if indexes := [each for each in metadata["indexes"] if each["name"] != "_id_"]:
        staged.database.command({"createIndexes": staged.name, "indexes": indexes})


def _batches(documents: Iterable[RawBSONDocument]) -> Iterator[list[RawBSONDocument]]:
    batch, size = [], 0
    for doc in documents:
        batch.append(doc)
        size += len(doc.raw)
        if size > BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _take_places(database: Database):
    """Give the loaded collections their names, and remove whatever else was there."""
    names = [staged.removeprefix(STAGED) for staged in _staged(database)]
    for each in collections_of(database):
        if each["name"] not in names or each["type"] != "collection":  # nothing is renamed to that
            database.drop_collection(each["name"])
    for name in names:
        database[STAGED + name].rename(name, dropTarget=True)
