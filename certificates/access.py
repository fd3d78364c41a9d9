"""Door decorators of the public pages: nobody keeps or indexes them, and nobody tries numbers by the thousand (T16)."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from ceportal.kernel.web.addresses import counted_address
from ceportal.kernel.web.limits import Allowance, take
from certificates.enums import CheckRefusal
from certificates.services.verification import note_refusal

View = Callable[..., HttpResponse]
WITH_A_FORM = frozenset({"look_up", "check_file", "check_list", "report"})
# Who is refused by the hundred is noted once a minute.
_NOTED = "1 per minute"


def unlisted(view: View) -> View:
    """Answers that no cache keeps, no search engine lists, and whose address no other site is told.

    The strictest word, `no-referrer`, makes browsers send `Origin: null` with a form of the page, which the guard of
    forms refuses: it stands only where there is no form (a stranger's answer to a QR code).
    """

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex, nofollow"
        place = request.resolver_match
        has_form = request.user.is_authenticated or (place is not None and place.url_name in WITH_A_FORM)
        response["Referrer-Policy"] = "same-origin" if has_form else "no-referrer"
        return response

    return answered


def rate_limited(view: View) -> View:
    """At most `VERIFICATION_RATE` look-ups from one address, over all public look-ups together; then 429."""

    @wraps(view)
    def entered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        allowance = take(settings.VERIFICATION_RATE, "verification", counted_address(request))
        if allowance.is_granted:
            return view(request, *args, **kwargs)
        return too_many(request, allowance)

    return entered


def too_many(request: HttpRequest, allowance: Allowance) -> HttpResponse:
    note_too_many(counted_address(request))
    response = render(request, "certificates/too_many.html", status=429)
    response["Retry-After"] = str(allowance.reset)
    return response


def note_too_many(address: str) -> None:
    if take(_NOTED, "verification-refused", address).is_granted:
        note_refusal(CheckRefusal.TOO_MANY, address, now=timezone.now())
