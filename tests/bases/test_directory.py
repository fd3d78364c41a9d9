"""The public directory, what institutions disclose on it, and what follows for all doors when one is removed."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.enums import Duty
from accounts.models import Notice, Organization, Professional, User
from bases.enums import AbsenceKind
from bases.models import Absence, Disclosure, Enrolment, Recognition, TrainingClass
from bases.rules.directory import DISCLOSED
from bases.selectors.listed import listed_for
from bases.services.carrying import carry_recognitions
from bases.services.enrolling import assess, enrol
from bases.services.standing import let_return
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.rules.refusal import Refused
from credits.models import Claim
from credits.services.crediting import credit_records
from credits.services.rosters import confirm_roster
from reviews.selectors.sheet import sheet_of
from tests import factories as make
from tests.bases import teaching
from tests.credits import factories as make_credits
from tests.credits import rosters as make_roster
from tests.credits.platforms import number_of, platform, record, speaker
from tests.reviews.factories import submitted

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
DIRECTORY = "/institutions/"
# How many the documents name (domain/bases_2025.yaml, domain/platforms.yaml).
COUNTED = [
    (("平人社办〔2023〕130号 附件1", "学习平台"), 7),
    (("平人社办〔2023〕130号 附件2", "学习平台"), 3),
    (("平人社办〔2023〕130号 附件3", "市级继续教育基地"), 4),
    (("平人社办〔2023〕130号 附件3", "省级继续教育基地"), 1),
    (("汴人社函〔2021〕21号", "学习平台"), 3),
    (("汴人社函〔2021〕21号", "市级继续教育基地"), 2),
    (("河南省人力资源和社会保障厅关于做好2025年全省专业技术人员继续教育工作的通知", "省级继续教育基地"), 48),
]
# Two of them stand in both lists of platforms of 2023.
FOUND = {
    "year=2025&kind=base": 48, "year=2023&kind=base&area=410400": 5, "year=2023&kind=platform": 8,
    "year=2021&kind=base&area=410200": 2, "year=2021&kind=platform": 3,
}  # fmt: skip


@pytest.fixture(autouse=True)
def november() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def names(page: str, units: list[str]) -> list[str]:
    """Which of `units` a page names, in its order."""
    return sorted((unit for unit in units if f">{unit}</a>" in page), key=lambda unit: page.index(f">{unit}</a>"))


def whole_list(client: Client, query: str) -> str:
    text, after = "", "0"
    while after:
        page = client.get(f"{DIRECTORY}?{query}&after={after}")
        text += page.content.decode()
        after = page.context["page"].next_cursor
    return text


@pytest.mark.clause("S3-11", "S4-14", "S4-16", "S1-14")
def test_all_bases_and_platforms_of_the_documents_are_public_with_source_and_year(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    call_command("load_reference", verbosity=0)
    for year in (2021, 2023, 2025, 2026):
        rows = Recognition.objects.filter(year=year).select_related("organization")
        text = whole_list(client, f"year={year}")
        missing = [row.organization.name for row in rows if f">{row.organization.name}</a>" not in text]
        assert missing == []
        assert {row.document for row in rows if row.document not in text} == set()
    listed = {(row["document"], row["kind"]): row["count"] for row in client.get(f"{DIRECTORY}lists/").context["lists"]
              if row["year"] in (2021, 2023, 2025)}  # fmt: skip
    assert sorted(listed.items()) == COUNTED
    counted = {query: client.get(f"{DIRECTORY}?{query}").context["page"].total for query in FOUND}
    assert counted == FOUND
    with django_assert_max_num_queries(9):
        client.get(DIRECTORY)
    kaifeng = Organization.objects.get(name="开封大学", is_base=True)
    page = client.get(reverse("bases:institution", args=[kaifeng.ref])).content.decode()
    assert "汴人社函〔2021〕21号" in page
    assert "2025年全省专业技术人员继续教育工作" in page
    assert "还没有公开" in page
    assert client.get(reverse("bases:institution", args=[make.bureau("410200").ref])).status_code == 404


@pytest.mark.clause("S0-04", "S4-04")
def test_it_is_searched_and_its_order_changes_with_the_day_alone(client: Client) -> None:
    call_command("load_reference", verbosity=0)
    units = list(Recognition.objects.filter(year=2026).values_list("organization__name", flat=True).distinct())
    first = names(client.get(DIRECTORY).content.decode(), units)
    assert names(client.get(DIRECTORY).content.decode(), units) == first
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        assert names(client.get(DIRECTORY).content.decode(), units) != first
    assert names(whole_list(client, "area=410200"), units) == ["开封大学"]
    assert names(whole_list(client, "q=河南大学"), units) == ["河南大学"]
    free = client.get(f"{DIRECTORY}?free=1&kind=platform&subject=public&order=name")
    assert free.context["page"].total == 7
    assert "打开网站" in free.content.decode()
    assert client.get(f"{DIRECTORY}?kind=base&trade=会计&year=2021&subject=public").context["page"].total == 2
    assert "没有找到" in client.get(f"{DIRECTORY}?q=没有这一家").content.decode()
    assert client.get(f"{DIRECTORY}?after=9999&year=1999&area=x&q=%00").status_code == 200


@pytest.mark.clause("S0-16", "S1-14", "S4-16")
def test_an_institution_discloses_everything_or_nothing(client: Client, base: Organization, base_teacher: User) -> None:
    make_roster.recognise(base)
    client.force_login(base_teacher)
    page = reverse("bases:edit_disclosure", args=[base.ref])
    said = {name: f"{label}的内容" for name, (label, _) in DISCLOSED.items()}
    refused = client.post(page, said | {"fees": " "})
    assert (refused.status_code, "请填写收费项目和标准" in refused.content.decode()) == (422, True)
    assert not Disclosure.objects.exists()
    assert client.post(page, said | {"fees": "公需科目面授每人 240 元"}).status_code == 302
    assert "已公开" in client.get(reverse("bases:disclosures")).content.decode()
    client.logout()
    public = client.get(reverse("bases:institution", args=[base.ref])).content.decode()
    assert "公需科目面授每人 240 元" in public
    assert AuditEvent.objects.filter(action="institution.disclose").count() == 1


@pytest.fixture
def officer(db: None) -> User:
    return make.give(make.user("省厅经办人"), make.bureau("410000"), Duty.REGULATE)


def sign(client: Client, officer: User, row: Recognition, **changes: Any) -> Any:
    """What the bureau decides at its desk."""
    said = {
        "act": "remove", "kind": AbsenceKind.EXITED, "grounds": ["chaotic"], "reason": "三个班没有考勤和考核记录",
        "document": "豫人社办〔2026〕9号", "from_on": "2026-11-20", "until_on": "",
    }  # fmt: skip
    client.force_login(officer)
    return client.post(reverse("admin:bases_recognition_remove", args=[row.ref]), said | changes)


@pytest.mark.clause("S0-18", "S4-14", "S2-06", "A27")
def test_who_is_removed_reports_nothing_that_ends_later_and_everybody_can_read_why(
    client: Client, base: Organization, base_teacher: User, declarant: Professional, officer: User,
    employer_reviewer: User,
) -> None:  # fmt: skip
    make_credits.rule_set()
    row = make_roster.recognise(base)
    before = make_roster.roster(base, base_teacher)
    later = make_roster.roster(base, base_teacher, started_on=date(2026, 11, 19), ended_on=date(2026, 11, 20))
    for each in (before, later):
        learner = make_roster.row(declarant, id_number=number_of(declarant))
        make_roster.read(each, make_roster.saved(make_roster.workbook([learner])), by=base_teacher)
    held = teaching.on_paper(base, base_teacher)
    TrainingClass.objects.filter(pk=held.pk).update(state="open", opened_at=NOW)
    enrol(held, [declarant], by=base_teacher, now=NOW)
    public = (reverse("bases:classes"), reverse("bases:institution", args=[base.ref]))
    assert [held.title in client.get(page).content.decode() for page in public] == [True, True]
    assert "请选择情形" in sign(client, officer, row, grounds=[]).content.decode()
    assert sign(client, officer, row, from_on="2026-11-19").status_code == 422
    assert sign(client, officer, row).status_code == 302
    assert sign(client, officer, row).status_code == 422
    told = Notice.objects.get(to=base_teacher)
    assert "教学管理混乱" in told.text
    learner_told = Notice.objects.get(to=declarant.user)
    assert "不能再计入学时，请另选施教机构" in learner_told.text
    assert [held.title in client.get(page).content.decode() for page in public] == [False, False]
    client.force_login(base_teacher)
    said = {"organization": base.pk, "title": "又一期", "subject": "public", "started_on": "2026-11-20",
            "ended_on": "2026-11-20", "hours": "8"}  # fmt: skip
    refused = client.post(reverse("credits:new_roster"), said).content.decode()
    assert "被取消资格，原因：教学管理混乱" in refused
    with pytest.raises(Refused, match="教学管理混乱"):
        confirm_roster(later, version=later.version, by=base_teacher, now=NOW)
    confirm_roster(before, version=before.version, by=base_teacher, now=NOW)
    assert "被取消资格" in client.get(reverse("bases:class", args=[held.ref])).content.decode()
    with pytest.raises(Refused, match="不能报名"):
        enrol(held, [make.professional("另一人")], by=base_teacher, now=NOW)
    with pytest.raises(Refused, match="不能登记结业"):
        assess(held, {Enrolment.objects.get().pk: "passed"}, by=base_teacher, now=NOW + timedelta(days=3))
    for day, warned in ((date(2026, 11, 19), False), (date(2026, 11, 20), True)):
        declared = submitted(declarant, organiser=base.name, started_on=day, ended_on=day)
        codes = [reason.code for reason in sheet_of(declared, employer_reviewer, now=NOW).warnings]
        assert ("base_has_left" in codes) is warned
    assert base not in [line.organization for line in listed_for(["410000"], 2026, on=NOW.date())]
    client.logout()
    assert "被取消资格，原因：教学管理混乱" in client.get(told.link).content.decode()
    assert "已退出" in client.get(DIRECTORY).content.decode()
    let_return(Absence.objects.get(), row, reason="整改复查合格", by=officer, now=NOW)
    assert Notice.objects.filter(to=declarant.user, text__contains="已恢复资格").exists()
    assert held.title in client.get(public[0]).content.decode()
    Absence.objects.update(until_on=None)
    Recognition.objects.update(year=2025)
    assert carry_recognitions(now=NOW) == 0


@pytest.mark.clause("S2-06", "A27")
def test_what_a_removed_platform_reports_waits_with_the_reason_and_what_ended_before_counts(
    client: Client, declarant: Professional, officer: User
) -> None:
    make_credits.rule_set()
    unit = platform("退出的平台")
    row = Recognition.objects.get(organization=unit)
    said = {"kind": AbsenceKind.SUSPENDED, "grounds": ["other"], "reason": "接口停用"}
    assert sign(client, officer, row, **said).status_code == 302
    days = {"s-1": date(2026, 11, 19), "s-2": date(2026, 11, 20)}
    records = [record(declarant, external_id=name, started_on=day, ended_on=day) for name, day in days.items()]
    credit_records(records, speaker=speaker(unit), now=NOW)
    assert {claim.external_id: claim.state for claim in Claim.objects.all()} == {"s-1": "live", "s-2": "held"}
    assert "被暂停资格，原因：接口停用" in str(Claim.objects.get(external_id="s-2").reasons)
    assert sign(client, officer, row, grounds=["poor_teaching"]).status_code == 302
    first, second = Absence.objects.order_by("id")
    assert (first.until_on, first.lift_reason) == (date(2026, 11, 19), "改为取消资格")
    page = reverse("admin:bases_recognition_remove", args=[row.ref])
    assert client.post(page, {"act": "return", "lift_reason": ""}).status_code == 422
    assert client.post(page, {"act": "return", "lift_reason": "整改复查合格"}).status_code == 302
    second.refresh_from_db()
    assert (second.until_on, second.lift_reason) == (date(2026, 11, 19), "整改复查合格")
    assert unit in [line.organization for line in listed_for(["410000"], 2026, on=NOW.date())]
    elsewhere = make.give(make.user("平顶山经办人"), make.bureau("410400"), Duty.REGULATE)
    client.force_login(elsewhere)
    assert client.get(page).status_code == 404


@pytest.mark.clause("S2-06", "A27")
def test_a_suspension_with_an_end_is_lifted_before_it(client: Client, officer: User) -> None:
    row = Recognition.objects.get(organization=platform("暂停到年底的平台"))
    said = {"kind": AbsenceKind.SUSPENDED, "grounds": ["other"], "reason": "接口停用", "until_on": "2026-12-31"}
    assert sign(client, officer, row, **said).status_code == 302
    page = reverse("admin:bases_recognition_remove", args=[row.ref])
    lifting = {"act": "return", "lift_reason": "整改复查合格"}
    assert 'id="return-title"' in client.get(page).content.decode()
    assert client.post(page, lifting).status_code == 302
    lifted = Absence.objects.get()
    assert (lifted.until_on, lifted.lift_reason) == (date(2026, 11, 19), "整改复查合格")
    assert 'id="return-title"' not in client.get(page).content.decode()
    Absence.objects.update(lifted_at=None, until_on=date(2026, 11, 19))
    assert 'id="return-title"' not in client.get(page).content.decode()
    with pytest.raises(Refused, match="已经撤销"):
        let_return(Absence.objects.get(), row, reason="整改复查合格", by=officer, now=NOW)
