"""The desks of the regulation as bureaus use them: found, filled in, previewed, approved by another, told."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from credits.enums import RuleDraftState, RunKind, Subject
from credits.models import RuleDraft, RuleEffect, RuleRun, RuleSet
from credits.services.rule_drafts import put_rules_in_force
from credits.services.rule_runs import preview_draft, work_on_rule_runs
from tests import factories as make
from tests.credits import rule_drafts as rules
from tests.credits.factories import NOW, credit

pytestmark = pytest.mark.django_db
SETS = "/admin/credits/ruleset/"
DRAFTS = "/admin/credits/ruledraft/"
RUNS = "/admin/credits/rulerun/"
SOON = NOW + timedelta(minutes=1)


@pytest.fixture(autouse=True)
def on_the_day() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def drafter(rule_sets: None) -> User:
    return rules.regulator("起草人", "410000")


@pytest.fixture
def approver(rule_sets: None) -> User:
    return rules.regulator("核准人", "410000")


@pytest.fixture
def henan(rule_sets: None) -> RuleSet:
    return RuleSet.objects.get(code="henan-2026")


def typed(client: Client, address: str, **said: Any) -> dict[str, Any]:
    """What the form would send back as it stands, with `said` typed over it."""
    form = client.get(address).context["form"]
    values = {field.html_name: field.value() for field in form}
    return {name: "" if value is None else value for name, value in (values | said).items()}


def credited(name: str, public: str, professional: str, at: str = "410203") -> None:
    someone = make.professional(name, works_at=make.employer(at=make.area(at)))
    credit(someone, public, subject=Subject.PUBLIC)
    credit(someone, professional)


def test_the_list_shows_what_holds_here_and_how_sure_it_is(client: Client, rule_sets: None) -> None:
    client.force_login(rules.regulator("市里的人", "410200"))
    page = client.get(SETS).content.decode()
    for words in ("开封市 2021 年", "河南省 2026 年起", "国家：专业技术人员继续教育规定", "部分暂按执行", "有文件依据"):
        assert words in page
    assert "平顶山" not in page
    assert "广东" not in page


def test_the_list_can_be_asked_for_a_year(client: Client, rule_sets: None) -> None:
    client.force_login(rules.regulator("市里的人", "410200"))
    page = client.get(SETS, {"year": "2021"}).content.decode()
    assert "开封市 2021 年" in page
    assert "河南省 2025 年" not in page
    assert "河南省 2025 年" in client.get(SETS, {"year": "二〇二一"}).content.decode()


def test_the_list_costs_the_same_for_many_sets(
    client: Client, drafter: User, django_assert_max_num_queries: Any
) -> None:
    client.force_login(drafter)
    with django_assert_max_num_queries(18):
        assert client.get(SETS).status_code == 200


def test_one_set_shows_every_field_with_clause_and_certainty(client: Client, henan: RuleSet, drafter: User) -> None:
    client.force_login(drafter)
    page = client.get(f"{SETS}{henan.ref}/").content.decode()
    for words in ("年度合计", "90 学时", "平台说明 A26", "暂按执行", "公需科目内容", "绿色低碳", "未达标的后果"):
        assert words in page


def test_a_candidate_is_shown_as_no_rule(client: Client, drafter: User) -> None:
    RuleSet.objects.get(code="henan-2026").values.filter(field="total").update(status="candidate")
    client.force_login(drafter)
    assert "依据待核实，不是规定" in client.get(SETS).content.decode()


def test_from_the_first_click_to_the_day_it_holds(
    client: Client, henan: RuleSet, drafter: User, approver: User
) -> None:
    credited("刚好达标", "30", "60")
    client.force_login(drafter)
    edit = client.post(f"{SETS}{henan.ref}/change/")["Location"]
    data = typed(client, edit, total="96", total__clause="新文件 一", total__status="verified", document="新文件")
    page = client.post(edit, data | {"reason": ""})
    draft = RuleDraft.objects.get()
    shown = f"{DRAFTS}{draft.ref}/"
    assert page["Location"] == shown
    assert "请填写修改的理由" in client.get(shown).content.decode()
    client.post(edit, typed(client, edit, reason="收到新文件"))
    page = client.get(shown).content.decode()
    assert "改动（1 项）" in page
    draft.refresh_from_db()
    assert client.post(f"{shown}submit/", {"version": draft.version})["Location"] == shown
    client.force_login(approver)
    page = client.get(shown).content.decode()
    assert "影响预览还没有算完" in page
    work_on_rule_runs(now=SOON)
    run = RuleRun.objects.get()
    seen = client.get(f"{RUNS}{run.ref}/").content.decode()
    assert "顺河回族区" in seen
    assert "人由达标变为未达标" in seen
    assert "刚好达标" in client.get(f"{RUNS}{run.ref}/people/").content.decode()
    answer = client.post(f"{shown}approve/", {"version": draft.version}, follow=True)
    assert "已核准" in answer.content.decode()
    put_rules_in_force(now=NOW)
    work_on_rule_runs(now=SOON)
    draft.refresh_from_db()
    assert draft.state == RuleDraftState.IN_FORCE
    page = client.get(f"{SETS}{henan.ref}/").content.decode()
    assert "96 学时" in page
    assert "新文件 一" in page
    file = b"".join(client.get(f"{RUNS}{RuleRun.objects.get(kind=RunKind.IN_FORCE).ref}/csv/")).decode("utf-8-sig")
    assert "刚好达标" in file
    assert "由达标变为未达标" in file


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"total": "95.3"}, "以 0.5 为一档"),
        ({"total": "九十"}, "以 0.5 为一档"),
        ({"total": ""}, "请填写年度合计"),
        ({"total__clause": ""}, "没有注明依据的条款"),
        ({"total__status": ""}, "请在右边选择依据是否可靠"),
        ({"total__status": "verified"}, "不是文件的条款"),
        ({"deadline": "02-30"}, "请写成月-日"),
        ({"year_from": "20x6"}, "四位数字"),
        ({"year_to": "2025"}, "截止年度早于起始年度"),
        ({"levels": ["专家级"]}, "请从列表中选择职称级别"),
        ({"levels": "专家级"}, "请从列表中选择职称级别"),
        ({"total__status": "certain"}, "年度合计的依据请从列表中选择"),
        ({"version": ""}, "页面</a>：页面内容不完整"),
        ({"version": "４"}, "页面</a>：页面内容不完整"),
        ({"minutes": "121", "minutes__status": "assumed"}, "范围是 1–120"),
        ({"filing_blocks_credit": "yes", "filing_blocks_credit__status": "assumed"}, "请从列表中选择"),
        ({"themes": "字" * 301}, "最多 300 个字"),
        ({"name": "坏\u202e名"}, "无法显示的字符"),
        ({"effective_on": "2026-13-01"}, "日期"),
    ],
)
def test_each_reason_stands_beside_its_field_and_nothing_is_kept(
    client: Client, henan: RuleSet, drafter: User, said: dict, words: str
) -> None:
    client.force_login(drafter)
    edit = client.post(f"{SETS}{henan.ref}/change/")["Location"]
    answer = client.post(edit, typed(client, edit, **said))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    form = answer.context["form"]
    assert form.errors
    assert "__all__" not in form.errors
    assert RuleDraft.objects.get().version == 1


def test_the_approver_sees_changes_of_years_and_people(
    client: Client, henan: RuleSet, drafter: User, approver: User
) -> None:
    draft = rules.change(henan, drafter, year_to=2027, name="河南省 2026–2027 年")
    client.force_login(approver)
    page = client.get(f"{DRAFTS}{draft.ref}/").content.decode()
    assert "改动（2 项）" in page
    assert "<b>2026–2027 年度</b>" in page
    assert "<b>河南省 2026–2027 年</b>" in page


def test_a_preview_counts_a_year_that_is_taken_away(client: Client, henan: RuleSet, drafter: User) -> None:
    credit(make.professional("只学专业", works_at=make.employer(at=make.area("410203"))), "90")
    draft = rules.change(henan, drafter, year_from=2027)
    run = preview_draft(draft, year=2026, by=drafter, now=NOW)
    work_on_rule_runs(now=SOON)
    client.force_login(drafter)
    assert "只学专业" in client.get(f"{RUNS}{run.ref}/people/").content.decode()


def test_a_stale_page_changes_nothing(client: Client, henan: RuleSet, drafter: User) -> None:
    client.force_login(drafter)
    edit = client.post(f"{SETS}{henan.ref}/change/")["Location"]
    data = typed(client, edit, reason="第一次")
    assert client.post(edit, data).status_code == 302
    answer = client.post(edit, data | {"reason": "旧页面"})
    assert answer.status_code == 409
    assert "在另一个页面改动过" in answer.content.decode()
    assert RuleDraft.objects.get().reason == "第一次"


@pytest.mark.parametrize("act", ["submit", "take_back", "approve", "return", "drop"])
def test_an_act_without_its_version_is_refused(client: Client, henan: RuleSet, drafter: User, act: str) -> None:
    draft = rules.change(henan, drafter, total="96")
    client.force_login(drafter)
    assert client.post(f"{DRAFTS}{draft.ref}/{act}/", {"version": "４"}).status_code == 422
    draft.refresh_from_db()
    assert draft.state == RuleDraftState.DRAFTING


def test_what_the_drafter_may_not_do_is_said(client: Client, henan: RuleSet, drafter: User, approver: User) -> None:
    draft = rules.submitted(rules.change(henan, drafter, total="96"), drafter)
    client.force_login(drafter)
    page = client.get(f"{DRAFTS}{draft.ref}/").content.decode()
    assert "由另一人核准" in page
    assert "我已核对内容和影响，核准" not in page
    answer = client.post(f"{DRAFTS}{draft.ref}/approve/", {"version": draft.version})
    assert answer.status_code == 409
    assert "自己起草的规则要由另一人核准" in answer.content.decode()


def test_another_city_finds_nothing_of_it(client: Client, rule_sets: None) -> None:
    kaifeng = RuleSet.objects.get(code="kaifeng-2022")
    clerk = rules.regulator("开封的人", "410200")
    draft = rules.change(kaifeng, clerk, review_days_employer="3")
    run = preview_draft(draft, year=2026, by=clerk, now=NOW)
    client.force_login(rules.regulator("平顶山的人", "410400"))
    for address in (
        f"{SETS}{kaifeng.ref}/", f"{DRAFTS}{draft.ref}/", f"{DRAFTS}{draft.ref}/edit/", f"{RUNS}{run.ref}/",
        f"{RUNS}{run.ref}/people/", f"{RUNS}{run.ref}/csv/",
    ):  # fmt: skip
        assert client.get(address).status_code == 404, address
    assert kaifeng.name not in client.get(SETS).content.decode()
    assert draft.name not in client.get(DRAFTS).content.decode()
    assert draft.name not in client.get(RUNS).content.decode()


def test_a_city_reads_the_province_s_run_for_its_own_people_alone(
    client: Client, henan: RuleSet, drafter: User, approver: User
) -> None:
    credited("开封的人", "30", "60")
    credited("平顶山的人", "30", "60", at="410402")
    rules.in_force(rules.change(henan, drafter, total="96"), drafter, approver)
    work_on_rule_runs(now=SOON)
    run = RuleRun.objects.get(kind=RunKind.IN_FORCE)
    assert RuleEffect.objects.filter(run=run).count() == 2
    client.force_login(rules.regulator("市里的人", "410200"))
    page = client.get(f"{RUNS}{run.ref}/people/").content.decode()
    file = b"".join(client.get(f"{RUNS}{run.ref}/csv/")).decode()
    for told in (page, file):
        assert "开封的人" in told
        assert "平顶山的人" not in told
    assert "平顶山" not in client.get(f"{RUNS}{run.ref}/").content.decode()


def test_a_preview_in_the_making_shows_how_far_it_is(client: Client, henan: RuleSet, drafter: User) -> None:
    credited("刚好达标", "30", "60")
    draft = rules.change(henan, drafter, total="96")
    client.force_login(drafter)
    where = client.post(f"{DRAFTS}{draft.ref}/preview/", {"preview_year": "2026"})["Location"]
    assert "正在核算：0 / 1 人" in client.get(where).content.decode()
    assert "正在核算" in client.get(f"{where}progress/").content.decode()
    work_on_rule_runs(now=SOON)
    assert "data-run-finished" in client.get(f"{where}progress/").content.decode()
    assert client.post(f"{DRAFTS}{draft.ref}/preview/", {"preview_year": "1999"}).status_code == 422


def test_a_past_year_is_judged_anew_only_when_it_is_meant(client: Client, drafter: User) -> None:
    client.force_login(drafter)
    said = {"area": "410000", "year": "2025", "reason": "依据更正后的文件", "confirmed": "on"}
    page = client.get(f"{RUNS}past/").content.decode()
    assert "选填" not in page
    for wrong, words in (
        ({"confirmed": ""}, "请先确认"),
        ({"reason": " "}, "请写明为什么要按现行规则重新核算"),
        ({"year": "2026"}, "还没有结束"),
        ({"year": "2011"}, "这里最早的规定从 2012 年度起"),
        ({"area": "440000"}, "请从列表中选择地区"),
        ({"year": "２０x"}, "四位数字"),
    ):
        answer = client.post(f"{RUNS}past/", said | wrong)
        assert (answer.status_code, words in answer.content.decode()) == (422, True), wrong
    assert not RuleRun.objects.exists()
    answer = client.post(f"{RUNS}past/", said)
    run = RuleRun.objects.get()
    assert answer["Location"] == reverse("admin:credits_rulerun_show", args=[run.ref])
    assert (run.kind, run.reason, run.by) == (RunKind.PAST, "依据更正后的文件", drafter)


def test_the_people_are_paged_by_key_at_a_fixed_cost(
    client: Client, henan: RuleSet, drafter: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        credited(f"学员{number:02d}", "30", "60")
    run = preview_draft(rules.change(henan, drafter, total="96"), year=2026, by=drafter, now=NOW)
    work_on_rule_runs(now=SOON)
    client.force_login(drafter)
    with django_assert_max_num_queries(12):
        first = client.get(f"{RUNS}{run.ref}/people/")
    assert len(first.context["page"].items) == 25
    rest = client.get(f"{RUNS}{run.ref}/people/", {"after": first.context["page"].next_cursor})
    assert len(rest.context["page"].items) == 5
