"""What an activity converts to and how much of it may be claimed: every basis, rank and bound, one at a time."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.enums import Basis, Unit
from credits.rules.claiming import Worked, capped_words, reasons_not_to_claim, work_out
from credits.rules.conversion import Conversion, Learnt, Standard, conversion_for, in_force
from credits.rules.standards import reasons_not_to_set

PLACES = ("*", "CN", "410000", "410200")


def row(basis: str, **changes: Any) -> Conversion:
    numbers = {name: Decimal(str(value)) for name, value in changes.items() if isinstance(value, int | float)}
    words = {name: value for name, value in changes.items() if name not in numbers}
    return Conversion("r", "名称", "way", "410000", basis, clause="某号", **(words | numbers))  # type: ignore[arg-type]


def ranks(*amounts: int) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, amounts))


def learnt(days: int | None = 3, **changes: Any) -> Learnt:
    """Three days of attendance at eight hours each, in 2026."""
    details = {
        name: value for name, value in changes.items() if name in {"rank", "courses", "characters", "supplement"}
    }
    others = {name: value for name, value in changes.items() if name not in details}
    return Learnt("学术会议", details, days, **({"per_day": Decimal(8), "year": 2026} | others))


def standard(**changes: Any) -> Standard:
    return Standard("某单位", date(2026, 1, 1), **{name: Decimal(str(value)) for name, value in changes.items()})


def codes(hours: str, worked: Worked) -> list[str]:
    return [reason.code for reason in reasons_not_to_claim(Decimal(hours), worked)]


@pytest.mark.parametrize(
    ("conversion", "what", "hours", "words"),
    [
        (row("day", amount=10), learnt(), "30", "10 学时/天 × 3 天 = 30 学时"),
        (row("course", amount=15), learnt(courses=2), "30", "15 学时/门 × 2 门 = 30 学时"),
        (row("exam", amount=90, unit="学分"), learnt(courses=1), "90", "90 学分/科 × 1 科 = 90 学分"),
        (row("thousand", amount=2), learnt(characters=3600), "7", "2 学时/千字 × 3.6 千字 = 7 学时"),
        (row("fixed", amount=12), learnt(), "12", "每次 12 学时"),
        (row("paper", amount=8), learnt(), "8", "每篇 8 学时"),
        (row("fixed", amount=12, addition=6), learnt(), "18", "每次 12 学时 + 宣读论文 6 学时 = 18 学时"),
        (row("year", by_rank=ranks(64, 56)), learnt(rank=2), "56", "第 2 位 56 学时"),
        (row("paper", by_rank=ranks(30), beyond=10), learnt(rank=4), "10", "第 4 位 10 学时"),
        (row("year", by_rank=ranks(64)), learnt(rank=2), "0", "第 2 位 0 学时"),
    ],
)
def test_the_sum_and_how_it_is_written(conversion: Conversion, what: Learnt, hours: str, words: str) -> None:
    worked = work_out(conversion, what)
    assert (worked.hours, worked.words) == (Decimal(hours), words)


@pytest.mark.parametrize(
    ("conversion", "what", "missing"),
    [
        (row("day", amount=10), learnt(None), "days"),
        (row("day", amount=10), learnt(-1), "days"),
        (row("course", amount=15), learnt(), "courses"),
        (row("thousand", amount=15), learnt(), "characters"),
        (row("year", by_rank=ranks(64)), learnt(), "rank"),
    ],
)
def test_what_is_not_told_yet_is_asked_for(conversion: Conversion, what: Learnt, missing: str) -> None:
    worked = work_out(conversion, what)
    assert (worked.lacking, worked.hours, worked.words) == ((missing,), None, "")


def test_where_nothing_is_counted_the_days_bound_it() -> None:
    for conversion in (None, row("organiser"), row("organiser", status="assumed")):
        worked = work_out(conversion, learnt())
        assert (worked.hours, worked.words, worked.most) == (None, "8 学时/天 × 3 天 = 24 学时", Decimal(24))
        assert codes("24", worked) == []
        assert codes("24.5", worked) == ["over_ceiling"]
        assert not worked.is_judged
    assert work_out(None, learnt(0)).most is None
    assert work_out(None, learnt(per_day=None)).words == ""
    assert work_out(None, learnt(is_attended=False)).most is None


def test_where_the_ceiling_does_not_refuse_it_is_only_shown() -> None:
    worked = work_out(None, learnt(per_day_refuses=False))
    assert (worked.ceiling, worked.most, codes("30", worked)) == (Decimal(24), None, [])


def test_a_candidate_is_for_reference_and_never_refuses() -> None:
    conversion = row("course", amount=15, status="candidate", author_limit=1, exclusions=("增刊", "副刊"))
    worked = work_out(conversion, learnt(courses=1, rank=2, supplement="yes", is_attended=False))
    assert (worked.hours, worked.most, worked.is_for_reference, worked.is_judged) == (Decimal(15), None, True, True)
    assert codes("90", worked) == []
    assert [doubt.code for doubt in worked.doubts] == ["beyond_rank", "excluded"]


def test_what_is_law_refuses_more_than_it_gives_and_whom_it_does_not_name() -> None:
    law = row("course", amount=15, author_limit=1, exclusions=("增刊", "副刊"), subject="professional")
    what = learnt(courses=1, is_attended=False, subject="professional", supplement="no", rank=1)
    assert codes("15", work_out(law, what)) == []
    assert codes("15.5", work_out(law, what)) == ["over_computed"]
    wrong = learnt(courses=1, is_attended=False, subject="public", supplement="yes", rank=2)
    assert codes("15", work_out(law, wrong)) == ["beyond_rank", "excluded", "wrong_subject"]


def test_a_law_by_the_day_replaces_the_ceiling_of_the_day() -> None:
    worked = work_out(row("day", amount=10, unit="学分"), learnt())
    assert (worked.most, worked.ceiling, worked.unit) == (Decimal(30), None, Unit.CREDITS)
    assert codes("30.5", worked) == ["over_computed"]


def test_a_candidate_leaves_the_ceiling_and_a_paper_read_stands_above_it() -> None:
    worked = work_out(row("fixed", amount=12, addition=6, status="candidate"), learnt(1))
    assert (worked.hours, worked.most) == (Decimal(18), Decimal(14))
    reason = next(reasons_not_to_claim(Decimal(15), worked))
    assert (reason.code, "宣读论文另加 6 学时" in reason.message) == ("over_ceiling", True)


def test_no_more_than_one_item_can_give() -> None:
    assert work_out(row("course", amount=90), learnt(courses=2, is_attended=False)).most == Decimal(90)


@pytest.mark.parametrize(
    ("used", "claimed", "refused", "left"),
    [("0", "12", [], "30"), ("24", "6", [], "6"), ("24", "6.5", ["over_cap"], "6"), ("30", "0.5", ["over_cap"], "0"),
     ("40", "0.5", ["over_cap"], "0")],
)  # fmt: skip
def test_a_year_is_capped_and_says_what_is_left(used: str, claimed: str, refused: list[str], left: str) -> None:
    worked = work_out(row("fixed", amount=12, yearly_cap=30), learnt(used=Decimal(used), is_attended=False))
    assert (codes(claimed, worked), worked.left) == (refused, Decimal(left))
    for reason in reasons_not_to_claim(Decimal(claimed), worked):
        said = f"还可以申报 {left} 学时" if left != "0" else "今年不能再申报这一种"
        assert said in reason.message
        assert reason.clause == "某号"


def test_a_capped_entry_says_so() -> None:
    worked = work_out(row("fixed", amount=12, yearly_cap=30), learnt(used=Decimal(24), is_attended=False))
    assert "按年度上限计 6 学时：按规定计算是 12 学时" in capped_words(Decimal(6), worked)
    assert capped_words(Decimal(5), worked) == ""
    assert capped_words(None, worked) == ""
    assert capped_words(Decimal(12), work_out(row("fixed", amount=12), learnt())) == ""
    assert capped_words(Decimal(12), work_out(row("fixed", amount=12, yearly_cap=30), learnt())) == ""
    assert capped_words(Decimal(12), work_out(None, learnt())) == ""


def test_the_cap_of_a_candidate_is_no_law() -> None:
    assert work_out(row("fixed", amount=12, yearly_cap=30, status="candidate"), learnt()).cap is None


@pytest.mark.parametrize(
    ("conversion", "what", "most"),
    [
        (row("course", amount=15), learnt(courses=2, is_attended=False), "20"),
        (row("course", amount=15, status="candidate"), learnt(courses=2, is_attended=False), "20"),
        (row("course", amount=8), learnt(courses=2, is_attended=False), "16"),
        (row("fixed", amount=12, addition=6, status="candidate"), learnt(), "16"),
        (row("reviewer"), learnt(None, is_attended=False), "10"),
        (row("organiser"), learnt(1), "8"),
        (None, learnt(3, per_day=None), "30"),
        (None, learnt(None, per_day=None), "0"),
    ],
)
def test_a_unit_binds_its_people_more_strictly_and_never_less(
    conversion: Conversion | None, what: Learnt, most: str
) -> None:
    worked = work_out(conversion, what, standard=standard(amount=10))
    assert worked.most == Decimal(most)


def test_a_units_bound_names_the_unit_and_its_clause() -> None:
    worked = work_out(row("course", amount=15), learnt(courses=1, is_attended=False), standard=standard(amount=10))
    reason = next(reasons_not_to_claim(Decimal(15), worked))
    assert (reason.code, reason.clause) == ("over_computed", "某号")
    candidate = work_out(
        row("course", amount=15, status="candidate"), learnt(courses=1, is_attended=False), standard=standard(amount=10)
    )
    reason = next(reasons_not_to_claim(Decimal(15), candidate))
    assert (reason.code, reason.clause) == ("over_standard", "S0-19")
    assert "某单位的认定标准（自 2026-01-01 起）：每门最多 10 学时" in reason.message
    assert work_out(row("course", amount=15), learnt(), standard=standard(amount=10)).bounds == (
        work_out(row("course", amount=15), learnt()).bounds
    )


def test_a_units_cap_is_its_own() -> None:
    worked = work_out(None, learnt(used=Decimal(8)), standard=standard(yearly_cap=16))
    reason = next(reasons_not_to_claim(Decimal(9), worked))
    assert (worked.cap, reason.code, reason.clause) == (Decimal(16), "over_cap", "S0-19")
    assert reason.message.startswith("某单位的认定标准规定，“学术会议”每年最多计 16 学时")
    assert worked.standard_words == ["每年最多 16 学时"]
    assert work_out(None, learnt()).standard_words == []
    lower = work_out(
        row("fixed", amount=12, yearly_cap=12), learnt(is_attended=False), standard=standard(yearly_cap=16)
    )
    assert (lower.cap, codes("12.5", lower)) == (Decimal(12), ["over_computed"])


CONFERENCES = [
    replace(row("organiser"), code="everywhere", area_code="*"),
    replace(row("fixed", amount=12), code="national", level="national"),
    replace(row("fixed", amount=8), code="provincial", level="provincial"),
    replace(row("day", amount=10), code="trade", area_code="CN", trade="会计"),
    replace(row("fixed", amount=6), code="old", year_to=2020),
    replace(row("fixed", amount=6), code="elsewhere", area_code="440000"),
]


@pytest.mark.parametrize(
    ("year", "trade", "level", "code", "lacking"),
    [
        (2026, "", "national", "national", ()),
        (2026, "", "provincial", "provincial", ()),
        (2026, "", "city", "everywhere", ()),
        (2026, "", "", None, ("level",)),
        (2026, "会计", "", "trade", ()),
        (2011, "", "national", None, ()),
    ],
)
def test_the_trade_then_the_nearest_place_then_the_case(
    year: int, trade: str, level: str, code: str | None, lacking: tuple[str, ...]
) -> None:
    details = {"level": level} if level else {}
    rows = [each for each in CONFERENCES if each.code != "old"]
    found, missing = conversion_for(rows, places=PLACES, year=year, trade=trade, details=details)
    assert ((found.code if found else None), missing) == (code, lacking)


def test_a_conversion_ends() -> None:
    old = [each for each in CONFERENCES if each.code == "old"]
    assert conversion_for(old, places=PLACES, year=2020, trade="", details={}) == (old[0], ())
    assert conversion_for(old, places=PLACES, year=2021, trade="", details={}) == (None, ())


def test_the_nearest_rule_of_an_activity_is_what_its_unit_compares_with() -> None:
    assert [each.code for each in in_force(CONFERENCES, places=PLACES)] == ["national", "provincial", "old"]
    assert in_force([], places=PLACES) == []


@given(
    amount=st.integers(1, 60).map(lambda n: Decimal(n) / 2),
    count=st.integers(1, 30),
    own=st.none() | st.integers(1, 60).map(lambda n: Decimal(n) / 2),
    cap=st.none() | st.integers(1, 180).map(lambda n: Decimal(n) / 2),
    used=st.integers(0, 180).map(lambda n: Decimal(n) / 2),
    claimed=st.integers(1, 180).map(lambda n: Decimal(n) / 2),
)
def test_what_may_be_claimed_is_the_least_of_all_bounds(
    amount: Decimal, count: int, own: Decimal | None, cap: Decimal | None, used: Decimal, claimed: Decimal
) -> None:
    worked = work_out(
        Conversion("r", "名称", "way", "*", Basis.COURSE, amount=amount, yearly_cap=cap, clause="某号"),
        Learnt(details={"courses": count}, is_attended=False, used=used),
        standard=Standard("某单位", date(2026, 1, 1), amount=own),
    )
    least = min(
        Decimal(90),
        count * min(amount, own if own is not None else amount),
        max(cap - used, Decimal(0)) if cap is not None else Decimal(90),
    )
    assert (claimed <= least) is not bool(codes(str(claimed), worked))
    assert worked.most == least


@given(
    amount=st.integers(1, 180).map(lambda n: Decimal(n) / 2),
    own=st.integers(1, 180).map(lambda n: Decimal(n) / 2),
    courses=st.integers(1, 6),
)
def test_a_standard_that_may_stand_never_gives_more_than_the_rule(amount: Decimal, own: Decimal, courses: int) -> None:
    row = Conversion("d", "课程", "degree", "410000", "course", amount=amount)
    learnt = Learnt(details={"courses": courses}, is_attended=False)
    own_standard = Standard("某单位", date(2026, 1, 1), amount=own)
    plain, held = work_out(row, learnt), work_out(row, learnt, standard=own_standard)
    assert held.most is not None
    assert plain.most is not None
    assert held.most <= plain.most
    if not list(reasons_not_to_set(own_standard, [row], None)):
        assert held.hours == own * courses
