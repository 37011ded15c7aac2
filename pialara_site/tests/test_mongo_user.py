"""`manage.py mongo_user`: the database users, what they are enough for, and what they can't do."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from pialara_site import schema
from pialara_site.privileges import WRITES, Account

from .guarded import ENCODED, PASSWORD, guarded
from .processes import Started, children_of, environment, manage

NAMES = {"PIALARA_DB_NAME": "test_pialara_main", "MFLIX_DB_NAME": "test_mflix_main"}
WEB, OPERATOR = "test_pialara_main_web", "test_pialara_main_operator"
# Every page as everybody, and some of what they change.
CORE = ["tests/test_access.py::test_path_answers_the_role"]
CORE += ["accounts/tests/test_user_delete.py", "mflix/tests/test_comments_change.py"]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """`address(name)` is how that user logs in; the two of ours are made by the command."""
    folder = tmp_path_factory.mktemp("guarded")
    with guarded(folder) as address:
        root = environment(folder / "var", **NAMES, MONGODB_URI=address("root"), LC_ALL="en")
        for option in ([], ["--operator"]):
            made = manage(
                "mongo_user", "--password-stdin", *option, env=root, stdin=f"{PASSWORD}\n"
            )
            assert made.returncode == 0, made.stderr
            assert PASSWORD not in made.stdout
        operator = {**root, "MONGODB_URI": address(OPERATOR)}
        prepared = manage("ensure_schema", env=operator)
        assert prepared.returncode == 0, prepared.stderr
        yield address


@pytest.fixture
def env(address, tmp_path):
    """The environment of a command that logs in as this user."""
    return lambda name: environment(tmp_path, **NAMES, MONGODB_URI=address(name), LC_ALL="en")


@pytest.fixture
def web(address):
    with MongoClient(address(WEB)) as client:
        yield client


# Enough


def test_core_of_the_suite_passes_as_the_web_servers_user(address):
    unset = {name: text for name, text in os.environ.items() if not name.startswith("PYTEST_")}
    del unset["PIALARA_TEST_DIR"]
    uris = {"TEST_MONGODB_URI": address(WEB), "TEST_OPERATOR_URI": address(OPERATOR)}
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "tests.least_privilege", *CORE],
        cwd=settings.BASE_DIR,
        env={**unset, **uris},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    assert int(re.search(r"(\d+) passed", run.stdout)[1]) > 200


@pytest.mark.parametrize("database", NAMES.values())
def test_web_servers_user_hears_of_changes(web, database):
    with web[database].watch() as changes:
        assert changes.try_next() is None


def test_web_server_starts_and_shows_its_password_to_nobody(env, address):
    with Started("--no-seed", env=env(WEB)) as running:
        assert running.get("/login/").status == 200
        assert running.get("/readyz").status == 200
        processes = [running.process.pid, *children_of(running.process.pid)]
        arguments = [Path(f"/proc/{each}/cmdline").read_text() for each in processes]
        running.process.terminate()
        shown = [*arguments, running.said, *running.process.communicate(timeout=60)]
    assert len(arguments) > 1
    assert not any(secret in text for secret in (PASSWORD, ENCODED) for text in shown)


def test_commands_user_is_enough_for_the_commands(env, address, tmp_path):
    with MongoClient(address(OPERATOR)) as client:
        for name in ("movies", "comments", "theaters"):  # seed adds none where there are others
            client.test_mflix_main[name].delete_many({})
    for command in (
        ["seed", "--users=5", "--movies=20", "--comments=20"],
        ["backup", str(tmp_path / "backups")],
        ["restore", str(tmp_path / "backups"), "--drop", "--yes"],
        ["ensure_schema", "--check"],
        ["recount_comments"],
        ["clean_attachments"],
    ):
        done = manage(*command, env=env(OPERATOR))
        assert done.returncode == 0, done.stderr


def test_every_collection_of_ours_is_thought_of():
    read_only = {"theaters"}
    named = {each.full_name for each, _actions in WRITES}
    assert {each.full_name for each, _module in schema.COLLECTIONS} - named == {
        each.full_name for each, _module in schema.COLLECTIONS if each.name in read_only
    }


# Nothing more


REFUSED = {
    "another database": lambda client: client.other.things.find_one(),
    "the users of MongoDB": lambda client: client.admin.system.users.find_one(),
    "a user for itself": lambda client: client.admin.command(
        "createUser", "eve", pwd="x", roles=["root"]
    ),
    "the end of a database": lambda client: client.drop_database("test_pialara_main"),
    "the end of a collection": lambda client: client.test_pialara_main.users.drop(),
    "a changed entry of the log": lambda client: client.test_pialara_main.audit_log.update_one(
        {}, {"$set": {"actor": None}}
    ),
    "a removed entry of the log": lambda client: client.test_pialara_main.audit_log.delete_many({}),
    "a new collection": lambda client: client.test_pialara_main.create_collection("mine"),
    "a weaker validator": lambda client: client.test_pialara_main.command(
        "collMod", "users", validator={}
    ),
    "films of its own": lambda client: client.test_mflix_main.movies.insert_one({}),
    "$where": lambda client: client.test_mflix_main.movies.find_one({"$where": "true"}),
    "$function": lambda client: client.test_mflix_main.movies.find_one(
        {"$expr": {"$function": {"body": "function() {}", "args": [], "lang": "js"}}}
    ),
    "mapReduce": lambda client: client.test_mflix_main.command(
        "mapReduce", "movies", map="function() {}", reduce="function() {}", out={"inline": 1}
    ),
}


@pytest.fixture
def film(address):
    """On an empty collection no JavaScript would run."""
    with MongoClient(address(OPERATOR)) as client:
        client.test_mflix_main.movies.insert_one({"_id": "film"})
        yield
        client.test_mflix_main.movies.delete_one({"_id": "film"})


@pytest.mark.parametrize("wish", REFUSED)
def test_web_servers_user_cannot_have(web, film, wish):
    with pytest.raises(OperationFailure, match=r"not authorized|[Ss]cript"):
        REFUSED[wish](web)


def test_commands_user_mends_a_schema_that_differs(env, address):
    with MongoClient(address("root")) as client:
        database = client.test_pialara_main
        database.command("collMod", "users", validator={})
        database.users.drop_index("email_1")
        database.users.create_index("email", name="email_1")
    for option in ([], ["--check"]):
        done = manage("ensure_schema", *option, env=env(OPERATOR))
        assert done.returncode == 0, done.stderr


def test_commands_user_cannot_drop_a_database_or_read_another(address):
    with MongoClient(address(OPERATOR)) as client:
        for wish in ("another database", "the end of a database", "a user for itself"):
            with pytest.raises(OperationFailure, match="not authorized"):
                REFUSED[wish](client)


def test_backup_as_the_web_servers_user_is_refused_in_one_sentence(env, tmp_path):
    refused = manage("backup", str(tmp_path), env=env(WEB))
    assert refused.returncode == 1
    assert refused.stderr.startswith("The user in MONGODB_URI may not do that")


def test_no_code_of_ours_sends_javascript():
    ours = [
        path
        for app in ("pialara_site", "accounts", "mflix")
        for path in (settings.BASE_DIR / app).rglob("*.py")
        if "tests" not in path.parts
    ]
    javascript = re.compile(r"\$where|\$function|\$accumulator|mapReduce|bson\.code\b|\bCode\(")
    assert [path for path in ours if javascript.search(path.read_text())] == []


# The command


def test_who_is_there_keeps_the_password(env, web):
    again = manage("mongo_user", env=env("root"))
    assert again.returncode == 0, again.stderr
    assert re.search(rf"mongodb://{WEB}:PASSWORD@127\.0\.0\.1:\d+/\?replicaSet=rs0\n", again.stdout)
    assert web.test_pialara_main.users.count_documents({}) >= 0


def test_rights_are_brought_up_to_date(env, address, web):
    with MongoClient(address("root")) as client:
        client.admin.command("updateRole", WEB, privileges=[])
    with pytest.raises(OperationFailure, match="not authorized"):
        web.test_pialara_main.users.find_one()
    assert manage("mongo_user", env=env("root")).returncode == 0
    web.test_pialara_main.users.find_one()


def test_who_is_there_gets_the_new_password(env, address):
    with MongoClient(address("root")) as client:
        client.admin.command("updateUser", WEB, pwd="an older one")
    changed = manage("mongo_user", "--password-stdin", env=env("root"), stdin=f"{PASSWORD}\n")
    assert changed.returncode == 0, changed.stderr
    with MongoClient(address(WEB)) as client:
        assert client.admin.command("ping")["ok"]


def test_empty_password_is_refused(env):
    refused = manage("mongo_user", "--password-stdin", env=env("root"), stdin="\n")
    assert refused.stderr == "CommandError: The password is empty.\n"


@pytest.mark.parametrize("operator", [False, True])
def test_commands_for_mongosh_hold_the_rights_and_no_password(capsys, english, operator):
    from django.core.management import call_command

    call_command("mongo_user", print=True, operator=operator)
    said = capsys.readouterr().out
    account = Account(operator)
    role, user = re.search(r"createRole\((.*)\)\nadmin\.createUser\((.*)\)", said, re.S).groups()
    wanted = {"role": account.name, "privileges": account.privileges, "roles": []}
    assert json.loads(role) == wanted
    name = f'"{account.name}"'
    assert user == f"{{user: {name}, pwd: passwordPrompt(), roles: [{name}]}}"
