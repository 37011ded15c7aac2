"""Which cores of the machine a web process works on.

Of a Python process one thread works at a time. If they take turns on several cores, each of them
finds what it works with in the other core's caches (docs/performance.md).
"""

import os

# Those that this process was given; none where the system doesn't tell.
ALL = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def keep_to_one(worker: int, workers: int):
    """Let a worker, the first one is 0, stay on a core, if there are enough workers for all."""
    if ALL and len(ALL) <= workers:
        os.sched_setaffinity(0, {ALL[worker % len(ALL)]})


def use_all():
    """Let the calling thread work wherever there is room."""
    if ALL:
        os.sched_setaffinity(0, ALL)
