"""Units evaluated: judged point by point beside what the portal counted, and told (S1-11, S1-15)."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.enums import NoticeEvent
from accounts.models import Membership, Organization, User
from accounts.rules.policy import Act, duties_for
from accounts.services.notices import tell
from ceportal.kernel.rules.refusal import refuse_if_any
from ceportal.kernel.services.trail import record
from ceportal.office.models import UnitEvaluation
from ceportal.office.rules.evaluating import POINTS, reasons_not_to_evaluate
from ceportal.office.selectors.evaluations import facts_of


@transaction.atomic
def evaluate_unit(
    unit: Organization, office: Organization, said: Mapping[str, str], *, year: int, by: User, now: datetime
) -> UnitEvaluation:
    """`said` holds a grade for each of `POINTS`, and `words`. What the portal counted is kept with it."""
    is_own = Membership.objects.filter(organization=unit, user=by, ended_at__isnull=True).exists()
    this_year = timezone.localdate(now).year
    refuse_if_any(reasons_not_to_evaluate(said, year=year, this_year=this_year, is_own=is_own))
    grades = {name: said[name] for name in POINTS}
    made = UnitEvaluation.objects.create(
        organization=unit, by_organization=office, year=year, words=said["words"].strip(), facts=facts_of(unit, year),
        made_by=by, made_at=now, **grades,
    )  # fmt: skip
    record("unit.evaluate", unit, by=by, now=now, after={"year": year, "office": office.name, **grades})
    keepers = Membership.objects.filter(
        organization=unit, duty__in=duties_for(Act.SEE_EVALUATIONS), ended_at__isnull=True
    )
    text = f"{office.name}对{unit.name}{year}年度的继续教育工作作出了评估。"
    people = User.objects.filter(pk__in=keepers.values("user"), is_active=True)
    link = reverse("office:evaluations")
    tell(people, NoticeEvent.TEACHING, key=f"evaluation:{made.ref}", text=text, link=link, now=now)
    return made
