"""Yearly reports that were fixed: for their units, and once published for everybody."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import PersonRequest, only_who_may, recently_proved
from accounts.rules.policy import Act
from ceportal.kernel.rules.dated import year_in
from ceportal.kernel.rules.refusal import Refused, refuse
from ceportal.kernel.services.trail import record
from ceportal.kernel.web.keyset import keyset_page
from ceportal.office.documents.report import render_report
from ceportal.office.enums import By
from ceportal.office.forms.sampling import SampleForm
from ceportal.office.models import FixedReport
from ceportal.office.rules.reports import shown
from ceportal.office.selectors.reports import published_reports, reporting_unit, reports_of
from ceportal.office.selectors.statistics import Asked, scope_of
from ceportal.office.services.reports import fix_report, publish_report, report_of
from ceportal.office.services.sampling import draw_sample
from certificates.documents.printing import MissingGlyphs

let_in = only_who_may(Act.PUBLISH_STATISTICS)


@let_in
@require_http_methods(["GET", "HEAD", "POST"])
def fixed_reports(request: PersonRequest) -> HttpResponse:
    """The unit's reports; on POST the report of a year of its place is fixed as it stands."""
    unit = reporting_unit(request.user)
    assert unit is not None
    if request.method == "POST":
        year = year_in(request.POST.get("year", "")) or timezone.localdate().year
        now, asked = timezone.now(), Asked(year, unit.area)
        content = report_of(scope_of(request.user), asked, By.AREA, unit=unit, now=now)
        made = fix_report(content, asked=asked, unit=unit, by=request.user, now=now)
        messages.success(request, "已固定。核对后可以公布。")
        return redirect("office:fixed_report", ref=made.ref)
    page = keyset_page(reports_of(request.user), order=("-id",), cursor=request.GET.get("after", ""))
    this_year = timezone.localdate().year
    context = {"page": page, "unit": unit, "offered": range(this_year, this_year - 5, -1)}
    return render(request, "office/fixed_reports.html", context)


@let_in
@require_http_methods(["GET", "HEAD", "POST"])
def draw_one(request: PersonRequest) -> HttpResponse:
    """A sample of a year of the unit's place: drawn, counted and fixed at once (S1-13)."""
    unit, this_year = reporting_unit(request.user), timezone.localdate().year
    assert unit is not None
    years = range(this_year, this_year - 5, -1)
    form = SampleForm(request.POST if request.method == "POST" else None, years=years)
    if form.is_bound and form.is_valid():
        said, scope = form.cleaned_data, scope_of(request.user)
        try:
            made = draw_sample(
                scope, Asked(said["year"], unit.area), said["size"], unit=unit, by=request.user, now=timezone.now()
            )
        except Refused as refused:
            form.show(refused)
        else:
            messages.success(request, "已抽取并固定。核对后可以公布。")
            return redirect("office:fixed_report", ref=made.ref)
    return render(request, "office/sample.html", {"form": form, "unit": unit}, status=422 if form.is_bound else 200)


@let_in
@require_safe
def fixed_report(request: PersonRequest, ref: UUID) -> HttpResponse:
    report = get_object_or_404(reports_of(request.user), ref=ref)
    return _shown(request, report, is_own=True)


@let_in
@require_safe
def fixed_paper(request: PersonRequest, ref: UUID) -> HttpResponse:
    """What was fixed as a PDF, with its digest at the foot."""
    report, now = get_object_or_404(reports_of(request.user), ref=ref), timezone.now()
    note = f"{request.user.name} 于 {timezone.localtime(now):%Y-%m-%d %H:%M} 打印。内容摘要（SHA-256）{report.digest}"
    try:
        pdf = render_report(report.content, note=note)
    except MissingGlyphs as error:
        raise refuse("missing_glyphs", f"暂时不能生成 PDF：{error}。") from error
    record("statistics.print", request.user, by=request.user, now=now, after={"report": str(report.ref)})
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="report-{report.area_id}-{report.year}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


@let_in
@require_POST
@recently_proved
def publish(request: PersonRequest, ref: UUID) -> HttpResponse:
    report = get_object_or_404(reports_of(request.user), ref=ref)
    publish_report(report, by=request.user, now=timezone.now())
    messages.success(request, "已公布，任何人都可以查看。")
    return redirect("office:fixed_report", ref=ref)


@login_not_required
@require_safe
def show_published_reports(request: HttpRequest) -> HttpResponse:
    """What bureaus and authorities have published (S1-11)."""
    page = keyset_page(published_reports(), order=("-id",), cursor=request.GET.get("after", ""))
    return render(request, "office/published_reports.html", {"page": page})


@login_not_required
@require_safe
def show_published_report(request: HttpRequest, ref: UUID) -> HttpResponse:
    report = get_object_or_404(published_reports(), ref=ref)
    return _shown(request, report, is_own=False)


def _shown(request: HttpRequest, report: FixedReport, *, is_own: bool) -> HttpResponse:
    context = {
        "report": report, "tables": [shown(table) for table in report.content["tables"]], "is_own": is_own,
        "may_publish": is_own and report.published_at is None,
    }  # fmt: skip
    return render(request, "office/fixed_report.html", context)
