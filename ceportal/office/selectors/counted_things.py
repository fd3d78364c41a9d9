"""What a figure was counted from, thing by thing: one person's trainings, reviews and spot checks; classes; plans; what
was handed in and decided on a day.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.enums import Move
from accounts.models import Organization, Professional
from bases.models import TrainingClass, TrainingPlanItem
from ceportal.kernel.selectors.calendar import whole_calendar
from ceportal.office.rules.counting import FORMS, form_of
from ceportal.office.selectors.classes_held import classes_seen_by, plans_in_force
from ceportal.office.selectors.counting import DECIDED, days_used
from ceportal.office.selectors.statistics import Asked, Scope
from credits.enums import ClaimState
from credits.models import Claim, DeclarationStep
from reviews.models import Decision, Inspection

MOST = 200


@dataclass(frozen=True)
class Learned:
    """A training that counts, with its form and who paid in words."""

    claim: Claim
    form: str
    payer: str


@dataclass(frozen=True)
class Reviewed:
    """A decision, the working days of its limit that were used up, and whether it came too late."""

    decision: Decision
    days: int
    is_late: bool


def trainings_of(person: Professional, year: int) -> list[Learned]:
    """Each is one of 人次."""
    rows = Claim.objects.filter(professional=person, year=year, state=ClaimState.LIVE)
    found = rows.select_related("declaration__activity").order_by("ended_on", "pk")[:MOST]
    return [_learned(claim) for claim in found]


def _learned(claim: Claim) -> Learned:
    declared = claim.declaration
    activity = declared.activity if declared else None
    form = form_of(claim.door, is_attended=bool(activity and activity.is_attended))
    return Learned(claim, FORMS[form], declared.get_payer_display() if declared else "")


def reviews_of(person: Professional, year: int) -> list[Reviewed]:
    calendar = whole_calendar()
    rows = Decision.objects.filter(subject__professional=person, subject__year=year)
    found = rows.select_related("subject", "organization", "by").order_by("at", "pk")[:MOST]
    return [
        Reviewed(
            one, days_used(one.at, one.was_due_at, one.subject.limit_days, calendar), one.at > one.was_due_at
        )
        for one in found
    ]  # fmt: skip


def inspections_of(person: Professional, year: int) -> QuerySet[Inspection]:
    rows = Inspection.objects.filter(declaration__professional=person, declaration__year=year)
    return rows.select_related("declaration", "campaign").order_by("pk")[:MOST]


def classes_counted(scope: Scope, asked: Asked, narrowed: dict[str, str | bool]) -> QuerySet[TrainingClass]:
    """The classes of one row: of a kind, of a form, or of public interest."""
    rows = classes_seen_by(scope, asked).filter(**narrowed)
    return rows.select_related("organization__area")


def trainings_planned(scope: Scope, asked: Asked, funding: str) -> QuerySet[TrainingPlanItem]:
    """The planned trainings of one row: of who pays."""
    rows = TrainingPlanItem.objects.filter(plan__in=plans_in_force(scope, asked).values("pk"))
    rows = rows.filter(funding=funding) if funding else rows
    return rows.select_related("plan__organization__area")


def steps_of_a_day(scope: Scope, day: date, *, is_decided: bool) -> QuerySet[DeclarationStep]:
    """Declarations handed in, or decisions made, on a day, as `DayCount` counts them."""
    begin = timezone.make_aware(datetime.combine(day, time.min))
    moves = DECIDED if is_decided else (Move.SUBMIT,)
    rows = DeclarationStep.objects.filter(at__gte=begin, at__lt=begin + timedelta(days=1), move__in=moves)
    reach = scope.reach
    under = Organization.objects.filter(
        Q(pk__in=reach.authorities, is_authority=True)
        | Q(is_authority=False, supervisor__in=reach.authorities, supervisor__is_authority=True)
    )
    rows = rows.filter(reach.of_places("area") | Q(declaration__organization__in=under.values("pk")))
    return rows.select_related("declaration__professional", "declaration__organization", "organization")
