"""A line of the log leads to its request, and only what is wrong warns."""

import json
import logging
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils.log import log_response

from ceportal.kernel.middleware import RequestFacts
from ceportal.kernel.web.logs import SPELL_SECONDS, DatabaseAway, ExpectedRefusals, JsonLines, RequestId, refused_by


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.handler.addFilter(RequestId())
    return caplog


@pytest.mark.parametrize(
    ("status", "level"), [(404, logging.WARNING), (409, logging.INFO), (422, logging.INFO), (500, logging.ERROR)]
)
def test_what_django_writes_after_the_doors_bears_the_id_of_the_answer(
    rf: RequestFactory, lines: pytest.LogCaptureFixture, status: int, level: int
) -> None:
    request = rf.get("/x/")
    response = RequestFacts(lambda request: HttpResponse(status=status))(request)
    log_response("answered", response=response, request=request)
    (record,) = lines.records
    assert record.__dict__["request_id"] == response["X-Request-Id"]
    assert (record.levelno, record.levelname) == (level, logging.getLevelName(level))


def test_a_line_of_no_request_says_so(lines: pytest.LogCaptureFixture) -> None:
    logging.getLogger("accounts").warning("a message was not delivered")
    assert lines.records[0].__dict__["request_id"] == "-"


def test_refusals_are_lowered_by_the_settings_themselves() -> None:
    assert any(isinstance(each, ExpectedRefusals) for each in logging.getLogger("django.request").filters)


def line_of(rf: RequestFactory, error: Exception | None, *, seen_by_django: bool) -> logging.LogRecord:
    """What Django writes of a request that an error ended, or of the answer that was made of one."""
    request: Any = rf.get("/api/v1/hours")
    request.resolver_match = None
    caught: Any = None
    try:
        if error:
            raise error
    except Exception as raised:  # noqa: BLE001 - with the traceback of having been raised
        caught = (type(raised), raised, raised.__traceback__)
        refused_by(request, raised)
    record = logging.LogRecord(
        "django.request", logging.ERROR, "", 0, "%s: %s", ("Service Unavailable", request.path),
        caught if seen_by_django else None,
    )  # fmt: skip
    record.request, record.status_code = request, 503  # type: ignore[attr-defined]
    return record


@pytest.mark.parametrize("seen_by_django", [True, False])
def test_a_database_that_refuses_everybody_is_told_once_at_length_then_by_a_line(
    rf: RequestFactory, monkeypatch: pytest.MonkeyPatch, *, seen_by_django: bool
) -> None:
    away, clock = DatabaseAway(), [1000.0]
    monkeypatch.setattr("ceportal.kernel.web.logs.time.monotonic", lambda: clock[0])

    def told(after: float, error: Exception | None) -> logging.LogRecord:
        clock[0] += after
        record = line_of(rf, error, seen_by_django=seen_by_django)
        assert away.filter(record) is True
        return record

    refused = OperationalError("connection refused")
    lines = [told(after, refused) for after in (0, 1, SPELL_SECONDS - 1, SPELL_SECONDS + 1, 1)]
    assert [bool(line.exc_info) for line in lines] == [True, False, False, True, False]
    assert {line.getMessage() for line in lines} == {"database unavailable: /api/v1/hours"}
    first, second = (json.loads(JsonLines().format(line)) for line in lines[:2])
    assert first["message"] == second["message"] == "GET ?: database unavailable"
    assert ("where" in first, "where" in second, second["status"]) == (True, False, 503)
    for other in (IntegrityError("ours"), None):
        assert told(0, other).getMessage() == "Service Unavailable: /api/v1/hours"


def test_what_a_database_away_says_is_shortened_by_the_settings_themselves() -> None:
    assert any(isinstance(each, DatabaseAway) for each in logging.getLogger("django.request").filters)
