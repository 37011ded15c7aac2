"""What is broken, in an order that the seed draws."""

import os
import random
import signal
import time
from itertools import count

from pialara_site.tests.processes import Started, children_of, wait_until
from tests.replica_set import ReplicaSet

BETWEEN_SECONDS = (1, 3)
DOWN_SECONDS = 3
FROZEN_SECONDS = 8
KINDS = (
    "kill_primary",
    "freeze_primary",
    "kill_secondary",
    "step_down",
    "empty_a_member",
    "kill_worker",
    "kill_everything",
)


class Faults:
    def __init__(self, replica_set: ReplicaSet, sites: list[Started], seed: int, kinds=None):
        self.replica_set = replica_set
        self.sites = sites
        self.workers_killed = []  # when
        self.chance = random.Random(f"faults {seed}")
        self.kinds = [getattr(self, kind) for kind in kinds or KINDS]

    def draw(self, seconds: float):
        """Break one thing after another for so long, and until each of them was broken once.

        None is broken twice before all were once. Yields the name of each when all is whole again.
        """
        end = time.monotonic() + seconds
        for times in count():
            for fault in self.chance.sample(self.kinds, len(self.kinds)):
                time.sleep(self.chance.uniform(*BETWEEN_SECONDS))
                if times and time.monotonic() >= end:
                    return
                fault()
                self.replica_set.wait_until_whole()
                yield fault.__name__.replace("_", " ")

    def kill_primary(self):
        self._kill(self.replica_set.primary())

    def kill_secondary(self):
        self._kill(self.chance.choice(self.replica_set.secondaries()))

    def freeze_primary(self):
        member = self.replica_set.primary()
        member.freeze()
        time.sleep(FROZEN_SECONDS)
        member.thaw()

    def step_down(self):
        self.replica_set.step_down()

    def empty_a_member(self):
        # Never the primary: who lost all that it confirmed may not vote for one who missed it.
        member = self.chance.choice(self.replica_set.secondaries())
        member.lose_data()
        member.start()

    def kill_worker(self):
        site = self.chance.choice(self.sites)
        [server] = children_of(site.process.pid)[:1]
        worker = children_of(server)[-1]
        self.workers_killed.append(time.monotonic())
        os.kill(worker, signal.SIGKILL)
        wait_until(lambda: worker not in children_of(server))

    def kill_everything(self):
        for member in self.replica_set.members:
            member.kill()
        for member in self.replica_set.members:
            member.start()

    def _kill(self, member):
        member.kill()
        time.sleep(DOWN_SECONDS)
        member.start()
