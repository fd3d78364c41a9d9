"""The yearly report: on the page, down to one person's entries, as workbook and on paper."""

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import PersonRequest, only_who_may
from accounts.enums import TitleLevel, UnitNature
from accounts.models import Organization, TitleSeries
from accounts.rules.policy import Act
from ceportal.kernel.rules.refusal import refuse
from ceportal.kernel.services.trail import record
from ceportal.kernel.web.keyset import KeysetPage, keyset_page
from ceportal.kernel.web.sheets import XLSX, workbook_bytes
from ceportal.office.documents.report import render_report
from ceportal.office.enums import By, Standing
from ceportal.office.forms.counting import asked_of, href_of, narrowed, people_href, statistics_href
from ceportal.office.models import CountedYear
from ceportal.office.rules.counting import ADDED, TIMES, Figures
from ceportal.office.rules.reports import METHOD, ON_PAGE, Column, digest_of
from ceportal.office.selectors.classes_held import classes_by_form, classes_by_kind_and_interest, funding_planned
from ceportal.office.selectors.counted_things import inspections_of, reviews_of, trainings_of
from ceportal.office.selectors.funding import funding_kept
from ceportal.office.selectors.statistics import (
    YEARS_COMPARED,
    Asked,
    Row,
    Scope,
    counted_at,
    counted_seen_by,
    has_places_below,
    place_seen_by,
    places_above,
    rows_by,
    rows_of_units,
    rows_without_unit,
    scope_of,
    standing_words,
    total_of,
    units_counted,
    years_of,
)
from ceportal.office.services.reports import report_of, sheets_of
from certificates.documents.printing import MissingGlyphs
from credits.models import RuleSet
from credits.selectors.accounts import account_of, entries_of

_OF_CLASSES = (("kind", "种类"), ("form", "形式"))
STANDINGS = (*(str(standing) for standing in Standing), "obliged", "behind")


@only_who_may(Act.OVERSEE)
@require_safe
def show_statistics(request: PersonRequest) -> HttpResponse:
    """`?place=`, `?year=`, `?by=` and what narrows; every row leads one step further down."""
    scope = scope_of(request.user)
    asked = asked_of(request.GET, scope, today=timezone.localdate())
    by = _by(request, asked)
    total, is_lowest = total_of(scope, asked), by == By.UNIT
    page, rows = _units(scope, asked, request) if is_lowest else (None, rows_by(scope, asked, by))
    kinds, interest = classes_by_kind_and_interest(scope, asked)
    context = {
        **_frame(scope, asked, by),
        "has_rows": bool(rows),
        "page": page,
        "tables": [
            (title, columns, [_line(row, columns, is_lowest=is_lowest) for row in rows], _cells(total, columns, asked))
            for title, columns in ON_PAGE
        ],
        "total": total,
        "years": [_line(row, ON_PAGE[0][1], is_lowest=False) for row in years_of(scope, asked)],
        "year_columns": ON_PAGE[0][1],
        "classes": [
            (heading, [(row, href_of("office:counted_classes", asked, row.asked)) for row in found])
            for heading, found in (("种类", kinds), ("形式", classes_by_form(scope, asked)), ("公益性", interest))
        ],
        "funding": [
            (row, href_of("office:planned_trainings", asked, row.asked)) for row in funding_planned(scope, asked)
        ],
        "kept": [(row, href_of("office:funding_kept", asked, row.asked)) for row in funding_kept(scope, asked)],
        "query": urlencode(asked.query | {"by": by}),
        "method": METHOD,
        "may_reconcile": any(unit.is_bureau for unit in scope.units),
    }
    return render(request, "office/statistics.html", context)


@only_who_may(Act.OVERSEE)
@require_safe
def statistics_table(request: PersonRequest) -> HttpResponse:
    """Everything the report says as a workbook of text."""
    scope, now = scope_of(request.user), timezone.now()
    asked = asked_of(request.GET, scope, today=timezone.localdate())
    by = _by(request, asked)
    content = report_of(scope, asked, by, unit=scope.units[0], now=now)
    record("statistics.export", request.user, by=request.user, now=now, after=asked.query | {"by": by})
    data = workbook_bytes(sheets_of(scope, asked, by, content))
    return _file(data, f"statistics-{asked.place.pk}-{asked.year}.xlsx", XLSX)


@only_who_may(Act.OVERSEE)
@require_safe
def statistics_paper(request: PersonRequest) -> HttpResponse:
    scope, now = scope_of(request.user), timezone.now()
    asked = asked_of(request.GET, scope, today=timezone.localdate())
    by = _by(request, asked)
    content = report_of(scope, asked, by, unit=scope.units[0], now=now)
    note = (
        f"{request.user.name} 于 {timezone.localtime(now):%Y-%m-%d %H:%M} 打印。内容摘要（SHA-256）{digest_of(content)}"
    )
    try:
        pdf = render_report(content, note=note)
    except MissingGlyphs as error:
        raise refuse("missing_glyphs", f"暂时不能生成 PDF：{error}。请下载 Excel。") from error
    record("statistics.print", request.user, by=request.user, now=now, after=asked.query | {"by": by})
    return _file(pdf, f"statistics-{asked.place.pk}-{asked.year}.pdf", "application/pdf")


@only_who_may(Act.OVERSEE)
@require_safe
def show_counted_people(request: PersonRequest) -> HttpResponse:
    """The people one figure counts, with how their year stands."""
    scope = scope_of(request.user)
    asked = asked_of(request.GET, scope, today=timezone.localdate())
    standing, measure = request.GET.get("standing", ""), request.GET.get("measure", "")
    standing, measure = standing if standing in STANDINGS else "", measure if measure in ADDED else ""
    rows = counted_seen_by(scope, asked, standing, measure)
    page = keyset_page(rows, order=("professional_id",), cursor=request.GET.get("after", ""))
    total = total_of(scope, asked)
    counts = {"": total.total, "obliged": total.obliged, "behind": total.obliged - total.met}
    counts |= {key: total.people[key] for key in Standing.values}
    shown = [("", "全部"), ("obliged", "应学"), *Standing.choices[:1], ("behind", "未达标"), *Standing.choices[1:]]
    tabs = [
        (label, counts[key], people_href(asked, standing=key), key == standing and not measure) for key, label in shown
    ]
    context = {
        **_frame(scope, asked, _by(request, asked)),
        "page": page,
        "rows": [(row, _part_of(row, measure) if measure else None) for row in page.items],
        "count": counts[standing],
        "measure": ADDED.get(measure, ""),
        "sum": total.of(measure) if measure and not standing else None,
        "standing": standing_words(standing),
        "tabs": tabs,
    }
    return render(request, "office/counted_people.html", context)


@only_who_may(Act.OVERSEE)
@require_safe
def show_counted_person(request: PersonRequest, ref: UUID, year: int) -> HttpResponse:
    """One person's year as it is counted, and every entry behind it."""
    scope = scope_of(request.user)
    place = place_seen_by(scope, "")
    if place is None:
        raise Http404
    rows = counted_seen_by(scope, Asked(year, place))
    counted = get_object_or_404(rows, professional__ref=ref)
    entries, account = entries_of(counted.professional, year), account_of(counted.professional, year)
    context = {
        "counted": counted,
        "account": account,
        "rule_set": RuleSet.objects.filter(code=account.rule_set).first() if account else None,
        "learned": trainings_of(counted.professional, year),
        "reviewed": reviews_of(counted.professional, year),
        "inspected": inspections_of(counted.professional, year),
        "page": keyset_page(entries, order=("-id",), cursor=request.GET.get("after", "")),
        "counted_at": counted_at(),
        "back": people_href(Asked(year, counted.year_sum.area, unit=counted.organization)),
    }
    return render(request, "office/counted_person.html", context)


def _units(scope: Scope, asked: Asked, request: PersonRequest) -> tuple[KeysetPage[Organization], list[Row]]:
    """The rows of a page of units, by name; whoever has no unit stands on the last one."""
    found = units_counted(scope, asked)
    cursor = request.GET.get("after", "")
    page = keyset_page(found, order=("name_key", "id"), cursor=cursor)
    rows = rows_of_units(scope, asked, page.items)
    return page, rows if page.next_cursor else [*rows, *rows_without_unit(scope, asked)]


def _part_of(row: CountedYear, measure: str) -> Decimal:
    """What of a figure is this person's."""
    return sum((Decimal(getattr(row, name)) for name in (TIMES if measure == "times" else (measure,))), Decimal(0))


def _by(request: HttpRequest, asked: Asked) -> str:
    """Rows by what was asked; by places as long as there are any below, then by units."""
    by = request.GET.get("by", "")
    if by in (By.TRADE, By.NATURE, By.LEVEL):
        return by
    return By.AREA if has_places_below(asked.place) and not asked.own else By.UNIT


def _frame(scope: Scope, asked: Asked, by: str) -> dict[str, Any]:
    this_year = timezone.localdate().year
    above = [(area.name, statistics_href(Asked(asked.year, area))) for area in places_above(scope, asked.place)]
    return {
        "asked": asked,
        "by": by,
        "ways": [(value, label) for value, label in By.choices if value not in (By.AREA, By.UNIT) or value == by],
        "offered": range(this_year, this_year - YEARS_COMPARED, -1),
        "trades": TitleSeries.objects.order_by("code"),
        "natures": UnitNature.choices,
        "levels": TitleLevel.choices,
        "above": above,
        "counted_at": counted_at(),
        "statistics_href": statistics_href(asked),
    }


def _line(row: Row, columns: tuple[Column, ...], *, is_lowest: bool) -> tuple[str, str, list[Any]]:
    href = ""
    if row.asked:
        href = people_href(row.asked) if is_lowest or row.asked.unit else statistics_href(row.asked)
    return row.label, href, _cells(row.figures, columns, row.asked)


def _cells(figures: Figures, columns: tuple[Column, ...], asked: Asked | None) -> list[tuple[Column, Any, str]]:
    """Each value, and the list of people it counts."""
    cells, everybody = [], people_href(asked) if asked else ""
    for column in columns:
        value = column.read(figures)
        standing = "" if column.standing == "all" else column.standing
        leads = everybody and value and (column.standing or column.measure)
        cells.append((column, value, narrowed(everybody, standing=standing, measure=column.measure) if leads else ""))
    return cells


def _file(data: bytes, name: str, content_type: str) -> HttpResponse:
    response = HttpResponse(data, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
