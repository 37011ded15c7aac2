"""The images of comments: the GridFS bucket `attachments`. No other module touches it.

What is stored is never what was sent, but a picture that pictures.py drew anew. The thumbnail lies
in the file's own document, so the two come and go together.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

import pymongo
from bson import ObjectId
from gridfs import GridFSBucket, GridOut
from gridfs.errors import NoFile
from pymongo import ASCENDING, IndexModel
from pymongo.errors import PyMongoError

from pialara_site.mongo import mflix
from pialara_site.pipelines import lookup

from .pictures import CONTENT_TYPES, Picture, draw

BUCKET = "attachments"
bucket = GridFSBucket(mflix, BUCKET)
files, chunks = mflix[BUCKET].files, mflix[BUCKET].chunks

# GridFS would make these at the first upload.
INDEXES = [IndexModel([("filename", ASCENDING), ("uploadDate", ASCENDING)])]


class Chunks:
    """What schema.py asks of the second collection."""

    INDEXES = [IndexModel([("files_id", ASCENDING), ("n", ASCENDING)], unique=True)]


UPLOAD_SECONDS = 5
# Longer than any upload takes.
ORPHANED_AFTER = timedelta(hours=1)


# Storing


@contextmanager
def keeping(file: BinaryIO | None, comment_id: ObjectId) -> Iterator[ObjectId | None]:
    """Store the image in `file` for the comment that the block stores; its id, None for no file.

    When the block fails, nothing is left of it. Raises BadImage.
    """
    if file is None:
        yield None
        return
    file.seek(0)
    picture = draw(file)
    attachment_id = ObjectId()
    try:
        _upload(attachment_id, picture, comment_id)
        yield attachment_id
    except BaseException as error:
        # Where nobody knows whether the comment is stored, sweep() will see.
        if not _may_be_stored(error):
            remove(attachment_id)
        raise


def _upload(attachment_id: ObjectId, picture: Picture, comment_id: ObjectId):
    metadata = {
        "contentType": picture.content_type,
        "thumbnail": picture.thumbnail,
        "comment": comment_id,
    }
    with pymongo.timeout(UPLOAD_SECONDS):
        bucket.upload_from_stream_with_id(
            attachment_id, str(attachment_id), picture.data, metadata=metadata
        )


def _may_be_stored(error: BaseException) -> bool:
    return isinstance(error, PyMongoError) and error.has_error_label(
        "UnknownTransactionCommitResult"
    )


def remove(attachment_id: ObjectId):
    """Remove an image, also a half stored one."""
    try:
        bucket.delete(attachment_id)
    except NoFile:
        return


def sweep() -> int:
    """Remove the images that belong to no comment, as a crash leaves them; how many there were."""
    old = ObjectId.from_datetime(datetime.now(UTC) - ORPHANED_AFTER)
    orphans = [
        {"$match": {"n": 0, "files_id": {"$lt": old}}},
        {"$project": {"_id": 0, "files_id": 1}},
        lookup(
            "file", files.name, "files_id", "_id", {"$project": {"comment": "$metadata.comment"}}
        ),
        lookup("comment", "comments", "file.comment", "_id", {"$project": {"image": 1}}),
        {"$match": {"$expr": {"$not": {"$in": ["$files_id", "$comment.image"]}}}},
    ]
    found = [each["files_id"] for each in chunks.aggregate(orphans)]
    for attachment_id in found:
        remove(attachment_id)
    return len(found)


# Serving


def opened(attachment_id: ObjectId) -> GridOut | None:
    """The stored image, to be read in chunks."""
    return next(bucket.find(_image(attachment_id), limit=1), None)


def thumbnail(attachment_id: ObjectId) -> bytes | None:
    found = files.find_one(_image(attachment_id), {"metadata.thumbnail": 1})
    return found and found["metadata"].get("thumbnail")


def _image(attachment_id: ObjectId) -> dict:
    """The filter for what is safe to serve: only images, whoever stored it."""
    return {"_id": attachment_id, "metadata.contentType": {"$in": list(CONTENT_TYPES.values())}}
