"""A person registers: chooses the employer, says who they are, and follows where it stands."""

from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from accounts.access import PersonRequest
from accounts.enums import IdKind, RegistrationState, TitleLevel, UnitState
from accounts.forms.handing_over import AccountForm
from accounts.forms.registering import (
    ApplyAgainForm,
    ApplyAgainWithoutUnitForm,
    FindUnitForm,
    PersonForm,
    PersonWithoutUnitForm,
    ProposedUnitFields,
    TitleFields,
)
from accounts.models import Area, Organization, Professional, User
from accounts.rules.naming import is_code
from accounts.rules.registration import ID_TAKEN, PHONE_TAKEN
from accounts.selectors.people import UNITS_SHOWN
from accounts.selectors.people import find_units as units_found
from accounts.selectors.registrations import own_people_registrations, own_unit_registrations
from accounts.selectors.unit_changes import former_names
from accounts.services.accounts import make_user
from accounts.services.people import apply_again, register_person, withdraw_registration
from accounts.services.staffing import admit_if_invited
from accounts.services.units import withdraw_unit
from accounts.web.entering import wanted_page
from ceportal.kernel.rules.refusal import Refused
from ceportal.kernel.web.addresses import counted_address
from ceportal.kernel.web.limits import count_one, is_used_up

# Answers "already registered" from one place: enough for a school that registers together, not for a sweep (T16).
TAKEN_RATE = "30 per hour"
SHORTEST_TEXT = 2


@login_not_required
@sensitive_post_parameters()
def register(request: HttpRequest) -> HttpResponse:
    """Step 1 chooses the employer (in the address, so that going back keeps it), step 2 says who one is."""
    user = cast(User, request.user) if request.user.is_authenticated else None
    person = Professional.objects.filter(user=user).first() if user else None
    if person and (person.approved_at or person.registrations.filter(state=RegistrationState.WAITING).exists()):
        return redirect("accounts:registration")
    chosen = chosen_unit(request)
    if chosen is None:
        return render(request, "accounts/choose_employer.html", search(request) | {"again": person is not None})
    organization, place = chosen
    form = _person_form(request, place, user, person, has_unit=organization is not None)
    status, headers = 200, dict[str, str]()
    if request.method == "POST":
        if is_used_up(TAKEN_RATE, "register", counted_address(request)):
            form.add_error(None, "这台电脑所在的网络提交了太多重复的注册，请一小时后再试。")
            status, headers = 429, {"Retry-After": "3600"}
        elif form.is_valid() and _register(request, form, organization, user, person):
            messages.success(request, "注册已提交，结果见下。核准以后就可以申报学时。")
            return redirect("accounts:registration")
        else:
            status = 422
    context = {"form": form, "organization": organization, "place": place, "again": person is not None}
    page = render_to_string("accounts/register.html", context, request)
    return HttpResponse(page, status=status, headers=headers)


@login_not_required
@sensitive_post_parameters()
def register_account(request: HttpRequest) -> HttpResponse:
    """An account alone, for whoever will look after a unit; then on to the page that was wanted."""
    onward = wanted_page(request) or settings.LOGIN_REDIRECT_URL
    if request.user.is_authenticated:
        return redirect(onward)
    form = AccountForm(request.POST if request.method == "POST" else None)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and is_used_up(TAKEN_RATE, "register", counted_address(request)):
        form.add_error(None, "这台电脑所在的网络提交了太多重复的注册，请一小时后再试。")
        status = 429
    elif request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            user = make_user(name=data["name"], phone=data["phone"], password=data["password"], now=timezone.now())
        except Refused as refused:
            form.show(refused)
            count_one(TAKEN_RATE, "register", counted_address(request))
        else:
            login(request, user)
            return redirect(onward)
    context = {"form": form, "wanted": wanted_page(request)}
    return render(request, "accounts/register_account.html", context, status=status)


@login_not_required
@require_safe
def find_units(request: HttpRequest) -> HttpResponse:
    """The fragment that the search page swaps in while one types; the page does the same without script."""
    return render(request, "accounts/units_found.html", search(request))


def registration(request: PersonRequest) -> HttpResponse:
    """Where one's applications stand: with whom, since when, what was said. POST takes one back."""
    people, units = own_people_registrations(request.user), own_unit_registrations(request.user)
    if request.method == "POST":
        return _withdraw(request)
    rows: list[Any] = [*people, *units]
    for row in rows:
        row.ruling = next(iter(row.rulings.all()), None)
        row.is_unit = hasattr(row, "professional") is False
    person = Professional.objects.filter(user=request.user).first()
    open_person = any(not row.is_unit and row.state == RegistrationState.WAITING for row in rows)
    may_apply = bool(person) and not (cast(Professional, person).approved_at or open_person)
    context = {"applications": rows, "person": person, "may_apply": may_apply}
    return render(request, "accounts/registration.html", context)


def _withdraw(request: PersonRequest) -> HttpResponse:
    ref, now = request.POST.get("application", ""), timezone.now()
    mine = {str(row.ref): row for row in own_people_registrations(request.user)}
    mine_of_units = {str(row.ref): row for row in own_unit_registrations(request.user)}
    if ref in mine:
        withdraw_registration(mine[ref], by=request.user, now=now)
    elif ref in mine_of_units:
        withdraw_unit(mine_of_units[ref], by=request.user, now=now)
    else:
        raise Http404
    messages.success(request, "申请已撤回。")
    return redirect("accounts:registration")


def chosen_unit(request: HttpRequest) -> tuple[Organization | None, Area] | None:
    """The employer chosen by its ref, or the place of somebody without one; None while nothing is chosen."""
    if ref := request.GET.get("organization"):
        units = Organization.objects.filter(is_employer=True, state=UnitState.ACTIVE)
        unit = get_object_or_404(units.select_related("area__parent", "supervisor"), ref=_uuid(ref))
        return unit, unit.area
    if code := request.GET.get("without"):
        return None, place_or_404(code)
    return None


def place_or_404(code: str) -> Area:
    if not is_code(code):
        raise Http404
    return get_object_or_404(Area.objects.select_related("parent"), pk=code)


def _uuid(text: str) -> Any:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error


def search(request: HttpRequest) -> dict[str, Any]:
    """What the page that looks for a unit shows, by the place and words in the address."""
    form = FindUnitForm(request.GET if "city" in request.GET else None)
    place = form.place()
    text = form.cleaned_data.get("text", "") if place else ""
    asked = place is not None and (len(text.strip()) >= SHORTEST_TEXT or bool(form.cleaned_data["county"]))
    found = list(units_found(place, text)[: UNITS_SHOWN + 1]) if place and asked else []
    names = former_names(found)
    for unit in found:
        unit.formerly = "，".join(names.get(unit.pk, ()))  # type: ignore[attr-defined]
    return {
        "form": form,
        "place": place,
        "asked": asked,
        "units": found[:UNITS_SHOWN],
        "there_are_more": len(found) > UNITS_SHOWN,
    }


def _person_form(
    request: HttpRequest, place: Area, user: User | None, person: Professional | None, *, has_unit: bool
) -> TitleFields:
    today = timezone.localdate()
    if user is None:
        return (PersonForm if has_unit else PersonWithoutUnitForm)(request.POST or None, around=place, today=today)
    initial: dict[str, Any] = {"name": user.name}
    if person:
        initial |= {
            "title_series": person.title_series_id,
            "title_level": person.title_level,
            "title_since": person.title_since,
            "id_kind": person.id_kind,
        }
    kind = ApplyAgainForm if has_unit else ApplyAgainWithoutUnitForm
    return kind(request.POST or None, around=place, today=today, keeps_number=person is not None, initial=initial)


def _register(
    request: HttpRequest,
    form: TitleFields,
    organization: Organization | None,
    user: User | None,
    person: Professional | None,
) -> bool:
    """Hand it to the service; what it refuses stands beside the fields afterwards."""
    data = form.cleaned_data
    facts: dict[str, Any] = {
        "id_number": data["id_number"],
        "name": data["name"],
        "organization": organization,
        "area": data["area"],
        "title_series": data["title_series"],
        "title_level": TitleLevel(data["title_level"]),
        "title_since": data["title_since"],
        "id_kind": IdKind(data["id_kind"]),
        "proposed": form.proposed() if isinstance(form, ProposedUnitFields) else None,
        "now": timezone.now(),
    }
    try:
        if person and user:
            admit_if_invited(apply_again(person, by=user, **facts), now=facts["now"])
            return True
        phone, password = data.get("phone", "").strip(), data.get("password", "")
        made = register_person(phone=phone, password=password, account=user, **facts)
        admit_if_invited(made, now=facts["now"])
    except Refused as refused:
        form.show(refused)
        if {ID_TAKEN, PHONE_TAKEN}.intersection(refused.reasons):
            count_one(TAKEN_RATE, "register", counted_address(request))
        return False
    if user is None:
        login(request, made.declarant)
    return True
