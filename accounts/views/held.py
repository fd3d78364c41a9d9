"""The bureau's desk for people whose unit has not registered yet (临时单位): whom it holds, and where they belong."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import PersonRequest, only_who_may
from accounts.forms.registering import MatchUnitForm
from accounts.models import UnitProposal
from accounts.rules.policy import Act
from accounts.selectors.proposals import alike, proposals_held_by
from accounts.services.proposals import match_proposal
from ceportal.kernel.rules.refusal import Refused
from ceportal.kernel.web.keyset import keyset_page

_ALIKE_SHOWN = 50


@never_cache
@require_safe
@only_who_may(Act.HOLD_PEOPLE)
def held_people(request: PersonRequest) -> HttpResponse:
    page = keyset_page(proposals_held_by(request.user), order=("id",), cursor=request.GET.get("after", ""))
    return render(request, "accounts/held_people.html", {"page": page})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@only_who_may(Act.HOLD_PEOPLE)
def held_person(request: PersonRequest, ref: UUID) -> HttpResponse:
    """One unit as people have named it; POST says which registered unit it is."""
    proposal = get_object_or_404(proposals_held_by(request.user), ref=ref)
    form = MatchUnitForm(request.POST if request.method == "POST" else None, initial={"uscc": proposal.uscc})
    if request.method == "POST" and form.is_valid() and _matched(request, proposal, form):
        return redirect("accounts:held_people")
    rows = alike(proposal)
    context = {"proposal": proposal, "form": form, "rows": rows[:_ALIKE_SHOWN], "count": rows.count()}
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/held_person.html", context, status=status)


def _matched(request: PersonRequest, proposal: UnitProposal, form: MatchUnitForm) -> bool:
    try:
        unit = match_proposal(proposal, form.cleaned_data["uscc"], by=request.user, now=timezone.now())
    except Refused as refused:
        form.show(refused)
        return False
    messages.success(request, f"在“{proposal.name}”工作的人员已转入{unit.name}。")
    return True
