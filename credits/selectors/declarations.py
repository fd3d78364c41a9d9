"""A person's own declarations: what they may see, what the rules need to know of one, and how it fared."""

from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.enums import Duty
from accounts.models import Organization, Professional, User
from accounts.selectors.duties import in_charge
from accounts.selectors.people import employer_of
from ceportal.kernel.rules.text import comparable
from ceportal.kernel.rules.working_days import working_days_left
from ceportal.kernel.selectors.calendar import work_calendar
from credits.enums import DeclarationState
from credits.models import Declaration, DeclarationStep, Evidence
from credits.rules.claiming import Worked
from credits.rules.declaring import LIVE, DeclarationFacts, Limits
from credits.rules.limits import limits_in
from credits.selectors.at_hand import at_hand
from credits.selectors.bench import Bench, requirements_of
from credits.selectors.conversions import artefact_twins, keys_of
from credits.selectors.planned import named_plan

# An abandoned draft that was never handed in is no part of a person's record.
_THROWN_AWAY = Q(state=DeclarationState.WITHDRAWN, first_submitted_at__isnull=True)


def declarations_of(professional: Professional) -> QuerySet[Declaration]:
    """Everything this person declared or is about to, newest first; thrown-away drafts left out."""
    return (
        Declaration.objects.filter(professional=professional)
        .exclude(_THROWN_AWAY)
        .select_related("activity", "waiting_on", "organization")
        .order_by("-id")
    )


def evidence_of(user: User) -> QuerySet[Evidence]:
    """The files this user attached to declarations of their own."""
    return Evidence.objects.filter(declaration__declarant=user).select_related("file", "declaration__activity")


def declaration_steps(declaration: Declaration) -> QuerySet[DeclarationStep]:
    """What happened to it so far, oldest first. A step without organization was the declarant's own."""
    return declaration.steps.select_related("organization")


def facts_of(declaration: Declaration, *, worked: Worked | None = None, is_promised: bool = True) -> DeclarationFacts:
    """The declaration as the rules see it; `worked` is what its hours come to."""
    person, activity = declaration.professional, declaration.activity
    reviewer = first_office_of(person)
    labels = tuple(declaration.evidence.values_list("label", flat=True))
    return DeclarationFacts(
        state=DeclarationState(declaration.state),
        activity=declaration.activity_id or "",
        is_attended=activity.is_attended if activity else False,
        title=declaration.title,
        organiser=declaration.organiser,
        certificate_no=declaration.certificate_no,
        remark=declaration.remark,
        subject=declaration.subject,
        public_kind=declaration.public_kind,
        started_on=declaration.started_on,
        ended_on=declaration.ended_on,
        asked_year=declaration.asked_year,
        hours=declaration.hours_claimed,
        was_passed=declaration.was_passed,
        payer=declaration.payer,
        evidence_count=len(labels),
        evidence_labels=labels,
        reviewer=reviewer.name if reviewer else "",
        is_approved=person.approved_at is not None and person.left_at is None,
        twins=named(twins_of(declaration)),
        artefact_twins=named(artefact_twins(declaration, keys_of(declaration, worked.conversion if worked else None))),
        is_promised=is_promised,
        asks=tuple(activity.asks) if activity else (),
        labels=activity.labels if activity else {},
        leaves_out=tuple(activity.leaves_out) if activity else (),
        details=declaration.details,
        plan=named_plan(declaration),
        unplanned=declaration.unplanned,
        worked=worked,
    )


def named(declarations: list[Declaration]) -> tuple[str, ...]:
    """By title, year and state, for their declarant to know them again."""
    return tuple(f"《{each.title}》（{each.year} 年度，{each.get_state_display()}）" for each in declarations)


def first_office_of(professional: Professional) -> Organization | None:
    """With whom a declaration of this person waits first: the employer, or without one the bureau of the place."""
    employer = employer_of(professional)
    return employer or in_charge(Duty.REVIEW_HOURS, professional.area, but_not=[professional.user])


def twins_of(declaration: Declaration) -> list[Declaration]:
    """The person's other declarations of the same training (same title, same days) that count or may yet count."""
    if not (declaration.title and declaration.started_on and declaration.ended_on):
        return []
    same_days = Declaration.objects.filter(
        professional=declaration.professional_id,
        year=declaration.ended_on.year,
        started_on=declaration.started_on,
        ended_on=declaration.ended_on,
        state__in=LIVE,
    ).exclude(pk=declaration.pk)
    return [other for other in same_days if comparable(other.title) == comparable(declaration.title)]


def limits_of(professional: Professional, year: int, *, today: date) -> Limits | None:
    """What the regulation of a person's year asks of a declaration; None where no rule is known."""
    found = requirements_of(professional, year, today=today)
    return limits_in(found) if found else None


def limits_at(declaration: Declaration, bench: Bench) -> Limits | None:
    """`limits_of` the declaration's year, for who has the rules at hand."""
    if hand := at_hand(declaration):
        bench.know(declaration.professional, employer=hand.employer, is_eased=hand.is_eased)
    found = bench.asked_of(declaration.professional, declaration.year or bench.this_year)
    return limits_in(found) if found else None


def elapsed_days(declaration: Declaration, now: datetime) -> int:
    """Working days since it was first handed in (A3): more than 5 is late for somebody, more than 10 for both."""
    if declaration.first_submitted_at is None:
        return 0
    start = timezone.localdate(declaration.first_submitted_at)
    return max(0, working_days_left(start, timezone.localdate(declaration.decided_at or now), work_calendar(start)))


def years_declared(professional: Professional) -> list[int]:
    """The years of this person's declarations, newest first."""
    years = declarations_of(professional).filter(year__isnull=False).order_by("-year").values_list("year", flat=True)
    return [year for year in years.distinct() if year]
