"""One run of the benchmark: every job, on our pages and in turn on those of the comparisons."""

import contextlib
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from http.client import HTTPConnection
from statistics import median
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from pymongo.errors import PyMongoError

from accounts.attempts import attempts
from accounts.demo import PASSWORD
from accounts.roles import Role
from pialara_site.mongo import client as mongo
from pialara_site.turns import THREADS

from . import costs, load, raw, servers
from .jobs import CSRF, Job, all_jobs, someone
from .servers import Server

CONNECTIONS = 8
MANY = 64
AT_ONCE = 50  # logins
BESIDE_SECONDS = 4  # of films meanwhile
LOGIN_SECONDS = 3  # in one, few are answered, and hashes of the load before it go on beside them
IDLE_SECONDS = 30  # to wait for, at most


@dataclass(frozen=True)
class Plan:
    """How long: `seconds` for each load, `rounds` in turn, `many` connections in the end."""

    seconds: float
    rounds: int
    many: bool

    def load(self, server: Server, requests: list[str], connections: int, cookies: str = ""):
        return load.run(server.address, requests, connections, self.seconds, cookies)


@contextlib.contextmanager
def all_servers(uri: str, ours: dict, theirs: dict) -> Iterator[dict[str, Server]]:
    with (
        servers.product(uri, settings.SECRET_KEY, ours) as product,
        servers.other("orm", "benchmarks.orm.wsgi:application", "/empty/", uri, theirs) as orm,
        servers.other("m220p", "benchmarks.m220p:application", "/movies/", uri, theirs) as m220p,
    ):
        yield {"ours": product, "orm": orm, "m220p": m220p}


def everything(
    plan: Plan, only: str, uri: str, running: dict[str, Server], tell: Callable[[str], None]
) -> dict:
    """The figures of each job by its name, and those of the servers."""
    product, found, failed = running["ours"], {}, []
    memory = product.megabytes()
    empty = [_empty(plan, running)]
    with raw.processes() as pool:
        for job in chosen(only):
            tell(job.name)
            try:
                found[job.name] = measured(plan, job, uri, running, pool, failed)
            except load.Failed as error:
                failed.append(f"{job.name}: {error}")
            except PyMongoError as error:  # a page of so many films that MongoDB takes too long
                failed.append(f"{job.name}: {type(error).__name__}")
    empty.append(_empty(plan, running))
    password = password_ms()
    films = {}
    if only in "login":
        try:
            films = {"films_ms": films_beside_logins(product)}
        except load.Failed as error:
            failed.append(f"films beside logins: {error}")
    wait_until_idle(product)
    about = {
        "failed": failed,
        "empty": median(empty),
        "password_ms": password,
        "workers_mb": {"at start": memory, "at the end": product.megabytes()},
        "connections": connections("pialara"),
        "threads": servers.WORKERS * THREADS,
        **films,
    }
    return {"jobs": found, "about": about}


def chosen(only: str) -> list[Job]:
    jobs = list(all_jobs())
    found = [job for job in jobs if only in job.name]
    if not found:
        names = "; ".join(job.name for job in jobs)
        raise SystemExit(f"No job has {only!r} in its name. They are: {names}")
    return found


def measured(
    plan: Plan,
    job: Job,
    uri: str,
    running: dict[str, Server],
    pool: ProcessPoolExecutor,
    failed: list[str],
) -> dict:
    """Rates of all in turn with 8 connections, and what a request to us costs.

    A comparison that fails is left out and told in `failed`.
    """
    visitor = costs.visitor(job)
    found = {}
    if job.writes:
        plan = replace(plan, seconds=LOGIN_SECONDS)
    else:
        cost = costs.of(job, visitor)
        found = {"commands": cost.commands, "examined": cost.examined, "rows": job.rows}
    cookie = f"csrftoken={CSRF}" if job.writes else costs.cookies(visitor)
    product, rates = running["ours"], {}
    others = {name: asked for name, asked in (("orm", job.orm), ("m220p", job.m220p)) if asked}
    plan.load(product, job.ours, CONNECTIONS, cookie)  # until caches and pools are warm
    for _round in range(plan.rounds):
        web, database = product.cpu_seconds(), _database_cpu()
        here = plan.load(product, job.ours, CONNECTIONS, cookie)
        here = asdict(here) | {
            "cpu_ms": 1000 * (product.cpu_seconds() - web) / here.requests,
            "mongod_ms": 1000 * (_database_cpu() - database) / here.requests,
        }
        rates.setdefault("ours", []).append(here)
        if job.is_again:
            rates.setdefault("empty", []).append(_empty(plan, running))
        if job.is_for_all:
            logged_out = plan.load(product, job.ours, CONNECTIONS).rate
            rates.setdefault("logged_out", []).append(logged_out)
        for name, requests in list(others.items()):
            theirs = _orm_cookie(running["orm"]) if name == "orm" and job.role else ""
            try:
                rate = plan.load(running[name], requests, CONNECTIONS, theirs).rate
            except load.Failed as error:
                failed.append(f"{job.name}, {name}: {error}")
                del others[name]
                end_queries(name)
            else:
                rates.setdefault(name, []).append(rate)
        if not (job.writes or job.is_again or job.is_for_all):
            rates.setdefault("raw", []).append(raw.rate(pool, uri, cost.pages, plan.seconds))
    ours = rates.pop("ours")
    found |= {name: median(each[name] for each in ours) for name in ours[0]}
    found |= {name: median(each) for name, each in rates.items()}
    found["sequential"] = asdict(plan.load(product, job.ours, 1, cookie))
    if plan.many and not job.writes:  # as many logins at once from one address are held for guesses
        found["many"] = asdict(plan.load(product, job.ours, MANY, cookie))
    return found


def _empty(plan: Plan, running: dict[str, Server]) -> float:
    return plan.load(running["orm"], ["/empty/"], CONNECTIONS).rate


def _database_cpu() -> float:
    told = mongo.admin.command("serverStatus")["extra_info"]
    return (told["user_time_us"] + told["system_time_us"]) / 1e6


def _orm_cookie(orm: Server) -> str:
    """Of an administrator who logged in there."""
    fields = {"email": someone(Role.ADMINISTRADOR)["email"], "password": PASSWORD}
    connection = HTTPConnection("127.0.0.1", orm.port)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/login/", urlencode(fields), headers)
    told = connection.getresponse().headers.get_all("Set-Cookie")
    return "; ".join(each.partition(";")[0] for each in told)


def end_queries(application: str):
    """End what a program still asks MongoDB for, or that would slow down what is measured next."""
    running = [
        {"$currentOp": {"allUsers": True}},
        {"$match": {"appName": application, "command.hello": {"$exists": False}}},
    ]
    while found := list(mongo.admin.aggregate(running)):
        for each in found:
            mongo.admin.command("killOp", op=each["opid"])


def wait_until_idle(product: Server):
    """Logins that wrk did not wait for hold 100 MB of memory for each hash."""
    end, used = time.monotonic() + IDLE_SECONDS, -1.0
    while (now := product.cpu_seconds()) - used > 0.1 and time.monotonic() < end:
        used = now
        time.sleep(0.5)


def connections(application: str) -> int:
    """How many a program has open to MongoDB, those that wait too, without the watching ones."""
    everything = {"$currentOp": {"allUsers": True, "idleConnections": True}}
    ours = {"$match": {"appName": application, "command.hello": {"$exists": False}}}
    return len(list(mongo.admin.aggregate([everything, ours])))


def password_ms() -> float:
    """What it takes to check one, alone."""
    stored, taken = make_password(PASSWORD), []
    for _time in range(5):
        started = time.perf_counter()
        check_password(PASSWORD, stored)
        taken.append(1000 * (time.perf_counter() - started))
    return median(taken)


def films_beside_logins(product: Server) -> dict[str, float]:
    """The p95 of film pages, one after another, alone and while many people log in."""
    jobs = {job.name: job.ours for job in all_jobs() if job.name in ("film", "login")}
    # Attempts at servers that are gone are forgotten, as an address has no more than 50.
    attempts.delete_many({})
    alone = load.run(product.address, jobs["film"], 1, BESIDE_SECONDS)
    with load.started(product.address, jobs["login"], AT_ONCE, f"csrftoken={CSRF}") as logins:
        time.sleep(0.5)
        beside = load.run(product.address, jobs["film"], 1, BESIDE_SECONDS)
        load.ended(logins, "/login/")
    return {"alone": alone.p95, "beside": beside.p95}
