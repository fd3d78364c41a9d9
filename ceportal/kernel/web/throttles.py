"""Doors that open only so often: the decorator, and the answer to who comes too often (429, with the time to wait)."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

from ceportal.kernel.web.addresses import counted_address
from ceportal.kernel.web.limits import Allowance, take

View = Callable[..., HttpResponse]
_WORDS = "短时间内的操作次数超过了上限。"


def limited(what: str, rate: str) -> Callable[[View], View]:
    """At most `rate` (the name of a setting) of `what` a signed-in account, or an address for who has not signed in.

    What only reads does not count.
    """

    def around(view: View) -> View:
        @wraps(view)
        def entered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method in {"GET", "HEAD", "OPTIONS"}:
                return view(request, *args, **kwargs)
            allowance = take(getattr(settings, rate), what, *_caller(request))
            return view(request, *args, **kwargs) if allowance.is_granted else too_many(request, allowance)

        return entered

    return around


def too_many(request: HttpRequest, allowance: Allowance, words: str = _WORDS) -> HttpResponse:
    """A page, or JSON for who asked for it."""
    headers = {"Retry-After": str(allowance.reset), "Cache-Control": "no-store"}
    if not request.accepts("text/html"):
        problem = f"{words}请等待 {in_words(allowance.reset)}后再试。"
        return JsonResponse({"problems": [problem], "code": "too_often"}, status=429, headers=headers)
    page = render_to_string("429.html", {"words": words, "wait": in_words(allowance.reset)}, request)
    return HttpResponse(page, status=429, headers=headers)


def in_words(seconds: int) -> str:
    """ "45 秒", "15 分钟", "2 小时": rounded up, so that who waits so long has waited long enough."""
    if seconds < 60:
        return f"{seconds} 秒"
    minutes = -(-seconds // 60)
    return f"{minutes} 分钟" if minutes < 60 else f"{-(-minutes // 60)} 小时"


def _caller(request: HttpRequest) -> tuple[str, str]:
    if request.user.is_authenticated:
        return "account", str(request.user.pk)
    return "address", counted_address(request)
