"""manage.py import_mflix --users: who commented in sample_mflix can log in."""

import bcrypt
import bson
import pytest
from bson import ObjectId
from bson.raw_bson import RawBSONDocument
from django.core.management import CommandError, call_command

from accounts.users import users
from pialara_site.mongo import mflix
from tests.mothers import a_client, a_technician, document_of

pytestmark = pytest.mark.usefixtures("english")

PASSWORD = "winter is coming"
HASHED = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
NED = {"_id": ObjectId(), "name": "Ned", "email": "ned@example.org", "password": HASHED}


@pytest.fixture(autouse=True)
def _no_users_are_left():
    """The collection is not among those that each test finds empty, as nothing else uses it."""
    yield
    mflix.users.delete_many({})


@pytest.fixture
def run(capsys):
    """Runs the command and answers what it printed."""

    def run(*paths, **options):
        call_command("import_mflix", *map(str, paths), users=True, **options)
        return capsys.readouterr().out

    return run


@pytest.fixture
def file(tmp_path):
    """Writes a dump and returns its path."""

    def write(*docs, name="users.bson"):
        (tmp_path / name).write_bytes(b"".join(map(bson.encode, docs)))
        return tmp_path / name

    return write


def test_users_of_the_database_become_active_clients(run):
    mflix.users.insert_one(NED)
    assert run() == "users into accounts: 1 new, 0 changed, 0 same, 0 rejected\n"
    doc = users.find_one()
    assert (doc["nombre"], doc["email"]) == ("Ned", "ned@example.org")
    assert (doc["rol"], doc["estado"], doc["parent"]) == ("Cliente", "activo", None)


def test_users_of_a_file_need_no_database(run, file):
    assert "users.bson into accounts: 1 new" in run(file(NED))
    assert mflix.users.count_documents({}) == 0


def test_only_the_users_of_a_folder_are_read(run, file, tmp_path):
    file(NED)
    file({"_id": 1}, name="movies.bson")
    assert run(tmp_path).count("into") == 1
    assert mflix.movies.count_documents({}) == 0


def test_file_may_have_any_name(run, file):
    assert "1 new" in run(file(NED, name="part7.bson"))


def test_imported_user_logs_in_with_the_old_password(run, file, anonymous):
    run(file(NED))
    anonymous.post("/login/", {"email": "ned@example.org", "password": PASSWORD})
    assert anonymous.get("/me/").status_code == 200


def test_accents_in_an_email_are_no_mistake(run, file, anonymous):
    email = "hafthór_júlíus@example.org"
    run(file({**NED, "email": email}))
    answer = anonymous.post("/login/", {"email": email, "password": PASSWORD})
    assert answer.status_code == 302


def test_second_run_keeps_the_password_that_was_set_since(run, file):
    path = file(NED)
    run(path)
    users.update_one({}, {"$set": {"password": "argon2$newer"}})
    assert "0 new, 0 changed, 1 same" in run(path)
    assert users.find_one()["password"] == "argon2$newer"


@pytest.mark.parametrize("person", [a_client, a_technician])
def test_whoever_has_an_account_keeps_it(run, file, person):
    user = person(email="NED@example.org", nombre="Eddard")
    before = document_of(user)
    assert "0 new, 0 changed, 1 same" in run(file(NED))
    assert document_of(user) == before


def test_dump_makes_nobody_an_administrator(run, file):
    run(file({**NED, "rol": "Administrador", "estado": "suspendido"}))
    doc = users.find_one()
    assert (doc["rol"], doc["estado"]) == ("Cliente", "activo")


def test_user_who_cannot_log_in_is_rejected(file, tmp_path):
    path = file({"_id": 1, "name": "Ned"}, NED)
    with pytest.raises(CommandError, match=r"users\.bson\.rejected\.jsonl"):
        call_command("import_mflix", str(path), users=True)
    assert users.count_documents({}) == 1
    assert "email" in (tmp_path / "users.bson.rejected.jsonl").read_text()


def test_rejected_users_of_the_database_have_a_file_too(tmp_path):
    mflix.users.insert_one({"name": "Ned"})
    with pytest.raises(CommandError, match=r"users\.rejected\.jsonl"):
        call_command("import_mflix", users=True, rejects=tmp_path)
    assert (tmp_path / "users.rejected.jsonl").exists()


def test_what_is_no_document_is_rejected(tmp_path, capsys):
    (tmp_path / "users.json").write_text("5\n")
    with pytest.raises(CommandError):
        call_command("import_mflix", str(tmp_path / "users.json"), users=True)
    assert "1 rejected" in capsys.readouterr().out
    assert '"document": 5}' in (tmp_path / "users.json.rejected.jsonl").read_text()


def test_name_that_is_no_text_keeps_nobody_out(run):
    broken = bson.encode({**NED, "name": "abc"}).replace(b"abc", b"a\xffc")
    mflix.users.insert_one(RawBSONDocument(broken))
    assert "1 new" in run()
    assert users.find_one()["nombre"] == "a\N{REPLACEMENT CHARACTER}c"


def test_users_are_of_one_collection(run):
    with pytest.raises(CommandError, match="--collection"):
        run(collection="movies")


def test_command_says_that_users_of_the_data_set_can_be_let_in(file, capsys):
    call_command("import_mflix", str(file(NED)))
    assert "import_mflix --users" in capsys.readouterr().out
