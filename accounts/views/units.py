"""A unit registers, and its supervisor (or the bureau) decides."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from accounts.access import PersonRequest, only_who_may, recently_proved
from accounts.enums import UnitNature
from accounts.forms.registering import NewUnitForm, PlaceForm, RulingForm, UnitFields
from accounts.models import Area, UnitRegistration, User
from accounts.rules.policy import Act
from accounts.selectors.duties import authorities_for
from accounts.selectors.registrations import units_seen_by, units_waiting_for
from accounts.services.units import approve_unit, refuse_unit
from accounts.services.units import register_unit as register
from accounts.views.registering import place_or_404
from ceportal.kernel.rules.refusal import MovedOn, Refused
from ceportal.kernel.web.keyset import keyset_page


@login_not_required
@sensitive_post_parameters()
def register_unit(request: HttpRequest) -> HttpResponse:
    """Step 1 chooses the place (in the address), step 2 says what the unit is and who looks after it."""
    if not (code := request.GET.get("place")):
        return _choose_place(request)
    place = place_or_404(code)
    user = cast(User, request.user) if request.user.is_authenticated else None
    kind = UnitFields if user else NewUnitForm
    form = kind(request.POST or None, supervisors=authorities_for(place))
    status = 200
    if request.method == "POST":
        if form.is_valid() and _register(request, form, place, user):
            messages.success(request, "申请已提交。核准以后，您就可以核准本单位人员、审核学时。")
            return redirect("accounts:registration")
        status = 422
    return render(request, "accounts/register_unit.html", {"form": form, "place": place}, status=status)


def _choose_place(request: HttpRequest) -> HttpResponse:
    form = PlaceForm(request.GET if "city" in request.GET else None)
    return render(request, "accounts/choose_place.html", {"form": form, "place": form.place()})


def _register(request: HttpRequest, form: UnitFields, place: Area, user: User | None) -> bool:
    data: dict[str, Any] = form.cleaned_data
    try:
        made = register(
            uscc=data["uscc"],
            name=data["name"],
            nature=UnitNature(data["nature"]),
            area=place,
            supervisor=data["supervisor"],
            contact_name=data["contact_name"],
            contact_phone=data["contact_phone"],
            applicant_name=data.get("applicant_name", ""),
            applicant_phone=data.get("phone", "").strip(),
            password=data.get("password", ""),
            account=user,
            now=timezone.now(),
        )
    except Refused as refused:
        form.show(refused)
        return False
    if user is None:
        login(request, made.declarant)
    return True


@require_safe
@only_who_may(Act.APPROVE_UNITS)
def units_to_approve(request: PersonRequest) -> HttpResponse:
    page = keyset_page(units_waiting_for(request.user), order=("due_at", "id"), cursor=request.GET.get("after", ""))
    return render(request, "accounts/units_to_approve.html", {"page": page})


@only_who_may(Act.APPROVE_UNITS)
def review_unit(request: PersonRequest, ref: UUID) -> HttpResponse:
    """To approve a unit is to give somebody its duties: that asks once more who it is."""
    registration = get_object_or_404(units_seen_by(request.user), ref=ref)
    form = RulingForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _review_page(request, registration, form)
    gives_duties = form.cleaned_data["move"] == "approve"
    rule = recently_proved(_rule_on) if gives_duties else _rule_on
    return rule(request, registration, form)


def _rule_on(request: PersonRequest, registration: UnitRegistration, form: RulingForm) -> HttpResponse:
    if _rule(request, registration, form):
        return redirect("accounts:units_to_approve")
    return _review_page(request, registration, form)


def _review_page(request: PersonRequest, registration: UnitRegistration, form: RulingForm) -> HttpResponse:
    ruling = registration.rulings.select_related("by").first()
    context = {"registration": registration, "unit": registration.organization, "form": form, "ruling": ruling}
    status = 200 if request.method != "POST" else 422
    return render(request, "accounts/review_unit.html", context, status=status)


def _rule(request: PersonRequest, registration: UnitRegistration, form: RulingForm) -> bool:
    name, now = registration.organization.name, timezone.now()
    try:
        if form.cleaned_data["move"] == "approve":
            approve_unit(registration, by=request.user, now=now)
            messages.success(request, f"已核准{name}的注册。")
        else:
            refuse_unit(registration, reason=form.cleaned_data["reason"], by=request.user, now=now)
            messages.success(request, f"未核准{name}的注册，原因已告知申请人。")
    except MovedOn:
        raise
    except Refused as refused:
        form.show(refused)
        return False
    return True
