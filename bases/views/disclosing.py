"""公开信息: an institution's own people keep its public page (S0-16)."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import only_who_may
from accounts.models import User
from accounts.rules.policy import Act
from bases.forms.institutions import DisclosureForm
from bases.models import Disclosure
from bases.rules.directory import DISCLOSED
from bases.selectors.directory import disclosing_units
from bases.services.disclosing import disclose
from ceportal.kernel.rules.refusal import Refused


@only_who_may(Act.DISCLOSE)
@never_cache
@require_safe
def show_disclosures(request: HttpRequest) -> HttpResponse:
    """The institutions one keeps the page of; most keep one."""
    units = list(disclosing_units(cast(User, request.user)))
    kept = dict(Disclosure.objects.filter(organization__in=units).values_list("organization", "changed_at"))
    lines = [(unit, kept.get(unit.pk)) for unit in units]
    return render(request, "bases/disclosures.html", {"lines": lines})


@only_who_may(Act.DISCLOSE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit_disclosure(request: HttpRequest, ref: UUID) -> HttpResponse:
    user = cast(User, request.user)
    unit = get_object_or_404(disclosing_units(user), ref=ref)
    kept = Disclosure.objects.filter(organization=unit).values(*DISCLOSED).first()
    is_sent = request.method == "POST"
    form = DisclosureForm(request.POST if is_sent else None, initial=kept or {"contact": unit.contact_phone})
    if is_sent and form.is_valid():
        try:
            disclose(unit, form.cleaned_data, by=user, now=timezone.now())
        except Refused as refused:
            form.show(refused)
        else:
            messages.success(request, "已公开。任何人都可以在施教机构目录中看到。")
            return redirect("bases:disclosures")
    context = {"form": form, "unit": unit}
    return render(request, "bases/disclosure.html", context, status=422 if is_sent else 200)
