"""Ctrl-C and SIGTERM end a command by an exception, wherever that is."""

import signal
import sys

AGAIN_SECONDS = 0.01


def hear_all():
    """Let none be lost: Python drops what is raised while it calls something of its own, such as
    what a weak reference tells when its object is gone.
    """
    sys.unraisablehook = _raise_again


def _raise_again(dropped):
    error = dropped.exc_value
    if not isinstance(error, KeyboardInterrupt | SystemExit):
        sys.__unraisablehook__(dropped)
        return

    def handler(_signal, _frame):
        raise error

    signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, AGAIN_SECONDS)
