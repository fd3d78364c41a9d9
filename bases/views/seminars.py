"""高级研修项目: everybody reads the plan, the province writes it, hosts hold and close projects (S4-13)."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import only_who_may
from accounts.models import User
from accounts.rules.policy import Act
from accounts.web.requests import sent_to, take_document
from bases.forms.teachers import CloseForm, HoldForm, SeminarForm
from bases.models import Seminar
from bases.selectors import teachers as found
from bases.services.seminars import close_seminar, hold_as, plan_seminar
from ceportal.kernel.rules.dated import year_in
from ceportal.kernel.rules.refusal import MovedOn, Refused
from ceportal.kernel.web.keyset import keyset_page
from ceportal.kernel.web.serving import serve

planners_only = only_who_may(Act.PLAN_SEMINARS)
hosts_only = only_who_may(Act.HOLD_SEMINARS)
both_sides = only_who_may(Act.HOLD_SEMINARS, Act.PLAN_SEMINARS)
_YEARS = 4


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


@login_not_required
@require_safe
def show_seminars(request: HttpRequest) -> HttpResponse:
    """The plan of a year."""
    this_year = timezone.localdate().year
    years = [this_year + 1 - back for back in range(_YEARS)]
    asked = year_in(request.GET.get("year", ""))
    year = asked if asked in years else this_year
    page = keyset_page(found.seminars_of(year), order=("id",), cursor=request.GET.get("after", ""))
    plans = request.user.is_authenticated and found.planning_bureaus(_user(request)).exists()
    context = {"page": page, "year": year, "years": years, "plans": plans}
    return render(request, "bases/seminars.html", context)


@login_not_required
@require_safe
def show_seminar(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One project: who holds it, for how many, by whose money, and how it went."""
    seminar = get_object_or_404(found.shown_seminars(), ref=ref)
    signed_in = request.user.is_authenticated
    hosts = signed_in and found.hosted_seminars(_user(request)).filter(pk=seminar.pk).exists()
    reads = hosts or (signed_in and found.planning_bureaus(_user(request)).exists())
    return render(request, "bases/seminar.html", {"seminar": seminar, "hosts": hosts, "reads": reads})


@planners_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_seminar(request: HttpRequest) -> HttpResponse:
    bureau = found.planning_bureaus(_user(request)).first()
    if bureau is None:
        raise Http404
    this_year = timezone.localdate().year
    sent = request.POST if request.method == "POST" else None
    form = SeminarForm(sent, hosts=found.possible_hosts(), this_year=this_year, initial={"year": this_year})
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        by: dict[str, Any] = {"by": _user(request), "now": timezone.now()}
        try:
            made = plan_seminar(bureau, data["host"], form.plan(), trade=data["trade"], **by)
        except Refused as refused:
            form.show(refused)
        else:
            messages.success(request, "已列入计划并公布，承办单位会收到消息。")
            return redirect("bases:seminar", made.ref)
    return render(request, "bases/seminar_new.html", {"form": form}, status=422 if form.is_bound else 200)


@hosts_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show_desk(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The host's side: by which class it is held, and the closing report."""
    seminar = get_object_or_404(found.hosted_seminars(_user(request)), ref=ref)
    holds = "hold" in request.POST
    holding = HoldForm(
        request.POST if holds else None, classes=found.classes_for(seminar), auto_id="hold_%s",
        initial={"training_class": seminar.training_class_id},
    )  # fmt: skip
    data, files = sent_to(request) if not holds else (None, None)
    closing = CloseForm(data, files, seminar=seminar)
    is_sent = request.method == "POST"
    if is_sent and (_held(request, seminar, holding) if holds else _closed(request, seminar, closing)):
        return redirect("bases:seminar_desk" if holds else "bases:seminar", ref)
    context = {
        "seminar": seminar, "holding": holding, "closing": closing, "form": holding if holds else closing,
        "passed": found.passed_in(seminar.training_class) if seminar.training_class else None,
    }  # fmt: skip
    return render(request, "bases/seminar_desk.html", context, status=422 if is_sent else 200)


@both_sides
@never_cache
@require_safe
def show_paper(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The closing report, for the host and the bureau that planned it."""
    user = _user(request)
    plans = found.planning_bureaus(user).exists()
    seminar = get_object_or_404(found.shown_seminars() if plans else found.hosted_seminars(user), ref=ref)
    if seminar.paper is None:
        raise Http404
    return cast(HttpResponse, serve(seminar.paper))


def _held(request: HttpRequest, seminar: Seminar, form: HoldForm) -> bool:
    if not form.is_valid():
        return False
    try:
        hold_as(seminar, form.cleaned_data["training_class"], by=_user(request), now=timezone.now())
    except MovedOn:
        raise
    except Refused as refused:
        form.show(refused)
        return False
    messages.success(request, "已由这个培训班承办项目。")
    return True


def _closed(request: HttpRequest, seminar: Seminar, form: CloseForm) -> bool:
    """Hand it to the service; what it refuses stands beside the fields afterwards, and the file is kept."""
    is_readable = form.is_valid()
    stored = take_document(request, form.cleaned_data.get("kept"), form.show)
    form.keep(stored)
    if not is_readable or form.errors:
        return False
    data = form.cleaned_data
    by: dict[str, Any] = {"by": _user(request), "now": timezone.now()}
    try:
        close_seminar(seminar, summary=data["summary"], people=data.get("people"), paper=stored, **by)
    except MovedOn:
        raise
    except Refused as refused:
        form.show(refused)
        return False
    messages.success(request, "结项报告已提交并公开。")
    return True
