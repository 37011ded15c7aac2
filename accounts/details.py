"""One user with all that belongs to them, read in one command."""

from dataclasses import dataclass

from bson import ObjectId
from pymongo import ASCENDING

from pialara_site.mongo import COLLATION
from pialara_site.pipelines import lookup

from . import audit, sessions
from .directory import TECHNICIAN, offered
from .models import User
from .roles import Role
from .users import ACTIVE_TECHNICIAN, ONE_PARENT, NoSuchUser, owned, users

HISTORY = 20  # how much the pages show of it


@dataclass
class Detail:
    """A user with what belongs to them: their technician, how many clients, the last history.

    `sessions` is how many of theirs are open. `technicians` are the other active ones, {email:
    name}, for the forms that offer them.
    """

    user: User
    technician: User | None
    clients: int
    sessions: int
    history: list[dict]
    technicians: dict[str, str]


def pipeline(user_id: ObjectId, owner: User | None, with_technicians: bool) -> list[dict]:
    technician = {"$match": {"rol": Role.TECNICO}}
    client = {"$match": {"rol": Role.CLIENTE, "parent": ONE_PARENT}}
    live = {"$match": {"$expr": {"$gt": ["$expires", "$$NOW"]}}}
    number = {"$count": "n"}
    last = [{"$sort": dict(audit.NEWEST)}, {"$limit": HISTORY}, *audit.WITH_THOSE_THERE]
    stages = [
        {"$match": owned(user_id, owner)},
        lookup("technician", users.name, "parent", "email", technician),
        lookup("clients", users.name, "email", "parent", client, number),
        lookup("sessions", sessions.sessions.name, "_id", "user_id", live, number),
        lookup("history", audit.entries.name, "_id", "target._id", *last),
    ]
    if with_technicians:
        others = [
            {"$match": {**ACTIVE_TECHNICIAN, "_id": {"$ne": user_id}}},
            {"$sort": {"nombre": ASCENDING}},
            {"$project": TECHNICIAN},
        ]
        stages.append({"$lookup": {"from": users.name, "pipeline": others, "as": "technicians"}})
    return stages


def of(user_id: ObjectId, *, owner: User | None = None, with_technicians: bool = False) -> Detail:
    """The detail of a user, of a client of `owner` if one is given. Raises NoSuchUser."""
    stages = pipeline(user_id, owner, with_technicians)
    doc = next(users.aggregate(stages, collation=COLLATION), None)
    if doc is None:
        raise NoSuchUser(user_id)
    user = User.from_document(doc)
    # Without an email, and without a parent, $lookup joins those who lack one too.
    has_clients = doc["clients"] and user.is_technician and user.email
    has_technician = doc["technician"] and user.parent
    return Detail(
        user=user,
        technician=User.from_document(doc["technician"][0]) if has_technician else None,
        clients=doc["clients"][0]["n"] if has_clients else 0,
        sessions=doc["sessions"][0]["n"] if doc["sessions"] else 0,
        history=doc["history"],
        technicians=offered(doc["technicians"] if with_technicians else []),
    )
