"""What the log says of a request: its id in every line, nothing about anybody, and no alarm for a refusal that is part
of the day.
"""

import json
import logging
import math
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from ceportal.kernel.rules.circumstances import circumstances
from ceportal.kernel.rules.id_number import hide_numbers
from ceportal.kernel.services.noting import is_no_fault_of_ours

SPELL_SECONDS = 60
_REFUSED_BY = "refused_by"


class RequestId(logging.Filter):
    """Django writes of an answer when the doors are behind it; the request itself still knows its id then."""

    def filter(self, record: logging.LogRecord) -> bool:
        known = circumstances.get().request_id or getattr(getattr(record, "request", None), "request_id", "")
        record.request_id = known or "-"
        return True


class ExpectedRefusals(logging.Filter):
    """Django warns of every answer from 400 on; a rule that said no (409) or a form to put right (422) is no fault."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno == logging.WARNING and getattr(record, "status_code", None) in {409, 422}:
            record.levelno, record.levelname = logging.INFO, logging.getLevelName(logging.INFO)
        return True


class DatabaseAway(logging.Filter):
    """A database that refuses everybody is told at length once, then by a line a request: at a thousand requests a
    minute the same traceback of each would bury what else is wrong, and fill the disk. A spell is over when a minute
    has passed without one. Of requests and answers alone; each process tells of its own spells.
    """

    def __init__(self, name: str = "") -> None:
        super().__init__(name)
        self.last = -math.inf

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        error = record.exc_info[1] if record.exc_info else getattr(request, _REFUSED_BY, None)
        if not isinstance(error, Exception) or not is_no_fault_of_ours(error):
            return True
        now, before = time.monotonic(), self.last
        self.last = now
        record.exc_info = (type(error), error, error.__traceback__) if now - before > SPELL_SECONDS else None
        record.msg, record.args = "database unavailable: %s", (getattr(request, "path", ""),)
        record.away = True
        return True


def refused_by(request: Any, error: Exception) -> None:
    """For the log, of an error that was made an answer where Django does not see it."""
    setattr(request, _REFUSED_BY, error)


class JsonLines(logging.Formatter):
    """One JSON object a line. Without personal values: numbers are masked, an address is named by its route (tokens
    stand in paths), and of an error its kind and places are written, not its message, which may quote a person.
    """

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request_id": getattr(record, "request_id", "-"),
            "message": hide_numbers(_message(record)),
        }
        if status := getattr(record, "status_code", None):
            line["status"] = status
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["where"] = _places(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def _message(record: logging.LogRecord) -> str:
    request: Any = getattr(record, "request", None)
    if not hasattr(request, "resolver_match"):
        return record.getMessage()
    route = request.resolver_match.route if request.resolver_match else "?"
    return f"{request.method} {route}{': database unavailable' if getattr(record, 'away', False) else ''}"


def _places(error: BaseException | None) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__) if error else []
    return [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]


def _short(filename: str) -> str:
    path = Path(filename)
    return str(path.relative_to(settings.BASE_DIR)) if path.is_relative_to(settings.BASE_DIR) else path.name
