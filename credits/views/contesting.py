"""“这不是我学的”: asked once more, then held."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.access import PersonRequest, professionals_only
from credits.forms.holding import NotMineForm
from credits.models import Claim
from credits.selectors.holding import contestable
from credits.selectors.records import reporter_of
from credits.services.contesting import contest as contest_claim


@professionals_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def contest(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Of the reader's own hours, those that a platform or a base has reported and that count."""
    person = cast(PersonRequest, request).professional
    claim = get_object_or_404(Claim.objects.filter(contestable(), professional=person), ref=ref)
    form = NotMineForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        contest_claim(claim, reason=form.cleaned_data["reason"], by=person.user, now=timezone.now())
        messages.success(request, "已暂停计入，人社部门核实后会给您结果。")
        return redirect(f"{reverse('credits:hours')}?year={claim.year}")
    context = {"claim": claim, "reporter": reporter_of(claim), "form": form}
    return render(request, "credits/contest.html", context, status=422 if form.is_bound else 200)
