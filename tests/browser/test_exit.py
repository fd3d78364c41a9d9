"""A bureau assesses a base to exit in a browser; from then on nothing of it counts, and everybody can read why."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.enums import Duty
from accounts.models import Organization, Professional, User
from bases.enums import AbsenceKind
from bases.models import Assessment, Recognition, TrainingClass
from bases.services.assessing import publish_round, score
from bases.services.standing import remove
from credits.models import Roster
from tests import factories as make
from tests.bases import assessing, teaching
from tests.browser.test_legibility import assert_legible, enter
from tests.credits import factories as make_credits
from tests.credits import rosters as make_roster
from tests.credits.platforms import number_of

pytestmark = pytest.mark.django_db(transaction=True)
WHY = "综合评估不合格"


@pytest.fixture
def held(base: Organization, base_teacher: User, authority: Organization) -> TrainingClass:
    """Tomorrow, by a base of this year's list that stands under an authority."""
    Organization.objects.filter(pk=base.pk).update(supervisor=authority)
    make_credits.rule_set(year_from=2016)
    now = timezone.now()
    make_roster.recognise(base, year=timezone.localdate(now).year)
    day = timezone.localdate(now) + timedelta(days=1)
    make_roster.recognise(base, year=day.year) if day.year != timezone.localdate(now).year else None
    return teaching.opened(base, base_teacher, now=now, started_on=day, ended_on=day)


@pytest.fixture
def checked(held: TrainingClass, base_teacher: User, declarant: Professional) -> Roster:
    """Of a class that ended today; to be confirmed."""
    today = timezone.localdate()
    facts = make_roster.class_facts(title="今天结束的面授班", started_on=today, ended_on=today, hours=Decimal(8))
    roster = make_roster.start_roster(organization=held.organization, facts=facts, by=base_teacher, now=timezone.now())
    line = make_roster.row(declarant, id_number=number_of(declarant))
    return make_roster.read(roster, make_roster.saved(make_roster.workbook([line])), by=base_teacher)


def opined(page: Page) -> None:
    page.goto("/assessments/")
    page.get_by_role("link", name=re.compile("综合评估")).click()
    page.get_by_label("评价意见").fill("重视不够，经费没有落实。")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已保存")).to_be_visible()


def scored_and_published(page: Page, base: Organization) -> None:
    page.goto("/assessments/")
    page.get_by_role("link", name=re.compile("综合评估")).click()
    page.get_by_role("link", name=base.name).click()
    expect(page.get_by_text("重视不够，经费没有落实。")).to_be_visible()
    for field in page.get_by_label(re.compile("满分")).all():
        field.fill("10")
    page.get_by_label("专家评语").fill("没有教学档案，没有考核。")
    page.get_by_role("button", name="保存").click()
    page.get_by_role("link", name=re.compile("综合评估")).click()
    page.get_by_role("button", name="公布结果").click()
    expect(page.get_by_text("应启动退出程序")).to_be_visible()


def removed(page: Page) -> None:
    """By the ground that the assessment brings along, from today on."""
    page.get_by_role("link", name="去办理").click()
    expect(page.get_by_label(re.compile(WHY))).to_be_checked()
    page.get_by_label("事实和理由").fill("综合评估 20 分，没有教学档案。")
    page.get_by_label("生效日期").fill(timezone.localdate().isoformat())
    page.get_by_role("button", name="公布这项决定").click()
    expect(page.get_by_text("已公布，并告知该单位")).to_be_visible()


@pytest.mark.clause("S0-17", "S0-18", "S4-14", "A27")
def test_a_base_is_assessed_to_exit_and_nothing_of_it_counts(
    open_window: Callable[..., Page], base: Organization, base_teacher: User, province_bureau: Organization,
    authority_reviewer: User, held: TrainingClass, checked: Roster, declarant: Professional,
) -> None:  # fmt: skip
    assessor, now = make.give(make.user("省厅考核人"), province_bureau, Duty.REGULATE), timezone.now()
    today = timezone.localdate(now)
    assessing.opened(
        province_bureau, assessor, kind="full", year=today.year, self_until=today + timedelta(days=9), now=now
    )
    phone = open_window(width=390, height=844)
    enter(phone, authority_reviewer)
    opined(phone)
    desk = open_window()
    enter(desk, assessor)
    scored_and_published(desk, base)
    removed(desk)

    teacher = open_window()
    enter(teacher, base_teacher)
    teacher.goto(f"/rosters/{checked.ref}/")
    teacher.get_by_role("button", name="确认登记 1 人的学时").click()
    expect(teacher.get_by_text(re.compile(f"取消资格，原因：{WHY}")).first).to_be_visible()
    teacher.goto("/rosters/new/")
    teacher.get_by_label("培训班名称").fill("又一期")
    teacher.get_by_label("公需科目", exact=True).check()
    for label in ("开始日期", "结束日期"):
        teacher.get_by_label(label).fill(today.isoformat())
    teacher.get_by_label("每人学时").fill("8")
    teacher.get_by_role("button", name="下一步：上传名单").click()
    expect(teacher.get_by_text(re.compile(f"取消资格，原因：{WHY}")).first).to_be_visible()

    learner = open_window(width=390, height=844)
    enter(learner, declarant.user)
    learner.goto(f"/classes/{held.ref}/")
    expect(learner.get_by_text(re.compile(f"取消资格，原因：{WHY}")).first).to_be_visible()
    expect(learner.get_by_role("button", name="报名")).to_have_count(0)
    learner.goto("/classes/")
    expect(learner.get_by_text("现在没有符合条件的培训班")).to_be_visible()
    learner.goto(f"/institutions/{base.ref}/")
    for words in ("已退出", f"{today.year} 年综合评估：不合格", "取消资格"):
        expect(learner.get_by_text(re.compile(words)).first).to_be_visible()
    assert Assessment.objects.get().grade == "failed"


@pytest.mark.deep
def test_what_everybody_reads_of_an_exit_is_legible(
    open_window: Callable[..., Page], base: Organization, province_bureau: Organization, held: TrainingClass
) -> None:
    assessor, now = make.give(make.user("省厅考核人"), province_bureau, Duty.REGULATE), timezone.now()
    today = timezone.localdate(now)
    made = assessing.opened(
        province_bureau, assessor, kind="full", year=today.year, self_until=today + timedelta(days=9), now=now
    )
    row = made.assessments.select_related("round", "organization").get()
    score(row, [Decimal(10), Decimal(10)], words="没有教学档案" * 60, by=assessor, now=now)
    publish_round(made, by=assessor, now=now)
    remove(
        Recognition.objects.get(organization=base, year=today.year), AbsenceKind.EXITED, grounds=["failed_evaluation"],
        reason="没有教学档案" * 40, document="", from_on=today, until_on=None, by=assessor, now=now,
    )  # fmt: skip
    paths = ("/assessments/results/", f"/institutions/{base.ref}/", f"/classes/{held.ref}/", "/institutions/")
    assert_legible(open_window, paths)
    assert_legible(open_window, (f"/assessments/rounds/{made.ref}/", f"/assessments/{row.ref}/"), assessor)
