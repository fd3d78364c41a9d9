"""The machine interface: batches with all outcomes, their stored answers, rehearsals."""

import json
from collections.abc import Iterator

import pytest
import time_machine

from accounts.models import Professional
from ceportal.kernel.models import AuditEvent
from credits.models import Claim, HourBatch, HourEntry, UnmatchedPerson, YearAccount
from credits.selectors.reconciliation import mismatches
from tests import factories as people
from tests.credits.factories import NOW
from tests.credits.machines import BATCHES, HOURS, Machine, posted

DAY = "2026-11-20"

pytestmark = pytest.mark.usefixtures("henan_2026")


@pytest.fixture(autouse=True)
def _november(db: None) -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def machine(db: None) -> Machine:
    return Machine()


def test_an_accepted_record_counts_and_is_told(machine: Machine, declarant: Professional) -> None:
    answer = machine.post(posted(declarant))
    entry = HourEntry.objects.get()
    assert answer["received"] == 1
    assert answer["counts"] == {
        "accepted": 1, "duplicate": 0, "conflict": 0, "invalid": 0, "unmatched_person": 0, "held": 0,
    }  # fmt: skip
    assert answer["items"] == [
        {"index": 0, "record_id": "r-1", "outcome": "accepted", "year": 2026, "entry_id": str(entry.ref)}
    ]
    assert YearAccount.objects.get().professional_hours == 2


def test_every_outcome_in_one_batch(machine: Machine, declarant: Professional) -> None:
    machine.post(posted(declarant, "known"), posted(declarant, "changed"))
    answer = machine.post(
        posted(declarant, "new"),
        posted(declarant, "known"),
        posted(declarant, "changed", hours="3.0"),
        posted(declarant, "failed", assessment={"result": "failed"}),
        posted(declarant, "nobody", name="别人"),
        posted(declarant, "too-much", hours="40.0"),
    )
    assert [item["outcome"] for item in answer["items"]] == [
        "accepted", "duplicate", "conflict", "invalid", "unmatched_person", "held",
    ]  # fmt: skip
    assert all(count == 1 for count in answer["counts"].values())
    conflict, failed, held = (answer["items"][number] for number in (2, 3, 5))
    assert conflict["known_hash"] != conflict["received_hash"]
    assert [(error["code"], error["pointer"]) for error in failed["errors"]] == [
        ("not_passed", "/records/3/assessment/result")
    ]
    assert [reason["code"] for reason in held["reasons"]] == ["over_person_day"]
    assert not list(mismatches())


def test_somebody_who_has_left_is_told_like_anybody(machine: Machine, declarant: Professional) -> None:
    Professional.objects.filter(pk=declarant.pk).update(left_at=NOW, title_since="2015-09-01")
    assert machine.post(posted(declarant))["counts"]["accepted"] == 1
    assert HourEntry.objects.get().professional == declarant


def test_what_counts_on_a_day_is_summed_once_however_many_records_ask(
    machine: Machine, declarant: Professional
) -> None:
    """Six short lessons of one day, three a batch, are nine hours: less than the twelve that a day may hold."""
    for numbers in ((1, 2, 3), (4, 5, 6)):
        lessons = [
            posted(declarant, f"r-{number}", hours="1.5", title=f"第 {number} 讲", started_on=DAY, completed_on=DAY)
            for number in numbers
        ]
        assert machine.post(*lessons)["counts"]["accepted"] == 3
    answer = machine.post(posted(declarant, "r-7", hours="3.5", title="研讨", started_on=DAY, completed_on=DAY))
    assert answer["items"][0]["reasons"][0]["code"] == "over_person_day"


def test_a_repeat_of_what_waits_is_a_duplicate(machine: Machine, declarant: Professional) -> None:
    records = (posted(declarant, "held", hours="40.0"), posted(declarant, "nobody", name="别人"))
    machine.post(*records)
    assert [item["outcome"] for item in machine.post(*records)["items"]] == ["duplicate"] * 2
    assert UnmatchedPerson.objects.count() == 1


def test_an_invalid_id_stays_free(machine: Machine, declarant: Professional) -> None:
    assert machine.post(posted(declarant, hours="8.05"))["counts"]["invalid"] == 1
    assert machine.get(f"{HOURS}/r-1").status_code == 404
    assert machine.post(posted(declarant))["counts"]["accepted"] == 1


def test_the_same_id_twice_in_a_batch_makes_both_invalid(machine: Machine, declarant: Professional) -> None:
    answer = machine.post(posted(declarant), posted(declarant, "other"), posted(declarant))
    assert [item["outcome"] for item in answer["items"]] == ["invalid", "accepted", "invalid"]
    assert answer["items"][0]["errors"][0]["code"] == "repeated_in_batch"


def test_who_is_wrong_and_who_is_unknown_look_the_same(machine: Machine, declarant: Professional) -> None:
    unknown = posted(declarant, "a", id_number=people.id_number("410225"))
    wrong_name = posted(declarant, "b", name="申报老师")
    first, second = machine.post(unknown, wrong_name)["items"]
    del first["index"], second["index"], first["record_id"], second["record_id"]
    assert first == second == {"outcome": "unmatched_person", "year": 2026}


def test_a_rehearsal_writes_nothing_and_says_the_same(machine: Machine, declarant: Professional) -> None:
    records = [posted(declarant, "a"), posted(declarant, "b", hours="40.0"), posted(declarant, "c", name="别人")]
    before = AuditEvent.objects.count()
    rehearsed = machine.post(*records, dry_run=True)
    assert (Claim.objects.count(), HourBatch.objects.count(), YearAccount.objects.count()) == (0, 0, 0)
    assert AuditEvent.objects.count() == before
    real = machine.post(*records)
    assert rehearsed["counts"] == real["counts"]
    assert rehearsed["batch_id"] is None
    assert [item | {"entry_id": None} for item in rehearsed["items"]] == [
        item | {"entry_id": None} for item in real["items"]
    ]


def test_a_stored_answer_is_kept_for_ninety_days_for_its_platform(machine: Machine, declarant: Professional) -> None:
    answer = machine.post(posted(declarant))
    path = f"{BATCHES}/{answer['batch_id']}"
    assert machine.get(path).json() == answer
    assert Machine().get(path).status_code == 404
    assert machine.get(f"{BATCHES}/01J").status_code == 404
    with time_machine.travel("2027-02-19T10:00:00+08:00"):
        later = Machine(machine.organization)
        assert later.get(path).status_code == 404


def test_one_event_a_batch_with_its_digest(machine: Machine, declarant: Professional) -> None:
    machine.post(posted(declarant, "a"), posted(declarant, "b"))
    event = AuditEvent.objects.get(action="hour_batch.post")
    assert event.actor_label == machine.organization.name
    assert event.after["counts"]["accepted"] == 2
    assert len(event.after["digest"]) == 64


def test_nothing_personal_stands_in_the_answer_or_the_trail(machine: Machine, declarant: Professional) -> None:
    record = posted(declarant, name="别人")
    answer = machine.post(record, {**record, "record_id": "x", "hours": 8})
    kept = json.dumps([answer, list(AuditEvent.objects.values("after"))], ensure_ascii=False)
    assert record["id_number"] not in kept
    assert "别人" not in kept


def test_a_record_tells_how_it_stands(machine: Machine, declarant: Professional) -> None:
    machine.post(posted(declarant), posted(declarant, "held", hours="40.0"))
    told = machine.get(f"{HOURS}/r-1").json()
    assert (told["state"], told["year"], told["hours"]) == ("accepted", 2026, "2.0")
    assert [(each["kind"], each["hours"]) for each in told["history"]] == [("credit", "2.0")]
    held = machine.get(f"{HOURS}/held").json()
    assert (held["state"], [each["code"] for each in held["reasons"]]) == ("held", ["over_person_day"])
    assert Machine().get(f"{HOURS}/r-1").status_code == 404


def test_the_own_records_by_pages(machine: Machine, declarant: Professional) -> None:
    machine.post(*(posted(declarant, f"n-{number}", hours="0.5", title=f"第{number}讲") for number in range(130)))
    Machine().post(posted(declarant, "foreign"))
    first = machine.get(HOURS).json()
    second = machine.get(f"{HOURS}?after={first['next']}").json()
    assert (len(first["items"]), len(second["items"]), second["next"]) == (100, 30, None)
    assert {item["record_id"] for item in first["items"] + second["items"]} == {f"n-{n}" for n in range(130)}


def test_a_training_of_the_past_year_is_held(machine: Machine, declarant: Professional) -> None:
    days = {"started_on": "2025-03-01", "completed_on": "2025-03-02"}
    (item,) = machine.post(posted(declarant, **days))["items"]
    assert item["outcome"] == "held"
