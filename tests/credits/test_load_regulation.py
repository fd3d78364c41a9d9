"""Loading the regulation: idempotent, whole or not at all, and what it then says for each place and year."""

import copy
from datetime import date
from decimal import Decimal

import pytest
import yaml

from accounts.enums import TitleLevel
from ceportal.kernel.enums import NoticeStatus
from ceportal.kernel.models import AuditEvent, CalendarNotice
from ceportal.kernel.rules.refusal import Refused
from ceportal.kernel.selectors.calendar import calendar_version
from credits.models import Activity, RuleSet, RuleValue
from credits.selectors.bench import requirements_of
from credits.selectors.regulation import activities, requirements, rule_book
from credits.services.regulation import FOLDER, load_regulation, load_rule_sets
from tests import factories as people
from tests.credits.factories import NOW

pytestmark = pytest.mark.django_db


def entries(name: str = "henan.yaml") -> list:
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


def test_loading_twice_changes_nothing_and_keeps_ids(regulation: None) -> None:
    def state() -> tuple:
        return (
            list(RuleSet.objects.values_list("id", "ref", "code").order_by("id")),
            list(RuleValue.objects.values_list("id", "field", "value", "clause", "status").order_by("id")),
            list(Activity.objects.values_list("code", "name", "position")),
            calendar_version(),
            AuditEvent.objects.count(),
        )

    before = state()
    assert load_regulation(now=NOW) == {"rule_sets": 0, "activities": 0, "conversions": 0, "calendar": 0}
    assert state() == before


def test_a_changed_figure_is_written_to_its_row_and_into_the_trail(regulation: None) -> None:
    changed = copy.deepcopy(entries())
    changed[-1]["values"]["total"] = [100, "新文件", "verified"]
    row = RuleSet.objects.get(code="henan-2026")
    value_id = row.values.get(field="total").id
    assert load_rule_sets(changed, now=NOW) == 1
    value = RuleValue.objects.get(id=value_id)
    assert (value.value, value.clause, value.status) == ("100", "新文件", "verified")
    event = AuditEvent.objects.order_by("id").last()
    assert (event.action, event.subject_ref) == ("rule_set.load", row.ref)
    assert event.before["figures"]["total"] == ["90", "A26", "assumed"]
    assert event.after["figures"]["total"] == ["100", "新文件", "verified"]


def test_a_figure_no_longer_said_is_taken_away(regulation: None) -> None:
    changed = copy.deepcopy(entries())
    del changed[-1]["values"]["themes"]
    load_rule_sets(changed, now=NOW)
    assert "themes" not in requirements("410000", 2026, "中级").settings


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda sets: sets[-1].update(years=[2025, None]), "overlap"),
        (lambda sets: sets[-1]["values"].update(public=[40, "S4-02"]), "parts"),
        (lambda sets: sets[-1]["values"].update(public=[30, ""]), "clause"),
        (lambda sets: sets[-1]["values"].update(public=30), "clause"),
        (lambda sets: sets[-1]["values"].update(public=["30.3", "S4-02"]), "value"),
        (lambda sets: sets[-1].pop("status"), "shape"),
    ],
)
def test_what_cannot_stand_is_refused_and_nothing_is_written(regulation: None, change, code: str) -> None:
    broken = copy.deepcopy(entries())
    broken[0]["name"] = "改过的名称"
    change(broken)
    with pytest.raises(Refused) as refused:
        load_rule_sets(broken, now=NOW)
    assert code in {reason.code for reason in refused.value}
    assert not RuleSet.objects.filter(name="改过的名称").exists()


def test_a_set_that_overlaps_with_one_already_there_is_refused(regulation: None) -> None:
    new = copy.deepcopy(entries()[-1]) | {"code": "henan-2027", "years": [2027, None]}
    with pytest.raises(Refused) as refused:
        load_rule_sets([new], now=NOW)
    assert [reason.code for reason in refused.value] == ["overlap"]


def test_every_figure_names_its_clause_and_how_sure_it_is(regulation: None) -> None:
    assert not RuleValue.objects.filter(clause="").exists()
    assert set(RuleValue.objects.values_list("status", flat=True)) == {"verified", "assumed", "candidate"}
    # What has no document behind it is never called verified.
    assert not RuleValue.objects.filter(status="verified", clause__in=["A26", "default", "A17", "A15"]).exists()


def figures(area: str, year: int, level: str = "中级", trade: str = "") -> dict[str, tuple[Decimal, str, str]]:
    found = requirements(area, year, level, trade)
    names = ("total", "public", "public_compulsory", "professional", "elective")
    held = {name: found.figures.get(name) for name in names}
    return {name: (figure.value, figure.clause, figure.status) for name, figure in held.items() if figure}


ORDER_25 = "人社部令第25号 第八条"


@pytest.mark.parametrize(
    ("area", "year", "level", "expected"),
    [
        ("410000", 2012, "中级", {"total": (86, "S1-06"), "public": (26, "S1-06"), "professional": (60, "S1-06")}),
        ("410203", 2015, "正高级", {"total": (86, "S1-06"), "public": (26, "S1-06"), "professional": (60, "S1-06")}),
        ("410000", 2014, "高级", {"total": (86, "S1-06"), "public": (26, "S1-06"), "professional": (60, "S1-06")}),
        ("410000", 2014, "初级", {"total": (74, "S1-06"), "public": (22, "S1-06"), "professional": (52, "S1-06")}),
        ("410000", 2014, "员级", {"total": (74, "S1-06"), "public": (22, "S1-06"), "professional": (52, "S1-06")}),
        ("410000", 2014, "无", {"total": (74, "default"), "public": (22, "default"), "professional": (52, "default")}),
        ("410000", 2016, "中级", {"total": (90, ORDER_25), "public": (30, "A26"), "professional": (60, "A26")}),
        ("410200", 2020, "员级", {"total": (90, ORDER_25), "public": (30, "A26"), "professional": (60, "A26")}),
        ("410203", 2021, "中级", {"total": (90, "S2-02"), "public": (30, "S2-02"),
                                  "public_compulsory": (24, "S2-02"), "professional": (60, "S2-02")}),
        ("410100", 2021, "中级", {"total": (90, ORDER_25), "public": (30, "A26"), "professional": (60, "A26")}),
        ("410200", 2022, "中级", {"total": (90, ORDER_25), "public": (30, "A26"), "professional": (60, "A26")}),
        ("410200", 2023, "中级", {"total": (90, "S0-11"), "public": (30, "S0-11"), "professional": (60, "S0-11")}),
        ("410402", 2023, "中级", {"total": (90, "S3-02"), "public": (30, "S3-02"), "professional": (60, "S3-02")}),
        ("410400", 2024, "中级", {"total": (90, "A26"), "public": (30, "A26"), "professional": (60, "A26")}),
        ("419001", 2025, "无", {"total": (90, "S4-02"), "public": (30, "S4-02"), "professional": (60, "S4-02")}),
        ("410173", 2025, "中级", {"total": (90, "S4-02"), "public": (30, "S4-02"), "professional": (60, "S4-02")}),
        ("410000", 2026, "中级", {"total": (90, "A26"), "public": (30, "A26"), "professional": (60, "A26")}),
    ],
)  # fmt: skip
def test_thresholds_by_place_year_and_level(regulation: None, area: str, year: int, level: str, expected: dict) -> None:
    people.area("410402"), people.area("419001"), people.area("410173"), people.area("410203")
    found = figures(area, year, level)
    assert {name: (value, clause) for name, (value, clause, _) in found.items()} == expected
    for _, clause, status in found.values():
        assert status == ("assumed" if clause in {"A26", "default"} else "verified")


@pytest.mark.clause("A26")
@pytest.mark.parametrize("year", [2018, 2024, 2026, 2030])
def test_a_year_without_a_document_says_that_it_is_assumed(regulation: None, year: int) -> None:
    assert requirements("410000", year, "中级").is_assumed


@pytest.mark.parametrize("year", [2012, 2021, 2023, 2025])
def test_a_year_with_a_document_does_not(regulation: None, year: int) -> None:
    assert not requirements("410200", year, "中级").is_assumed


@pytest.mark.parametrize("year", [1999, 2011])
def test_before_2012_there_is_no_rule(regulation: None, year: int) -> None:
    assert requirements("410000", year, "中级") is None
    assert requirements("440000", 2013, "中级") is None


@pytest.mark.clause("A30", "S1-07")
def test_accountants_count_credits_and_everybody_else_hours(regulation: None) -> None:
    accounting = requirements("410200", 2025, "中级", "会计")
    assert (accounting.unit, accounting.rule_set) == ("学分", "henan-accounting-2025")
    assert accounting.total.clause == "财会〔2018〕10号"
    assert (accounting.public.value, accounting.professional.value) == (30, 60)
    assert requirements("410200", 2025, "中级").unit == "学时"
    assert requirements("410200", 2021, "中级", "会计").rule_set == "kaifeng-2021"


def test_another_province_is_only_data(regulation: None) -> None:
    found = figures("440100", 2025)
    assert {name: value for name, (value, _, _) in found.items()} == {
        "total": 90, "public": 30, "professional": 42, "elective": 18,
    }  # fmt: skip
    assert {status for _, _, status in found.values()} == {"candidate"}
    assert "professional_ratio" not in requirements("440100", 2025, "中级").settings


@pytest.mark.clause("S4-10", "S0-12", "S2-02")
@pytest.mark.parametrize(
    ("area", "year", "clause"), [("410000", 2025, "S4-10"), ("410000", 2023, "S0-12"), ("410200", 2021, "S2-02")]
)
def test_the_deadline_is_the_end_of_the_year(regulation: None, area: str, year: int, clause: str) -> None:
    deadline = requirements(area, year, "中级").settings["deadline"]
    assert (deadline.value, deadline.clause) == (f"{year}-12-31", clause)


@pytest.mark.clause("S0-14", "S2-08", "A8", "A20", "S4-19")
def test_back_years_are_closed_by_place(regulation: None) -> None:
    def policy(area: str, year: int) -> tuple[str, str, str]:
        found = requirements(area, year, "中级").settings["back_years"]
        return found.value, found.clause, found.status

    assert policy("410000", 2024) == ("exception", "S0-14", "verified")
    assert policy("410000", 2025) == ("exception", "S4-19", "assumed")
    assert policy("410200", 2025) == ("closed", "S2-08", "verified")
    assert "back_years" not in requirements("410100", 2021, "中级").settings


@pytest.mark.clause("S0-20", "S4-17")
def test_review_limits_and_whether_reviews_must_end_in_the_year(regulation: None) -> None:
    for year, clause, ends in ((2023, "S0-20", True), (2025, "S4-17", False)):
        found = requirements("410000", year, "中级")
        limits = [found.figures[f"review_days_{who}"] for who in ("employer", "authority")]
        assert [(limit.value, limit.clause) for limit in limits] == [(5, clause)] * 2
        assert found.settings["reviews_end_in_year"].is_yes is ends


@pytest.mark.clause("S0-06", "S4-03", "S2-01")
def test_the_themes_of_a_year(regulation: None) -> None:
    assert "知识产权" in requirements("410000", 2023, "中级").settings["themes"].value
    this_year = requirements("410000", 2025, "中级").settings["themes"].value
    assert "绿色低碳" in this_year
    assert "知识产权" not in this_year
    assert "乡村振兴" in requirements("410200", 2021, "中级").settings["themes_compulsory"].value


@pytest.mark.clause("S1-05", "S2-05", "S3-03", "S4-07")
def test_every_way_of_the_documents_is_in_the_catalogue(regulation: None) -> None:
    offered = {activity.code: activity for activity in activities()}
    assert {a.clause for a in offered.values()} >= {"S1-05", "S2-05", "S3-03", "S4-07"}
    ways = {
        "S1-05": ["training", "self_study", "degree", "employer_training", "conference", "visit", "consulting",
                  "further_study", "aid_or_grassroots_post", "abroad", "online"],
        "S2-05": ["authority_training", "base_training", "conference", "paper"],
        "S3-03": ["training", "lecture", "new_technology"],
        "S4-07": ["training", "practice", "grassroots_service", "online", "self_study"],
    }  # fmt: skip
    assert {code for codes in ways.values() for code in codes} <= set(offered)
    for activity in offered.values():
        assert activity.explanation
        assert activity.evidence
        assert all(len(label) <= 40 for label in activity.evidence)
        assert activity.status == ("candidate" if activity.clause.startswith("豫人社〔2017〕") else "verified")


def test_the_calendar_is_published_to_2026_and_provisional_after(regulation: None) -> None:
    states = dict(CalendarNotice.objects.values_list("year", "status"))
    assert {year for year, state in states.items() if state == NoticeStatus.PUBLISHED} == set(range(2021, 2027))
    assert {year for year, state in states.items() if state == NoticeStatus.PROVISIONAL} >= set(range(2027, 2032))
    assert CalendarNotice.objects.get(year=2026).source_url.startswith("https://www.gov.cn/")
    assert CalendarNotice.objects.get(year=2027).days.filter(day=date(2027, 2, 6), is_worked=False).exists()


@pytest.mark.clause("A19")
def test_a_persons_requirements_follow_place_level_and_trade(regulation: None, declarant) -> None:
    found = requirements_of(declarant, 2021, today=NOW.date())
    assert (found.rule_set, found.level, found.area_code) == ("kaifeng-2021", TitleLevel.MIDDLE, "410203")
    declarant.title_level = TitleLevel.CLERK
    assert requirements_of(declarant, 2014, today=NOW.date()).rule_set == "henan-2012-junior"
    declarant.title_series = people.title_series("17", "会计人员")
    assert requirements_of(declarant, 2025, today=NOW.date()).trade == "会计"
    declarant.title_series = None
    assert requirements_of(declarant, 2025, today=NOW.date()).trade == ""


def test_with_the_book_in_hand_a_person_costs_one_query(regulation: None, declarant, django_assert_num_queries) -> None:
    """What was granted to them; on a bench that knows them there is none (test_obligations)."""
    book = rule_book()
    with django_assert_num_queries(1):
        assert requirements_of(declarant, 2026, today=NOW.date(), book=book)
