"""Whether this process lives and can serve people, for load balancers and whoever is paged."""

from collections.abc import Callable
from datetime import UTC, datetime

import pymongo
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse, JsonResponse
from django.utils.cache import add_never_cache_headers
from pymongo.errors import PyMongoError

from . import cache, schema
from .mongo import require_finished_restore, require_replica_set
from .readiness import readiness
from .terminal import gettext as _

SECONDS = 2  # for all checks together
KEPT_SECONDS = 1
# The schema takes many commands to compare, and does not vanish by itself.
SCHEMA_SEEN_SECONDS = 60

OK = "ok"


class NotReady(Exception):
    """The text says why."""


class HealthMiddleware:
    """Answers load balancers, which ask every process by its address and without https.

    So it stands before what looks at the host, the session and the user.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        match request.path_info:
            case "/healthz":
                response = HttpResponse("ok", content_type="text/plain")
            case "/readyz":
                response = _readiness()
            case _:
                return self.get_response(request)
        add_never_cache_headers(response)
        return response


def _readiness() -> JsonResponse:
    # Everybody may ask, and each time it would write.
    checks = cache.shared.get(__name__, _outcomes, of=(), seconds=KEPT_SECONDS)
    ready = set(checks.values()) == {OK}
    return JsonResponse({"ready": ready, "checks": checks}, status=200 if ready else 503)


def _outcomes() -> dict[str, str]:
    with pymongo.timeout(SECONDS):
        return {name: _outcome(each) for name, each in CHECKS.items()}


def _outcome(check: Callable) -> str:
    try:
        check()
    except (ImproperlyConfigured, NotReady) as error:
        return str(error)
    except PyMongoError as error:
        return type(error).__name__  # its text may tell addresses
    return OK


def _read():
    readiness.find_one()


def _write():
    readiness.update_one({"_id": "written"}, {"$set": {"at": datetime.now(UTC)}}, upsert=True)


def _restore():
    try:
        require_finished_restore()
    except ImproperlyConfigured as error:  # its text tells where the backups are
        raise NotReady(_("a restore is not finished")) from error


def _schema():
    def seconds(found: list[str]) -> float:
        return 0 if found else SCHEMA_SEEN_SECONDS

    if found := cache.shared.get("schema", schema.drift, of=(), seconds=seconds):
        raise NotReady("; ".join(found))


CHECKS = {
    "replica set": require_replica_set,
    "read": _read,
    "write": _write,
    "restore": _restore,
    "schema": _schema,
}
