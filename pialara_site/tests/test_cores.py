"""Where web processes work."""

import pytest

from pialara_site import cores


@pytest.fixture
def kept(monkeypatch):
    """The cores that somebody was told to keep to, on a machine of four."""
    monkeypatch.setattr(cores, "ALL", [0, 1, 2, 3])
    told = []
    monkeypatch.setattr(
        cores.os, "sched_setaffinity", lambda who, where: told.append(sorted(where)), raising=False
    )
    return told


def test_as_many_workers_as_cores_have_one_each(kept):
    for worker in range(4):
        cores.keep_to_one(worker, 4)
    assert kept == [[0], [1], [2], [3]]


def test_more_workers_share_the_cores_evenly(kept):
    for worker in range(8):
        cores.keep_to_one(worker, 8)
    assert sorted(kept) == [[0], [0], [1], [1], [2], [2], [3], [3]]


def test_fewer_workers_go_where_there_is_room(kept):
    cores.keep_to_one(0, 3)
    assert kept == []


def test_who_uses_all_is_let_go_everywhere(kept):
    cores.use_all()
    assert kept == [[0, 1, 2, 3]]


def test_system_that_tells_no_cores_is_left_alone(kept, monkeypatch):
    monkeypatch.setattr(cores, "ALL", [])
    cores.keep_to_one(0, 2)
    cores.use_all()
    assert kept == []
