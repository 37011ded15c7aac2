"""How passwords are hashed, and the hashes that other programs stored."""

import hmac
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import bcrypt
import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import (
    Argon2PasswordHasher,
    check_password,
    identify_hasher,
    make_password,
)
from django.test import Client

from accounts import attempts, hashers
from accounts.models import django_hash
from pialara_site import cores, turns
from tests.mothers import PASSWORD, a_document, document_of, stored

SECRET = "contraseña Ñ 1234"


def werkzeug(password=SECRET, salt="aB3xYz") -> str:
    """As generate_password_hash(password, method="sha256") of Werkzeug 2 does."""
    return f"sha256${salt}${hmac.new(salt.encode(), password.encode(), 'sha256').hexdigest()}"


def raw_bcrypt(password=SECRET, prefix=b"2b") -> str:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(4, prefix)).decode()


# Of "flask", with the salt kVwGmWJa.
FROM_WERKZEUG = "sha256$kVwGmWJa$71c0b9fd1bd5cc3f3f05faed4654272645a72467caab59ac2fc3c4621ad07896"

LEGACY = {
    "werkzeug": werkzeug(),
    "bcrypt 2b": raw_bcrypt(),
    "bcrypt 2a": raw_bcrypt(prefix=b"2a"),
}

ENCODED = [werkzeug(), django_hash(raw_bcrypt())]


def a_user_with(password_hash):
    return stored(**a_document(email="ana@example.org") | {"password": password_hash})


def log_in(browser, password=SECRET):
    return browser.post("/login/", {"email": "ana@example.org", "password": password})


@pytest.fixture(params=LEGACY.values(), ids=LEGACY.keys())
def legacy(request):
    return a_user_with(request.param)


def test_legacy_hash_logs_in(anonymous, legacy):
    assert log_in(anonymous).status_code == 302


def test_wrong_password_does_not_open_a_legacy_hash(anonymous, legacy):
    assert log_in(anonymous, "wrong").status_code == 200


def test_wrong_password_leaves_a_legacy_hash(anonymous, legacy):
    before = document_of(legacy)["password"]
    log_in(anonymous, "wrong")
    assert document_of(legacy)["password"] == before


def test_legacy_hash_is_replaced_by_argon2_at_that_login(anonymous, legacy):
    log_in(anonymous)
    now = document_of(legacy)["password"]
    assert now.startswith("argon2$argon2id$")
    assert check_password(SECRET, now)


def test_session_outlives_the_rehash(anonymous, legacy):
    log_in(anonymous)
    assert anonymous.get("/profile/").status_code == 200


def test_password_is_the_same_at_the_second_login(anonymous, legacy):
    log_in(anonymous)
    anonymous.post("/logout/")
    log_in(anonymous)
    assert anonymous.get("/profile/").status_code == 200


def test_first_logins_at_once_all_stay_logged_in(legacy):
    browsers = [Client() for _ in range(3)]
    barrier = threading.Barrier(len(browsers))

    def run(browser):
        barrier.wait()
        log_in(browser)

    threads = [threading.Thread(target=run, args=[browser]) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [browser.get("/profile/").status_code for browser in browsers] == [200] * 3


def test_new_hashes_are_argon2_and_stay_as_they_are(anonymous):
    user = a_user_with(a_document(password=SECRET)["password"])
    before = document_of(user)["password"]
    log_in(anonymous)
    assert before.startswith("argon2$argon2id$")
    assert document_of(user)["password"] == before


def test_hash_that_werkzeug_wrote_is_read():
    assert check_password("flask", FROM_WERKZEUG)
    assert not check_password("Flask", FROM_WERKZEUG)


def test_bcrypt_reads_the_first_72_bytes_as_other_programs_do():
    long = "x" * 80
    assert check_password(long, django_hash(raw_bcrypt(long[:72])))


def test_hash_that_nobody_can_read_takes_as_long_as_any(monkeypatch):
    made = []
    monkeypatch.setattr("accounts.backends.make_password", made.append)
    stored(email="odd@example.org", password="$2b$nonsense", rol="Cliente")
    assert authenticate(None, email="odd@example.org", password=SECRET) is None
    assert made == [SECRET]


def test_bcrypt_that_takes_too_long_is_not_tried(monkeypatch):
    monkeypatch.setattr(bcrypt, "checkpw", lambda password, hashed: pytest.fail("compared"))
    user = stored(email="odd@example.org", password=raw_bcrypt().replace("$04$", "$15$"))
    assert authenticate(None, email=user.email, password=SECRET) is None


def test_raw_bcrypt_gets_the_name_that_django_needs():
    assert django_hash("$2b$12$abc") == "bcrypt$2b$12$abc"
    assert django_hash("argon2$abc") == "argon2$abc"


@pytest.mark.parametrize("encoded", ENCODED, ids=["werkzeug", "bcrypt"])
def test_new_passwords_are_never_hashed_the_old_way(encoded):
    with pytest.raises(NotImplementedError):
        identify_hasher(encoded).encode("password", "salt")


# Many at once


def test_passwords_are_hashed_one_at_a_time_behind_the_pages(monkeypatch):
    encode, hashed_on = Argon2PasswordHasher.encode, []

    def told(self, password, salt):
        hashed_on.append((threading.current_thread().name, os.getpriority(os.PRIO_PROCESS, 0)))
        return encode(self, password, salt)

    monkeypatch.setattr(Argon2PasswordHasher, "encode", told)
    with ThreadPoolExecutor(4) as people:
        list(people.map(make_password, [SECRET] * 8))
    [(_thread, niceness)] = set(hashed_on)
    assert niceness > os.getpriority(os.PRIO_PROCESS, 0)


def test_bcrypt_is_compared_behind_the_pages_too(monkeypatch):
    checkpw, compared_on = bcrypt.checkpw, []

    def told(password, hashed):
        compared_on.append(threading.current_thread().name)
        return checkpw(password, hashed)

    monkeypatch.setattr(bcrypt, "checkpw", told)
    assert check_password(SECRET, django_hash(raw_bcrypt(SECRET)))
    [thread] = compared_on
    assert thread.startswith("passwords")


def test_passwords_are_hashed_on_any_core_though_pages_are_made_on_one():
    def thread_of_a_worker():
        os.sched_setaffinity(0, {cores.ALL[0]})
        hashers._step_back()
        return sorted(os.sched_getaffinity(0))

    with ThreadPoolExecutor(1) as threads:
        assert threads.submit(thread_of_a_worker).result() == cores.ALL


def test_login_that_finds_too_many_waiting_is_told_so_and_counts_as_no_attempt(
    anonymous, cliente, monkeypatch
):
    form = {"email": cliente.user.email, "password": PASSWORD}
    with monkeypatch.context() as crowded:
        crowded.setattr(turns, "PATIENCE_SECONDS", 0)
        crowded.setattr(hashers, "turns", turns.Turns(0))
        answers = [anonymous.post("/login/", form) for _ in range(attempts.PER_EMAIL.most + 1)]
    assert {(answer.status_code, answer["Retry-After"]) for answer in answers} == {(503, "5")}
    assert anonymous.post("/login/", form).status_code == 302


def test_own_password_that_can_not_be_looked_at_counts_as_no_attempt(cliente, monkeypatch):
    new = "una frase nueva 42"
    form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    with monkeypatch.context() as crowded:
        crowded.setattr(turns, "PATIENCE_SECONDS", 0)
        crowded.setattr(hashers, "turns", turns.Turns(0))
        for _time in range(attempts.PER_EMAIL.most + 1):
            assert cliente.post("/profile/password/", form).status_code == 503
    assert cliente.post("/profile/password/", form).status_code == 302
