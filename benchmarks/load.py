"""Load on a web server, by wrk."""

import json
import random
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).parent / "wrk.lua"
# Those on their way at the end are not counted, so some have to be answered for each connection.
ENOUGH = 2
# What a run may take, in the seconds that were asked for, when too few or none are answered.
PATIENCE = (1, 4, 10)
LONGEST_SECONDS = 120  # more than any run of ours, should nobody end it
# As browsers ask.
HEADERS = {
    "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "Accept-Language": "es-ES,es;q=0.8,en;q=0.5",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
}


class Failed(Exception):
    """Some requests were not answered with a page."""


@dataclass(frozen=True)
class Load:
    """What came of a run: requests per second, bytes of an answer, and milliseconds."""

    requests: int
    rate: float
    bytes: int
    p50: float
    p95: float
    p99: float


def require_wrk():
    if not shutil.which("wrk"):
        raise SystemExit("The benchmark needs wrk: apt-get install wrk")


def run(
    address: str, requests: list[str], connections: int, seconds: float, cookies: str = ""
) -> Load:
    """Send `requests`, "path" or "path<tab>body" each, in turn for some seconds. Raises Failed."""
    told = None
    for patience in PATIENCE:
        with started(address, requests, connections, cookies) as wrk:
            time.sleep(patience * seconds)
            told = ended(wrk, requests[0])
        if told and told.requests >= ENOUGH * connections:
            break
    if not told:
        raise Failed(f"{requests[0]} is not answered in {patience * seconds} seconds")
    return told


@contextmanager
def started(
    address: str, requests: list[str], connections: int, cookies: str = ""
) -> Iterator[subprocess.Popen]:
    headers = HEADERS | ({"Cookie": cookies} if cookies else {})
    command = ["wrk", "--threads", "1", "--connections", str(connections), "--timeout", "30s"]
    command += ["--duration", f"{LONGEST_SECONDS}s", "--script", str(SCRIPT)]
    command += [part for name in headers for part in ("--header", f"{name}: {headers[name]}")]
    # Each run begins elsewhere, so that it does not find what the one before it left in caches.
    place = random.randrange(len(requests))
    with tempfile.NamedTemporaryFile("w", suffix=".requests") as file:
        file.writelines(f"{each}\n" for each in requests)
        file.flush()
        command += [address, "--", file.name, str(place), str(time.time_ns() // 1000)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as wrk:
            try:
                yield wrk
            finally:
                wrk.kill()  # if nobody ended it


def ended(wrk: subprocess.Popen, what: str) -> Load | None:
    """What came of a run that ends now; `wrk` takes whole seconds only, but ends at a Ctrl-C."""
    wrk.send_signal(signal.SIGINT)
    return read(wrk.communicate()[0], what)


def read(told: str, what: str) -> Load | None:
    """What wrk says of its run; None when nothing was answered."""
    found = json.loads(told.partition("RESULT ")[2])
    if found["failed"]:
        raise Failed(f"{what}: {found['failed']} of {found['requests']} requests failed")
    number = found["requests"]
    if not number:
        return None
    rate, size = number / found["seconds"], found["bytes"] // number
    return Load(number, rate, size, *found["ms"])
