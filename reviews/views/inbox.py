"""The page of an inbox, as it is asked for and as it comes back after something could not be done."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.access import PersonRequest
from accounts.models import Organization, User
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.web.calendars import calendar_of
from ceportal.kernel.web.keyset import PAGE_SIZE, keyset_page
from credits.models import Declaration
from reviews.enums import DueGroup
from reviews.forms.reviewing import NarrowForm
from reviews.selectors import sharing
from reviews.selectors.desk import ORDER, inbox, units_reviewed_by
from reviews.selectors.dues import due_counts, due_in, due_on
from reviews.selectors.season import ending_in_year

_KEPT = ("desk", "share", "subject", "place", "unit", "department", "name", "year")


def render_inbox(request: PersonRequest, *, reasons: Sequence[Refusal] = (), status: int = 200) -> HttpResponse:
    """What waits for this reviewer, narrowed as the address says."""
    now, user, asked = timezone.now(), request.user, request.GET
    units = units_reviewed_by(user)
    desk = next((unit for unit in units if str(unit.ref) == asked.get("desk", "")), None)
    form = NarrowForm(asked)
    narrowing = form.narrowing()
    everything = inbox(user, units)
    rows = sharing.narrowed(everything.filter(waiting_on=desk) if desk else everything, narrowing, user)
    calendar = calendar_of(request)
    counts = due_counts(rows, now=now, calendar=calendar)
    group = asked.get("due", "") if asked.get("due", "") in DueGroup.values else ""
    day = _day(asked.get("day", ""))
    shown = due_in(rows, DueGroup(group), now=now, calendar=calendar) if group else due_on(rows, day) if day else rows
    page = keyset_page(shown, order=ORDER, cursor=asked.get("after", ""))
    context = {
        "page": page,
        "counts": counts.groups,
        "days": counts.days,
        "total": counts.total,
        "is_more": counts.is_more,
        "group": group,
        "day": day,
        "units": units,
        "desk": desk,
        "form": form,
        "narrowing": narrowing,
        "kept": urlencode({name: value for name in _KEPT if (value := asked.get(name))}),
        "reasons": reasons,
        "season": ending_in_year(everything, now=now),
        **_of_the_rows(user, page.items),
        **_of_a_large_desk(user, units, everything, is_long=counts.total > PAGE_SIZE),
    }
    return render(request, "reviews/inbox.html", context, status=status)


def _of_the_rows(user: User, rows: Sequence[Declaration]) -> dict[str, Any]:
    """Who sees to each row, and which may be approved together."""
    seen, holders = sharing.looked_through(rows, user), sharing.who_sees_to(rows)
    for row in rows:
        row.is_looked_through, row.seen_to_by = row.pk in seen, holders.get(row.pk)  # type: ignore[attr-defined]
    return {"seen_count": len(seen)}


def _of_a_large_desk(
    user: User, units: list[Organization], everything: QuerySet[Declaration], *, is_long: bool
) -> dict[str, Any]:
    """By what the work of several hands is divided, and a long list narrowed."""
    is_large = sharing.is_at_a_large_desk(user, units)
    return {
        "is_large": is_large,
        "colleagues": sharing.colleagues_of(user) if is_large else [],
        "places": sharing.places_in(everything) if is_large or is_long else [],
        "departments": sharing.departments_in(everything) if is_large or is_long else [],
    }


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-11-20") else None
    except ValueError:
        return None
