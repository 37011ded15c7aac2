"""MongoDB users that may do what is needed and nothing more: for the web server, and for commands.

Their roles are in the database `admin`, as they are about two databases. A name begins with that of
ours, so that several sites can share a cluster.
"""

from bson import json_util
from pymongo.collection import Collection

from accounts import attempts, audit, sessions, users
from mflix import attachments, comments, movies, popularity

from .mongo import client, mflix, pialara
from .readiness import readiness

# In all of a database; a change stream of it needs both find and changeStream.
READS = ["find", "changeStream", "listCollections", "listIndexes"]
# What the web server writes besides; nothing here lets it change or remove an entry of the log.
WRITES: list[tuple[Collection, list[str]]] = [
    (users.users, ["insert", "update", "remove"]),
    (sessions.sessions, ["insert", "update", "remove"]),
    (attempts.attempts, ["insert", "update"]),
    (audit.entries, ["insert"]),
    (readiness, ["insert", "update"]),
    (movies.movies, ["update"]),
    (popularity.views, ["insert", "update"]),
    (comments.comments, ["insert", "update", "remove"]),
    (attachments.files, ["insert", "remove"]),
    (attachments.chunks, ["insert", "remove"]),
]
# ensure_schema, the imports, seed, backup and restore.
COMMANDS = ["insert", "update", "remove", "bypassDocumentValidation", "collStats", "dbStats"]
COMMANDS += ["createCollection", "collMod", "dropCollection", "renameCollectionSameDB"]
COMMANDS += ["createIndex", "dropIndex"]


class Account:
    """A user of MongoDB with a role of the same name."""

    def __init__(self, operator: bool):
        self.name = f"{pialara.name}_{'operator' if operator else 'web'}"
        self.privileges = _for_commands() if operator else _for_the_web_server()

    def exists(self) -> bool:
        return bool(client.admin.command("usersInfo", self.name)["users"])

    def grant(self):
        """Make the role, or bring it up to date."""
        there = client.admin.command("rolesInfo", self.name)["roles"]
        verb = "updateRole" if there else "createRole"
        client.admin.command(verb, self.name, privileges=self.privileges, roles=[])

    def admit(self, password: str):
        """Make the user, or give it this password."""
        verb = "updateUser" if self.exists() else "createUser"
        client.admin.command(verb, self.name, pwd=password, roles=[self.name])

    def script(self) -> str:
        """The same for mongosh, which asks for the password."""
        role = {"role": self.name, "privileges": self.privileges, "roles": []}
        name = json_util.dumps(self.name)
        return (
            'admin = db.getSiblingDB("admin")\n'
            f"admin.createRole({json_util.dumps(role, indent=1)})\n"
            f"admin.createUser({{user: {name}, pwd: passwordPrompt(), roles: [{name}]}})"
        )


def _for_the_web_server() -> list[dict]:
    return [_everywhere(database.name, READS) for database in (pialara, mflix)] + [
        {"resource": {"db": each.database.name, "collection": each.name}, "actions": actions}
        for each, actions in WRITES
    ]


def _for_commands() -> list[dict]:
    return [_everywhere(database.name, READS + COMMANDS) for database in (pialara, mflix)]


def _everywhere(database: str, actions: list[str]) -> dict:
    return {"resource": {"db": database, "collection": ""}, "actions": actions}
