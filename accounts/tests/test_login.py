"""Logging in and out."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client

from accounts.models import User
from accounts.sessions import sessions
from tests.mothers import (
    PASSWORD,
    a_client,
    a_document,
    a_technician,
    an_administrator,
    document_of,
    stored,
)


@pytest.fixture
def ana():
    return a_client(email="ana@example.org")


def log_in(browser, email="ana@example.org", password=PASSWORD, **more):
    return browser.post("/login/", {"email": email, "password": password, **more})


def is_logged_in(browser):
    return browser.get("/profile/").status_code == 200


@pytest.fixture
def hashings(monkeypatch):
    """Every run of the expensive hash, by what asked for it."""
    done = []
    for name in ("encode", "verify"):
        original = getattr(Argon2PasswordHasher, name)

        def counted(*args, original=original, name=name, **kwargs):
            done.append(name)
            return original(*args, **kwargs)

        monkeypatch.setattr(Argon2PasswordHasher, name, counted)
    return done


# Coming in


def test_login_page_asks_for_email_and_password(anonymous):
    form = anonymous.get("/login/").context["form"]
    assert list(form.fields) == ["email", "password", "remember"]


def test_password_has_a_button_to_show_it_that_scripts_bring_out(anonymous):
    page = anonymous.get("/login/").content.decode()
    button = page[: page.index('data-shows="id_password"')].rindex("<div")
    assert page[button:].startswith('<div class="control" hidden>')


def test_login_page_says_what_to_do_when_one_cant_get_in(anonymous):
    page = anonymous.get("/login/", headers={"accept-language": "en"}).content.decode()
    assert 'href="/password/reset/"' in page
    assert "Your centre makes the accounts." in page


def test_right_password_leads_home(anonymous, ana):
    response = log_in(anonymous)
    assert response.status_code == 302
    assert response.headers["Location"] == "/"


@pytest.mark.parametrize("kind", [a_client, a_technician, an_administrator])
def test_every_role_logs_in(anonymous, kind):
    kind(email="ana@example.org")
    log_in(anonymous)
    assert is_logged_in(anonymous)


@pytest.mark.parametrize("typed", ["ANA@example.org", "  ana@example.org ", "Ana@Example.ORG\t"])
def test_case_and_outer_spaces_of_the_email_do_not_matter(anonymous, ana, typed):
    log_in(anonymous, email=typed)
    assert is_logged_in(anonymous)


def test_email_that_others_stored_with_capitals_logs_in(anonymous):
    a_client(email="Ana@Example.org")
    log_in(anonymous)
    assert is_logged_in(anonymous)


@pytest.mark.parametrize("hidden", ["\u00ad", "\u200b", "\u2060"])
def test_invisible_characters_make_another_email(anonymous, ana, hidden):
    log_in(anonymous, email=f"a{hidden}na@example.org")
    assert not is_logged_in(anonymous)


def test_spaces_of_the_password_matter(anonymous):
    a_client(email="ana@example.org", password=" with spaces ")
    log_in(anonymous, password="with spaces")
    assert not is_logged_in(anonymous)
    log_in(anonymous, password=" with spaces ")
    assert is_logged_in(anonymous)


def test_wrong_password_is_a_sentence_and_keeps_the_email(anonymous, ana):
    response = log_in(anonymous, password="wrong")
    assert response.status_code == 200
    assert response.context["form"]["email"].value() == "ana@example.org"


def test_unknown_email_gets_the_words_of_a_wrong_password(anonymous, ana):
    wrong = log_in(anonymous, password="wrong").context["form"].errors
    unknown = log_in(anonymous, email="nobody@example.org").context["form"].errors
    assert wrong
    assert unknown == wrong


def test_password_is_never_sent_back(anonymous, ana):
    response = log_in(anonymous, password="my wrong secret")
    assert "my wrong secret" not in response.content.decode()


def test_empty_form_is_a_sentence_at_each_field(anonymous):
    response = anonymous.post("/login/", {"email": "", "password": ""})
    assert set(response.context["form"].errors) == {"email", "password"}


def test_overlong_email_is_a_sentence(anonymous):
    response = log_in(anonymous, email="a" * 300 + "@example.org")
    assert set(response.context["form"].errors) == {"email"}


@pytest.mark.parametrize(
    "odd", ["\U0001f600@example.org", "{'$ne': ''}", "\u202eana@x.org", "a\nb"]
)
def test_odd_email_is_a_sentence(anonymous, ana, odd):
    assert log_in(anonymous, email=odd).context["form"].errors


def test_form_operators_never_reach_a_query(anonymous, ana, commands):
    with commands() as seen:
        response = anonymous.post("/login/", {"email[$ne]": "", "password[$ne]": ""})
    assert response.status_code == 200
    assert [str(command) for command in seen] == []


def test_logged_in_person_is_led_past_the_login_page(cliente):
    assert cliente.get("/login/").headers["Location"] == "/"


def test_login_needs_the_csrf_token(ana):
    assert log_in(Client(enforce_csrf_checks=True)).status_code == 403


def test_login_page_is_not_cached(anonymous):
    assert "no-store" in anonymous.get("/login/").headers["Cache-Control"]


# States


@pytest.mark.parametrize("estado", ["inactivo", "suspendido", "something else"])
def test_user_who_is_not_active_does_not_come_in(anonymous, estado):
    a_client(email="ana@example.org", estado=estado)
    log_in(anonymous)
    assert not is_logged_in(anonymous)


@pytest.mark.parametrize("estado", ["inactivo", "suspendido"])
def test_reason_is_shown_only_after_the_right_password(anonymous, estado):
    a_client(email="ana@example.org", estado=estado)
    wrong = log_in(anonymous, password="wrong").context["form"].errors
    right = log_in(anonymous).context["form"].errors
    unknown = log_in(anonymous, email="nobody@example.org").context["form"].errors
    assert wrong == unknown
    assert right != wrong


def test_inactive_and_suspended_are_told_apart(anonymous):
    a_client(email="ana@example.org", estado="inactivo")
    a_client(email="eva@example.org", estado="suspendido")
    inactive = log_in(anonymous).context["form"].errors
    assert log_in(anonymous, email="eva@example.org").context["form"].errors != inactive


@pytest.mark.parametrize("estado", [None, ""])
def test_missing_state_means_active(anonymous, estado):
    stored(**a_document(email="ana@example.org") | {"estado": estado})
    log_in(anonymous)
    assert is_logged_in(anonymous)


def test_refused_login_is_not_counted(anonymous):
    user = a_client(email="ana@example.org", estado="suspendido")
    log_in(anonymous)
    assert document_of(user)["accesos"] == 0


# Equal cost


def test_unknown_email_costs_one_hash(anonymous, hashings):
    log_in(anonymous, email="nobody@example.org")
    assert len(hashings) == 1


def test_wrong_password_costs_one_hash(anonymous, ana, hashings):
    hashings.clear()
    log_in(anonymous, password="wrong")
    assert len(hashings) == 1


@pytest.mark.parametrize(
    "unusable", ["sha256$salt$" + "0" * 64, "", "!unusable", "md4$gibberish", None]
)
def test_wrong_password_costs_one_hash_whatever_is_stored(anonymous, hashings, unusable):
    stored(**a_document(email="ana@example.org") | {"password": unusable})
    hashings.clear()
    log_in(anonymous, password="wrong")
    assert len(hashings) == 1


@pytest.mark.parametrize("broken", ["sha256$broken", "$2b$broken", "argon2$broken", "argon2$a$b$c"])
def test_unreadable_hash_opens_nothing(anonymous, broken):
    stored(**a_document(email="ana@example.org") | {"password": broken})
    assert log_in(anonymous).status_code == 200
    assert not is_logged_in(anonymous)


@pytest.mark.parametrize("estado", ["activo", "suspendido"])
def test_unusable_password_opens_nothing(anonymous, estado):
    stored(**a_document(email="ana@example.org", estado=estado) | {"password": "!nothing"})
    assert log_in(anonymous, password="nothing").context["form"].errors


# What is kept of a login


def test_login_is_counted_and_timed_in_one_update(anonymous, ana, commands):
    with commands() as seen:
        log_in(anonymous)
    assert [str(c) for c in seen if c.collection == "users"] == ["find users", "update users"]


def test_login_adds_one_to_the_count(anonymous):
    user = a_client(email="ana@example.org", accesos=3)
    log_in(anonymous)
    assert document_of(user)["accesos"] == 4


def test_login_keeps_its_time(anonymous, ana):
    log_in(anonymous)
    assert datetime.now(UTC) - document_of(ana)["ultimo_acceso"] < timedelta(minutes=1)


@pytest.mark.parametrize("accesos", [None, "many", {}])
def test_count_that_others_mistyped_starts_anew(anonymous, accesos):
    user = a_client(email="ana@example.org", accesos=accesos)
    log_in(anonymous)
    assert document_of(user)["accesos"] == 1


def test_logins_at_once_are_all_counted(ana):
    browsers = [Client() for _ in range(4)]
    threads = [threading.Thread(target=log_in, args=[browser]) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert document_of(ana)["accesos"] == sum(map(is_logged_in, browsers))


# The session


def test_session_key_changes_at_login(anonymous, ana, tecnico):
    anonymous.cookies["sessionid"] = "a" * 32
    log_in(anonymous)
    assert anonymous.cookies["sessionid"].value != "a" * 32


def test_key_of_an_anonymous_session_does_not_live_on(anonymous, ana):
    session = anonymous.session
    session["visited"] = True
    session.save()
    planted = session.session_key
    log_in(anonymous)
    assert anonymous.cookies["sessionid"].value != planted
    assert sessions.find_one({"_id": planted}) is None


def test_who_logs_in_over_somebody_else_ends_that_session(cliente, ana):
    before = cliente.session.session_key
    log_in(cliente)
    assert sessions.find_one({"_id": before}) is None
    assert cliente.get("/profile/").context["user"].pk == ana.pk


def test_failed_login_leaves_the_session_of_who_is_logged_in(cliente, ana):
    log_in(cliente, password="wrong")
    assert cliente.get("/profile/").context["user"].pk == cliente.user.pk


def test_session_lasts_until_the_browser_closes(anonymous, ana):
    log_in(anonymous)
    assert anonymous.cookies["sessionid"]["max-age"] == ""
    assert anonymous.cookies["sessionid"]["expires"] == ""


def test_remembered_session_lasts_two_weeks(anonymous, ana):
    log_in(anonymous, remember="on")
    assert anonymous.cookies["sessionid"]["max-age"] == 14 * 24 * 60 * 60


def test_remembered_session_is_stored_for_two_weeks(anonymous, ana):
    log_in(anonymous, remember="on")
    left = sessions.find_one({"user_id": ana.pk})["expires"] - datetime.now(UTC)
    assert timedelta(days=13, hours=23) < left <= timedelta(days=14)


def test_session_cookie_is_kept_from_scripts_and_other_sites(anonymous, ana):
    log_in(anonymous)
    cookie = anonymous.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_session_remembers_browser_and_address(anonymous, ana):
    anonymous.post(
        "/login/",
        {"email": "ana@example.org", "password": PASSWORD},
        headers={"user-agent": "Firefox " + "x" * 400},
        REMOTE_ADDR="192.0.2.7",
    )
    session = sessions.find_one({"user_id": ana.pk})
    assert session["ip"] == "192.0.2.7"
    assert session["user_agent"] == ("Firefox " + "x" * 400)[:300]


# Where to


@pytest.mark.parametrize("target", ["/me/", "/clients/?q=a&page=2", "http://testserver/me/"])
def test_next_leads_to_a_page_of_this_site(anonymous, ana, target):
    assert log_in(anonymous, next=target).headers["Location"] == target


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:///evil.example",
        "\x08//evil.example",
        "http://[",
        "",
    ],
)
def test_next_never_leads_to_another_site(anonymous, ana, target):
    assert log_in(anonymous, next=target).headers["Location"] == "/"


@pytest.mark.parametrize("target", ["home", "password_reset_confirm", "nonsense"])
def test_next_is_an_address_not_the_name_of_a_view(anonymous, ana, target):
    assert log_in(anonymous, next=target).headers["Location"] == target


def test_next_of_the_address_is_carried_by_the_form(anonymous):
    assert anonymous.get("/login/?next=/me/").context["next"] == "/me/"


def test_next_survives_a_wrong_password(anonymous, ana):
    assert log_in(anonymous, password="wrong", next="/me/").context["next"] == "/me/"


def test_anonymous_is_led_back_to_the_wanted_page(anonymous, ana):
    login = anonymous.get("/me/").headers["Location"]
    response = anonymous.post(login, {"email": "ana@example.org", "password": PASSWORD})
    assert response.headers["Location"] == "/me/"


def test_logged_in_person_follows_next_only_on_this_site(cliente):
    assert cliente.get("/login/?next=/me/").headers["Location"] == "/me/"
    assert cliente.get("/login/?next=//evil.example").headers["Location"] == "/"


# The language


def test_login_brings_the_language_of_the_profile(anonymous):
    a_client(email="ana@example.org", preferences={"language": "en"})
    log_in(anonymous)
    cookie = anonymous.cookies["django_language"]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("en", True, "Lax")


def test_login_without_a_preference_leaves_the_language(anonymous, ana):
    anonymous.cookies["django_language"] = "en"
    log_in(anonymous)
    assert anonymous.cookies["django_language"].value == "en"


@pytest.mark.parametrize("language", ["xx", 7, ["en"], {"a": 1}])
def test_unknown_language_of_a_profile_is_spanish(anonymous, language):
    a_client(email="ana@example.org", preferences={"language": language})
    log_in(anonymous)
    assert anonymous.cookies["django_language"].value == "es"


# Going out


def test_logout_ends_the_session(cliente):
    key = cliente.session.session_key
    assert cliente.post("/logout/").headers["Location"] == "/"
    assert sessions.find_one({"_id": key}) is None
    assert not is_logged_in(cliente)


def test_logout_is_no_link(cliente):
    assert cliente.get("/logout/").status_code == 405
    assert is_logged_in(cliente)


def test_logout_needs_the_csrf_token(cliente):
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = cliente.cookies
    assert browser.post("/logout/").status_code == 403
    assert is_logged_in(cliente)


def test_anonymous_logout_is_harmless(anonymous):
    assert anonymous.post("/logout/").status_code == 302


def test_user_whose_role_is_lost_can_log_out(anonymous):
    user = stored(**a_document() | {"rol": None})
    anonymous.force_login(user)
    anonymous.post("/logout/")
    assert sessions.count_documents({}) == 0


def test_authentication_without_an_email_is_nobody(ana):
    from django.contrib.auth import authenticate

    assert authenticate(None, email=None, password=PASSWORD) is None
    assert authenticate(None, email="ana@example.org", password=None) is None


def test_authenticated_user_is_the_stored_one(ana):
    from django.contrib.auth import authenticate

    found = authenticate(None, email="ana@example.org", password=PASSWORD)
    assert isinstance(found, User)
    assert found.pk == ana.pk
