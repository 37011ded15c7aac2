"""How templates write numbers, times, names and addresses, and what they draw."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from urllib.parse import quote, urlencode

from django.conf import settings
from django.contrib.humanize.templatetags import humanize
from django.template import defaultfilters
from django.utils import dateformat, translation
from django.utils.formats import get_format, number_format
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from lucide.jinja import lucide
from markupsafe import Markup, escape

CLOCK = "H:i"  # as the formats of our languages have the time of day
UNITS = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@cache
def icon(name: str, size: int = 20) -> SafeString:
    """A drawing of Lucide, `size` pixels at normal text; text beside it says what it means."""
    return lucide(str(name), size=f"{size / 16}em", aria_hidden="true")


@cache
def languages() -> list[dict]:
    """Those that the pages have, as translation.get_language_info() tells of them."""
    return [translation.get_language_info(code) for code, _name in settings.LANGUAGES]


def querystring(request, **changes) -> str:
    """The query of this page's address with `changes`; None takes a parameter away."""
    query = dict(request.GET.lists())
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = [value]
    return f"?{urlencode(query, doseq=True)}" if query or request.GET else ""


def initials(name) -> str:
    """At most two letters for somebody: "María José Gil" is MG."""
    words = str(name).split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@lru_cache(maxsize=2_000)
def quoted(words: str) -> str:
    """As a part of an `id`: a page has dozens of links whose words come back on the next one."""
    return quote(words, safe="")


def intcomma(number) -> str:
    """As humanize's, which takes 30 µs also where there is nothing to separate."""
    is_short = type(number) is int and 0 <= number < 1000
    return str(number) if is_short else humanize.intcomma(number)


def tenths(value: float, language: str) -> str:
    """With one digit after the separator. `language` is that of now: a list asks for it once.

    IMDb's ratings have no more; what lies between two is rounded as Python does.
    """
    return _tenths(language, round(value, 1) + 0.0)  # which leaves no -0.0


@lru_cache(maxsize=1000)
def _tenths(language: str, value: float) -> str:
    return number_format(value, 1)


def floatformat(value, form: int | str = -1) -> str:
    """As Django's filter. The numbers of a chart come back in its table and on the next page."""
    if isinstance(value, int | float):
        return _floatformat(translation.get_language(), value, form)
    return defaultfilters.floatformat(value, form)


@lru_cache(maxsize=5000)
def _floatformat(language: str, value: float, form: int | str) -> str:
    return defaultfilters.floatformat(value, form)


def linebreaks(words: str) -> Markup:
    """As Django's filter, which takes longer than all else about a comment of one line."""
    if "\n" in words or "\r" in words:
        return defaultfilters.linebreaks_filter(words)
    return Markup(f"<p>{escape(words)}</p>")  # noqa: S704, escaped


def formatted(moment: date, form: str) -> str:
    """A time of our zone, or a date, in a form of Django's such as DATETIME_FORMAT.

    Of the time of day, those of our languages have "H:i" alone.
    """
    language = translation.get_language()
    if not isinstance(moment, datetime):
        return _of_day(language, moment, form)
    moment = moment.astimezone(get_current_timezone())
    # strftime() would take longer than all else here.
    clock = f"{moment.hour:02}:{moment.minute:02}"
    return _of_day(language, moment.date(), form).replace(CLOCK, clock)


@lru_cache(maxsize=5000)
def _of_day(language: str, day: date, form: str) -> str:
    """A day with the time of day still to come: "2 March 2026, H:i". A page shows few days."""
    return dateformat.format(day, get_format(form).replace(CLOCK, r"\H:\i"))


def relative(moment: datetime, now: datetime | None = None) -> str:
    """A time as people say it: "3 days ago"."""
    now = now or datetime.now(UTC)
    elapsed = now - moment
    if elapsed < UNITS[-1]:
        return _("just now")
    unit = next(unit for unit in UNITS if elapsed >= unit)
    return _relative(translation.get_language(), now.date(), elapsed // unit * unit)


@lru_cache(maxsize=2_000)
def _relative(language: str, today: date, elapsed: timedelta) -> str:
    """By whole days, or by hours or minutes below one, so that there are few to be made. At the end
    of a month, Django's own may say "1 month" some hours before.
    """
    now = datetime.combine(today, time(), UTC)
    return _("%(time)s ago") % {"time": timesince(now - elapsed, now, depth=1)}
