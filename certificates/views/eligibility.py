"""Who has met which years: a list, a table, and the certificates in one file."""

from dataclasses import dataclass
from typing import cast
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.access import only_who_may, recently_proved
from accounts.models import Professional, User
from accounts.rules.policy import Act
from ceportal.kernel.enums import JobState
from ceportal.kernel.rules.dated import year_in
from ceportal.kernel.rules.refusal import refuse, refuse_if_any
from ceportal.kernel.selectors.counted import counted_up_to
from ceportal.kernel.selectors.jobs import is_put_aside
from ceportal.kernel.services.trail import record
from ceportal.kernel.web.keyset import keyset_page
from ceportal.kernel.web.sheets import XLSX, workbook_bytes
from certificates.rules import eligibility as rules
from certificates.selectors import (
    YearMet,
    arms_judged_by,
    arms_to_bundle,
    certificates_to_bundle,
    employer_names,
    people_judged_by,
    years_met,
)
from certificates.services.bundles import ask_for_bundle, bundles_of, place_of

let_in = only_who_may(Act.SEE_PEOPLE, Act.OVERSEE)
REFRESH_SECONDS = 3
_WIDTHS = (12, 30, 16, 10)
_LONGEST = 50


@dataclass(frozen=True)
class Row:
    person: Professional
    employer: str
    years: list[YearMet]
    words: list[str]

    @property
    def is_whole(self) -> bool:
        return rules.all_met([year.is_met for year in self.years])


@let_in
@never_cache
@require_safe
def show_list(request: HttpRequest) -> HttpResponse:
    """`?year=` the last of `?last=` years; `?name=`, `?unit=` and `?show=` narrow it."""
    asked = _asked(request.GET)
    people = arms_judged_by(_user(request), asked)
    page = keyset_page(people, order=("id",), cursor=request.GET.get("after", ""))
    this_year = timezone.localdate().year
    context = {
        "asked": asked,
        "page": page,
        "rows": _rows(page.items, asked),
        "shows": rules.SHOW.items(),
        "counts": range(1, rules.MOST_YEARS + 1),
        "offered": range(this_year, this_year - 6, -1),
        "query": _query(asked),
        "people": counted_up_to(people, rules.MOST_PEOPLE),
        "certificates": counted_up_to(arms_to_bundle(_user(request), asked), rules.MOST_FILES),
        "most": {"people": rules.MOST_PEOPLE, "files": rules.MOST_FILES},
    }
    return render(request, "certificates/eligibility.html", context)


@let_in
@recently_proved
@never_cache
@require_safe
def table(request: HttpRequest) -> HttpResponse:
    """The whole list as a workbook of text."""
    asked, now = _asked(request.GET), timezone.now()
    arms = arms_judged_by(_user(request), asked)
    refuse_if_any(rules.reasons_not_to_export(counted_up_to(arms, rules.MOST_PEOPLE)))
    people = people_judged_by(_user(request), asked).order_by("id")
    found = _rows(list(people), asked)
    heading = ["姓名", "单位", "职称系列", "级别", *(f"{year} 年度" for year in asked.years)]
    numbers = [f"{year} 年度证书编号" for year in asked.years]
    lines = [[*heading, *numbers, "各年度都达标"], *(_line(row) for row in found)]
    widths = (*_WIDTHS, *[12] * asked.count, *[28] * asked.count, 14)
    record("eligibility.export", _user(request), by=_user(request), now=now, after={"people": len(found)})
    response = HttpResponse(workbook_bytes([("达标名单", lines, widths)]), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="eligibility-{asked.until}.xlsx"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@let_in
@recently_proved
@require_POST
def ask_bundle(request: HttpRequest) -> HttpResponse:
    """The certificates of the list in one ZIP, packed in the background."""
    asked = _asked(request.POST)
    job = ask_for_bundle(certificates_to_bundle(_user(request), asked), by=_user(request), now=timezone.now())
    return redirect("certificates:bundle", job.ref)


@let_in
@never_cache
@require_safe
def show_bundle(request: HttpRequest, ref: UUID) -> HttpResponse:
    """How far it is; asks again by itself, without script."""
    job = get_object_or_404(bundles_of(_user(request)), ref=ref)
    is_stuck = is_put_aside(job, now=timezone.now())
    is_open = job.state in {JobState.WAITING, JobState.RUNNING} and not is_stuck
    context = {"job": job, "is_open": is_open, "is_stuck": is_stuck, "left_out": job.params.get("left_out")}
    response = render(request, "certificates/bundle.html", context)
    if is_open:
        response["Refresh"] = str(REFRESH_SECONDS)
    return response


@let_in
@recently_proved
@require_safe
def bundle_file(request: HttpRequest, ref: UUID) -> HttpResponse:
    job = get_object_or_404(bundles_of(_user(request)), ref=ref)
    try:
        file = place_of(job).open("rb")
    except FileNotFoundError:
        raise refuse("not_there", "压缩包还没有准备好，或已超过一天被清除。请重新打包。") from None
    response = FileResponse(file, content_type="application/zip", as_attachment=True, filename="certificates.zip")
    response["Cache-Control"] = "private, no-store"
    return cast(HttpResponse, response)


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _asked(said: QueryDict) -> rules.Asked:
    show = said.get("show", "")
    return rules.Asked(
        until=year_in(said.get("year", "")) or timezone.localdate().year,
        count=rules.count_in(said.get("last", "")),
        name=_text(said.get("name", "")),
        unit=_text(said.get("unit", "")),
        show=show if show in rules.SHOW else "",
    )


def _text(typed: str) -> str:
    return typed.replace("\0", "").strip()[:_LONGEST]


def _query(asked: rules.Asked) -> str:
    query = QueryDict(mutable=True)
    query.update(
        {"year": str(asked.until), "last": str(asked.count), "name": asked.name, "unit": asked.unit, "show": asked.show}
    )
    return query.urlencode()


def _rows(people: list[Professional], asked: rules.Asked) -> list[Row]:
    found = years_met(people, asked.years, now=timezone.now())
    employers = employer_names(people)
    rows = []
    for person in people:
        years = [found[person.pk, year] for year in asked.years]
        words = [rules.told(year.is_met, year.obligation) for year in years]
        rows.append(Row(person, employers.get(person.pk, "—"), years, words))
    return rows


def _line(row: Row) -> list[str]:
    person = row.person
    series = person.title_series.name if person.title_series else "—"
    facts = [person.name, row.employer, series, person.get_title_level_display()]
    numbers = [year.certificate or "—" for year in row.years]
    return [*facts, *row.words, *numbers, "是" if row.is_whole else "否"]
