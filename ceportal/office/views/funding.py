"""教育经费 of the reader's unit: reckoned without saving, or recorded."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.access import PersonRequest, only_who_may
from accounts.rules.policy import Act
from ceportal.kernel.rules.refusal import Refused
from ceportal.office.forms.funding import FundingForm
from ceportal.office.models import FundingRecord
from ceportal.office.rules.funding import reckon
from ceportal.office.selectors.funding import funding_of, funding_units, reckoned
from ceportal.office.services.funding import record_funding

_YEARS = 5
_SAID = ("payroll", "rate", "set_aside", "spent", "carried_in")


@only_who_may(Act.KEEP_FUNDING)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show_funding(request: PersonRequest) -> HttpResponse:
    """The years on record and the form; POST reckons, and with `act=record` keeps it."""
    unit = funding_units(request.user).first()
    if unit is None:
        raise PermissionDenied("教育经费由用人单位登记。")
    this_year, now = timezone.localdate().year, timezone.now()
    years = list(range(this_year, this_year - _YEARS, -1))
    records = list(funding_of(unit)[:_YEARS])
    form = FundingForm(
        request.POST if request.method == "POST" else None, years=years, initial=_initial(records, this_year)
    )
    tried = None
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            if request.POST.get("act") == "record":
                record_funding(unit, said["year"], said, by=request.user, now=now)
                messages.success(request, f"已登记 {said['year']} 年度的教育经费。")
                return redirect("office:funding")
            tried = reckon(**{name: said[name] for name in _SAID})
        except Refused as refused:
            form.show(refused)
    context = {
        "unit": unit, "form": form, "reckoned": tried,
        "records": [(each, reckoned(each)) for each in records],
    }  # fmt: skip
    return render(request, "office/funding.html", context, status=422 if form.is_bound and not tried else 200)


def _initial(records: list[FundingRecord], year: int) -> dict[str, Any]:
    """What is on record of `year`, or what exceeded 8 % in the year before."""
    by_year = {each.year: each for each in records}
    if own := by_year.get(year):
        return {name: getattr(own, name) for name in _SAID}
    before = by_year.get(year - 1)
    return {"carried_in": reckoned(before).carried} if before else {}
