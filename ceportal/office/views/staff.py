"""A unit's people and their year: the roster, reminders, departments, lists for appraisal, the register."""

from collections.abc import Iterator
from contextlib import suppress
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.access import only_who_may
from accounts.enums import TitleLevel
from accounts.models import User
from accounts.rules.policy import Act
from accounts.selectors.duties import may
from ceportal.kernel.enums import JobState
from ceportal.kernel.selectors.calendar import work_calendar
from ceportal.kernel.selectors.counted import counted_up_to
from ceportal.kernel.web.keyset import keyset_page
from ceportal.office.forms.listing import asked_in, query_of
from ceportal.office.rules import staff as rules
from ceportal.office.selectors.registers import learned_by
from ceportal.office.selectors.staff import arms_of_staff, departments_of, own_staff_of, staff_years
from ceportal.office.selectors.with_authority import days_waited, lying_above, own_timeliness
from ceportal.office.services.staff_reminding import ask_to_remind, reminders_of, set_department

let_in = only_who_may(Act.SEE_PEOPLE, Act.OVERSEE)
REFRESH_SECONDS = 3
# A place is not counted as far as a unit: that it is large is all its bureau learns here.
MOST_COUNTED, MOST_OF_A_PLACE = 10_000, 1000


@never_cache
@require_safe
@let_in
def show_staff(request: HttpRequest) -> HttpResponse:
    """`?year=` the year; `?show=`, `?department=`, `?level=`, `?unit=` and `?name=` narrow it."""
    return _list(request, "office/staff.html")


@never_cache
@require_safe
@let_in
def show_appraisal(request: HttpRequest) -> HttpResponse:
    """The same people with what follows for appointment and appraisal, to print (S3-09)."""
    return _list(request, "office/staff_appraisal.html")


@never_cache
@require_safe
@let_in
def show_register(request: HttpRequest) -> HttpResponse:
    """Kind, content, time and result of what these people learned, to print (S3-07, S4-15)."""
    user, asked = cast(User, request.user), asked_in(request.GET, today=timezone.localdate())
    page = keyset_page(arms_of_staff(user, asked), order=("id",), cursor=request.GET.get("after", ""))
    context = _frame(request) | {"page": page, "lines": learned_by(page.items, asked.year), "kind": "register"}
    return render(request, "office/staff_register.html", context)


def _list(request: HttpRequest, template: str) -> HttpResponse:
    user, now = cast(User, request.user), timezone.now()
    asked = asked_in(request.GET, today=timezone.localdate(now))
    people = arms_of_staff(user, asked)
    page = keyset_page(people, order=("id",), cursor=request.GET.get("after", ""))
    years = staff_years(page.items, asked.year, now=now)
    most = MOST_COUNTED if len(people) == 1 else MOST_OF_A_PLACE
    count = counted_up_to(people, most)
    rows = [(one, rules.consequence(one.state, one.unit.nature if one.unit else "")) for one in years]
    counted: dict[str, object] = {"count": min(count, most), "is_more": count > most}
    mine = own_staff_of(user, rules.Asked(asked.year)).filter(pk__in=[each.pk for each in page.items])
    # Only they can be put into departments, whatever else the list shows.
    counted |= {"own": frozenset(mine.order_by().values_list("pk", flat=True))}
    kind = "appraisal" if template.endswith("appraisal.html") else "staff"
    return render(request, template, _frame(request) | counted | {"page": page, "rows": rows, "kind": kind})


def _frame(request: HttpRequest) -> dict[str, object]:
    user, today = cast(User, request.user), timezone.localdate()
    asked = asked_in(request.GET, today=today)
    return {
        "asked": asked,
        "query": query_of(asked),
        "shows": rules.SHOW.items(),
        "levels": TitleLevel.choices,
        "departments": departments_of(user),
        "offered": range(today.year, today.year - 6, -1),
        "acts": may(user, Act.REMIND_PEOPLE),
        "reminds": may(user, Act.REMIND_PEOPLE, Act.URGE_PEOPLE),
        "oversees": may(user, Act.OVERSEE),
        "rest_days": rules.REST.days,
    }


@require_POST
@only_who_may(Act.REMIND_PEOPLE, Act.URGE_PEOPLE)
def remind_staff(request: HttpRequest) -> HttpResponse:
    """All who are behind of those the list shows, in the background."""
    now = timezone.now()
    asked = asked_in(request.POST, today=timezone.localdate(now))
    job = ask_to_remind(asked, by=cast(User, request.user), now=now)
    return redirect("office:reminding", job.ref)


@never_cache
@require_safe
@only_who_may(Act.REMIND_PEOPLE, Act.URGE_PEOPLE)
def show_reminding(request: HttpRequest, ref: UUID) -> HttpResponse:
    """How far it is; asks again by itself, without script."""
    job = get_object_or_404(reminders_of(cast(User, request.user)), ref=ref)
    is_open = job.state in {JobState.WAITING, JobState.RUNNING}
    context = {"job": job, "is_open": is_open, "rest_days": rules.REST.days}
    response = render(request, "office/staff_reminding.html", context)
    if is_open:
        response["Refresh"] = str(REFRESH_SECONDS)
    return response


@require_POST
@only_who_may(Act.REMIND_PEOPLE)
def mark_department(request: HttpRequest) -> HttpResponse:
    """Those whose box was ticked; of whom is foreign nothing happens."""
    user, now = cast(User, request.user), timezone.now()
    asked = asked_in(request.POST, today=timezone.localdate(now))
    everybody = own_staff_of(user, rules.Asked(asked.year))
    chosen = list(everybody.filter(ref__in=_refs(request.POST.getlist("person")[: rules.MOST_MARKED + 1])))
    count = set_department(chosen, request.POST.get("to", "")[:200], by=user, now=now)
    messages.success(request, f"已设置 {count} 人的部门。")
    return redirect(f"{reverse('office:staff')}?{query_of(asked)}")


def _refs(typed: list[str]) -> Iterator[UUID]:
    for text in typed:
        with suppress(ValueError):
            yield UUID(text)


@never_cache
@require_safe
@only_who_may(Act.SEE_HOURS)
def show_lying_above(request: HttpRequest) -> HttpResponse:
    """What lies with the authority, the longest waiting first, whom to call, and one's own timeliness."""
    user, today = cast(User, request.user), timezone.localdate()
    order = ("waiting_since", "id")
    page = keyset_page(lying_above(user), order=order, cursor=request.GET.get("after", ""))
    calendar = work_calendar(today)
    rows = [(row, days_waited(row.waiting_since, today, calendar) if row.waiting_since else 0) for row in page.items]
    context = {"page": page, "rows": rows, "own": own_timeliness(user, year=today.year), "year": today.year}
    return render(request, "office/staff_waiting.html", context)
