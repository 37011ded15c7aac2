"""How often somebody may try to log in."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from accounts import attempts
from accounts.attempts import Limit, TooManyAttempts
from pialara_site.turns import Busy
from tests.mothers import PASSWORD, a_client, document_of

MINUTES = timedelta(minutes=1)
THREE = Limit("three", 3, 5 * MINUTES)


@pytest.fixture
def ana():
    return a_client(email="ana@example.org")


def log_in(browser=None, email="ana@example.org", password=PASSWORD, **extra):
    browser = browser or Client()
    return browser.post("/login/", {"email": email, "password": password}, **extra)


def failed(email="ana@example.org", times=5, ago=timedelta(0), kind="email"):
    """Let there be so many attempts that long ago."""
    at = datetime.now(UTC) - ago
    attempts.attempts.insert_one(
        {"_id": f"{kind}:{email}", "times": [at] * times, "expires": at + 5 * MINUTES}
    )


def at_once(n, work) -> list:
    """What `work(i)` returns in n threads that start together."""
    barrier, results = threading.Barrier(n), [None] * n

    def run(i):
        barrier.wait()
        results[i] = work(i)

    threads = [threading.Thread(target=run, args=[i]) for i in range(n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


# One email


def test_fifth_failure_is_still_a_sentence_and_the_sixth_is_429(ana):
    statuses = [log_in(password="wrong").status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]


def test_right_password_gets_429_too(ana):
    failed()
    assert log_in().status_code == 429


def test_throttled_login_does_not_log_in(anonymous, ana):
    failed()
    log_in(anonymous)
    assert anonymous.get("/profile/").status_code == 302
    assert document_of(ana)["accesos"] == 0


def test_unknown_email_is_throttled_the_same():
    statuses = [log_in(email="nobody@example.org").status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]


def test_answer_says_when_to_come_back(ana):
    failed(ago=2 * MINUTES)
    wait = int(log_in().headers["Retry-After"])
    assert 170 <= wait <= 180


def test_answer_has_a_sentence(ana):
    failed(ago=2 * MINUTES)
    response = log_in()
    assert response.templates[0].name == "errors/429.html"
    assert response.context["minutes"] == 3


def test_other_emails_are_not_throttled(ana):
    failed("eva@example.org")
    assert log_in().status_code == 302


def test_spelling_of_the_email_does_not_help(ana):
    failed()
    assert log_in(email=" ANA@example.org ").status_code == 429


def test_invisible_characters_in_the_email_do_not_help(anonymous, ana):
    failed()
    log_in(anonymous, email="an\u00ada@example.org")
    assert anonymous.get("/profile/").status_code == 302


def test_success_clears_the_count_of_the_email(ana):
    failed(times=4)
    assert log_in().status_code == 302
    assert [log_in(password="wrong").status_code for _ in range(5)] == [200] * 5


def test_old_failures_do_not_count(ana):
    failed(ago=5 * MINUTES + timedelta(seconds=1))
    assert log_in().status_code == 302


def test_failures_of_a_clock_that_was_ahead_lock_nobody_out_for_longer(ana):
    failed(ago=timedelta(days=-1))
    failed("127.0.0.1", times=50, ago=timedelta(days=-1), kind="address")
    assert log_in().status_code == 302


def test_one_old_failure_makes_room_for_one_attempt(ana):
    now = datetime.now(UTC)
    attempts.attempts.insert_one(
        {
            "_id": "email:ana@example.org",
            "times": [now - 6 * MINUTES, *[now - MINUTES] * 4],
            "expires": now + MINUTES,
        }
    )
    assert log_in(password="wrong").status_code == 200
    assert log_in(password="wrong").status_code == 429


def test_refused_attempts_do_not_prolong_the_wait(ana):
    failed(ago=4 * MINUTES)
    waits = [int(log_in().headers["Retry-After"]) for _ in range(3)]
    assert max(waits) <= 60


def test_guesses_at_once_do_not_slip_through(ana):
    statuses = at_once(12, lambda _: log_in(password="wrong").status_code)
    assert sorted(statuses) == [200] * 5 + [429] * 7


# One address


def test_fifty_failures_from_one_address_are_429(ana):
    failed("127.0.0.1", times=50, kind="address")
    assert log_in().status_code == 429


def test_fortynine_failures_from_one_address_are_not(ana):
    failed("127.0.0.1", times=49, kind="address")
    assert log_in().status_code == 302


def test_address_is_counted_over_all_emails():
    failed("127.0.0.1", times=48, kind="address")
    statuses = [log_in(email=f"{n}@example.org").status_code for n in range(3)]
    assert statuses == [200, 200, 429]


def test_other_addresses_are_not_throttled(ana):
    failed("127.0.0.1", times=50, kind="address")
    assert log_in(REMOTE_ADDR="192.0.2.1").status_code == 302


def test_success_does_not_count_for_the_address(ana):
    failed("127.0.0.1", times=49, kind="address")
    assert [log_in().status_code for _ in range(3)] == [302] * 3


def test_success_does_not_clear_the_failures_of_the_address(ana):
    failed("127.0.0.1", times=49, kind="address")
    log_in()
    log_in(password="wrong")
    assert log_in().status_code == 429


def test_who_tries_many_emails_by_registering_is_429(ana, settings):
    settings.OPEN_REGISTRATION = True
    failed("127.0.0.1", times=48, kind="address")
    typed = {"nombre": "Ana", "password": "a good passphrase"}
    taken = [Client().post("/register/", {**typed, "email": "ana@example.org"}) for _ in range(3)]
    assert [answer.status_code for answer in taken] == [200, 200, 429]


def test_registering_does_not_count_for_the_address(settings):
    settings.OPEN_REGISTRATION = True
    typed = {"nombre": "Eva", "email": "eva@example.org", "password": "a good passphrase"}
    assert Client().post("/register/", typed).status_code == 302
    assert attempts.attempts.find_one({"_id": "address:127.0.0.1"})["times"] == []


def test_attempt_from_a_throttled_address_is_no_failure_of_the_email(ana):
    failed("127.0.0.1", times=50, kind="address")
    for _ in range(6):
        log_in()
    assert log_in(REMOTE_ADDR="192.0.2.1").status_code == 302


def test_throttled_address_fills_no_place_for_other_emails(ana):
    failed("127.0.0.1", times=50, kind="address")
    for n in range(3):
        log_in(email=f"{n}@example.org")
    assert attempts.attempts.count_documents({}) == 1


def test_attempt_at_a_throttled_email_is_no_failure_of_the_address(ana):
    failed()
    log_in()
    assert attempts.attempts.find_one({"_id": "address:127.0.0.1"})["times"] == []


def test_who_asks_for_many_links_is_429(ana):
    failed("127.0.0.1", times=49, kind="links")
    asked = [Client().post("/password/reset/", {"email": f"{n}@example.org"}) for n in range(2)]
    assert [answer.status_code for answer in asked] == [302, 429]


# Behind a proxy


@pytest.mark.parametrize(
    ("told", "counted"),
    [
        ("203.0.113.9:4711", "203.0.113.9"),
        ("[2001:db8::1]:4711", "2001:db8::/64"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8:0:0:ffff::2", "2001:db8::/64"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("unknown", "unknown"),
    ],
)
def test_who_has_many_addresses_or_ports_is_counted_as_one(settings, told, counted):
    settings.CLIENT_IP_HEADER = "X-Real-IP"
    assert address_counted(headers={"x-real-ip": told}) == f"address:{counted}"


def address_counted(**extra) -> str:
    log_in(password="wrong", **extra)
    return attempts.attempts.find_one({"_id": {"$regex": "^address:"}})["_id"]


def test_header_that_anybody_can_send_is_not_believed():
    found = address_counted(headers={"x-forwarded-for": "203.0.113.9"})
    assert found == "address:127.0.0.1"


def test_configured_header_is_believed(settings):
    settings.CLIENT_IP_HEADER = "X-Forwarded-For"
    found = address_counted(headers={"x-forwarded-for": "203.0.113.9"})
    assert found == "address:203.0.113.9"


def test_only_what_the_proxy_itself_appended_is_believed(settings):
    settings.CLIENT_IP_HEADER = "X-Forwarded-For"
    found = address_counted(headers={"x-forwarded-for": "1.1.1.1, 203.0.113.9"})
    assert found == "address:203.0.113.9"


def test_another_header_than_the_configured_one_is_not_believed(settings):
    settings.CLIENT_IP_HEADER = "X-Real-IP"
    found = address_counted(
        headers={"x-forwarded-for": "1.1.1.1", "x-real-ip": "203.0.113.9"},
    )
    assert found == "address:203.0.113.9"


def test_overlong_header_is_cut(settings):
    settings.CLIENT_IP_HEADER = "X-Real-IP"
    found = address_counted(headers={"x-real-ip": "9" * 500})
    assert found == "address:" + "9" * 45


# The counting itself


def test_limit_admits_so_many_and_refuses_the_next():
    for _ in range(3):
        THREE.enter("key")
    with pytest.raises(TooManyAttempts):
        THREE.enter("key")


def test_keys_are_counted_apart():
    for key in "abcd":
        THREE.enter(key)
    assert attempts.attempts.count_documents({}) == 4


def test_limits_are_counted_apart():
    for _ in range(3):
        THREE.enter("key")
    assert Limit("other", 1, MINUTES).enter("key")


def test_limit_is_atomic_among_threads():
    def attempt(_):
        try:
            THREE.enter("key")
        except TooManyAttempts:
            return False
        return True

    assert sum(at_once(16, attempt)) == 3


def test_attempt_taken_back_does_not_count():
    for _ in range(3):
        THREE.take_back("key", THREE.enter("key"))
    assert THREE.enter("key")


@pytest.mark.parametrize("others", [0, 2])
def test_attempt_that_is_gone_meanwhile_takes_no_other_back(others):
    gone = THREE.enter("key") - MINUTES
    THREE.forget("key")
    times = [THREE.enter("key") for _ in range(others)]
    THREE.take_back("key", gone)
    assert attempts.attempts.find_one({"_id": "three:key"})["times"] == times


def test_forgotten_key_starts_anew():
    for _ in range(3):
        THREE.enter("key")
    THREE.forget("key")
    assert THREE.enter("key")


def test_wait_is_until_the_oldest_attempt_is_old_enough():
    failed("key", times=3, ago=4 * MINUTES, kind="three")
    with pytest.raises(TooManyAttempts) as refused:
        THREE.enter("key")
    assert 50 <= refused.value.retry_after <= 60


def test_who_waits_as_long_as_told_is_admitted():
    failed("key", times=3, ago=4 * MINUTES, kind="three")
    with pytest.raises(TooManyAttempts) as refused:
        THREE.enter("key")
    doc = attempts.attempts.find_one({"_id": "three:key"})
    back = doc["now"] + timedelta(seconds=refused.value.retry_after)
    assert back >= doc["times"][0] + THREE.window


def test_wait_under_a_lowered_limit_is_until_there_is_room():
    now = datetime.now(UTC)
    times = [now - 4 * MINUTES] * 3 + [now - MINUTES] * 3
    attempts.attempts.insert_one({"_id": "three:key", "times": times, "expires": now + MINUTES})
    with pytest.raises(TooManyAttempts) as refused:
        THREE.enter("key")
    assert 230 <= refused.value.retry_after <= 240


def test_counts_are_removed_by_a_ttl_index():
    found = attempts.attempts.index_information()["expires_1"]
    assert found["expireAfterSeconds"] == 0


def test_count_expires_with_its_last_attempt():
    time = THREE.enter("key")
    assert attempts.attempts.find_one({"_id": "three:key"})["expires"] == time + THREE.window


def test_login_limits_are_those_of_the_issue():
    assert (attempts.PER_EMAIL.most, attempts.PER_EMAIL.window) == (5, 5 * MINUTES)
    assert (attempts.PER_ADDRESS.most, attempts.PER_ADDRESS.window) == (50, 5 * MINUTES)


def test_emails_are_tried_and_links_asked_for_as_seldom_as_this():
    assert (attempts.NEW_EMAILS.most, attempts.NEW_EMAILS.window) == (10, 60 * MINUTES)
    limit = attempts.LINKS_PER_ADDRESS
    assert (limit.most, limit.window) == (50, 5 * MINUTES)
    assert (attempts.RESET_MAILS.most, attempts.RESET_MAILS.window) == (3, 15 * MINUTES)


@pytest.fixture
def busy(monkeypatch):
    """No password is looked at any more."""

    def refuse(*args, **credentials):
        raise Busy

    monkeypatch.setattr("accounts.forms.session.authenticate", refuse)


@pytest.mark.usefixtures("busy")
def test_password_that_was_not_looked_at_is_no_failure():
    assert log_in().status_code == 503
    assert attempts.attempts.count_documents({"times": {"$ne": []}}) == 0


@pytest.mark.usefixtures("busy")
def test_password_that_was_not_looked_at_takes_no_failure_back():
    failed(times=4)
    failed("127.0.0.1", times=49, kind="address")
    assert log_in().status_code == 503
    counted = [len(doc["times"]) for doc in attempts.attempts.find(sort=[("_id", 1)])]
    assert counted == [49, 4]


# Other pages that ask for the password


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/profile/password/", {"old_password": "wrong"}),
        ("/profile/delete/", {"password": "wrong"}),
        (
            "/profile/edit/",
            {"nombre": "Ana", "email": "new@example.org", "password": "wrong"},
        ),
    ],
)
def test_stolen_session_cannot_guess_the_password(cliente, path, fields):
    statuses = [cliente.post(path, fields).status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]


def test_guesses_in_the_profile_count_for_the_login(cliente):
    for _ in range(5):
        cliente.post("/profile/delete/", {"password": "wrong"})
    assert log_in(email=cliente.user.email).status_code == 429


def test_guesses_in_the_profile_count_whatever_the_case_of_the_stored_email(anonymous):
    anonymous.force_login(a_client(email="Ana@Example.org"))
    for _ in range(5):
        anonymous.post("/profile/delete/", {"password": "wrong"})
    assert log_in().status_code == 429


def test_own_password_typed_right_clears_the_count(cliente):
    failed(cliente.user.email, times=4)
    cliente.post("/profile/password/", {"old_password": PASSWORD})
    assert attempts.attempts.count_documents({"times": {"$ne": []}}) == 0


def test_taking_back_one_attempt_leaves_another_of_the_same_moment():
    from accounts.attempts import PER_EMAIL, attempts

    times = [datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)]
    doc = {"_id": "email:x", "times": [times[0], times[1], times[1]], "expires": times[1]}
    attempts.insert_one(doc)
    PER_EMAIL.take_back("x", times[1])
    assert attempts.find_one()["times"] == times
    PER_EMAIL.take_back("x", times[0])
    assert attempts.find_one()["times"] == times[1:]
