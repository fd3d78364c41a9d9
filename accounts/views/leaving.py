"""The desk of units and bureaus where it is recorded that somebody is no longer at work."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import PersonRequest, only_who_may
from accounts.forms.leaving import LeavingForm
from accounts.models import Professional
from accounts.rules.policy import Act
from accounts.selectors.erasing import erasing_bureaus
from accounts.selectors.leaving import job_left, people_to_record
from accounts.services.leaving import record_leaving, undo_leaving
from ceportal.kernel.rules.refusal import MovedOn, Refused
from ceportal.kernel.web.keyset import keyset_page


@never_cache
@require_safe
@only_who_may(Act.ACT_ON_PEOPLE, Act.RECORD_LEAVING)
def show_people(request: PersonRequest) -> HttpResponse:
    """`?view=left` of whom it was recorded; `?name=` finds by the start of the name."""
    text, has_left = request.GET.get("name", "")[:50], request.GET.get("view", "") == "left"
    rows = people_to_record(request.user, text, has_left=has_left)
    page = keyset_page(rows, order=("id",), cursor=request.GET.get("after", ""))
    erases = has_left and erasing_bureaus(request.user).exists()
    return render(
        request, "accounts/leavings.html", {"page": page, "name": text, "has_left": has_left, "erases": erases}
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@only_who_may(Act.ACT_ON_PEOPLE, Act.RECORD_LEAVING)
def record(request: PersonRequest, ref: UUID) -> HttpResponse:
    person = get_object_or_404(people_to_record(request.user), ref=ref)
    form = LeavingForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _recorded(request, person, form):
        messages.success(request, f"已登记{person.name}的情况。")
        return redirect("accounts:leavings")
    context = {"person": person, "form": form, "job": job_left(person, request.user)}
    return render(request, "accounts/leaving.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@only_who_may(Act.ACT_ON_PEOPLE, Act.RECORD_LEAVING)
def undo(request: PersonRequest, ref: UUID) -> HttpResponse:
    person = get_object_or_404(people_to_record(request.user, has_left=True), ref=ref)
    undo_leaving(person, by=request.user, now=timezone.now())
    messages.success(request, f"已撤销{person.name}的登记，恢复为在职。")
    return redirect("accounts:leavings")


def _recorded(request: PersonRequest, person: Professional, form: LeavingForm) -> bool:
    data = form.cleaned_data
    try:
        record_leaving(person, how=data["how"], day=data["day"], by=request.user, now=timezone.now())
    except MovedOn:
        raise
    except Refused as refused:
        form.show(refused)
        return False
    return True
