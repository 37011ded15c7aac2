"""What a process hears of changes, whoever makes them."""

import operator
import subprocess
import sys
import time
from contextlib import nullcontext
from datetime import UTC, datetime
from threading import Thread
from types import SimpleNamespace

import pytest
from bson import ObjectId, Timestamp
from bson.errors import InvalidBSON
from pymongo.errors import OperationFailure

from accounts.users import users
from mflix.movies import movies
from pialara_site import changes
from pialara_site.changes import EVERYTHING, NEVER, Stream, Topic
from pialara_site.mongo import client, mflix
from tests.fail_points import failing
from tests.mothers import a_client

from .processes import wait_until

FILM, OTHER_FILM = ObjectId(), ObjectId()
HISTORY_LOST = 286


@pytest.fixture(scope="module")
def films():
    """A database to drop things in, and the stream of it."""
    database = client[f"{mflix.name}_changes"]
    Thread(target=(stream := Stream(database)).follow, name="changes-films", daemon=True).start()
    wait_until(stream.is_current)
    yield database, stream
    client.drop_database(database)


@pytest.fixture
def changed(films):
    """`changed(action)` says which of movies, a film, another one, and their comments changed."""
    database, stream = films
    topics = [
        Topic.of(database[name], key)
        for name in ("movies", "comments")
        for key in ("", FILM, OTHER_FILM)
    ]

    def heard() -> list:
        """When each changed, once all is heard that was done before."""
        before = stream.last(Topic.of(database.theaters))
        database.theaters.insert_one({})
        wait_until(lambda: stream.last(Topic.of(database.theaters)) != before)
        return [stream.last(topic) for topic in topics]

    def changed(action) -> str:
        before = heard()
        action()
        flags = ["-+"[then != now] for then, now in zip(before, heard(), strict=True)]
        return f"movies {''.join(flags[:3])} comments {''.join(flags[3:])}"

    database.movies.replace_one({"_id": FILM}, {"title": "Amy"}, upsert=True)
    database.comments.replace_one({"_id": 1}, {"movie_id": FILM}, upsert=True)
    return changed


def test_nothing_that_nobody_did_is_heard(changed):
    assert changed(lambda: None) == "movies --- comments ---"


def test_change_of_a_film_is_of_that_film_and_of_all_films(films, changed):
    database, _stream = films
    titled = changed(lambda: database.movies.update_one({"_id": FILM}, {"$set": {"title": "Bo"}}))
    assert titled == "movies ++- comments ---"


def test_number_of_comments_concerns_that_film_alone(films, changed):
    database, _stream = films
    one_more = {"$inc": {"num_mflix_comments": 1}}
    counted = changed(lambda: database.movies.update_one({"_id": FILM}, one_more))
    assert counted == "movies -+- comments ---"


def test_film_that_loses_a_field_beside_has_changed(films, changed):
    database, _stream = films
    update = {"$inc": {"num_mflix_comments": 1}, "$unset": {"title": ""}}
    titled = changed(lambda: database.movies.update_one({"_id": FILM}, update))
    assert titled == "movies ++- comments ---"


def test_film_whose_list_is_cut_short_beside_has_changed(films, changed):
    database, _stream = films
    database.movies.update_one({"_id": FILM}, {"$set": {"genres": ["Drama", "War"]}})
    fewer = {"genres": {"$slice": ["$genres", 1]}, "num_mflix_comments": 1}
    cut = changed(lambda: database.movies.update_one({"_id": FILM}, [{"$set": fewer}]))
    assert cut == "movies ++- comments ---"


def test_new_comment_is_of_its_film(films, changed):
    database, _stream = films
    commented = changed(lambda: database.comments.insert_one({"movie_id": FILM}))
    assert commented == "movies --- comments ++-"


@pytest.mark.parametrize(
    "action",
    [
        lambda comments: comments.update_one({"_id": 1}, {"$set": {"text": "edited"}}),
        lambda comments: comments.replace_one({"_id": 1}, {"movie_id": OTHER_FILM}),
        lambda comments: comments.delete_one({"_id": 1}),
        lambda comments: comments.drop(),
    ],
)
def test_what_does_not_tell_its_film_may_be_of_any(films, changed, action):
    database, _stream = films
    assert changed(lambda: action(database.comments)) == "movies --- comments +++"


def test_dropped_collection_that_is_made_again_is_heard(films, changed):
    database, _stream = films
    assert changed(database.movies.drop) == "movies +++ comments ---"
    again = changed(lambda: database.movies.insert_one({"_id": OTHER_FILM}))
    assert again == "movies +-+ comments ---"


def test_renamed_collection_changes_under_both_names(films, changed):
    database, _stream = films
    away = changed(lambda: database.comments.rename("comments_of_old"))
    assert away == "movies --- comments +++"
    back = changed(lambda: database.comments_of_old.rename("comments"))
    assert back == "movies --- comments +++"


def test_dropped_database_that_is_made_again_is_heard(films, changed):
    database, _stream = films
    assert changed(lambda: client.drop_database(database)) == "movies +++ comments +++"
    again = changed(lambda: database.movies.insert_one({"_id": FILM}))
    assert again == "movies ++- comments ---"


def test_changes_of_what_nobody_depends_on_are_not_even_sent(films, changed, monkeypatch):
    database, stream = films
    sent = []
    hear = stream._hear
    monkeypatch.setattr(stream, "_hear", lambda change: sent.append(change) or hear(change))
    changed(lambda: database.movie_views.insert_many([{} for _ in range(100)]))
    assert sent
    assert "movie_views" not in [change["ns"]["coll"] for change in sent]


def test_many_topics_are_not_all_remembered(films, changed, monkeypatch):
    database, stream = films
    monkeypatch.setattr(changes, "MOST_TOPICS", 50)
    documents = [{"_id": ObjectId()} for _ in range(60)]
    # All of it counts as changed instead.
    assert changed(lambda: database.movies.insert_many(documents)) == "movies +++ comments +++"
    assert len(stream._changed) < 50


def test_who_falls_behind_goes_on_from_now_and_all_counts_as_changed(films, monkeypatch):
    database, stream = films
    topic = Topic.of(database.movies)
    before = stream.last(topic)
    monkeypatch.setattr(changes, "LAG_SECONDS", -1)  # so far behind is everybody
    database.theaters.insert_one({})
    wait_until(lambda: stream.last(topic) > before)


@pytest.mark.parametrize(("behind", "goes_on"), [(1, True), (2, False)])
def test_stream_is_left_when_it_is_two_seconds_behind(monkeypatch, behind, goes_on):
    """A page is never older than that (docs/performance.md)."""
    asked = Timestamp(1_000_000, 1)
    told = SimpleNamespace(alive=True, resume_token={"_data": "here"})

    def try_next() -> dict:
        told.alive = False  # after this one
        at = Timestamp(asked.time - behind, 1)
        return {"operationType": "insert", "ns": {"coll": "theaters"}, "clusterTime": at}

    told.try_next = try_next
    stream = Stream(mflix)
    session = nullcontext(SimpleNamespace(operation_time=asked))
    client = SimpleNamespace(primary=None, start_session=lambda **_: session)
    database = SimpleNamespace(client=client)
    monkeypatch.setattr(stream, "_database", database)
    monkeypatch.setattr(stream, "_open", lambda _session: nullcontext(told))
    stream._listen()
    assert stream.is_current() is (stream._token is not None) is goes_on


def test_stream_that_was_opened_without_a_leader_is_left_when_its_own_gives_way(monkeypatch):
    """As after every outage: no primary was known before the stream had found one."""
    client = SimpleNamespace(primary=None)
    session = nullcontext(SimpleNamespace(operation_time=Timestamp(1_000_000, 1)))
    client.start_session = lambda **_: session
    told = SimpleNamespace(alive=True, resume_token={"_data": "here"})

    def opened(_session):
        client.primary = ("one", 27017)
        return nullcontext(told)

    def try_next():
        told.alive = False  # after this one
        client.primary = ("other", 27017)

    told.try_next = try_next
    stream = Stream(mflix)
    monkeypatch.setattr(stream, "_database", SimpleNamespace(client=client))
    monkeypatch.setattr(stream, "_open", opened)
    stream._listen()
    assert not stream.is_current()


@pytest.mark.parametrize(("seconds", "is_current"), [(2.4, True), (2.6, False)])
def test_stream_that_says_nothing_is_believed_for_so_long(monkeypatch, seconds, is_current):
    stream = Stream(mflix)
    stream._current_at = 1000.0
    monkeypatch.setattr(changes, "time", SimpleNamespace(monotonic=lambda: 1000 + seconds))
    assert stream.is_current() is is_current


def test_everything_counts_as_changed_when_listening_begins(listening):
    assert changes.last([Topic.of(mflix.movies)]) > (NEVER,)


def test_page_that_is_read_now_shows_all_that_was_heard(listening):
    before = changes.last([Topic.of(users)])
    a_client()
    wait_until(lambda: changes.last([Topic.of(users)]) != before)
    wait_until(lambda: (changes.position(),) >= changes.last([Topic.of(users)]))


@pytest.mark.parametrize(
    ("fields", "is_change"),
    [
        ({"estado": "inactivo"}, True),
        ({"accesos": 5, "ultimo_acceso": datetime(2026, 1, 1, tzinfo=UTC)}, False),
        ({"watchlist": [ObjectId()]}, False),
        ({"preferences.language": "en"}, False),
        ({"lock": ObjectId()}, False),
        ({"lock": ObjectId(), "estado": "inactivo"}, True),
    ],
)
def test_what_users_do_all_day_is_no_change_of_all_of_them(heard, fields, is_change):
    heard()  # also what the last test did

    def heard_at(key: str = ""):
        return changes.last([Topic.of(users, key)])

    # Of what is there already a change tells no more than what became of it.
    client = a_client(preferences={"theme": "dark"}, watchlist=[ObjectId()])
    heard()
    before, everything = heard_at(), heard_at(EVERYTHING)
    users.update_one({"_id": client.pk}, {"$set": fields})
    heard()
    assert heard_at(EVERYTHING) != everything
    assert (heard_at() != before) == is_change


def test_who_does_not_hear_of_one_database_may_not_rely_on_the_other(monkeypatch):
    heard, silent = Stream(mflix), Stream(users.database)
    heard._current_at = time.monotonic()
    monkeypatch.setattr(changes, "streams", {"mflix": heard, "pialara": silent})
    assert heard.is_current()
    assert not changes.are_current()


# A technician's clients


@pytest.fixture
def heard_of(listening):
    """`heard_of(action)` says whether the clients of ana@ and of bea@ changed."""
    topics = [Topic.of(users, key) for key in ("Ana@example.org", "bea@example.org")]
    mark = (Topic.of(users, "nobody"),)

    def heard():
        before = changes.last(mark)
        a_client(parent="nobody")
        wait_until(lambda: changes.last(mark) != before)
        return changes.last(topics)

    def heard_of(action) -> list[bool]:
        before = heard()
        action()
        return [then != now for then, now in zip(before, heard(), strict=True)]

    return heard_of


def test_update_of_a_client_is_of_their_technician(heard_of):
    client = a_client(parent="ana@example.org")
    update = {"$set": {"patologia": "Dysarthria"}}
    assert heard_of(lambda: users.update_one({"_id": client.pk}, update)) == [True, False]


def test_technicians_email_may_stand_in_any_case(heard_of):
    assert heard_of(lambda: a_client(parent="ANA@example.org")) == [True, False]


@pytest.mark.parametrize("parent", ["bea@example.org", None])
def test_client_who_leaves_concerns_the_old_technician_too(heard_of, parent):
    client = a_client(parent="ana@example.org")
    update = {"$set": {"parent": parent}}
    assert heard_of(lambda: users.update_one({"_id": client.pk}, update)) == [True, True]


def test_client_who_is_replaced_may_have_been_anothers(heard_of):
    client = a_client(parent="ana@example.org")
    new = {**users.find_one({"_id": client.pk}), "parent": "bea@example.org"}
    assert heard_of(lambda: users.replace_one({"_id": client.pk}, new)) == [True, True]


def test_client_who_is_deleted_may_be_anybodys(heard_of):
    client = a_client(parent="ana@example.org")
    assert heard_of(lambda: users.delete_one({"_id": client.pk})) == [True, True]


# Processes


def test_forked_process_listens_for_itself(listening):
    code = (
        "import os, django; django.setup()\n"
        "from pialara_site import changes\n"
        "changes.start()\n"
        "pid = os.fork()\n"
        "if pid: os._exit(os.waitpid(pid, 0)[1])\n"
        "os._exit(bool(changes.streams) or changes.are_current())\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


# What is refused


def test_token_that_is_too_old_is_forgotten_and_all_counts_as_changed(listening, caplog):
    everything = [Topic.of(mflix.movies), Topic.of(users)]
    before = changes.last(everything)
    with failing("getMore", how={"errorCode": HISTORY_LOST}):
        wait_until(lambda: len(caplog.records) >= 2)
    a_client()
    movies.insert_one({})
    wait_until(lambda: all(map(operator.gt, changes.last(everything), before)))
    wait_until(changes.are_current)
    assert "is refused: ChangeStreamHistoryLost" in caplog.text


def test_token_that_was_refused_is_not_asked_for_again():
    stream = Stream(mflix)
    stream._token = {"_data": "too old"}
    stream._refused(OperationFailure("", HISTORY_LOST))
    assert stream._token is None


def test_server_without_change_streams_is_told_of_once(mongod, caplog, monkeypatch):
    monkeypatch.setattr(changes, "REFUSED_SECONDS", 0)
    stream = Stream(client[f"{mflix.name}_changes"])
    refusal = OperationFailure("only on replica sets", 40573, {"codeName": "Location40573"})
    pauses = [stream._refused(refusal) for _ in range(3)]
    assert pauses == [0, 0, 0]
    assert len(caplog.records) == 1
    assert not stream.is_current()


def test_change_that_cannot_be_read_does_not_end_the_listening(monkeypatch):
    class Over(Exception):
        pass

    answers = [InvalidBSON("of another program"), Over]

    def listen():
        raise answers.pop(0)

    stream = Stream(mflix)
    monkeypatch.setattr(stream, "_listen", listen)
    monkeypatch.setattr(changes, "REFUSED_SECONDS", 0)
    with pytest.raises(Over):
        stream.follow()
