"""A platform that is recognised, and what it says of people."""

from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from accounts.fields import id_in_clear
from accounts.models import Area, Organization, Professional
from bases.enums import RecognitionKind, RecognitionStatus
from bases.models import Recognition
from credits.enums import Door, Subject
from credits.rules.records import Record
from credits.services.weighing import Speaker
from tests import factories as make

_serial = count(1)


def recognise(organization: Organization, *, at: Area | None = None, year: int = 2026, **changes: Any) -> Recognition:
    defaults: dict[str, Any] = {
        "kind": RecognitionKind.PLATFORM if organization.is_platform else RecognitionKind.MUNICIPAL_BASE,
        "subjects": [Subject.PUBLIC, Subject.PROFESSIONAL],
        "document": "测试名单",
        "clause": "S4-09",
        "status": RecognitionStatus.VERIFIED,
    }
    return Recognition.objects.create(
        organization=organization, area=at or make.area("410000"), year=year, **(defaults | changes)
    )


def platform(name: str | None = None, *, is_recognised: bool = True) -> Organization:
    made = make.organization(name or f"学习平台{next(_serial)}", at=make.area("410000"), is_platform=True)
    if is_recognised:
        recognise(made)
    return made


def speaker(organization: Organization | None = None, door: Door = Door.PLATFORM) -> Speaker:
    return Speaker(door, organization or platform())


def number_of(person: Professional) -> str:
    return id_in_clear(person.id_sealed, ref=person.ref)


def record(person: Professional, **changes: Any) -> Record:
    """One hour and a half on a day of its own in 2026, of a course nobody else has."""
    serial = next(_serial)
    day = date(2026, 1 + serial % 10, 1 + serial % 28)
    defaults: dict[str, Any] = {
        "external_id": f"r-{serial}",
        "id_number": number_of(person),
        "name": person.name,
        "subject": Subject.PROFESSIONAL,
        "title": f"课程 {serial}",
        "started_on": day,
        "ended_on": day,
        "hours": Decimal("1.5"),
    }
    return Record(**(defaults | changes))
