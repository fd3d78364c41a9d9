"""Inspecting what was drawn: more evidence, a hearing, a finding, and what follows from it (S2-07, S3-10, S4-16)."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.enums import Move, NoticeEvent
from accounts.models import Organization, User
from accounts.services.notices import tell
from bases.enums import CreditNoteKind
from bases.services.crediting import note_credit
from ceportal.kernel.models import StoredFile
from ceportal.kernel.rules.refusal import MovedOn, Refusal, refuse, refuse_if_any
from ceportal.kernel.rules.working_days import due_day
from ceportal.kernel.selectors.calendar import end_of, work_calendar
from ceportal.kernel.services.claims import one_by_one
from ceportal.kernel.services.trail import record
from credits.enums import ClaimState
from credits.models import Claim
from credits.rules.looking import reasons_to_look_first
from credits.services.ledger import reverse_claim
from reviews.enums import Asked, CampaignState, Finding, InspectionMove, InspectionState, Measure, ReversalCode
from reviews.models import Campaign, Decision, Inspection, InspectionStep, Sanction
from reviews.rules.inspecting import (
    CLAUSE,
    DAYS_TO_ANSWER,
    MOVES,
    reasons_not_to_find,
    reasons_not_to_intend,
    reasons_not_to_say,
)
from reviews.rules.reversing import CLAUSES, wording
from reviews.selectors.seen import unseen_of_inspection
from reviews.selectors.spot_checks import (
    holders_asked,
    may_assign,
    may_inspect,
    other_inspectors,
)
from reviews.services.openings import close_openings

JOB = "reviews.lapse_inspections"


@transaction.atomic
def ask_for_evidence(inspection: Inspection, *, of: str, text: str, by: User, now: datetime) -> None:
    """Ask the person or the unit; they have five working days."""
    refuse_if_any(reasons_not_to_say(text, "需要补充什么"))
    if of not in Asked.values:
        raise refuse("of_whom", "请选择由谁补充。", field="of")
    _inspects(inspection, by)
    _move(inspection, InspectionMove.ASK, text=text, by=by, now=now, waits_on=of, **_due(now))
    _tell_who_is_asked(inspection, "抽查需要补充材料", now)


@transaction.atomic
def answer(inspection: Inspection, *, text: str, file: StoredFile | None, by: User, now: datetime) -> None:
    """What was asked for, or a statement on the intended finding: back to the inspector."""
    refuse_if_any(reasons_not_to_say(text, "说明"))
    if by.pk not in {user.pk for user in holders_asked(inspection)}:
        raise refuse("not_asked", "这件事不由您答复。")
    is_hearing = inspection.state == InspectionState.HEARING
    move = InspectionMove.STATE if is_hearing else InspectionMove.ANSWER
    _move(inspection, move, text=text, file=file, by=by, now=now, was_heard=is_hearing or inspection.was_heard, **_DONE)
    _tell_inspector(inspection, "已答复", now)


@transaction.atomic
def intend(inspection: Inspection, *, finding: str, reversal_code: str, text: str, by: User, now: datetime) -> None:
    """Before an adverse finding the declarant is told of it, and may say something within five working days."""
    refuse_if_any([*reasons_not_to_intend(finding, reversal_code), *reasons_not_to_say(text, "查明的情况")])
    _inspects(inspection, by)
    said: dict[str, Any] = {
        "intended": finding,
        "reversal_code": reversal_code,
        "waits_on": Asked.PERSON,
        "was_heard": False,
    }
    _move(inspection, InspectionMove.INTEND, text=text, by=by, now=now, **said, **_due(now))
    _tell_who_is_asked(inspection, f"抽查拟认定为“{Finding(finding).label}”，请陈述意见", now)


@transaction.atomic
def find(inspection: Inspection, *, finding: str, text: str, by: User, now: datetime) -> None:
    """The finding, with all that follows: hours reversed (certificates follow), records, the 通报 list. Nobody finds
    sound what they have not opened, page and files (A22).
    """
    heard: dict[str, Any] = {"intended": inspection.intended, "was_heard": inspection.was_heard}
    refuse_if_any([*reasons_not_to_find(finding, inspection.reversal_code, **heard), *reasons_not_to_say(text, "结论")])
    _inspects(inspection, by)
    if finding == Finding.SOUND and inspection.state == InspectionState.OPEN:
        refuse_if_any(reasons_to_look_first(unseen_of_inspection(inspection, by), act="办结"))
    close_openings(inspection.declaration, reviewer=by, now=now)
    _move(inspection, InspectionMove.FIND, text=text, by=by, now=now, finding=finding, closed_at=now)
    if finding != Finding.SOUND:
        _draw_consequences(inspection, text, by=by, now=now)
    whose = [inspection.declaration.declarant]
    said = f"抽查“{inspection.campaign.name}”对《{inspection.declaration.title}》的结论：{Finding(finding).label}。"
    tell(whose, NoticeEvent.SPOT_CHECK, key=f"found:{inspection.ref}", text=said, link=link_of(inspection), now=now)
    _close(inspection.campaign, by=by, now=now)


@transaction.atomic
def assign(inspection: Inspection, *, to: User, by: User, now: datetime) -> None:
    """Give it to another inspector, who is told; whoever had it stays able to act, as every inspector there is."""
    if not may_assign(by, inspection):
        raise refuse("not_a_planner", "您没有为这个地区组织抽查的职责。", clause=CLAUSE)
    if not other_inspectors(inspection).filter(pk=to.pk).exists():
        raise refuse("not_able", "这位人员不能核查这一项，请从列表中选择。", field="to")
    before = inspection.inspector
    rows = Inspection.objects.filter(pk=inspection.pk, inspector=before).exclude(state=InspectionState.CLOSED)
    if not rows.update(inspector=to):
        raise MovedOn([Refusal("moved_on", "这一项刚刚有了变化，请看看现在的情况，再办理。")])
    inspection.refresh_from_db()
    text = f"由{before.name}改为{to.name}" if before else f"分给{to.name}"
    InspectionStep.objects.create(inspection=inspection, move=InspectionMove.TAKE, by=by, text=text, at=now)
    record("inspection.take", inspection, by=by, now=now, after={"to": str(to.ref)})
    _tell_inspector(inspection, "改由您核查", now)


def lapse_inspections(*, now: datetime, limit: int = 200) -> int:
    """What nobody answered in time goes back to its inspector, who decides without; gives how many."""
    late = Inspection.objects.filter(due_at__lte=now).select_related("campaign", "declaration", "inspector")
    return one_by_one(JOB, late.order_by("due_at", "pk"), lambda each: _lapse(each, now), now=now, limit=limit)


def _lapse(inspection: Inspection, now: datetime) -> bool:
    """Not what a new calendar has dated later meanwhile."""
    if not Inspection.objects.select_for_update(no_key=True).filter(pk=inspection.pk, due_at__lte=now).exists():
        return False
    heard = inspection.was_heard or inspection.state == InspectionState.HEARING
    _move(inspection, InspectionMove.LAPSE, text="期限内没有答复", by=None, now=now, was_heard=heard, **_DONE)
    _tell_inspector(inspection, "期限内没有答复", now)
    return True


_DONE: dict[str, Any] = {"waits_on": "", "due_at": None, "reminded_at_days": None}


def _due(now: datetime) -> dict[str, Any]:
    today = timezone.localdate(now)
    calendar = work_calendar(today)
    due = due_day(today, DAYS_TO_ANSWER, calendar)
    dated = {"due_is_provisional": due.is_provisional, "calendar_version": calendar.version}
    return {"due_at": end_of(due.day), "reminded_at_days": None, **dated}


def _inspects(inspection: Inspection, by: User) -> None:
    if not may_inspect(by, inspection):
        raise refuse("not_the_inspector", "您不能核查这一项：没有核查职责，或者参与过它的申报、审核。", clause=CLAUSE)


def _move(
    inspection: Inspection,
    move: InspectionMove,
    *,
    text: str,
    by: User | None,
    now: datetime,
    file: StoredFile | None = None,
    **changes: Any,
) -> None:
    was = inspection.state
    to = MOVES.get((was, move))
    rows = Inspection.objects.filter(pk=inspection.pk, state=was)
    if to is None or not rows.update(state=to, **changes):
        raise MovedOn([Refusal("moved_on", "这一项刚刚有了变化，请看看现在的情况，再办理。")])
    inspection.refresh_from_db()
    InspectionStep.objects.create(inspection=inspection, move=move, by=by, text=text.strip(), file=file, at=now)
    record(f"inspection.{move}", inspection, by=by, now=now, before={"state": was}, after={"state": to})


def _draw_consequences(inspection: Inspection, text: str, *, by: User, now: datetime) -> None:
    code = ReversalCode(inspection.reversal_code)
    claim = Claim.objects.select_related("professional").filter(declaration=inspection.declaration).first()
    if claim is not None and claim.state == ClaimState.LIVE:
        reason, bureau = wording(code, text), inspection.campaign.bureau
        reverse_claim(claim, reason=reason, clause=CLAUSES[code], organization=bureau, by=by, now=now)
    said = {"inspection": inspection, "text": text.strip(), "by": by, "at": now}
    decided = Decision.objects.filter(
        subject=inspection.declaration, round=inspection.decision.round, move=Move.APPROVE
    ).select_related("by")
    reviewers = {decision.by for decision in decided}
    measures = [Sanction(user=user, measure=Measure.RECORD, **said) for user in reviewers]
    if inspection.finding == Finding.FALSE:
        measures.append(Sanction(user=inspection.declaration.declarant, measure=Measure.ANNOUNCE, **said))
        unit: Organization | None = inspection.declaration.organization
        if unit:
            measures.append(Sanction(organization=unit, measure=Measure.WARN, **said))
            words = f"申报的学时弄虚作假，{Measure.WARN.label}：{text.strip()}"
            note_credit(unit, CreditNoteKind.SANCTION, words=words, source=inspection.ref, by=by, now=now)
    Sanction.objects.bulk_create(measures)


def _close(campaign: Campaign, *, by: User, now: datetime) -> None:
    if Inspection.objects.filter(campaign=campaign).exclude(state=InspectionState.CLOSED).exists():
        return
    rows = Campaign.objects.filter(pk=campaign.pk, state=CampaignState.DRAWN)
    if rows.update(state=CampaignState.CLOSED, closed_at=now):
        record("campaign.close", campaign, by=by, now=now)


def _tell_who_is_asked(inspection: Inspection, what: str, now: datetime) -> None:
    due = timezone.localtime(inspection.due_at - timedelta(microseconds=1)) if inspection.due_at else now
    text = f"{what}：《{inspection.declaration.title}》，请于 {due.month}月{due.day}日前答复。"
    key = f"asked:{inspection.ref}:{inspection.steps.count()}"
    tell(holders_asked(inspection), NoticeEvent.SPOT_CHECK, key=key, text=text, link=link_of(inspection), now=now)


def _tell_inspector(inspection: Inspection, what: str, now: datetime) -> None:
    if inspection.inspector:
        text = f"抽查“{inspection.campaign.name}”：《{inspection.declaration.title}》{what}，请继续核查。"
        key = f"back:{inspection.ref}:{inspection.steps.count()}"
        tell([inspection.inspector], NoticeEvent.SPOT_CHECK, key=key, text=text, now=now)


def link_of(inspection: Inspection) -> str:
    return f"/spot-checks/asked/{inspection.ref}/"
