"""The stop-watch on every connection to the database (Django's execute wrapper)."""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils import timezone

from ceportal.kernel.services.slow_queries import note


def timed(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Run a query, and note it if it took longer than `SLOW_QUERY_MS`."""
    began = time.monotonic()
    try:
        return execute(sql, params, many, context)
    finally:
        took = (time.monotonic() - began) * 1000
        if took > settings.SLOW_QUERY_MS:
            note(str(sql), int(took), now=timezone.now())
