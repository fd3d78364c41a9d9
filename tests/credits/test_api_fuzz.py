"""What nobody thought of: requests made up from the interface's own description, right and wrong ones, over HTTP.

Whatever they hold, the answer is never a 5xx and always one that the description names.
"""

import warnings
from typing import Any

import pytest
import schemathesis
from django.conf import settings as configured
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import status_code_conformance

from tests.credits.machines import Machine

pytestmark = pytest.mark.django_db(transaction=True)

DESCRIPTION = schemathesis.openapi.from_path(configured.BASE_DIR / "credits" / "api" / "openapi.yaml")
# A PDF goes as bytes do; Schemathesis knows that of pictures alone.
schemathesis.serializer.alias("application/pdf", "application/octet-stream")
OPERATIONS = {operation.ok().label: operation.ok() for operation in DESCRIPTION.get_all_operations()}


@pytest.fixture(autouse=True)
def _unhurried(settings: Settings) -> None:
    settings.API_REQUEST_RATE = settings.API_RECORD_RATE = "1000000/minute"


@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_no_request_breaks_an_operation(label: str, live_server: LiveServer) -> None:
    _ask(label, live_server, examples=25)


@pytest.mark.deep
@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_no_request_of_many_breaks_an_operation(label: str, live_server: LiveServer) -> None:
    _ask(label, live_server, examples=1000)


def _ask(label: str, live_server: LiveServer, *, examples: int) -> None:
    operation, machine = OPERATIONS[label], Machine()

    @given(case=operation.as_strategy())
    @effort(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def asked(case: Any) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            answer = case.call(base_url=live_server.url, headers=machine.headers)
        case.validate_response(answer, checks=(not_a_server_error, status_code_conformance))

    asked()
