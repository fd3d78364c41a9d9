"""What the matrix asks for of a complaint, made of the base and waiting with the city, and of an assessment of it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from accounts.models import Organization, User
from bases.models import Assessment, AssessmentRound, Complaint
from bases.services.assessing import assess_oneself
from bases.services.complaining import complain
from ceportal.kernel.models import StoredFile
from tests.bases import assessing

PAGES = ("complaint", "complete_complaint", "complaint_document")
ASSESSED = ("assessment", "assessment_document")


def given() -> dict[str, Callable[[Any], Mapping[str, Any]]]:
    return {
        **{f"bases:{name}": lambda _: {"ref": Complaint.objects.get().ref} for name in PAGES},
        **{f"bases:{name}": _assessment for name in ASSESSED},
        "bases:assessment_round": lambda _: {"ref": AssessmentRound.objects.get().ref},
    }


def begin(base: Organization, by: User, document: StoredFile, *, now: datetime) -> None:
    complain(
        kind="fees", about=base, named="", area=None, reason="另收资料费", document=document, by=by, now=now
    )  # fmt: skip


def assess(base: Organization, officer: User, teacher: User, document: StoredFile, *, now: datetime) -> None:
    assessing.opened(officer.memberships.first().organization, officer, now=now)
    row = Assessment.objects.select_related("round").get(organization=base)
    points = [Decimal(50), Decimal(30)]
    assess_oneself(row, points, words="如实自评", document=document, by=teacher, now=now)


def _assessment(town: Any) -> dict[str, Any]:
    return {"ref": Assessment.objects.get(organization=town.roster.organization).ref}
