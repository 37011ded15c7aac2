"""How the log looks: a line per record, as JSON for machines or as people read it.

Errors are told by their kind and by where they happened, never by their text: that may quote an
email, a name or what somebody typed.
"""

import json
import logging
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime

from pymongo.errors import OperationFailure

# The id of the request that this thread answers.
request_id: ContextVar[str] = ContextVar("request_id", default="")


# Made once; json.dumps(…, default=str) makes one for each line.
_encode = json.JSONEncoder(default=str).encode


def trace(error: BaseException | None) -> list[str]:
    """The error and those that led to it, newest first, each with where it came through."""
    told, seen = [], set()
    while error and id(error) not in seen:  # one may have led to itself
        seen.add(id(error))
        told.append(_kind(error))
        frames = reversed(traceback.extract_tb(error.__traceback__))
        told += [f"  {each.filename}:{each.lineno} {each.name}" for each in frames]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return told


def _kind(error: BaseException) -> str:
    """With MongoDB's number for what was wrong, if there is one."""
    code = error.code if isinstance(error, OperationFailure) else None
    return f"{type(error).__qualname__} {code}" if code else type(error).__qualname__


class Readable(logging.Formatter):
    """One line, and under it the trace."""

    def format(self, record):
        at = datetime.fromtimestamp(record.created).astimezone()
        line = f"{at:%H:%M:%S} {record.levelname:7} {record.name}: {record.getMessage()}"
        if about := request_id.get():
            line += f" [{about}]"
        return "\n".join([line, *trace_of(record)])


class Json(logging.Formatter):
    """One object per line. What a record is about is given as `extra={"fields": {…}}`."""

    def format(self, record):
        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
        }
        fields = getattr(record, "fields", None)
        told |= fields or {"message": record.getMessage()}
        if about := request_id.get():
            told["request"] = about
        if lines := trace_of(record):
            told["trace"] = lines
        return _encode(told)


def trace_of(record: logging.LogRecord) -> list[str]:
    """The trace of a record; refusals, such as of an unknown host, need none."""
    is_refusal = getattr(record, "status_code", 500) < 500
    return trace(record.exc_info[1]) if record.exc_info and not is_refusal else []
