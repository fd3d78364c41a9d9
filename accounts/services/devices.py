"""Where an account is used: the devices it is known from, and its sessions."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction

from accounts.enums import NoticeEvent
from accounts.fields import place_index
from accounts.models import KnownDevice, SignedIn, User
from accounts.services.guessing import Guesser
from accounts.services.memberships import end_sessions
from accounts.services.notices import tell
from ceportal.kernel.services.noting import left_out_when_full
from ceportal.kernel.services.trail import record


def digest_of(token: str) -> str:
    """Of a device's token: long and random, so a plain digest cannot be guessed back."""
    return hashlib.sha256(token.encode()).hexdigest() if token else ""


@transaction.atomic
def remember_device(user: User, token: str, guesser: Guesser, label: str, *, now: datetime) -> str:
    """Note that `user` got in from here; gives the token for the device's cookie, a new one for a new device.

    Of every device but the first the owner is told.
    """
    place, digest = place_index(guesser.address), digest_of(token)
    known = KnownDevice.objects.filter(user=user, digest=digest)
    if token and known.update(last_seen_at=now, place=place, label=label):
        return token
    is_first = not KnownDevice.objects.filter(user=user).exists()
    token = token or secrets.token_urlsafe(32)
    made, is_new = KnownDevice.objects.get_or_create(
        user=user,
        digest=digest_of(token),
        defaults={"place": place, "label": label, "first_seen_at": now, "last_seen_at": now},
    )
    if is_new:
        record("device.remember", made, by=user, now=now)
        if not is_first:
            text = f"您的账号在新的设备上登录（{label}）。如非本人操作，请立即修改密码，并在“账号安全”中退出其他登录。"
            tell([user], NoticeEvent.ACCOUNT_SAFETY, key=f"device:{made.ref}", text=text, now=now)
    return token


def note_session(user: User, session_key: str, *, label: str, address: str, now: datetime) -> None:
    """A session has begun."""
    facts: dict[str, Any] = {"user": user, "label": label, "address": address, "began_at": now, "seen_at": now}
    SignedIn.objects.update_or_create(session_key=session_key, defaults=facts)


@left_out_when_full
def note_use(session_key: str, *, now: datetime) -> None:
    SignedIn.objects.filter(session_key=session_key).update(seen_at=now)


def note_end(session_key: str) -> None:
    SignedIn.objects.filter(session_key=session_key).delete()


@transaction.atomic
def end_session(session: SignedIn, *, by: User, now: datetime) -> None:
    """Whoever holds it is asked to sign in with the next click."""
    Session.objects.filter(session_key=session.session_key).delete()
    session.delete()
    record("session.end", by, by=by, now=now)


@transaction.atomic
def end_other_sessions(user: User, session_key: str, *, now: datetime) -> int:
    """All of `user` but the one at hand, which the caller renews. Gives how many ended."""
    others = SignedIn.objects.filter(user=user).exclude(session_key=session_key)
    ended = others.count()
    end_sessions(user)
    others.delete()
    record("session.end_others", user, by=user, now=now, after={"ended": ended})
    return ended


@transaction.atomic
def forget_devices(user: User, *, now: datetime) -> int:
    """None is trusted any more; a session that is open stays open."""
    forgotten, _ = KnownDevice.objects.filter(user=user).delete()
    record("device.forget", user, by=user, now=now, after={"forgotten": forgotten})
    return forgotten


def forget_what_ended(*, now: datetime) -> int:
    """Devices not seen for long, sessions that have run out."""
    devices, _ = KnownDevice.objects.filter(last_seen_at__lt=now - timedelta(days=settings.DEVICE_DAYS)).delete()
    longest = timedelta(hours=settings.SESSION_HOURS)
    sessions, _ = SignedIn.objects.filter(began_at__lt=now - longest).delete()
    Session.objects.filter(expire_date__lt=now).delete()
    return devices + sessions
