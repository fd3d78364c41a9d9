"""Teachers kept by a base, shared with the province, named for a class (S0-16, S1-09, S1-18)."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Organization, User
from bases.enums import ClassState
from bases.models import ClassTeacher, Teacher, TrainingClass
from bases.rules.teachers import KEPT, reasons_not_to_keep, reasons_not_to_name
from ceportal.kernel.rules.refusal import MovedOn, Refusal, refuse, refuse_if_any
from ceportal.kernel.services.trail import record

_OPTIONS = ("trade", "is_full_time", "is_shared")


@transaction.atomic
def keep_teacher(unit: Organization, said: dict[str, Any], *, by: User, now: datetime) -> Teacher:
    """`said` holds what of `KEPT` is told, trade, is_full_time, is_shared and has_agreed."""
    refuse_if_any(reasons_not_to_keep(said, has_agreed=said["has_agreed"]))
    try:
        with transaction.atomic():
            made = Teacher.objects.create(organization=unit, made_by=by, made_at=now, **_columns(said))
    except IntegrityError as error:
        raise _there_already() from error
    record("teacher.keep", made, by=by, now=now, after={"is_shared": made.is_shared, "has_agreed": True})
    return made


@transaction.atomic
def edit_teacher(teacher: Teacher, said: dict[str, Any], *, by: User, now: datetime) -> None:
    refuse_if_any(reasons_not_to_keep(said, has_agreed=said["has_agreed"]))
    try:
        with transaction.atomic():
            changed = Teacher.objects.filter(pk=teacher.pk, ended_on__isnull=True).update(**_columns(said))
    except IntegrityError as error:
        raise _there_already() from error
    if not changed:
        raise MovedOn([Refusal("moved_on", "这位教师已经移出师资库。")])
    record("teacher.edit", teacher, by=by, now=now, after={"is_shared": said["is_shared"]})


@transaction.atomic
def end_teacher(teacher: Teacher, *, by: User, now: datetime) -> None:
    """Not to be picked any more; the classes they taught stay as they are."""
    still = Teacher.objects.filter(pk=teacher.pk, ended_on__isnull=True)
    if not still.update(ended_on=timezone.localdate(now)):
        raise MovedOn([Refusal("moved_on", "这位教师已经移出师资库。")])
    record("teacher.end", teacher, by=by, now=now)


@transaction.atomic
def name_teacher(
    training_class: TrainingClass, teacher: Teacher, teaches: str, *, by: User, now: datetime
) -> ClassTeacher:
    """Everybody reads it on the page of the class."""
    is_cancelled = training_class.state == ClassState.CANCELLED
    refuse_if_any(reasons_not_to_name(teaches, is_cancelled=is_cancelled))
    try:
        with transaction.atomic():
            made = ClassTeacher.objects.create(training_class=training_class, teacher=teacher, teaches=teaches.strip())
    except IntegrityError as error:
        raise refuse("there_already", "这位教师已经在这个班里。") from error
    record(
        "class.teacher", training_class, by=by, now=now, after={"teacher": str(teacher.ref), "teaches": made.teaches}
    )
    return made


@transaction.atomic
def drop_teacher(training_class: TrainingClass, teacher: Teacher, *, by: User, now: datetime) -> None:
    gone, _ = ClassTeacher.objects.filter(training_class=training_class, teacher=teacher).delete()
    if not gone:
        raise MovedOn([Refusal("moved_on", "这位教师已经不在这个班里。")])
    record("class.drop_teacher", training_class, by=by, now=now, before={"teacher": str(teacher.ref)})


def _columns(said: dict[str, Any]) -> dict[str, Any]:
    return {name: said[name].strip() for name in KEPT} | {name: said[name] for name in _OPTIONS}


def _there_already() -> Exception:
    return refuse("there_already", "师资库里已经有这位教师。", field="name")
