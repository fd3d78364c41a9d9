"""Every outcome of the contract can be tried in a sandbox by a number alone, as docs/api/sandbox.md says."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.utils import timezone

from ceportal.office.demo.cast import FRESH, TRIED_ON
from credits.enums import Outcome
from credits.rules import sandbox
from credits.rules.records import Record
from credits.selectors.reconciliation import mismatches
from tests import factories as make
from tests.credits import factories as rules
from tests.credits.machines import Machine
from tests.credits.platforms import platform, recognise

TOLD = (Path(configured.BASE_DIR) / "docs" / "api" / "sandbox.md").read_text(encoding="utf-8")
DAY = date(2026, 3, 1)


def record(number: str, title: str = "课程") -> Record:
    return Record("r-1", number, "某人", "public", title, DAY, DAY, Decimal(1))


def test_what_was_sent_before_is_the_same_or_another() -> None:
    same, other = record(sandbox.SENT_BEFORE.id_number), record(sandbox.SENT_OTHERWISE.id_number, "题" * 120)
    assert sandbox.sent_before(same) == same
    before = sandbox.sent_before(other)
    assert before is not None
    assert (len(before.title), before.title == other.title, before.external_id) == (120, False, "r-1")
    assert sandbox.sent_before(record(sandbox.FILED.id_number)) is None


def test_its_people_are_in_the_demo() -> None:
    tried = {(person.id_number, person.name) for person in TRIED_ON}
    assert tried == {sandbox.SENT_BEFORE, sandbox.SENT_OTHERWISE, sandbox.FILED}


@dataclass
class Row:
    """A line of the table in the document: a number, a name (any where it is none), the outcome promised."""

    number: str
    name: str
    outcome: str


def rows() -> list[Row]:
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in TOLD.splitlines() if "| `4" in line]
    return [
        Row(number.strip("`"), "某人" if name == "any" else name, told.split("`")[1]) for number, name, told in cells
    ]


def as_posted(row: Row, name: str, **changes: Any) -> dict[str, Any]:
    today = timezone.localdate().isoformat()
    return {
        "record_id": name, "id_number": row.number, "name": row.name, "subject": "public", "title": f"课程 {name}",
        "hours": "0.5", "started_on": today, "completed_on": today,
    } | changes  # fmt: skip


def test_the_document_names_a_number_for_every_outcome() -> None:
    assert {row.outcome for row in rows()} == {*Outcome.values, "202"}
    assert {row.number for row in rows()} >= {person.id_number for person in (FRESH[0], FRESH[4], *TRIED_ON)}


@pytest.fixture
def machine(db: None, settings: Any) -> Machine:
    """A platform's in a sandbox with its people (that the demo loads them: tests/office/test_demo_machine.py)."""
    settings.SANDBOX = True
    year = timezone.localdate().year
    rules.rule_set(year_from=year)
    unit = platform(is_recognised=False)
    recognise(unit, at=make.area("410200"), year=year)
    here, elsewhere = make.employer(at=make.area("410225")), make.employer(at=make.area("410402"))
    for person in (FRESH[0], FRESH[4], *TRIED_ON):
        make.professional(person.name, works_at=here if person.unit == 0 else elsewhere, number=person.id_number)
    return Machine(unit)


def test_each_number_brings_about_what_the_document_says_twice_over(machine: Machine, settings: Any) -> None:
    for turn, row in ((turn, row) for turn in ("a", "b") for row in rows()):
        posted = as_posted(row, f"s-{turn}-{row.number}")
        wanted = "accepted" if row.outcome == "202" else row.outcome
        for is_dry in (True, False):
            (item,) = machine.post(posted, dry_run=is_dry)["items"]
            assert (row.number, item["outcome"]) == (row.number, wanted)
        if row.outcome == "202":
            for action, more in (("replace", posted | {"hours": "1.0"}), ("withdraw", None)):
                answer = machine.correct(posted["record_id"], action, more)
                assert (answer.status_code, answer.json()["state"]) == (202, "reversal_pending")
    assert list(mismatches()) == []
    settings.SANDBOX = False
    (row,) = (row for row in rows() if row.outcome == "conflict")
    assert machine.post(as_posted(row, "in-earnest"))["items"][0]["outcome"] == "accepted", "nothing is played there"
