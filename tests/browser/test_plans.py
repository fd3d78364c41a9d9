"""An employer files a plan through its authority in a browser, to the bureau; the pages of plans on a phone."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Organization, User
from bases.models import TrainingPlan
from tests.bases import planning
from tests.browser.test_legibility import assert_legible, enter
from tests.credits.drafts import photo

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.clause("S3-04")
def test_an_employer_files_a_plan_through_its_authority(
    open_window: Callable[..., Page], employer: Organization, employer_reviewer: User, authority_reviewer: User,
    city_officer: User, tmp_path: Path,
) -> None:  # fmt: skip
    paper = tmp_path / "年度计划.jpg"
    paper.write_bytes(photo().read())
    day = timezone.localdate() + timedelta(days=1)
    page = open_window()
    enter(page, employer_reviewer)
    page.goto("/plans/?view=own")
    page.get_by_role("link", name="填报计划").first.click()
    page.get_by_label("年度", exact=True).select_option(str(day.year))
    page.get_by_role("button", name="开始填报").click()
    page.get_by_role("link", name="添加培训").click()
    for name, value in planning.TYPED.items():
        field = page.locator(f"[name={name}]")
        field.select_option(value) if name in {"kind", "subject", "funding"} else field.fill(value)
    for name in ("started_on", "ended_on"):
        page.locator(f"[name={name}]").fill(day.isoformat())
    page.get_by_role("button", name="列入计划").click()
    page.get_by_role("link", name="下一步：报送").click()
    page.get_by_role("button", name="报送").click()
    expect(page.get_by_text("请上传盖章的计划文件").first).to_be_visible()
    page.get_by_label("盖章的计划文件").set_input_files(paper)
    page.get_by_role("button", name="报送").click()
    expect(page.get_by_text("计划已报送")).to_be_visible()
    address = page.url
    for decider, button in ((authority_reviewer, "审核通过"), (city_officer, "备案")):
        desk = open_window(width=390, height=844)
        enter(desk, decider)
        desk.goto(address)
        desk.get_by_label("意见").fill("同意")
        desk.get_by_role("button", name=button, exact=True).click()
        expect(desk.get_by_text("已处理")).to_be_visible()
    page.reload()
    expect(page.locator(".lead-state")).to_have_text("已备案")


def test_pages_of_plans_are_legible(
    open_window: Callable[..., Page], employer: Organization, employer_reviewer: User, authority_reviewer: User,
    city_officer: User,
) -> None:  # fmt: skip
    now = timezone.now()
    day = timezone.localdate(now) + timedelta(days=1)
    said = {"started_on": day, "ended_on": day, "title": "W" * 120, "content": "W" * 500}
    plan = planning.filed(employer, employer_reviewer, now=now, **said)
    draft = planning.begun(employer, employer_reviewer, now=now, **said)
    item = draft.items.get()
    assert TrainingPlan.objects.count() == 2
    paths = (
        "/plans/?view=own", "/plans/new/", f"/plans/{plan.ref}/", f"/plans/{draft.ref}/", f"/plans/{draft.ref}/send/",
        f"/plans/{draft.ref}/papers/new/", f"/plans/{draft.ref}/trainings/new/",
        f"/plans/{draft.ref}/trainings/{item.ref}/",
    )  # fmt: skip
    assert_legible(open_window, paths, employer_reviewer)
    assert_legible(open_window, ("/plans/?view=filed", f"/plans/{plan.ref}/inspect/"), city_officer)
