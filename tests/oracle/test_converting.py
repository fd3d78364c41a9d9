"""Conversions and their caps: the portal against the oracle, on the rows of the file and on invented ones."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import strategies as st

from credits.rules.claiming import Worked, reasons_not_to_claim, work_out
from credits.rules.conversion import Learnt, Standard
from credits.rules.conversion_file import conversion_in
from tests.oracle import converting
from tests.oracle.trials import TRIALS, agree

ROWS = converting.rows()
HALVES = st.integers(1, 60)
MAYBE = st.one_of(st.none(), HALVES)
DONE = st.fixed_dictionaries(
    {},
    optional={
        "days": st.integers(0, 40),
        "courses": st.integers(1, 12),
        "characters": st.one_of(st.integers(1, 9), st.integers(900, 60_000)),
        "rank": st.integers(1, 8),
    },
)
CIRCUMSTANCES: dict[str, st.SearchStrategy[Any]] = {
    "done": DONE,
    "is_attended": st.booleans(),
    "used": st.integers(0, 100),
    "unit_allows": MAYBE,
    "unit_caps": st.one_of(st.none(), st.integers(1, 120)),
    "claimed": st.integers(1, 200),
}


def text(halves: int | None) -> str | None:
    return None if halves is None else f"{halves // 2}{'.5' if halves % 2 else ''}"


def hours(halves: int | None) -> Decimal | None:
    return None if halves is None else Decimal(halves) / 2


def worked(row: dict[str, Any], done: dict[str, int], *, is_attended: bool, used: int, **unit: int | None) -> Worked:
    details = {name: value for name, value in done.items() if name != "days"}
    learnt = Learnt(
        activity_name="方式", details=details, days=done.get("days"), is_attended=is_attended, per_day=Decimal(8),
        year=2026, used=Decimal(used) / 2,
    )  # fmt: skip
    own = Standard("单位", date(2026, 1, 1), hours(unit["unit_allows"]), hours(unit["unit_caps"]))
    has_own = any(value is not None for value in unit.values())
    return work_out(conversion_in(row, "方式"), learnt, standard=own if has_own else None)


def same(row: dict[str, Any], question: dict[str, Any]) -> None:
    claimed = question.pop("claimed")
    unit_allows, done = question["unit_allows"], question["done"]
    found = worked(row, **question)
    said = converting.converted(row, done, unit_allows)
    assert (None if found.hours is None else found.hours * 2) == said
    most = converting.most(row, **question)
    assert (None if found.most is None else found.most * 2) == most
    too_much = [reason.code for reason in reasons_not_to_claim(Decimal(claimed) / 2, found) if reason.code in OVER]
    assert bool(too_much) is (most is not None and claimed > most)


OVER = {"over_ceiling", "over_computed", "over_standard", "over_cap"}


@TRIALS
def test_the_conversions_of_the_regulation(trials: int) -> None:
    def body(row: dict[str, Any], **question: Any) -> None:
        same(row, question)

    agree(body, trials, row=st.sampled_from(ROWS), **CIRCUMSTANCES)


def _row(per: str, by_rank: list[int] | None, **said: Any) -> dict[str, Any]:
    is_counted = per not in ("organiser", "reviewer")
    amounts = {name: text(said[name]) for name in ("addition", "cap", "beyond") if said[name] is not None}
    if is_counted and by_rank:
        amounts["by_rank"] = [text(each) for each in by_rank]  # type: ignore[assignment]
    elif is_counted:
        amounts["amount"] = text(said["amount"])
    return {
        "code": "invented", "activity": "x", "area": "*", "years": [2012, None], "unit": "学时", "per": per,
        "source": "文件", "clause": "S2-05", "status": said["status"], **amounts,
    }  # fmt: skip


INVENTED = st.builds(
    _row,
    per=st.sampled_from(["day", "course", "exam", "paper", "thousand", "year", "fixed", "organiser", "reviewer"]),
    by_rank=st.one_of(st.none(), st.lists(HALVES, min_size=1, max_size=5)),
    amount=HALVES,
    addition=st.one_of(st.none(), st.integers(1, 20)),
    beyond=MAYBE,
    cap=st.one_of(st.none(), st.integers(1, 120)),
    status=st.sampled_from(["verified", "assumed", "candidate"]),
)


@pytest.mark.clause("S2-05", "S0-19")
@TRIALS
def test_any_conversion_with_its_yearly_cap_and_the_units_own_standard(trials: int) -> None:
    def body(row: dict[str, Any], **question: Any) -> None:
        same(row, question)

    agree(body, trials, row=INVENTED, **CIRCUMSTANCES)


@pytest.mark.clause("A16", "S0-19")
def test_a_units_own_amount_for_a_thousand_characters_comes_in_half_hours_too() -> None:
    row = _row("thousand", None, amount=4, addition=None, beyond=None, cap=None, status="candidate")
    found = worked(row, {"characters": 3600}, is_attended=False, used=0, unit_allows=1, unit_caps=None)
    assert found.most == Decimal("1.5")
