"""One's own account: what it knows of one, and how it is guarded."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from accounts.access import PersonRequest, recently_proved
from accounts.forms.passwords import ChangePasswordForm
from accounts.forms.sign_in import SetUpForm
from accounts.models import KnownDevice, Professional, User
from accounts.rules.duties import DUTIES
from accounts.rules.recovery import in_groups
from accounts.selectors.duties import duties_of
from accounts.selectors.matters import jobs_of
from accounts.selectors.proposals import proposal_of
from accounts.selectors.safety import (
    factor_of,
    is_on_duty,
    mail_of,
    needs_factor,
    password_days_left,
    password_set_at,
    recovery_codes_left,
    sessions_of,
)
from accounts.services import second_factor
from accounts.services.accounts import change_password as set_password
from accounts.services.devices import end_other_sessions, end_session, forget_devices
from accounts.web.factors import set_up_facts
from ceportal.kernel.rules.refusal import Refused


@require_safe
def profile(request: PersonRequest) -> HttpResponse:
    person = Professional.objects.select_related("area", "title_series").filter(user=request.user).first()
    duties = [(held, DUTIES[held.duty]) for held in duties_of(request.user)]  # type: ignore[index]
    context = {
        "person": person,
        "jobs": jobs_of(person) if person else [],
        "proposal": proposal_of(person) if person else None,
        "duties": duties,
    }
    return render(request, "accounts/profile.html", context)


@require_safe
def safety(request: PersonRequest) -> HttpResponse:
    """What guards the account, and from where it is in use."""
    user, now = request.user, timezone.now()
    factor = factor_of(user)
    context = {
        "factor": factor,
        "must_have_factor": needs_factor(user),
        "is_on_duty": is_on_duty(user),
        "codes_left": recovery_codes_left(user) if factor else 0,
        "sessions": sessions_of(user),
        "this_session": request.session.session_key,
        "device_count": KnownDevice.objects.filter(user=user).count(),
        "password_set_at": password_set_at(user),
        "password_days_left": password_days_left(user, now=now),
        "mail": mail_of(user),
    }
    return render(request, "accounts/safety.html", context)


@sensitive_post_parameters()
def change_password(request: PersonRequest) -> HttpResponse:
    user = cast(User, request.user)
    form = ChangePasswordForm(request.POST if request.method == "POST" else None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            set_password(user, form.cleaned_data["password"], by=user, now=timezone.now())
        except Refused as refused:
            form.show(refused)
        else:
            update_session_auth_hash(request, user)
            messages.success(request, "密码已修改。其他设备上的登录已全部退出。")
            return redirect("accounts:profile")
    return render(request, "accounts/change_password.html", {"form": form}, status=422 if form.errors else 200)


@sensitive_post_parameters("code")
@recently_proved
def set_up_factor(request: PersonRequest) -> HttpResponse:
    """Set the second factor up, or move it to another phone: the old one holds until the new one is confirmed."""
    form, now = SetUpForm(request.POST if "code" in request.POST else None), timezone.now()
    if form.is_bound and form.is_valid():
        try:
            codes = second_factor.confirm_factor(request.user, form.cleaned_data["code"], now=now)
        except Refused as refused:
            form.show(refused)
        else:
            return _codes_page(request, codes)
    _, secret = second_factor.start_factor(request.user, now=now)
    context = {"form": form, "is_replaced": factor_of(request.user) is not None, **set_up_facts(request.user, secret)}
    return render(request, "accounts/set_up_factor.html", context, status=422 if form.errors else 200)


@require_POST
@recently_proved
def renew_codes(request: PersonRequest) -> HttpResponse:
    return _codes_page(request, second_factor.renew_recovery_codes(request.user, now=timezone.now()))


@require_POST
@recently_proved
def end_factor(request: PersonRequest) -> HttpResponse:
    second_factor.end_factor(request.user, by=request.user, now=timezone.now())
    messages.success(request, "动态口令已关闭。")
    return redirect("accounts:safety")


@require_POST
def end_sessions(request: PersonRequest) -> HttpResponse:
    """The one that is named, or all but this one."""
    now = timezone.now()
    if ref := request.POST.get("session", ""):
        session = sessions_of(request.user).filter(ref=_uuid(ref)).first()
        if session is None:
            raise Http404
        end_session(session, by=request.user, now=now)
        messages.success(request, "这个登录已退出。")
        return redirect("accounts:safety")
    end_other_sessions(request.user, request.session.session_key or "", now=now)
    request.user.refresh_from_db(fields=["session_epoch"])
    update_session_auth_hash(request, request.user)
    messages.success(request, "其他登录已全部退出。")
    return redirect("accounts:safety")


@require_POST
def forget_known_devices(request: PersonRequest) -> HttpResponse:
    forget_devices(request.user, now=timezone.now())
    messages.success(request, "常用设备已清空。")
    return redirect("accounts:safety")


def _codes_page(request: PersonRequest, codes: list[str]) -> HttpResponse:
    context: dict[str, Any] = {"codes": [in_groups(code) for code in codes], "onward": reverse("accounts:safety")}
    return render(request, "accounts/recovery_codes.html", context)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error
