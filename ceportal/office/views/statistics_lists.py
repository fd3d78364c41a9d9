"""What figures of the statistics count besides people: classes, planned trainings, what happened on a day."""

from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import PersonRequest, only_who_may
from accounts.rules.policy import Act
from bases.enums import ClassForm, ClassKind, Funding
from ceportal.kernel.web.keyset import keyset_page
from ceportal.office.forms.counting import asked_of, statistics_href, text_of
from ceportal.office.rules.funding import RATES
from ceportal.office.selectors.classes_held import INTEREST
from ceportal.office.selectors.counted_things import classes_counted, steps_of_a_day, trainings_planned
from ceportal.office.selectors.funding import funding_seen_by, reckoned
from ceportal.office.selectors.overview import counts_of_a_day
from ceportal.office.selectors.statistics import scope_of

_FIRST = date(2000, 1, 1)


@only_who_may(Act.OVERSEE)
@require_safe
def show_counted_classes(request: PersonRequest) -> HttpResponse:
    """`?kind=`, `?form=` or `?interest=` one row of the table of classes."""
    scope = scope_of(request.user)
    asked = asked_of(request.GET, scope, today=timezone.localdate())
    narrowed: dict[str, str | bool] = {}
    labels = []
    for name, offered in (("kind", dict(ClassKind.choices)), ("form", dict(ClassForm.choices))):
        if (value := text_of(request.GET, name)) in offered:
            narrowed[name] = value
            labels.append(str(offered[value]))
    if (flag := text_of(request.GET, "interest")) in INTEREST:
        narrowed[flag] = True
        labels.append(INTEREST[flag])
    rows = classes_counted(scope, asked, narrowed)
    context = {
        "asked": asked,
        "labels": labels,
        "count": rows.count(),
        "page": keyset_page(rows, order=("started_on", "id"), cursor=request.GET.get("after", "")),
        "statistics_href": statistics_href(asked),
    }
    return render(request, "office/counted_classes.html", context)


@only_who_may(Act.OVERSEE)
@require_safe
def show_planned_trainings(request: PersonRequest) -> HttpResponse:
    """`?funding=` one row of the table of funding."""
    scope = scope_of(request.user)
    asked = asked_of(request.GET, scope, today=timezone.localdate())
    funding = text_of(request.GET, "funding")
    funding = funding if funding in Funding.values else ""
    rows = trainings_planned(scope, asked, funding)
    context = {
        "asked": asked,
        "label": Funding(funding).label if funding else "",
        "count": rows.count(),
        "page": keyset_page(rows, order=("started_on", "id"), cursor=request.GET.get("after", "")),
        "statistics_href": statistics_href(asked),
    }
    return render(request, "office/planned_trainings.html", context)


@only_who_may(Act.OVERSEE)
@require_safe
def show_funding_kept(request: PersonRequest) -> HttpResponse:
    """What units recorded; `?rate=` one row of the table of it."""
    scope = scope_of(request.user)
    asked = asked_of(request.GET, scope, today=timezone.localdate())
    rate = text_of(request.GET, "rate")
    rate = rate if rate in RATES else ""
    rows = funding_seen_by(scope, asked, rate)
    page = keyset_page(rows, order=("id",), cursor=request.GET.get("after", ""))
    context = {
        "asked": asked,
        "rate": rate,
        "count": rows.count(),
        "page": page,
        "records": [(each, reckoned(each)) for each in page.items],
        "statistics_href": statistics_href(asked),
    }
    return render(request, "office/funding_kept.html", context)


@only_who_may(Act.OVERSEE)
@require_safe
def show_day(request: PersonRequest) -> HttpResponse:
    """`?day=` a day, today without one; `?look=decided` what was decided on it instead of what was handed in."""
    scope, today = scope_of(request.user), timezone.localdate()
    try:
        day = date.fromisoformat(text_of(request.GET, "day"))
    except ValueError:
        day = today
    # The ends of the calendar have no moments of their own.
    day = day if _FIRST <= day <= today else today
    is_decided = request.GET.get("look") == "decided"
    rows, counts = steps_of_a_day(scope, day, is_decided=is_decided), counts_of_a_day(scope, day)
    context = {
        "day": day,
        "is_decided": is_decided,
        "count": counts[is_decided],
        "page": keyset_page(rows, order=("id",), cursor=request.GET.get("after", "")),
    }
    return render(request, "office/day.html", context)
