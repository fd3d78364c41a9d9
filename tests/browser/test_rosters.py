"""A base reports a class in a browser: three wrong rows of twenty, mended, confirmed, credited while one looks on."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Organization, User
from ceportal.office.services.clock import run_all
from credits.models import HourEntry, Roster, RuleSet
from credits.services import roster_checks
from credits.services.roster_jobs import work_on_rosters
from credits.services.rosters import confirm_roster
from tests import factories as make
from tests.browser.test_legibility import assert_legible, enter
from tests.credits import factories as make_credits
from tests.credits import rosters as make_roster

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rules(db: None) -> RuleSet:
    return make_credits.rule_set(year_from=2016)


@pytest.fixture
def listed(base: Organization, rules: RuleSet) -> Organization:
    make_roster.recognise(base, year=timezone.localdate().year)
    return base


def this_year(**changes: Any) -> dict[str, Any]:
    day = date(timezone.localdate().year, 1, 2)
    return {"started_on": day, "ended_on": day, "hours": Decimal(8)} | changes


def saved(tmp_path: Path, lines: list[list[Any]]) -> Path:
    path = tmp_path / "名单.xlsx"
    make_roster.workbook(lines).save(path)
    return path


def test_a_base_reports_a_class(
    open_window: Callable[..., Page], listed: Organization, base_teacher: User, employer: Organization, tmp_path: Path
) -> None:
    people = make_roster.crowd(employer, 20)
    good = [[number, name, None, "合格", None] for number, name in people]
    bad = [list(line) for line in good]
    bad[3][0], bad[8][3], bad[15][2] = bad[3][0][:17] + "?", "通过", 99
    page = open_window()
    enter(page, base_teacher)
    page.goto("/home/")
    page.get_by_role("link", name="新建第一份名单").click()
    page.get_by_label("培训班名称").fill("公需科目面授班")
    page.get_by_label("公需科目", exact=True).check()
    day = timezone.localdate().replace(month=1, day=2).isoformat()
    page.get_by_label("开始日期").fill(day)
    page.get_by_label("结束日期").fill(day)
    page.get_by_label("每人学时").fill("8")
    page.get_by_role("button", name="下一步：上传名单").click()
    page.get_by_label("填好的名单").set_input_files(saved(tmp_path, bad))
    page.get_by_role("button", name="上传并核对").click()
    expect(page.get_by_text("还有 3 行有错误")).to_be_visible()
    expect(page.locator(".rows tbody tr")).to_have_count(3)
    expect(page.locator(".rows tbody tr").nth(1)).to_contain_text("考核结果：请填“合格”或“不合格”")
    page.get_by_label("改好的名单").set_input_files(saved(tmp_path, good))
    page.get_by_role("button", name="重新上传并核对").click()
    page.get_by_role("button", name="确认登记 20 人的学时").click()
    expect(page.get_by_text("正在登记：0 / 20 人")).to_be_visible()
    for _ in run_all(now=timezone.now()):
        pass
    expect(page.get_by_text("登记完毕")).to_be_visible(timeout=15_000)
    assert HourEntry.objects.count() == 20


def test_a_large_file_is_checked_while_one_looks_on_and_can_be_cancelled(
    open_window: Callable[..., Page], listed: Organization, base_teacher: User, employer: Organization, tmp_path: Path
) -> None:
    people = make_roster.crowd(employer, 520)
    lines = [[number, name, None, "合格", None] for number, name in people]
    lines[510][3] = "通过"
    facts = make_roster.class_facts(title="人多的班", class_code="", **this_year())
    roster = make_roster.start_roster(organization=listed, facts=facts, by=base_teacher, now=timezone.now())
    page = open_window()
    enter(page, base_teacher)
    page.goto(f"/rosters/{roster.ref}/")
    for is_cancelled in (True, False):
        page.get_by_label("填好的名单").set_input_files(saved(tmp_path, lines))
        page.get_by_role("button", name="上传并核对").click()
        expect(page.get_by_text("正在核对：0 / 520 人")).to_be_visible()
        if is_cancelled:
            page.get_by_role("button", name="取消核对").click()
            expect(page.get_by_text("已取消核对")).to_be_visible()
    for _ in run_all(now=timezone.now()):
        pass
    expect(page.get_by_text("还有 1 行有错误")).to_be_visible(timeout=15_000)
    expect(page.locator(".rows tbody tr")).to_have_count(1)


def test_what_a_base_reads(
    open_window: Callable[..., Page], listed: Organization, base_teacher: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A roster at each of its stations, with names and titles as long as they may be."""
    now = timezone.now()

    def begun(title: str, lines: list[list[Any]]) -> Roster:
        facts = make_roster.class_facts(title=title, class_code="", **this_year())
        made = make_roster.start_roster(organization=listed, facts=facts, by=base_teacher, now=now)
        return (
            make_roster.read(made, make_roster.saved(make_roster.workbook(lines)), by=base_teacher) if lines else made
        )

    checking = begun("正在核对的班", [])
    with monkeypatch.context() as patch:
        patch.setattr(roster_checks, "AT_ONCE", 0)
        line = make_roster.RosterLine(2, make.id_number(), "某人", Decimal(8), was_passed=True)
        make_roster.keep_rows(checking, [[line]], remarks=[], by=base_teacher, now=now)
    known = make.professional("M" * 50, number=(number := make.id_number()))
    whole = make_roster.row(known, id_number=number)
    rosters = [
        begun("W" * 120, []),
        begun("有错误的班", [make_roster.row(name="W" * 50, id_number="1", result="x", hours="99"), whole]),
        begun("等待确认的班", [whole, make_roster.row(remark="备" * 100), make_roster.row(result="不合格")]),
        begun("登记完的班", [whole, make_roster.row()]),
        begun("正在登记的班", [make_roster.row()]),
        checking,
    ]
    for roster in rosters[3:5]:
        confirm_roster(roster, version=roster.version, by=base_teacher, now=now)
        if roster is rosters[3]:
            work_on_rosters(now=now)
    paths = ("/rosters/", "/rosters/new/", *(f"/rosters/{roster.ref}/" for roster in rosters))
    assert_legible(open_window, paths, base_teacher)
