"""To another provider of identities and back."""

from dataclasses import asdict

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.rules.outside import NOT_BELIEVED, Asked, new_asked
from accounts.services.outside import way_there, who_came_back
from accounts.web.entering import begin, go_on, wanted_page
from ceportal.kernel.rules.refusal import Refused

_KEY = "outside"
_LONGEST_CODE = 2000


@login_not_required
@never_cache
@require_safe
def go_outside(request: HttpRequest) -> HttpResponse:
    """A plain link leads here: a form that led elsewhere would be stopped by our own policy of contents."""
    _must_be_on()
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    asked = new_asked()
    try:
        address = way_there(asked, _back())
    except Refused as refused:
        return _refuse(request, str(refused))
    request.session[_KEY] = asdict(asked) | {"wanted": wanted_page(request)}
    return redirect(address)


@login_not_required
@never_cache
@require_safe
def come_back(request: HttpRequest) -> HttpResponse:
    """With a code that is good once, for the browser that was sent there. Our own second factor is asked as always."""
    _must_be_on()
    held = request.session.pop(_KEY, None)
    code, state = request.GET.get("code", ""), request.GET.get("state", "")
    issuer = request.GET.get("iss", settings.OIDC_ISSUER)
    is_ours = held is not None and constant_time_compare(held["state"], state) and issuer == settings.OIDC_ISSUER
    if not (is_ours and code and len(code) <= _LONGEST_CODE):
        return _refuse(request, NOT_BELIEVED)
    wanted = held.pop("wanted")
    try:
        user = who_came_back(code, Asked(**held), back=_back(), now=timezone.now())
    except Refused as refused:
        return _refuse(request, str(refused))
    begin(request, user, wanted, gave_password=False)
    return go_on(request)


def _back() -> str:
    """As it was told to the provider: by our own name, not by what the request calls us."""
    return f"{settings.PUBLIC_URL}{reverse('accounts:outside_back')}"


def _must_be_on() -> None:
    if not settings.OIDC_ISSUER:
        raise Http404


def _refuse(request: HttpRequest, why: str) -> HttpResponse:
    messages.error(request, why)
    return redirect("accounts:sign_in")
