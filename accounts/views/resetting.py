"""A forgotten password. Whoever is asked for, the answer and the work are the same (T22, inputs.md F141)."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts.enums import CodeChannel
from accounts.fields import login_index
from accounts.forms.sign_in import AskForResetForm, ResetForm
from accounts.selectors.safety import account_of
from accounts.services.devices import remember_device
from accounts.services.resetting import ask_for_reset, reset_password
from accounts.web.devices import device_label, device_token, guesser_of, keep_token
from ceportal.kernel.rules.id_number import normalise
from ceportal.kernel.rules.refusal import Refused
from ceportal.kernel.web.limits import take_code

_KEY = "reset"


@login_not_required
@never_cache
@sensitive_post_parameters("login")
def ask(request: HttpRequest) -> HttpResponse:
    """Who one is, and where the code shall go. What came of it is told to nobody, not even that it was too often."""
    form = AskForResetForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/forgotten.html", {"form": form}, status=422 if form.errors else 200)
    login, ref = form.cleaned_data["login"], uuid4()
    account = account_of(login)
    counted = str(account.ref) if account else login_index(normalise(login))
    if take_code(counted, guesser_of(request).address).is_granted:
        ref = ask_for_reset(login, CodeChannel(form.cleaned_data["channel"]), now=timezone.now()).ref
    request.session[_KEY] = str(ref)
    return redirect("accounts:reset_password")


@login_not_required
@never_cache
@sensitive_post_parameters()
def set_anew(request: HttpRequest) -> HttpResponse:
    """The code, and another password. A device from which this succeeds is known from now on."""
    ref = request.session.get(_KEY)
    if ref is None:
        return redirect("accounts:forgotten")
    form = ResetForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        try:
            user = reset_password(UUID(ref), form.cleaned_data["code"], form.cleaned_data["password"], now=now)
        except Refused as refused:
            form.show(refused)
        else:
            del request.session[_KEY]
            messages.success(request, "密码已重新设置，请用新密码登录。")
            response = redirect("accounts:sign_in")
            token = remember_device(user, device_token(request), guesser_of(request), device_label(request), now=now)
            keep_token(response, token)
            return response
    return render(request, "accounts/reset_password.html", {"form": form}, status=422 if form.errors else 200)
