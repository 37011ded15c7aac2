"""Where am I logged in, and how do I end that?"""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.sessions import MOST_LISTED, public_id, sessions
from conftest import logged_in
from tests.mothers import PASSWORD, a_client

PATH = "/profile/sessions/"


@pytest.fixture
def elsewhere(cliente):
    return logged_in(cliente.user)


def listed(browser) -> list[dict]:
    return browser.get(PATH).context["sessions"]


def id_of(browser) -> str:
    return public_id(browser.session.session_key)


def is_alive(browser) -> bool:
    return browser.get("/profile/").status_code == 200


@pytest.mark.parametrize("role", ["cliente", "tecnico", "admin"])
def test_everybody_sees_the_session_they_use(request, role):
    found = listed(request.getfixturevalue(role))
    assert [session["current"] for session in found] == [True]


def test_browser_address_and_time_are_shown(anonymous):
    a_client(email="ana@example.org")
    anonymous.post(
        "/login/",
        {"email": "ana@example.org", "password": PASSWORD},
        headers={"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Firefox/128.0"},
        REMOTE_ADDR="192.0.2.7",
    )
    page = anonymous.get(PATH).content.decode()
    assert "Firefox" in page
    assert "192.0.2.7" in page


def test_session_in_use_is_marked_and_not_ended_by_a_button(cliente):
    page = cliente.get(PATH, headers={"accept-language": "en"}).content.decode()
    assert "You are here now" in page
    assert 'name="session"' not in page


def test_all_devices_are_listed(cliente, elsewhere):
    assert {s["id"] for s in listed(cliente)} == {id_of(cliente), id_of(elsewhere)}


def test_sessions_of_others_are_not_listed(cliente, tecnico):
    assert [s["id"] for s in listed(cliente)] == [id_of(cliente)]


def test_expired_sessions_are_not_listed(cliente, elsewhere):
    past = datetime.now(UTC) - timedelta(seconds=1)
    sessions.update_one({"_id": elsewhere.session.session_key}, {"$set": {"expires": past}})
    assert [s["id"] for s in listed(cliente)] == [id_of(cliente)]


def test_session_keys_are_not_told(cliente, elsewhere):
    page = cliente.get(PATH).content.decode()
    assert elsewhere.session.session_key not in page
    assert cliente.session.session_key not in page


def test_one_session_is_ended(cliente, elsewhere):
    response = cliente.post(PATH, {"session": id_of(elsewhere)})
    assert response.headers["Location"] == PATH
    assert not is_alive(elsewhere)
    assert is_alive(cliente)


def test_all_others_are_ended(cliente, elsewhere):
    third = logged_in(cliente.user)
    cliente.post(PATH, {"others": "1"})
    assert [is_alive(browser) for browser in (cliente, elsewhere, third)] == [True, False, False]


def test_nobody_ends_the_session_of_another_user(cliente, tecnico):
    cliente.post(PATH, {"session": id_of(tecnico)})
    cliente.post(PATH, {"others": "1"})
    assert is_alive(tecnico)


@pytest.mark.parametrize("wanted", ["", "nonsense", "0" * 32])
def test_unknown_session_changes_nothing(cliente, elsewhere, wanted):
    assert cliente.post(PATH, {"session": wanted}).status_code == 302
    assert is_alive(elsewhere)


def test_the_key_itself_ends_nothing(cliente, elsewhere):
    cliente.post(PATH, {"session": elsewhere.session.session_key})
    assert is_alive(elsewhere)


def test_ending_the_session_in_use_logs_out(cliente):
    assert cliente.post(PATH, {"session": id_of(cliente)}).status_code == 302
    assert not is_alive(cliente)


def test_session_that_others_stored_is_listed(cliente):
    expires = datetime.now(UTC) + timedelta(days=1)
    sessions.insert_one(
        {"_id": "x" * 32, "user_id": cliente.user.pk, "data": "", "expires": expires}
    )
    assert len(listed(cliente)) == 2


def test_long_list_comes_in_one_command(cliente, commands):
    expires = datetime.now(UTC) + timedelta(days=1)
    sessions.insert_many(
        {"_id": f"{n:032}", "user_id": cliente.user.pk, "data": "", "expires": expires}
        for n in range(MOST_LISTED + 5)
    )
    with commands() as seen:
        assert len(listed(cliente)) == MOST_LISTED
    assert len(seen) == 2


def test_nobody_is_offered_to_log_out_elsewhere_who_is_nowhere_else(cliente):
    assert 'name="others"' not in cliente.get("/profile/sessions/").text
    logged_in(cliente.user)
    assert 'name="others"' in cliente.get("/profile/sessions/").text
