"""Signing in and out: the password, then whatever else is asked on the way in."""

import logging
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts.forms.passwords import NewPasswordForm
from accounts.forms.sign_in import FactorForm, SetUpForm, SignInForm
from accounts.models import User
from accounts.rules.entering import Step
from accounts.rules.recovery import in_groups
from accounts.selectors.safety import account_of
from accounts.services.accounts import change_password
from accounts.services.guessing import FACTOR, SIGN_IN, may_try, was_right
from accounts.services.second_factor import WRONG_CODE, accept_code, confirm_factor, start_factor
from accounts.web.devices import guesser_of, keep_token
from accounts.web.entering import (
    Entering,
    begin,
    entering,
    go_on,
    let_in,
    note_factor,
    note_new_password,
    onward,
    step_of,
    wanted_page,
)
from accounts.web.factors import set_up_facts
from accounts.web.sessions import take_word_of_end
from ceportal.kernel.rules.refusal import Refused

WRONG = "证件号码（或手机号码）与密码不符，请核对后重新输入。"
TOO_OFTEN = "输错的次数太多，请 15 分钟后再试，或用“忘记密码”重新设置。"
TOO_MANY_CODES = "输错的次数太多，请 15 分钟后再试。"
log = logging.getLogger(__name__)


@login_not_required
@never_cache
@sensitive_post_parameters("password", "login")
def sign_in(request: HttpRequest) -> HttpResponse:
    """The first step. Known and unknown accounts get the same words after the same work."""
    if request.user.is_authenticated:
        return redirect(wanted_page(request) or settings.LOGIN_REDIRECT_URL)
    form = SignInForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _sign_in_page(request, form, status=200 if request.method != "POST" else 422)
    now, guesser, login = timezone.now(), guesser_of(request), form.cleaned_data["login"]
    account = account_of(login)
    if not may_try(SIGN_IN, account, login, guesser, now=now):
        log.warning("a sign-in was not tried: too many were wrong")
        form.add_error(None, TOO_OFTEN)
        return _sign_in_page(request, form, status=429)
    user = authenticate(request, **form.cleaned_data)
    if not isinstance(user, User):
        log.info("a sign-in failed")
        form.add_error(None, WRONG)
        return _sign_in_page(request, form, status=422)
    was_right(SIGN_IN, user, login, guesser, now=now)
    begin(request, user, wanted_page(request))
    return go_on(request)


def _sign_in_page(request: HttpRequest, form: SignInForm, *, status: int) -> HttpResponse:
    context = {
        "form": form,
        "next": wanted_page(request),
        "ran_out": take_word_of_end(request),
        "provider": settings.OIDC_LABEL if settings.OIDC_ISSUER else "",
    }
    return render(request, "accounts/sign_in.html", context, status=status)


@login_not_required
@never_cache
@sensitive_post_parameters("code")
def ask_code(request: HttpRequest) -> HttpResponse:
    """The second step, for whoever has a second factor."""
    entry = _entry_at(request, Step.CODE)
    if entry is None:
        return go_on(request)
    form, status = FactorForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        status = _try_code(request, entry, form)
        if status == 302:
            note_factor(request)
            return go_on(request)
    return render(request, "accounts/sign_in_code.html", {"form": form, "who": entry.user.name}, status=status)


def _try_code(request: HttpRequest, entry: Entering, form: FactorForm) -> int:
    """302 when the code was right; else the form says what is wrong."""
    now, guesser = timezone.now(), guesser_of(request)
    if not form.is_valid():
        return 422
    if not may_try(FACTOR, entry.user, "", guesser, now=now):
        form.add_error(None, TOO_MANY_CODES)
        return 429
    if not accept_code(entry.user, form.cleaned_data["code"], now=now):
        form.show([WRONG_CODE])
        return 422
    was_right(FACTOR, entry.user, "", guesser, now=now)
    return 302


@login_not_required
@never_cache
@sensitive_post_parameters("code")
def set_up(request: HttpRequest) -> HttpResponse:
    """For whoever acts for others and has no second factor yet: it is set up before anything else can be done."""
    entry = _entry_at(request, Step.SET_UP)
    if entry is None:
        return go_on(request)
    form, now = SetUpForm(request.POST if request.method == "POST" else None), timezone.now()
    if request.method == "POST" and form.is_valid():
        try:
            codes = confirm_factor(entry.user, form.cleaned_data["code"], now=now)
        except Refused as refused:
            form.show(refused)
        else:
            return _show_codes(request, codes)
    facts = set_up_facts(entry.user, start_factor(entry.user, now=now)[1])
    context = {"form": form, "who": entry.user.name, **facts}
    return render(request, "accounts/sign_in_set_up.html", context, status=422 if form.errors else 200)


def _show_codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    """In, where nothing else is asked; the recovery codes stand on the page once."""
    note_factor(request)
    entry = entering(request)
    if entry is None:
        return go_on(request)
    is_last = step_of(entry, timezone.now()) is Step.IN
    token = let_in(request, entry.user) if is_last else ""
    context: dict[str, Any] = {"codes": [in_groups(code) for code in codes], "onward": onward(entry, timezone.now())}
    response = render(request, "accounts/recovery_codes.html", context)
    if token:
        keep_token(response, token)
    return response


@login_not_required
@never_cache
@sensitive_post_parameters()
def new_password(request: HttpRequest) -> HttpResponse:
    """The last step, for whoever's password has run out."""
    entry = _entry_at(request, Step.NEW_PASSWORD)
    if entry is None:
        return go_on(request)
    form = NewPasswordForm(request.POST if request.method == "POST" else None, user=entry.user)
    if request.method == "POST" and form.is_valid():
        try:
            user = change_password(entry.user, form.cleaned_data["password"], by=entry.user, now=timezone.now())
        except Refused as refused:
            form.show(refused)
        else:
            note_new_password(request, user)
            messages.success(request, "密码已修改。")
            return go_on(request)
    status = 422 if form.errors else 200
    return render(request, "accounts/sign_in_password.html", {"form": form, "who": entry.user.name}, status=status)


def _entry_at(request: HttpRequest, step: Step) -> Entering | None:
    """Who is on the way in, if this is the step they are at."""
    entry = entering(request)
    return entry if entry and step_of(entry, timezone.now()) is step else None


@login_not_required
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    messages.success(request, "您已退出登录。")
    return redirect(settings.LOGOUT_REDIRECT_URL)
