"""Who was there and who passed: the base's sheets of one class, and the picture to scan (S2-13, S3-07)."""

from typing import cast
from uuid import UUID

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from bases.enums import Result
from bases.models import Enrolment, TrainingClass
from bases.selectors.classes import enrolled, own_classes
from bases.services.enrolling import assess, attend, code_of_the_day
from bases.views.teaching import teachers_only
from ceportal.kernel.rules.refusal import Refused
from ceportal.kernel.web.keyset import KeysetPage, keyset_page

_A_PAGE, _RESULT = 200, "result-"


@teachers_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show_attendance(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Today's code for the screen, and by hand for who has no phone."""
    user = cast(User, request.user)
    training_class = get_object_or_404(own_classes(user), ref=ref)
    today = timezone.localdate()
    problems: list[str] = []
    if request.method == "POST":
        chosen = {value for value in request.POST.getlist("there") if value.isascii() and value.isdigit()}
        rows = [row for row in enrolled(training_class) if str(row.pk) in chosen]
        try:
            for row in rows:
                attend(row, today, code=None, by=user, now=timezone.now())
        except Refused as refused:
            problems = [reason.message for reason in refused]
        else:
            messages.success(request, f"已登记 {len(rows)} 人今天到场。")
            return redirect(request.get_full_path())
    is_on = training_class.state == "open" and training_class.started_on <= today <= training_class.ended_on
    path = reverse("bases:sign_in_class", args=[training_class.ref, code_of_the_day(training_class, today)])
    there = Enrolment.objects.filter(training_class=training_class, attendances__day=today).values_list("pk", flat=True)
    context = {
        "training_class": training_class, "today": today, "is_on": is_on, "problems": problems, "there": set(there),
        "page": _page(request, training_class),
        "picture": _picture(f"{settings.PUBLIC_URL}{path}") if is_on else "",
    }  # fmt: skip
    return render(request, "bases/attendance.html", context, status=409 if problems else 200)


@teachers_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show_results(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Who passed; the numbers of their certificates are given at once."""
    user = cast(User, request.user)
    training_class = get_object_or_404(own_classes(user), ref=ref)
    problems: list[str] = []
    if request.method == "POST":
        known = _said_of(request, training_class)
        try:
            passed = assess(training_class, known, by=user, now=timezone.now())
        except Refused as refused:
            problems = [reason.message for reason in refused]
        else:
            messages.success(request, f"已登记，合格 {passed} 人，结业证书编号已生成。")
            return redirect(request.get_full_path())
    page = _page(request, training_class)
    context = {"training_class": training_class, "page": page, "problems": problems, "results": Result.choices}
    return render(request, "bases/results.html", context, status=409 if problems else 200)


def _page(request: HttpRequest, training_class: TrainingClass) -> KeysetPage[Enrolment]:
    return keyset_page(enrolled(training_class), order=("id",), cursor=request.GET.get("after", ""), size=_A_PAGE)


def _said_of(request: HttpRequest, training_class: TrainingClass) -> dict[int, str]:
    """The results that the page says, of who is in the class: those of one page, the others stay as they are. With
    `rest`, that result for everybody on the page who has none yet.
    """
    said = {
        name.removeprefix(_RESULT): result
        for name, result in request.POST.items()
        if name.startswith(_RESULT) and result in Result.values
    }
    results = {row.pk: str(said[str(row.pk)]) for row in enrolled(training_class) if str(row.pk) in said}
    rest = request.POST.get("rest", "")
    if rest not in Result.values:
        return results
    return {row.pk: rest for row in _page(request, training_class).items if not row.result} | results


def _picture(address: str) -> str:
    found: str = segno.make(address, error="m", micro=False).svg_data_uri(
        scale=6, border=3, dark="#1c1a17", light="#fff"
    )
    return found
