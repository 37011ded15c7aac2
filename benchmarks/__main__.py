"""`make bench`: how fast the pages are, beside what people would pick instead."""

import argparse
import json
import logging
import os
import platform
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import django
from rich.console import Console

from pialara_site import malloc

from . import data, load, servers

console = Console(width=max(Console().width, 150))


def main():
    malloc.tell()  # all servers, and who checks a password alone here, have the same
    options = arguments()
    load.require_wrk()
    databases = data.names(options.films, options.users)
    configure(databases)

    from pialara_site import embedded, mongo

    from . import measure, table

    plan = (
        measure.Plan(seconds=0.8, rounds=1, many=False)
        if options.quick
        else measure.Plan(seconds=2, rounds=3, many=True)
    )
    server = embedded.server()
    with server.joined(), console.status("") as status:
        data.ensure(mongo.client, options.films, options.users, console.print)
        with measure.all_servers(server.uri, databases, data.plain(databases)) as running:
            found = measure.everything(plan, options.only, server.uri, running, status.update)
    # At the end, as the mongod that it starts may get another port, which ours would not know.
    start_seconds = first_page(databases)
    found["about"] |= {"start_seconds": start_seconds, **about(options)}
    console.print(table.of(found))
    console.print(*table.sentences(found["about"]), sep="\n")
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round, 2 minutes")
    parser.add_argument("--films", type=int, choices=data.COMMENTS, default=23_530)
    parser.add_argument("--users", type=int, choices=data.USERS, default=1_000)
    parser.add_argument("--only", default="", help="the jobs with this in their names")
    parser.add_argument("--json", type=Path, help="a file to keep the figures in")
    options = parser.parse_args()
    if options.json and not options.json.parent.is_dir():
        parser.error(f"there is no folder {options.json.parent}")
    return options


def configure(databases: dict[str, str]):
    """The project's settings, on the mongod and in the databases of the benchmark."""
    os.environ |= {"VAR_DIR": str(data.FOLDER), "DEBUG": "True", "MONGODB_URI": "", **databases}
    os.environ["MONGODB_APPNAME"] = "benchmark"  # not to be counted among the connections
    os.environ["DJANGO_SETTINGS_MODULE"] = "pialara_site.settings"

    import tests.commands  # noqa: F401, before anything that makes the client

    django.setup()
    logging.disable(logging.INFO)  # pages that are asked for in this process have their lines


def first_page(databases: dict[str, str]) -> float:
    """Seconds from `manage.py start`, with a mongod to start, to the first page of films."""
    command = [sys.executable, "manage.py", "start", "--no-seed", "--port"]
    started = time.monotonic()
    with servers.running("start", lambda port: [*command, str(port)], "/mflix/", databases):
        return time.monotonic() - started


def about(options: argparse.Namespace) -> dict:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=data.ROOT, capture_output=True, text=True
    )
    return {
        "films": options.films,
        "users": options.users,
        "commit": commit.stdout.strip(),
        "at": datetime.now(UTC).isoformat(timespec="minutes"),
        "cores": os.cpu_count(),
        # Builds of one version differ by a tenth (docs/performance.md).
        "python": f"{platform.python_version()} in {sys.base_prefix}",
    }


if __name__ == "__main__":
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.default_int_handler)
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("Stopped; nothing is kept but the data.")
