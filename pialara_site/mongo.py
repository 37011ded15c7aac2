"""The one shared connection. Importing it connects to nothing, so a forking server is safe."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import TypeVar
from urllib.parse import parse_qsl

import pymongo
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from pymongo.client_session import ClientSession
from pymongo.collation import Collation
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import (
    BulkWriteError,
    ConfigurationError,
    ExecutionTimeout,
    InvalidName,
    OperationFailure,
    PyMongoError,
)
from pymongo.read_concern import ReadConcern
from pymongo.read_preferences import ReadPreference
from pymongo.write_concern import WriteConcern

from pialara_site import embedded
from pialara_site.circuit import Client
from pialara_site.request_log import CommandLog
from pialara_site.terminal import gettext as _

T = TypeVar("T")

# For what was stored before somebody relies on it: waits until a majority has what it returns.
CONFIRMED = ReadConcern("linearizable")

# Emails and names match and sort without regard to case; every index and query on text says so,
# but for $text.
COLLATION = Collation("es", strength=2)

# The collection that a restore marks the database with while it puts collections in their places.
RESTORING = "restoring"
UNAUTHORIZED = 13
DUPLICATE_KEY = 11000
AUTHENTICATION_FAILED = (18, 8000)  # MongoDB's own code, and Atlas's


def connect() -> Client:
    uri = settings.MONGODB_URI or embedded.server().uri
    if not uri.startswith(("mongodb://", "mongodb+srv://")):
        raise ImproperlyConfigured(
            _("MONGODB_URI is malformed: it has to start with mongodb:// or mongodb+srv://.")
        )
    try:
        made = Client(uri, connect=False, event_listeners=[CommandLog()], **_options(uri))
    except OSError as error:  # ssl's errors are some, too
        sentence = _("A file that MONGODB_URI names can't be used: %(reason)s.")
        raise ImproperlyConfigured(sentence % {"reason": error.strerror or error}) from error
    except (ConfigurationError, ValueError) as error:
        # The driver's text may quote the address, and with it the password.
        raise ImproperlyConfigured(
            _(
                "MONGODB_URI is malformed: it has to look like "
                "mongodb://user:password@host:27017/, with special characters percent-encoded."
            )
        ) from error
    if not made.write_concern.acknowledged:
        raise ImproperlyConfigured(
            _(
                "The w of MONGODB_URI has to be “majority” or a number from 1, as what is stored "
                "is confirmed."
            )
        )
    return made


def _options(uri: str) -> dict:
    """Ours, but for those that the address has its own value of."""
    # Not by urlsplit(), which takes one host alone.
    given = {name.lower() for name, _value in parse_qsl(uri.partition("?")[2])}
    return {k: v for k, v in settings.MONGODB_OPTIONS.items() if k.lower() not in given}


def database(setting: str) -> Database:
    """The database whose name is in this setting."""
    try:
        return named(getattr(settings, setting))
    except InvalidName as error:
        sentence = _("%(setting)s is not a name for a database: %(reason)s.")
        raise ImproperlyConfigured(sentence % {"setting": setting, "reason": error}) from error


def named(name: str) -> Database:
    """The database of this name. Raises InvalidName."""
    # What a majority has: no page shows what a primary that dies may take along.
    # From the primary, also where the address says otherwise: a secondary may not have yet what
    # the change stream, which may come from another one, has told of, or what was just written.
    return client.get_database(
        name, read_preference=ReadPreference.PRIMARY, read_concern=ReadConcern("majority")
    )


client = connect()
pialara = database("PIALARA_DB_NAME")
mflix = database("MFLIX_DB_NAME")


def require_replica_set():
    """Raise ImproperlyConfigured on a stand-alone server, which has no transactions."""
    hello = client.admin.command("hello")
    if "setName" not in hello and hello.get("msg") != "isdbgrid":
        raise ImproperlyConfigured(
            _(
                "The MongoDB of MONGODB_URI is not a replica set, and transactions need one: start "
                "mongod with --replSet rs0 and run rs.initiate() in mongosh once."
            )
        )


def require_finished_restore():
    """Raise ImproperlyConfigured when a restore has put only some collections in their places."""
    if mark := pialara[RESTORING].find_one():
        raise ImproperlyConfigured(
            _(
                "A restore was not finished, so old and new documents are mixed: run "
                "manage.py restore %(backup)s --drop again."
            )
            % {"backup": mark["backup"]}
        )


def transaction(change: Callable[[ClientSession], T]) -> T:
    """Run `change(session)` in one transaction and return its result.

    Everything that it does with `session` becomes visible together or not at all, confirmed by a
    majority. The driver repeats it after a conflict with another transaction, so it must have no
    other effects. Raises what `change` raises, having undone all, and PyMongoError when `change`
    takes longer than MONGODB_TRANSACTION_TIMEOUT_MS, or its confirmation than MONGODB_WTIMEOUT_MS:
    then it may or may not be stored.
    """
    seconds = settings.MONGODB_TRANSACTION_TIMEOUT_MS / 1000
    to_confirm = settings.MONGODB_OPTIONS["wtimeoutMS"] / 1000
    end = time.monotonic() + seconds
    # With time left to abort it, or what it holds would stay held for a minute.
    with pymongo.timeout(seconds + to_confirm), client.start_session() as s, ExitStack() as commit:

        def change_and_commit(session):
            commit.close()  # where all begins again, after a conflict that showed at the end
            left = end - time.monotonic()
            if left <= 0:
                sentence = _("the transaction took too long")
                raise ExecutionTimeout(sentence, details={"errmsg": sentence})
            with pymongo.timeout(left):
                result = change(session)
            commit.enter_context(pymongo.timeout(to_confirm))  # for what the driver does now
            return result

        return s.with_transaction(
            change_and_commit,
            read_concern=ReadConcern("snapshot"),
            write_concern=WriteConcern("majority"),
            # MongoDB takes no other, and the driver would have that of the address.
            read_preference=ReadPreference.PRIMARY,
        )


def insert_missing(collection: Collection, docs: list[dict]) -> int:
    """Insert the documents that no unique index refuses; returns how many those were."""
    if not docs:
        return 0
    try:
        collection.insert_many(docs, ordered=False)
    except BulkWriteError as error:
        return len(docs) - len(duplicates(error))
    return len(docs)


def duplicates(error: BulkWriteError) -> list[int]:
    """The numbers of the writes that a unique index refused; raises any other `error`."""
    failures = error.details["writeErrors"]
    if error.details["writeConcernErrors"] or any(f["code"] != DUPLICATE_KEY for f in failures):
        raise error
    return [failure["index"] for failure in failures]


def reason(error: PyMongoError) -> str:
    """One sentence for the person at a command line."""
    if isinstance(error, OperationFailure):
        if error.code in AUTHENTICATION_FAILED:
            return _("MongoDB refused the user name or password in MONGODB_URI.")
        if error.code == UNAUTHORIZED:
            return _(
                "The user in MONGODB_URI may not do that; docs/operating.md says which user may do "
                "what."
            )
        if error.code == DUPLICATE_KEY and "keyPattern" in (error.details or {}):
            return _(
                "Several documents have the same %(fields)s, which has to be unique: change or "
                "remove all but one, and run this again."
            ) % {"fields": ", ".join(error.details["keyPattern"])}
        # A refused batch has a message per document, beside the document itself, which is nobody's.
        details = error.details or {}
        failures = [details, *details.get("writeErrors", ())]
        words = next(
            (each["errmsg"] for each in failures if "errmsg" in each), _("it does not say why")
        )
        told = {"reason": " ".join(words.split()).rstrip(".")}
        return _("MongoDB refused the command: %(reason)s.") % told
    servers = client.topology_description.server_descriptions()
    if not servers:  # the driver has left them all out
        return _("None of the servers in MONGODB_URI is a member of the replica set that it names.")
    if not settings.MONGODB_URI:
        log = embedded.server().log
        return _("The mongod of this site does not answer; see %(log)s.") % {"log": log}
    hosts = ", ".join(f"{host}:{port}" if port else host for host, port in servers)
    return _(
        "MongoDB at %(hosts)s can't be reached; check MONGODB_URI and that the server runs."
    ) % {"hosts": hosts}
