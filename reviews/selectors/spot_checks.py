"""Spot checks: what can be drawn, who sees which campaign, who inspects, and whom something is asked of."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, Exists, F, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.enums import Move
from accounts.models import Membership, Organization, User
from accounts.rules.policy import POLICY, Act
from accounts.selectors.duties import below, units_for, units_for_any
from credits.enums import ClaimState, DeclarationState
from credits.models import Claim, Declaration
from credits.selectors.bench import Bench
from credits.selectors.regulation import rule_book
from reviews.enums import Asked, CampaignState, Finding, InspectionState
from reviews.models import Campaign, Decision, Inspection, InspectionStep, Opening, Sanction
from reviews.rules.drawing import QUICK_SECONDS, Ballot, Risk, is_near
from reviews.selectors.signals import suspects

QUICK = timedelta(seconds=QUICK_SECONDS)


def planning_bureaus(user: User) -> QuerySet[Organization]:
    return units_for(user, Act.PLAN_SPOT_CHECKS).select_related("area").order_by("area__path")


def campaigns_seen_by(user: User) -> QuerySet[Campaign]:
    """The campaigns of one's bureaus and of those below them, for who plans or inspects."""
    units = units_for_any(user, Act.PLAN_SPOT_CHECKS, Act.INSPECT)
    seen = Q(pk__in=[])
    for unit in units.select_related("area"):
        seen |= Q(**below(unit.area, "bureau__area"))
    return Campaign.objects.filter(seen).select_related("bureau", "bureau__area", "published_by").defer("frame")


def ballots(bureau: Organization, decided_from: date, decided_until: date, *, now: datetime) -> list[Ballot]:
    """Every approval of these days in the place of `bureau` by which hours count, under its reviewer, with its risk."""
    bench = Bench(rule_book(), now)
    opened = (
        Opening.objects.filter(declaration=OuterRef("subject"), reviewer=OuterRef("by"), version=OuterRef("version"))
        .values("declaration")
        .annotate(first=Min("opened_at"))
        .values("first")
    )
    about = Q(declaration=OuterRef("subject")) | Q(other=OuterRef("subject"))
    rows = _approvals(bureau, decided_from, decided_until).annotate(
        opened_at=opened, is_suspect=Exists(suspects().filter(about)), of_kind=_hours_of_kind()
    )
    rows = rows.select_related(
        "subject__conversion", "subject__standard", "subject__professional__area",
        "subject__professional__title_series",
    )  # fmt: skip
    return [
        Ballot(
            str(row.ref_of_subject),  # type: ignore[attr-defined]
            str(row.ref_of_reviewer),  # type: ignore[attr-defined]
            Risk(
                was_quick=row.opened_at is not None and row.at - row.opened_at < QUICK,  # type: ignore[attr-defined]
                was_late=row.at > row.was_due_at,
                near_cap=is_near(row.of_kind, _cap_of(row.subject, bench)),  # type: ignore[attr-defined]
                is_suspect=row.is_suspect,  # type: ignore[attr-defined]
            ).tickets,
        )
        for row in rows
    ]


def _hours_of_kind() -> Coalesce:
    """What counts of the person's hours of the same kind in the same year."""
    same = Declaration.objects.filter(
        professional=OuterRef("subject__professional"),
        activity=OuterRef("subject__activity"),
        year=OuterRef("subject__year"),
        state=DeclarationState.APPROVED,
    )
    hours = same.order_by().values("activity").annotate(hours=Sum("hours_recognised")).values("hours")
    return Coalesce(Subquery(hours), Decimal(0), output_field=DecimalField())


def _cap_of(declaration: Declaration, bench: Bench) -> Decimal | None:
    """The lower cap of its kind, by rule and by its unit's standard; without one, what the year asks in all."""
    kinds = (declaration.conversion, declaration.standard)
    caps = [kind.yearly_cap for kind in kinds if kind is not None and kind.yearly_cap is not None]
    if caps or declaration.year is None:
        return min(caps, default=None)
    asked = bench.asked_where_now(declaration.professional, declaration.year)
    return asked.total.value if asked and asked.total else None


def _approvals(bureau: Organization, decided_from: date, decided_until: date) -> QuerySet[Decision]:
    """The last approval of each declaration whose hours count."""
    begin = timezone.make_aware(datetime.combine(decided_from, time.min))
    end = timezone.make_aware(datetime.combine(decided_until + timedelta(days=1), time.min))
    counts = Claim.objects.filter(declaration=OuterRef("subject"), state=ClaimState.LIVE)
    later = Decision.objects.filter(subject=OuterRef("subject"), pk__gt=OuterRef("pk"))
    rows = Decision.objects.filter(
        Exists(counts),
        ~Exists(later),
        **below(bureau.area, "subject__professional__area"),
        at__gte=begin,
        at__lt=end,
        move=Move.APPROVE,
    )
    return rows.annotate(ref_of_subject=F("subject__ref"), ref_of_reviewer=F("by__ref"))


def decisions_drawn(campaign: Campaign, refs: list[str]) -> dict[str, Decision]:
    """By the ref of their declaration."""
    rows = _approvals(campaign.bureau, campaign.decided_from, campaign.decided_until)
    found = rows.filter(subject__ref__in=refs).select_related("subject", "by")
    return {str(row.subject.ref): row for row in found}


def inspectors_of(bureau: Organization) -> QuerySet[User]:
    """Who may inspect there, in a fixed order."""
    held = Membership.objects.filter(
        user=OuterRef("pk"), organization=bureau, duty__in=POLICY[Act.INSPECT].duties, ended_at__isnull=True
    )
    return User.objects.filter(Exists(held), is_active=True).order_by("pk")


def other_inspectors(inspection: Inspection) -> QuerySet[User]:
    """To whom it may be given: who inspects there, has not taken part in it, and does not have it."""
    took_part = Decision.objects.filter(subject=inspection.declaration).values("by")
    able = inspectors_of(inspection.campaign.bureau).exclude(pk__in=took_part)
    return able.exclude(pk__in=[inspection.declaration.declarant_id, inspection.inspector_id or 0])


def may_assign(user: User, inspection: Inspection) -> bool:
    """Who plans or inspects at the campaign's bureau."""
    at = {"pk": inspection.campaign.bureau_id}
    return planning_bureaus(user).filter(**at).exists() or units_for(user, Act.INSPECT).filter(**at).exists()


def forgotten_inspections(before: datetime) -> QuerySet[Inspection]:
    """Those with their inspector in which nothing has happened since `before`, the longest first."""
    last = InspectionStep.objects.filter(inspection=OuterRef("pk")).order_by("-pk").values("at")[:1]
    rows = Inspection.objects.filter(state=InspectionState.OPEN, inspector__is_active=True)
    rows = rows.annotate(quiet_since=last).filter(quiet_since__lte=before)
    return rows.select_related("campaign", "declaration", "inspector").order_by("quiet_since", "pk")


def published(campaign: Campaign) -> dict[str, Any]:
    """What anybody may have: before the draw the digests, after it all that repeats it."""
    drawn = campaign.state != CampaignState.PUBLISHED
    told: dict[str, Any] = {
        "campaign": str(campaign.ref),
        "name": campaign.name,
        "bureau": campaign.bureau.name,
        "decided_from": campaign.decided_from.isoformat(),
        "decided_until": campaign.decided_until.isoformat(),
        "rate": campaign.rate,
        "number": campaign.number,
        "terms": campaign.terms,
        "frame_digest": campaign.frame_digest,
        "seed_digest": campaign.seed_digest,
        "published_at": campaign.published_at.isoformat(),
    }
    if drawn and campaign.drawn_at:
        refs = Inspection.objects.filter(campaign=campaign).order_by("position")
        told |= {
            "frame": campaign.frame,
            "seed": campaign.seed,
            "drawn_at": campaign.drawn_at.isoformat(),
            "drawn": [str(ref) for ref in refs.values_list("declaration__ref", flat=True)],
        }
    return told


def inspections_of(campaign: Campaign) -> QuerySet[Inspection]:
    rows = Inspection.objects.filter(campaign=campaign).select_related(
        "decision__by", "decision__organization", "declaration__professional", "declaration__organization", "inspector",
        "claim",
    )  # fmt: skip
    return rows.prefetch_related("steps__by", "steps__file", "sanctions__user", "sanctions__organization")


def may_inspect(user: User, inspection: Inspection) -> bool:
    """An inspector of the campaign's bureau who neither decided on it nor declared it (A24)."""
    declaration = inspection.declaration
    took_part = Decision.objects.filter(subject=declaration, by=user).exists() or declaration.declarant_id == user.pk
    holds = units_for(user, Act.INSPECT).filter(pk=inspection.campaign.bureau_id).exists()
    return holds and not took_part


def asked_of(user: User) -> QuerySet[Inspection]:
    """The inspections of one's own hours, of those of the people of one's unit while the unit is asked, and what one
    has answered for it.
    """
    rows, units = Inspection.objects.order_by(), units_for(user, Act.ANSWER_INSPECTIONS).values("pk")
    own = rows.filter(declaration__declarant=user, steps__move__in=("ask", "intend", "find"))
    of_unit = rows.filter(waits_on=Asked.UNIT, declaration__organization__in=units).exclude(declaration__declarant=user)
    answered = rows.filter(steps__move="answer", steps__by=user, declaration__organization__in=units)
    # A union, and not an OR: each way is found by an index of its own.
    found = own.values("pk").union(of_unit.values("pk"), answered.values("pk"))
    return (
        Inspection.objects.filter(pk__in=found)
        .select_related("declaration", "declaration__organization", "campaign__bureau")
        .order_by("-pk")
    )


def holders_asked(inspection: Inspection) -> list[User]:
    """Who is to answer."""
    declaration = inspection.declaration
    if inspection.waits_on == Asked.PERSON or declaration.organization_id is None:
        return [declaration.declarant]
    duties = POLICY[Act.ANSWER_INSPECTIONS].duties
    held = Membership.objects.filter(
        user=OuterRef("pk"), organization=declaration.organization_id, duty__in=duties, ended_at__isnull=True
    )
    return list(User.objects.filter(Exists(held), is_active=True).exclude(pk=declaration.declarant_id))


def figures_by_reviewer(campaign: Campaign) -> list[dict[str, Any]]:
    """How the drawn decisions of each reviewer fared, the worst first."""
    rows = (
        Inspection.objects.filter(campaign=campaign)
        .order_by()
        .values("decision__by", "decision__by__name", "decision__organization__name")
    )
    found: Iterable[Any] = rows.annotate(
        drawn=Count("pk"),
        sound=Count("pk", filter=Q(finding=Finding.SOUND)),
        wrong=Count("pk", filter=Q(finding=Finding.WRONG)),
        false=Count("pk", filter=Q(finding=Finding.FALSE)),
    ).order_by("-false", "-wrong", "decision__by__name", "decision__by")
    return list(found)


def announced(bureaus: QuerySet[Organization]) -> QuerySet[Sanction]:
    """The 通报 list of the campaigns of these bureaus, the latest first."""
    rows = Sanction.objects.filter(inspection__campaign__bureau__in=bureaus)
    return rows.select_related("user", "organization", "inspection__campaign")
