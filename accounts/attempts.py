"""The login_attempts collection: how often somebody may try, counted by MongoDB for all processes.

A document per key (an email, an address) holds the times of its last attempts. An attempt is
entered before the password is looked at and taken back when it was right, so that many at once
can't slip through between a check and a count.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from pymongo import ASCENDING, IndexModel, ReturnDocument, UpdateOne
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from pialara_site.mongo import pialara
from pialara_site.turns import Busy

# By the primary alone: an election or a crash may take along the attempts of its last moments.
attempts = pialara.login_attempts.with_options(
    read_concern=ReadConcern("local"), write_concern=WriteConcern(w=1)
)

INDEXES = [IndexModel([("expires", ASCENDING)], expireAfterSeconds=0)]
VALIDATOR = {
    "bsonType": "object",
    "required": ["_id", "times", "expires"],
    "properties": {
        "_id": {"bsonType": "string"},
        "times": {"bsonType": "array", "items": {"bsonType": "date"}},
        "expires": {"bsonType": "date"},
    },
}


class TooManyAttempts(Exception):
    """The limit is reached; `retry_after` says in how many seconds the next attempt is free."""

    def __init__(self, retry_after: int):
        super().__init__(retry_after)
        self.retry_after = retry_after


@dataclass(frozen=True)
class Limit:
    """At most `most` attempts within any `window`, for each key of this `name`."""

    name: str
    most: int
    window: timedelta

    def enter(self, key: str) -> datetime:
        """Count an attempt and return its time, or raise TooManyAttempts."""
        doc = attempts.find_one_and_update(
            {"_id": self._id(key)},
            self._count(),
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        if doc["admitted"]:
            return doc["times"][-1]
        free = doc["times"][-self.most] + self.window
        raise TooManyAttempts(max(1, -(-(free - doc["now"]) // timedelta(seconds=1))))

    @contextmanager
    def attempt(self, key: str) -> Iterator[datetime]:
        """Count an attempt, to look at a password in it; if that is refused, it doesn't count."""
        entered = self.enter(key)
        try:
            yield entered
        except (Busy, TooManyAttempts):
            self.take_back(key, entered)
            raise

    def take_back(self, key: str, time: datetime):
        """One attempt at `time`, of perhaps several, doesn't count after all."""
        attempts.update_one(*self._taking_back(key, time))

    def forget(self, key: str):
        attempts.update_one(*self._forgetting(key))

    def _taking_back(self, key: str, time: datetime) -> tuple[dict, list[dict]]:
        place = {"$indexOfArray": ["$times", time]}
        after = {"$slice": ["$times", {"$add": [place, 1]}, {"$size": "$times"}]}
        others = {"$concatArrays": [{"$slice": ["$times", place]}, after]}
        return {"_id": self._id(key), "times": time}, [{"$set": {"times": others}}]

    def _forgetting(self, key: str) -> tuple[dict, dict]:
        """An update, as a deletion would be a command of its own in forgive()."""
        return {"_id": self._id(key)}, {"$set": {"times": []}}

    def _id(self, key: str) -> str:
        return f"{self.name}:{key}"

    def _count(self) -> list[dict]:
        milliseconds = self.window // timedelta(milliseconds=1)
        # Of a clock that was ahead and was put right, nobody has to wait until it is that late.
        ago = {"$abs": {"$subtract": ["$$NOW", "$$this"]}}
        recent = {
            "$filter": {
                "input": {"$ifNull": ["$times", []]},
                "cond": {"$lt": [ago, milliseconds]},
            }
        }
        entered = {"$concatArrays": ["$times", ["$$NOW"]]}
        return [
            {"$set": {"times": recent, "now": "$$NOW"}},
            {"$set": {"admitted": {"$lt": [{"$size": "$times"}, self.most]}}},
            {"$set": {"times": {"$cond": ["$admitted", entered, "$times"]}}},
            {"$set": {"expires": {"$add": ["$$NOW", milliseconds]}}},
        ]


PER_EMAIL = Limit("email", 5, timedelta(minutes=5))
PER_ADDRESS = Limit("address", 50, timedelta(minutes=5))
NEW_EMAILS = Limit("emails", 10, timedelta(hours=1))  # each tells whether somebody has it
LINKS_PER_ADDRESS = Limit("links", 50, timedelta(minutes=5))
RESET_MAILS = Limit("reset", 3, timedelta(minutes=15))


def forgive(email: str, address: str, entered: datetime):
    """After a right password the failures of its email are forgotten, and at the address the
    attempt at `entered`.
    """
    updates = PER_EMAIL._forgetting(email), PER_ADDRESS._taking_back(address, entered)
    attempts.bulk_write([UpdateOne(*each) for each in updates], ordered=False)
