"""The centre in numbers, for its administrators."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from django.utils import timezone
from pymongo import ASCENDING, DESCENDING

from pialara_site.cache import cached
from pialara_site.changes import EVERYTHING, Topic
from pialara_site.mongo import COLLATION
from pialara_site.pipelines import united

from . import directory
from .directory import Filters, Numbers, kinds_pipeline
from .models import User, normal
from .users import users

MONTHS = 12
WEEK = timedelta(days=7)
MOST_TECHNICIANS = 20
MOST_PEOPLE = 5
PERSON = {"email": 1, "nombre": 1, "ultimo_acceso": 1, "accesos": 1}


@dataclass(frozen=True)
class Overview:
    """`roles`, `states`: {value: n}; `months`: [(first day, sign-ups)], MONTHS of them, where the
    centre is.

    `technicians`: [(name, clients)], who has most first and who has none last, MOST_TECHNICIANS of
    them; `unassigned`: clients without one.
    """

    total: int
    roles: Counter[str]
    states: Counter[str]
    months: list[tuple[date, int]]
    technicians: list[tuple[str, int]]
    unassigned: int


def overview_pipeline(starts: list[datetime]) -> list[dict]:
    """The rows of kinds_pipeline(), and {month, n} for each month that begins at one of `starts`,
    unless nobody signed up then; the last one only ends the others.

    United, and not one $facet or $bucket, so that each part is read from an index.
    """
    months = [
        [
            {"$match": {"creado": {"$gte": start, "$lt": end}}},
            {"$count": "n"},
            {"$set": {"month": start}},
        ]
        for start, end in pairwise(starts)
    ]
    return united(users.name, kinds_pipeline(""), *months)


@cached(Topic.of(users))
def overview() -> Overview:
    """The centre's numbers, in one command."""
    starts = _month_starts()
    months = dict.fromkeys(starts[:-1], 0)
    numbers = Numbers()
    for row in directory.by_kind(overview_pipeline(starts)):
        if "month" not in row:
            directory.add(numbers, Filters(), row)
        else:
            months[row["month"]] = row["n"]
    unassigned = numbers.clients.pop("", 0)
    technicians = directory.in_order(numbers.technicians)
    names = {normal(email): name for email, name in technicians.items()}
    clients = Counter({**dict.fromkeys(names, 0), **numbers.clients})
    return Overview(
        total=numbers.total,
        roles=numbers.roles,
        states=numbers.states,
        months=[(timezone.localdate(month), n) for month, n in months.items()],
        technicians=[
            (names.get(email, email), n) for email, n in clients.most_common(MOST_TECHNICIANS)
        ],
        unassigned=unassigned,
    )


def _month_starts() -> list[datetime]:
    """When the last MONTHS months and the next one begin where the centre is."""
    today, zone = timezone.localdate(), timezone.get_default_timezone()
    first = today.year * 12 + today.month - MONTHS
    months = [divmod(first + n, 12) for n in range(MONTHS + 1)]
    return [datetime(year, month + 1, 1, tzinfo=zone).astimezone(UTC) for year, month in months]


@dataclass(frozen=True)
class Activity:
    """How many logged in within seven days; who logged in last, and who most."""

    this_week: int
    latest: list[User]
    busiest: list[User]


def activity_pipeline(week_ago: datetime) -> list[dict]:
    """Who logged in last, then who most, each marked as `of` one of these; then {this_week}."""
    latest = [
        {"$match": {"ultimo_acceso": {"$type": "date"}}},
        {"$sort": {"ultimo_acceso": DESCENDING, "_id": DESCENDING}},
        {"$limit": MOST_PEOPLE},
        {"$project": {**PERSON, "of": {"$literal": "latest"}}},
    ]
    busiest = [
        {"$match": {"accesos": {"$gt": 0}}},
        {"$sort": {"accesos": DESCENDING, "_id": ASCENDING}},
        {"$limit": MOST_PEOPLE},
        {"$project": {**PERSON, "of": {"$literal": "busiest"}}},
    ]
    this_week = [
        {"$match": {"ultimo_acceso": {"$gte": week_ago}}},
        {"$group": {"_id": None, "this_week": {"$sum": 1}}},
    ]
    return united(users.name, latest, busiest, this_week)


@cached(Topic.of(users, EVERYTHING), seconds=60)  # a login is a change, and the week goes on
def activity() -> Activity:
    """Who uses it, in one command."""
    pipeline = activity_pipeline(datetime.now(UTC) - WEEK)
    people, this_week = {"latest": [], "busiest": []}, 0
    for row in users.aggregate(pipeline, collation=COLLATION):
        if "this_week" in row:
            this_week = row["this_week"]
        else:
            people[row["of"]].append(User.from_document(row))
    return Activity(this_week, **people)
