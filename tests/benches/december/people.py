"""Runs inside the portal (`manage.py shell`): people and reviewers who can sign in, and learners of a platform."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.enums import Duty, Move, NoticeEvent
from accounts.models import Notice, Organization, Professional, User
from ceportal.kernel.selectors.calendar import calendar_version
from ceportal.office.demo.cast import UNITS
from certificates.models import Certificate
from credits.enums import STAGE_EMPLOYER, DeclarationState, Payer, Subject
from credits.models import Activity, Claim, Declaration, DeclarationStep
from reviews.enums import REVIEWING
from tests import factories as make
from tests.faults.cast import add_people

PASSWORD = "load-of-december-2026"


def prepare(people: int, reviewers: int) -> dict[str, Any]:
    """One hash for all of them: to make one for each would take longer than the trial."""
    added = add_people(0, people)
    word = make_password(PASSWORD)
    names = [person["name"] for person in added]
    users = User.objects.filter(professional__name__in=names)
    users.update(password=word)
    unit = Organization.objects.get(name=UNITS[0].name)
    numbers = [f"1870000{number:04d}" for number in range(reviewers)]
    for number in numbers:
        make.give(make.user(f"审核员{number[-4:]}", number=number), unit, Duty.REVIEW_HOURS)
    User.objects.filter(memberships__organization=unit, name__startswith="审核员").update(password=word)
    today = timezone.localdate()
    days = [today - timedelta(days=back) for back in range(1, 60)]
    return {
        "password": PASSWORD,
        "people": [person["id_number"] for person in added],
        "learners": added,
        "reviewers": numbers,
        "days": [day.isoformat() for day in days if day.year == today.year] or [date(today.year, 1, 1).isoformat()],
        "tokens": [str(token) for token in Certificate.objects.filter(state="issued").values_list("token", flat=True)],
    }


def found(declared: list[str], decided: list[str], records: list[str]) -> dict[str, int]:
    """How many of what was acknowledged are there."""
    return {
        "declared": Declaration.objects.filter(ref__in=declared).exclude(state="draft").count(),
        "decided": DeclarationStep.objects.filter(declaration__ref__in=decided, move="approve")
        .values("declaration").distinct().count(),
        "records": Claim.objects.filter(external_id__in=records).values("external_id").distinct().count(),
        "doubled": Claim.objects.filter(external_id__in=records).count(),
        "people": Professional.objects.count(),
    }  # fmt: skip


def sheets(met: dict[str, float]) -> dict[str, Any]:
    """Of those whose year was met (names, with the second of the epoch at which it was acknowledged): how many have
    their certificate, how many of it there are, and after how many seconds the last of them was issued.
    """
    issued = list(
        Certificate.objects.filter(professional__name__in=met, state="issued").values_list(
            "professional__name", "issued_at"
        )
    )
    waits = [moment.timestamp() - met[name] for name, moment in issued if moment]
    return {"people": len({name for name, _ in issued}), "sheets": len(issued), "slowest": max(waits, default=0.0)}


def fall_due(count: int, first: float, last: float) -> list[str]:
    """So many reviews that nobody does, at a unit of their own with one reviewer: they run over their limit one after
    the other, the first and the last so many seconds from now. Gives their refs.
    """
    unit, now = make.employer("超期试验单位"), timezone.now()
    make.give(make.user("超期试验审核员"), unit, Duty.REVIEW_HOURS)
    person = make.professional("超期试验学员", works_at=unit)
    activity, version = Activity.objects.get(code="training"), calendar_version()
    since, apart = now - timedelta(days=7), (last - first) / max(1, count - 1)
    rows = [
        Declaration(
            professional=person, declarant=person.user, organization=unit, state=DeclarationState.AT_EMPLOYER,
            stage=STAGE_EMPLOYER, round=1, waiting_on=unit, duty=REVIEWING, waiting_since=since,
            due_at=now + timedelta(seconds=first + number * apart), calendar_version=version, year=now.year,
            activity=activity, subject=Subject.PROFESSIONAL, title=f"超期试验{number}", organiser="试验",
            started_on=since.date(), ended_on=since.date(), hours_claimed=Decimal(4), payer=Payer.UNIT,
            created_at=since, changed_at=since, submitted_at=since, first_submitted_at=since,
        )
        for number in range(count)
    ]  # fmt: skip
    made = Declaration.objects.bulk_create(rows)
    # How it came there, for `reconcile`.
    DeclarationStep.objects.bulk_create(
        DeclarationStep(
            declaration=row, round=1, move=Move.SUBMIT, state=row.state, hours=row.hours_claimed, at=since,
            area=person.area,
        )
        for row in made
    )  # fmt: skip
    return [str(row.ref) for row in made]


def overdue(refs: list[str]) -> dict[str, Any]:
    """How many of them are marked, how many seconds after their limit, and to how many of those who review them it was
    told how often.
    """
    rows = Declaration.objects.filter(ref__in=refs)
    late = [(row.overdue_at - row.due_at).total_seconds() for row in rows if row.overdue_at and row.due_at]
    reviewer = User.objects.get(name="超期试验审核员")
    told = Notice.objects.filter(to=reviewer, event=NoticeEvent.REVIEW_OVERDUE).values_list("key", flat=True)
    times = Counter(key.split(":")[1] for key in told)
    return {"marked": len(late), "late": sorted(late), "once": sum(times[ref] == 1 for ref in refs)}
