"""A unit registers one training for all its people in a browser, its authority looks once, and everybody has hours."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Organization, Professional, User
from bases.models import TrainingPlan
from ceportal.office.services.clock import run_all
from credits.models import HourEntry
from tests.bases import planning
from tests.browser.test_legibility import assert_legible, enter
from tests.credits import factories as make_credits
from tests.credits import rosters as make_roster
from tests.credits.drafts import photo
from tests.credits.platforms import number_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def plan(employer: Organization, employer_reviewer: User, authority_reviewer: User, city_officer: User) -> TrainingPlan:
    """Filed on New Year's Day for the day after, so that the training lies behind us."""
    make_credits.rule_set(year_from=2016)
    new_year = timezone.localtime().replace(month=1, day=1, hour=9)
    day = timezone.localdate(new_year) + timedelta(days=1)
    return planning.filed(employer, employer_reviewer, now=new_year, started_on=day, ended_on=day)


@pytest.fixture
def papers(tmp_path: Path) -> dict[str, Path]:
    made = {name: tmp_path / f"{name}.jpg" for name in ("通知", "课件", "照片")}
    for path in made.values():
        path.write_bytes(photo().read())
    return made


def registered(page: Page, day: date, names: Path, papers: dict[str, Path]) -> None:
    """From the list to the hands of the authority."""
    page.goto("/unit-trainings/")
    page.get_by_role("link", name="登记培训").first.click()
    page.get_by_label("已备案计划中的哪一项").select_option(index=1)
    for label in ("开始日期", "结束日期"):
        page.get_by_label(label).fill(day.isoformat())
    page.get_by_label("每人学时").fill("8")
    page.get_by_label("考核方式").fill("闭卷考试")
    page.get_by_role("button", name="下一步").click()
    training = page.url
    page.get_by_role("link", name="上传名单").click()
    page.get_by_label("填好的名单").set_input_files(names)
    page.get_by_role("button", name="上传并核对").click()
    expect(page.get_by_text("没有错误。回到这次培训")).to_be_visible()
    for kind in ("课件", "照片"):
        page.goto(training)
        page.get_by_role("link", name="留存课件、照片等材料").click()
        page.get_by_label("材料的种类").select_option(label="现场照片" if kind == "照片" else kind)
        page.locator("[type=file]").set_input_files(papers[kind])
        page.get_by_role("button", name="上传").click()
    page.get_by_role("link", name="下一步：提交审核").click()
    page.locator("[type=file]").set_input_files(papers["通知"])
    page.get_by_role("button", name="提交审核").click()
    expect(page.get_by_text("已提交，由").first).to_be_visible()


@pytest.mark.deep
@pytest.mark.clause("S2-05", "S3-04", "S3-07")
def test_a_unit_registers_one_training_for_all_its_people(
    open_window: Callable[..., Page], plan: TrainingPlan, employer_reviewer: User, authority_reviewer: User,
    declarant: Professional, papers: dict[str, Path], tmp_path: Path,
) -> None:  # fmt: skip
    names, item = tmp_path / "名单.xlsx", plan.items.get()
    make_roster.workbook([make_roster.row(declarant, id_number=number_of(declarant))]).save(names)
    page = open_window()
    enter(page, employer_reviewer)
    registered(page, item.started_on, names, papers)
    desk = open_window(width=390, height=844)
    enter(desk, authority_reviewer)
    desk.goto("/unit-trainings/")
    desk.get_by_role("link", name=item.title).click()
    expect(desk.get_by_text(declarant.name).first).to_be_visible()
    for paper in papers.values():
        with desk.expect_popup() as opened:
            desk.get_by_role("link", name=paper.name).click()
        opened.value.wait_for_load_state()
        opened.value.close()
    desk.get_by_label("意见").fill("按计划举办，同意")
    desk.get_by_role("button", name="审核通过").click()
    expect(desk.get_by_text("已处理")).to_be_visible()
    for _ in run_all(now=timezone.now()):
        pass
    assert HourEntry.objects.get().hours == 8
    theirs = open_window(width=390, height=844)
    enter(theirs, declarant.user)
    theirs.goto("/hours/")
    expect(theirs.get_by_text(item.title).first).to_be_visible()
    training = page.url
    path = training[training.index("/unit-trainings/") :]
    paths = ("/unit-trainings/", "/unit-trainings/new/", path)
    assert_legible(open_window, paths, employer_reviewer)
    assert_legible(open_window, ("/unit-trainings/", path), authority_reviewer)
