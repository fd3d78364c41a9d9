"""A course as a machine sends it: every fault at its key, and what becomes of it beside what is known."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bases.enums import FilingOutcome, FilingState
from bases.rules import filing as rules
from bases.rules.filing import Known
from ceportal.kernel.rules.refusal import Refusal

TODAY = date(2026, 11, 20)
SENT: dict[str, Any] = {
    "code": "GX-2026-01", "title": "数字技术与知识更新", "subject": "public", "hours": "1.5",
    "lecturer": "李老师，教授", "approval": "press",
    "document": "豫新广审〔2026〕1号", "area": "410200", "year": Decimal(2026),
}  # fmt: skip
HASH = "a" * 64
STRANGE_YEARS: tuple[Any, ...] = ("2026", Decimal("2026.5"), Decimal(2024), Decimal(2028), True, None)
STRANGE_DAYS: tuple[Any, ...] = ("2026-02-30", "20260101", "2026-W01-1", 1)


@pytest.mark.clause("S4-06")
def test_a_course_without_faults_is_read_and_known_by_what_it_says() -> None:
    assert rules.reasons_not_to_read(SENT | {"valid_until": None}, today=TODAY) == []
    one = rules.read(SENT)
    assert (one.line.hours, one.year, one.valid_until, one.replaces) == (Decimal("1.5"), 2026, None, "")
    assert one.digest == rules.read(SENT | {"title": f" {SENT['title']} "}).digest
    changed = SENT | {"valid_until": "2026-06-30", "replaces": HASH}
    assert rules.reasons_not_to_read(changed, today=TODAY) == []
    other = rules.read(changed)
    assert (other.valid_until, other.replaces, other.digest != one.digest) == (date(2026, 6, 30), HASH, True)
    assert one.key("platform:a") == other.key("platform:a")


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"code": " "}, "blank", "/code"), ({"code": "--"}, "code", "/code"), ({"code": "x" * 65}, "too_long", "/code"),
        ({"code": "\0"}, "strange_character", "/code"), ({"code": 1}, "wrong_type", "/code"),
        ({"title": "a\u202eb"}, "strange_character", "/title"),
        ({"title": "\ud800"}, "strange_character", "/title"), ({"subject": "公需"}, "subject", "/subject"),
        *(({"hours": each}, "hours", "/hours") for each in ("0", "0.4", "-1", "1e1", "NaN", "８", "90.5", "2.00")),
        ({"hours": Decimal(2)}, "wrong_type", "/hours"), ({"approval": "出版"}, "approval", "/approval"),
        ({"document": "\0"}, "strange_character", "/document"), ({"lecturer": "x" * 301}, "too_long", "/lecturer"),
        ({"area": "CN"}, "area", "/area"), ({"area": "４10200"}, "area", "/area"),
        ({"area": None}, "wrong_type", "/area"),
        *(({"year": each}, "year", "/year") for each in STRANGE_YEARS),
        *(({"valid_until": each}, "valid_until", "/valid_until") for each in STRANGE_DAYS),
        ({"valid_until": "2027-01-01"}, "other_year", "/valid_until"),
        ({"replaces": "x"}, "replaces", "/replaces"), ({"replaces": None}, "wrong_type", "/replaces"),
        ({"status": "filed"}, "unknown_key", "/status"), ({"\ud800": 1}, "unknown_key", ""),
    ],
)  # fmt: skip
def test_each_fault_stands_at_its_key(changes: dict[str, Any], code: str, pointer: str) -> None:
    (found,) = rules.reasons_not_to_read(SENT | changes, today=TODAY)
    assert (found.code, found.field) == (code, pointer)
    assert found.message.endswith("。")


def test_what_is_no_course_or_lacks_a_key_says_so() -> None:
    assert [each.code for each in rules.reasons_not_to_read([], today=TODAY)] == ["not_an_object"]
    lacking = rules.reasons_not_to_read({}, today=TODAY)
    assert [each.field for each in lacking] == [f"/{key}" for key in SENT]
    strange_year = rules.reasons_not_to_read(SENT | {"year": "x", "valid_until": "2026-01-01"}, today=TODAY)
    assert [each.code for each in strange_year] == ["year"]


def test_places_and_fields_of_forms() -> None:
    assert list(rules.reasons_of_place("410200", {"410200"})) == []
    assert [each.field for each in rules.reasons_of_place("419999", set())] == ["/area"]
    assert rules.within(Refusal("year_over", "年度已经结束。", "year")).field == "/year"
    assert rules.within(Refusal("absent", "已暂停资格。", "organization")).field == ""


@pytest.mark.clause("S4-06")
def test_the_same_is_a_duplicate_whatever_became_of_it_and_what_is_other_waits() -> None:
    sent = rules.read(SENT)
    same, other = Known(sent.digest), Known(HASH)
    waits, files, says_no = FilingState.WAITING, FilingState.FILED, FilingState.REFUSED
    new, twice, against = FilingOutcome.WAITING, FilingOutcome.DUPLICATE, FilingOutcome.CONFLICT

    def told(replaces: str = "", **known: Known) -> Any:
        given: dict[str, Any] = {"waiting": None, "filed": None, "refused": None} | known
        return rules.outcome_of(replace(sent, replaces=replaces), **given)

    assert told() == (new, None)
    assert told(waiting=same, filed=other) == (twice, waits)
    assert told(waiting=other) == told(waiting=other, replaces="b" * 64) == (against, waits)
    assert told(waiting=other, replaces=HASH) == (new, waits)
    assert told(filed=same) == told(filed=same, replaces=sent.digest) == (twice, files)
    assert told(filed=same, refused=other) == (twice, files)
    assert told(filed=Known(sent.digest, is_over=True)) == (twice, files)
    assert told(filed=Known(sent.digest, is_over=True), replaces=sent.digest) == (new, None)
    assert told(refused=same) == (twice, says_no)
    assert told(refused=same, replaces=sent.digest) == (new, None)
    assert told(filed=other) == told(refused=other) == told(filed=other, replaces=HASH) == (new, None)
    assert told(filed=other, replaces="b" * 64) == (against, files)
    assert told(replaces=HASH) == (against, None)


def test_a_sandbox_decides_by_the_ending_of_the_code() -> None:
    assert [rules.played(code) for code in ("a-filed", "a-REFUSED", "FILED-a")] == [
        FilingState.FILED, FilingState.REFUSED, None
    ]  # fmt: skip
