"""What an explanation concludes from its facts: gaps, ways, sums; no database."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from credits.enums import Basis, FieldStatus, ObligationKind
from credits.rules.conversion import Conversion
from credits.rules.explaining import ANY, Explanation, Fate, Item, Reason, Window, explain, fate_of_hours
from credits.rules.requirements import Figure, Ground, Requirements, Standing
from credits.rules.telling import told as as_told
from credits.rules.telling import told_why
from credits.rules.ways import Activity, Teacher, Way, Whose, automatic_ways, declared_way

OPEN = Window(date(2026, 12, 31), "2026 年度的学习和申报都在 2026年12月31日前完成。", "S4-10", True, 29, False)
SHUT = Window(date(2026, 12, 31), "2026 年度的申报已于 2026年12月31日截止。", "S4-10", False, -3, False)
BOTH = frozenset({"public", "professional"})
TRAINING = Way("training", "培训班、研修班", BOTH, "每天最多 8", "S3-03", "verified")
PAPER = Way("paper", "论文", frozenset({"professional"}), "30 学时/篇", "A29", "candidate")


def asked(ground: Ground | None = None, **figures: str) -> Requirements:
    named = {name: Figure(Decimal(value), "S4-02", "verified") for name, value in figures.items()}
    return Requirements("r", "r", "", "学时", 2026, "410000", "中级", "", named, ground=ground)


HENAN = asked(total="90", public="30", professional="60")
KAIFENG = asked(total="90", public="30", public_compulsory="24", professional="60")
GUANGDONG = asked(total="90", public="30", professional="42", elective="18")


def item(subject: str, counted: str, *, fate: Fate = Fate.COUNTED, asked: str = "", kind: str = "") -> Item:
    return Item("1", "研修", subject, kind, "培训班", None, None, Decimal(asked or counted), Decimal(counted), fate)


def told(
    requirements: Requirements | None, *hours: str, items: tuple[Item, ...] = (), window: Window = OPEN
) -> Explanation:
    """`hours`: public, compulsory, professional, elective."""
    standing = Standing(*map(Decimal, hours))
    return explain(
        year=2026, as_of=date(2026, 11, 20), requirements=requirements, standing=standing, items=items, window=window,
        ways=[TRAINING, PAPER],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "hours", "gaps"),
    [
        (HENAN, ("30", "0", "60"), []),
        (HENAN, ("24", "0", "48"), [
            ("public", "6", "公需科目还差 6 学时"),
            ("professional", "12", "专业科目还差 12 学时"),
        ]),
        (HENAN, ("60", "0", "30"), [("professional", "30", "专业科目还差 30 学时")]),
        (KAIFENG, ("24", "12", "60"), [("public", "12", "公需科目还差 6 学时，其中必修课至少 12 学时")]),
        (KAIFENG, ("30", "20", "60"), [("public", "4", "公需科目总数已够，其中必修课还差 4 学时，选修课不能代替")]),
        (GUANGDONG, ("30", "0", "60", "0"), [("elective", "18", "选修科目还差 18 学时")]),
        (asked(total="90", public="20"), ("20", "0", "10"), [
            (ANY, "60", "各科目都已达标，合计还差 60 学时，任何科目都可以"),
        ]),
        (asked(total="90", public="20"), ("10", "0", "10"), [
            ("public", "10", "公需科目还差 10 学时"),
            (ANY, "60", "补齐以上科目后，合计还差 60 学时，任何科目都可以"),
        ]),
    ],
)  # fmt: skip
def test_the_gaps_say_what_is_missing_of_which_subject(
    rule: Requirements, hours: tuple[str, ...], gaps: list[tuple[str, str, str]]
) -> None:
    found = told(rule, *hours)
    assert [(str(gap.subject), gap.missing, gap.words) for gap in found.gaps] == [
        (subject, Decimal(missing), words) for subject, missing, words in gaps
    ]
    assert found.is_met is not bool(gaps)


def test_each_gap_has_the_ways_to_its_subject_as_long_as_the_year_is_open() -> None:
    public, professional = told(HENAN, "24", "0", "48").gaps
    assert (public.ways, professional.ways) == ((TRAINING,), (TRAINING, PAPER))
    shut = told(HENAN, "24", "0", "48", window=SHUT)
    assert [gap.ways for gap in shut.gaps] == [(), ()]


def test_who_is_excused_has_no_gap_and_who_has_no_rule_neither() -> None:
    ground = Ground(ObligationKind.EXEMPT, "病假", "A18", "文号")
    excused = told(asked(ground, total="90"), "0", "0", "10")
    assert (excused.gaps, excused.is_obliged, excused.is_met, excused.ground_label) == ((), False, False, "免修")
    nothing = told(None)
    assert (nothing.gaps, nothing.is_met, nothing.unit, nothing.ground_label) == ((), False, "学时", "")


def test_items_are_sorted_by_what_became_of_them_and_add_up_to_the_standing() -> None:
    items = (
        item("public", "24", kind="compulsory"),
        item("professional", "8", asked="12", fate=fate_of_hours(Decimal(12), Decimal(8))),
        item("professional", "0", asked="16", fate=Fate.WAITING),
        item("professional", "0", asked="6", fate=Fate.RETURNED),
        item("public", "0", asked="2", fate=Fate.HELD),
    )
    found = told(HENAN, "24", "24", "8", items=items)
    assert [entry.fate for entry in found.counted] == [Fate.COUNTED, Fate.REDUCED]
    assert [entry.fate for entry in found.not_counted] == [Fate.HELD]
    assert (found.awaited, found.to_mend, found.adds_up) == (16, 6, True)
    assert found.counted[0].subject_words == "公需科目（必修课）"
    assert not told(HENAN, "24", "24", "9", items=items).adds_up


# ---------- as JSON


def test_as_json_every_number_is_a_text_with_its_clause() -> None:
    way = replace(TRAINING, names=("某平台",), is_automatic=True)
    found = explain(
        year=2026, as_of=date(2026, 11, 20), requirements=HENAN, standing=Standing(Decimal("30")),
        items=[replace(item("public", "30"), started_on=date(2026, 5, 4), reasons=(Reason("平台报送", "S4-09"),))],
        window=OPEN, ways=[way],
    )  # fmt: skip
    told = told_why(found, is_own=True)
    assert (told["missing"], told["awaited"], told["unit"], told["obligation"]) == ("60.0", "0.0", "学时", None)
    total = told["thresholds"][0]
    assert (total["need"], total["have"], total["clause"], total["basis"]) == (
        "90.0", "30.0", "S4-02", "2025年全省通知 二",
    )  # fmt: skip
    assert total["reduced_from"] is None
    entry = told["entries"][0]
    assert (entry["started_on"], entry["ended_on"], entry["fate"]) == ("2026-05-04", None, "counted")
    assert entry["reasons"] == [{"message": "平台报送", "clause": "S4-09"}]
    gap = told["gaps"][0]
    assert (gap["subject"], gap["missing"], gap["ways"][0]["offered_by"]) == ("professional", "60.0", ["某平台"])
    assert told["deadline"]["on"] == "2026-12-31"


def test_as_json_why_less_is_asked_is_told_to_its_person_alone() -> None:
    ground = Ground(ObligationKind.REDUCED, "产假", "A18", "文号")
    figures = {"total": Figure(Decimal(45), "A18", "verified", "文号", reduced_from=Decimal(90))}
    found = told(replace(HENAN, figures=figures, ground=ground), "0")
    own, others = told_why(found, is_own=True), told_why(found, is_own=False)
    assert own["obligation"] == {
        "kind": "reduced", "label": "减免学时", "clause": "A18", "reason": "产假", "document": "文号",
    }  # fmt: skip
    assert others["obligation"] == {"kind": "reduced", "label": "减免学时", "clause": "A18"}
    assert own["thresholds"][0]["reduced_from"] == "90.0"


def test_as_json_a_year_without_a_rule_asks_nothing() -> None:
    nothing = told_why(told(None), is_own=True)
    assert (nothing["rule_set"], nothing["thresholds"], nothing["is_obliged"]) == (None, [], False)
    assert as_told(None) == {"unit": None, "rule_set": None, "fields": {}}
    fields = as_told(HENAN)["fields"]
    assert fields["total"] == {"value": "90", "clause": "S4-02", "status": "verified"}


# ---------- ways

WHOSE = Whose(("*", "CN", "410000"), 2026, "", ("public", "professional"), "学时")
ATTENDED = Activity("conference", "学术会议", "S2-05", FieldStatus.VERIFIED, Decimal(8))


def row(amount: str | None = None, **changes: object) -> Conversion:
    values = {"code": "c", "name": "c", "activity": "conference", "area_code": "*", "basis": Basis.FIXED} | changes
    return Conversion(**values, amount=Decimal(amount) if amount else None)


@pytest.mark.parametrize(
    ("rows", "words", "status"),
    [
        ([], "学时由审核单位认定，每天最多 8", "verified"),
        ([row(basis=Basis.ORGANISER)], "学时由举办单位核定，每天最多 8", "verified"),
        ([row("12")], "12 学时/次", "verified"),
        ([row("12"), row("8", status="candidate")], "8–12 学时/次", "candidate"),
        ([row("15", basis=Basis.COURSE, yearly_cap=Decimal(60))], "15 学时/门，一年最多 60", "verified"),
        ([row(by_rank=(Decimal(30), Decimal(20)), beyond=Decimal(10), basis=Basis.PAPER)], "10–30 学时/篇", "verified"),
        ([row("12", addition=Decimal(6)), row("5", basis=Basis.DAY)], "18 学时/次；5 学时/天", "verified"),
        ([row("12"), row("20", area_code="410000")], "20 学时/次", "verified"),
        ([row("12"), row("20", area_code="440000")], "12 学时/次", "verified"),
        ([row("12", year_to=2025)], "学时由审核单位认定，每天最多 8", "verified"),
    ],
)  # fmt: skip
def test_a_way_says_what_it_gives_and_how_sure_that_is(rows: list[Conversion], words: str, status: str) -> None:
    way = declared_way(ATTENDED, rows, WHOSE)
    assert (way.hours, way.status, way.is_candidate) == (words, status, status == "candidate")


def test_a_conversion_bound_to_a_subject_binds_the_way() -> None:
    assert declared_way(ATTENDED, [row("12", subject="professional")], WHOSE).subjects == {"professional"}
    assert declared_way(ATTENDED, [row("12")], WHOSE).subjects == BOTH


def test_platforms_and_bases_are_named_for_the_subjects_they_may_teach() -> None:
    teachers = [
        Teacher("平台甲", True, BOTH),
        Teacher("平台乙", True, frozenset({"public"}), trade="会计"),
        Teacher("基地丙", False, frozenset({"professional"})),
        Teacher("平台甲", True, BOTH),
    ]
    ways = list(automatic_ways(teachers, trade="", professional_by_roster=True))
    assert [(way.name, way.names) for way in ways] == [
        ("学习平台在线学习（公需科目）", ("平台甲",)),
        ("学习平台在线学习（专业科目）", ("平台甲",)),
        ("继续教育基地面授班（专业科目）", ("基地丙",)),
    ]
    assert len(list(automatic_ways(teachers, trade="", professional_by_roster=False))) == 2
    assert list(automatic_ways([], trade="", professional_by_roster=True)) == []
    accountants = next(automatic_ways(teachers, trade="会计", professional_by_roster=True))
    assert accountants.names == ("平台甲", "平台乙")
