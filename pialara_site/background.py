"""Small work that no page waits for."""

import logging
import os
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")

logger = logging.getLogger(__name__)


class Background(Generic[T]):
    """Does `work` in a thread, with all the items at once that wait by then.

    It begins `pause` seconds after the first of them came, so that more come together. At most
    `most` items wait; more are dropped, with one line in the log for all of them. The thread is
    made for the first item, and anew in a forked process; what waits when the process ends is
    still done, in a web process within the seconds that it is given to end.
    """

    def __init__(self, work: Callable[[list[T]], None], most: int, pause: float = 0):
        self._work = work
        self._most = most
        self._pause = pause
        self._begin()
        os.register_at_fork(after_in_child=self._begin)

    def _begin(self):
        self._waiting: list[T] = []
        self._dropped = 0
        self._changing = Lock()
        self._working = Lock()
        # One that makes no thread yet, and that Python lets finish its work before it ends.
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="background")

    def put(self, item: T):
        with self._changing:
            if len(self._waiting) >= self._most:
                self._dropped += 1
                return
            self._waiting.append(item)
            is_first = len(self._waiting) == 1
        if is_first:  # one start is enough for all that follow until it happens
            self._start()

    def _start(self):
        # Asked for its result, a failure is told in the log.
        self._executor.submit(self._after_pause).add_done_callback(Future.result)

    def _after_pause(self):
        time.sleep(self._pause)
        self.flush()

    def flush(self):
        """Do what waits. It is done when this returns, also what the thread had begun."""
        with self._working:
            with self._changing:
                items, self._waiting = self._waiting, []
                dropped, self._dropped = self._dropped, 0
            if dropped:
                logger.warning("%d items were dropped, as %d waited already", dropped, self._most)
            if items:
                self._work(items)
