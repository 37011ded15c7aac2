"""The settings, read from an environment of the test's own."""

import fcntl
import os
import runpy
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from unittest.mock import Mock

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from .processes import SECONDS

PRODUCTION = {
    "DEBUG": "False",
    "SECRET_KEY": "a key",
    "ALLOWED_HOSTS": "pialara.example.org,www.example.org",
    "MONGODB_URI": "mongodb://db.example.org/",
    "EMAIL_URL": "smtp://mail.example.org:25",
}


@pytest.fixture
def settings_of(monkeypatch, tmp_path):
    """The settings that these environment variables make."""
    monkeypatch.setenv("VAR_DIR", str(tmp_path))

    def read(**variables) -> dict:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(settings.BASE_DIR / "pialara_site" / "settings.py"))

    return read


# What has to be set


@pytest.mark.parametrize("name", ["SECRET_KEY", "ALLOWED_HOSTS", "MONGODB_URI", "EMAIL_URL"])
def test_production_without_a_setting_it_needs_names_it(settings_of, name):
    with pytest.raises(ImproperlyConfigured, match=name):
        settings_of(**{**PRODUCTION, name: ""})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "maybe"),
        ("OPEN_REGISTRATION", "perhaps"),
        ("SECURE_SSL_REDIRECT", "2"),
        ("MONGODB_RETRY_WRITES", "?"),
        ("MONGODB_MAX_POOL_SIZE", "many"),
        ("MONGODB_MAX_POOL_SIZE", "-1"),
        ("MONGODB_TIMEOUT_MS", "2.5"),
        ("MONGODB_WTIMEOUT_MS", "1s"),
        ("SECURE_HSTS_SECONDS", "a year"),
        ("EMAIL_URL", "mail.example.org"),
        ("EMAIL_URL", "smtp://mail.example.org:port"),
        ("TIME_ZONE", "Nowhere/Land"),
        ("TIME_ZONE", "../Madrid"),
        ("TIME_ZONE", "Europe"),
    ],
)
def test_setting_of_a_wrong_type_is_named(settings_of, name, value):
    with pytest.raises(ImproperlyConfigured, match=f"^The setting {name} is not"):
        settings_of(**{name: value})


@pytest.mark.parametrize(
    ("text", "value"), [("on", True), ("YES", True), ("0", False), ("False", False), ("off", False)]
)
def test_yes_and_no_are_understood_in_their_usual_spellings(settings_of, text, value):
    assert settings_of(OPEN_REGISTRATION=text)["OPEN_REGISTRATION"] is value


def test_empty_variable_counts_as_not_set(settings_of):
    assert settings_of(MONGODB_MAX_POOL_SIZE="")["MONGODB_OPTIONS"]["maxPoolSize"] == 50


def test_text_that_begins_with_a_dollar_is_taken_as_it_is(settings_of):
    assert settings_of(SECRET_KEY="$HOME")["SECRET_KEY"] == "$HOME"


def test_entries_of_a_list_may_have_spaces_around_them(settings_of):
    found = settings_of(ALLOWED_HOSTS="a.example.org, b.example.org ,")
    assert found["ALLOWED_HOSTS"] == ["a.example.org", "b.example.org"]


def test_list_of_nothing_is_not_set(settings_of):
    with pytest.raises(ImproperlyConfigured, match="ALLOWED_HOSTS"):
        settings_of(**{**PRODUCTION, "ALLOWED_HOSTS": " , "})


@pytest.mark.parametrize("value", ["0", "-1"])
def test_what_is_stored_has_to_be_confirmed(settings_of, value):
    with pytest.raises(ImproperlyConfigured, match=r"^MONGODB_W "):
        settings_of(MONGODB_W=value)


def test_both_databases_have_names_of_their_own(settings_of):
    with pytest.raises(ImproperlyConfigured, match="PIALARA_DB_NAME and MFLIX_DB_NAME"):
        settings_of(PIALARA_DB_NAME="one", MFLIX_DB_NAME="one")


@pytest.mark.parametrize("value", ["example.org", "https://a; script-src *", "https://a/b", "*"])
def test_hosts_of_posters_are_hosts(settings_of, value):
    with pytest.raises(ImproperlyConfigured, match=r"^POSTER_HOSTS "):
        settings_of(POSTER_HOSTS=value)


@pytest.mark.parametrize("value", ["example.org", "*.example.org", "https://"])
def test_trusted_origins_are_addresses(settings_of, value):
    with pytest.raises(ImproperlyConfigured, match=r"^CSRF_TRUSTED_ORIGINS "):
        settings_of(CSRF_TRUSTED_ORIGINS=value)


@pytest.mark.parametrize("name", ["HTTPS_HEADER", "CLIENT_IP_HEADER"])
@pytest.mark.parametrize("value", ["X-Forwarded-Proto: https", "X Forwarded", "https://a"])
def test_header_of_the_proxy_is_a_name(settings_of, name, value):
    with pytest.raises(ImproperlyConfigured, match=f"^{name} has to be the name of a header"):
        settings_of(**{name: value})


# The development key


def test_development_key_is_kept_in_var_for_its_owner_alone(settings_of, tmp_path):
    key = settings_of(DEBUG="True", SECRET_KEY="")["SECRET_KEY"]
    kept = tmp_path / "secret_key"
    assert (kept.read_text(), len(key) > 50) == (key, True)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_development_key_that_was_never_written_is_made_anew(settings_of, tmp_path):
    (tmp_path / "secret_key").touch()
    assert len(settings_of(DEBUG="True", SECRET_KEY="")["SECRET_KEY"]) > 50


def test_key_is_made_by_one_process_alone(settings_of, tmp_path, monkeypatch):
    flock, asked = fcntl.flock, Event()

    def ask(*arguments):
        asked.set()
        flock(*arguments)

    monkeypatch.setattr(fcntl, "flock", ask)
    with ThreadPoolExecutor(1) as second:
        with open(tmp_path / "secret_key", "w") as first:
            flock(first, fcntl.LOCK_EX)
            coming = second.submit(settings_of, DEBUG="True", SECRET_KEY="")
            assert asked.wait(SECONDS)
            first.write("made by the first")
        assert coming.result()["SECRET_KEY"] == "made by the first"


def test_key_that_is_kept_is_read_where_nothing_can_be_written(settings_of, tmp_path, monkeypatch):
    (tmp_path / "secret_key").write_text("kept")
    monkeypatch.setattr(Path, "mkdir", Mock(side_effect=PermissionError))
    monkeypatch.setattr(os, "open", Mock(side_effect=PermissionError))
    assert settings_of(DEBUG="True", SECRET_KEY="")["SECRET_KEY"] == "kept"


def test_development_key_stays_the_same(settings_of):
    assert settings_of(DEBUG="True", SECRET_KEY="")["SECRET_KEY"] == settings_of()["SECRET_KEY"]


def test_each_clone_has_a_key_of_its_own(settings_of, tmp_path):
    first = settings_of(DEBUG="True", SECRET_KEY="")["SECRET_KEY"]
    assert settings_of(VAR_DIR=str(tmp_path / "other"))["SECRET_KEY"] != first


def test_key_that_is_set_is_used_and_none_is_made(settings_of, tmp_path):
    assert settings_of(DEBUG="True", SECRET_KEY="mine")["SECRET_KEY"] == "mine"
    assert list(tmp_path.iterdir()) == []


def test_var_folder_that_is_not_writable_is_named(settings_of, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ImproperlyConfigured, match=r"file/var is not writable .* VAR_DIR"):
        settings_of(VAR_DIR=str(tmp_path / "file" / "var"), SECRET_KEY="")


# The connection


def test_change_of_many_documents_has_some_time(settings_of):
    with pytest.raises(ImproperlyConfigured, match="MONGODB_TRANSACTION_TIMEOUT_MS"):
        settings_of(MONGODB_TRANSACTION_TIMEOUT_MS="0")


def test_connection_is_as_the_design_says(settings_of):
    designed = {
        "appname": "pialara",
        "maxPoolSize": 50,
        "retryReads": True,
        "retryWrites": True,
        "serverSelectionTimeoutMS": 2500,
        "timeoutMS": 2500,
        "tz_aware": True,
        "w": "majority",
        "wtimeoutMS": 2500,
    }
    assert designed.items() <= settings_of()["MONGODB_OPTIONS"].items()


@pytest.mark.parametrize(
    ("variable", "text", "option", "value"),
    [
        ("MONGODB_APPNAME", "centre", "appname", "centre"),
        ("MONGODB_MAX_POOL_SIZE", "7", "maxPoolSize", 7),
        ("MONGODB_RETRY_READS", "no", "retryReads", False),
        ("MONGODB_RETRY_WRITES", "no", "retryWrites", False),
        ("MONGODB_SERVER_SELECTION_TIMEOUT_MS", "1", "serverSelectionTimeoutMS", 1),
        ("MONGODB_TIMEOUT_MS", "2", "timeoutMS", 2),
        ("MONGODB_W", "2", "w", "2"),
        ("MONGODB_WTIMEOUT_MS", "3", "wtimeoutMS", 3),
    ],
)
def test_connection_is_set_from_the_environment(settings_of, variable, text, option, value):
    assert settings_of(**{variable: text})["MONGODB_OPTIONS"][option] == value


def test_django_has_no_database_of_its_own(settings_of):
    assert settings_of()["DATABASES"] == {}


# Production


@pytest.mark.parametrize("cookie", ["SESSION", "CSRF", "LANGUAGE"])
def test_production_cookies_are_secure_and_same_site(settings_of, cookie):
    found = settings_of(**PRODUCTION)
    assert found[f"{cookie}_COOKIE_SECURE"] is True
    # Django's own default for the other two.
    assert found.get(f"{cookie}_COOKIE_SAMESITE", "Lax") == "Lax"


@pytest.mark.parametrize("cookie", ["CSRF", "LANGUAGE"])
def test_scripts_cannot_read_the_cookies(settings_of, cookie):
    assert settings_of(**PRODUCTION)[f"{cookie}_COOKIE_HTTPONLY"] is True


def test_production_insists_on_https_for_a_year(settings_of):
    found = settings_of(**PRODUCTION)
    assert (found["SECURE_SSL_REDIRECT"], found["SECURE_HSTS_SECONDS"]) == (True, 31_536_000)


def test_production_serves_hashed_compressed_files(settings_of):
    backend = settings_of(**PRODUCTION)["STORAGES"]["staticfiles"]["BACKEND"]
    assert backend == "whitenoise.storage.CompressedManifestStaticFilesStorage"


def test_development_works_without_https(settings_of):
    found = settings_of(DEBUG="True")
    assert (found["SECURE_SSL_REDIRECT"], found["SESSION_COOKIE_SECURE"]) == (False, False)


def test_development_answers_only_to_this_machine(settings_of):
    found = settings_of(DEBUG="True", ALLOWED_HOSTS="")["ALLOWED_HOSTS"]
    assert found == [".localhost", "127.0.0.1", "[::1]"]


def test_proxy_is_believed_only_by_the_header_that_is_set(settings_of):
    assert "SECURE_PROXY_SSL_HEADER" not in settings_of(**PRODUCTION)
    found = settings_of(HTTPS_HEADER="X-Forwarded-Proto")["SECURE_PROXY_SSL_HEADER"]
    assert found == ("HTTP_X_FORWARDED_PROTO", "https")


def test_mail_is_printed_until_a_server_is_set(settings_of):
    assert settings_of(DEBUG="True", EMAIL_URL="")["EMAIL_BACKEND"].endswith("console.EmailBackend")
    found = settings_of(EMAIL_URL="smtp+tls://ana:secret@mail.example.org:587")
    assert (found["EMAIL_HOST"], found["EMAIL_USE_TLS"]) == ("mail.example.org", True)


def test_pages_are_spanish_when_the_browser_says_nothing(anonymous):
    assert anonymous.get("/").headers["Content-Language"] == "es"


def test_pages_speak_the_language_of_the_browser(anonymous):
    page = anonymous.get("/", headers={"accept-language": "en"})
    assert page.headers["Content-Language"] == "en"
