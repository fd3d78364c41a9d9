"""The province lets another office manage and issue certificates, and ends it (S1-13)."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from accounts.enums import Duty, NoticeEvent
from accounts.models import Mandate, Organization, User
from accounts.rules.mandates import reasons_not_to_mandate
from accounts.selectors.duties import holders_of
from accounts.selectors.mandates import mandatable_units
from accounts.services.notices import tell
from ceportal.kernel.rules.refusal import MovedOn, Refusal, refuse_if_any
from ceportal.kernel.services.trail import record

DESK = "/admin/accounts/mandate/"


@transaction.atomic
def give_mandate(
    organization: Organization, *, since: date, until: date | None, reason: str, by: User, now: datetime
) -> Mandate:
    """Raises `Refused`. The unit's row is locked first: two desks give it no two at once."""
    unit = Organization.objects.select_for_update(of=("self",)).get(pk=organization.pk)
    held = Mandate.objects.filter(organization=unit, ended_at__isnull=True)
    reasons = reasons_not_to_mandate(
        is_eligible=mandatable_units().filter(pk=unit.pk).exists(),
        since=since,
        until=until,
        today=timezone.localdate(now),
        others=list(held.values_list("since", "until")),
    )
    refuse_if_any(reasons)
    made = Mandate.objects.create(
        organization=unit, since=since, until=until, reason=reason, made_by=by, made_at=now
    )  # fmt: skip
    after = {"organization": str(unit.ref), "since": since.isoformat(), "until": until.isoformat() if until else ""}
    record("mandate.grant", made, by=by, now=now, after=after | {"reason": reason})
    last = f"到 {until:%Y-%m-%d} 为止" if until else "到终止时为止"
    _tell(made, f"省级人社部门委托{unit.name}管理、发放证书（{made.whose}），自 {since:%Y-%m-%d} 起，{last}。", now)
    return made


@transaction.atomic
def end_mandate(mandate: Mandate, *, reason: str, by: User, now: datetime) -> None:
    """From now on certificates are issued without it; those issued stay. Raises `MovedOn` where it had ended."""
    rows = Mandate.objects.filter(pk=mandate.pk, ended_at__isnull=True)
    if not rows.update(ended_at=now, ended_by=by, ended_because=reason):
        raise MovedOn([Refusal("ended", "这项委托已经终止，请刷新后查看。")])
    record(
        "mandate.end", mandate, by=by, now=now, before={"since": mandate.since.isoformat()}, after={"reason": reason}
    )
    _tell(mandate, f"{mandate.organization.name}受委托管理、发放证书一事已终止。原因：{reason}", now)


def _tell(mandate: Mandate, text: str, now: datetime) -> None:
    people = holders_of(mandate.organization, Duty.OVERSEE)
    key = f"mandate:{mandate.ref}:{'ended' if '已终止' in text else 'given'}"
    tell(people, NoticeEvent.INVITED, key=key, text=text, link=DESK, now=now)
