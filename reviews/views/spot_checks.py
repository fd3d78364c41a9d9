"""Spot checks for those outside the bureau: what is published for anybody, and what somebody is asked for."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.web.requests import take_document
from ceportal.kernel.rules.refusal import MovedOn, Refused
from ceportal.kernel.web.keyset import keyset_page
from reviews.forms.spot_checks import AnswerForm
from reviews.models import Campaign
from reviews.selectors.spot_checks import asked_of, holders_asked, published
from reviews.services.inspecting import answer


@login_not_required
@require_safe
def show_campaigns(request: HttpRequest) -> HttpResponse:
    """What was committed to before each draw, and what repeats it."""
    campaigns = Campaign.objects.select_related("bureau").defer("frame")
    context = {"page": keyset_page(campaigns, order=("-id",), cursor=request.GET.get("after", ""))}
    return render(request, "reviews/spot_checks.html", context)


@login_not_required
@require_safe
def show_published(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The published data as JSON: `manage.py redraw` reads it."""
    campaign = get_object_or_404(Campaign.objects.select_related("bureau"), ref=ref)
    return JsonResponse(published(campaign), json_dumps_params={"ensure_ascii": False})


@never_cache
@require_safe
def show_asked(request: HttpRequest) -> HttpResponse:
    rows = asked_of(cast(User, request.user))
    context = {"page": keyset_page(rows, order=("-id",), cursor=request.GET.get("after", ""))}
    return render(request, "reviews/asked.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer_inspection(request: HttpRequest, ref: UUID) -> HttpResponse:
    """What is asked or intended, and the answer; read-only once nothing is asked any more."""
    user = cast(User, request.user)
    inspection = get_object_or_404(asked_of(user), ref=ref)
    may_answer = bool(inspection.waits_on) and user in holders_asked(inspection)
    is_sent = request.method == "POST"
    form = AnswerForm(*((request.POST, request.FILES) if is_sent else ()))
    if is_sent and form.is_valid():
        stored = take_document(request, None, form.show)
        try:
            if not form.errors:
                answer(inspection, text=form.cleaned_data["text"], file=stored, by=user, now=timezone.now())
                messages.success(request, "已提交，核查人员会继续核查。")
                return redirect("reviews:answer", inspection.ref)
        except MovedOn:
            raise
        except Refused as refused:
            form.show(refused.reasons)
    context = {
        "inspection": inspection,
        "steps": inspection.steps.exclude(move__in=("draw", "take")),
        "form": form if may_answer else None,
    }
    return render(request, "reviews/answer.html", context, status=422 if is_sent else 200)
