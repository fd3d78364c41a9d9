"""A unit keeps what it recognises of an activity for its own people: stricter than the rule, told beforehand."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Organization, User
from ceportal.kernel.rules.refusal import MovedOn, Refusal, refuse, refuse_if_any
from ceportal.kernel.services.trail import record
from credits.models import Activity, UnitStandard
from credits.rules.standards import reasons_not_to_begin, reasons_not_to_set
from credits.selectors.conversions import as_standard
from credits.selectors.standards import ceiling_at, general_rules, newest, versions_of


@transaction.atomic
def set_standard(
    unit: Organization,
    activity: Activity,
    *,
    seen: int,
    valid_from: date,
    amount: Decimal | None = None,
    yearly_cap: Decimal | None = None,
    evidence: Sequence[str] = (),
    wording: str = "",
    by: User,
    now: datetime,
) -> UnitStandard:
    """The next version, in force for what begins on `valid_from` or later. `seen` is how many there were on the page.

    Refused when it is more generous than the rule, says nothing or begins in the past; `MovedOn` when somebody else of
    the unit changed it meanwhile.
    """
    made = _next(unit, activity, seen, valid_from=valid_from, by=by, now=now)
    made.amount, made.yearly_cap, made.wording = amount, yearly_cap, wording.strip()
    made.evidence = list(dict.fromkeys(label.strip() for label in evidence if label.strip()))
    rows = general_rules(unit.area, valid_from.year).get(activity.code, [])
    per_day = ceiling_at(unit.area, valid_from.year) if activity.is_attended else None
    refuse_if_any(reasons_not_to_begin(valid_from, today=timezone.localdate(now)))
    refuse_if_any(reasons_not_to_set(as_standard(made), rows, per_day))
    return _keep(made, by=by, now=now)


@transaction.atomic
def lift_standard(
    unit: Organization, activity: Activity, *, seen: int, valid_from: date, by: User, now: datetime
) -> UnitStandard:
    """From `valid_from` on the unit asks nothing of its own; what it asked before stays readable."""
    made = _next(unit, activity, seen, valid_from=valid_from, by=by, now=now)
    refuse_if_any(reasons_not_to_begin(valid_from, today=timezone.localdate(now)))
    last = newest(unit, activity)
    if last is None or last.is_lifted:
        raise refuse("nothing_to_lift", "这种学习方式没有本单位的认定标准。")
    made.is_lifted = True
    return _keep(made, by=by, now=now)


def _next(
    unit: Organization, activity: Activity, seen: int, *, valid_from: date, by: User, now: datetime
) -> UnitStandard:
    Organization.objects.select_for_update(no_key=True).get(pk=unit.pk)
    there = versions_of(unit, activity).count()
    if there != seen:
        message = "本单位刚刚有人改过这项标准，请看看现在的内容，再决定。"
        raise MovedOn([Refusal("changed_elsewhere", message)])
    return UnitStandard(
        organization=unit,
        activity=activity,
        number=there + 1,
        valid_from=valid_from,
        made_by_label=by.label,
        made_at=now,
    )


def _keep(made: UnitStandard, *, by: User, now: datetime) -> UnitStandard:
    last = newest(made.organization, made.activity)
    made.save(force_insert=True)
    act = "standard.lift" if made.is_lifted else "standard.set"
    record(act, made, by=by, now=now, before=_said(last) if last else {}, after=_said(made))
    return made


def _said(row: UnitStandard) -> dict[str, Any]:
    return {
        "activity": row.activity_id,
        "number": row.number,
        "valid_from": row.valid_from.isoformat(),
        "amount": str(row.amount) if row.amount is not None else None,
        "yearly_cap": str(row.yearly_cap) if row.yearly_cap is not None else None,
        "evidence": row.evidence,
    }
