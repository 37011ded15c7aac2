"""The data: people and films of `manage.py seed`, and a copy of them for the comparisons.

All lie in one mongod under var/bench, in a database for each size, and are kept between runs.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import pymongo
from pymongo import ASCENDING, DESCENDING, MongoClient
from pymongo.database import Database

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "var" / "bench"
# How many comments the films have.
COMMENTS = {23_530: 50_304, 300_000: 1_000_000, 1_000_000: 5_000_000}
USERS = (1_000, 100_000)

# The comparisons ask without a collation, so ours can't serve them; these are the same without it.
REVIEWS = ("tomatoes.viewer.numReviews", DESCENDING)
PLAIN_INDEXES = {
    "movies": [
        [REVIEWS],
        [("genres", ASCENDING), REVIEWS],
        [("cast", ASCENDING), REVIEWS],
        [("directors", ASCENDING), REVIEWS],
        [(field, "text") for field in ("cast", "fullplot", "genres", "title")],
    ],
    "comments": [[("movie_id", ASCENDING), ("date", DESCENDING)]],
    "users": [[("email", ASCENDING)], [("nombre", ASCENDING)]],
}


def names(films: int, users: int) -> dict[str, str]:
    """The databases of these sizes, as the settings call them."""
    return {"MFLIX_DB_NAME": f"mflix_{films}", "PIALARA_DB_NAME": f"pialara_{users}"}


def plain(names: dict[str, str]) -> dict[str, str]:
    """The databases of the comparisons, as they call them."""
    return {variable: f"plain_{name}" for variable, name in names.items()}


def ensure(client: MongoClient, films: int, users: int, tell):
    """Make what is missing, which the first time takes from a minute to a quarter of an hour."""
    ours = names(films, users)
    mflix, people = client[ours["MFLIX_DB_NAME"]], client[ours["PIALARA_DB_NAME"]]
    for database, wanted in (
        (people, {"users": users}),
        (mflix, {"movies": films, "comments": COMMENTS[films]}),
    ):
        if all(_has(database, name, number) for name, number in wanted.items()):
            continue
        started = time.monotonic()
        numbers = {"users": 60, "movies": 0, "comments": 0} | wanted
        # Films need people of their own, as their comments' authors: not those of the benchmark.
        elsewhere = {} if database is people else {"PIALARA_DB_NAME": "pialara_authors"}
        options = [f"--{name}={number}" for name, number in numbers.items()]
        _manage("seed", *options, **(ours | elsewhere))
        tell(f"{database.name}: made in {time.monotonic() - started:.0f} s")
    # After the documents, as building an index at once is quicker than growing it.
    _manage("ensure_schema", **ours)
    with pymongo.timeout(0):
        for variable, name in plain(ours).items():
            _copy(client[ours[variable]], name)
            _read(client[ours[variable]])
            _read(client[name])


def _has(database: Database, name: str, number: int) -> bool:
    return database[name].estimated_document_count() >= number


def _read(database: Database):
    """Into the memory of mongod, where one that has run for a while holds what people look at."""
    for name in PLAIN_INDEXES:
        database[name].count_documents({"a field that none has": True})


def _manage(*arguments: str, **variables: str):
    environment = {**os.environ, "VAR_DIR": str(FOLDER), "DEBUG": "True", **variables}
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    subprocess.run(command, env=environment, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def _copy(database: Database, to: str):
    there = database.client[to]
    for name, indexes in PLAIN_INDEXES.items():
        documents = database[name].estimated_document_count()
        if documents and not _has(there, name, documents):
            database[name].aggregate([{"$out": {"db": to, "coll": name}}], allowDiskUse=True)
        if documents:
            for keys in indexes:
                there[name].create_index(keys)
