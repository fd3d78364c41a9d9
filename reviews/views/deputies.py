"""Asking a colleague to review for somebody who is away."""

import re

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import PersonRequest, only_who_may, recently_proved
from accounts.enums import Duty
from accounts.rules.policy import Act
from accounts.selectors.deputizing import deputies_of, may_be_away
from accounts.services.deputizing import appoint_deputy, dismiss_deputy
from ceportal.kernel.rules.refusal import Refused
from reviews.forms.reviewing import DeputyForm

_NUMBER = re.compile(r"[1-9][0-9]{0,17}")


@require_http_methods(["GET", "HEAD", "POST"])
@only_who_may(Act.APPOINT_DEPUTIES)
@recently_proved
def keep_deputies(request: PersonRequest) -> HttpResponse:
    """Who stands in for whom, and the form to ask somebody."""
    places = list(may_be_away(request.user))
    form = DeputyForm(request.POST if request.method == "POST" else None, places=places, user=request.user)
    if form.is_bound and form.is_valid():
        place, now = form.cleaned_data["place"], timezone.now()
        try:
            made = appoint_deputy(
                away=place.user, organization=place.organization, duty=Duty.REVIEW_HOURS, by=request.user, now=now,
                name=form.cleaned_data["name"], until=form.cleaned_data["until"],
            )  # fmt: skip
        except Refused as refused:
            for reason in refused:
                form.add_error(reason.field if reason.field in form.fields else None, reason.message)
        else:
            messages.success(request, f"已请{made.user.name}代审，到期自动收回。对方重新登录后就能办理。")
            return redirect("reviews:deputies")
    context = {"form": form, "places": places, "deputies": deputies_of(request.user)}
    return render(request, "reviews/deputies.html", context, status=422 if form.is_bound else 200)


@require_POST
@only_who_may(Act.APPOINT_DEPUTIES)
def dismiss(request: PersonRequest) -> HttpResponse:
    """Back before the day."""
    number = request.POST.get("deputy", "")
    held = get_object_or_404(deputies_of(request.user), pk=int(number) if _NUMBER.fullmatch(number) else 0)
    if dismiss_deputy(held, by=request.user, now=timezone.now()):
        messages.success(request, f"已收回{held.user.name}的代审。")
    return redirect("reviews:deputies")
