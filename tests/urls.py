"""The URLconf as a flat list, for tests that have to notice a new page."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLResolver, get_resolver


@dataclass(frozen=True)
class Route:
    """`pattern` is the path with its parameters in braces: /users/{user_id}/edit/."""

    name: str
    pattern: str
    view: object

    @property
    def parameters(self) -> list[str]:
        return re.findall(r"{(\w+)}", self.pattern)

    @property
    def is_public(self) -> bool:
        return getattr(self.view, "login_required", True) is False


def routes(patterns=None, prefix="/") -> Iterator[Route]:
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry.url_patterns, route)
        else:
            yield Route(entry.name, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route), entry.callback)
