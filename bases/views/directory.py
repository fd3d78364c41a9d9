"""The public directory of bases and platforms, and the page of each (S0-16, S1-14, S3-11, S4-04, S4-16)."""

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bases.models import Disclosure
from bases.rules.directory import DISCLOSED
from bases.selectors.classes import classes_of, plan_of
from bases.selectors.credit_record import credit_record, facts_of, reads_all_of_it
from bases.selectors.directory import Search, cities, found, lines_of, listed_institutions, trades_listed, years_listed
from ceportal.kernel.rules.dated import year_in
from ceportal.kernel.rules.text import is_acceptable

_WORDS_LIMIT, _START_LIMIT, _MOST_CLASSES = 50, 4, 50
_SUBJECTS = (("public", "公需科目"), ("professional", "专业科目"))
_KINDS = (("base", "继续教育基地"), ("platform", "学习平台"))


@login_not_required
@require_safe
def show_directory(request: HttpRequest) -> HttpResponse:
    """Anybody's; whoever looks on one day sees one order."""
    today = timezone.localdate()
    years, places, trades = years_listed(), list(cities()), trades_listed(on=today)
    search = _search(request, years or [today.year], [place.code for place in places], trades)
    start = request.GET.get("after", "")
    is_number = start.isascii() and start.isdigit() and len(start) <= _START_LIMIT
    page = found(search, on=today, start=int(start) if is_number else 0)
    context = {
        "page": page, "search": search, "years": years, "places": places, "trades": trades, "subjects": _SUBJECTS,
        "kinds": _KINDS, "today": today,
    }  # fmt: skip
    return render(request, "bases/directory.html", context)


@login_not_required
@require_safe
def show_institution(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One institution: where it is listed, by which documents, and what it discloses."""
    unit = get_object_or_404(listed_institutions(), ref=ref)
    disclosed = Disclosure.objects.filter(organization=unit).first()
    facts = [(label, getattr(disclosed, name)) for name, (label, _) in DISCLOSED.items()] if disclosed else []
    everything = request.user.is_authenticated and reads_all_of_it(request.user, unit)
    context = {
        "unit": unit,
        "lines": lines_of(unit, on=timezone.localdate()),
        "facts": facts,
        "disclosed": disclosed,
        "record": credit_record(unit, everything=everything),
        "record_facts": facts_of(unit),
        "everything": everything,
        "classes": list(classes_of(unit, on=timezone.localdate())[:_MOST_CLASSES]),
        "plan": list(plan_of([unit], timezone.localdate().year)[:_MOST_CLASSES]),
        "asked": [label for label, _ in DISCLOSED.values()],
    }
    return render(request, "bases/institution.html", context)


def _search(request: HttpRequest, years: list[int], places: list[str], trades: list[str]) -> Search:
    """What cannot be meant is not looked for."""

    def one_of(name: str, known: list[str]) -> str:
        said = request.GET.get(name, "")
        return said if said in known else ""

    this_year = timezone.localdate().year
    year, words = year_in(request.GET.get("year", "")), request.GET.get("q", "").strip()[:_WORDS_LIMIT]
    return Search(
        year=year if year in years else this_year if this_year in years else years[0],
        area=one_of("area", places),
        subject=one_of("subject", [value for value, _ in _SUBJECTS]),
        trade=one_of("trade", trades),
        kind=one_of("kind", [value for value, _ in _KINDS]),
        words=words if is_acceptable(words) else "",
        only_free=request.GET.get("free", "") == "1",
        only_urgent=request.GET.get("urgent", "") == "1",
        only_for_public_benefit=request.GET.get("benefit", "") == "1",
        by_name=request.GET.get("order", "") == "name",
    )
