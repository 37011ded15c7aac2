"""What a stolen, planted, kept or made-up session cookie is good for: nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from accounts import sessions as store
from accounts.sessions import sessions
from accounts.users import users
from conftest import logged_in
from tests.mothers import PASSWORD, a_client

NEW = "another good passphrase"


def browser_with(key: str) -> Client:
    browser = Client()
    browser.cookies["sessionid"] = key
    return browser


def key_of(browser: Client) -> str:
    return browser.cookies["sessionid"].value


def is_in(browser: Client) -> bool:
    return browser.get("/profile/").status_code == 200


def log_in(browser: Client, user, **fields):
    browser.post("/login/", {"email": user.email, "password": PASSWORD, **fields})


# Fixation


@pytest.mark.parametrize("planted", ["a" * 32, "0" * 40, "x", "{$ne: 1}"])
def test_made_up_key_is_not_taken_over_by_a_login(planted):
    victim = browser_with(planted)
    log_in(victim, a_client())
    assert is_in(victim)
    assert key_of(victim) != planted
    assert not is_in(browser_with(planted))


def test_thief_is_out_when_the_owner_logs_in_again(anonymous):
    user = a_client()
    log_in(anonymous, user)
    stolen = key_of(anonymous)
    log_in(anonymous, user)
    assert is_in(anonymous)
    assert not is_in(browser_with(stolen))


def test_key_of_the_attackers_own_session_is_not_taken_over_by_a_login(cliente):
    planted = key_of(cliente)
    victim = browser_with(planted)
    log_in(victim, a_client())
    assert key_of(victim) != planted
    assert not is_in(cliente)


# Replay


def test_cookie_is_worth_nothing_after_logging_out(cliente):
    kept = key_of(cliente)
    cliente.post("/logout/")
    assert not is_in(browser_with(kept))


def test_remembered_cookie_is_worth_nothing_after_logging_out(anonymous):
    log_in(anonymous, a_client(), remember="on")
    kept = key_of(anonymous)
    anonymous.post("/logout/")
    assert not is_in(browser_with(kept))


def test_request_under_way_while_somebody_logs_out_revives_nothing(cliente):
    late = store.SessionStore(key_of(cliente))
    late["language"] = "en"
    cliente.post("/logout/")
    with pytest.raises(store.UpdateError):
        late.save()
    assert not is_in(browser_with(late.session_key))


# Theft


def test_thief_is_out_when_the_password_changes(cliente):
    thief = browser_with(key_of(cliente))
    assert is_in(thief)
    passwords = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    cliente.post("/profile/password/", passwords)
    assert is_in(cliente)
    assert not is_in(thief)


def test_thief_is_out_when_the_owner_ends_all_other_sessions(cliente):
    stolen = logged_in(cliente.user)
    cliente.post("/profile/sessions/", {"others": "1"})
    assert is_in(cliente)
    assert not is_in(stolen)


def test_thief_is_out_when_the_user_is_deleted(cliente):
    thief = browser_with(key_of(cliente))
    users.delete_one({"_id": cliente.user.pk})
    assert not is_in(thief)
    assert sessions.count_documents({"_id": key_of(cliente)}) == 0


def test_session_of_a_deleted_user_is_not_that_of_the_next_with_their_email(cliente):
    thief = browser_with(key_of(cliente))
    users.delete_one({"_id": cliente.user.pk})
    a_client(email=cliente.user.email)
    assert not is_in(thief)


# Tampering


def changed(key: str) -> list[str]:
    last = "a" if key[-1] != "a" else "b"
    return [
        key[:-1] + last,
        key.upper(),
        key[:-1],
        f"{key}0",
        f" {key}",
        f"{key}\x00",
        f'"{key}',
        f"{key};{key}",
        '{"$gt": ""}',
        "$ne",
        "\xff" * 32,
        store.public_id(key),
    ]


def test_changed_cookie_opens_nothing(cliente):
    opened = [key for key in changed(key_of(cliente)) if is_in(browser_with(key))]
    assert opened == []


def test_signed_data_of_another_session_is_what_it_is(cliente, admin):
    """Who can write to the collection is not kept out; who reads it can't sign."""
    data = sessions.find_one({"_id": key_of(admin)})["data"]
    forged = data.replace(":", "x:", 1)
    sessions.update_one({"_id": key_of(cliente)}, {"$set": {"data": forged}})
    assert not is_in(cliente)


def test_two_cookies_of_one_name_are_one_session_at_most(cliente, admin):
    both = f"sessionid={key_of(cliente)}; sessionid={key_of(admin)}"
    response = Client().get("/users/", headers={"cookie": both})
    # The last one counts, as for everybody who reads cookies with Python.
    assert response.status_code == 200
    assert response.context["user"] == admin.user


# A thousand sessions


@pytest.fixture
def crowded(cliente):
    now = datetime.now(UTC)
    [pattern] = sessions.find({"_id": key_of(cliente)})
    pattern |= {"expires": now + timedelta(days=1), "ip": "192.0.2.7"}
    others = [
        pattern | {"_id": f"other{n:04}", "last_seen": now - timedelta(minutes=n + 2)}
        for n in range(1000)
    ]
    sessions.insert_many(others)
    return cliente


def test_page_lists_at_most_two_hundred_of_a_thousand_sessions(crowded, commands):
    with commands() as seen:
        response = crowded.get("/profile/sessions/")
    assert len(response.context["sessions"]) == store.MOST_LISTED
    assert response.context["sessions"][0]["current"]
    assert len(seen) <= 3
    assert len(response.content) < 500_000


def test_all_of_a_thousand_sessions_end_at_once(crowded, commands):
    with commands() as seen:
        crowded.post("/profile/sessions/", {"others": "1"})
    assert sessions.count_documents({"user_id": crowded.user.pk}) == 1
    assert [str(each) for each in seen].count("delete sessions") == 1


def test_thousand_sessions_are_no_burden_for_a_page(crowded, commands):
    with commands() as seen:
        assert is_in(crowded)
    assert len(seen) == 1


# Expired, and not yet removed


@pytest.fixture
def expired(cliente):
    past = datetime.now(UTC) - timedelta(seconds=1)
    sessions.update_one({"_id": key_of(cliente)}, {"$set": {"expires": past}})
    return browser_with(key_of(cliente))


def test_expired_session_opens_nothing_while_it_is_still_stored(expired):
    assert expired.get("/profile/").headers["Location"] == "/login/?next=/profile/"
    assert sessions.count_documents({"_id": key_of(expired)}) <= 1


def test_expired_session_changes_nothing_while_it_is_still_stored(expired):
    before = list(users.find())
    expired.post("/profile/edit/", {"nombre": "x", "email": "x@example.org"})
    assert list(users.find()) == before


def test_expired_session_is_neither_listed_nor_prolonged(expired, cliente):
    other = logged_in(cliente.user)
    is_in(expired)
    assert len(other.get("/profile/sessions/").context["sessions"]) == 1
    assert not is_in(expired)
