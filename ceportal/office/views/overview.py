"""The home of a bureau or an authority (辖区概况), and what waits there."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import PersonRequest, only_who_may
from accounts.rules.policy import Act
from ceportal.kernel.rules.dated import year_in
from ceportal.kernel.selectors.calendar import whole_calendar
from ceportal.kernel.web.keyset import keyset_page
from ceportal.office.enums import By
from ceportal.office.forms.counting import people_href, statistics_href
from ceportal.office.rules import forecast
from ceportal.office.rules.counting import Figures, summed
from ceportal.office.rules.reports import told
from ceportal.office.selectors.agreement import HEADINGS, agreement_of, differing
from ceportal.office.selectors.overview import (
    COUNTED_AT_MOST,
    DUE,
    counted,
    days_of,
    days_still_counted,
    last_days,
    stuck_units,
    waiting,
)
from ceportal.office.selectors.statistics import (
    YEARS_COMPARED,
    Asked,
    Row,
    Scope,
    counted_at,
    has_places_below,
    place_seen_by,
    rows_by,
    rows_most_behind,
    scope_of,
    total_of,
    unit_seen_by,
)

_SHOWN_DAYS, _BARS = 30, 20
_PARTS = (("met", "已达标"), ("half", "在途"), ("less", "落后"))
_WAYS = ((By.TRADE, "职称系列"), (By.LEVEL, "级别"), (By.NATURE, "单位性质"))


@only_who_may(Act.OVERSEE)
@require_safe
def show_overview(request: PersonRequest) -> HttpResponse:
    scope, now = scope_of(request.user), timezone.now()
    if not scope.units:
        raise Http404
    today = timezone.localdate(now)
    asked = Asked(today.year, scope.units[0].area)
    total = total_of(scope, asked)
    lowest = By.AREA if has_places_below(asked.place) else By.UNIT
    ways = ((lowest, str(lowest.label)), *_WAYS)
    charts = [_standing_chart(by, label, _rows(scope, asked, by), total) for by, label in ways]
    context = {
        "scope": scope,
        "asked": asked,
        "total": total,
        "of": _people_of(asked),
        "keys": [(label, counted(waiting(scope, due, now=now)), _waiting_href(due)) for due, label in DUE.items()],
        "most": COUNTED_AT_MOST,
        "stuck": [(one, _waiting_href("late", str(one.unit.ref))) for one in stuck_units(scope, now=now)],
        "charts": charts,
        "days": _days(scope, today),
        "counted_at": counted_at(),
        "statistics_href": statistics_href(asked),
    }
    return render(request, "office/overview.html", context)


@only_who_may(Act.OVERSEE)
@require_safe
def show_waiting(request: PersonRequest) -> HttpResponse:
    """What waits at units of the scope; of one unit with the number to call."""
    scope, now = scope_of(request.user), timezone.now()
    due, ref = request.GET.get("due", ""), request.GET.get("unit", "")
    due = due if due in DUE else ""
    unit = unit_seen_by(scope, ref) if ref else None
    if ref and unit is None:
        raise Http404
    rows = waiting(scope, due, now=now, unit=unit)
    context = {
        "page": keyset_page(rows, order=("due_at", "id"), cursor=request.GET.get("after", "")),
        "count": counted(rows),
        "most": COUNTED_AT_MOST,
        "unit": unit,
        "tabs": [(label, _waiting_href(key, ref), key == due) for key, label in DUE.items()],
        "title": DUE[due],
    }
    return render(request, "office/waiting.html", context)


def _rows(scope: Scope, asked: Asked, by: str) -> list[Row]:
    """Of units only those with the most people behind: a county has a thousand."""
    return rows_most_behind(scope, asked, _BARS) if by == By.UNIT else rows_by(scope, asked, by)


def _standing_chart(by: str, label: str, rows: list[Row], total: Figures) -> dict[str, Any]:
    """Met, on the way and behind by one dimension: the bars, the sentence, and the lines of the table beside them."""
    shown = [row for row in rows if row.figures.obliged]
    bars = shown[:_BARS]
    return {
        "id": f"chart-{by}",
        "label": label,
        "words": _of_units(total, shown) if by == By.UNIT else _summary(label, shown),
        "rows": [(row, _href_of(row, by), _people_of(row.asked) if row.asked else {}) for row in shown],
        "data": {
            "labels": [row.label for row in bars],
            "series": [{"name": name, "values": [getattr(row.figures, part) for row in bars]} for part, name in _PARTS],
            "kind": "stacked",
        },
    }


def _of_units(total: Figures, rows: list[Row]) -> str:
    """What the bars of units say: not all of them stand there."""
    words = f"应学 {total.obliged} 人：达标 {total.met} 人，在途 {total.half} 人，落后 {total.less} 人。"
    if len(rows) < _BARS:
        return f"{words}各单位按未达标人数从多到少列出。" if rows else words
    return f"{words}下面是未达标人数最多的 {len(rows)} 个单位，所有单位见年度统计。"


def _summary(label: str, rows: list[Row]) -> str:
    """What the bars say, in a sentence."""
    if not rows:
        return ""
    total, ranked = summed(row.figures for row in rows), sorted(rows, key=lambda row: row.figures.rate or 0)
    words = f"应学 {total.obliged} 人：达标 {total.met} 人，在途 {total.half} 人，落后 {total.less} 人。"
    lowest, highest = (told(row.figures.rate) for row in (ranked[0], ranked[-1]))
    if len(rows) == 1:
        return words
    if lowest == highest:
        return f"{words}各{label}的达标率都是 {lowest}%。"
    return f"{words}达标率最高的是{ranked[-1].label}（{highest}%），最低的是{ranked[0].label}（{lowest}%）。"


def _href_of(row: Row, by: str) -> str:
    if row.asked is None:
        return ""
    return people_href(row.asked) if by == By.UNIT else statistics_href(row.asked)


def _people_of(asked: Asked) -> dict[str, str]:
    """The lists of those who owe the year, have met it, are on the way, are behind."""
    return {standing: people_href(asked, standing=standing) for standing in ("obliged", "met", "half", "less")}


def _days(scope: Scope, today: date) -> dict[str, Any]:
    """Declarations a day against what is decided in one, and December."""
    submitted, decided = days_of(scope, since=date(today.year - 1, 1, 1))
    calendar = whole_calendar()
    able = forecast.capacity(decided, today=today, calendar=calendar)
    days = last_days(today, _SHOWN_DAYS)
    rows = [(day, submitted.get(day, 0), decided.get(day, 0)) for day in days]
    return {
        "rows": rows[::-1],
        "still": days_still_counted(today),
        "capacity": able,
        "submitted": sum(count for _, count, _ in rows),
        "decided": sum(count for _, _, count in rows),
        "december": forecast.december(submitted, today=today, calendar=calendar),
        "data": {
            "labels": [f"{day.month}-{day.day}" for day in days],
            "series": [
                {"name": "申报", "values": [count for _, count, _ in rows]},
                {"name": "审核", "values": [count for _, _, count in rows]},
            ],
            "line": {"name": "平均每个工作日审核", "value": able},
            "kind": "days",
        },
    }


def _waiting_href(due: str, unit: str = "") -> str:
    query = {name: value for name, value in {"due": due, "unit": unit}.items() if value}
    return f"{reverse('office:waiting')}?{urlencode(query)}" if query else reverse("office:waiting")


@only_who_may(Act.OVERSEE)
@require_safe
def show_agreement(request: PersonRequest) -> HttpResponse:
    """The figures of the reader's place, added up by bureau, authorities, employers and accounts."""
    scope, this_year = scope_of(request.user), timezone.localdate().year
    place = place_seen_by(scope, request.GET.get("place", "")[:6].replace("\0", ""))
    if place is None or not any(unit.is_bureau for unit in scope.units):
        raise Http404
    year = year_in(request.GET.get("year", "")) or this_year
    agreed = agreement_of(place, year, now=timezone.now())
    context = {
        "place": place,
        "year": year,
        "years": range(this_year, this_year - YEARS_COMPARED, -1),
        "headings": HEADINGS,
        "ways": agreed.ways,
        "differing": differing(agreed.ways),
        "counted_at": agreed.at,
    }
    return render(request, "office/agreement.html", context)
