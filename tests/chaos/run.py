"""One run: a site of two processes on three members, people who use it, and what breaks."""

import contextlib
import itertools
import random
import time
from collections import Counter
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from pymongo import MongoClient

from pialara_site.tests.processes import Started, environment
from tests.replica_set import ReplicaSet

from .browser import CUT_OFF, PATIENCE_SECONDS, Browser, Request
from .checker import Checker
from .faults import Faults
from .load import Client, Journal, Outcome
from .world import World

# A killed worker takes its requests along, and those that come before there is another.
RESPAWN_SECONDS = 10


@dataclass
class Report:
    faults: list[str]
    requests: list[Request]
    confirmed: int
    # What has to be nothing, by kind, and the same in sentences
    wrong: Counter
    found: list[str]

    @property
    def rows(self) -> list[tuple[str, str]]:
        statuses = Counter(each.status for each in self.requests)
        unanswered = statuses[HTTPStatus.SERVICE_UNAVAILABLE] + statuses[CUT_OFF]
        slowest = max((each.end - each.start for each in self.requests), default=0)
        counted = [
            ("requests", len(self.requests)),
            ("ok", len(self.requests) - unanswered),
            ("503", statuses[HTTPStatus.SERVICE_UNAVAILABLE]),
            ("cut off with their worker", statuses[CUT_OFF]),
            ("confirmed changes", self.confirmed),
        ]
        timed = [("longest stall", self._stall()), ("slowest answer", slowest)]
        return [
            *((name, str(n)) for name, n in counted),
            *((name, f"{seconds:.1f} s") for name, seconds in timed),
            *((name, str(self.wrong[name])) for name in KINDS),
        ]

    def _stall(self) -> float:
        """The longest time in which nobody got an answer but 503."""
        answered = sorted(
            each.end
            for each in self.requests
            if each.status not in (HTTPStatus.SERVICE_UNAVAILABLE, CUT_OFF)
        )
        return max((b - a for a, b in itertools.pairwise(answered)), default=0)


KINDS = ("other errors", "lost", "doubled", "half done", "refused but there")


def run(folder: Path, *, seed: int, seconds: float, clients: int, tell, kinds=None) -> Report:
    """Let so many `clients` work and things break for `seconds`, and compare. `tell` takes lines.

    `kinds` names the faults, if it should not be all of them.
    """
    with _site(folder) as (replica_set, processes), MongoClient(replica_set.uri) as mongo:
        journal, faults = Journal(), Faults(replica_set, processes, seed, kinds)
        people = World(mongo, clients, seed).people
        end = time.monotonic() + seconds + PATIENCE_SECONDS
        threads = []
        for n, person in enumerate(people):
            chance = random.Random(f"browser {seed} {n}")
            ports = [process.port for process in processes]
            browser = Browser(ports, chance, journal.requests, end)
            threads.append(Client(person, n, seed, browser, journal))
            threads[-1].start()
        broken = []
        for fault in faults.draw(seconds):
            broken.append(fault)
            tell(f"broke: {fault}")
        for thread in threads:
            thread.stopping.set()
        for thread in threads:
            thread.join()
        checker = Checker(mongo)
        checker.check(journal)
    return _report(journal, faults, broken, checker)


@contextlib.contextmanager
def _site(folder: Path):
    """A replica set and two processes of the site on it."""
    with contextlib.ExitStack() as stack:
        replica_set = stack.enter_context(ReplicaSet(folder / "mongod"))
        settings = {"EMAIL_URL": "dummymail://", "SECRET_KEY": "chaos"}
        env = environment(folder / "var", MONGODB_URI=replica_set.uri, **settings)
        log = stack.enter_context(open(folder / "site.log", "w"))
        sites = [stack.enter_context(Started("--no-seed", env=env, log=log)) for _ in range(2)]
        yield replica_set, sites


def _report(journal: Journal, faults: Faults, broken: list[str], checker: Checker) -> Report:
    cut_off = [each for each in journal.requests if each.status == CUT_OFF]
    unexplained = [each for each in cut_off if not _is_explained(each, faults.workers_killed)]
    others = [*journal.surprises, *(f"cut off: {each}" for each in unexplained)]
    wrong = Counter({"other errors": len(others), **checker.counts})
    confirmed = sum(write.outcome == Outcome.DONE for write in journal.writes)
    return Report(broken, journal.requests, confirmed, wrong, [*others, *checker.found])


def _is_explained(cut_off: Request, workers_killed: list[float]) -> bool:
    return any(
        cut_off.start < killed + RESPAWN_SECONDS and cut_off.end >= killed
        for killed in workers_killed
    )
