"""What a page asks of MongoDB, seen by sending requests to the application in this process."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.test import Client
from django.utils.translation import activate
from pymongo.database import Database

from accounts.models import User
from mflix import popularity
from pialara_site.mongo import mflix, pialara
from tests.commands import Command, recorder

from . import raw
from .jobs import CSRF, Job, someone
from .load import Failed

SAMPLE = 25
PROFILE_BYTES = 2**26
REPEATABLE = ("find", "aggregate", "count", "distinct")
# Views of films are written later, by a thread that no page waits for.
READS = (*REPEATABLE, "getMore")


@dataclass(frozen=True)
class Costs:
    """Of a page, on average. `examined` are documents; `pages` is what raw.py repeats."""

    commands: float
    examined: float
    pages: list[raw.Page]


def visitor(job: Job) -> Client:
    activate(settings.LANGUAGE_CODE)
    client = Client(HTTP_USER_AGENT="Mozilla/5.0", HTTP_HOST="127.0.0.1")
    if job.role:
        client.force_login(User.from_document(someone(job.role)))
        client.cookies[settings.CSRF_COOKIE_NAME] = CSRF  # which the login page gave them
    return client


def cookies(client: Client) -> str:
    """As a header: the server that is measured has our key and database, and so knows them."""
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())


def of(job: Job, client: Client) -> Costs:
    paths = job.ours[:: max(1, len(job.ours) // SAMPLE)][:SAMPLE]
    if job.is_again:
        paths *= SAMPLE
    for path in job.ours[-2:]:  # what is read once in a process, or a minute
        client.get(path)
    popularity.waiting.flush()
    with profiled() as examined:
        visits = [_commands(client, path) for path in paths]
    pages = [
        [(each.database, raw.bare(each.body)) for each in visit if each.name in REPEATABLE]
        for visit in visits
    ]
    commands = sum(map(len, visits)) / len(visits)
    return Costs(commands, examined() / len(visits), pages)


def _commands(client: Client, path: str) -> list[Command]:
    with recorder.during() as seen:
        response = client.get(path)
    if response.status_code != 200:
        raise Failed(f"{path} answers {response.status_code}")
    return [command for command in seen if command.name in READS]


@contextmanager
def profiled() -> Iterator:
    """Afterwards the function tells how many documents MongoDB looked at for our reads."""
    for database in (pialara, mflix):
        database.command("profile", 0)
        database["system.profile"].drop()
        database.create_collection("system.profile", capped=True, size=PROFILE_BYTES)
        database.command("profile", 2)
    try:
        yield lambda: sum(map(_examined, (pialara, mflix)))
    finally:
        for database in (pialara, mflix):
            database.command("profile", 0)


def _examined(database: Database) -> int:
    followed = {
        f"{which}.pipeline.$changeStream": {"$exists": False}
        for which in ("command", "originatingCommand")
    }
    ours = {"$match": {"ns": {"$ne": f"{database.name}.system.profile"}, **followed}}
    total = {"$group": {"_id": None, "n": {"$sum": "$docsExamined"}}}
    return next(database["system.profile"].aggregate([ours, total]), {"n": 0})["n"]
