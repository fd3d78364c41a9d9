"""Who reviews after the employer (A11, A30)."""

from django.db.models import Exists, F, OuterRef, Value

from accounts.enums import Duty, UnitState
from accounts.models import Membership, Organization, Professional
from accounts.selectors.duties import place_of, second_reviewer_of
from credits.models import RuleSet
from credits.rules.ruleset import trade_of
from credits.selectors.regulation import RuleBook


def second_reviewer_for(
    person: Professional, employer: Organization, *, book: RuleBook | None = None
) -> Organization | None:
    """The authority of the person's trade, where the trade has rules of its own (accountants: finance) and somebody
    reviews there; else the employer's authority, else the bureau. Who has read the rules (`book`) spares most a query.
    """
    series = person.title_series
    if book is not None and series and not trade_of(series.name, {rule.trade for rule in book}):
        return second_reviewer_of(employer)
    return _of_own_trade(person, employer) or second_reviewer_of(employer)


def _of_own_trade(person: Professional, employer: Organization) -> Organization | None:
    """The nearest one of the employer's county or city; the province's is for who stands directly below it."""
    series, codes = person.title_series, place_of(employer).codes
    if series is None:
        return None
    ruled = RuleSet.objects.exclude(trade="").annotate(series=Value(series.name)).filter(series__startswith=F("trade"))
    reviews = Membership.objects.filter(
        organization=OuterRef("pk"), duty=Duty.REVIEW_HOURS, ended_at__isnull=True, user__is_active=True
    )
    found = Organization.objects.filter(
        Exists(ruled), Exists(reviews.exclude(user=person.user_id)), is_authority=True, state=UnitState.ACTIVE,
        area__in=codes[1:] or codes, trades=series,
    )  # fmt: skip
    return found.exclude(pk=employer.pk).select_related("area").order_by("-area__path", "pk").first()
