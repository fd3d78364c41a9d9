"""What of a unit's people lies with the office that reviews after it, and since when; how timely the unit itself is."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.rules.policy import Act
from accounts.selectors.duties import units_for
from ceportal.kernel.rules.working_days import WorkCalendar, working_days_left
from credits.enums import DeclarationState
from credits.models import Declaration
from reviews.models import Decision


@dataclass(frozen=True)
class Timely:
    """Of one's own units this year: decisions, those after their limit, what waits beyond its limit now."""

    decided: int
    late: int
    waiting_late: int


def lying_above(user: User) -> QuerySet[Declaration]:
    """Declarations that the units of `user` passed on, or could not review, and that wait with an office above them."""
    units = units_for(user, Act.SEE_HOURS)
    rows = Declaration.objects.filter(organization__in=units.values("pk"), state=DeclarationState.AT_AUTHORITY)
    return rows.exclude(waiting_on__in=units.values("pk")).select_related("professional", "waiting_on")


def days_waited(since: datetime, today: date, calendar: WorkCalendar) -> int:
    """Working days since it came there; 0 on the day itself."""
    return max(0, working_days_left(timezone.localdate(since), today, calendar))


def own_timeliness(user: User, *, year: int) -> Timely:
    units = units_for(user, Act.SEE_HOURS)
    made = Decision.objects.filter(organization__in=units.values("pk"), at__year=year)
    told = made.aggregate(decided=Count("pk"), late=Count("pk", filter=Q(at__gt=F("was_due_at"))))
    waiting = Declaration.objects.filter(waiting_on__in=units.values("pk"), overdue_at__isnull=False).count()
    return Timely(told["decided"], told["late"], waiting)
