"""Work behind the pages: at once or later, never lost, never without end."""

import os
import subprocess
import sys
from threading import Event, Thread, Timer
from types import SimpleNamespace

import pytest

from pialara_site.background import Background
from tests.held import Held

from .processes import SECONDS, wait_until


@pytest.fixture
def done():
    return []


@pytest.fixture
def held(done):
    return Held(done.append, most=3)


def test_items_that_wait_are_done_together_in_their_order(held, done):
    for item in "abc":
        held.put(item)
    held.flush()
    assert done == [["a", "b", "c"]]


def test_nothing_is_done_twice(held, done):
    held.put("a")
    held.flush()
    held.flush()
    assert done == [["a"]]


def test_without_items_there_is_no_work(held, done):
    held.flush()
    assert done == []


def test_items_beyond_the_most_are_dropped_with_one_line_in_the_log(held, done, caplog):
    for item in range(10):
        held.put(item)
    held.flush()
    assert done == [[0, 1, 2]]
    assert [record.getMessage() for record in caplog.records] == [
        "7 items were dropped, as 3 waited already"
    ]


def test_after_the_work_there_is_room_again(held, done):
    for batch in ("abc", "def"):
        for item in batch:
            held.put(item)
        held.flush()
    assert done == [list("abc"), list("def")]


def test_one_start_serves_all_that_wait(held):
    for item in "abc":
        held.put(item)
    assert held.starts == 1


def test_items_that_come_during_the_pause_are_done_together(done, monkeypatch):
    slept, go_on = [], Event()
    clock = SimpleNamespace(sleep=lambda seconds: slept.append(seconds) or go_on.wait(SECONDS))
    monkeypatch.setattr("pialara_site.background.time", clock)
    background = Background(done.append, most=10, pause=1)
    for item in "abc":
        background.put(item)
    assert done == []
    go_on.set()
    wait_until(lambda: done)
    assert (slept, done) == ([1], [["a", "b", "c"]])


def test_put_returns_while_the_work_goes_on(done):
    go_on = Event()
    background = Background(lambda items: go_on.wait() and done.append(items), most=10)
    background.put("a")
    background.put("b")
    assert done == []
    go_on.set()
    background.flush()
    assert [item for items in done for item in items] == ["a", "b"]


def test_flush_waits_for_what_the_thread_has_begun(done):
    begun, go_on = Event(), Event()

    def work(items):
        begun.set()
        go_on.wait()
        done.append(items)

    background = Background(work, most=10)
    background.put("a")
    begun.wait()
    Timer(0.1, go_on.set).start()
    background.flush()
    assert done == [["a"]]


def test_put_from_many_threads_loses_nothing(done):
    background = Background(done.extend, most=10_000)
    threads = [
        Thread(target=lambda: [background.put(n) for n in range(200)], name=str(each))
        for each in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    background.flush()
    assert sorted(done) == sorted(list(range(200)) * 8)


SLOW_WORK = (
    "import os, time\n"
    "from pialara_site.background import Background\n"
    "def work(items):\n"
    "    time.sleep(0.2)\n"
    "    told = ' '.join([str(os.getpid() == parent), *items])\n"
    "    os.write(1, f'{told}\\n'.encode())\n"  # at once, as two processes do
    "parent = os.getpid()\n"
    "background = Background(work, most=10)\n"
    "background.put('a')\n"
)


def run(*arguments) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": os.getcwd()},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )


def printed(code: str) -> list[str]:
    return sorted(run("-c", code).stdout.splitlines())


def test_failure_is_told_in_the_log_and_the_next_items_are_done():
    code = (
        "from threading import Event\n"
        "from pialara_site.background import Background\n"
        "failing = Event()\n"
        "def work(items):\n"
        "    print(*items, flush=True)\n"
        "    if not failing.is_set():\n"
        "        failing.set()\n"
        "        raise LookupError('the reason')\n"
        "background = Background(work, most=10)\n"
        "background.put('bad')\n"
        "failing.wait()\n"
        "background.put('good')\n"
    )
    result = run("-c", code)
    assert result.stdout == "bad\ngood\n"
    assert "LookupError: the reason" in result.stderr


def test_what_waits_when_the_process_ends_is_still_done():
    assert printed(SLOW_WORK + "background.put('b')\n") in (["True a", "True b"], ["True a b"])


def test_what_waits_for_the_pause_when_the_process_ends_is_still_done():
    code = SLOW_WORK.replace("most=10", "most=10, pause=0.1") + "background.put('b')\n"
    assert printed(code) == ["True a b"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_forked_process_has_a_thread_of_its_own_and_does_nothing_twice():
    code = SLOW_WORK + ("if os.fork() == 0:\n    background.put('child')\nelse:\n    os.wait()\n")
    assert printed(code) == ["False child", "True a"]


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_process_of_a_server_does_its_rest_too(method, tmp_path):
    """Servers make their workers by multiprocessing, whose processes end without atexit."""
    program = tmp_path / "program.py"
    program.write_text(
        "import multiprocessing, time\n"
        "from pialara_site.background import Background\n"
        "def work(items):\n"
        "    time.sleep(0.2)\n"
        "    print(*items, flush=True)\n"
        "def serve():\n"
        "    Background(work, most=10).put('last')\n"
        "if __name__ == '__main__':\n"
        f"    process = multiprocessing.get_context('{method}').Process(target=serve)\n"
        "    process.start()\n"
        "    process.join()\n"
    )
    assert run(program).stdout == "last\n"
