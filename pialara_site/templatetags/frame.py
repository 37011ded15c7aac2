"""What the frame of every page is made of."""

from datetime import UTC, datetime, timedelta
from functools import cache

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from lucide.templatetags.lucide import lucide

from accounts.models import moment as showable

register = template.Library()


@register.tag
def capture(parser, token):
    """{% capture as name %}…{% endcapture %}: what is between, as the variable `name`."""
    _name, _as, variable = token.split_contents()
    nodes = parser.parse(("endcapture",))
    parser.delete_first_token()
    return _Capture(nodes, variable)


class _Capture(template.Node):
    def __init__(self, nodelist, name: str):
        self.nodelist = nodelist
        self.name = name

    def render(self, context):
        context[self.name] = mark_safe(self.nodelist.render(context).strip())  # noqa: S308, escaped
        return ""


@register.simple_tag
@cache
def icon(name: str, size: int = 20) -> SafeString:
    """A drawing of Lucide, `size` pixels at normal text; text beside it says what it means."""
    return lucide(str(name), size=f"{size / 16}em", aria_hidden="true")


@register.filter
def initials(name) -> str:
    """At most two letters for somebody: "María José Gil" is MG."""
    words = str(name).split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@register.inclusion_tag("partials/ago.html")
def ago(moment, alone: bool = False) -> dict:
    """A time as people say it, "3 days ago", with the exact one for who points at it.

    Whatever is stored that is no time of our calendar is none.

    `alone` says that nothing around it takes the focus, so that it has to do so itself.
    """
    when = showable(moment)
    return {"moment": when, "relative": when and _relative(when), "alone": alone}


def _relative(moment: datetime) -> str:
    now = datetime.now(UTC)
    if now - moment < timedelta(minutes=1):
        return _("just now")
    return _("%(time)s ago") % {"time": timesince(moment, now, depth=1)}
