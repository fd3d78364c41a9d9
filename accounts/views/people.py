"""The employer's (or bureau's) desk for people: who waits to be approved, who belongs to the unit."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import PersonRequest, only_who_may
from accounts.forms.registering import RulingForm
from accounts.models import PersonRegistration
from accounts.rules.policy import Act
from accounts.selectors.people import people_of
from accounts.selectors.proposals import proposals_held_by
from accounts.selectors.registrations import people_seen_by, people_waiting_for
from accounts.selectors.staffing import units_inviting
from accounts.services.people import approve_person, refuse_person
from ceportal.kernel.rules.refusal import MovedOn, Refused
from ceportal.kernel.web.keyset import keyset_page

OLDEST_DUE = ("due_at", "id")
BY_ID = ("id",)


@require_safe
@only_who_may(Act.APPROVE_PEOPLE)
def people_to_approve(request: PersonRequest) -> HttpResponse:
    rows = people_waiting_for(request.user)
    page = keyset_page(rows, order=OLDEST_DUE, cursor=request.GET.get("after", ""))
    context = {"page": page, "holds": proposals_held_by(request.user).exists()}
    return render(request, "accounts/people_to_approve.html", context)


@only_who_may(Act.APPROVE_PEOPLE)
def review_person(request: PersonRequest, ref: UUID) -> HttpResponse:
    registration = get_object_or_404(people_seen_by(request.user), ref=ref)
    form = RulingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if _rule(request, registration, form):
            return redirect("accounts:people_to_approve")
        return _review_page(request, registration, form, status=422)
    return _review_page(request, registration, form, status=200 if request.method != "POST" else 422)


def _rule(request: PersonRequest, registration: PersonRegistration, form: RulingForm) -> bool:
    """Approve or refuse; what is wrong with the reason stands beside it. Somebody was first: a page of its own."""
    name, now = registration.professional.name, timezone.now()
    try:
        if form.cleaned_data["move"] == "approve":
            approve_person(registration, by=request.user, now=now)
            messages.success(request, f"已核准{name}的注册。")
        else:
            refuse_person(registration, reason=form.cleaned_data["reason"], by=request.user, now=now)
            messages.success(request, f"未核准{name}的注册，原因已告知本人。")
    except MovedOn:
        raise
    except Refused as refused:
        form.show(refused)
        return False
    return True


def _review_page(
    request: PersonRequest, registration: PersonRegistration, form: RulingForm, *, status: int
) -> HttpResponse:
    ruling = registration.rulings.select_related("by").first()
    context = {"registration": registration, "person": registration.professional, "form": form, "ruling": ruling}
    return render(request, "accounts/review_person.html", context, status=status)


@require_safe
@only_who_may(Act.SEE_PEOPLE)
def people(request: PersonRequest) -> HttpResponse:
    text = request.GET.get("name", "")[:50]
    page = keyset_page(people_of(request.user, text), order=BY_ID, cursor=request.GET.get("after", ""))
    invites = units_inviting(request.user).exists()
    return render(request, "accounts/people.html", {"page": page, "name": text, "invites": invites})
