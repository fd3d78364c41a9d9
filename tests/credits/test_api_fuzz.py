"""What nobody thought of: requests made up from the interface's own description, right and wrong ones, over HTTP.

Whatever they hold, the answer is never a 5xx and always one that the description names; the ledger agrees with itself
afterwards, and of records there is what the answers said, nothing else: no batch is half written. Into every batch goes
a good record beside what was made up.
"""

import warnings
from itertools import count
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import pytest
import schemathesis
import time_machine
from django.conf import settings as configured
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import status_code_conformance

from accounts.models import Professional
from credits.enums import Outcome
from credits.models import Claim, HourBatch, HourEntry
from credits.selectors.reconciliation import mismatches
from tests import factories as make
from tests.credits import factories as make_credits
from tests.credits.machines import BATCHES, Machine, posted

pytestmark = pytest.mark.django_db(transaction=True)

DESCRIPTION = schemathesis.openapi.from_path(configured.BASE_DIR / "credits" / "api" / "openapi.yaml")
# A PDF goes as bytes do; Schemathesis knows that of pictures alone.
schemathesis.serializer.alias("application/pdf", "application/octet-stream")
_serial = count(1)
CORRECTIONS, GOOD = "/corrections", "a-good-one-"
# Of these a record is kept; a duplicate repeats what was there.
KEPT = {Outcome.ACCEPTED, Outcome.HELD, Outcome.UNMATCHED_PERSON}
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
    make_credits.rule_set()
    person, said = make.professional("学员"), Said()

    @given(case=operation.as_strategy())
    @effort(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def asked(case: Any) -> None:
        _put_in_a_good_one(case, person)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            answer = case.call(base_url=live_server.url, headers=machine.headers)
        case.validate_response(answer, checks=(not_a_server_error, status_code_conformance))
        said.note(case, answer)

    asked()
    said.nothing_else_is_kept()
    if label == f"POST {BATCHES}":
        assert said.good_ones, "no batch held a good record"


@time_machine.travel(make_credits.NOW)
@pytest.mark.parametrize("unsaid", ["a record", "a batch", "an entry"])
def test_what_no_answer_told_of_is_noticed(unsaid: str) -> None:
    """The control."""
    make_credits.rule_set()
    person, machine, said = make.professional("学员"), Machine(), Said()
    told = machine.post(posted(person, f"{GOOD}1"))
    entry = UUID(told["items"][0]["entry_id"])
    said.records, said.batches, said.entries = {f"{GOOD}1"}, 1, {entry}
    said.nothing_else_is_kept()
    match unsaid:
        case "a record":
            said.records.clear()
        case "a batch":
            said.batches = 0
        case "an entry":
            HourEntry.objects.filter(ref=entry)._raw_delete(HourEntry.objects.db)
    with pytest.raises(AssertionError):
        said.nothing_else_is_kept()


class Said:
    """What the answers have said is kept."""

    def __init__(self) -> None:
        self.records: set[str] = set()
        self.entries: set[UUID] = set()
        self.good_ones = self.batches = 0

    def note(self, case: Any, answer: Any) -> None:
        if answer.status_code >= 300 or case.method.upper() != "POST":
            return
        if case.path.endswith(CORRECTIONS):
            self.records.add(unquote(str(case.path_parameters["record_id"])))  # it stands there as in an address
        elif case.path.endswith(BATCHES.rpartition("/")[2]) and not answer.json().get("dry_run"):
            items = [item for item in answer.json()["items"] if item["outcome"] in KEPT]
            self.records |= {item["record_id"] for item in items}
            self.entries |= {UUID(item["entry_id"]) for item in items if item.get("entry_id")}
            self.batches += 1
            good = [item["outcome"] for item in answer.json()["items"] if str(item["record_id"]).startswith(GOOD)]
            assert set(good) <= KEPT, "its neighbours cost it its place"
            self.good_ones += len(good)

    def nothing_else_is_kept(self) -> None:
        """No record but those told of, no entry untold, no account that disagrees."""
        kept = Claim.objects.values_list("external_id", flat=True)
        assert (set(kept), HourBatch.objects.count()) == (self.records, self.batches)
        assert set(HourEntry.objects.values_list("ref", flat=True)) >= self.entries
        assert list(mismatches()) == []


def _put_in_a_good_one(case: Any, person: Professional) -> None:
    records = case.body.get("records") if isinstance(case.body, dict) else None
    if case.path.endswith(BATCHES.rpartition("/")[2]) and isinstance(records, list) and len(records) < 1000:
        name = f"{GOOD}{next(_serial)}"
        case.body = case.body | {"records": [*records, posted(person, name, hours="0.5")]}
