"""A change of the regulation from its draft to its day: drafted by one, approved by another, put in force by the clock.

Every move is one conditional update on state and version; the second of two hands is refused with the winner's name.
"""

from collections.abc import Mapping
from copy import copy
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Duty, Move, NoticeEvent
from accounts.models import Area, User
from accounts.selectors.duties import in_charge, who_can_rule
from accounts.services.notices import tell
from accounts.services.routing import rule_on, send_on, settle
from ceportal.kernel.rules.dated import DatedRule, overlap
from ceportal.kernel.rules.refusal import MovedOn, Refusal, Refused, refuse, refuse_if_any
from ceportal.kernel.services.claims import one_by_one
from ceportal.kernel.services.trail import record
from credits.enums import RuleDraftState as State
from credits.enums import RuleOrigin
from credits.models import RuleDraft, RuleSet
from credits.rules.rule_drafts import (
    MOVES,
    OPEN,
    DraftMove,
    digest_of,
    reasons_not_to_keep,
    reasons_not_to_move,
    reasons_not_to_submit,
    reasons_not_to_turn_down,
    said,
    with_draft,
)
from credits.rules.rule_words import whose
from credits.selectors.regulation import as_rule, rule_book
from credits.selectors.rule_drafts import (
    drafts_to_put_in_force,
    facts_of,
    ground_of,
    own_areas,
    reasons_not_to_approve,
    reasons_of_the_day,
    rule_of,
)
from credits.services.rule_runs import judge_touched, preview_draft
from credits.services.rule_sets import lock_regulation, write_rule_set

JOB = "credits.put_rules_in_force"
A_ROUND = 20


@transaction.atomic
def draft_change(rule_set: RuleSet, *, effective_on: date, by: User, now: datetime) -> RuleDraft:
    """A draft of what a rule set shall say instead. One that is open already is taken up again."""
    area = _own_area(rule_set.area_code, by)
    held = RuleDraft.objects.filter(changes=rule_set, state__in=OPEN).first()
    if held:
        return held
    rule = as_rule(rule_set)
    return _start(rule, area, changes=rule_set, gives_way=None, effective_on=effective_on, by=by, now=now)


@transaction.atomic
def draft_next(rule_set: RuleSet, *, area: Area, year: int, effective_on: date, by: User, now: datetime) -> RuleDraft:
    """A draft of a new set from `year` on, its figures copied from a neighbour's and assumed until somebody has read
    the new document (A26). Where the neighbour speaks of the same people then, it gives way.
    """
    _own_area(area.pk, by)
    source = as_rule(rule_set)
    years = replace(source, area_code=area.pk, year_from=year, year_to=None)
    rows = RuleSet.objects.filter(area_code=area.pk).prefetch_related("values")
    gives_way = next((row for row in rows if overlap(as_rule(row), years)), None)
    found = {**source.figures, **(as_rule(gives_way).figures if gives_way else {})}
    figures = {
        name: replace(figure, status="assumed" if figure.status == "verified" else figure.status)
        for name, figure in found.items()
    }
    rule = replace(
        source,
        name=_name_of(area, source, year),
        area_code=area.pk,
        year_from=year,
        year_to=None,
        document="",
        note="",
        figures=figures,
    )
    draft = _start(rule, area, changes=None, gives_way=gives_way, effective_on=effective_on, by=by, now=now)
    RuleDraft.objects.filter(pk=draft.pk).update(code=f"{area.pk}-{year}-{draft.ref.hex[:8]}")
    draft.refresh_from_db()
    return draft


@transaction.atomic
def save_draft(draft: RuleDraft, *, version: int, content: Mapping[str, Any], by: User, now: datetime) -> RuleDraft:
    """Keep what was typed: columns of the draft by name. Raises `Refused` for what cannot be read, `MovedOn` when it
    was changed elsewhere.
    """
    _refuse_unless_drafter(draft, by)
    refuse_if_any(_reasons_not_to_edit(draft))
    typed = copy(draft)
    for name, value in content.items():
        setattr(typed, name, value)
    refuse_if_any(reasons_not_to_keep(facts_of(typed)))
    rows = _as_read(draft, version)
    if not rows.update(**content, version=F("version") + 1, ground=ground_of(draft), changed_at=now):
        raise _moved_on(draft, version)
    draft.refresh_from_db()
    after = {"version": draft.version, **said(rule_of(draft))}
    record("rule_draft.edit", draft, by=by, now=now, after=after)
    return draft


@transaction.atomic
def submit_draft(draft: RuleDraft, *, version: int, by: User, now: datetime) -> RuleDraft:
    """Hand it to a second person of the bureau, or of the one above; what it would change is counted meanwhile."""
    _refuse_unless_drafter(draft, by)
    refuse_if_any(reasons_not_to_move(draft.state, DraftMove.SUBMIT))
    facts, today = facts_of(draft), timezone.localdate(now)
    refuse_if_any(reasons_not_to_submit(facts, rule_book(), today=today))
    to = in_charge(Duty.REGULATE, draft.area, but_not=[by])
    if to is None:
        raise refuse("nobody_in_charge", "还没有可以核准规则的人社部门，请联系上级人社部门。")
    is_sent = send_on(
        _as_read(draft, version),
        state=MOVES[State.DRAFTING, DraftMove.SUBMIT],
        stage=0,
        to=to,
        duty=Duty.REGULATE,
        now=now,
        new_round=True,
        approver=None,
        submitted_at=now,
        state_reason="",
    )
    if not is_sent:
        raise _moved_on(draft, version)
    draft.refresh_from_db()
    record("rule_draft.submit", draft, by=by, now=now, after={"version": draft.version})
    preview_draft(draft, year=year_to_preview(facts.rule, today), by=by, now=now)
    text = f"{by.name}起草的“{draft.name}”等您核准。核准前请看影响预览。"
    _tell(draft, who_can_rule(draft), NoticeEvent.REQUEST_WAITING, f"{draft.round}:waiting", text, now)
    return draft


@transaction.atomic
def take_back_draft(draft: RuleDraft, *, version: int, by: User, now: datetime) -> RuleDraft:
    """Whoever drafted it takes it back while nobody has ruled."""
    _refuse_unless_drafter(draft, by)
    _settle(draft, DraftMove.TAKE_BACK, version, by=by, now=now)
    return draft


@transaction.atomic
def approve_draft(draft: RuleDraft, *, version: int, by: User, now: datetime) -> RuleDraft:
    """The second person says yes to what was previewed; on its day it comes into force (S1-13, A26)."""
    _refuse_unless_rules(draft, by)
    lock_regulation()
    refuse_if_any(reasons_not_to_approve(draft, timezone.localdate(now)))
    ruled_on = RuleDraft.objects.select_related("waiting_on").get(pk=draft.pk)
    _settle(draft, DraftMove.APPROVE, version, by=by, now=now, approver=by, approved_at=now)
    rule_on(ruled_on, move=Move.APPROVE, by=by, now=now)
    text = f"您起草的“{draft.name}”已由{by.name}核准，{draft.effective_on} 生效。"
    _tell(draft, [draft.declarant], NoticeEvent.REQUEST_DECIDED, f"{draft.round}:approved", text, now)
    return draft


@transaction.atomic
def return_draft(draft: RuleDraft, *, version: int, reason: str, by: User, now: datetime) -> RuleDraft:
    """The second person says no, and why; the draft can be mended."""
    _refuse_unless_rules(draft, by)
    refuse_if_any(reasons_not_to_turn_down(reason))
    ruled_on = RuleDraft.objects.select_related("waiting_on").get(pk=draft.pk)
    _settle(draft, DraftMove.RETURN, version, by=by, now=now, state_reason=reason.strip())
    rule_on(ruled_on, move=Move.RETURN, by=by, now=now, reason=reason.strip())
    text = f"您起草的“{draft.name}”被退回：{reason.strip()}"
    _tell(draft, [draft.declarant], NoticeEvent.REQUEST_DECIDED, f"{draft.round}:returned", text, now)
    return draft


@transaction.atomic
def drop_draft(draft: RuleDraft, *, version: int, reason: str, by: User, now: datetime) -> RuleDraft:
    """Give it up, also one that was approved and is not in force yet."""
    _refuse_foreign(draft, by)
    refuse_if_any(reasons_not_to_turn_down(reason))
    _settle(draft, DraftMove.DROP, version, by=by, now=now, state_reason=reason.strip())
    return draft


def put_rules_in_force(*, now: datetime) -> int:
    """The clock: what was approved and whose day has come. How many came into force."""
    rows = drafts_to_put_in_force(timezone.localdate(now))
    return one_by_one(JOB, rows, partial(_put_in_force, now=now), now=now, limit=A_ROUND)


def year_to_preview(rule: DatedRule, today: date) -> int:
    """The year with people in it that shows best whom a rule changes: this one, or the last of those it speaks of."""
    last = today.year if rule.year_to is None else min(today.year, rule.year_to)
    return last if last >= rule.year_from else today.year


def _put_in_force(draft: RuleDraft, *, now: datetime) -> bool:
    """Write it, and leave the accounts to be judged; or hand it back where it can no longer stand."""
    lock_regulation()
    if reasons := reasons_of_the_day(draft, timezone.localdate(now)):
        _hand_back(draft, reasons, now)
        return False
    facts, book = facts_of(draft), rule_book()
    after = with_draft(book, facts)
    replaced, written = [rule for rule in book if rule not in after], [rule for rule in after if rule not in book]
    moved = _as_read(draft, draft.version).update(
        state=MOVES[State.APPROVED, DraftMove.TAKE_EFFECT], in_force_at=now, replaced=[said(rule) for rule in replaced]
    )
    if not moved:
        return False
    for rule in written:
        write_rule_set(rule, origin=RuleOrigin.DESK, action="put_in_force", by=draft.approver, now=now)
    draft.refresh_from_db()
    record("rule_draft.take_effect", draft, by=None, now=now, after=said(facts.rule))
    judge_touched(written, replaced=replaced, draft=draft, by=draft.declarant, now=now)
    people = [draft.declarant, *([draft.approver] if draft.approver else [])]
    text = f"“{draft.name}”已生效。本年度涉及的人员正在重新核算。"
    _tell(draft, people, NoticeEvent.RULES_CHANGED, "in_force", text, now)
    return True


def _hand_back(draft: RuleDraft, reasons: list[Refusal], now: datetime) -> None:
    """The regulation has changed since it was approved."""
    why = "；".join(reason.message for reason in reasons)[:500]
    state = MOVES[State.APPROVED, DraftMove.FAIL]
    if _as_read(draft, draft.version).update(state=state, approver=None, approved_at=None, state_reason=why):
        record("rule_draft.fail", draft, by=None, now=now, after={"reason": why})
        people = [draft.declarant, *([draft.approver] if draft.approver else [])]
        text = f"“{draft.name}”没有生效，已退回起草：{why}"
        _tell(draft, people, NoticeEvent.REQUEST_DECIDED, f"{draft.round}:failed", text, now)


def _start(
    rule: DatedRule,
    area: Area,
    *,
    changes: RuleSet | None,
    gives_way: RuleSet | None,
    effective_on: date,
    by: User,
    now: datetime,
) -> RuleDraft:
    values = said(rule)
    draft = RuleDraft.objects.create(
        declarant=by,
        changes=changes,
        gives_way=gives_way,
        area=area,
        code=rule.code,
        **{name: values[name] for name in ("name", "trade", "levels", "document", "note", "figures")},
        year_from=rule.year_from,
        year_to=rule.year_to,
        ground=digest_of(*(as_rule(row) for row in (changes, gives_way) if row)),
        effective_on=effective_on,
        made_at=now,
        changed_at=now,
    )
    record("rule_draft.start", draft, by=by, now=now, after=values)
    return draft


def _settle(draft: RuleDraft, move: DraftMove, version: int, *, by: User, now: datetime, **changes: Any) -> None:
    """Let it wait with nobody any more, by `move`."""
    if any(reasons_not_to_move(draft.state, move)):
        raise _moved_on(draft)
    was = State(draft.state)
    if not settle(_as_read(draft, version), state=MOVES[was, move], changed_at=now, **changes):
        raise _moved_on(draft, version)
    draft.refresh_from_db()
    record(f"rule_draft.{move}", draft, by=by, now=now, before={"state": was}, after={"version": draft.version})


def _name_of(area: Area, source: DatedRule, year: int) -> str:
    """河南省 2027 年度起, 河南省 2027 年度起（会计）."""
    people = f"（{whose(source)}）" if source.trade or source.levels else ""
    return f"{area.name} {year} 年度起{people}"


def _own_area(code: str, by: User) -> Area:
    area = own_areas(by).filter(pk=code).first()
    if area is None:
        raise refuse("not_your_place", "这不是您所在人社部门负责的地区，不能起草这里的规则。")
    return area


def _refuse_foreign(draft: RuleDraft, by: User) -> None:
    _own_area(draft.area_id, by)


def _refuse_unless_drafter(draft: RuleDraft, by: User) -> None:
    _refuse_foreign(draft, by)
    if draft.declarant_id != by.pk:
        raise refuse("not_yours", f"这份草案由{draft.declarant.name}起草，请由本人修改和提交。")


def _reasons_not_to_edit(draft: RuleDraft) -> list[Refusal]:
    if draft.state == State.DRAFTING:
        return []
    return [Refusal("not_editable", f"这份草案现在是“{State(draft.state).label}”，内容不能再改。")]


def _refuse_unless_rules(draft: RuleDraft, by: User) -> None:
    if draft.declarant_id == by.pk:
        raise refuse("own", "自己起草的规则要由另一人核准。", clause="A24")
    if draft.state != State.WAITING:
        raise _moved_on(draft)
    if not who_can_rule(draft).filter(pk=by.pk).exists():
        raise refuse("not_your_duty", "这份草案不由您核准。")


def _as_read(draft: RuleDraft, version: int) -> QuerySet[RuleDraft]:
    """The row, provided it stands as it was read and shown."""
    return RuleDraft.objects.filter(pk=draft.pk, state=draft.state, round=draft.round, version=version)


def _moved_on(draft: RuleDraft, version: int | None = None) -> Refused:
    """Says where it stands now, and who moved it there. `version` is what the hand had seen."""
    current = RuleDraft.objects.select_related("approver", "declarant").get(pk=draft.pk)
    stands = State(current.state).label
    if current.approver:
        return MovedOn([Refusal("moved_on", f"这份草案已由{current.approver.name}核准，现在是“{stands}”。")])
    if current.state == draft.state and current.version != (version or draft.version):
        return MovedOn([Refusal("moved_on", "这份草案刚刚在另一个页面改动过，请看看现在的内容，再决定。")])
    ruling = current.rulings.select_related("by").order_by("-id").first()
    if ruling and ruling.round == draft.round:
        return MovedOn([Refusal("moved_on", f"这份草案已由{ruling.by.name}{ruling.get_move_display()}。")])
    return MovedOn([Refusal("moved_on", f"这份草案刚刚有变动，现在是“{stands}”，请看看现在的内容，再决定。")])


def _tell(draft: RuleDraft, to: Any, event: NoticeEvent, key: str, text: str, now: datetime) -> None:
    link = reverse("admin:credits_ruledraft_show", args=[draft.ref])
    tell(to, event, key=f"rule_draft:{draft.ref}:{key}", text=text, link=link, now=now)
