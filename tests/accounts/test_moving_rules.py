"""What stands against a transfer, another title, a correction and a merge: tables of cases, no database."""

from dataclasses import replace
from datetime import date

import pytest

from accounts.enums import CorrectionKind, IdKind, TransferKind
from accounts.rules.correcting import CorrectionFacts, reasons_not_to_correct
from accounts.rules.merging import MergeFacts, reasons_not_to_merge
from accounts.rules.moving import TransferFacts, reasons_not_to_transfer
from accounts.rules.titles import Title, reasons_not_to_change

MOVE, JOIN, LEAD = TransferKind
TODAY = date(2026, 11, 20)
FACTS = TransferFacts(MOVE, "二中", accepts=True, now="一中")
HELD = Title("22", "中级", date(2020, 9, 1))
NUMBER, NAME, PHONE = CorrectionKind.ID_NUMBER, CorrectionKind.NAME, CorrectionKind.PHONE


@pytest.mark.clause("A23")
@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"accepts": False, "is_open": True}, ["unit_closed"]),
        ({"leads_there": True, "works_there": True}, ["there_already"]),
        ({"leads_there": True, "works_there": True, "has_left": True}, []),
        ({"works_there": True}, []),
        ({"is_bureau": True}, []),
        ({"is_open": True}, ["still_open"]),
        ({"pending": ("学时申报“甲”（在一中）",)}, ["pending"]),
        ({"kind": JOIN}, []),
        ({"kind": JOIN, "works_there": True}, ["there_already"]),
        ({"kind": JOIN, "now": ""}, ["no_principal"]),
        ({"kind": JOIN, "is_bureau": True}, ["no_employer"]),
        ({"kind": LEAD, "works_there": True}, []),
        ({"kind": LEAD}, ["not_there"]),
        ({"kind": LEAD, "works_there": True, "leads_there": True}, ["there_already"]),
    ],
)
def test_a_transfer(changes: dict, codes: list[str]) -> None:
    assert [reason.code for reason in reasons_not_to_transfer(replace(FACTS, **changes))] == codes


@pytest.mark.clause("A23")
def test_what_waits_is_named_up_to_three() -> None:
    (few,) = reasons_not_to_transfer(replace(FACTS, pending=("甲", "乙")))
    assert "甲、乙。" in few.message
    (many,) = reasons_not_to_transfer(replace(FACTS, pending=("甲", "乙", "丙", "丁")))
    assert "甲、乙、丙 等 4 项" in many.message


@pytest.mark.clause("A19")
@pytest.mark.parametrize(
    ("wanted", "codes"),
    [
        (Title("22", "副高级", date(2026, 9, 1)), []),
        (Title("22", "中级", date(2020, 9, 1)), ["title_same"]),
        (Title("22", "中级", date(2021, 9, 1)), []),
        (Title("99", "无", date(2026, 1, 1)), []),
        (Title("", "中级", date(2026, 1, 1)), ["title_mismatch"]),
        (Title("22", "无", date(2026, 1, 1)), ["title_level"]),
        (Title("22", "副高级", None), ["title_day"]),
        (Title("22", "副高级", date(2026, 11, 20)), []),
        (Title("22", "副高级", date(2026, 11, 21)), ["title_day"]),
        (Title("22", "副高级", date(1949, 12, 31)), ["title_day"]),
        (Title("22", "副高级", date(2020, 8, 31)), ["title_day"]),
    ],
)
def test_another_title(wanted: Title, codes: list[str]) -> None:
    assert [reason.code for reason in reasons_not_to_change(wanted, HELD, today=TODAY)] == codes


def test_a_title_after_one_of_an_unknown_day() -> None:
    wanted = Title("22", "副高级", date(1990, 1, 1))
    assert not list(reasons_not_to_change(wanted, replace(HELD, since=None), today=TODAY))


@pytest.mark.parametrize(
    ("facts", "fields"),
    [
        (CorrectionFacts(NAME, "王小明"), []),
        (CorrectionFacts(NAME, " "), ["name"]),
        (CorrectionFacts(NAME, "王小明", is_same=True), ["name"]),
        (CorrectionFacts(PHONE, "13800000001"), []),
        (CorrectionFacts(PHONE, "1380000000"), ["number"]),
        (CorrectionFacts(PHONE, "13800000001", is_taken=True), ["number"]),
        (CorrectionFacts(NUMBER, "H12345678", IdKind.HMT_PERMIT), []),
        (CorrectionFacts(NUMBER, "H12345678"), ["id_kind"]),
        (CorrectionFacts(NUMBER, "H1234567", IdKind.HMT_PERMIT), ["number"]),
    ],
)
def test_a_correction(facts: CorrectionFacts, fields: list[str]) -> None:
    assert [reason.field for reason in reasons_not_to_correct(facts, today=TODAY)] == fields


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        (MergeFacts(), []),
        (MergeFacts(is_closed=True, is_open=True), ["closed"]),
        (MergeFacts(is_open=True), ["still_open"]),
        (MergeFacts(pending=("甲",)), ["pending"]),
    ],
)
def test_a_merge(facts: MergeFacts, codes: list[str]) -> None:
    assert [reason.code for reason in reasons_not_to_merge(facts)] == codes


def test_of_what_waits_three_are_named() -> None:
    (told,) = reasons_not_to_merge(MergeFacts(pending=tuple("甲乙丙丁")))
    assert "甲、乙、丙。" in told.message
