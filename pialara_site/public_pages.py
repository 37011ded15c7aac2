"""Pages that everybody may see, kept as they were sent to somebody who was logged out.

A view says with `@public(…)` what its page is made of. Whoever has a session gets a page of their
own, which is not kept; nor is one that sets a cookie, as its forms hold somebody's token.
"""

import gzip
import hashlib
import re
from collections.abc import Callable, Hashable, Iterable
from functools import lru_cache, partial
from http import HTTPStatus
from operator import attrgetter
from typing import NamedTuple

import brotli
from django.conf import settings
from django.http import HttpResponse
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import get_language_from_request
from pymongo.errors import PyMongoError

from . import display
from .cache import Cache
from .changes import Topic

SECONDS = 60  # texts such as "5 minutes ago" get old by themselves
MOST_BYTES = 4 * 2**20
LONGEST_ADDRESS = 500

# The first one that a browser takes; over plain HTTP they ask for gzip alone. Of a list of 40 KB
# these make 6.3 and 6.5 KB in 0.06 and 0.07 ms; for 5.9 KB brotli takes 0.09. Its usual window of
# 4 MB would be mapped anew each time.
COMPRESSIONS = {
    "br": partial(brotli.compress, quality=1, lgwin=16),
    "gzip": partial(gzip.compress, compresslevel=1, mtime=0),
}
_TAKES = {
    name: re.compile(rf"(?<![\w-]){name}(?![\w-])(?!\s*;\s*q=0(\.0*)?\s*(,|$))", re.IGNORECASE)
    for name in COMPRESSIONS
}

pages = Cache(most_bytes=MOST_BYTES)


class Public(NamedTuple):
    """`topics` gets the request and the view's arguments; `seen` is told of every page that
    somebody got, kept or not. A page that gets old sooner than in `seconds` tells so by the view's
    setting `request.page_seconds`.
    """

    topics: Callable[..., Iterable[Topic]]
    seconds: float
    seen: Callable | None


class Page(NamedTuple):
    headers: dict[str, str]
    body: bytes
    seconds: float


class NotKept(Exception):
    """The response is for this caller alone."""


def public(topics, seconds: float = SECONDS, seen=None):
    def decorator(view):
        view.public = Public(topics, seconds, seen)
        return view

    return decorator


class PublicPagesMiddleware:
    """Answers with a page that is kept, before anything is done for the request."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        match = _match(request.path_info)
        of = match and getattr(match.func, "public", None)
        if not of:
            return self.get_response(request)
        if request.method in ("GET", "HEAD") and _may_be_kept(request):
            response = self._kept(request, match, of)
        else:
            response = self.get_response(request)
        if response.status_code == HTTPStatus.NOT_FOUND:
            # In no language and no compression, or it would be back while the database is away.
            pages.drop(lambda key: _path(key) == request.path_info)
        if of.seen and response.status_code in (200, 304):
            of.seen(request, response, **match.kwargs)
        return response

    def process_view(self, request, view, arguments, options):
        """Fail as the page did that was waited for: asking for it again would take as long."""
        if error := getattr(request, "awaited_error", None):
            raise error

    def _kept(self, request, match: ResolverMatch, of: Public):
        key = _key(request)
        topics = tuple(of.topics(request, **match.kwargs))
        encoding = _encoding(request.META.get("HTTP_ACCEPT_ENCODING", ""))
        own = []

        def ask() -> Page:
            request.is_shared = True  # so it holds no token
            own.append(self.get_response(request))
            return _page(request, own[0], of.seconds, encoding)

        try:
            page = pages.get((*key, encoding), ask, topics, attrgetter("seconds"), when_away=True)
        except NotKept:
            return own[0] if own else self.get_response(request)
        except PyMongoError as error:
            if own:
                return own[0]
            request.awaited_error = error
            return self.get_response(request)
        request.resolver_match = match
        return _response(request, page)


def _match(path: str) -> ResolverMatch | None:
    """No public page has a long address, and what callers make up takes memory for good."""
    return _resolved(path) if len(path) <= LONGEST_ADDRESS else None


@lru_cache(maxsize=1000)
def _resolved(path: str) -> ResolverMatch | None:
    try:
        return resolve(path)
    except Resolver404:
        return None


def _may_be_kept(request) -> bool:
    """Is it of nobody, with no session and no message that waits, at an address of sane length?"""
    return (
        not (settings.SESSION_COOKIE_NAME in request.COOKIES or "messages" in request.COOKIES)
        and sum(map(len, _address(request))) <= LONGEST_ADDRESS
    )


def _address(request) -> tuple[str, str, str]:
    """As it was asked for: get_full_path() would quote it anew each time."""
    meta = request.META
    return meta.get("HTTP_HOST", ""), request.path_info, meta.get("QUERY_STRING", "")


def _key(request) -> tuple[Hashable, ...]:
    """All by which the page of who is logged out may differ."""
    return (
        *_address(request),
        request.is_secure(),
        get_language_from_request(request),
        display.of_device(request),
        "HTTP_HX_REQUEST" in request.META,
    )


def _path(key: tuple[Hashable, ...]) -> str:
    return key[1]


def _page(request, response, seconds: float, encoding: str) -> Page:
    """What to keep of a response. Raises NotKept, and the error when the database is away."""
    if error := getattr(request, "database_error", None):
        raise error
    if response.status_code != 200 or response.streaming or response.cookies:
        raise NotKept
    patch_vary_headers(response, ["Cookie", "Accept-Encoding"])
    response.setdefault("Cache-Control", "no-cache")  # ask each time whether it is still true
    headers, body = dict(response.items()), response.content
    if encoding:
        body = COMPRESSIONS[encoding](body)
        headers |= {"Content-Encoding": encoding, "Content-Length": str(len(body))}
    if "no-store" not in headers["Cache-Control"]:
        headers["ETag"] = f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'
    return Page(headers, body, getattr(request, "page_seconds", seconds))


def _encoding(accepted: str) -> str:
    """The name of the compression for who accepts these; "" for none, as for a very long text."""
    return _compression(accepted) if len(accepted) <= LONGEST_ADDRESS else ""


@lru_cache(maxsize=100)
def _compression(accepted: str) -> str:
    return next((name for name, takes in _TAKES.items() if takes.search(accepted)), "")


def _response(request, page: Page) -> HttpResponse:
    response = HttpResponse(page.body, headers=page.headers)
    if "HTTP_IF_NONE_MATCH" not in request.META or "ETag" not in page.headers:
        return response
    return get_conditional_response(request, etag=page.headers["ETag"], response=response)
