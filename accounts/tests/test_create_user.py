"""`manage.py create_user`: the first administrator, and anybody else."""

import io

import pytest
from django.core.management import CommandError, call_command

from accounts.audit import entries
from accounts.users import users
from mflix.tests.mothers import a_comment, a_movie
from pialara_site.tests.processes import at_terminal, environment
from tests.mothers import a_client

pytestmark = pytest.mark.usefixtures("english")

PASSWORD = "correct horse battery"
ANA = {"rol": "Administrador", "email": "ana@example.org", "nombre": "Ana"}


@pytest.fixture
def create(monkeypatch):
    """Runs the command with this on its standard input, which is no terminal."""

    def run(stdin=f"{PASSWORD}\n", **options):
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        call_command("create_user", **options)

    return run


@pytest.mark.parametrize("rol", ["Administrador", "Técnico", "Cliente"])
def test_user_of_each_role_can_log_in_at_once(create, anonymous, rol):
    create(**{**ANA, "rol": rol}, password_stdin=True)
    anonymous.post("/login/", {"email": "ana@example.org", "password": PASSWORD})
    assert anonymous.get("/profile/").wsgi_request.user.rol == rol


def test_command_says_whom_it_made(create, capsys):
    create(**{**ANA, "email": " Ana@Example.org"}, password_stdin=True)
    said = capsys.readouterr().out
    assert said == "Ana (ana@example.org) can log in as Administrator.\n"
    assert users.find_one()["password"].startswith("argon2$")


def test_audit_log_tells_who_was_made(create):
    create(**ANA, password_stdin=True)
    entry = entries.find_one()
    assert (entry["action"], entry["target"]["email"]) == ("create", "ana@example.org")
    assert entry["actor"]["nombre"] == "manage.py create_user"


def test_operator_may_give_an_email_under_which_others_wrote(create):
    a_comment(a_movie(), email="ana@example.org")
    create(**ANA, password_stdin=True)
    assert users.find_one()["email"] == "ana@example.org"


@pytest.mark.parametrize("email", ["ana@example.org", "ANA@example.org "])
def test_taken_email_is_a_sentence(create, email):
    a_client(email="ana@example.org")
    with pytest.raises(CommandError, match=r"(?i)ana@example\.org"):
        create(**{**ANA, "email": email}, password_stdin=True)
    assert users.count_documents({}) == 1


@pytest.mark.parametrize(
    ("options", "stdin"),
    [
        ({"email": "no email"}, PASSWORD),
        ({}, "short"),
        ({}, "12345678901"),
        ({}, ""),
        ({"email": "correct.horse@example.org"}, "correct.horse"),
        ({"nombre": "Correct Horse"}, "correct horse"),
        ({"nombre": "   "}, PASSWORD),
        ({"nombre": "\u200b"}, PASSWORD),
    ],
)
def test_bad_email_password_or_name_makes_nobody(create, options, stdin):
    with pytest.raises(CommandError):
        create(stdin, **{**ANA, **options}, password_stdin=True)
    assert users.count_documents({}) == 0


def test_unknown_role_is_refused(create):
    with pytest.raises(CommandError, match=r"Técnico"):
        create(**{**ANA, "rol": "root"}, password_stdin=True)


@pytest.mark.parametrize("missing", ["rol", "email", "nombre"])
def test_without_a_terminal_what_is_missing_is_named(create, missing):
    with pytest.raises(CommandError, match=f"--{missing} is missing"):
        create(**{**ANA, missing: None}, password_stdin=True)


def test_without_a_terminal_the_password_comes_by_stdin(create):
    with pytest.raises(CommandError, match=r"--password-stdin is missing"):
        create(**ANA)


# At a terminal


@pytest.fixture
def env(mongod, tmp_path):
    names = {"PIALARA_DB_NAME": users.database.name}
    return environment(tmp_path / "var", MONGODB_URI=mongod.uri, **names)


def test_at_a_terminal_the_command_asks_for_everything(env):
    dialogue = [("Role", "Técnico\n"), ("Email: ", "ana@example.org\n"), ("Name: ", "Ana\n")]
    dialogue += [("Password: ", f"{PASSWORD}\n"), ("again: ", f"{PASSWORD}\n")]
    status, screen = at_terminal("create_user", env=env, dialogue=dialogue)
    assert (status, PASSWORD in screen) == (0, False), screen
    assert users.find_one()["rol"] == "Técnico"


def test_spaces_around_an_answer_are_no_part_of_it(env):
    dialogue = [("Role", " Técnico \n"), ("Email: ", " ana@example.org \n"), ("Name: ", " Ana \n")]
    dialogue += [("Password: ", f"{PASSWORD}\n"), ("again: ", f"{PASSWORD}\n")]
    status, screen = at_terminal("create_user", env=env, dialogue=dialogue)
    assert status == 0, screen
    doc = users.find_one()
    assert (doc["rol"], doc["email"], doc["nombre"]) == ("Técnico", "ana@example.org", "Ana")


def test_empty_answer_makes_nobody(env):
    arguments = ["--rol=Técnico", "--email=ana@example.org"]
    dialogue = [("Name: ", " \n")]
    status, screen = at_terminal("create_user", *arguments, env=env, dialogue=dialogue)
    assert (status, "--nombre is missing" in screen) == (1, True), screen
    assert users.count_documents({}) == 0


def test_two_passwords_that_differ_make_nobody(env):
    arguments = [f"--{name}={value}" for name, value in ANA.items()]
    dialogue = [("Password: ", f"{PASSWORD}\n"), ("again: ", "another\n")]
    status, screen = at_terminal("create_user", *arguments, env=env, dialogue=dialogue)
    assert (status, "not the same" in screen) == (1, True), screen
    assert users.count_documents({}) == 0
