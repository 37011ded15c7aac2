"""What is kept in memory: for whom, for how long, and how much."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from pymongo.errors import AutoReconnect, ExecutionTimeout, NetworkTimeout, OperationFailure

from mflix.movies import movies
from mflix.tests.mothers import a_movie
from mflix.theaters import theaters
from pialara_site import cache, changes
from pialara_site.cache import Cache, cached
from pialara_site.changes import Topic

from .processes import wait_until

FILMS = (Topic.of(movies),)


class Computed:
    """A computation that counts how often it is made."""

    def __init__(self, *results):
        self.results = results
        self.times = 0

    def __call__(self):
        result = self.results[min(self.times, len(self.results) - 1)]
        self.times += 1
        if isinstance(result, Exception):
            raise result
        return result


@pytest.fixture
def films(caching):
    """`films(compute)` gets what is kept as "films"."""
    return lambda compute, **rest: cache.shared.get("films", compute, FILMS, **rest)


@pytest.fixture
def clock(monkeypatch):
    """Its `now` is the time."""

    class Clock:
        now = 1000.0

    monkeypatch.setattr(cache.time, "monotonic", lambda: Clock.now)
    monkeypatch.setattr(changes, "are_current", lambda: True)
    return Clock


def test_what_was_computed_is_kept(films):
    compute = Computed("a", "b")
    assert [films(compute), films(compute)] == ["a", "a"]


def test_change_of_its_topic_ends_it(films, heard):
    compute = Computed("a", "b")
    films(compute)
    a_movie()
    heard()
    assert films(compute) == "b"


def test_change_of_something_else_does_not(films, heard):
    compute = Computed("a", "b")
    films(compute)
    theaters.insert_one({})
    heard()
    assert films(compute) == "a"


def test_computation_that_began_before_a_change_is_not_kept_after_it(films, heard):
    def compute():
        a_movie()
        heard()
        return "too old"

    films(compute)
    assert films(Computed("new")) == "new"


def test_who_asks_after_a_change_does_not_wait_for_what_began_before_it(films, heard):
    began, may_end = Event(), Event()

    def slow():
        began.set()
        may_end.wait(60)
        return "too old"

    with ThreadPoolExecutor() as threads:
        early = threads.submit(films, slow)
        began.wait(60)
        a_movie()
        heard()
        assert films(Computed("new")) == "new"
        may_end.set()
        assert early.result() == "too old"
    assert films(Computed("newer")) == "new"


def test_all_who_ask_at_once_make_one_computation(films):
    everybody_is_there = Event()
    times = []

    def compute():
        times.append(1)
        everybody_is_there.wait(60)
        return "a"

    with ThreadPoolExecutor(64) as threads:
        answers = [threads.submit(films, compute) for _ in range(64)]
        wait_until(lambda: len(threads._threads) == 64 and not threads._work_queue.qsize())
        everybody_is_there.set()
        assert {answer.result() for answer in answers} == {"a"}
    assert len(times) == 1


def test_failure_is_for_who_waits_and_is_not_kept(films):
    compute = Computed(ValueError("no"), "a")
    with pytest.raises(ValueError, match="no"):
        films(compute)
    assert films(compute) == "a"


def test_nobody_changes_what_others_get(films):
    compute = Computed({"Drama": 1})
    films(compute).clear()
    assert films(compute) == {"Drama": 1}


# Time


def test_entry_ends_after_its_seconds(clock):
    kept, compute = Cache(), Computed("a", "b")
    kept.get("key", compute, (), seconds=10)
    clock.now += 9.9
    assert kept.get("key", compute, (), seconds=10) == "a"
    clock.now += 0.1
    assert kept.get("key", compute, (), seconds=10) == "b"


def test_entry_is_as_old_as_what_it_was_read_from(clock):
    def slow():
        clock.now += 5
        return "a"

    kept, compute = Cache(), Computed("b")
    kept.get("key", slow, (), seconds=10)
    clock.now += 5
    assert kept.get("key", compute, (), seconds=10) == "b"


def test_entry_may_tell_its_seconds(clock):
    kept, compute = Cache(), Computed(10, 20)
    kept.get("key", compute, (), seconds=float)
    clock.now += 9.9
    assert kept.get("key", compute, (), seconds=float) == 10
    clock.now += 0.1
    assert kept.get("key", compute, (), seconds=float) == 20
    clock.now += 19.9
    assert kept.get("key", compute, (), seconds=float) == 20


def test_entry_lives_for_five_seconds_while_nobody_listens(clock, monkeypatch):
    monkeypatch.setattr(changes, "are_current", lambda: False)
    kept, compute = Cache(), Computed("a", "b")
    kept.get("key", compute, FILMS)
    clock.now += 4.9
    assert kept.get("key", compute, FILMS) == "a"
    clock.now += 0.1
    assert kept.get("key", compute, FILMS) == "b"


def test_entries_that_are_old_when_listening_ends_are_not_used(clock, monkeypatch):
    kept, compute = Cache(), Computed("a", "b")
    kept.get("key", compute, FILMS)
    clock.now += 20
    monkeypatch.setattr(changes, "are_current", lambda: False)
    assert kept.get("key", compute, FILMS) == "b"


def test_entry_that_is_made_of_nothing_that_changes_is_used_all_the_same(clock, monkeypatch):
    monkeypatch.setattr(changes, "are_current", lambda: False)
    kept, compute = Cache(), Computed("a", "b")
    kept.get("key", compute, ())
    clock.now += 599
    assert kept.get("key", compute, ()) == "a"


# The database is away


def test_what_is_for_everybody_is_old_rather_than_missing(clock):
    kept, compute = Cache(), Computed("a", AutoReconnect(), "c")
    kept.get("key", compute, (), when_away=True)
    clock.now += 3600
    assert kept.get("key", compute, (), when_away=True) == "a"
    assert kept.get("key", compute, (), when_away=True) == "c"


def test_other_entries_are_missing_then(clock):
    kept, compute = Cache(), Computed("a", AutoReconnect())
    kept.get("key", compute, ())
    clock.now += 3600
    with pytest.raises(AutoReconnect):
        kept.get("key", compute, ())


@pytest.mark.parametrize("error", [ExecutionTimeout, NetworkTimeout])
def test_query_that_takes_too_long_is_no_reason_for_old_entries(clock, error):
    kept, compute = Cache(), Computed("a", error("too slow"))
    kept.get("key", compute, (), when_away=True)
    clock.now += 3600
    with pytest.raises(error):
        kept.get("key", compute, (), when_away=True)


def test_silence_while_no_change_is_heard_is_one(clock, monkeypatch):
    kept, compute = Cache(), Computed("a", NetworkTimeout("silent"))
    kept.get("key", compute, FILMS, when_away=True)
    monkeypatch.setattr(changes, "are_current", lambda: False)
    clock.now += 3600
    assert kept.get("key", compute, FILMS, when_away=True) == "a"


def test_refusal_of_the_database_is_no_reason_for_old_entries(clock):
    kept, compute = Cache(), Computed("a", OperationFailure("wrong"))
    kept.get("key", compute, (), when_away=True)
    clock.now += 3600
    with pytest.raises(OperationFailure):
        kept.get("key", compute, (), when_away=True)


# Memory


def test_entry_that_was_not_used_for_longest_goes_first(clock):
    kept = Cache(most_entries=2)
    for key in ("a", "b", "a", "c"):
        kept.get(key, Computed(key), ())
    computed = {key: Computed(key) for key in "acb"}
    for key, compute in computed.items():
        kept.get(key, compute, ())
    assert [compute.times for compute in computed.values()] == [0, 0, 1]


def test_entries_take_no_more_memory_than_they_may(clock):
    kept = Cache(most_bytes=10_000)
    for n in range(100):
        kept.get(n, Computed("x" * 1000), ())
    assert sum(len(entry.pickled) for entry in kept._entries.values()) == kept._bytes < 10_000


def test_entry_that_is_too_large_is_computed_and_not_kept(clock):
    kept, compute = Cache(most_bytes=100), Computed("x" * 1000)
    assert kept.get("key", compute, ()) == kept.get("key", compute, ()) == "x" * 1000
    assert compute.times == 2


def test_entry_that_replaces_another_takes_its_place(clock):
    kept = Cache()
    for text in ("long " * 100, "short"):
        kept.get("key", Computed(text), (), seconds=0)
    assert kept._bytes < 100


# Functions


def test_function_is_kept_by_its_arguments(caching):
    asked = []

    @cached(Topic.of(movies))
    def double(number):
        asked.append(number)
        return 2 * number

    assert [double(1), double(2), double(1)] == [2, 4, 2]
    assert asked == [1, 2]


def test_function_is_kept_as_long_as_it_says(caching, clock):
    asked = []

    @cached(Topic.of(movies), seconds=60)
    def activity():
        asked.append(clock.now)

    activity()
    clock.now += 61
    activity()
    assert len(asked) == 2
