"""A line of the log for every request, and one for every slow command to MongoDB."""

import json
import logging
import re
import time
from contextvars import ContextVar
from random import getrandbits

from pymongo.monitoring import CommandListener

from .logs import request_id

SLOW_MS = 200
LONGEST_SHAPE = 1000

HEADER = "X-Request-ID"
# What a proxy may name a request; nothing else gets into the log or back to the caller.
SANE_ID = re.compile(r"[A-Fa-f0-9-]{8,64}")
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"}

logger = logging.getLogger(__name__)


class Cost:
    """What a request has asked of MongoDB so far."""

    def __init__(self):
        self.commands = 0
        self.microseconds = 0
        self.command = {}  # the one under way


_cost: ContextVar[Cost | None] = ContextVar("cost", default=None)


class RequestLogMiddleware:
    """Writes the line when the answer begins.

    It stands behind what answers static files and load balancers, which have no line.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        began = time.perf_counter()
        # Here and wherever kept pages pass: request.headers would first read all headers.
        asked = request.META.get("HTTP_X_REQUEST_ID", "")
        # A name, not a secret: those take a system call, as long as all else of this line.
        name = asked if SANE_ID.fullmatch(asked) else f"{getrandbits(64):016x}"
        cost = Cost()
        tokens = request_id.set(name), _cost.set(cost)
        try:
            response = self.get_response(request)
            _log(request, response, cost, (time.perf_counter() - began) * 1000)
        finally:
            request_id.reset(tokens[0])
            _cost.reset(tokens[1])
        response[HEADER] = name
        return response


def _log(request, response, cost: Cost, ms: float):
    match = request.resolver_match
    fields = {
        "method": request.method if request.method in METHODS else "other",
        # The pattern, as paths hold tokens and queries hold names.
        "route": f"/{match.route}" if match else None,
        "status": response.status_code,
        "ms": round(ms, 1),
        "commands": cost.commands,
        "commands_ms": round(cost.microseconds / 1000, 1),
        "user": getattr(request, "user_id", None),
    }
    if error := getattr(request, "database_error", None):
        fields["error"] = type(error).__name__
    level = logging.WARNING if response.status_code >= 500 else logging.INFO
    logger.log(
        level,
        "%(method)s %(route)s %(status)s in %(ms)s ms, "
        "%(commands)s commands in %(commands_ms)s ms, user %(user)s",
        fields,
        extra={"fields": fields},
    )


class CommandLog(CommandListener):
    """Counts the commands of requests, and tells of slow ones; the driver calls it in their thread.

    What others wait for, such as a change stream, is nobody's slowness.
    """

    def started(self, event):
        if cost := _cost.get():
            cost.command = event.command

    def succeeded(self, event):
        if cost := _cost.get():
            cost.commands += 1
            cost.microseconds += event.duration_micros
            if event.duration_micros >= SLOW_MS * 1000:
                _log_slow(event, cost.command)

    failed = succeeded


def _log_slow(event, command: dict):
    collection = command.get("collection", command.get(event.command_name))
    fields = {
        "slow": event.command_name,
        "collection": str(collection),
        "ms": round(event.duration_micros / 1000, 1),
        "shape": json.dumps(shape(command))[:LONGEST_SHAPE],
    }
    logger.warning(
        "slow: %(slow)s %(collection)s in %(ms)s ms, %(shape)s", fields, extra={"fields": fields}
    )


# The parts of commands that choose and change documents; others are the driver's, or documents.
ASKING = ("filter", "query", "pipeline", "sort", "key", "updates", "deletes")


def shape(command: dict) -> dict:
    """What a command asks, with "?" for every value."""
    return {part: _shape(command[part]) for part in ASKING if part in command}


def _shape(value):
    if isinstance(value, dict):
        return {key: _shape(each) for key, each in value.items()}
    if isinstance(value, list):
        shapes = []  # each once, and found among these, as there may be thousands of values
        for each in map(_shape, value):
            if each not in shapes:
                shapes.append(each)
        return shapes
    return "?"
