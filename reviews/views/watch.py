"""What bureaus and authorities see of how the units below them review."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import PersonRequest, only_who_may
from accounts.rules.policy import Act
from reviews.selectors import watch


@require_safe
@only_who_may(Act.OVERSEE)
def show_watch(request: PersonRequest) -> HttpResponse:
    """Timeliness by unit this year, unlikely speeds, and people who approve each other."""
    now = timezone.now()
    since = watch.first_of_the_year(now)
    units = watch.timeliness(request.user, since=since)
    decided, late, waiting_late = watch.summed(units)
    context = {
        "year": timezone.localdate(now).year,
        "units": units[: watch.SHOWN],
        "unit_count": len(units),
        "decided": decided,
        "late": late,
        "waiting_late": waiting_late,
        "speeds": watch.unlikely_speeds(request.user, now=now),
        "pairs": watch.mutual_approvals(request.user, since=since),
        "speed_days": watch.DAYS_OF_SPEED,
    }
    return render(request, "reviews/watch.html", context)
