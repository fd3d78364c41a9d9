"""Changing the regulation at the desk: two people, a preview, a day, and nothing of it twice."""

from datetime import date, timedelta

import pytest
import yaml
from django.db import IntegrityError, transaction

from accounts.enums import Duty, NoticeEvent
from accounts.models import Notice, User
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.rules.refusal import MovedOn, Refused
from credits.enums import RuleDraftState, RuleOrigin
from credits.models import RuleDraft, RuleRun, RuleSet
from credits.selectors.regulation import requirements
from credits.selectors.rule_drafts import years_left_to_giver
from credits.services.regulation import FOLDER
from credits.services.rule_drafts import (
    approve_draft,
    draft_change,
    draft_next,
    drop_draft,
    put_rules_in_force,
    return_draft,
    save_draft,
    submit_draft,
    take_back_draft,
)
from credits.services.rule_reminding import watch_rule_drafts
from credits.services.rule_sets import load_rule_sets
from tests import factories as make
from tests.credits import rule_drafts as rules
from tests.credits.factories import NOW

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


@pytest.fixture
def drafter(rule_sets: None) -> User:
    return rules.regulator("起草人", "410000")


@pytest.fixture
def approver(rule_sets: None) -> User:
    return rules.regulator("核准人", "410000")


@pytest.fixture
def henan(rule_sets: None) -> RuleSet:
    return RuleSet.objects.get(code="henan-2026")


def codes(refused: pytest.ExceptionInfo) -> set[str]:
    return {reason.code for reason in refused.value}


@pytest.mark.clause("S1-13", "A26")
def test_drafted_approved_by_another_and_in_force_on_its_day(henan: RuleSet, drafter: User, approver: User) -> None:
    draft = rules.change(henan, drafter, total="95", effective_on=TODAY + timedelta(days=3))
    draft = rules.approved(draft, drafter, approver)
    assert draft.state == RuleDraftState.APPROVED
    assert requirements("410000", 2026, "中级").total.value == 90
    assert put_rules_in_force(now=NOW) == 0
    assert put_rules_in_force(now=NOW + timedelta(days=3)) == 1
    assert put_rules_in_force(now=NOW + timedelta(days=3)) == 0
    found = requirements("410000", 2026, "中级")
    assert (found.total.value, found.total.clause, found.total.status) == (95, "测试文件 第一条", "verified")
    draft.refresh_from_db()
    assert (draft.state, draft.approver) == (RuleDraftState.IN_FORCE, approver)
    assert RuleSet.objects.get(code="henan-2026").origin == RuleOrigin.DESK
    event = AuditEvent.objects.filter(action="rule_set.put_in_force").get()
    assert (event.before["figures"]["total"][0], event.after["figures"]["total"][0]) == ("90", "95")


@pytest.mark.asvs("v5.0.0-2.3.5")
def test_the_same_hand_does_not_draft_and_approve(henan: RuleSet, drafter: User, approver: User) -> None:
    draft = rules.submitted(rules.change(henan, drafter, total="95"), drafter)
    with pytest.raises(Refused) as refused:
        approve_draft(draft, version=draft.version, by=drafter, now=NOW)
    assert codes(refused) == {"own"}
    with pytest.raises(IntegrityError, match=r"a_rule_is_approved_by_another|CHECK"), transaction.atomic():
        RuleDraft.objects.filter(pk=draft.pk).update(approver=drafter)
    with pytest.raises(IntegrityError, match=r"no_rule_comes_into_force_unapproved|CHECK"), transaction.atomic():
        RuleDraft.objects.filter(pk=draft.pk).update(state=RuleDraftState.IN_FORCE)


def test_nobody_approves_what_nobody_previewed(henan: RuleSet, drafter: User, approver: User) -> None:
    draft = rules.change(henan, drafter, total="95")
    submit_draft(draft, version=draft.version, by=drafter, now=NOW)
    with pytest.raises(Refused) as refused:
        approve_draft(draft, version=draft.version, by=approver, now=NOW)
    assert codes(refused) == {"no_preview"}


def test_a_new_set_is_copied_as_assumed_and_its_neighbour_gives_way(
    henan: RuleSet, drafter: User, approver: User
) -> None:
    area = make.area("410000")
    draft = draft_next(henan, area=area, year=2027, effective_on=date(2027, 1, 4), by=drafter, now=NOW)
    assert {status for _, _, status in draft.figures.values()} == {"assumed"}
    assert (draft.gives_way, draft.year_from, draft.year_to) == (henan, 2027, None)
    draft = rules.approved(rules.fill(draft, drafter, total="100"), drafter, approver)
    put_rules_in_force(now=NOW.replace(year=2027, month=1, day=4))
    assert requirements("410000", 2026, "中级").total.value == 90
    assert requirements("410203", 2030, "中级").total.value == 100
    henan.refresh_from_db()
    assert (henan.year_from, henan.year_to) == (2026, 2026)


def test_a_new_set_that_comes_to_speak_of_one_trade_leaves_its_neighbour_as_it_is(
    henan: RuleSet, drafter: User, approver: User
) -> None:
    draft = rules.next_set(henan, drafter, year=2027, place="410000", total="100", trade="卫生")
    assert years_left_to_giver(draft) is None
    rules.approved(draft, drafter, approver)
    put_rules_in_force(now=NOW.replace(year=2027, month=1, day=4))
    henan.refresh_from_db()
    assert (henan.year_to, henan.origin) == (None, RuleOrigin.FILE)
    assert requirements("410000", 2027, "中级").total.value == 90
    assert requirements("410000", 2027, "中级", "卫生").total.value == 100


@pytest.mark.parametrize(
    ("said", "code", "field"),
    [
        ({"public": "40"}, "parts", "total"),
        ({"reason": " "}, "empty", "reason"),
        ({"effective_on": TODAY - timedelta(days=1)}, "effective_on", "effective_on"),
        ({"effective_on": date(2027, 1, 1)}, "effective_on", "effective_on"),
        ({"year_from": 2025}, "overlap", "year_from"),
        ({"document": ""}, "document", "document"),
    ],
)
def test_what_cannot_stand_is_not_handed_in(
    henan: RuleSet, drafter: User, approver: User, said: dict, code: str, field: str
) -> None:
    draft = rules.change(henan, drafter, **({"total": "95"} if "public" not in said else {}) | said)
    with pytest.raises(Refused) as refused:
        submit_draft(draft, version=draft.version, by=drafter, now=NOW)
    assert (code, field) in {(reason.code, reason.field) for reason in refused.value}
    draft.refresh_from_db()
    assert draft.state == RuleDraftState.DRAFTING
    assert not RuleRun.objects.exists()


@pytest.mark.parametrize(
    ("figures", "code"),
    [
        ({"total": ["90.3", "一", "verified"]}, "value"),
        ({"total": ["", "", "verified"]}, "clause"),
        ({"total": ["95", "A26", "verified"]}, "unfounded"),
        ({"filing_blocks_credit": ["yes", "一", "verified"]}, "value"),
        ({"carry_over": ["yes", "一", "verified"]}, "value"),
    ],
)
def test_what_cannot_be_read_is_not_even_kept(henan: RuleSet, drafter: User, figures: dict, code: str) -> None:
    draft = draft_change(henan, effective_on=TODAY, by=drafter, now=NOW)
    content = {"figures": draft.figures | figures}
    with pytest.raises(Refused) as refused:
        save_draft(draft, version=draft.version, content=content, by=drafter, now=NOW)
    assert code in codes(refused)
    draft.refresh_from_db()
    assert draft.version == 1


def test_a_change_does_not_take_the_running_year_from_a_set(henan: RuleSet, drafter: User, approver: User) -> None:
    draft = rules.change(henan, drafter, total="95", year_from=2027)
    with pytest.raises(Refused) as refused:
        submit_draft(draft, version=draft.version, by=drafter, now=NOW)
    assert [(reason.code, reason.field) for reason in refused.value] == [("gap", "year_from")]
    draft = rules.submitted(rules.fill(draft, drafter, year_from=2026), drafter)
    RuleDraft.objects.filter(pk=draft.pk).update(year_from=2027)
    draft.refresh_from_db()
    with pytest.raises(Refused) as refused:
        approve_draft(draft, version=draft.version, by=approver, now=NOW)
    assert codes(refused) == {"gap"}


def test_a_candidate_is_never_put_in_force(henan: RuleSet, drafter: User, approver: User) -> None:
    draft = rules.change(henan, drafter)
    figures = draft.figures | {"total": ["95", "某平台网页", "candidate"]}
    draft = save_draft(draft, version=draft.version, content={"figures": figures}, by=drafter, now=NOW)
    with pytest.raises(Refused) as refused:
        submit_draft(draft, version=draft.version, by=drafter, now=NOW)
    assert codes(refused) == {"candidate"}


def test_years_that_are_over_are_only_touched_with_a_reason(rule_sets: None, drafter: User, approver: User) -> None:
    draft = rules.change(RuleSet.objects.get(code="henan-2025"), drafter, total="95")
    with pytest.raises(Refused) as refused:
        submit_draft(draft, version=draft.version, by=drafter, now=NOW)
    assert codes(refused) == {"past"}
    draft = save_draft(draft, version=draft.version, content={"past_reason": "原文件录错"}, by=drafter, now=NOW)
    assert submit_draft(draft, version=draft.version, by=drafter, now=NOW).state == RuleDraftState.WAITING


def test_of_two_who_rule_one_is_told_who_was_first(henan: RuleSet, drafter: User, approver: User) -> None:
    third = rules.regulator("第三人", "410000")
    draft = rules.submitted(rules.change(henan, drafter, total="95"), drafter)
    seen = RuleDraft.objects.get(pk=draft.pk)
    approve_draft(draft, version=draft.version, by=approver, now=NOW)
    with pytest.raises(MovedOn, match="核准人"):
        approve_draft(seen, version=seen.version, by=third, now=NOW)
    with pytest.raises(MovedOn, match="核准人"):
        return_draft(seen, version=seen.version, reason="再核对", by=third, now=NOW)
    assert draft.rulings.count() == 1


def test_returned_mended_and_handed_in_again(henan: RuleSet, drafter: User, approver: User) -> None:
    draft = rules.submitted(rules.change(henan, drafter, total="95"), drafter)
    with pytest.raises(Refused) as refused:
        return_draft(draft, version=draft.version, reason=" ", by=approver, now=NOW)
    assert codes(refused) == {"reason"}
    return_draft(draft, version=draft.version, reason="条款写错了", by=approver, now=NOW)
    assert (draft.state, draft.state_reason) == (RuleDraftState.DRAFTING, "条款写错了")
    draft = rules.fill(draft, drafter, total="96")
    with pytest.raises(Refused):
        approve_draft(draft, version=draft.version, by=approver, now=NOW)
    draft = rules.approved(draft, drafter, approver)
    assert (draft.state, draft.round, draft.rulings.count()) == (RuleDraftState.APPROVED, 2, 2)


def test_a_version_seen_is_a_version_saved(henan: RuleSet, drafter: User) -> None:
    draft = rules.change(henan, drafter, total="95")
    with pytest.raises(MovedOn):
        save_draft(draft, version=draft.version - 1, content={"reason": "旧页面"}, by=drafter, now=NOW)
    with pytest.raises(MovedOn):
        submit_draft(draft, version=draft.version - 1, by=drafter, now=NOW)


def test_taken_back_and_dropped(henan: RuleSet, drafter: User, approver: User) -> None:
    draft = rules.submitted(rules.change(henan, drafter, total="95"), drafter)
    with pytest.raises(Refused, match="本人"):
        take_back_draft(draft, version=draft.version, by=approver, now=NOW)
    take_back_draft(draft, version=draft.version, by=drafter, now=NOW)
    assert draft.state == RuleDraftState.DRAFTING
    drop_draft(draft, version=draft.version, reason="不用改了", by=drafter, now=NOW)
    with pytest.raises(MovedOn):
        drop_draft(draft, version=draft.version, reason="不用改了", by=drafter, now=NOW)
    assert draft_change(henan, effective_on=TODAY, by=drafter, now=NOW).pk != draft.pk


def test_asked_twice_there_is_one_open_draft_of_a_set(henan: RuleSet, drafter: User, approver: User) -> None:
    one = draft_change(henan, effective_on=TODAY, by=drafter, now=NOW)
    assert draft_change(henan, effective_on=TODAY, by=approver, now=NOW) == one


@pytest.mark.parametrize("place", ["410200", "410203"])
def test_a_place_writes_its_own_rules_never_those_above_or_beside(rule_sets: None, place: str) -> None:
    clerk = rules.regulator("市里的人", place)
    for code in ("henan-2026", "pingdingshan-2023", "national-order-25", "portal-defaults"):
        with pytest.raises(Refused) as refused:
            draft_change(RuleSet.objects.get(code=code), effective_on=TODAY, by=clerk, now=NOW)
        assert codes(refused) == {"not_your_place"}
    henan = RuleSet.objects.get(code="henan-2026")
    with pytest.raises(Refused):
        draft_next(henan, area=make.area("410400"), year=2027, effective_on=TODAY, by=clerk, now=NOW)
    assert draft_next(henan, area=make.area(place), year=2027, effective_on=TODAY, by=clerk, now=NOW)


def test_without_a_second_person_at_the_city_the_province_approves(rule_sets: None, approver: User) -> None:
    clerk = rules.regulator("市里唯一的人", "410200")
    draft = rules.next_set(RuleSet.objects.get(code="henan-2026"), clerk, year=2027, place="410200", total="95")
    draft = rules.approved(draft, clerk, approver)
    assert draft.state == RuleDraftState.APPROVED


def test_what_no_longer_fits_on_its_day_is_handed_back(henan: RuleSet, drafter: User, approver: User) -> None:
    draft = rules.change(henan, drafter, total="95", effective_on=TODAY + timedelta(days=3))
    draft = rules.approved(draft, drafter, approver)
    henan.values.filter(field="public").update(value="35")
    assert put_rules_in_force(now=NOW + timedelta(days=3)) == 0
    draft.refresh_from_db()
    assert (draft.state, draft.approver) == (RuleDraftState.DRAFTING, None)
    assert "已经变动" in draft.state_reason
    assert Notice.objects.filter(to=drafter, event=NoticeEvent.REQUEST_DECIDED, text__contains="没有生效").exists()


def file_entries() -> list:
    return yaml.safe_load((FOLDER / "henan.yaml").read_text(encoding="utf-8"))


def test_no_file_overwrites_what_a_desk_has_written(henan: RuleSet, drafter: User, approver: User) -> None:
    rules.in_force(rules.change(henan, drafter, total="95"), drafter, approver)
    assert load_rule_sets(file_entries(), now=NOW) == 0
    henan.refresh_from_db()
    assert henan.file_set_aside == ""
    changed = file_entries()
    changed[-1]["values"]["total"] = [91, "新文件", "verified"]
    changed[0]["name"] = "改过的名称"
    events = AuditEvent.objects.filter(action="rule_set.set_aside")
    for _ in range(2):
        load_rule_sets(changed, now=NOW)
        henan.refresh_from_db()
        assert henan.file_set_aside
        assert events.count() == 1
    assert requirements("410000", 2026, "中级").total.value == 95
    assert RuleSet.objects.get(code="henan-2012-senior").name == "改过的名称"
    load_rule_sets(file_entries(), now=NOW)
    assert requirements("410000", 2026, "中级").total.value == 95


def test_a_file_s_new_set_does_not_push_a_desk_s_out(henan: RuleSet, drafter: User, approver: User) -> None:
    draft = rules.next_set(henan, drafter, year=2027, place="410000", total="100")
    rules.approved(draft, drafter, approver)
    put_rules_in_force(now=NOW.replace(year=2027, month=1, day=4))
    changed = file_entries()
    changed[-1]["years"] = [2026, 2026]
    changed.append(changed[-1] | {"code": "henan-2027", "name": "河南省 2027 年", "years": [2027, None]})
    load_rule_sets(changed, now=NOW)
    assert requirements("410000", 2027, "中级").total.value == 100
    assert not RuleSet.objects.filter(code="henan-2027").exists()
    assert RuleSet.objects.get(code=draft.code).file_set_aside


def test_reminded_and_never_approved_by_the_clock(henan: RuleSet, drafter: User, approver: User) -> None:
    draft = rules.submitted(rules.change(henan, drafter, total="95"), drafter)
    watch_rule_drafts(now=draft.due_at + timedelta(minutes=1))
    draft.refresh_from_db()
    assert (draft.state, draft.overdue_at is None) == (RuleDraftState.WAITING, False)
    told = Notice.objects.filter(key__contains="overdue", key__startswith="rule_draft")
    assert {notice.to for notice in told} == {approver}


def test_only_who_keeps_the_rules_drafts(rule_sets: None) -> None:
    clerk = make.give(make.user("经办人"), make.bureau("410000"), Duty.OVERSEE, Duty.REVIEW_HOURS)
    with pytest.raises(Refused):
        draft_change(RuleSet.objects.get(code="henan-2026"), effective_on=TODAY, by=clerk, now=NOW)
