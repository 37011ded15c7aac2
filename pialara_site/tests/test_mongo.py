"""The one connection, and what is said when it fails."""

import subprocess
import sys
import time
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    DuplicateKeyError,
    ExecutionTimeout,
    OperationFailure,
    ServerSelectionTimeoutError,
)
from pymongo.read_preferences import ReadPreference

from accounts import attempts, audit, sessions, users
from mflix import comments
from pialara_site import embedded, mongo
from tests.mothers import a_client, document_of

from .processes import environment


def python(code: str, **variables) -> subprocess.CompletedProcess:
    """Run `code` where Django is set up as `variables` say."""
    code = f"import django; django.setup()\n{code}"
    return subprocess.run(
        [sys.executable, "-c", code], env=variables, capture_output=True, text=True, timeout=60
    )


def test_options_of_the_address_go_before_our_own(settings):
    settings.MONGODB_URI = "mongodb://db.example.org/?timeoutMS=700&appName=centre"
    with mongo.connect() as client:
        assert client.options.timeout == 0.7
        assert client.options.pool_options.appname == "centre"
        assert client.options.write_concern.document["w"] == "majority"


# One client, no work at import


def assert_runs_without_database(code: str, tmp_path):
    result = python(code, **environment(tmp_path, MONGODB_URI="mongodb://db.example.org/"))
    assert result.returncode == 0, result.stderr


def test_importing_the_connection_opens_no_socket(tmp_path):
    code = (
        "import socket, sys\n"
        "def fail(event, arguments):\n"
        "    assert event not in ('socket.connect', 'socket.getaddrinfo'), arguments\n"
        "sys.addaudithook(fail)\n"
        "import pialara_site.wsgi, pialara_site.urls\n"
        "from pialara_site import mongo\n"
        "assert not mongo.client._opened\n"
    )
    assert_runs_without_database(code, tmp_path)


def test_server_looks_after_no_database_of_djangos(tmp_path):
    code = (
        "import pialara_site.wsgi\n"
        "from django.core.signals import request_finished, request_started\n"
        "signals = (request_started, request_finished)\n"
        "heard = [each for signal in signals for each in signal._live_receivers(None)[0]]\n"
        "assert heard, 'nobody is heard at all'\n"
        "assert not [each for each in heard if each.__module__ == 'django.db'], heard\n"
    )
    assert_runs_without_database(code, tmp_path)


def test_process_holds_one_client(mongod, tmp_path, admin):
    code = (
        "import gc, pymongo\n"
        "from django.test import Client\n"
        "browser = Client(headers={'host': '127.0.0.1'})\n"
        f"browser.cookies['sessionid'] = '{admin.cookies['sessionid'].value}'\n"
        "for path in ('/users/', '/dashboard/', '/audit/', '/profile/', '/login/'):\n"
        "    browser.get(path)\n"
        "print(sum(issubclass(type(each), pymongo.MongoClient) for each in gc.get_objects()))\n"
    )
    result = python(code, **environment(tmp_path, MONGODB_URI=mongod.uri))
    assert result.stdout == "1\n", result.stderr


@pytest.mark.parametrize(
    "collection",
    [users.users, sessions.sessions, attempts.attempts, audit.entries, comments.comments],
    ids=lambda collection: collection.name,
)
def test_every_collection_is_on_the_one_client(collection):
    assert collection.database.client is mongo.client


def test_dates_come_back_aware():
    user = a_client(creado=datetime(2026, 1, 1, tzinfo=UTC))
    assert document_of(user)["creado"].tzinfo is not None


# The address


@pytest.mark.parametrize("name", ["/nonexistent", __file__])
def test_file_of_the_address_that_cannot_be_used_is_a_sentence(settings, name):
    settings.MONGODB_URI = f"mongodb://db.example.org/?tls=true&tlsCAFile={name}"
    with pytest.raises(ImproperlyConfigured, match=r"^A file that MONGODB_URI names can't be used"):
        mongo.connect()


def test_address_sends_no_reads_to_secondaries(settings, monkeypatch):
    settings.MONGODB_URI = "mongodb://db.example.org/?readPreference=secondary"
    with mongo.connect() as client:
        monkeypatch.setattr(mongo, "client", client)
        assert mongo.database("MFLIX_DB_NAME").read_preference == ReadPreference.PRIMARY


def test_address_that_lets_nothing_be_confirmed_is_refused(settings):
    settings.MONGODB_URI = "mongodb://db.example.org/?w=0"
    with pytest.raises(ImproperlyConfigured, match=r"^The w of MONGODB_URI has to be"):
        mongo.connect()


@pytest.mark.parametrize(
    "uri",
    [
        "localhost:27017",
        "http://localhost/",
        "mongodb://",
        "mongodb://ana:p@ss@example.org/",
        "mongodb://example.org:port/",
        "mongodb+srv://one.example.org,two.example.org/",
    ],
)
def test_malformed_address_names_the_setting_but_never_the_password(settings, uri):
    settings.MONGODB_URI = uri
    with pytest.raises(ImproperlyConfigured, match=r"^MONGODB_URI is malformed") as failure:
        mongo.connect()
    assert "p@ss" not in str(failure.value)


@pytest.mark.parametrize("hosts", ["db.example.org,[::1]:27017", "[::1],[::2]", "ana:p℀ss@[::1]"])
def test_address_may_have_what_no_url_has(settings, hosts):
    settings.MONGODB_URI = f"mongodb://{hosts}/?timeoutMS=700"
    with mongo.connect() as client:
        assert client.options.timeout == 0.7


@pytest.mark.parametrize(
    "uri",
    [
        "mongodb://one.example.org,two.example.org/?replicaSet=rs0",
        "mongodb+srv://cluster.example.mongodb.net/",
    ],
)
def test_replica_set_and_atlas_are_addresses(settings, uri):
    settings.MONGODB_URI = uri
    with mongo.connect() as client:
        assert not client._opened


def test_name_that_no_database_can_have_is_one_sentence(settings):
    settings.PIALARA_DB_NAME = "a name"
    with pytest.raises(
        ImproperlyConfigured, match=r"^PIALARA_DB_NAME is not a name for a database"
    ):
        mongo.database("PIALARA_DB_NAME")


# Transactions


def test_transaction_stores_everything_and_returns_its_result():
    one, other = a_client(), a_client()

    def change(session):
        for user in (one, other):
            users.users.update_one({"_id": user.pk}, {"$set": {"nombre": "new"}}, session=session)
        return "done"

    assert mongo.transaction(change) == "done"
    assert {document_of(user)["nombre"] for user in (one, other)} == {"new"}


def test_transaction_reads_from_the_primary_whatever_the_address_says(
    mongod, settings, monkeypatch
):
    user = a_client()
    address = f"127.0.0.1:{mongod.port}/?replicaSet={embedded.SET_NAME}"
    settings.MONGODB_URI = f"mongodb://{address}&readPreference=secondaryPreferred"
    with mongo.connect() as client:
        monkeypatch.setattr(mongo, "client", client)
        there = mongo.database("PIALARA_DB_NAME").users
        assert mongo.transaction(lambda s: there.find_one({"_id": user.pk}, session=s))


def test_transaction_that_fails_stores_nothing():
    user = a_client(nombre="old")

    def change(session):
        users.users.update_one({"_id": user.pk}, {"$set": {"nombre": "new"}}, session=session)
        raise LookupError

    with pytest.raises(LookupError):
        mongo.transaction(change)
    assert document_of(user)["nombre"] == "old"


def test_transaction_is_repeated_after_a_conflict():
    user, tries = a_client(accesos=0), []

    def change(session):
        tries.append(session)
        users.users.find_one({"_id": user.pk}, session=session)
        if len(tries) == 1:  # somebody else is faster
            users.users.update_one({"_id": user.pk}, {"$inc": {"accesos": 1}})
        users.users.update_one({"_id": user.pk}, {"$inc": {"accesos": 1}}, session=session)

    mongo.transaction(change)
    assert (len(tries), document_of(user)["accesos"]) == (2, 2)


def test_transaction_that_takes_too_long_is_undone_and_holds_nothing(settings):
    settings.MONGODB_TRANSACTION_TIMEOUT_MS = 100
    user = a_client(nombre="old")

    def change(session):
        for name in ("new", "newer"):
            users.users.update_one({"_id": user.pk}, {"$set": {"nombre": name}}, session=session)
            time.sleep(0.2)

    with pytest.raises(ExecutionTimeout):
        mongo.transaction(change)
    assert document_of(user)["nombre"] == "old"
    # Which waits for whoever holds the document, but not for long.
    assert users.users.update_one({"_id": user.pk}, {"$set": {"accesos": 1}}).matched_count == 1


def test_transaction_is_not_tried_again_when_its_time_is_over(monkeypatch, settings):
    now, tries = 0, []
    monkeypatch.setattr(mongo, "time", SimpleNamespace(monotonic=lambda: now))

    def change(session):
        nonlocal now
        now += settings.MONGODB_TRANSACTION_TIMEOUT_MS / 1000
        tries.append(session)
        error = AutoReconnect("connection closed")
        error._add_error_label("TransientTransactionError")
        raise error

    with pytest.raises(ExecutionTimeout):
        mongo.transaction(change)
    assert len(tries) == 1


def test_transaction_of_a_killed_process_is_over_soon_after_it_could_have_ended(settings):
    name = "transactionLifetimeLimitSeconds"
    limit = mongo.client.admin.command({"getParameter": 1, name: 1})[name]
    longest = settings.MONGODB_TRANSACTION_TIMEOUT_MS + settings.MONGODB_OPTIONS["wtimeoutMS"]
    assert longest <= limit * 1000 < longest + 2000


# The sentences


def test_command_that_a_user_may_not_give_is_no_raw_command():
    told = {"errmsg": "not authorized on pialara to execute command { create: 'users' }"}
    said = mongo.reason(OperationFailure("no", 13, told))
    assert said.startswith("The user in MONGODB_URI may not do that; docs/operating.md")


@pytest.mark.parametrize("words", ["it is there", "it is there."])
def test_sentence_of_mongodb_ends_once(words):
    said = mongo.reason(OperationFailure("no", 48, {"errmsg": words}))
    assert said == "MongoDB refused the command: it is there."


@pytest.mark.parametrize("code", [18, 8000])
def test_refused_password_is_said_to_be_one(code):
    said = mongo.reason(OperationFailure("no", code, {"errmsg": "no"}))
    assert said == "MongoDB refused the user name or password in MONGODB_URI."


def test_server_of_ones_own_is_named_by_its_log(settings):
    settings.MONGODB_URI = ""
    said = mongo.reason(ServerSelectionTimeoutError("away"))
    assert said == f"The mongod of this site does not answer; see {embedded.server().log}."


def test_unreachable_server_is_named(settings, mongod):
    settings.MONGODB_URI = f"mongodb://127.0.0.1:{mongod.port}/"
    said = mongo.reason(ServerSelectionTimeoutError("away"))
    assert said.startswith(f"MongoDB at 127.0.0.1:{mongod.port} can't be reached")


def test_servers_of_another_replica_set_are_said_to_be(settings, mongod, monkeypatch):
    settings.MONGODB_URI = f"mongodb://127.0.0.1:{mongod.port}/?replicaSet=another"
    settings.MONGODB_OPTIONS = {**settings.MONGODB_OPTIONS, "serverSelectionTimeoutMS": 300}
    with mongo.connect() as client:
        monkeypatch.setattr(mongo, "client", client)
        with pytest.raises(ServerSelectionTimeoutError) as away:
            client.admin.command("ping")
        said = mongo.reason(away.value)
    assert said.startswith("None of the servers in MONGODB_URI is a member of the replica set")


def test_server_known_only_by_its_dns_name_is_named(settings, monkeypatch):
    settings.MONGODB_URI = "mongodb+srv://cluster.example.org/"
    with mongo.connect() as client:
        monkeypatch.setattr(mongo, "client", client)
        said = mongo.reason(ServerSelectionTimeoutError("away"))
    assert said.startswith("MongoDB at cluster.example.org can't be reached")


def test_refused_command_says_why_in_one_line():
    said = mongo.reason(DuplicateKeyError("no", 11000, {"errmsg": "E11000\n duplicate key"}))
    assert said == "MongoDB refused the command: E11000 duplicate key."


def test_refused_batch_says_why():
    user = a_client()
    with pytest.raises(BulkWriteError) as failure:
        users.users.insert_many([{"_id": user.pk, "email": "new@example.org"}])
    said = mongo.reason(failure.value)
    assert said.startswith("MongoDB refused the command: ")
    assert "\n" not in said


def test_refusal_without_details_is_a_sentence_too():
    assert mongo.reason(OperationFailure("not allowed")) == (
        "MongoDB refused the command: it does not say why."
    )


def test_refused_batch_does_not_tell_what_the_documents_hold():
    failed = {"errmsg": "Document failed validation", "op": {"password": "argon2$secret"}}
    said = mongo.reason(BulkWriteError({"writeErrors": [failed]}))
    assert said == "MongoDB refused the command: Document failed validation."
