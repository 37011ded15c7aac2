"""Which requests are worked on, and which wait."""

from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore, Event, Lock, Thread

import pytest

from accounts import hashers, mail
from mflix import attachments
from mflix.views import reports
from pialara_site import bodies, turns
from tests.mothers import a_client

SECONDS = 10  # what nothing here takes


@pytest.fixture(autouse=True)
def room_for_one(monkeypatch):
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 0)
    monkeypatch.setattr(turns, "_working", BoundedSemaphore(1))


def test_no_more_than_few_are_worked_on_at_once():
    working = Lock()

    @turns.in_turn
    def application(environ, start_response):
        alone = working.acquire(blocking=False)
        Event().wait(0.001)  # the others could go on
        if alone:
            working.release()
        return alone

    with ThreadPoolExecutor(4) as people:
        assert all(people.map(application, range(20), range(20)))


def test_who_waits_makes_room_for_others():
    places, waits, goes_on = turns.Turns(1), Event(), Event()

    @turns.in_turn
    def application(environ, start_response):
        if environ == "slow":
            with places.one():
                waits.set()
                assert goes_on.wait(SECONDS)
        return environ

    with ThreadPoolExecutor(1) as somebody:
        slow = somebody.submit(application, "slow", None)
        assert waits.wait(SECONDS)
        assert application("quick", None) == "quick"
        goes_on.set()
        assert slow.result(SECONDS) == "slow"
    assert application("next", None) == "next"


def test_room_is_free_again_after_an_error():
    @turns.in_turn
    def application(environ, start_response):
        raise ZeroDivisionError

    for _time in range(2):
        with pytest.raises(ZeroDivisionError):
            application(None, None)


def test_only_so_many_may_wait():
    places = turns.Turns(1)
    with places.one(), pytest.raises(turns.Busy), places.one():
        pass
    with places.one():
        pass


def test_who_waits_for_two_things_makes_room_once():
    first, second = turns.Turns(1), turns.Turns(1)

    @turns.in_turn
    def application(environ, start_response):
        with first.one(), second.one():
            return environ

    assert [application(n, None) for n in range(2)] == [0, 1]


def test_threads_are_left_for_pages_whatever_waits():
    waiting = [bodies.turns, hashers.turns, reports.waiting, attachments.waiting, mail.waiting]
    assert sum(each.most for each in waiting) + turns.AT_WORK <= turns.THREADS


def test_who_waits_for_an_image_or_the_mail_server_makes_room(monkeypatch, rf):
    pages = []

    @turns.in_turn
    def draw(environ, start_response):
        with attachments._alone():
            pages.append(is_a_page_answered())

    @turns.in_turn
    def invite(environ, start_response):
        mail.send_link(rf.get("/"), a_client(), "invitation")

    monkeypatch.setattr(mail, "send_mail", lambda *_, **__: pages.append(is_a_page_answered()))
    draw(None, None)
    invite(None, None)
    assert pages == [True, True]


def is_a_page_answered() -> bool:
    thread = Thread(target=turns.in_turn(lambda *_: None), args=(None, None), daemon=True)
    thread.start()
    thread.join(SECONDS)
    return not thread.is_alive()
