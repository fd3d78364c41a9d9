"""A line of the log leads to its request, and only what is wrong warns."""

import logging

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils.log import log_response

from ceportal.kernel.middleware import RequestFacts
from ceportal.kernel.web.logs import ExpectedRefusals, RequestId


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
