"""The request id in every line of the log."""

import logging

from ceportal.kernel.rules.circumstances import circumstances


class RequestId(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = circumstances.get().request_id or "-"
        return True
