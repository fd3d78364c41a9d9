"""Thresholds: tables at every boundary, and an oracle that says the law in another way."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credits.rules.requirements import (
    NOTHING,
    Figure,
    Requirements,
    Setting,
    Standing,
    hours_missing,
    is_met,
    part_of,
    thresholds,
)


def asked(ratio: str = "", **figures: str) -> Requirements:
    settings = {"professional_ratio": Setting(ratio, "人社部令第25号 第八条", "verified")} if ratio else {}
    held = {name: Figure(Decimal(value), "S4-02", "verified", "文件") for name, value in figures.items()}
    return Requirements("code", "名称", "文件", "学时", 2025, "410000", "中级", "", held, settings)


NOW = asked(total="90", public="30", professional="60")
KAIFENG = asked(total="90", public="30", public_compulsory="24", professional="60")


def has(public: str = "0", professional: str = "0", compulsory: str = "0") -> Standing:
    return Standing(Decimal(public), Decimal(compulsory), Decimal(professional))


@pytest.mark.clause("S0-11", "S4-02", "A1")
@pytest.mark.parametrize(
    ("public", "professional", "met"),
    [
        ("30", "60", True),
        ("29.5", "60", False),
        ("30", "59.5", False),
        ("29.5", "60.5", False),  # 90 in all, but one part short
        ("90", "0", False),
        ("0", "90", False),
        ("31", "59", False),
        ("50", "60", True),
        ("0", "0", False),
    ],
)
def test_no_threshold_replaces_another(public: str, professional: str, met: bool) -> None:
    assert is_met(NOW, has(public, professional)) is met


@pytest.mark.clause("A2")
def test_a_ratio_is_of_the_total_asked_for_not_of_the_total_held() -> None:
    order_25 = asked("2/3", total="90")
    assert order_25.professional == Figure(Decimal(60), "人社部令第25号 第八条", "verified", "")
    assert is_met(order_25, has("50", "60"))
    assert not is_met(order_25, has("31", "59"))


def test_a_figure_is_preferred_to_a_ratio() -> None:
    assert asked("2/3", total="90", professional="42").professional.value == 42


@pytest.mark.clause("S2-02", "A28")
@pytest.mark.parametrize(("compulsory", "met"), [("24", True), ("23.5", False), ("30", True), ("0", False)])
def test_compulsory_hours_are_asked_inside_the_public_ones(compulsory: str, met: bool) -> None:
    assert is_met(KAIFENG, has("30", "60", compulsory)) is met


def test_each_threshold_says_what_is_missing_and_by_which_clause() -> None:
    total, public, compulsory, professional = thresholds(KAIFENG, has("40", "58.5", "20"))
    assert (total.kind, total.have, total.need, total.missing, total.is_met) == ("total", Decimal("98.5"), 90, 0, True)
    assert (public.missing, compulsory.missing, professional.missing) == (0, 4, Decimal("1.5"))
    assert {row.clause for row in (total, public, compulsory, professional)} == {"S4-02"}
    assert [row.label for row in (total, public, compulsory, professional)] == [
        "年度合计", "公需科目", "其中必修课", "专业科目",
    ]  # fmt: skip


def test_what_is_not_asked_for_is_left_out() -> None:
    assert [row.kind for row in thresholds(asked(total="90"), NOTHING)] == ["total"]


def test_elective_hours_count_where_they_are_asked_for() -> None:
    guangdong = asked(total="90", public="30", professional="42", elective="18")
    assert is_met(guangdong, Standing(Decimal(30), Decimal(0), Decimal(42), Decimal(18)))
    assert not is_met(guangdong, Standing(Decimal(30), Decimal(0), Decimal(60), Decimal(0)))


@pytest.mark.parametrize(("total", "ratio", "part"), [("90", "2/3", "60"), ("86", "2/3", "57.5"), ("72", "2/3", "48")])
def test_a_part_is_rounded_up_to_the_next_half(total: str, ratio: str, part: str) -> None:
    assert part_of(Decimal(total), Fraction(ratio)) == Decimal(part)


def test_what_is_assumed_anywhere_is_assumed() -> None:
    assert not NOW.is_assumed
    one = Figure(Decimal(30), "A26", "assumed")
    mixed = Requirements("c", "n", "d", "学时", 2025, "410000", "中级", "", {**NOW.figures, "public": one})
    assert mixed.is_assumed


HALVES = st.integers(0, 400).map(lambda n: Decimal(n) / 2)


@given(HALVES, HALVES, HALVES, HALVES, HALVES, HALVES, HALVES)
def test_thresholds_agree_with_the_oracle(total, public, compulsory, professional, a, b, c) -> None:
    """Counted in whole half-hours: met is that nothing is short, and short is what one would still have to do."""
    requirement = asked(
        total=str(total), public=str(public), public_compulsory=str(compulsory), professional=str(professional)
    )
    standing = Standing(a + b, a, c)
    held = {"public": int((a + b) * 2), "public_compulsory": int(a * 2), "professional": int(c * 2)}
    held["total"] = held["public"] + held["professional"]
    need = {"total": total, "public": public, "public_compulsory": compulsory, "professional": professional}
    short = {name: max(0, int(value * 2) - held[name]) for name, value in need.items()}
    rows = {row.kind: row for row in thresholds(requirement, standing)}
    assert {name: int(row.missing * 2) for name, row in rows.items()} == short
    assert {name for name, row in rows.items() if not row.is_met} == {name for name, halves in short.items() if halves}
    assert is_met(requirement, standing) == (sum(short.values()) == 0)


@given(HALVES, HALVES, HALVES, HALVES)
def test_more_hours_never_unmeet_a_year(public, professional, more_public, more_professional) -> None:
    before = is_met(NOW, Standing(public, Decimal(0), professional))
    after = is_met(NOW, Standing(public + more_public, Decimal(0), professional + more_professional))
    assert after or not before


def test_hours_are_added_column_by_column() -> None:
    one = Standing(Decimal(30), Decimal(24), Decimal(60), Decimal("0.5"))
    more = Standing(Decimal("0.5"), Decimal(0), Decimal(-1), Decimal(18))
    assert one.plus(more) == Standing(Decimal("30.5"), Decimal(24), Decimal(59), Decimal("18.5"))
    assert one.plus(more).total == Decimal(108)


def test_a_threshold_keeps_its_paper_and_what_the_rule_asks_of_others() -> None:
    figure = Figure(Decimal(9), "A18", "verified", "汴人社〔2026〕1号", reduced_from=Decimal(18))
    (row,) = thresholds(replace(asked(), figures={"elective": figure}), NOTHING)
    assert (row.label, row.document, row.reduced_from) == ("选修科目", "汴人社〔2026〕1号", 18)


@pytest.mark.clause("A1", "A28")
@pytest.mark.parametrize(
    ("figures", "standing", "fewest"),
    [
        ({"total": "90", "public": "30", "professional": "60"}, has("24", "48"), "18"),
        ({"total": "90", "public": "30", "professional": "60"}, has("60", "30"), "30"),
        ({"total": "90", "public": "30"}, has("30"), "60"),
        ({"public": "30", "public_compulsory": "24"}, has("20", "0", "20"), "10"),
        ({"public": "30", "public_compulsory": "24"}, has("28", "0", "14"), "10"),
        ({"public": "30", "professional": "42", "elective": "18"}, has("30", "40"), "20"),
    ],
)
def test_the_fewest_hours_with_which_all_would_be_met(figures: dict, standing: Standing, fewest: str) -> None:
    assert hours_missing(thresholds(asked(**figures), standing)) == Decimal(fewest)


def test_the_least_part_of_an_hour_is_half_of_one() -> None:
    assert part_of(Decimal(1), Fraction(1, 20)) == Decimal("0.5")
    assert part_of(Decimal(90), Fraction(2, 3)) == 60
