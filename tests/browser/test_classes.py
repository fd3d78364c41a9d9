"""A base announces a class in a browser and uploads its roster: three wrong rows of 200, mended; people see hours."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Organization, Professional, User
from bases.rules.directory import DISCLOSED
from bases.services.disclosing import disclose
from ceportal.office.services.clock import run_all
from credits.models import HourEntry
from tests.bases import teaching
from tests.browser.test_legibility import enter
from tests.credits import factories as make_credits
from tests.credits import rosters as make_roster

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def listed(base: Organization, base_teacher: User) -> Organization:
    now = timezone.now()
    make_credits.rule_set(year_from=2016)
    make_roster.recognise(base, year=timezone.localdate().year)
    disclose(base, {name: label for name, (label, _) in DISCLOSED.items()}, by=base_teacher, now=now)
    return base


def saved(tmp_path: Path, lines: list[list[Any]]) -> Path:
    path = tmp_path / "名单.xlsx"
    make_roster.workbook(lines).save(path)
    return path


def announce(page: Page) -> None:
    """A line of the plan, the class, its publication: everything on the base's own pages."""
    page.goto("/teaching/plan/")
    page.get_by_label("培训名称").fill("公需科目面授")
    page.get_by_label("时间", exact=True).fill("11 月")
    page.get_by_label("每期学时").fill("8")
    page.get_by_label("计划人数").fill("200")
    page.get_by_role("button", name="列入年度计划").click()
    page.goto("/teaching/new/")
    page.get_by_label("年度计划中的哪一项").select_option(index=1)
    page.get_by_label("培训班名称").fill("应急管理公需科目面授班")
    page.get_by_label("班次编号").fill("GX-01")
    for label in ("开始日期", "结束日期"):
        page.get_by_label(label).fill(timezone.localdate().isoformat())
    page.get_by_label("每人学时").fill("8")
    page.get_by_label("招收人数").fill("200")
    for name, (label, _) in teaching.rules.DISCLOSED.items():
        page.locator(f"[name={name}]").fill(label)
    page.get_by_role("button", name="保存").click()
    page.get_by_role("button", name="公布培训班").click()
    expect(page.get_by_text("培训班已公布")).to_be_visible()


@pytest.mark.clause("S2-04", "S1-14")
def test_from_the_plan_to_the_hours(
    open_window: Callable[..., Page], listed: Organization, base_teacher: User, employer: Organization, tmp_path: Path
) -> None:
    people = make_roster.crowd(employer, 200)
    good = [[number, name, None, "合格", None] for number, name in people]
    bad = [list(line) for line in good]
    bad[3][0], bad[80][3], bad[150][2] = bad[3][0][:17] + "?", "通过", 9
    page = open_window()
    enter(page, base_teacher)
    announce(page)
    page.goto(page.url.replace("/teaching/", "/rosters/of/"))
    page.get_by_role("button", name="下一步：上传名单").click()
    page.get_by_label("填好的名单").set_input_files(saved(tmp_path, bad))
    page.get_by_role("button", name="上传并核对").click()
    expect(page.get_by_text("还有 3 行有错误")).to_be_visible()
    expect(page.locator(".rows tbody tr").nth(2)).to_contain_text("超过这个班的 8 学时")
    page.get_by_label("改好的名单").set_input_files(saved(tmp_path, good))
    page.get_by_role("button", name="重新上传并核对").click()
    page.get_by_role("button", name="确认登记 200 人的学时").click()
    expect(page.get_by_text("正在登记：0 / 200 人")).to_be_visible()
    for _ in run_all(now=timezone.now()):
        pass
    expect(page.get_by_text("登记完毕")).to_be_visible(timeout=15_000)
    assert HourEntry.objects.count() == 200
    learner = Professional.objects.get(name=people[0][1])
    theirs = open_window(width=390, height=844)
    enter(theirs, learner.user)
    theirs.goto("/hours/")
    expect(theirs.get_by_text("应急管理公需科目面授班").first).to_be_visible()
