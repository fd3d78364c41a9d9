"""Assessments: whose they are, what everybody may read, what follows from them (S0-17, S2-09)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import Count, Q, QuerySet

from accounts.models import Organization, User
from accounts.rules.policy import Act
from accounts.selectors.duties import units_for
from bases.models import Assessment, AssessmentRound, Recognition
from bases.rules.assessment import Consequence, consequence
from bases.selectors.listed import listed_for
from bases.selectors.recognised import BASES

_TOLD = ("round__organization", "organization__area", "authority", "document")
Followed = tuple[Assessment, Consequence | None, Recognition | None]


def assessing_bureaus(user: User) -> QuerySet[Organization]:
    return units_for(user, Act.ASSESS_BASES).select_related("area").order_by("id")


def rounds_of(user: User) -> QuerySet[AssessmentRound]:
    """Those of one's bureaus, with how far they are."""
    rows = AssessmentRound.objects.filter(organization__in=assessing_bureaus(user).values("pk"))
    return rows.select_related("organization__area").annotate(
        bases=Count("assessments"), scored=Count("assessments", filter=~Q(assessments__grade=""))
    )


def own_assessments(user: User) -> QuerySet[Assessment]:
    """Of the bases for which one teaches."""
    return Assessment.objects.filter(organization__in=units_for(user, Act.TEACH).values("pk")).select_related(*_TOLD)


def assessments_to_comment(user: User) -> QuerySet[Assessment]:
    """Of the bases that stand under one's authority."""
    units = units_for(user, Act.COMMENT_ON_BASES).values("pk")
    return Assessment.objects.filter(authority__in=units).select_related(*_TOLD)


def assessments_seen_by(user: User) -> QuerySet[Assessment]:
    mine = Q(round__in=rounds_of(user).values("pk")) | Q(pk__in=own_assessments(user).values("pk"))
    found = Assessment.objects.filter(mine | Q(pk__in=assessments_to_comment(user).values("pk")))
    return found.select_related(*_TOLD)


def bases_to_assess(bureau: Organization, year: int, *, on: date) -> dict[int, Recognition]:
    """Those that stand on the bureau's own lists, by unit: nobody who was removed."""
    rows = listed_for([bureau.area_id], year, on=on).filter(kind__in=BASES)
    return {row.organization_id: row for row in rows.select_related("organization__supervisor")}


def years_of_full(bureau: Organization) -> list[int]:
    return list(AssessmentRound.objects.filter(organization=bureau, kind="full").values_list("year", flat=True))


def followed(round_: AssessmentRound, *, on: date) -> list[Followed]:
    """Each base of a round, what follows of its grade, and the line of the list by which it can be removed."""
    rows = list(round_.assessments.select_related(*_TOLD).order_by("organization__name_key"))
    past = Assessment.objects.filter(
        round__organization=round_.organization_id, round__kind=round_.kind, round__published_at__isnull=False
    )
    grades = _grades([*past.select_related("round"), *rows])
    lines = bases_to_assess(round_.organization, round_.year, on=on)
    return [
        (row, consequence(round_.kind, round_.year, grades[row.organization_id]), lines.get(row.organization_id))
        for row in rows
    ]


def published_rounds() -> QuerySet[AssessmentRound]:
    rows = AssessmentRound.objects.filter(published_at__isnull=False)
    return rows.select_related("organization__area")


def published_of(unit: Organization) -> QuerySet[Assessment]:
    """What everybody may read of how a base did, the latest first."""
    rows = Assessment.objects.filter(organization=unit, round__published_at__isnull=False)
    return rows.select_related("round__organization").order_by("-round__year", "-id")


def _grades(rows: Iterable[Assessment]) -> dict[int, dict[int, str]]:
    found: dict[int, dict[int, str]] = defaultdict(dict)
    for row in rows:
        found[row.organization_id][row.round.year] = row.grade
    return found
