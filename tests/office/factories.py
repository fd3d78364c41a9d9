"""What the pages of the roof show: entries through the ledger, declarations as they stand."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.utils import timezone

from accounts.enums import Duty
from accounts.models import Professional
from credits.enums import DeclarationState, Door, Payer, Subject
from credits.models import Activity, Declaration, HourEntry
from credits.services.ledger import Origin, Training, credit_claim

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
_serial = count(1)


def entry(
    professional: Professional, hours: str, *, subject: str = Subject.PROFESSIONAL, day: date = date(2026, 5, 11)
) -> HourEntry:
    """Hours of one day that came from a platform."""
    number = next(_serial)
    training = Training(professional, subject, f"网络课程{number}", day, day, Decimal(hours))
    origin = Origin(Door.PLATFORM, "platform:test", str(number))
    return credit_claim(training, origin, reason="平台学习合格", by=None, now=NOW)


def declaration(professional: Professional, state: DeclarationState, **changes: Any) -> Declaration:
    """A declaration of this year in `state`, waiting where the state says so for another three days from today."""
    employment = professional.employments.get()
    activity, _ = Activity.objects.get_or_create(
        code="training", defaults={"name": "集中培训", "clause": "S1-05", "status": "verified"}
    )
    columns: dict[str, Any] = {
        "declarant": professional.user,
        "organization": employment.organization,
        "activity": activity,
        "subject": Subject.PROFESSIONAL,
        "title": f"校本培训{next(_serial)}",
        "organiser": "市教研室",
        "year": 2026,
        "started_on": date(2026, 11, 9),
        "ended_on": date(2026, 11, 9),
        "hours_claimed": Decimal("8"),
        "was_passed": True,
        "payer": Payer.UNIT,
        "created_at": NOW,
        "changed_at": NOW,
        "submitted_at": NOW,
        "first_submitted_at": NOW,
        "round": 1,
    }
    if state in (DeclarationState.AT_EMPLOYER, DeclarationState.AT_AUTHORITY):
        waits_on = (
            employment.organization if state == DeclarationState.AT_EMPLOYER else employment.organization.supervisor
        )
        columns |= {
            "waiting_on": waits_on, "waiting_since": NOW, "due_at": timezone.now() + timedelta(days=3),
            "duty": Duty.REVIEW_HOURS, "stage": 1,
        }  # fmt: skip
    return Declaration.objects.create(professional=professional, state=state, **(columns | changes))
