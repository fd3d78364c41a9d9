"""What stands between every request and the pages: sessions that have lasted long enough end; whoever has not agreed to
the notice as it is now reads it first.
"""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.models import User
from accounts.rules.privacy import VERSION
from accounts.selectors.privacy import REQUIRED, has_agreed
from accounts.web.sessions import is_over, note_click, run_out

Next = Callable[[HttpRequest], HttpResponse]
_AGREED = "agreed"
_OPEN = frozenset({"accounts:consent", "accounts:privacy", "accounts:sign_out"})
_ROOMS = frozenset({"accounts", "bases", "credits", "reviews", "certificates", "office", "admin"})


class SessionLimits:
    """Ends a session that lay idle or lasted too long; the page asked for then answers as to anybody."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if SESSION_KEY in request.session:
            now = timezone.now()
            if is_over(request.session, now):
                run_out(request)
            else:
                note_click(request.session, now)
        return self.get_response(request)


class AskedToAgree:
    """Leads everybody signed in to the notice until they have agreed to it, once a version. The notice itself, the way
    out and what machines ask stay open.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> HttpResponse | None:
        match = request.resolver_match
        if settings.PRIVACY_NOTICE != REQUIRED or SESSION_KEY not in request.session:
            return None
        if request.session.get(_AGREED) == VERSION:
            return None
        if match is None or match.view_name in _OPEN or match.app_name not in _ROOMS:
            return None
        if isinstance(request.user, User) and not has_agreed(request.user):
            return redirect("accounts:consent")
        request.session[_AGREED] = VERSION
        return None
