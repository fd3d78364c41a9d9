"""Since when each thing that is to happen again and again could have happened: its alarm counts from then until it does
for the first time.
"""

from datetime import datetime

from django.conf import settings

from ceportal.kernel.models import Heartbeat
from ceportal.office.selectors.checks import CHECK
from ceportal.office.services.backing_up import SIGN


def beginning_of(name: str) -> str:
    """The mark's own name."""
    return f"begun.{name}"


def note_beginnings(*, now: datetime) -> None:
    """At each start (`manage.py prepare`): what is new since the last one begins now, everything else keeps its day."""
    names = (SIGN, CHECK, *settings.CLOCK_JOBS)
    marks = [Heartbeat(name=beginning_of(name), at=now) for name in names]
    Heartbeat.objects.bulk_create(marks, ignore_conflicts=True)
