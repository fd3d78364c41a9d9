"""For anybody: a certificate is suspicious. No account, no name (S3-10)."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from ceportal.kernel.web.throttles import limited
from certificates.access import unlisted
from certificates.forms import ReportForm
from certificates.rules.numbers import LONGEST_TYPED
from certificates.services.suspicions import report
from certificates.views.public import host


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@unlisted
@limited("suspicion", "REPORT_RATE")
def report_one(request: HttpRequest) -> HttpResponse:
    """The answer is the same whether the number is known or not."""
    if request.method != "POST":
        number = request.GET.get("number", "").replace("\0", "")[:LONGEST_TYPED]
        form = ReportForm(initial={"number": number})
        return render(request, "certificates/report.html", {"form": form, "host": host()})
    form = ReportForm(request.POST)
    if not form.is_valid():
        return render(request, "certificates/report.html", {"form": form, "host": host()}, status=400)
    report(number=form.cleaned_data["number"], says=form.cleaned_data["says"], now=timezone.now())
    return redirect("certificates:reported")


@login_not_required
@require_safe
@unlisted
def reported(request: HttpRequest) -> HttpResponse:
    return render(request, "certificates/reported.html")
