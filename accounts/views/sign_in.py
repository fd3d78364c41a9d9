"""Signing in and out, one's own account."""

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from accounts.access import PersonRequest
from accounts.fields import phone_index
from accounts.forms import ChangePasswordForm, SignInForm
from accounts.models import Professional, User
from accounts.rules.duties import DUTIES
from accounts.selectors.duties import duties_of
from accounts.selectors.people import employer_of
from accounts.services.accounts import change_password as set_password
from ceportal.kernel.rules.id_number import normalise
from ceportal.kernel.web.addresses import client_address
from ceportal.kernel.web.limits import count_one, is_used_up

# Failures only. The pair is what a guesser meets; the wide one slows a sweep over many accounts from one place.
PAIR_RATE = "10 per 15 minutes"
PLACE_RATE = "200 per 15 minutes"
WRONG = "证件号码（或手机号码）与密码不符，请核对后重新输入。"
TOO_OFTEN = "输错的次数太多，请 15 分钟后再试。"


@login_not_required
@never_cache
@sensitive_post_parameters("password", "login")
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(_next(request))
    form = SignInForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _sign_in_page(request, form, status=200 if request.method != "POST" else 422)
    place, account = client_address(request), phone_index(normalise(form.cleaned_data["login"]))
    if is_used_up(PAIR_RATE, "sign-in", place, account) or is_used_up(PLACE_RATE, "sign-in", place):
        form.add_error(None, TOO_OFTEN)
        return _sign_in_page(request, form, status=429)
    user = authenticate(request, **form.cleaned_data)
    if user is None:
        count_one(PAIR_RATE, "sign-in", place, account)
        count_one(PLACE_RATE, "sign-in", place)
        form.add_error(None, WRONG)
        return _sign_in_page(request, form, status=422)
    login(request, user)
    return HttpResponseRedirect(_next(request))


def _sign_in_page(request: HttpRequest, form: SignInForm, *, status: int) -> HttpResponse:
    context = {"form": form, "next": request.POST.get("next", request.GET.get("next", ""))}
    return render(request, "accounts/sign_in.html", context, status=status)


def _next(request: HttpRequest) -> str:
    """Where the person wanted to go, if that is a page of ours."""
    wanted = request.POST.get("next", request.GET.get("next", ""))
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    return resolve_url(settings.LOGIN_REDIRECT_URL)


@login_not_required
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    messages.success(request, "您已退出登录。")
    return redirect(settings.LOGOUT_REDIRECT_URL)


@require_safe
def profile(request: PersonRequest) -> HttpResponse:
    person = Professional.objects.select_related("area", "title_series").filter(user=request.user).first()
    duties = [(held, DUTIES[held.duty]) for held in duties_of(request.user)]  # type: ignore[index]
    context = {"person": person, "employer": employer_of(person) if person else None, "duties": duties}
    return render(request, "accounts/profile.html", context)


@sensitive_post_parameters()
def change_password(request: PersonRequest) -> HttpResponse:
    user = cast(User, request.user)
    form = ChangePasswordForm(request.POST or None, user=user)
    if request.method != "POST" or not form.is_valid():
        return render(
            request, "accounts/change_password.html", {"form": form}, status=200 if request.method != "POST" else 422
        )
    set_password(user, form.cleaned_data["password"], by=user, now=timezone.now())
    update_session_auth_hash(request, user)
    messages.success(request, "密码已修改。其他设备上的登录已全部退出。")
    return redirect("accounts:profile")
