"""What a rule set says is what the portal does: clocks, ceilings, warnings, words on pages."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.enums import Duty
from accounts.models import User
from ceportal.kernel.rules.refusal import Refused
from credits.models import Declaration, RuleSet
from credits.rules.rule_fields import RULE_FIELDS
from credits.rules.ruleset import FIELDS, GROUPS, LEVELS
from credits.selectors.regulation import requirements, rule_book
from credits.services.declaring import submit_declaration, withdraw_declaration
from credits.services.ruling import pass_on
from reviews.selectors.sheet import sheet_of
from tests import factories as make
from tests.credits.drafts import draft
from tests.credits.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_the_day() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def says(field: str, value: str, code: str = "henan-2026") -> None:
    """From now on the rule set says this."""
    values = RuleSet.objects.get(code=code).values
    values.update_or_create(field=field, defaults={"value": value, "clause": "测试文件 第二条", "status": "verified"})


@pytest.fixture
def waiting(rule_sets: None, declarant: Any, employer_reviewer: User, authority_reviewer: User) -> Declaration:
    return submit_declaration(draft(declarant), by=declarant.user, now=NOW)


def passed_on(declaration: Declaration, reviewer: User, *, days: int) -> Declaration:
    later = NOW + timedelta(days=days)
    return pass_on(declaration, version=declaration.version, hours=declaration.hours_claimed, by=reviewer, now=later)


@pytest.mark.clause("A3", "S0-20")
@pytest.mark.parametrize(("start", "due"), [("unit_decision", date(2026, 12, 2)), ("declaration", date(2026, 11, 27))])
def test_the_authority_s_clock_starts_where_the_rule_set_says(
    waiting: Declaration, employer_reviewer: User, start: str, due: date
) -> None:
    says("authority_clock_start", start)
    row = passed_on(waiting, employer_reviewer, days=5)
    assert timezone.localdate(row.due_at - timedelta(microseconds=1)) == due


@pytest.mark.clause("A3")
def test_the_earlier_clock_lets_nobody_withdraw_what_was_decided(waiting: Declaration, employer_reviewer: User) -> None:
    says("authority_clock_start", "declaration")
    row = passed_on(waiting, employer_reviewer, days=0)
    with pytest.raises(Refused):
        withdraw_declaration(row, by=row.declarant, now=NOW)


@pytest.mark.clause("A17")
def test_a_day_s_ceiling_refuses_or_leaves_it_to_the_reviewer(
    rule_sets: None, declarant: Any, employer_reviewer: User
) -> None:
    day = date(2026, 10, 12)
    row = draft(declarant, started_on=day, ended_on=day, hours_claimed=Decimal(12))
    with pytest.raises(Refused) as refused:
        submit_declaration(row, by=declarant.user, now=NOW)
    assert "over_ceiling" in {reason.code for reason in refused.value}
    says("ceiling_per_day_act", "warn")
    row = submit_declaration(row, by=declarant.user, now=NOW)
    sheet = sheet_of(row, employer_reviewer, now=NOW)
    assert "over_ceiling" in {reason.code for reason in sheet.warnings}


@pytest.mark.clause("S0-20", "S4-17", "A5")
@pytest.mark.parametrize(("said", "month", "warned"), [("yes", 12, True), ("yes", 11, False), ("no", 12, False)])
def test_reviewers_are_warned_in_december_where_reviews_end_in_the_year(
    waiting: Declaration, employer_reviewer: User, said: str, month: int, warned: bool
) -> None:
    says("reviews_end_in_year", said)
    found = sheet_of(waiting, employer_reviewer, now=NOW.replace(month=month, day=1)).warnings
    assert ("year_ends" in {reason.code for reason in found}) is warned
    assert {reason.clause for reason in found if reason.code == "year_ends"} == (
        {"测试文件 第二条"} if warned else set()
    )


@pytest.mark.clause("S0-06", "S4-03", "S3-09", "S1-08", "S4-07")
def test_a_person_reads_the_rules_of_their_year(client: Client, rule_sets: None, declarant: Any) -> None:
    client.force_login(declarant.user)
    page = client.get("/hours/2026/rules/").content.decode()
    for words in ("绿色低碳", "未达标的后果", "可以计入的学习方式", "90 学时", "证书名称", "暂按执行"):
        assert words in page
    assert "/hours/2026/rules/" in client.get("/my-year/").content.decode()
    assert client.get("/hours/2027/rules/").status_code == 404
    assert "没有学时规定" in client.get("/hours/2005/rules/").content.decode()


@pytest.mark.clause("S1-04", "S1-13")
def test_a_trade_has_its_guide(client: Client, rule_sets: None, declarant: Any) -> None:
    declarant.title_series = make.title_series("17", "会计人员")
    declarant.save()
    says("guide_at", "https://example.org/guide", code="henan-accounting-2026")
    client.force_login(declarant.user)
    page = client.get("/hours/2026/rules/").content.decode()
    assert "专业科目学习指南" in page
    assert 'href="https://example.org/guide"' in page
    assert "学分" in page


def test_every_field_is_labelled_and_can_be_chosen_as_it_is_read() -> None:
    assert list(FIELDS) == list(RULE_FIELDS)
    assert len({field.label for field in RULE_FIELDS.values()}) == len(RULE_FIELDS)


@pytest.mark.clause("A26", "A28", "S0-11", "S1-06", "S2-02", "S4-02")
def test_every_place_year_level_and_trade_names_its_source(rule_sets: None) -> None:
    """As `manage.py requirements` answers: nothing without clause and status, order 25 by its article."""
    book, seen = rule_book(), set()
    for place in ("CN", "410000", "410200", "410203", "410400", "410402", "440000", "440100", "110000"):
        for year in range(2010, 2031):
            for level in (*LEVELS, *GROUPS):
                for trade in ("", "会计", "统计"):
                    found = requirements(place, year, level, trade, book=book)
                    if found is None:
                        assert year < 2016
                        continue
                    named = {**found.figures, **found.settings}
                    assert all(each.clause.strip() and each.status for each in named.values())
                    assert set(named) <= set(RULE_FIELDS)
                    ratio = named.get("professional_ratio")
                    assert ratio is None or ratio.clause in {"人社部令第25号 第八条", "财会〔2018〕10号", "A26"}
                    seen.add(found.rule_set)
    assert len(seen) >= 12


def test_who_keeps_the_rules_finds_the_desk(client: Client, rule_sets: None) -> None:
    clerk = make.give(make.user("管规则的人"), make.bureau("410200"), Duty.REGULATE)
    client.force_login(clerk)
    page = client.get("/admin/").content.decode()
    for desk in ("规则集", "规则草案", "规则影响"):
        assert desk in page
