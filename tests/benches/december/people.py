"""Runs inside the portal (`manage.py shell`): people and reviewers who can sign in, and learners of a platform."""

from datetime import date, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.enums import Duty
from accounts.models import Organization, Professional, User
from ceportal.office.demo.cast import UNITS
from certificates.models import Certificate
from credits.models import Claim, Declaration, DeclarationStep
from tests import factories as make
from tests.faults.cast import add_people

PASSWORD = "load-of-december-2026"


def prepare(people: int, reviewers: int) -> dict[str, Any]:
    """One hash for all of them: to make one for each would take longer than the trial."""
    added = add_people(0, people)
    word = make_password(PASSWORD)
    names = [person["name"] for person in added]
    users = User.objects.filter(professional__name__in=names)
    users.update(password=word)
    unit = Organization.objects.get(name=UNITS[0].name)
    numbers = [f"1870000{number:04d}" for number in range(reviewers)]
    for number in numbers:
        make.give(make.user(f"审核员{number[-4:]}", number=number), unit, Duty.REVIEW_HOURS)
    User.objects.filter(memberships__organization=unit, name__startswith="审核员").update(password=word)
    today = timezone.localdate()
    days = [today - timedelta(days=back) for back in range(1, 60)]
    return {
        "password": PASSWORD,
        "people": [person["id_number"] for person in added],
        "learners": added,
        "reviewers": numbers,
        "days": [day.isoformat() for day in days if day.year == today.year] or [date(today.year, 1, 1).isoformat()],
        "tokens": [str(token) for token in Certificate.objects.filter(state="issued").values_list("token", flat=True)],
    }


def found(declared: list[str], decided: list[str], records: list[str]) -> dict[str, int]:
    """How many of what was acknowledged are there."""
    return {
        "declared": Declaration.objects.filter(ref__in=declared).exclude(state="draft").count(),
        "decided": DeclarationStep.objects.filter(declaration__ref__in=decided, move="approve")
        .values("declaration").distinct().count(),
        "records": Claim.objects.filter(external_id__in=records).values("external_id").distinct().count(),
        "doubled": Claim.objects.filter(external_id__in=records).count(),
        "people": Professional.objects.count(),
    }  # fmt: skip
