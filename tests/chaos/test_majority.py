"""A primary whose writes reach no other member: nothing that it holds alone counts as stored."""

import random
import time

import pytest

from pialara_site.tests.processes import Started, environment
from tests.replica_set import ReplicaSet

from .browser import Browser, Uncertain
from .world import PASSWORD, World

WAIT_SECONDS = 5


@pytest.fixture
def replica_set(tmp_path):
    with ReplicaSet(tmp_path / "mongod") as replica_set:
        yield replica_set


@pytest.fixture
def site(tmp_path, replica_set):
    env = environment(tmp_path / "var", MONGODB_URI=replica_set.uri)
    with open(tmp_path / "site.log", "w") as log, Started("--no-seed", env=env, log=log) as site:
        yield site


def test_user_whom_no_majority_has_is_not_added_before_one_does(replica_set, site):
    admin = World(replica_set.client, people=1, seed=1).people[0]
    requests, patient = [], time.monotonic() + 120
    browser = Browser([site.port], random.Random(1), requests, patient)
    typed = {"email": admin.email, "password": PASSWORD}
    assert browser.send("/login/", browser.form("/login/", "next").data() | typed).status == 302
    new = {"nombre": "Eva", "email": "eva@example.org"}
    form = browser.form("/users/create/", "nombre").data() | new
    alone, others = replica_set.primary(), replica_set.secondaries()

    for member in others:
        member.fail_point("stopReplProducer", "alwaysOn")
    browser.end = time.monotonic() + WAIT_SECONDS  # for the first answer and the one to the second
    with pytest.raises(Uncertain):
        browser.send("/users/create/", form)
    assert [each.status for each in requests if each.method == "POST"][1:] == [503, 503]
    assert alone.client.pialara.users.count_documents(new) == 1

    alone.kill()
    for member in others:
        member.fail_point("stopReplProducer", "off")
    replica_set.primary()
    assert replica_set.client.pialara.users.count_documents(new) == 0
    browser.end = patient
    assert browser.send("/users/create/", form).status == 302
    assert replica_set.client.pialara.users.count_documents(new) == 1
