"""What one rule set makes of a year beside what another made of it; no database."""

from decimal import Decimal

import pytest

from credits.enums import ObligationKind, ResultChange
from credits.rules import rule_runs as rules
from credits.rules.requirements import Figure, Ground, Requirements, Standing


def asked(ground: Ground | None = None, unit: str = "学时", **hours: str) -> Requirements:
    figures = {name: Figure(Decimal(value), "S4-02", "verified") for name, value in hours.items()}
    return Requirements("henan-2026", "河南 2026", "", unit, 2026, "410000", "中级", "", figures, ground=ground)


HENAN = asked(total="90", public="30", professional="60")
SHORT, ENOUGH = Standing(Decimal(30), Decimal(0), Decimal("52.5")), Standing(Decimal(30), Decimal(0), Decimal(60))


def test_a_year_is_kept_as_it_was_found() -> None:
    short = rules.found_of(HENAN, SHORT)
    assert short.verdict == ("henan-2026", "", False)
    assert short.as_json() == {
        "rule_set": "henan-2026", "name": "河南 2026", "is_met": False,
        "need": {"total": "90", "public": "30", "professional": "60"},
        "missing": {"total": "7.5", "professional": "7.5"},
    }  # fmt: skip
    assert short.asked_in_words == "年度合计 90、公需科目 30、专业科目 60 学时"
    assert rules.found_of(asked(unit="学分", total="90"), SHORT).asked_in_words == "年度合计 90 学分"
    eased = Ground(ObligationKind.REDUCED, "病假", "A18", "")
    assert rules.found_of(asked(eased, total="45"), SHORT).verdict == ("henan-2026", "reduced", True)


def test_a_year_without_a_rule_asks_nothing_and_is_never_met() -> None:
    nothing = rules.found_of(None, ENOUGH)
    assert nothing == rules.Found()
    assert nothing.verdict == ("", "", False)
    assert nothing.as_json() == {"rule_set": "", "name": "", "is_met": False, "need": {}, "missing": {}}
    assert (nothing.unit, nothing.asked_in_words) == ("学时", "没有学时要求")


def test_what_an_account_kept_takes_the_place_of_what_is_found_today() -> None:
    found = rules.found_of(HENAN, ENOUGH)
    kept = found.as_it_stood(rule_set="henan-2023", obligation="exempt", is_met=False)
    assert kept.verdict == ("henan-2023", "exempt", False)
    assert (kept.need, kept.name) == (found.need, found.name)


def test_a_result_is_gained_lost_or_the_same() -> None:
    short, met = rules.found_of(HENAN, SHORT), rules.found_of(HENAN, ENOUGH)
    assert rules.result_change(short, met) == ResultChange.GAINED
    assert rules.result_change(met, short) == ResultChange.LOST
    assert rules.result_change(met, met) is rules.result_change(short, short) is None
    assert not rules.is_asked_otherwise(short, met)
    assert rules.is_asked_otherwise(met, rules.found_of(asked(total="90", public="24", professional="66"), ENOUGH))
    assert rules.is_asked_otherwise(
        met, rules.found_of(asked(unit="学分", total="90", public="30", professional="60"), ENOUGH)
    )


@pytest.mark.parametrize(
    ("year", "reason", "told"),
    [
        (2025, "按新规定统一核算", []),
        (2021, "按新规定统一核算", []),
        (2026, "按新规定", [("not_over", "year", "2026 年度还没有结束，规则变动后会自动重新核算。")]),
        (2020, "按新规定", [("year", "year", "2020 年度没有学时规定：这里最早的规定从 2021 年度起。")]),
        (2025, " \n", [("reason", "reason", "请写明为什么要按现行规则重新核算已结束的年度。")]),
        (2025, "长" * rules.REASON_LIMIT, []),
        (2025, "长" * (rules.REASON_LIMIT + 1), [("too_long", "reason", "")]),
    ],
    ids=["last year", "first year", "this year", "before all", "no reason", "long", "too long"],
)
def test_a_past_year_is_judged_anew_for_a_reason(year: int, reason: str, told: list[tuple[str, str, str]]) -> None:
    found = list(rules.reasons_not_to_judge_past(year, reason, first_year=2021, this_year=2026))
    assert [each.field for each in found] == [field for _, field, _ in told]
    for each, (code, _, message) in zip(found, told, strict=True):
        assert not message or (each.code, each.message) == (code, message)
        assert "理由" in each.message or message


def test_kept_hours_are_said_in_words() -> None:
    assert rules.hours_in_words({"total": "90", "public": "30", "other": "1", "elective": "8"}) == (
        "合计 90、公需 30、选修 8"
    )
    assert rules.hours_in_words({"public_compulsory": "24", "professional": "60"}) == "必修 24、专业 60"
