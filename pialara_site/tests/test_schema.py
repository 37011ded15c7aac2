"""Indexes and validators, and `manage.py ensure_schema`."""

from functools import partialmethod

import pytest
from django.core.management import CommandError, call_command
from pymongo import ASCENDING, IndexModel
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError, WriteError

from accounts import attempts, audit, sessions, users
from mflix import comments
from pialara_site import mongo, schema
from tests.mothers import a_document, stored

pytestmark = pytest.mark.usefixtures("english")

OWN = [users.users, sessions.sessions, attempts.attempts, audit.entries]
EVERY = [*OWN, comments.comments]


def name(collection) -> str:
    return collection.name


@pytest.fixture(autouse=True)
def schema_afterwards():
    """Whatever a test does to the schema, the next one finds it in place."""
    yield
    users.users.delete_many({})
    schema.ensure()


# Putting it in place


@pytest.mark.parametrize("collection", EVERY, ids=name)
def test_missing_collection_is_made_with_its_indexes(collection):
    collection.drop()
    schema.ensure()
    declared = next(module for each, module in schema.COLLECTIONS if each.name == collection.name)
    wanted = {index.document["name"] for index in declared.INDEXES}
    assert wanted <= collection.index_information().keys()


@pytest.mark.parametrize("collection", OWN, ids=name)
def test_our_collections_are_validated(collection):
    collection.drop()
    schema.ensure()
    assert "$jsonSchema" in collection.options()["validator"]


def test_repeating_it_changes_nothing():
    before = [(each.index_information(), each.options()) for each in EVERY]
    schema.ensure()
    assert [(each.index_information(), each.options()) for each in EVERY] == before


def test_changed_index_is_built_anew():
    users.users.drop_index("email_1")
    users.users.create_index("email", name="email_1")
    schema.ensure()
    index = users.users.index_information()["email_1"]
    assert (index["unique"], index["collation"]["strength"]) == (True, 2)


def test_changed_expiry_is_built_anew():
    sessions.sessions.drop_index("expires_1")
    sessions.sessions.create_index("expires", expireAfterSeconds=60)
    schema.ensure()
    assert sessions.sessions.index_information()["expires_1"]["expireAfterSeconds"] == 0


def test_changed_validator_is_put_back():
    users.users.database.command("collMod", "users", validator={})
    schema.ensure()
    assert users.users.options()["validator"] == {"$jsonSchema": users.VALIDATOR}


def test_indexes_of_others_stay():
    users.users.create_index("patologia", name="theirs")
    schema.ensure()
    assert "theirs" in users.users.index_information()
    users.users.drop_index("theirs")


@pytest.mark.parametrize("changed", [{"validationLevel": "off"}, {"validationAction": "warn"}])
def test_validator_that_was_switched_off_is_switched_on(changed):
    users.users.database.command("collMod", "users", **changed)
    assert schema.drift() == [f"{users.users.full_name}: the validator is different"]
    schema.ensure()
    assert schema.drift() == []
    with pytest.raises(WriteError):
        users.users.insert_one({"email": 5})


def test_collection_that_another_process_makes_meanwhile_is_there(monkeypatch):
    unasked = partialmethod(Database.create_collection, check_exists=False)
    monkeypatch.setattr(Database, "create_collection", unasked)
    users.users.database.command("collMod", "users", validator={})  # as a write makes it
    schema.ensure()
    assert schema.drift() == []


def test_index_that_another_process_drops_meanwhile_is_built_anew(monkeypatch):
    users.users.drop_index("email_1")
    users.users.create_index("email", name="email_1")
    drop = Collection.drop_index

    def both_drop(collection, name):
        drop(collection, name)
        drop(collection, name)

    monkeypatch.setattr(Collection, "drop_index", both_drop)
    schema.ensure()
    assert schema.drift() == []


def test_hidden_index_is_seen_and_mended():
    hidden = {"name": "email_1", "hidden": True}
    users.users.database.command("collMod", "users", index=hidden)
    assert schema.drift() == [f"{users.users.full_name}: the index email_1 is different"]
    schema.ensure()
    assert schema.drift() == []


def test_all_else_is_built_where_documents_make_an_index_impossible():
    users.users.drop_indexes()
    audit.entries.drop_indexes()
    for _ in range(2):
        stored(email="ana@example.org")
    with pytest.raises(DuplicateKeyError):
        schema.ensure()
    assert schema.drift() == [f"{users.users.full_name}: the index email_1 is missing"]


def test_validator_of_sample_mflix_is_not_ours_to_change():
    theirs = {"text": {"$type": "string"}}
    comments.comments.database.command("collMod", "comments", validator=theirs)
    schema.ensure()
    assert comments.comments.options()["validator"] == theirs
    assert schema.drift() == []
    comments.comments.database.command("collMod", "comments", validator={})


def test_collection_without_indexes_of_ours_gets_none():
    schema._ensure_indexes(comments.comments.database.others, [])
    assert comments.comments.database.others.index_information() == {}


def test_documents_of_others_survive():
    user = stored(email=5, rol="Nobody")
    users.users.database.command("collMod", "users", validator={})
    schema.ensure()
    assert users.users.find_one({"_id": user.pk})["rol"] == "Nobody"


def test_document_of_others_that_does_not_fit_can_still_be_edited():
    user = stored(email="ana@example.org", rol="Nobody")
    users.users.update_one({"_id": user.pk}, {"$set": {"nombre": "Ana"}})
    assert users.users.find_one({"_id": user.pk})["nombre"] == "Ana"


# What it guards


@pytest.mark.parametrize(
    "fields",
    [{"rol": "root"}, {"estado": "gone"}, {"email": 5}, {"parent": ["x"]}, {"password": None}],
    ids=str,
)
def test_new_user_has_to_fit(fields):
    document = {**a_document(), **fields}
    with pytest.raises(WriteError):
        users.users.insert_one(document)


@pytest.mark.parametrize("email", ["ana@example.org", "ANA@Example.org"])
def test_one_account_per_email_whatever_its_case(email):
    stored(email="ana@example.org")
    with pytest.raises(DuplicateKeyError):
        users.users.insert_one(a_document(email=email))


# The command


def test_command_says_that_the_schema_is_in_place(capsys):
    users.users.drop_index("creado_1__id_1")
    call_command("ensure_schema")
    assert capsys.readouterr().out == "The schema is in place.\n"
    assert "creado_1__id_1" in users.users.index_information()


def test_check_has_nothing_to_say_about_a_schema_in_place(capsys):
    call_command("ensure_schema", check=True)
    assert capsys.readouterr().out == "The schema is as declared.\n"


@pytest.mark.parametrize("collection", EVERY, ids=name)
def test_check_names_an_index_that_is_missing(collection):
    collection.drop_indexes()
    with pytest.raises(CommandError, match=rf"{collection.name}: the index \S+ is missing"):
        call_command("ensure_schema", check=True)


def test_check_names_an_index_that_is_different():
    users.users.drop_index("email_1")
    users.users.create_index("email", name="email_1")
    with pytest.raises(CommandError, match=r"users: the index email_1 is different"):
        call_command("ensure_schema", check=True)


@pytest.mark.parametrize("collection", OWN, ids=name)
def test_check_names_a_collection_whose_validator_is_different(collection):
    collection.database.command("collMod", collection.name, validator={})
    with pytest.raises(CommandError, match=rf"{collection.name}: the validator is different"):
        call_command("ensure_schema", check=True)


def test_check_only_reports():
    users.users.drop_index("email_1")
    with pytest.raises(CommandError):
        call_command("ensure_schema", check=True)
    assert "email_1" not in users.users.index_information()


# What counts as the same index


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"unique": True},
        {"sparse": True},
        {"expireAfterSeconds": 60},
        {"collation": users.COLLATION},
        {"partialFilterExpression": {"rol": "Cliente"}},
    ],
    ids=str,
)
def test_index_is_known_again_as_the_server_reports_it(options):
    index = IndexModel([("sexo", ASCENDING)], name="known", **options)
    users.users.create_indexes([index])
    reported = users.users.index_information()["known"]
    assert schema._comparable(reported) == schema._comparable(index.document)
    users.users.drop_index("known")


def test_an_index_may_take_its_time(commands):
    with commands() as seen:
        schema.ensure()
    assert not any("maxTimeMS" in command.body for command in seen if "Index" in command.name)


def test_emails_that_several_users_have_are_said_with_what_to_do():
    users.users.drop_index("email_1")
    for _ in range(2):
        stored(email="ana@example.org")
    with pytest.raises(DuplicateKeyError) as refused:
        call_command("ensure_schema")
    assert mongo.reason(refused.value).startswith("Several documents have the same email, which")
