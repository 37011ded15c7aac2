"""The sessions collection, as Django's session engine and as the list of where a user is logged in.

What a person should recognise a session by, and what ends a user's sessions, is kept beside the
encoded data, in fields of its own.
"""

from datetime import UTC, datetime, timedelta

from bson import ObjectId
from bson.errors import InvalidId
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import (
    VALID_KEY_CHARS,
    CreateError,
    SessionBase,
    UpdateError,
)
from django.utils.crypto import get_random_string, salted_hmac
from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from pialara_site.mongo import pialara
from pialara_site.pipelines import lookup

sessions = pialara.sessions

INDEXES = [
    IndexModel([("expires", ASCENDING)], expireAfterSeconds=0),
    IndexModel([("user_id", ASCENDING), ("last_seen", DESCENDING)]),
]
VALIDATOR = {
    "bsonType": "object",
    "required": ["_id", "data", "expires"],
    "properties": {
        "_id": {"bsonType": "string"},
        "user_id": {"bsonType": ["objectId", "null"]},
        "data": {"bsonType": "string"},
        "expires": {"bsonType": "date"},
    },
}

# `last_seen` is kept to this precision, so that most requests write nothing.
SEEN_EVERY = timedelta(minutes=1)

MOST_LISTED = 200
KEY_LENGTH = 32

# What accounts.views.session puts into a new session, to be stored in fields of its own.
USER_AGENT = "user_agent"
IP = "ip"


def _with_user(now: datetime) -> list[dict]:
    """The stages that add the session's user, and whether `last_seen` is recent enough."""
    seen = {"$gt": ["$last_seen", now - SEEN_EVERY]}
    return [
        lookup("user", "users", "user_id", "_id"),
        {"$project": {"data": 1, "user": 1, "seen": seen}},
    ]


class SessionStore(SessionBase):
    _user_document = None

    def exists(self, session_key):
        return sessions.find_one({"_id": session_key}, {"_id": 1}) is not None

    def _get_new_session_key(self):
        """Any, without asking first whether it is taken as Django's does: the insert tells."""
        return get_random_string(KEY_LENGTH, VALID_KEY_CHARS)

    def create(self):
        while True:
            self._session_key = self._get_new_session_key()
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def cycle_key(self):
        """As Django's. What has no key that others may know gets a new one when it is saved, so a
        login stores its session once.
        """
        if self.session_key:
            super().cycle_key()

    def save(self, must_create=False):
        if self.session_key is None:
            self.create()
            return
        data = self._get_session(no_load=must_create)
        fields = {
            "data": self.encode(data),
            "expires": self.get_expiry_date(),
            "user_id": user_id(data),
            "user_agent": data.get(USER_AGENT, ""),
            "ip": data.get(IP, ""),
        }
        if must_create:
            now = datetime.now(UTC)
            new = {"_id": self.session_key, "created": now, "last_seen": now, **fields}
            try:
                sessions.insert_one(new)
            except DuplicateKeyError as error:
                raise CreateError from error
        else:
            # No upsert: it would revive a session that another request has ended.
            saved = sessions.update_one({"_id": self.session_key}, {"$set": fields})
            if not saved.matched_count:
                raise UpdateError

    def delete(self, session_key=None):
        if key := session_key or self.session_key:
            sessions.delete_one({"_id": key})

    def load(self):
        # The TTL index removes expired sessions about once a minute; until then they stay unread.
        now = datetime.now(UTC)
        live = {"_id": self.session_key, "expires": {"$gt": now}}
        doc = next(sessions.aggregate([{"$match": live}, *_with_user(now)]), None)
        if doc is None:
            self._session_key = None
            return {}
        if not doc["seen"]:
            sessions.update_one({"_id": self.session_key}, {"$set": {"last_seen": now}})
        self._user_document = next(iter(doc["user"]), None)
        return self.decode(doc["data"])

    @property
    def user_document(self) -> dict | None:
        """The stored user who is logged in in this session, read in one command with it."""
        self._get_session()
        return self._user_document

    @classmethod
    def clear_expired(cls):
        """Nothing to do: the TTL index does."""


def user_id(data: dict) -> ObjectId | None:
    """The user who is logged in in a session's data."""
    try:
        return ObjectId(data[SESSION_KEY])
    except (KeyError, InvalidId):
        return None


def public_id(session_key: str) -> str:
    """Names a session in pages; the key itself would let its reader take the session over."""
    return salted_hmac("accounts.sessions", session_key, algorithm="sha256").hexdigest()[:32]


def of(user_id: ObjectId) -> list[dict]:
    """A user's live sessions, last seen first: key, user_agent, ip, created, last_seen."""
    found = sessions.find(
        {"user_id": user_id, "expires": {"$gt": datetime.now(UTC)}},
        {"user_agent": 1, "ip": 1, "created": 1, "last_seen": 1},
        sort=[("last_seen", DESCENDING)],
        limit=MOST_LISTED,
        batch_size=MOST_LISTED,
    )
    return [{"key": doc.pop("_id"), **doc} for doc in found]


def count_people(user_ids: list[ObjectId]) -> int:
    """How many of these users are logged in somewhere."""
    live = {"user_id": {"$in": user_ids}, "expires": {"$gt": datetime.now(UTC)}}
    return len(sessions.distinct("user_id", live))


def end(user_id: ObjectId, session_key: str):
    sessions.delete_one({"_id": session_key, "user_id": user_id})


def end_all(user_ids: list[ObjectId], keep: str | None = None, session=None):
    """End all sessions of these users, but the one whose key is `keep`."""
    wanted = {"user_id": {"$in": user_ids}}
    if keep:
        wanted["_id"] = {"$ne": keep}
    sessions.delete_many(wanted, session=session)
