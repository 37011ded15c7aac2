"""Ctrl-C and SIGTERM in the moments in which Python drops what they raise."""

import signal
import sys
import weakref
from threading import Event

import pytest

from pialara_site import interrupts

from .processes import SECONDS


@pytest.fixture
def heard(monkeypatch):
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    before = {number: signal.getsignal(number) for number in (signal.SIGALRM, signal.SIGTERM)}
    interrupts.hear_all()
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    for number, handler in before.items():
        signal.signal(number, handler)


class Thing:
    pass


def drop(callback):
    """Call it where Python drops what it raises."""
    thing = Thing()
    reference = weakref.ref(thing, lambda _reference: callback())
    del thing
    return reference


def drop_and_wait(callback):
    drop(callback)
    Event().wait(SECONDS)


@pytest.mark.usefixtures("heard")
def test_ctrl_c_that_python_drops_comes_a_moment_later(capsys):
    with pytest.raises(KeyboardInterrupt):
        drop_and_wait(lambda: signal.raise_signal(signal.SIGINT))
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("heard")
def test_end_that_python_drops_comes_with_its_status():
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    with pytest.raises(SystemExit) as end:
        drop_and_wait(lambda: signal.raise_signal(signal.SIGTERM))
    assert end.value.code == 143


@pytest.mark.usefixtures("heard")
def test_any_other_error_is_told_as_python_does(capsys):
    drop(lambda: 1 / 0)
    assert "ZeroDivisionError" in capsys.readouterr().err
