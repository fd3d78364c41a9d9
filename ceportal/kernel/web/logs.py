"""What the log says of a request: its id in every line, and no alarm for a refusal that is part of the day."""

import logging

from ceportal.kernel.rules.circumstances import circumstances


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
