"""The bureau looks into filed plans from time to time and says what it found; the unit answers (S3-04)."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.enums import NoticeEvent
from accounts.models import Membership, Organization, User
from accounts.rules.policy import Act, duties_for
from accounts.services.notices import tell
from bases.enums import Finding
from bases.models import PlanInspection, TrainingPlan
from bases.rules.plans import reasons_not_to_answer, reasons_not_to_inspect
from bases.selectors.plans import is_in_force
from ceportal.kernel.rules.moments import day_words
from ceportal.kernel.rules.refusal import MovedOn, Refusal, refuse, refuse_if_any
from ceportal.kernel.services.trail import record


@transaction.atomic
def inspect_plan(
    plan: TrainingPlan, bureau: Organization, *, finding: str, words: str, mend_by: date | None, by: User,
    now: datetime,
) -> PlanInspection:  # fmt: skip
    """What was found, told to those who file for the unit. Nobody inspects a plan of their own (A24)."""
    if by.pk in {plan.asked_by_id, plan.declarant_id}:
        raise refuse("own", "不能检查自己报送的计划。", clause="A24")
    day = mend_by if finding == Finding.MEND else None
    refuse_if_any(
        reasons_not_to_inspect(finding, words, day, is_filed=is_in_force(plan), today=timezone.localdate(now))
    )
    made = PlanInspection.objects.create(
        plan=plan, organization=bureau, by=by, finding=finding, words=words.strip(), mend_by=day, at=now
    )
    record("trainingplan.inspect", plan, by=by, now=now, after={"finding": finding, "bureau": bureau.name})
    until = f"，请在{day_words(day)}前整改并答复" if day else ""
    text = f"{bureau.name}检查了{plan.organization.name}的{plan}：{made.get_finding_display()}{until}。"
    link = reverse("bases:training_plan", args=[plan.ref])
    tell(_filers(plan.organization), NoticeEvent.TEACHING, key=f"plan:{made.ref}", text=text, link=link, now=now)
    return made


@transaction.atomic
def answer_inspection(made: PlanInspection, *, answer: str, by: User, now: datetime) -> PlanInspection:
    """Once, by the unit; who inspected is told."""
    refuse_if_any(reasons_not_to_answer(answer, is_answered=made.answered_at is not None))
    rows = PlanInspection.objects.filter(pk=made.pk, answered_at__isnull=True)
    if not rows.update(answer=answer.strip(), answered_by=by, answered_at=now):
        raise MovedOn([Refusal("moved_on", "同事刚刚答复过了，请刷新后再看。")])
    made.refresh_from_db()
    record("trainingplan.answer", made.plan, by=by, now=now, after={"inspection": str(made.ref)})
    text = f"{made.plan.organization.name}答复了对{made.plan}的检查。"
    link = reverse("bases:training_plan", args=[made.plan.ref])
    tell(User.objects.filter(pk=made.by_id), NoticeEvent.TEACHING, key=f"plan:{made.ref}:answer", text=text,
         link=link, now=now)  # fmt: skip
    return made


def _filers(unit: Organization) -> QuerySet[User]:
    held = Membership.objects.filter(
        organization=unit, duty__in=duties_for(Act.FILE_PLANS, Act.FILE_PLANS_OF_BASES), ended_at__isnull=True
    ).values("user")
    return User.objects.filter(pk__in=held, is_active=True)
