"""The raw limit: the commands that our pages send to MongoDB, sent by PyMongo and nothing else."""

import contextlib
import multiprocessing
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from itertools import count

from bson.codec_options import CodecOptions
from pymongo import MongoClient

from .servers import WORKERS

THREADS = 4  # of each process: with two, as many as wrk has connections
# What belongs to the connection that sent a command, and its deadline.
SENT_ALONG = {"lsid", "$clusterTime", "$db", "$readPreference", "maxTimeMS"}
AWARE = CodecOptions(tz_aware=True)

# A page's commands, each with the name of its database.
Page = list[tuple[str, dict]]


def bare(body: dict) -> dict:
    return {name: value for name, value in body.items() if name not in SENT_ALONG}


@contextlib.contextmanager
def processes() -> Iterator[ProcessPoolExecutor]:
    """As many as the web server has."""
    spawn = multiprocessing.get_context("spawn")
    quiet = {"initializer": signal.signal, "initargs": (signal.SIGINT, signal.SIG_IGN)}
    with ProcessPoolExecutor(WORKERS, mp_context=spawn, **quiet) as pool:
        list(pool.map(_ready, range(WORKERS)))
        yield pool


def rate(pool: ProcessPoolExecutor, uri: str, pages: list[Page], seconds: float) -> float:
    """Pages per second, of all processes."""
    running = [pool.submit(_loop, uri, pages[n::WORKERS] or pages, seconds) for n in range(WORKERS)]
    return sum(each.result() for each in running)


def _ready(number: int):
    time.sleep(0.2)  # until every process has been started


def _loop(uri: str, pages: list[Page], seconds: float) -> float:
    with MongoClient(uri, appname="raw") as client, ThreadPoolExecutor(THREADS) as threads:
        client.admin.command("ping")
        place, end = count(), time.monotonic() + seconds

        def work(_thread) -> int:
            done = 0
            while time.monotonic() < end:
                for database, body in pages[next(place) % len(pages)]:
                    client[database].command(body, codec_options=AWARE)
                done += 1
            return done

        return sum(threads.map(work, range(THREADS))) / seconds
