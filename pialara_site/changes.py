"""What has changed in the databases, as MongoDB's change streams tell it to every process.

A daemon thread per database follows its stream, from the first question on. Times are MongoDB's own
(`clusterTime`), so all processes mean the same by them. Where a stream is interrupted, or the
server has none, are_current() is False, and nobody may rely on what was heard before.
"""

import logging
import os
import time
from collections.abc import Sequence
from threading import Lock, Thread
from typing import NamedTuple

from bson import Timestamp
from bson.errors import BSONError
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import PyMongoError

from .mongo import mflix, pialara
from .outages import database_down

# What is kept in memory, or shown by open pages, is made of these. The server keeps the others from
# us: sessions, attempts to log in and views of films change all the time.
WATCHED = ["users", "movies", "comments", "theaters"]

# What happens all day, and of which nothing about all of them is made: of a film how often it was
# commented, of a user the logins, what they keep for themselves, and the mark of transactions.
MINOR = {
    "movies": {"num_mflix_comments"},
    "users": {"accesos", "ultimo_acceso", "watchlist", "preferences", "lock"},
}

# An idle stream answers so often, and is not to be believed when it is silent for so long.
AWAIT_MS = 1000
SILENCE_SECONDS = 2.5
# Who reads more slowly than others write gives up when so far behind. (Cluster times have seconds.)
LAG_SECONDS = 1
PAUSE_SECONDS = 0.2
REFUSED_SECONDS = 30  # by a server without change streams, or by its rules
BATCH = 1000
MOST_TOPICS = 10_000

NEVER = Timestamp(0, 0)

EVERYTHING = "*"
NOBODY = "-"  # the key of a comment without a film, of a user without a technician

_RELEVANT = {
    "$or": [
        {"ns.coll": {"$in": WATCHED}},
        {"to.coll": {"$in": WATCHED}},
        {"operationType": {"$in": ["dropDatabase", "invalidate"]}},
    ]
}
_UPDATED = {
    "$map": {"input": {"$objectToArray": "$updateDescription.updatedFields"}, "in": "$$this.k"}
}
# Arrays that an update with a pipeline cuts short are told of apart.
_CUT = {
    "$map": {"input": {"$ifNull": ["$updateDescription.truncatedArrays", []]}, "in": "$$this.field"}
}
_TOLD = {
    "clusterTime": 1,
    "operationType": 1,
    "ns.coll": 1,
    "to.coll": 1,
    "documentKey._id": 1,
    "fullDocument.movie_id": 1,
    "fullDocument.parent": 1,
    "updated": {"$concatArrays": [_UPDATED, "$updateDescription.removedFields", _CUT]},
}

logger = logging.getLogger(__name__)


class Topic(NamedTuple):
    """What may change: a collection, or of one film or technician what belongs to it.

    Keys are a film's id for `movies` and `comments`, a technician's email for `users`. Without one,
    changes of MINOR are none; with the key EVERYTHING they are.
    """

    database: str
    collection: str
    key: str = ""

    @classmethod
    def of(cls, collection: Collection, key: object = "") -> "Topic":
        return cls(collection.database.name, collection.name, _plain(key))


def _plain(key: object) -> str:
    """A key in one form: emails are stored in any case, and JSON knows no ObjectId."""
    return "" if key is None else str(key).strip().lower()


def key_of(change: dict) -> str | None:
    """The film or technician that a change in the stream is of; None when it does not tell."""
    document = change.get("fullDocument")
    match change["ns"]["coll"]:
        case "movies" if "documentKey" in change:
            return _plain(change["documentKey"]["_id"])
        # A replacement may take a comment to another film; only the new one is named.
        case "comments" if document is not None and change["operationType"] != "replace":
            return _plain(document.get("movie_id")) or NOBODY
        # A client who goes to another technician concerns the old one as well, whom neither such an
        # update nor a replacement names.
        case "users" if document is not None and not _may_change_parent(change):
            return _plain(document.get("parent")) or NOBODY
    return None


def _may_change_parent(change: dict) -> bool:
    is_replacement = change["operationType"] == "replace"
    return is_replacement or "parent" in (change.get("updated") or ())


def _is_minor(change: dict) -> bool:
    """Is it a change of fields of MINOR, or of what is in them, and of nothing else?"""
    fields = {path.partition(".")[0] for path in change.get("updated") or ()}
    return bool(fields) and fields <= MINOR.get(change["ns"]["coll"], set())


class Stream:
    """The changes of one database, and when each topic of it changed last."""

    def __init__(self, database: Database):
        self._database = database
        self._token: dict | None = None
        self._current_at = float("-inf")
        self._complaint = ""
        # Every change up to here was heard.
        self.position = NEVER
        # All of it counts as changed then, and each topic when it was, by collection and key.
        # Changes that don't tell their key have None.
        self._since = NEVER
        self._changed: dict[tuple[str, str | None], Timestamp] = {}

    def is_current(self) -> bool:
        return time.monotonic() - self._current_at < SILENCE_SECONDS

    def last(self, topic: Topic) -> Timestamp:
        """When it changed last, at the earliest when this process began to listen."""
        at = self._changed.get((topic.collection, topic.key), NEVER)
        if topic.key:
            at = max(at, self._changed.get((topic.collection, None), NEVER))
        return max(at, self._since)

    def follow(self):
        """Listen for good, whatever happens to the database."""
        while True:
            pause = PAUSE_SECONDS
            try:
                self._listen()
            except PyMongoError as error:
                if not _is_away(error):
                    pause = self._refused(error)
            except BSONError as error:  # in a change that another program made
                pause = self._refused(error)
            time.sleep(pause)

    def _listen(self):
        """Listen from the token on, if there is one, until the stream ends or is too far behind."""
        client = self._database.client
        leader = client.primary  # None where there is no replica set, at first and after an outage
        with client.start_session(causal_consistency=False) as s, self._open(s) as stream:
            leader = leader or client.primary  # not after an answer, for which it may wait a second
            self._complaint = ""
            if self._token is None:
                self._all_changed(s.operation_time)
            while stream.alive:
                asked = s.operation_time
                change = stream.try_next()
                if client.primary != leader:
                    return  # who gave way goes on answering, but of what it has copied by then
                self._token = stream.resume_token
                behind = 0
                if change:
                    self._hear(change)
                    behind = asked.time - change["clusterTime"].time
                else:
                    self.position = asked  # nothing came up to there, or it would be here
                if behind > LAG_SECONDS:
                    self._token = None  # whatever was missed: from now on, and all has changed
                    return
                self._current_at = time.monotonic()

    def _open(self, session: ClientSession):
        return self._database.watch(
            [{"$match": _RELEVANT}, {"$project": _TOLD}],
            # Else an update of a user does not tell whose client it is.
            full_document="updateLookup" if self._database == pialara else None,
            start_after=self._token,
            max_await_time_ms=AWAIT_MS,
            batch_size=BATCH,
            session=session,
        )

    def _hear(self, change: dict):
        at = change["clusterTime"]
        # The whole database was dropped, or there is more than is worth remembering.
        if "coll" not in change.get("ns", {}) or len(self._changed) > MOST_TOPICS:
            self._all_changed(at)
            return
        collection, key = change["ns"]["coll"], key_of(change)
        self._changed[collection, key] = self._changed[collection, EVERYTHING] = at
        if not _is_minor(change):
            self._changed[collection, ""] = at
        if "to" in change:
            renamed = change["to"]["coll"]
            for key in ("", None, EVERYTHING):
                self._changed[renamed, key] = at

    def _all_changed(self, at: Timestamp):
        self._since = at
        self._changed.clear()

    def _refused(self, error: PyMongoError | BSONError) -> float:
        """Where the token was refused, go on from now; else wait. Returns how long to pause."""
        was_new, self._token = self._token is None, None
        reason = (getattr(error, "details", None) or {}).get("codeName") or type(error).__name__
        if reason != self._complaint:
            self._complaint = reason
            logger.warning("The change stream of %s is refused: %s", self._database.name, reason)
        return REFUSED_SECONDS if was_new else PAUSE_SECONDS


def _is_away(error: PyMongoError) -> bool:
    """Is it one after which a stream goes on where it was? Those who ask for a page tell of it."""
    return database_down(error) or error.has_error_label("ResumableChangeStreamError")


streams: dict[str, Stream] = {}
_starting = Lock()


def start():
    """Begin to listen, unless this process does so already."""
    if streams:
        return
    with _starting:
        if streams:
            return
        made = {database.name: Stream(database) for database in (pialara, mflix)}
        for name, stream in made.items():
            Thread(target=stream.follow, name=f"changes-{name}", daemon=True).start()
        streams.update(made)


def _forget():
    """In a forked process: its parent's threads are not there."""
    global _starting
    _starting = Lock()
    streams.clear()


os.register_at_fork(after_in_child=_forget)


def last(topics: Sequence[Topic]) -> tuple[Timestamp, ...]:
    """When each topic changed last, as far as this process knows."""
    start()
    return tuple(
        streams[topic.database].last(topic) if topic.database in streams else NEVER
        for topic in topics
    )


def are_current() -> bool:
    """Does this process learn of every change within moments?"""
    return bool(streams) and all(stream.is_current() for stream in list(streams.values()))


def position() -> Timestamp:
    """Every change up to here was heard, and is in what is read from now on."""
    start()
    return min((stream.position for stream in list(streams.values())), default=NEVER)
