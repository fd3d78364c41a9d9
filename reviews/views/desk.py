"""The lists of the review desk: what is to do, and what was done."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import PersonRequest, only_who_may
from accounts.models import Organization
from accounts.rules.policy import Act
from ceportal.kernel.web.keyset import keyset_page
from reviews.enums import DueGroup
from reviews.selectors.desk import ORDER, decisions_of, inbox, units_reviewed_by
from reviews.selectors.dues import due_counts, due_in


@require_safe
@only_who_may(Act.REVIEW_HOURS)
def show_inbox(request: PersonRequest) -> HttpResponse:
    """What waits for this reviewer, the most pressing first; `?due=` and `?unit=` narrow it."""
    now = timezone.now()
    units = units_reviewed_by(request.user)
    unit = _chosen(units, request.GET.get("unit", ""))
    rows = inbox(request.user)
    rows = rows.filter(waiting_on=unit) if unit else rows
    counts = due_counts(rows, now=now)
    group = request.GET.get("due", "")
    shown = due_in(rows, DueGroup(group), now=now) if group in DueGroup.values else rows
    page = keyset_page(shown, order=ORDER, cursor=request.GET.get("after", ""))
    context = {
        "page": page,
        "counts": counts,
        "total": sum(count.count for count in counts),
        "is_more": any(count.is_more for count in counts),
        "group": group if group in DueGroup.values else "",
        "units": units,
        "unit": unit,
    }
    return render(request, "reviews/inbox.html", context)


@require_safe
@only_who_may(Act.REVIEW_HOURS)
def show_done(request: PersonRequest) -> HttpResponse:
    """What this reviewer decided, the latest first."""
    page = keyset_page(decisions_of(request.user), order=("-id",), cursor=request.GET.get("after", ""))
    return render(request, "reviews/done.html", {"page": page})


def _chosen(units: list[Organization], ref: str) -> Organization | None:
    return next((unit for unit in units if str(unit.ref) == ref), None)
