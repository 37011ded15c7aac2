"""Which requests are worked on, and which wait."""

from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore, Event, Lock, Thread

import pytest

from accounts import hashers, mail
from mflix import pictures
from mflix.views import reports
from pialara_site import bodies, public_pages, turns
from pialara_site.cache import Cache
from tests.mothers import a_client

SECONDS = 10  # what nothing here takes


@pytest.fixture(autouse=True)
def room_for_one(monkeypatch):
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 0)
    monkeypatch.setattr(turns, "_working", BoundedSemaphore(1))


def test_no_more_than_few_are_worked_on_at_once():
    working = Lock()

    @turns.in_turn
    def view(request):
        alone = working.acquire(blocking=False)
        Event().wait(0.001)  # the others could go on
        if alone:
            working.release()
        return alone

    with ThreadPoolExecutor(4) as people:
        assert all(people.map(view, range(20)))


def test_who_waits_makes_room_for_others():
    places, waits, goes_on = turns.Turns(1), Event(), Event()

    @turns.in_turn
    def view(request):
        if request == "slow":
            with places.one():
                waits.set()
                assert goes_on.wait(SECONDS)
        return request

    with ThreadPoolExecutor(1) as somebody:
        slow = somebody.submit(view, "slow")
        assert waits.wait(SECONDS)
        assert view("quick") == "quick"
        goes_on.set()
        assert slow.result(SECONDS) == "slow"
    assert view("next") == "next"


def test_places_are_free_again_after_errors():
    places = turns.Turns(2)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), places.one():
            raise ZeroDivisionError


def test_room_is_free_again_after_an_error():
    @turns.in_turn
    def view(request):
        raise ZeroDivisionError

    for _time in range(2):
        with pytest.raises(ZeroDivisionError):
            view(None)


def test_only_so_many_may_wait():
    places = turns.Turns(1)
    with places.one(), pytest.raises(turns.Busy), places.one():
        pass
    with places.one():
        pass


def test_who_waits_for_two_things_makes_room_once():
    first, second = turns.Turns(1), turns.Turns(1)

    @turns.in_turn
    def view(request):
        with first.one(), second.one():
            return request

    assert [view(n) for n in range(2)] == [0, 1]


def test_threads_are_left_for_pages_whatever_waits():
    waiting = [bodies.turns, hashers.turns, reports.waiting, pictures.waiting, mail.waiting]
    assert sum(each.most for each in waiting) + turns.AT_WORK < turns.THREADS


def test_who_waits_for_an_image_or_the_mail_server_makes_room(monkeypatch, rf):
    pages = []

    @turns.in_turn
    def draw(request):
        with pictures._alone():
            pages.append(is_a_page_answered())

    @turns.in_turn
    def invite(request):
        mail.send_link(rf.get("/"), a_client(), "invitation")

    monkeypatch.setattr(mail, "send_mail", lambda *_, **__: pages.append(is_a_page_answered()))
    draw(None)
    invite(None)
    assert pages == [True, True]


@pytest.mark.usefixtures("caching")
def test_kept_pages_and_load_balancers_need_no_turn(monkeypatch, anonymous):
    monkeypatch.setattr(public_pages, "pages", Cache())
    anonymous.get("/mflix/?genre=Drama")
    with turns._working:
        assert is_done(lambda: anonymous.get("/mflix/?genre=Drama"))
        assert is_done(lambda: anonymous.get("/healthz"))
        other = begun(lambda: anonymous.get("/mflix/?genre=War"))
        other.join(0.1)
        assert other.is_alive()
    other.join(SECONDS)
    assert not other.is_alive()


def is_a_page_answered() -> bool:
    return is_done(lambda: turns.in_turn(lambda _: None)(None))


def is_done(work) -> bool:
    thread = begun(work)
    thread.join(SECONDS)
    return not thread.is_alive()


def begun(work) -> Thread:
    thread = Thread(target=work, daemon=True)
    thread.start()
    return thread
