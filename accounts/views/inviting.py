"""职责分工: who acts for a unit, asking somebody to, and taking it up."""

from itertools import groupby
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import PersonRequest, only_who_may, recently_proved
from accounts.enums import Duty
from accounts.forms.inviting import InvitationForm
from accounts.models import Membership, Organization, Professional
from accounts.rules.policy import Act
from accounts.selectors.inviting import holders_at, invitations_of, invitations_to, units_to_staff
from accounts.selectors.people import employer_of
from accounts.selectors.staffing import invitations_for
from accounts.services import inviting as acts
from ceportal.kernel.rules.refusal import MovedOn, Refused
from ceportal.kernel.web.keyset import keyset_page
from ceportal.kernel.web.limits import count_one, is_used_up

# More than any unit names in a day; each leaves a message with somebody.
INVITING_RATE = "50 per day"
_SHOWN = 50


@never_cache
@require_safe
@only_who_may(Act.STAFF_UNIT)
def duties(request: PersonRequest) -> HttpResponse:
    """The people of each unit with what they do there, and who was asked and has not answered."""
    page = keyset_page(
        holders_at(request.user), order=("organization_id", "user_id", "id"), cursor=request.GET.get("after", "")
    )
    context = {
        "page": page,
        "people": _by_person(page.items),
        "units": units_to_staff(request.user)[:_SHOWN],
        "invitations": invitations_of(request.user)[:_SHOWN],
        "now": timezone.now(),
    }
    return render(request, "accounts/duties.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@only_who_may(Act.STAFF_UNIT)
@recently_proved
def invite(request: PersonRequest, ref: UUID) -> HttpResponse:
    unit = get_object_or_404(units_to_staff(request.user), ref=ref)
    form = InvitationForm(request.POST if request.method == "POST" else None, unit=unit)
    if request.method == "POST" and form.is_valid() and _invited(request, form, unit):
        name = form.cleaned_data["name"].strip()
        messages.success(request, f"邀请已发出。请告诉{name}：用这个手机号码登录，在“邀请”里接受，14 天内有效。")
        return redirect("accounts:duties")
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/invite.html", {"form": form, "unit": unit}, status=status)


@require_POST
@only_who_may(Act.STAFF_UNIT)
@recently_proved
def relieve(request: PersonRequest, ref: UUID) -> HttpResponse:
    """Ends one duty (`duty`) of one person (`person`, a ref) at the unit."""
    unit = get_object_or_404(units_to_staff(request.user), ref=ref)
    held = _held(request, unit)
    try:
        acts.relieve(held.user, unit, Duty(held.duty), by=request.user, now=timezone.now())
    except MovedOn:
        raise
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"已收回{held.user.name}的“{Duty(held.duty).label}”。")
    return redirect("accounts:duties" if units_to_staff(request.user).exists() else settings.LOGIN_REDIRECT_URL)


@require_POST
@only_who_may(Act.STAFF_UNIT)
def withdraw_invitation(request: PersonRequest, ref: UUID) -> HttpResponse:
    invitation = get_object_or_404(invitations_of(request.user), ref=ref)
    acts.withdraw(invitation, by=request.user, now=timezone.now())
    messages.success(request, f"已收回给{invitation.name}的邀请。")
    return redirect("accounts:duties")


@never_cache
@require_safe
def invitations(request: PersonRequest) -> HttpResponse:
    """Those to whoever is signed in: to belong to a unit, and to act for one."""
    now = timezone.now()
    units = invitations_for(request.user, now=now)[:_SHOWN]
    context: dict[str, Any] = {"invitations": invitations_to(request.user, now=now)[:_SHOWN], "units": units}
    if units:
        context["employer"] = employer_of(Professional.objects.get(user=request.user))
    return render(request, "accounts/invitations.html", context)


@require_POST
def answer_invitation(request: PersonRequest, ref: UUID) -> HttpResponse:
    """`answer` is accept or decline."""
    now = timezone.now()
    invitation = get_object_or_404(invitations_to(request.user, now=now), ref=ref)
    unit = invitation.organization.name
    if request.POST.get("answer") == "decline":
        acts.decline(invitation, by=request.user, now=now)
        messages.success(request, f"已谢绝{unit}的邀请。")
        return redirect("accounts:invitations")
    try:
        acts.accept(invitation, by=request.user, now=now)
    except MovedOn:
        raise
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("accounts:invitations")
    messages.success(request, f"您已承担{unit}的职责，请重新登录后办理。")
    return redirect(settings.LOGIN_REDIRECT_URL)


def _invited(request: PersonRequest, form: InvitationForm, unit: Organization) -> bool:
    if is_used_up(INVITING_RATE, "invite", str(request.user.pk)):
        form.add_error(None, "今天发出的邀请太多了，请明天再试。")
        return False
    data = form.cleaned_data
    try:
        acts.invite(
            unit, name=data["name"], phone=data["phone"].strip(), duties=data["duties"], by=request.user,
            now=timezone.now(),
        )  # fmt: skip
    except MovedOn:
        raise
    except Refused as refused:
        form.show(refused)
        return False
    count_one(INVITING_RATE, "invite", str(request.user.pk))
    return True


def _held(request: PersonRequest, unit: Organization) -> Membership:
    try:
        person = UUID(request.POST.get("person", ""))
    except ValueError:
        person = UUID(int=0)
    asked = request.POST.get("duty", "")
    rows = holders_at(request.user).filter(organization=unit, duty=asked if asked in Duty.values else "")
    return get_object_or_404(rows, user__ref=person)


def _by_person(rows: list[Membership]) -> list[dict[str, Any]]:
    """One line a person and unit, in the order of `rows`."""
    grouped = groupby(rows, key=lambda held: (held.organization, held.user))
    return [{"unit": unit, "user": user, "held": list(held)} for (unit, user), held in grouped]
