"""Commands speak the language of their terminal."""

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import translation

from pialara_site import terminal

from .processes import environment, manage


@pytest.fixture
def variables(monkeypatch):
    """Sets these variables of a terminal, and no others."""

    def use(**told):
        for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
            monkeypatch.delenv(name, raising=False)
        for name, value in told.items():
            monkeypatch.setenv(name, value)

    return use


@pytest.fixture
def spanish():
    with translation.override("es"):
        yield


@pytest.mark.parametrize(
    ("told", "language"),
    [
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en"}, "en"),
        ({"LANG": "es_ES.UTF-8"}, "es"),
        ({"LANG": "es_MX@euro"}, "es"),
        ({"LANG": "C.UTF-8"}, "es"),
        ({"LANG": "POSIX"}, "es"),
        ({"LANG": "fr_FR.UTF-8"}, "es"),
        ({}, "es"),
        ({"LC_MESSAGES": "en_US", "LANG": "es_ES"}, "en"),
        ({"LC_ALL": "es_ES", "LC_MESSAGES": "en_US", "LANG": "en_US"}, "es"),
        ({"LC_ALL": "", "LANG": "en_US"}, "en"),
    ],
    ids=str,
)
def test_language_is_that_of_the_first_variable_that_says_one(variables, told, language):
    variables(**told)
    assert terminal.language() == language


def test_terminal_has_the_languages_of_the_pages():
    assert terminal.LANGUAGES[0] == settings.LANGUAGE_CODE
    assert set(terminal.LANGUAGES) == {code for code, _name in settings.LANGUAGES}


@pytest.mark.parametrize(
    ("locale", "sentence"),
    [
        ("es_ES.UTF-8", "El esquema está listo.\n"),
        ("C", "El esquema está listo.\n"),
        ("en_US.UTF-8", "The schema is in place.\n"),
    ],
)
def test_command_answers_in_that_language(mongod, tmp_path, locale, sentence):
    names = {"PIALARA_DB_NAME": settings.PIALARA_DB_NAME, "MFLIX_DB_NAME": settings.MFLIX_DB_NAME}
    env = environment(tmp_path, MONGODB_URI=mongod.uri, LC_ALL=locale, **names)
    assert manage("ensure_schema", env=env).stdout == sentence


@pytest.mark.parametrize(
    ("locale", "sentence"),
    [
        ("es_ES.UTF-8", "El ajuste DEBUG no es válido: tiene que ser de tipo bool.\n"),
        ("en_US.UTF-8", "The setting DEBUG is not a valid bool.\n"),
    ],
)
def test_bad_setting_is_told_in_that_language(tmp_path, locale, sentence):
    env = environment(tmp_path, DEBUG="maybe", LC_ALL=locale)
    assert manage("check", env=env).stderr == sentence


def test_help_is_in_that_language(tmp_path):
    env = environment(tmp_path, LC_ALL="es_ES.UTF-8", COLUMNS="200")
    told = manage("help", "seed", env=env).stdout
    assert "Añade personas, películas, cines y comentarios de ejemplo." in told
    assert "cuántas personas (60)" in told


def test_results_are_in_spanish_with_their_plurals(spanish, settings, capsys):
    settings.DEBUG = True
    call_command("seed", users=1, movies=0)
    call_command("seed", users=3, movies=0)
    assert capsys.readouterr().out == (
        "Personas de ejemplo: se ha añadido 1, ya había 0.\n"
        "Personas de ejemplo: se han añadido 2, ya había 1.\n"
    )


def test_what_another_thread_finds_is_in_spanish_too(spanish, tmp_path, capsys):
    path = tmp_path / "movies.json"
    path.write_text('[{"_id": 1}, 7]')
    with pytest.raises(CommandError, match="documentos rechazados"):
        call_command("import_mflix", path)
    assert "movies.json en movies: 1 nuevo, 0 cambiados, 0 iguales, 1 rechazado" in (
        capsys.readouterr().out
    )
    assert "no es un documento" in path.with_name("movies.json.rejected.jsonl").read_text()
