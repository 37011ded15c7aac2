"""The chaos suite in short: `make chaos` is the whole of it."""

import pytest

from .checker import verdict
from .load import Outcome
from .run import run


def test_nothing_is_lost_when_a_primary_and_a_worker_die(tmp_path):
    faults = ["kill_primary", "kill_worker"]
    report = run(tmp_path, seed=1, seconds=4, clients=3, tell=print, kinds=faults)
    assert report.found == []
    assert set(report.faults) == {"kill primary", "kill worker"}
    assert report.confirmed > 0


@pytest.mark.parametrize(
    ("outcome", "times", "kind"),
    [
        (Outcome.DONE, [1, 1], None),
        (Outcome.DONE, [0, 0], "lost"),
        (Outcome.DONE, [1, 2], "doubled"),
        (Outcome.DONE, [1, 0], "half done"),
        (Outcome.REFUSED, [0], None),
        (Outcome.REFUSED, [1], "refused but there"),
        (Outcome.UNKNOWN, [0, 0], None),
        (Outcome.UNKNOWN, [1, 1], None),
        (Outcome.UNKNOWN, [0, 1], "half done"),
        (Outcome.UNKNOWN, [2], "doubled"),
    ],
)
def test_checker_knows_what_is_wrong(outcome, times, kind):
    assert verdict(outcome, times) == kind
