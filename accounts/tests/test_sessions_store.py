"""The session engine keeps the contracts of Django's SessionBase, and its own."""

from datetime import UTC, datetime, timedelta

import pytest
from bson import ObjectId
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import CreateError, UpdateError
from django.core import signing

from accounts import sessions as module
from accounts.sessions import SessionStore, public_id, sessions


@pytest.fixture
def saved():
    """A session that is stored and holds something."""
    session = SessionStore()
    session["colour"] = "green"
    session.save()
    return session


def again(session) -> SessionStore:
    return SessionStore(session.session_key)


def document(session) -> dict | None:
    return sessions.find_one({"_id": session.session_key})


def change(session, **fields):
    sessions.update_one({"_id": session.session_key}, {"$set": fields})


# create


def test_create_stores_an_empty_session():
    session = SessionStore()
    session.create()
    assert document(session) is not None
    assert again(session).is_empty() is False
    assert list(again(session).keys()) == []


def test_create_makes_a_new_key_each_time():
    session = SessionStore()
    session.create()
    first = session.session_key
    session.create()
    assert session.session_key != first


def test_create_marks_the_session_as_modified():
    session = SessionStore()
    session.create()
    assert session.modified


def test_create_takes_another_key_when_its_first_is_taken(saved, monkeypatch):
    keys = iter([saved.session_key, "b" * 32])
    session = SessionStore()
    monkeypatch.setattr(session, "_get_new_session_key", lambda: next(keys))
    session.create()
    assert session.session_key == "b" * 32
    assert again(saved)["colour"] == "green"


# save


def test_save_without_a_key_creates():
    session = SessionStore()
    session.save()
    assert document(session) is not None


def test_save_keeps_what_the_session_holds(saved):
    assert again(saved)["colour"] == "green"


def test_save_replaces_what_was_stored(saved):
    saved["colour"] = "blue"
    saved.save()
    assert again(saved)["colour"] == "blue"


def test_save_keeps_the_key(saved):
    before = saved.session_key
    saved.save()
    assert saved.session_key == before


def test_save_must_create_refuses_a_key_that_is_taken(saved):
    other = SessionStore(saved.session_key)
    with pytest.raises(CreateError):
        other.save(must_create=True)
    assert again(saved)["colour"] == "green"


def test_save_refuses_a_session_that_is_not_there():
    session = SessionStore("a" * 32)
    session._session_cache = {"colour": "green"}
    with pytest.raises(UpdateError):
        session.save()
    assert sessions.count_documents({}) == 0


def test_session_that_another_request_ended_is_not_revived(saved):
    other = again(saved)
    other["colour"] = "blue"
    saved.delete()
    with pytest.raises(UpdateError):
        other.save()
    assert document(other) is None


def test_save_that_changes_nothing_is_no_error(saved):
    saved.save()
    saved.save()
    assert again(saved)["colour"] == "green"


# load


def test_load_of_an_unknown_key_is_empty_and_gives_the_key_up():
    session = SessionStore("a" * 32)
    assert session.load() == {}
    assert session.session_key is None


def test_load_of_an_expired_session_is_empty(saved):
    change(saved, expires=datetime.now(UTC) - timedelta(seconds=1))
    expired = again(saved)
    assert expired.get("colour") is None
    assert expired.session_key is None


def test_load_of_tampered_data_is_empty(saved):
    change(saved, data=signing.dumps({"colour": "red"}, key="another key"))
    assert again(saved).load() == {}


def test_key_that_is_no_key_is_not_asked_for(commands):
    session = SessionStore("short")
    with commands() as seen:
        assert session.get("colour") is None
    assert seen == []


def test_session_is_read_in_one_command(saved, commands):
    with commands() as seen:
        again(saved).get("colour")
    assert [str(command) for command in seen] == ["aggregate sessions"]


# exists, delete, flush, cycle_key


def test_exists_knows_stored_keys(saved):
    assert SessionStore().exists(saved.session_key)
    assert not SessionStore().exists("a" * 32)


def test_delete_removes_the_session(saved):
    saved.delete()
    assert document(saved) is None


def test_delete_removes_the_session_of_a_key(saved):
    SessionStore().delete(saved.session_key)
    assert document(saved) is None


def test_delete_of_a_missing_session_is_no_error():
    assert SessionStore().delete("a" * 32) is None


def test_delete_without_a_key_asks_nothing(commands):
    with commands() as seen:
        SessionStore().delete()
    assert seen == []


def test_flush_empties_the_session_and_gives_the_key_up(saved):
    before = saved.session_key
    saved.flush()
    assert saved.session_key is None
    assert not SessionStore().exists(before)
    assert saved.is_empty()


def test_cycle_key_keeps_the_content_under_a_new_key(saved):
    before = saved.session_key
    saved.cycle_key()
    assert saved.session_key != before
    assert again(saved)["colour"] == "green"


def test_cycle_key_of_what_is_not_stored_leaves_it_to_be_saved():
    session = SessionStore()
    session["colour"] = "green"
    session.cycle_key()
    assert sessions.count_documents({}) == 0
    session.save()
    assert again(session)["colour"] == "green"


def test_cycle_key_ends_the_old_key(saved):
    before = saved.session_key
    saved.cycle_key()
    assert not SessionStore().exists(before)


def test_expired_sessions_are_left_to_the_ttl_index(saved):
    SessionStore.clear_expired()
    assert sessions.index_information()["expires_1"]["expireAfterSeconds"] == 0


# What is kept beside the data


def test_expiry_is_stored(saved):
    saved.set_expiry(60)
    saved.save()
    left = document(saved)["expires"] - datetime.now(UTC)
    assert timedelta(seconds=55) < left <= timedelta(seconds=60)


def test_user_is_stored():
    user_id = ObjectId()
    session = SessionStore()
    session[SESSION_KEY] = str(user_id)
    session.save()
    assert document(session)["user_id"] == user_id


@pytest.mark.parametrize("held", [{}, {SESSION_KEY: "not an id"}])
def test_session_of_nobody_has_no_user(held):
    assert module.user_id(held) is None


def test_data_is_signed_not_readable_as_it_is(saved):
    assert isinstance(document(saved)["data"], str)
    assert "green" not in document(saved)["data"]


def test_reading_keeps_when_it_was(saved):
    change(saved, last_seen=datetime.now(UTC) - timedelta(minutes=2))
    again(saved).load()
    assert datetime.now(UTC) - document(saved)["last_seen"] < timedelta(seconds=30)


def test_reading_within_a_minute_writes_nothing(saved):
    seen = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=20)
    change(saved, last_seen=seen)
    again(saved).load()
    assert document(saved)["last_seen"] == seen


def test_public_id_does_not_tell_the_key(saved):
    assert saved.session_key not in public_id(saved.session_key)
    assert public_id(saved.session_key) == public_id(saved.session_key)
    assert public_id(saved.session_key) != public_id("a" * 32)
