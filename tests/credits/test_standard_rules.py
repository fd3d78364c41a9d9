"""A unit's own standard, as strict as the rule or stricter (S0-19, S2-11); the shape of the file of conversions."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ceportal.kernel.rules.refusal import Refusal
from credits.enums import Basis
from credits.rules import conversion_file as file
from credits.rules import standards as rules
from credits.rules.conversion import Conversion, Standard
from tests.oracle.converting import rows

TODAY = date(2026, 11, 20)


def row(basis: str = "day", **changes: Any) -> Conversion:
    return Conversion(code="r", activity="way", area_code="*", basis=basis, **({"name": "名称"} | changes))


def setting(*conversions: Conversion, per_day: str | None = "8", **changes: Any) -> list[tuple[str, str]]:
    hours = {name: Decimal(value) for name, value in changes.items() if isinstance(value, str) and name != "wording"}
    standard = Standard("某单位", TODAY, **(changes | hours))
    found = rules.reasons_not_to_set(standard, conversions, None if per_day is None else Decimal(per_day))
    return [(reason.code, reason.field) for reason in found]


DAY = row(amount=Decimal(10), yearly_cap=Decimal(30))


@pytest.mark.clause("S0-19", "S2-11")
@pytest.mark.parametrize(
    ("conversions", "changes", "expected"),
    [
        ([DAY], {"amount": "10", "yearly_cap": "30"}, []),
        ([DAY], {"amount": "10.5"}, [("more_generous", "amount")]),
        ([DAY], {"yearly_cap": "30.5"}, [("more_generous", "yearly_cap")]),
        ([DAY], {"amount": "0"}, [("hours_not_positive", "amount")]),
        ([DAY], {"yearly_cap": "0.3"}, [("hours_step", "yearly_cap")]),
        ([DAY], {}, [("says_nothing", "amount")]),
        ([DAY], {"evidence": ("照片",)}, []),
        ([DAY], {"wording": "第一行\r\n第二行"}, []),
        ([DAY], {"wording": "字" * 301}, [("too_long", "wording")]),
        ([DAY], {"evidence": ("照" * 41,)}, [("too_long", "evidence")]),
        ([DAY], {"evidence": tuple("照片音像表册")}, [("too_many", "evidence")]),
        ([row(Basis.ORGANISER)], {"amount": "8"}, []),
        ([row(Basis.ORGANISER)], {"amount": "8.5"}, [("more_generous", "amount")]),
        ([row(Basis.REVIEWER)], {"amount": "90"}, []),
        ([row(Basis.REVIEWER), DAY], {"amount": "90"}, []),
        ([row(amount=Decimal(4)), DAY], {"amount": "10"}, []),
        ([row("year", by_rank=(Decimal(64), Decimal(56)))], {"amount": "64"}, []),
        ([row("year", by_rank=(Decimal(64), Decimal(56)))], {"amount": "64.5"}, [("more_generous", "amount")]),
        ([], {"amount": "90", "yearly_cap": "90"}, []),
    ],
)
def test_a_standard_is_as_strict_as_the_rule_or_stricter(conversions: Any, changes: Any, expected: Any) -> None:
    assert setting(*conversions, **changes) == expected


def test_what_is_not_attended_has_no_day_to_bound_it() -> None:
    assert setting(row(Basis.ORGANISER), per_day=None, amount="90") == []


def test_a_standard_is_announced_before_it_holds() -> None:
    def told(days: int) -> list[str]:
        return [one.code for one in rules.reasons_not_to_begin(TODAY + timedelta(days=days), today=TODAY)]

    assert [told(days) for days in (-1, 0, 366, 367)] == [["in_the_past"], [], [], ["too_far"]]


def test_rule_and_standard_are_told_in_sentences() -> None:
    ranked = row("year", by_rank=(Decimal(64), Decimal("56.0")), name="国家级课题")
    added = row("fixed", amount=Decimal(12), addition=Decimal(6), name="学术会议")
    assert rules.rule_words([DAY]) == ["10 学时/天"]
    assert rules.rule_words([ranked, added]) == ["国家级课题：按排名 64、56 学时", "学术会议：12 学时/次，另加 6 学时"]
    judged = row(Basis.REVIEWER, author_limit=3, exclusions=("增刊", "副刊"), note="由审核单位认定。")
    assert rules.rule_words([judged]) == ["由审核单位认定。只折算前 3 位。增刊、副刊除外。"]
    assert rules.rule_words([row(Basis.REVIEWER)]) == [f"{Basis.REVIEWER.label}。"]
    own = Standard("某单位", TODAY, Decimal("4.0"), Decimal(20), ("照片", "总结"), "另见院发〔2026〕1号。")
    assert rules.words_of(own, per="天", unit="学时") == [
        "每天最多 4 学时", "每年最多 20 学时", "另需提供照片、总结", "另见院发〔2026〕1号。",
    ]  # fmt: skip
    assert rules.words_of(Standard("某单位", TODAY), per="天", unit="学时") == []
    assert rules.per_of(DAY, is_attended=False) == "天"
    assert (rules.per_of(None, is_attended=True), rules.per_of(row(Basis.REVIEWER), is_attended=False)) == ("天", "项")


ENTRY = {
    "code": "x", "activity": "paper", "area": "*", "years": [2012, None], "unit": "学时", "per": "paper", "amount": 8,
    "source": "文件", "clause": "S2-05", "status": "verified",
}  # fmt: skip
NAMES = {"paper": "论文"}


def faults(**changes: Any) -> list[tuple[str, str]]:
    entry = {key: value for key, value in {**ENTRY, **changes}.items() if value is not ...}
    return [(reason.code, reason.field) for reason in file.reasons_not_to_convert([entry], NAMES)]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"years": [2012, 2012]}, []),
        ({"amount": "8.5"}, []),
        ({"amount": ..., "by_rank": [8, 4.5], "beyond": 2}, []),
        ({"amount": ..., "per": "reviewer"}, []),
        ({"unit": ...}, [("no_unit", "unit")]),
        ({"unit": ""}, [("no_unit", "unit")]),
        ({"unit": "小时"}, [("choice", "unit")]),
        ({"colour": "red"}, [("shape", "")]),
        ({"activity": "dance"}, [("activity", "activity")]),
        ({"clause": ""}, [("clause", "clause")]),
        ({"source": ...}, [("clause", "clause")]),
        ({"area": ""}, [("years", "years")]),
        ({"years": [2012]}, [("years", "years")]),
        ({"years": "2012"}, [("years", "years")]),
        ({"years": ["2012", None]}, [("years", "years")]),
        ({"years": [2012, "2013"]}, [("years", "years")]),
        ({"years": [2012, 2011]}, [("years", "years")]),
        ({"status": "law"}, [("choice", "status")]),
        ({"level": "galactic"}, [("choice", "level")]),
        ({"per": "moon", "amount": 8}, [("choice", "per")]),
        ({"amount": 0}, [("amount", "amount")]),
        ({"amount": "8.3"}, [("amount", "amount")]),
        ({"amount": "八"}, [("amount", "amount")]),
        ({"amount": "NaN"}, [("amount", "amount")]),
        ({"cap": -1}, [("amount", "amount")]),
        ({"amount": ...}, [("amount", "amount")]),
        ({"per": "organiser"}, [("amount", "amount")]),
    ],
)
def test_each_thing_wrong_with_a_conversion_is_told(changes: dict[str, Any], expected: Any) -> None:
    assert faults(**changes) == expected


def test_a_code_stands_once_and_so_does_a_case() -> None:
    assert [one.code for one in file.reasons_not_to_convert([ENTRY, ENTRY], NAMES)] == ["twice"]
    one = file.conversion_in(ENTRY, "论文")
    others = {
        "years": {"years": [2030, None]}, "trade": {"trade": "会计"}, "place": {"area": "410000"},
        "level": {"level": "national"}, "activity": {"activity": "book"},
    }  # fmt: skip
    for changes in ({}, {"years": [2030, None]}, {"years": [2000, 2012]}):
        other = file.conversion_in({**ENTRY, "code": "y", **changes}, "论文")
        assert [reason.code for reason in file.reasons_not_to_stand_together([one, other])] == ["overlap"]
    ended = file.conversion_in({**ENTRY, "years": [2012, 2029]}, "论文")
    for changes in others.values():
        other = file.conversion_in({**ENTRY, "code": "y", **changes}, "论文")
        assert not list(file.reasons_not_to_stand_together([ended, other]))


def test_an_entry_becomes_a_conversion() -> None:
    found = file.conversion_in({**ENTRY, "by_rank": [64, 56.5], "cap": 30, "excludes": ["增刊"], "authors": 3}, "论文")
    assert (found.name, found.by_rank, found.yearly_cap) == ("论文", (Decimal(64), Decimal("56.5")), Decimal(30))
    assert (found.exclusions, found.author_limit, found.is_once) == (("增刊",), 3, True)
    assert file.conversion_in({**ENTRY, "name": "会计类论文"}, "论文").name == "会计类论文"


def test_what_a_group_says_once_holds_for_its_rows() -> None:
    groups = [{"area": "*", "unit": "学时", "rows": [{"code": "a"}, {"code": "b", "unit": "学分"}]}]
    assert file.rows_in(groups) == [
        {"area": "*", "unit": "学时", "code": "a"}, {"area": "*", "unit": "学分", "code": "b"},
    ]  # fmt: skip
    assert not list(file.reasons_not_to_stand_together([file.conversion_in(each, "方式") for each in rows()]))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"asks": ["rank"], "leaves_out": ["payer"], "artefact": "paper"}, []),
        ({}, []),
        ({"asks": ["shoe_size"]}, [("shape", "")]),
        ({"leaves_out": ["title"]}, [("shape", "")]),
        ({"artefact": "song"}, [("shape", "artefact")]),
    ],
)
def test_an_activity_asks_only_what_there_is_to_ask(changes: dict[str, Any], expected: Any) -> None:
    assert [(one.code, one.field) for one in file.reasons_not_to_ask({"code": "x", **changes})] == expected


def test_a_fault_names_its_conversion() -> None:
    (reason,) = file.reasons_not_to_convert([{**ENTRY, "unit": ""}], NAMES)
    assert reason == Refusal("no_unit", "折算 x 没有写明单位是学时还是学分。", field="unit")
