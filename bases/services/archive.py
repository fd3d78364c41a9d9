"""What is kept of a class: its documents, what its people thought of it, what their units saw of it (S2-09, S0-16)."""

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Organization, User
from bases.models import ClassFeedback, ClassFollowUp, ClassPaper, Enrolment, TrainingClass
from bases.rules.archive import reasons_not_to_follow_up, reasons_not_to_judge, reasons_not_to_keep
from ceportal.kernel.models import StoredFile
from ceportal.kernel.rules.refusal import MovedOn, Refusal, refuse_if_any
from ceportal.kernel.services.trail import record


@transaction.atomic
def keep_paper(
    training_class: TrainingClass, kind: str, label: str, stored: StoredFile, *, by: User, now: datetime
) -> ClassPaper:
    """A document of the class. The same file twice is once."""
    current = TrainingClass.objects.select_for_update(of=("self",)).get(pk=training_class.pk)
    papers = ClassPaper.objects.filter(training_class=current)
    if there := papers.filter(file=stored).first():
        return there
    refuse_if_any(reasons_not_to_keep(current.state, kind, label, count=papers.count()))
    made = ClassPaper.objects.create(
        training_class=current, kind=kind, label=label.strip(), file=stored, added_by=by, added_at=now
    )
    record("class.keep", current, by=by, now=now, after={"kind": kind, "digest": stored.digest})
    return made


@transaction.atomic
def judge(enrolment: Enrolment, points: Mapping[str, int], words: str, *, by: User, now: datetime) -> ClassFeedback:
    """What somebody thought of the class; the trail says that they did, not what."""
    training_class = enrolment.training_class
    has_judged = ClassFeedback.objects.filter(enrolment=enrolment).exists()
    refuse_if_any(
        reasons_not_to_judge(
            points, words, ended_on=training_class.ended_on, result=enrolment.result, has_judged=has_judged,
            today=timezone.localdate(now),
        )
    )  # fmt: skip
    try:
        with transaction.atomic():
            made = ClassFeedback.objects.create(enrolment=enrolment, words=words.strip(), made_at=now, **points)
    except IntegrityError as error:
        raise MovedOn([Refusal("has_judged", "您已经评价过这个班。")]) from error
    record("class.judge", enrolment, by=by, now=now)
    return made


@transaction.atomic
def follow_up(
    training_class: TrainingClass, unit: Organization, *, effect: str, words: str, by: User, now: datetime
) -> ClassFollowUp:
    """What came of it at work, by a unit whose people passed."""
    rows = ClassFollowUp.objects.filter(training_class=training_class, organization=unit)
    refuse_if_any(
        reasons_not_to_follow_up(
            effect, words, ended_on=training_class.ended_on, has_followed=rows.exists(), today=timezone.localdate(now)
        )
    )
    try:
        with transaction.atomic():
            made = ClassFollowUp.objects.create(
                training_class=training_class, organization=unit, effect=effect, words=words.strip(), made_by=by,
                made_at=now,
            )  # fmt: skip
    except IntegrityError as error:
        raise MovedOn([Refusal("has_followed", "本单位已经填写过。")]) from error
    record("class.follow_up", made, by=by, now=now, after={"class": str(training_class.ref), "effect": effect})
    return made
