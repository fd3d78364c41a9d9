"""A clerk's day at a bureau in a browser: held hours cleared, the month filed, a notice published, who is behind
exported, a complaint answered; and the neighbour's clerk sees nothing of it.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.enums import Duty
from accounts.models import Organization, Professional, User
from bases.services.complaining import complain
from ceportal.office.models import Letter, OfficerTraining, Roll, TakeOver
from ceportal.office.services.exports import work_on_exports
from credits.enums import ClaimState
from credits.models import Claim
from credits.services.crediting import credit_records
from reviews.services.filing import work_on_filings
from tests import factories as make
from tests.browser.test_legibility import assert_legible, enter
from tests.credits.factories import rule_set
from tests.credits.platforms import platform, record, speaker
from tests.matrix import office_things
from tests.people import BUREAU_DUTIES
from tests.reviews.factories import approved, submitted

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.deep
def test_a_day_from_the_held_hours_to_the_answered_complaint(
    open_window: Callable[..., Page], declarant: Professional, employer_reviewer: User, authority_reviewer: User,
    city_officer: User, base: Organization,
) -> None:  # fmt: skip
    now = timezone.now()
    last_month = now.replace(day=1) - timedelta(days=2)
    rule_set(year_from=last_month.year)
    approved(submitted(declarant, now=last_month), employer_reviewer, authority_reviewer, now=last_month)
    told = credit_records(
        [record(declarant, title="被怀疑的网络课程")], speaker=speaker(platform(is_recognised=False)), now=now
    )
    doubted = Claim.objects.get(pk=told[0].claim)
    assert doubted.state == ClaimState.HELD
    said = {"kind": "fees", "about": base, "named": "", "area": None, "reason": "另收资料费", "document": None}
    complain(**said, by=declarant.user, now=now)
    neighbour = make.give(make.user("邻市经办人"), make.bureau("410400"), *BUREAU_DUTIES)

    desk = open_window()
    enter(desk, city_officer)
    _clear_what_is_held(desk)
    assert Claim.objects.get(pk=doubted.pk).state == ClaimState.LIVE
    _file_the_month(desk)
    _publish_a_notice(desk)
    _export_who_is_behind(desk, declarant)
    _answer_the_complaint(desk)

    other = open_window()
    enter(other, neighbour)
    for place in ("/admin/credits/heldhours/", "/admin/reviews/filing/", "/staff/", "/complaints/", "/exports/"):
        other.goto(place)
        expect(other.get_by_role("main")).not_to_contain_text(declarant.name)
        expect(other.get_by_role("main")).not_to_contain_text(base.name)


@pytest.mark.deep
def test_what_a_bureau_takes_over_writes_and_publishes_is_legible(
    open_window: Callable[..., Page], declarant: Professional, employer_reviewer: User, city_bureau: Organization,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    officer = make.give(make.user("市局经办人"), city_bureau, *BUREAU_DUTIES, Duty.GRANT_EXCEPTIONS)
    # Signing wants an event loop of its own, and Playwright has one in this thread.
    monkeypatch.setattr(office_things, "sheet_of", lambda letter, now: b"")
    office_things.begin(declarant, city_bureau, officer, now=timezone.now())
    things = (
        ("taking-over", TakeOver.objects.get()), ("letters", Letter.objects.get()), ("rolls", Roll.objects.get()),
        ("officers/trainings", OfficerTraining.objects.get()),
    )  # fmt: skip
    pages = [f"/{place}/{thing.ref}/" for place, thing in things]
    pages += ["/taking-over/", "/taking-over/new/", "/letters/", "/letters/new/", "/rolls/", "/rolls/new/"]
    pages += ["/officers/", "/officers/trainings/", "/statistics/sample/", "/honours/"]
    assert_legible(open_window, tuple(pages), officer)
    assert_legible(open_window, ("/staff/officer/", "/letters/", "/evaluations/"), employer_reviewer)


def _clear_what_is_held(desk: Page) -> None:
    desk.goto("/admin/credits/heldhours/")
    expect(desk.get_by_text("被怀疑的网络课程")).to_be_visible()
    desk.get_by_role("link", name="核实", exact=False).last.click()
    desk.get_by_label("核实无误，计入学时").check()
    desk.locator("#id_reason").fill("核对了平台的学习记录，属实。")
    desk.get_by_role("button", name="提交处理结果").click()
    expect(desk.get_by_text("已处理")).to_be_visible()


def _file_the_month(desk: Page) -> None:
    desk.goto("/admin/reviews/filing/")
    desk.get_by_role("link", name="核对并备案").first.click()
    desk.get_by_role("button", name="备案").click()
    expect(desk.get_by_text("正在固定名单").first).to_be_visible()
    work_on_filings(now=timezone.now())
    desk.get_by_role("link", name="刷新进度").click()
    expect(desk.get_by_text("名单已固定")).to_be_visible()


def _publish_a_notice(desk: Page) -> None:
    desk.goto("/announcing/new/")
    desk.get_by_label("标题").fill("关于做好年度学时申报的通知")
    desk.get_by_label("正文").fill("请于年底前完成学习和申报。")
    desk.get_by_role("main").locator("form button[type=submit]").first.click()
    desk.get_by_role("button", name="发布", exact=True).click()
    expect(desk.get_by_text("已发布。")).to_be_visible()
    desk.goto("/announcements/")
    expect(desk.get_by_role("link", name="关于做好年度学时申报的通知")).to_be_visible()


def _export_who_is_behind(desk: Page, person: Professional) -> None:
    desk.goto("/staff/?show=behind")
    expect(desk.get_by_role("main")).to_contain_text(person.name)
    desk.get_by_role("link", name="导出名单").click()
    desk.locator("#id_purpose").fill("督促未达标人员")
    desk.get_by_role("button", name="开始导出").click()
    work_on_exports(now=timezone.now())
    desk.reload()
    with desk.expect_download() as taken:
        desk.get_by_role("link", name="下载（Excel）").click()
    assert taken.value.suggested_filename == "export.xlsx"


def _answer_the_complaint(desk: Page) -> None:
    desk.goto("/complaints/")
    desk.locator("a.item-title").first.click()
    desk.locator("#id_reason").fill("已查实，责令退还。")
    desk.locator("#id_public_words").fill("多收资料费，已责令退还")
    desk.get_by_role("button", name="投诉属实，答复").click()
    expect(desk.get_by_text("没有等您答复的投诉")).to_be_visible()
