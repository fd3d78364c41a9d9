"""What people ask of their bureau, as they ask it: through the services, with a real paper."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import Professional, User
from ceportal.kernel.models import StoredFile
from ceportal.kernel.services.files import store
from credits.enums import EasingGround, ObligationKind
from credits.models import ObligationRequest, OutsideHours
from credits.rules.easing_requests import Asked
from credits.rules.outside import Transcript
from credits.services.exemptions import ask_for_easing
from credits.services.outside import claim_outside_hours
from tests.credits.drafts import photo
from tests.credits.factories import NOW

EXEMPT = Asked(ObligationKind.EXEMPT, EasingGround.ILLNESS, 2026, 2026)
REDUCED = Asked(ObligationKind.REDUCED, EasingGround.BIRTH, 2026, 2026, Decimal(15), Decimal(30))
TRANSCRIPT = Transcript(
    province="440000",
    started_on=date(2026, 3, 2),
    ended_on=date(2026, 6, 30),
    issuer="广东省示例继续教育中心",
    number="粤继教 2026-0031",
    public=Decimal(18),
    professional=Decimal("20.5"),
)
EASING_TYPED = {
    "kind": "exempt", "ground": "illness", "year_from": "2026", "year_to": "2026", "less_public": "",
    "less_professional": "", "reason": "因病住院，全年未能上班。",
}  # fmt: skip
OUTSIDE_TYPED = {
    "province": "440000", "issuer": "广东省示例继续教育中心", "transcript_no": "粤继教 2026-0031",
    "started_on": "2026-03-02", "ended_on": "2026-06-30", "public_claimed": "18", "professional_claimed": "20.5",
    "reason": "上半年在外省借调。",
}  # fmt: skip


def this_year() -> Asked:
    """The same for the year in which the test runs."""
    year = timezone.localdate().year
    return replace(EXEMPT, year_from=year, year_to=year)


def paper(owner: User, *, now: datetime = NOW) -> StoredFile:
    return store(photo("证明.jpg"), owner=owner, now=now)


def easing(
    person: Professional, asked: Asked = EXEMPT, *, by: User | None = None, now: datetime = NOW, **changes: Any
) -> ObligationRequest:
    by = by or person.user
    facts = {"reason": "因病住院，全年未能上班。", "document": paper(by, now=now)} | changes
    return ask_for_easing(person, asked, by=by, now=now, **facts)


def outside(
    person: Professional, transcript: Transcript = TRANSCRIPT, *, now: datetime = NOW, **changes: Any
) -> OutsideHours:
    facts = {"reason": "上半年在外省借调。", "document": paper(person.user, now=now)} | changes
    return claim_outside_hours(person, transcript, by=person.user, now=now, **facts)
