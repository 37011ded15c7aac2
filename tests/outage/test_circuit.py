"""When commands wait for a server, and when they fail at once."""

import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pymongo
import pytest
from pymongo.errors import NetworkTimeout, ServerSelectionTimeoutError
from pymongo.server_selectors import any_server_selector

from pialara_site import circuit
from pialara_site.circuit import Circuit, Client, DatabaseAway
from pialara_site.tests.processes import wait_until
from tests.replica_set import ReplicaSet


@pytest.fixture(scope="module")
def trio(tmp_path_factory):
    with ReplicaSet(tmp_path_factory.mktemp("trio")) as trio:
        yield trio


@pytest.fixture
def whole(trio):
    """Three members that are well, and will be again after the test."""
    yield trio
    for member in trio.members:
        if member.is_frozen:
            member.thaw()
        elif not member.runs:
            member.start()
    trio.wait_until_whole()


@pytest.fixture
def client(whole, monkeypatch):
    """The client of a web process."""
    monkeypatch.setattr(Circuit, "in_force", True)
    options = {"heartbeatFrequencyMS": 500, "connectTimeoutMS": 1000, "w": "majority"}
    with Client(whole.uri, serverSelectionTimeoutMS=20_000, **options) as client:
        write(client)
        yield client


def test_client_that_waits_for_nothing_is_told_so():
    with (
        Client("mongodb://127.0.0.1:1", serverSelectionTimeoutMS=0) as client,
        pytest.raises(ServerSelectionTimeoutError),
    ):
        write(client)


def write(client):
    client.test.things.update_one({"_id": 1}, {"$inc": {"n": 1}}, upsert=True)


def test_write_waits_for_the_election_after_its_primary_died(whole, client):
    whole.primary().kill()
    write(client)
    assert not client.circuit.is_open


def test_minority_elects_nobody_and_is_not_waited_for(whole, client):
    for member in whole.secondaries():
        member.kill()
    wait_until(lambda: client.circuit.is_open)
    began = time.monotonic()
    with pytest.raises(DatabaseAway):
        write(client)
    assert time.monotonic() - began < 1


def test_set_that_elects_nobody_is_not_waited_for_for_long(whole, client, monkeypatch, caplog):
    monkeypatch.setattr(circuit, "PATIENCE_SECONDS", 0.2)
    for member in whole.secondaries():
        member.client.admin.command("replSetFreeze", 60)
    whole.step_down()
    wait_until(lambda: client.primary is None)
    while not client.circuit.is_open:
        with pymongo.timeout(0.2), pytest.raises(ServerSelectionTimeoutError):
            write(client)
    for member in whole.members:
        member.client.admin.command("replSetFreeze", 0)
    wait_until(lambda: not client.circuit.is_open)
    write(client)
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]


def test_majority_that_has_elected_nobody_yet_is_no_return(whole, client):
    for member in whole.members:
        member.kill()
    wait_until(lambda: client.circuit.is_open)
    for member in whole.members:
        member.start()
    wait_until(lambda: not client.circuit.is_open)
    assert client.primary is not None


def test_command_that_is_slow_is_no_outage(whole, client):
    blocked = {"failCommands": ["find"], "blockConnection": True, "blockTimeMS": 3000}
    whole.primary().fail_point("failCommand", {"times": 1}, **blocked)
    with pymongo.timeout(0.5), pytest.raises(NetworkTimeout):
        client.test.things.find_one()
    assert not client.circuit.is_open


def test_secondary_answers_what_it_may_while_nobody_leads(whole, client):
    old = whole.primary()
    for member in whole.secondaries()[:1]:
        member.kill()
    old.kill()
    wait_until(lambda: client.circuit.is_open)
    anybody = pymongo.ReadPreference.SECONDARY_PREFERRED
    assert client.test.things.with_options(read_preference=anybody).find_one() is not None


def test_commands_of_the_terminal_wait(whole, client, monkeypatch):
    monkeypatch.setattr(Circuit, "in_force", False)
    for member in whole.secondaries():
        member.kill()
    wait_until(lambda: client.primary is None)
    with pymongo.timeout(0.2), pytest.raises(ServerSelectionTimeoutError) as failure:
        write(client)
    assert not isinstance(failure.value, DatabaseAway)


def test_who_waits_already_is_told_when_it_is_away(whole, client):
    for member in whole.secondaries():
        member.client.admin.command("replSetFreeze", 60)
    whole.step_down()
    wait_until(lambda: client.primary is None)
    with ThreadPoolExecutor() as threads:
        waiting = threads.submit(write, client)
        for member in whole.members[:2]:
            member.kill()
        with pytest.raises(DatabaseAway):
            waiting.result(timeout=10)  # of the 20 seconds that it may wait
    whole.members[2].client.admin.command("replSetFreeze", 0)


# By what its members' heartbeats tell


@pytest.fixture
def clock(monkeypatch):
    """Its `now` is the time; what was `slept` took none."""

    class Clock:
        now = 1000.0
        slept = []

    clock = SimpleNamespace(monotonic=lambda: Clock.now, sleep=Clock.slept.append)
    monkeypatch.setattr(circuit, "time", clock)
    return Clock


class Members:
    """So many, of which the first takes writes, and the circuit that hears of them."""

    def __init__(self, count: int):
        self.known = {("db", n): SimpleNamespace(is_writable=n == 0) for n in range(count)}
        topology = SimpleNamespace(server_descriptions=lambda: self.known)
        self.circuit = Circuit(SimpleNamespace(topology_description=topology))

    def lose(self, *numbers: int):
        for n in numbers:
            self.known["db", n].is_writable = False
            event = SimpleNamespace(connection_id=("db", n), reply=OSError(), awaited=False)
            self.circuit.failed(event)

    def answer(self, number: int):
        is_writable = self.known["db", number].is_writable
        reply = SimpleNamespace(is_writable=is_writable)
        self.circuit.succeeded(SimpleNamespace(connection_id=("db", number), reply=reply))


@pytest.fixture
def members(monkeypatch):
    monkeypatch.setattr(Circuit, "in_force", True)
    return Members


@pytest.mark.parametrize(
    ("count", "lost", "is_open"), [(3, 1, False), (3, 2, True), (4, 1, False), (4, 2, True)]
)
def test_those_who_are_left_elect_somebody_if_they_are_more_than_half(
    members, count, lost, is_open
):
    some = members(count)
    some.lose(*range(lost))
    assert some.circuit.is_open is is_open


def test_patience_with_an_election_is_not_used_up_by_the_one_before(members, clock):
    trio = members(3)
    trio.circuit.waited_in_vain()
    trio.answer(0)
    clock.now += circuit.PATIENCE_SECONDS
    trio.lose(0)
    assert not trio.circuit.is_open
    trio.circuit.waited_in_vain()
    clock.now += circuit.PATIENCE_SECONDS
    trio.circuit.waited_in_vain()
    assert trio.circuit.is_open


def test_commit_that_the_driver_repeats_without_a_pause_gets_one(clock):
    with Client("mongodb://127.0.0.1:1", connect=False) as client:
        client.circuit.is_open = True
        for operation in ("find", "commitTransaction"):
            with pytest.raises(DatabaseAway):
                client._select_server(any_server_selector, None, operation)
    assert clock.slept == [circuit.GLANCE_SECONDS]
