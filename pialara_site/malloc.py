"""How glibc's malloc takes memory from the system: it is told before a program begins, or never."""

import os
import sys

VARIABLE = "GLIBC_TUNABLES"
TUNABLES = {
    # One for all of many threads, which keep nothing for themselves beside it.
    "arena_max": 1,
    "tcache_count": 0,
    # Else these grow with what was freed, to 32 and 64 MB that are not given back.
    "mmap_threshold": 2**20,
    "trim_threshold": 2**20,
    # Large pages, with which the 100 MB of a password's hash take a third less time.
    "hugetlb": 1,
}


def tell():
    """Begin this program anew with them, unless that was done, or somebody chose otherwise."""
    given = os.environ.get(VARIABLE, "")
    if sys.platform != "linux" or "glibc.malloc." in given:
        return
    ours = [f"glibc.malloc.{name}={value}" for name, value in TUNABLES.items()]
    told = ":".join([*filter(None, [given]), *ours])
    arguments = [sys.executable, *sys.orig_argv[1:]]
    os.execve(sys.executable, arguments, {**os.environ, VARIABLE: told})  # noqa: S606
