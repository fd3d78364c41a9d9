"""高级研修项目: planned by the province, held by its host as a class, closed with a report (S0-15, S4-13)."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Duty, NoticeEvent
from accounts.models import Organization, User
from accounts.services.notices import tell
from bases.models import Seminar, TrainingClass
from bases.rules.teachers import (
    SeminarPlan,
    reasons_not_to_close,
    reasons_not_to_hold_as,
    reasons_not_to_plan_seminar,
)
from bases.selectors.directory import people_at
from bases.selectors.teachers import passed_in
from ceportal.kernel.models import StoredFile
from ceportal.kernel.rules.refusal import MovedOn, Refusal, refuse, refuse_if_any
from ceportal.kernel.services.trail import record

_TOLD = (Duty.TEACH, Duty.MANAGE_UNIT)


@transaction.atomic
def plan_seminar(
    bureau: Organization, host: Organization, plan: SeminarPlan, *, trade: Any, by: User, now: datetime
) -> Seminar:
    """Everybody reads it at once; the host is told."""
    refuse_if_any(reasons_not_to_plan_seminar(plan, this_year=timezone.localdate(now).year))
    try:
        with transaction.atomic():
            made = Seminar.objects.create(bureau=bureau, host=host, trade=trade, made_at=now, **asdict(plan))
    except IntegrityError as error:
        raise refuse("there_already", "这一年度的计划里已经有这个项目。", field="title") from error
    record("seminar.plan", made, by=by, now=now, after={"host": str(host.ref), "year": plan.year, "quota": plan.quota})
    text = f"{bureau.name}下达{plan.year}年度高级研修项目“{made.title}”，由{host.name}承办。"
    link = reverse("bases:seminar", args=[made.ref])
    tell(people_at(host, _TOLD), NoticeEvent.TEACHING, key=f"seminar:{made.ref}", text=text, link=link, now=now)
    return made


@transaction.atomic
def hold_as(seminar: Seminar, training_class: TrainingClass, *, by: User, now: datetime) -> None:
    """By this class of the host people enrol, attend and get their hours."""
    refuse_if_any(
        reasons_not_to_hold_as(
            kind=training_class.kind, hours=training_class.hours, capacity=training_class.capacity,
            of=planned(seminar), is_closed=seminar.closed_at is not None,
        )
    )  # fmt: skip
    still = Seminar.objects.filter(pk=seminar.pk, closed_at__isnull=True)
    if not still.update(training_class=training_class):
        raise _closed()
    record("seminar.hold", seminar, by=by, now=now, after={"class": str(training_class.ref)})


@transaction.atomic
def close_seminar(
    seminar: Seminar, *, summary: str, people: int | None, paper: StoredFile | None, by: User, now: datetime
) -> None:
    """Who passed the class counts where it has one; else the host says how many did."""
    of_class = passed_in(seminar.training_class) if seminar.training_class else None
    count = people or 0 if of_class is None else of_class
    is_closed = seminar.closed_at is not None
    refuse_if_any(
        reasons_not_to_close(summary, count, quota=seminar.quota, has_paper=paper is not None, is_closed=is_closed)
    )
    said = {"summary": summary.strip(), "people": count, "paper": paper, "closed_by": by, "closed_at": now}
    if not Seminar.objects.filter(pk=seminar.pk, closed_at__isnull=True).update(**said):
        raise _closed()
    record("seminar.close", seminar, by=by, now=now, after={"people": count})


def planned(seminar: Seminar) -> SeminarPlan:
    return SeminarPlan(**{name: getattr(seminar, name) for name in SeminarPlan.__dataclass_fields__})


def _closed() -> MovedOn:
    return MovedOn([Refusal("moved_on", "项目刚刚已经结项，请刷新后再看。")])
