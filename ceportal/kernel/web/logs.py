"""What the log says of a request: its id in every line, nothing about anybody, and no alarm for a refusal that is part
of the day.
"""

import json
import logging
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from ceportal.kernel.rules.circumstances import circumstances
from ceportal.kernel.rules.id_number import hide_numbers


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
    return f"{request.method} {route}"


def _places(error: BaseException | None) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__) if error else []
    return [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]


def _short(filename: str) -> str:
    path = Path(filename)
    return str(path.relative_to(settings.BASE_DIR)) if path.is_relative_to(settings.BASE_DIR) else path.name
