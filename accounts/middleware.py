"""What stands between every request and the pages: sessions, and that they end when they have lasted long enough;
whoever has not agreed to the notice as it is now reads it first.
"""

import logging
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.models import User
from accounts.selectors.privacy import REQUIRED, has_agreed, notice_now
from accounts.web.sessions import is_over, note_click, run_out, said_by_the_database
from ceportal.kernel.web.problems import is_away

Next = Callable[[HttpRequest], HttpResponse]
_AGREED = "agreed"
_LOOKS = frozenset({"GET", "HEAD"})
log = logging.getLogger(__name__)
_OPEN = frozenset({"accounts:consent", "accounts:privacy", "accounts:sign_out"})
_ROOMS = frozenset({"accounts", "bases", "credits", "reviews", "certificates", "office", "admin"})


class Sessions(SessionMiddleware):
    """Django's, but a page that was only looked at is shown also while the database cannot write (X16): that words were
    shown is left out, and they are shown again.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        try:
            return super().process_response(request, response)
        except (SessionInterrupted, DatabaseError, InterfaceError) as error:
            said = said_by_the_database(error)
            if said is None:
                raise
            if request.method not in _LOOKS or response.status_code != HTTPStatus.OK:
                raise said from said.__cause__
            log.warning("a look was not noted in its session: %s", type(said).__name__)
            return response


class SessionLimits:
    """Ends a session that lay idle or lasted too long; the page asked for then answers as to anybody."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if SESSION_KEY in request.session:
            now = timezone.now()
            if is_over(request.session, now):
                _end(request)
            else:
                note_click(request.session, now)
        return self.get_response(request)


def _end(request: HttpRequest) -> None:
    """Also while the database cannot write: it stays over, and is taken away at a later click."""
    try:
        run_out(request)
    except (DatabaseError, InterfaceError) as error:
        if not is_away(error):
            raise
        request.session = SessionStore()
        request.user = AnonymousUser()


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
        version = notice_now().version
        if request.session.get(_AGREED) == version:
            return None
        if match is None or match.view_name in _OPEN or match.app_name not in _ROOMS:
            return None
        if isinstance(request.user, User) and not has_agreed(request.user):
            return redirect("accounts:consent")
        request.session[_AGREED] = version
        return None
