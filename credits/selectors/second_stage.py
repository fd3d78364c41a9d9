"""Who reviews after the employer (A11, A30)."""

from collections.abc import Collection
from typing import Any, cast

from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q, Value
from django.db.models.fields import BooleanField

from accounts.enums import Duty, UnitState
from accounts.models import Membership, Organization, Professional, TitleSeries
from accounts.selectors.duties import authority_above, holders_of, in_charge, place_of, second_reviewer_of
from credits.models import RuleSet
from credits.rules.ruleset import trade_of
from credits.selectors.regulation import RuleBook


def second_reviewer_for(
    person: Professional, employer: Organization, *, book: RuleBook | None = None
) -> Organization | None:
    """The authority of the person's trade, where the trade has rules of its own (accountants: finance) and somebody
    reviews there; else the employer's authority, else the bureau. Who has read the rules (`book`) spares most a query;
    nobody needs more than one, but for what a bureau's own people hand in.
    """
    series = person.title_series
    if series is None or (book is not None and not trade_of(series.name, {rule.trade for rule in book})):
        return second_reviewer_of(employer)
    found = _nearest(person, employer, series)
    if found is not None and (found.is_own or not (employer.is_bureau or authority_above(employer))):
        return cast(Organization, found)
    return second_reviewer_of(employer)


def instead_of_themself(person: Professional, employer: Organization) -> Organization | None:
    """Who reviews what the employer's only reviewer learned: the second reviewer at once; where that would be they
    themselves again, the nearest bureau where somebody else reviews (A24).
    """
    second = second_reviewer_for(person, employer)
    if second and set(holders_of(second, Duty.REVIEW_HOURS).values_list("pk", flat=True)) == {person.user_id}:
        return in_charge(Duty.REVIEW_HOURS, place_of(employer), but_not=[person.user])
    return second


def _nearest(person: Professional, employer: Organization, series: TitleSeries) -> Any:
    """An organization by one query, `is_own` telling which, or None: the nearest authority of the trade in the
    employer's county or city (the province's is for who stands directly below it), else the nearest bureau.
    """
    codes = place_of(employer).codes
    own = _of_own_trade(person, series, codes[1:] or codes) & ~Q(pk=employer.pk)
    bureaus = Q(is_bureau=True, area__in=codes)
    found = Organization.objects.filter(own | bureaus, state=UnitState.ACTIVE)
    rows = found.annotate(is_own=ExpressionWrapper(own, output_field=BooleanField()))
    return rows.select_related("area").order_by("-is_own", "-area__path", "pk").first()


def _of_own_trade(person: Professional, series: TitleSeries, codes: Collection[str]) -> Q:
    """Asked of organizations."""
    ruled = RuleSet.objects.exclude(trade="").annotate(series=Value(series.name)).filter(series__startswith=F("trade"))
    reviews = Membership.objects.filter(
        organization=OuterRef("pk"), duty=Duty.REVIEW_HOURS, ended_at__isnull=True, user__is_active=True
    )
    trades = Organization.trades.through.objects.filter(organization=OuterRef("pk"), titleseries=series)
    return Q(
        Exists(ruled), Exists(reviews.exclude(user=person.user_id)), Exists(trades), is_authority=True, area__in=codes
    )
