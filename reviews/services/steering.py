"""Once a day each employer is looked at: where its people went who paid themselves (S4-18). A person decides, once."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.enums import Duty, NoticeEvent
from accounts.models import Organization, User
from accounts.selectors.duties import holders_of, in_charge
from accounts.services.notices import tell
from bases.enums import CreditNoteKind
from bases.selectors.directory import listed_institutions
from bases.services.crediting import note_credit
from ceportal.kernel.enums import JobState
from ceportal.kernel.models import Job
from ceportal.kernel.rules.refusal import MovedOn, Refusal, refuse, refuse_if_any
from ceportal.kernel.services.jobs import begin_daily, renew, work_off
from ceportal.kernel.services.trail import record
from reviews.enums import Verdict
from reviews.models import Steering
from reviews.rules.signals import reasons_not_to_judge
from reviews.rules.steering import CLAUSE, OnePlace, one_place
from reviews.selectors.steering import employers_after, paid_by_people, steering_judged_by

JOB = "reviews.steering"
EMPLOYERS = 200


def look_for_steering(*, now: datetime) -> int:
    """Begin the day's look, and work on it; gives how many chunks were done."""
    is_open = begin_daily(JOB, {"after": 0}, now=now)
    return work_off((JOB,), work_on, now=now) if is_open else 0


@transaction.atomic
def work_on(job: Job, *, now: datetime) -> bool:
    """The next employers, for this year and the last. False when all were looked at, or the lease is lost."""
    if not renew(job, now=now):
        return False
    params, year = job.params, timezone.localdate(now).year
    employers = employers_after(params["after"], EMPLOYERS)
    if not employers:
        Job.objects.filter(pk=job.pk).update(state=JobState.DONE, finished_at=now, claimed_until=None)
        return False
    for employer in employers:
        for each in (year - 1, year):
            if place := one_place(paid_by_people(employer, each)):
                _note(employer, each, place, now)
    params["after"] = employers[-1]
    looked_at = F("done") + len(employers)
    Job.objects.filter(pk=job.pk).update(done=looked_at, total=looked_at, params=params)
    return True


def _note(employer: int, year: int, place: OnePlace, now: datetime) -> None:
    """The same place of the same year is one sign, whose numbers go on until somebody decides."""
    numbers = {"people": place.people, "payers": place.payers}
    facts = numbers | {"organiser": place.name, "found_at": now}
    sign, is_new = Steering.objects.get_or_create(
        organization_id=employer, year=year, organiser_key=place.key, defaults=facts
    )
    if not is_new:
        Steering.objects.filter(pk=sign.pk, verdict="").update(**numbers)
        return
    record("steering.raise", sign, by=None, now=now, after={"unit": str(sign.organization.ref), **numbers})
    _tell_the_bureau(sign.organization, now)


def _tell_the_bureau(employer: Organization, now: datetime) -> None:
    """The nearest that decides on signs, once a day, without saying about whom."""
    bureau = in_charge(Duty.REVERSE_HOURS, employer.area)
    if bureau is not None:
        text = "今天发现了新的线索：有单位自费学习的人员几乎都在同一家机构。请到“集中于一家机构的线索”核实。"
        key = f"steering:{bureau.ref}:{timezone.localdate(now)}"
        tell(holders_of(bureau, Duty.REVERSE_HOURS), NoticeEvent.SPOT_CHECK, key=key, text=text, now=now)


@transaction.atomic
def judge_steering(sign: Steering, *, verdict: str, reason: str, by: User, now: datetime) -> None:
    """What a person of the bureau makes of it; nothing follows by itself. `MovedOn` when it was decided already."""
    refuse_if_any(reasons_not_to_judge(verdict, reason))
    if not steering_judged_by(by).filter(pk=sign.pk).exists():
        raise refuse("not_yours", "这条线索不由您处理。", clause=CLAUSE)
    rows = Steering.objects.filter(pk=sign.pk, verdict="")
    if not rows.update(verdict=verdict, reason=reason.strip(), decided_by=by, decided_at=now):
        raise MovedOn([Refusal("decided", "这条线索已经有人处理过，结果见下。")])
    sign.refresh_from_db()
    record("steering.judge", sign, by=by, now=now, before={"verdict": ""}, after={"verdict": verdict})
    if verdict == Verdict.CONFIRMED:
        _note_credit(sign, by=by, now=now)


def _note_credit(sign: Steering, *, by: User, now: datetime) -> None:
    """In the unit's credit record; in that of the institution too, for itself and the offices above it alone."""
    numbers = f"{sign.year} 年度 {sign.payers} 名自费学习的人员中 {sign.people} 人"
    said: dict[str, Any] = {"source": sign.ref, "by": by, "now": now}
    public = f"{numbers}在同一家机构学习，经核实属于强制指定。"
    note_credit(sign.organization, CreditNoteKind.STEERED, words=sign.reason, public_words=public, **said)
    for institution in listed_institutions().filter(name_key=sign.organiser_key).exclude(pk=sign.organization_id):
        words = f"{sign.organization}{numbers}在本机构学习：{sign.reason}"
        note_credit(institution, CreditNoteKind.FAVOURED, words=words, **said)
