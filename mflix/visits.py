"""Which requests are people who look at a film's page, and not for the second time."""

import re
from datetime import datetime, timedelta

from bson import ObjectId
from django.conf import settings

from pialara_site.links import url_for

# The films that this browser has seen of late, each "<id>-<seconds since 1970>", the newest last.
# The server keeps nothing. Signing it would win nothing: who drops it counts again anyway, and
# who makes one up does not count.
COOKIE = "seen"
_ENTRY = re.compile(r"([0-9a-f]{24})-([0-9]{1,12})(?![0-9])")
RECENT = timedelta(minutes=10)
MOST_REMEMBERED = 30

# What bots call themselves; a person's browser says none of it. A Cubot is a phone.
_BOT = re.compile(
    r"(?<!cu)bot(?![a-z])|crawl|spider|slurp|scrap|archiv|monitor|preview|externalhit|whatsapp",
    re.IGNORECASE,
)
# By these a browser says that it loads a page before anybody asked for it.
_PURPOSE = ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_PURPOSE", "HTTP_X_MOZ")


def is_bot(user_agent: str) -> bool:
    """Whether it says so. Who says nothing at all may be a person who likes to be left alone."""
    return _BOT.search(user_agent) is not None


def is_by_a_person(request) -> bool:
    told = " ".join(request.META.get(name, "") for name in _PURPOSE).lower()
    return (
        request.method == "GET"
        and "prefetch" not in told
        and "preview" not in told
        and not is_bot(request.META.get("HTTP_USER_AGENT", ""))
    )


def is_first(request, response, movie_id: ObjectId, now: datetime) -> bool:
    """Whether this browser has not seen the film within RECENT; from now on it has."""
    seconds = int(now.timestamp())
    seen = {
        movie: at
        for movie, at in _ENTRY.findall(request.COOKIES.get(COOKIE, ""))
        if abs(seconds - int(at)) < RECENT.total_seconds()
    }
    if str(movie_id) in seen:
        return False
    seen[str(movie_id)] = seconds
    newest = list(seen.items())[-MOST_REMEMBERED:]
    response.set_cookie(
        COOKIE,
        ".".join(f"{movie}-{at}" for movie, at in newest),
        max_age=RECENT,
        path=url_for("movies"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return True
