"""All that is stored about a user, for that user to download."""

from mflix import comments

from . import audit, sessions
from .models import User
from .users import users


def everything_about(user: User) -> dict:
    """The document, sessions, comments and log of a user."""
    pipeline = [
        {"$match": {"_id": user.pk}},
        {"$project": {"password": 0, "lock": 0}},
        {"$project": {"_id": 0, "user": "$$ROOT"}},
        {
            "$lookup": {
                "from": sessions.sessions.name,
                "localField": "user._id",
                "foreignField": "user_id",
                "pipeline": [{"$project": {"_id": 0, "user_id": 0, "data": 0}}],
                "as": "sessions",
            }
        },
        {
            "$lookup": {
                "from": audit.entries.name,
                "localField": "user._id",
                "foreignField": "target._id",
                # Others are told by name: their addresses, which clients have as `parent`, are
                # their own.
                "pipeline": [
                    {"$project": {"_id": 0, "at": 1, "action": 1, "changes": 1, "actor.nombre": 1}},
                    {"$unset": ["changes.parent.old", "changes.parent.new"]},
                ],
                "as": "audit_log",
            }
        },
    ]
    found = next(users.aggregate(pipeline), {})
    return {**found, "comments": comments.by_author(user.email)}
