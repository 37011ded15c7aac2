"""A technician's clients: their list, and what it comes to in numbers."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pymongo import ASCENDING, DESCENDING

from pialara_site.mongo import COLLATION
from pialara_site.pages import Page

from .directory import read_page
from .likeness import like
from .models import User, birthday
from .users import clients_of, users

SORTS = ("nombre", "sexo", "fecha_nacimiento", "patologia", "ultimo_acceso")
ROW = dict.fromkeys((*SORTS, "estado"), 1)

AGES = (0, 18, 40, 65, 80)  # the first one of each group
EARLIEST = datetime(2, 1, 1, tzinfo=UTC)
MOST_CONDITIONS = 8  # that the numbers name
LAST_SEEN = 5  # people whom they name
AWAY_AFTER = timedelta(days=30)


class Attention(TextChoices):
    """Why a technician may want to look after a client."""

    INCOMPLETE = "incomplete", _("Without date of birth or condition")
    AWAY = "away", _("Not logged in for 30 days")

    def criteria(self) -> dict:
        """The find() filter."""
        if self == Attention.AWAY:
            # Also those who never were here, but for new ones.
            long_ago = {"$not": {"$gte": datetime.now(UTC) - AWAY_AFTER}}
            return {"ultimo_acceso": long_ago, "creado": long_ago}
        no_date = {"fecha_nacimiento": {"$not": {"$type": "date"}}}
        return {"$or": [no_date, {"patologia": {"$in": [None, ""]}}]}


def read(
    page: Page, technician: User, q: str, attention: str, sort: str
) -> tuple[Page, list[User]]:
    """A page of a technician's clients; `sort` is one of SORTS, with "-" for descending."""
    return read_page(page, criteria(technician, q, attention), sort, ROW)


def count(technician: User, q: str = "", attention: str = "") -> int:
    wanted = criteria(technician, q, attention)
    return users.count_documents(wanted, collation=COLLATION)


def criteria(technician: User, q: str = "", attention: str = "") -> dict:
    wanted = clients_of(technician)
    if q:
        wanted["nombre"] = like(q)
    if attention:
        wanted |= Attention(attention).criteria()
    return wanted


@dataclass(frozen=True)
class Caseload:
    """A technician's clients in numbers, and those who were here last.

    `attention`: {Attention: n}; `ages`: [(first age, n)] of the groups AGES; `conditions`: [(name,
    n)] of the most frequent ones.
    """

    total: int
    attention: dict[str, int]
    ages: list[tuple[int, int]]
    conditions: list[tuple[str, int]]
    last_seen: list[User]


def birth_boundaries(today: date) -> list[datetime]:
    """Where the births of each group of AGES begin, the oldest group first, and the end of all."""
    return [EARLIEST, *(birthday(_day_after_birthday(today, age)) for age in reversed(AGES))]


def _day_after_birthday(today: date, age: int) -> date:
    """Who was born before this day is at least so old."""
    try:
        return today.replace(year=today.year - age) + timedelta(days=1)
    except ValueError:  # today is 29 February, that year has none
        return date(today.year - age, 3, 1)


def pipeline(technician: User, births: list[datetime]) -> list[dict]:
    counted = {"$count": "n"}
    facets = {
        "total": [counted],
        **{each.value: [{"$match": each.criteria()}, counted] for each in Attention},
        # What is no date falls into the default's group.
        "ages": [
            {"$bucket": {"groupBy": "$fecha_nacimiento", "boundaries": births, "default": None}}
        ],
        "conditions": [
            {"$match": {"patologia": {"$type": "string", "$ne": ""}}},
            {"$group": {"_id": "$patologia", "n": {"$sum": 1}}},
            {"$sort": {"n": DESCENDING, "_id": ASCENDING}},
            {"$limit": MOST_CONDITIONS},
        ],
        "last_seen": [
            {"$match": {"ultimo_acceso": {"$type": "date"}}},
            {"$sort": {"ultimo_acceso": DESCENDING, "_id": ASCENDING}},
            {"$limit": LAST_SEEN},
        ],
    }
    return [
        {"$match": criteria(technician)},
        {"$project": ROW},
        {"$facet": facets},
    ]


def overview(technician: User) -> Caseload:
    """The technician's clients in numbers, in one command."""
    births = birth_boundaries(timezone.localdate())
    found = next(users.aggregate(pipeline(technician, births), collation=COLLATION))

    def number(facet: str) -> int:
        return found[facet][0]["n"] if found[facet] else 0

    per_group = {row["_id"]: row["count"] for row in found["ages"]}
    by_age = [
        (age, per_group.get(start, 0)) for age, start in zip(reversed(AGES), births, strict=False)
    ]
    return Caseload(
        total=number("total"),
        attention={each: number(each.value) for each in Attention},
        ages=by_age[::-1],
        conditions=[(row["_id"], row["n"]) for row in found["conditions"]],
        last_seen=[User.from_document(doc) for doc in found["last_seen"]],
    )
