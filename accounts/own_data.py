"""All that is stored about a user, for that user to download."""

from mflix import comments
from pialara_site.pipelines import lookup

from . import audit, sessions
from .models import User
from .users import users


def everything_about(user: User) -> dict:
    """The document, sessions, comments and log of a user."""
    session = {"$project": {"_id": 0, "user_id": 0, "data": 0}}
    entry = [
        {"$project": {"_id": 0, "at": 1, "action": 1, "changes": 1, "actor.nombre": 1}},
        # Others are told by name: their addresses, which clients have as `parent`, are their own.
        {"$unset": ["changes.parent.old", "changes.parent.new"]},
    ]
    pipeline = [
        {"$match": {"_id": user.pk}},
        {"$project": {"password": 0, "lock": 0}},
        {"$project": {"_id": 0, "user": "$$ROOT"}},
        lookup("sessions", sessions.sessions.name, "user._id", "user_id", session),
        lookup("audit_log", audit.entries.name, "user._id", "target._id", *entry),
    ]
    found = next(users.aggregate(pipeline), {})
    return {**found, "comments": comments.by_author(user.email)}
