"""Places in a class, given once; who was there; who passed, and the number of their certificate (S2-13, S3-07)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from django.core import signing
from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.enums import NoticeEvent
from accounts.models import Professional, User
from accounts.services.notices import tell
from bases.enums import ClassState, Result
from bases.models import Attendance, Enrolment, TrainingClass
from bases.rules.classes import (
    completion_number,
    reasons_not_to_assess,
    reasons_not_to_attend,
    reasons_not_to_enrol,
)
from bases.selectors.classes import reasons_of_its_base
from bases.services.classes import tell_enrolled
from ceportal.kernel.rules.moments import day_words
from ceportal.kernel.rules.refusal import MovedOn, Refusal, refuse, refuse_if_any
from ceportal.kernel.services.counters import next_number
from ceportal.kernel.services.trail import record

_SALT = "bases.sign_in"


@transaction.atomic
def enrol(training_class: TrainingClass, people: Iterable[Professional], *, by: User, now: datetime) -> int:
    """Take places for all of them, or for none; who has one already keeps it. Gives how many are new."""
    current = TrainingClass.objects.select_for_update().get(pk=training_class.pk)
    there = set(
        Enrolment.objects.filter(training_class=current, left_at__isnull=True).values_list("professional", flat=True)
    )
    wanted = [person for person in people if person.pk not in there]
    refuse_if_any(
        reasons_not_to_enrol(
            current.state, started_on=current.started_on, taken=current.taken if wanted else 0,
            capacity=current.capacity, today=timezone.localdate(now), wanted=len(wanted),
        )
    )  # fmt: skip
    refuse_if_any(reasons_of_its_base(current))
    for person in wanted:
        made = Enrolment.objects.create(training_class=current, professional=person, enrolled_by=by, made_at=now)
        record("class.enrol", made, by=by, now=now, after={"class": str(current.ref)})
    TrainingClass.objects.filter(pk=current.pk).update(taken=F("taken") + len(wanted))
    return len(wanted)


@transaction.atomic
def enrol_people(
    training_class: TrainingClass, people: Sequence[Professional], *, unit: str, by: User, now: datetime
) -> int:
    """As `enrol`, by the unit of that name for its people: each is told, and how to decline. Gives how many are new."""
    there = Enrolment.objects.filter(training_class=training_class, left_at__isnull=True)
    before = set(there.values_list("pk", flat=True))
    count = enrol(training_class, people, by=by, now=now)
    text = (
        f"{unit}为您报名了“{training_class.title}”（{training_class.organization.name}，"
        f"{day_words(training_class.started_on)}开班）。不能参加的，请在开班前打开本消息退出。"
    )
    link = reverse("bases:class", args=[training_class.ref])
    for made in there.exclude(pk__in=before).select_related("professional__user"):
        key = f"enrolled:{made.ref}"
        tell([made.professional.user], NoticeEvent.TEACHING, key=key, text=text, link=link, now=now)
    return count


@transaction.atomic
def leave(enrolment: Enrolment, *, by: User, now: datetime) -> None:
    """Give the place back, before the class begins."""
    current = TrainingClass.objects.select_for_update().get(pk=enrolment.training_class_id)
    if current.state == ClassState.OPEN and current.started_on <= timezone.localdate(now):
        raise refuse("begun", "已经开班，不能再退出。有特殊情况请联系基地。")
    if not Enrolment.objects.filter(pk=enrolment.pk, left_at__isnull=True).update(left_at=now):
        raise MovedOn([Refusal("moved_on", "您已经退出这个班。")])
    TrainingClass.objects.filter(pk=current.pk).update(taken=F("taken") - 1)
    record("class.leave", enrolment, by=by, now=now, after={"class": str(current.ref)})


def code_of_the_day(training_class: TrainingClass, day: date) -> str:
    """What the picture on the screen holds: good on that day for that class alone."""
    return signing.Signer(salt=_SALT).sign(f"{training_class.ref.hex}.{day:%Y%m%d}").rsplit(":", 1)[1]


def is_code_of_the_day(training_class: TrainingClass, day: date, code: str) -> bool:
    return constant_time_compare(code, code_of_the_day(training_class, day))


@transaction.atomic
def attend(enrolment: Enrolment, day: date, *, code: str | None, by: User, now: datetime) -> None:
    """There on a day: by the code of that day, or as the base says (no code). Twice is once."""
    training_class = enrolment.training_class
    refuse_if_any(
        reasons_not_to_attend(
            training_class.state, started_on=training_class.started_on, ended_on=training_class.ended_on, day=day,
            today=timezone.localdate(now),
        )
    )  # fmt: skip
    if code is not None and not is_code_of_the_day(training_class, day, code):
        raise refuse("old_code", "二维码不是今天的。请扫描现场今天的二维码。", field="code")
    try:
        with transaction.atomic():
            Attendance.objects.create(enrolment=enrolment, day=day, at=now, by_code=code is not None)
    except IntegrityError:
        return
    record("class.attend", enrolment, by=by, now=now, after={"day": day.isoformat(), "by_code": code is not None})


@transaction.atomic
def assess(training_class: TrainingClass, results: Mapping[int, str], *, by: User, now: datetime) -> int:
    """Who passed, by the key of the enrolment; who did gets a number once. Gives how many passed. Of a base that had
    left by the last day nobody does (A27). The trail keeps each result that changed, before and after, by the ref of
    the enrolment.
    """
    current = TrainingClass.objects.select_for_update().get(pk=training_class.pk)
    today = timezone.localdate(now)
    refuse_if_any(reasons_not_to_assess(current.state, ended_on=current.ended_on, today=today))
    refuse_if_any(reasons_of_its_base(current))
    rows = list(Enrolment.objects.filter(training_class=current, left_at__isnull=True, pk__in=results).order_by("pk"))
    before = {str(row.ref): row.result for row in rows}
    for row in rows:
        row.result = Result(results[row.pk])
        if row.result == Result.FAILED:
            row.certificate_no = ""
        elif not row.certificate_no:
            serial = next_number(f"completion:{current.year}")
            row.certificate_no = completion_number(current.year, serial, row.ref.hex)
    Enrolment.objects.bulk_update(rows, ["result", "certificate_no"])
    TrainingClass.objects.filter(pk=current.pk).update(assessed_at=now)
    passed = sum(row.result == Result.PASSED for row in rows)
    changed = {str(row.ref): row.result for row in rows if row.result != before[str(row.ref)]}
    told = {"passed": passed, "failed": len(rows) - passed, "results": changed}
    was = {"results": {ref: before[ref] for ref in changed}}
    record("class.assess", current, by=by, now=now, before=was, after=told)
    training_class.refresh_from_db()
    tell_enrolled(training_class, "考核结果已登记，可在“我的培训班”查看。", "assessed", now=now)
    return passed
