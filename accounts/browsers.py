"""Browsers by the names that people know."""

from django.utils.translation import gettext as _

from pialara_site.stored import text


def browser(user_agent) -> str:
    """A browser's User-Agent header as people call it: "Firefox, Linux"."""
    # Loading its patterns takes long, so only the page that shows them does.
    from ua_parser import parse

    found = parse(text(user_agent))
    names = [part.family for part in (found.user_agent, found.os) if part]
    return ", ".join(names) or _("Unknown browser")
