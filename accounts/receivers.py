"""What follows from signing in and out, by whatever door: the session's limits, and its line in the list."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from accounts.selectors.safety import is_on_duty
from accounts.services.devices import note_end, note_session
from accounts.web.devices import device_label
from accounts.web.sessions import stamp
from ceportal.kernel.web.addresses import client_address


def connect() -> None:
    """Called once, by apps.py."""
    user_logged_in.connect(_signed_in, dispatch_uid="accounts.signed_in")
    user_logged_out.connect(_signed_out, dispatch_uid="accounts.signed_out")


def _signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    now = timezone.now()
    stamp(request.session, on_duty=is_on_duty(user), now=now)
    key = request.session.session_key or ""
    note_session(user, key, label=device_label(request), address=client_address(request), now=now)


def _signed_out(request: HttpRequest, **_: Any) -> None:
    if key := request.session.session_key:
        note_end(key)
