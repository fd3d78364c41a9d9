"""How long a session lasts: idle and in all, by its own stamps; and when its holder last proved who they are."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest

from accounts.rules.entering import FRESH, is_within
from accounts.services.devices import note_use
from ceportal.kernel.services.noting import is_no_fault_of_ours, left_out_when_full

_BEGAN, _SEEN, _IDLE, _PROVED = "began_at", "seen_at", "idle_minutes", "proved_at"
_RAN_OUT = "ran_out"
# The stamp of use is renewed so seldom: a click costs no write.
_STAMPED_EVERY = timedelta(minutes=1)


def stamp(session: SessionBase, *, on_duty: bool, now: datetime) -> None:
    """Begin. Who acts for others is asked again sooner (8.1.4.1 b)."""
    seconds = int(now.timestamp())
    session[_BEGAN] = session[_SEEN] = session[_PROVED] = seconds
    session[_IDLE] = settings.SESSION_IDLE_MINUTES_ON_DUTY if on_duty else settings.SESSION_IDLE_MINUTES


def is_over(session: SessionBase, now: datetime) -> bool:
    """Whether it has lasted too long, or lain idle too long."""
    idle = timedelta(minutes=session.get(_IDLE, settings.SESSION_IDLE_MINUTES))
    longest = timedelta(hours=settings.SESSION_HOURS)
    return not (is_within(session.get(_SEEN), idle, now) and is_within(session.get(_BEGAN), longest, now))


def note_click(session: SessionBase, now: datetime) -> None:
    """Kept at once and apart from the answer, which is none the worse when the database cannot write."""
    if not is_within(session.get(_SEEN), _STAMPED_EVERY, now):
        was_modified = session.modified
        session[_SEEN] = int(now.timestamp())
        _keep_click(session, now)
        session.modified = was_modified


@left_out_when_full
def _keep_click(session: SessionBase, now: datetime) -> None:
    try:
        session.save()
    except UpdateError as error:
        if (said := said_by_the_database(error)) is None:
            raise SessionInterrupted("The session was ended meanwhile.") from error
        raise said from said.__cause__
    note_use(session.session_key or "", now=now)


def said_by_the_database(error: BaseException | None) -> Exception | None:
    """That it cannot write: Django takes every failure to save for a session that somebody has deleted (400)."""
    while error is not None:
        is_of_driver = isinstance(error, DatabaseError | InterfaceError) and error.__cause__ is not None
        if is_of_driver and isinstance(error, Exception) and is_no_fault_of_ours(error):
            return error
        error = error.__context__
    return None


def note_proof(session: SessionBase, now: datetime) -> None:
    """The holder has just shown again who they are."""
    session[_PROVED] = int(now.timestamp())


def is_proved_lately(session: SessionBase, now: datetime) -> bool:
    return is_within(session.get(_PROVED), FRESH, now)


def run_out(request: HttpRequest) -> None:
    """End the session; the sign-in page will say why."""
    logout(request)
    request.session[_RAN_OUT] = True


def take_word_of_end(request: HttpRequest) -> bool:
    """Whether the session before ran out; told once."""
    return bool(request.session.pop(_RAN_OUT, False))
