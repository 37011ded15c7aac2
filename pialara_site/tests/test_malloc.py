"""What the memory of a started site is told, before it begins."""

import os
import sys

import pytest

from pialara_site import malloc

BEFORE = ["python", "-X", "utf8", "manage.py", "start", "--no-input"]


@pytest.fixture
def begun(monkeypatch):
    """What the program was begun anew with, each time."""
    times = []
    monkeypatch.setattr(os, "execve", lambda *told: times.append(told))
    monkeypatch.setattr(sys, "orig_argv", BEFORE)
    monkeypatch.delenv(malloc.VARIABLE, raising=False)
    return times


def test_program_begins_anew_with_all_its_arguments(begun):
    malloc.tell()
    [(program, arguments, environment)] = begun
    assert (program, arguments) == (sys.executable, [sys.executable, *BEFORE[1:]])
    assert environment.pop(malloc.VARIABLE) == (
        "glibc.malloc.arena_max=1:glibc.malloc.tcache_count=0"
        ":glibc.malloc.mmap_threshold=1048576:glibc.malloc.trim_threshold=1048576"
        ":glibc.malloc.hugetlb=1"
    )
    assert environment == os.environ


def test_it_begins_anew_once(begun, monkeypatch):
    malloc.tell()
    monkeypatch.setattr(os, "environ", begun[0][2])
    malloc.tell()
    assert len(begun) == 1


def test_what_somebody_chose_of_malloc_stays(begun, monkeypatch):
    monkeypatch.setenv(malloc.VARIABLE, "glibc.malloc.hugetlb=0")
    malloc.tell()
    assert begun == []


def test_what_somebody_chose_of_other_parts_is_told_too(begun, monkeypatch):
    monkeypatch.setenv(malloc.VARIABLE, "glibc.pthread.rseq=0")
    malloc.tell()
    assert begun[0][2][malloc.VARIABLE].startswith("glibc.pthread.rseq=0:glibc.malloc.arena_max=1:")


def test_other_systems_have_another_malloc(begun, monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    malloc.tell()
    assert begun == []
