"""What bureaus and authorities see of how the units below them review."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import PersonRequest, only_who_may
from accounts.rules.policy import Act
from accounts.selectors.reach import reach_of
from ceportal.kernel.selectors.counted import counted_up_to
from ceportal.kernel.web.keyset import keyset_page
from reviews.selectors import watch, watch_trainings
from reviews.selectors.overlooking import overlook

# Of more rows it is said that there are more.
MOST_COUNTED = 10_000
_LOOKS = ("late", "waiting", "gone", "trainings", "trainings_late", "trainings_waiting")


@require_safe
@only_who_may(Act.OVERSEE)
def show_watch(request: PersonRequest) -> HttpResponse:
    """Timeliness by unit this year, unlikely speeds, and people who approve each other; of a large place once a day."""
    now = timezone.now()
    seen = overlook(reach_of(request.user, Act.OVERSEE), now=now)
    context = {"year": timezone.localdate(now).year, "seen": seen, "speed_days": watch.DAYS_OF_SPEED}
    return render(request, "reviews/watch.html", context)


@require_safe
@only_who_may(Act.OVERSEE)
def show_watched(request: PersonRequest) -> HttpResponse:
    """What a figure counts: `?look=late` decisions after their limit, `?look=waiting` what waits beyond it now,
    `?look=gone` what went undecided after it, else every decision of the year; `?look=trainings`, `trainings_late` and
    `trainings_waiting` the same of trainings of units; `?unit=` those of one unit.
    """
    now, look, unit = timezone.now(), request.GET.get("look", ""), None
    with suppress(ValueError):
        unit = UUID(request.GET.get("unit", ""))
    rows: Any
    order: tuple[str, ...]
    if look == "waiting":
        rows, order = watch.overdue_at(request.user, unit=unit), ("due_at", "id")
    elif look == "gone":
        rows = watch.gone_undecided(request.user, since=watch.first_of_the_year(now), unit=unit)
        order = ("-id",)
    elif look == "trainings_waiting":
        rows, order = watch_trainings.trainings_overdue_at(request.user, unit=unit), ("due_at", "id")
    elif look in ("trainings", "trainings_late"):
        late, since = look == "trainings_late", watch.first_of_the_year(now)
        rows = watch_trainings.trainings_ruled_on(request.user, since=since, is_late=late, unit=unit)
        order = ("-id",)
    else:
        since = watch.first_of_the_year(now)
        rows = watch.decided_by(request.user, since=since, is_late=look == "late", unit=unit)
        order = ("-id",)
    page = keyset_page(rows, order=order, cursor=request.GET.get("after", ""))
    context = {
        "page": page,
        "look": look if look in _LOOKS else "",
        "count": counted_up_to(rows, MOST_COUNTED),
        "most": MOST_COUNTED,
        "year": timezone.localdate(now).year,
        "is_of_one": unit is not None,
    }
    return render(request, "reviews/watched.html", context)
