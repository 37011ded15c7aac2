"""The comments collection of sample_mflix. No other module touches it."""

from pymongo import ASCENDING, DESCENDING, IndexModel

from pialara_site.mongo import mflix

comments = mflix.comments

INDEXES = [IndexModel([("email", ASCENDING), ("date", DESCENDING)])]


def by_author(email: str) -> list[dict]:
    """All that a person wrote, newest first."""
    return list(comments.find({"email": email}, {"_id": 0}, sort=[("date", DESCENDING)]))


def change_author(old: str, new: str, session):
    """Let the comments follow their author's email, in the transaction of `session`."""
    if not old:
        return  # the comments without an email are nobody's
    comments.update_many({"email": old}, {"$set": {"email": new}}, session=session)
