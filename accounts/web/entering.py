"""On the way in: between the right password and the session. Nobody is signed in before the last step.

What was given stands in the session for ten minutes, with the fingerprint a session would bear: a password that
changes meanwhile, or a duty, ends the way in as it ends sessions.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.models import User
from accounts.rules.entering import PATIENCE, Step, is_within, next_step
from accounts.rules.passwords import WARNED_DAYS
from accounts.selectors.safety import factor_of, is_on_duty, password_days_left, standing_of
from accounts.services.devices import remember_device
from accounts.web.devices import device_label, device_token, guesser_of, keep_token
from ceportal.kernel.services.trail import record

_KEY = "entering"
_PAGES = {
    Step.CODE: "accounts:sign_in_code",
    Step.SET_UP: "accounts:sign_in_set_up",
    Step.NEW_PASSWORD: "accounts:sign_in_password",
}
_BACKEND = "accounts.backends.IdNumberOrPhone"


@dataclass(frozen=True)
class Entering:
    """Somebody on the way in. `gave_password` is false where another provider vouches for them."""

    user: User
    wanted: str
    gave_factor: bool
    gave_password: bool


def begin(request: HttpRequest, user: User, wanted: str, *, gave_password: bool = True) -> None:
    """The first step is done. A session of before must not become that of whoever enters (fixation)."""
    request.session.cycle_key()
    request.session[_KEY] = {
        "user": user.pk,
        "print": user.get_session_auth_hash(),
        "wanted": wanted,
        "since": int(timezone.now().timestamp()),
        "gave_factor": False,
        "gave_password": gave_password,
    }


def entering(request: HttpRequest) -> Entering | None:
    """Who is on the way in; None when nobody is, or it took too long."""
    held: dict[str, Any] = request.session.get(_KEY) or {}
    if not is_within(held.get("since"), PATIENCE, timezone.now()):
        return None
    user = User.objects.filter(pk=held["user"], is_active=True).first()
    if user is None or not constant_time_compare(held["print"], user.get_session_auth_hash()):
        return None
    return Entering(user, held["wanted"], held["gave_factor"], held["gave_password"])


def note_factor(request: HttpRequest) -> None:
    request.session[_KEY] = request.session[_KEY] | {"gave_factor": True}


def note_new_password(request: HttpRequest, user: User) -> None:
    request.session[_KEY] = request.session[_KEY] | {"print": user.get_session_auth_hash()}


def step_of(entry: Entering, now: datetime) -> Step:
    return next_step(standing_of(entry.user, gave_factor=entry.gave_factor, gave_password=entry.gave_password, now=now))


def go_on(request: HttpRequest) -> HttpResponse:
    """To the next step, or in."""
    entry, now = entering(request), timezone.now()
    if entry is None:
        return redirect("accounts:sign_in")
    response = redirect(onward(entry, now))
    if step_of(entry, now) is Step.IN:
        keep_token(response, let_in(request, entry.user))
    return response


def onward(entry: Entering, now: datetime) -> str:
    """Where the next step is, or the page that was wanted."""
    return resolve_url(_PAGES.get(step_of(entry, now)) or entry.wanted or settings.LOGIN_REDIRECT_URL)


def let_in(request: HttpRequest, user: User) -> str:
    """Sign in; gives the token for the device's cookie."""
    now = timezone.now()
    request.session.pop(_KEY, None)
    login(request, user, backend=_BACKEND)
    record("user.sign_in", user, by=user, now=now)
    _advise(request, user, now)
    return remember_device(user, device_token(request), guesser_of(request), device_label(request), now=now)


def wanted_page(request: HttpRequest) -> str:
    """Where the person wanted to go, if that is a page of ours; else nothing."""
    wanted = request.POST.get("next", request.GET.get("next", ""))
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours else ""


def _advise(request: HttpRequest, user: User, now: datetime) -> None:
    """What somebody who has just come in should do soon."""
    left = password_days_left(user, now=now)
    if left is not None and left <= WARNED_DAYS:
        messages.warning(request, f"您的密码还有 {left} 天到期，请在“个人信息”中修改。")
    if is_on_duty(user) and factor_of(user) is None:
        messages.info(request, "您承担审核或管理职责，请在“账号安全”中开启动态口令。")
