"""What else a person learned on the days of a declaration: told to its reviewers and to its declarant."""

from collections.abc import Iterator
from decimal import Decimal

from ceportal.kernel.rules.refusal import Refusal
from credits.enums import ClaimState
from credits.models import Claim, Declaration
from credits.rules import plausibility as plausible
from credits.rules.declaring import UNDER_REVIEW, Limits
from credits.rules.plausibility import Standing


def reasons_to_look_at_the_day(declaration: Declaration, limits: Limits) -> list[Refusal]:
    """Too much on one day over all sources, counted or under review. What is not attended takes no day."""
    start, end, hours = declaration.started_on, declaration.ended_on, declaration.hours_claimed
    activity = declaration.activity
    if not (start and end and hours and activity and activity.is_attended):
        return []
    training = _standing(declaration.title, (start, end), hours)
    others = [*_counted(declaration, training.span), *_under_review(declaration, training.span)]
    return list(plausible.reasons_to_look_at_the_day(training, others, per_day=limits.person_day))


def _counted(declaration: Declaration, span: plausible.Span) -> Iterator[Standing]:
    rows = Claim.objects.filter(
        professional=declaration.professional_id,
        state=ClaimState.LIVE,
        year__gte=span[0].year,
        ended_on__gte=span[0],
        started_on__lte=span[1],
    )
    others = rows.exclude(declaration=declaration).exclude(declaration__activity__is_attended=False)
    for claim in others.order_by("started_on", "pk"):
        yield _standing(claim.title, (claim.started_on, claim.ended_on), claim.hours)


def _under_review(declaration: Declaration, span: plausible.Span) -> Iterator[Standing]:
    rows = Declaration.objects.filter(
        professional=declaration.professional_id,
        state__in=UNDER_REVIEW,
        activity__is_attended=True,
        ended_on__gte=span[0],
        started_on__lte=span[1],
    )
    for other in rows.exclude(pk=declaration.pk).order_by("started_on", "pk"):
        if other.started_on and other.ended_on and other.hours_claimed:
            yield _standing(other.title, (other.started_on, other.ended_on), other.hours_claimed)


def _standing(title: str, span: plausible.Span, hours: Decimal) -> Standing:
    """As far as a day's sum is concerned, where it came from is all one."""
    return Standing(0, "", "", title, span, hours, "", "")
