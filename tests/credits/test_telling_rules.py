"""What the command and the interface tell of a year: JSON values, hours as strings, an illness to its owner alone."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

from ceportal.kernel.rules.refusal import Refusal
from credits.enums import ObligationKind
from credits.rules.declaring import Limits, reasons_not_to_submit
from credits.rules.exceptions import ClosedYear, shut_everywhere
from credits.rules.explaining import Explanation, Fate, Item, Window, explain
from credits.rules.requirements import Figure, Ground, Requirements, Setting, Standing
from credits.rules.telling import told, told_why
from credits.rules.ways import Teacher, Way, automatic_ways
from tests.credits.test_declaring_rules import COMPLETE, TODAY

OPEN = Window(date(2026, 12, 31), "2026 年度的学习和申报都在 2026年12月31日前完成。", "S4-10", True, -1, True)
WAY = Way("training", "培训班", frozenset({"professional"}), "每天最多 8", "S3-03", "verified")


def asked(ground: Ground | None = None) -> Requirements:
    figures = {
        "total": Figure(Decimal(90), "S4-02", "verified", "文件", Decimal(100)),
        "professional": Figure(Decimal(60), "S4-02", "verified"),
    }
    settings = {"deadline": Setting("2026-12-31", "S4-10", "verified")}
    return Requirements("henan-2025", "名称", "文件", "学时", 2026, "410000", "中级", "会计", figures, settings, ground)


def explained(requirements: Requirements | None) -> Explanation:
    hours = Decimal(8), Decimal("7.5")
    items = (Item("ref-1", "研修", "professional", "", "培训班", date(2026, 3, 9), None, *hours, Fate.COUNTED),)
    return explain(
        year=2026, as_of=date(2026, 11, 20), requirements=requirements, standing=Standing(professional=Decimal("7.5")),
        items=items, window=OPEN, ways=[WAY],
    )  # fmt: skip


def test_every_field_has_its_clause_and_what_does_not_apply_is_absent() -> None:
    assert told(None) == {"unit": None, "rule_set": None, "fields": {}}
    assert told(asked()) == {
        "unit": "学时", "rule_set": "henan-2025",
        "fields": {
            "total": {"value": "90", "clause": "S4-02", "status": "verified"},
            "professional": {"value": "60", "clause": "S4-02", "status": "verified"},
            "deadline": {"value": "2026-12-31", "clause": "S4-10", "status": "verified"},
        },
    }  # fmt: skip


def test_a_year_is_explained_in_json_values_alone() -> None:
    answer = told_why(explained(asked()), is_own=False)
    assert json.loads(json.dumps(answer)) == answer
    assert (answer["is_met"], answer["is_obliged"], answer["missing"]) == (False, True, "82.5")
    assert answer["thresholds"][0] == {
        "kind": "total", "label": "年度合计", "need": "90.0", "have": "7.5", "missing": "82.5", "is_met": False,
        "clause": "S4-02", "basis": "2025年全省通知 二", "document": "文件", "status": "verified",
        "reduced_from": "100.0",
    }  # fmt: skip
    assert answer["thresholds"][1]["reduced_from"] is None
    of_the_year = ("year", "as_of", "rule_set", "document", "unit", "area", "level", "trade", "awaited")
    assert [answer[name] for name in of_the_year] == [
        2026, "2026-11-20", "henan-2025", "文件", "学时", "410000", "中级", "会计", "0.0"
    ]  # fmt: skip
    assert answer["entries"] == [{
        "ref": "ref-1", "title": "研修", "subject": "professional", "public_kind": "", "way": "培训班",
        "started_on": "2026-03-09", "ended_on": None, "hours_asked": "8.0", "hours_counted": "7.5",
        "fate": Fate.COUNTED.value, "label": str(Fate.COUNTED.label), "reasons": [],
    }]  # fmt: skip
    first, rest = answer["gaps"]
    way = {
        "code": "training", "name": "培训班", "hours": "每天最多 8", "is_automatic": False, "offered_by": [],
        "clause": "S3-03", "status": "verified",
    }  # fmt: skip
    assert first == {
        "subject": "professional", "missing": "52.5", "message": "专业科目还差 52.5 学时", "clause": "S4-02",
        "ways": [way],
    }  # fmt: skip
    assert (rest["missing"], [each["code"] for each in rest["ways"]]) == ("30.0", ["training"])
    assert answer["deadline"] == {
        "on": "2026-12-31", "message": OPEN.words, "clause": "S4-10", "is_open": True, "working_days_left": 0,
        "is_provisional": True, "has_exception": False,
    }  # fmt: skip


def test_why_less_is_asked_is_told_to_nobody_but_the_person() -> None:
    ground = Ground(ObligationKind.EXEMPT, "长期病假", "A18", "汴人社〔2026〕1号")
    others, own = (told_why(explained(asked(ground)), is_own=is_own)["obligation"] for is_own in (False, True))
    assert others == {"kind": "exempt", "label": "免修", "clause": "A18"}
    assert own == {**others, "reason": "长期病假", "document": "汴人社〔2026〕1号"}
    assert told_why(explained(asked()), is_own=True)["obligation"] is None
    nothing = told_why(explained(None), is_own=True)
    assert (nothing["rule_set"], nothing["thresholds"], nothing["is_obliged"]) == (None, [], False)
    assert [nothing[name] for name in ("document", "unit", "area", "level", "trade")] == [None] * 5


def test_where_no_base_stands_in_the_list_none_is_offered() -> None:
    platform = Teacher("平台", True, frozenset({"public"}))
    base = Teacher("基地", False, frozenset({"public", "professional"}))

    def offered(*teachers: Teacher, by_roster: bool = True) -> list[str]:
        return [way.name for way in automatic_ways(teachers, trade="", professional_by_roster=by_roster)]

    assert offered(platform) == ["学习平台在线学习（公需科目）"]
    assert offered(base) == ["继续教育基地面授班（公需科目）", "继续教育基地面授班（专业科目）"]
    assert offered(base, by_roster=False) == ["继续教育基地面授班（公需科目）"]
    assert offered() == []


def test_electives_are_declared_where_the_place_asks_for_them() -> None:
    elective = replace(COMPLETE, subject="elective")
    asks = Limits(deadline=date(2026, 12, 31), asks_elective=True)
    assert not list(reasons_not_to_submit(elective, today=TODAY, limits=asks))
    (reason,) = reasons_not_to_submit(elective, today=TODAY, limits=replace(asks, asks_elective=False))
    message = "您所在地方这一年度没有选修科目的要求，请选择公需科目或专业科目。"
    assert reason == Refusal("no_elective", message, field="subject")


def test_a_place_that_opens_no_former_year_says_so_once() -> None:
    shut = Refusal("no_exception", "不补报。", field="years", clause="S2-08")
    years = [ClosedYear(year, date(year, 12, 31), "S2-08", (shut,)) for year in (2024, 2025)]
    assert shut_everywhere(years) == shut
    assert shut_everywhere([*years, ClosedYear(2023, date(2023, 12, 31), "S0-14")]) is None
    assert shut_everywhere([]) is None
