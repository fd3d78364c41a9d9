"""An institution is suspended or removed by the bureau that keeps its list, and comes back by it (S0-18, S2-06, S4-14).

Nothing that ended before is touched: what a class, a roster or a record says from then on meets the rules (A27).
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Duty, NoticeEvent
from accounts.models import Organization, User
from accounts.services.notices import tell
from bases.enums import AbsenceKind, ClassState
from bases.models import Absence, Recognition, TrainingClass
from bases.rules.recognition import reasons_of_a_base_that_left
from bases.rules.standing import in_words, reasons_not_to_remove, reasons_not_to_return
from bases.selectors.directory import absences_of, people_at
from bases.selectors.recognised import BASES, absent_of, recognitions_of
from bases.services.classes import tell_enrolled
from ceportal.kernel.rules.moments import day_words
from ceportal.kernel.rules.refusal import MovedOn, Refusal, refuse, refuse_if_any
from ceportal.kernel.services.trail import record

_ONE_DAY = timedelta(days=1)
_TOLD = (Duty.TEACH, Duty.MANAGE_CLIENTS, Duty.MANAGE_UNIT)


@transaction.atomic
def remove(
    row: Recognition, kind: AbsenceKind, *, grounds: Sequence[str], reason: str, document: str, from_on: date,
    until_on: date | None, by: User, now: datetime,
) -> Absence:  # fmt: skip
    """Suspend it, or take its place on the list away. A removal ends the suspension that runs."""
    is_exit = kind == AbsenceKind.EXITED
    today = timezone.localdate(now)
    refuse_if_any(
        reasons_not_to_remove(grounds, reason=reason, from_on=from_on, until_on=until_on, is_exit=is_exit, today=today)
    )
    Organization.objects.select_for_update().get(pk=row.organization_id)
    for open_one in absences_of(row).filter(until_on__isnull=True):
        if not is_exit or open_one.kind == AbsenceKind.EXITED:
            raise refuse("absent_already", f"这个单位已经{absent_of(open_one).words}。")
        Absence.objects.filter(pk=open_one.pk).update(
            until_on=from_on - _ONE_DAY, lift_reason="改为取消资格", lifted_at=now
        )
    made = Absence.objects.create(
        organization=row.organization, list_kind=row.kind, area=row.area, site_name=row.site_name, kind=kind,
        grounds=list(grounds), reason=reason.strip(), document=document.strip(), from_on=from_on, until_on=until_on,
        made_at=now,
    )  # fmt: skip
    after = {"grounds": list(grounds), "reason": made.reason, "from_on": from_on.isoformat(), "document": made.document}
    record(f"recognition.{kind.value}", row, by=by, now=now, after=after)
    _tell(row, f"{kind.label}：{day_words(from_on)}起，原因：{in_words(grounds, made.reason)}。", made, now)
    _tell_enrolled(made, now)
    return made


@transaction.atomic
def let_return(absence: Absence, row: Recognition, *, reason: str, by: User, now: datetime) -> None:
    """From today on it stands by its place again; what ended in between stays without."""
    refuse_if_any(reasons_not_to_return(reason))
    today = timezone.localdate(now)
    last = today - _ONE_DAY
    runs = Q(until_on__isnull=True) | Q(until_on__gte=today)
    still = Absence.objects.filter(runs, pk=absence.pk, lifted_at__isnull=True)
    if not still.update(until_on=last, lift_reason=reason.strip(), lifted_at=now):
        raise MovedOn([Refusal("moved_on", "这项决定刚刚已经撤销，请刷新后再看。")])
    record("recognition.return", row, by=by, now=now, after={"reason": reason.strip(), "until_on": last.isoformat()})
    _tell(row, "资格已恢复，今天起结束的培训班可以登记学时。", absence, now, about="return")
    _tell_enrolled(absence, now, is_back=True)


def _tell(row: Recognition, what: str, absence: Absence, now: datetime, *, about: str = "remove") -> None:
    text = f"{row.site_name or row.organization.name}（{row.get_kind_display()}）{what}"
    link = reverse("bases:institution", args=[row.organization.ref])
    key = f"absence:{absence.ref}:{about}"
    tell(people_at(row.organization, _TOLD), NoticeEvent.TEACHING, key=key, text=text, link=link, now=now)


def _tell_enrolled(absence: Absence, now: datetime, *, is_back: bool = False) -> None:
    """Who has a place in a class that will not count any more, or counts again (A27)."""
    lines, about = recognitions_of(absence.organization_id, BASES), "return" if is_back else "remove"
    gone = f"不能再计入学时，请另选施教机构；已交的费用请与举办单位联系。举办单位{absent_of(absence).words}。"
    first = max(absence.from_on, timezone.localdate(now))
    rows = TrainingClass.objects.filter(
        organization=absence.organization_id, state=ClassState.OPEN, ended_on__gte=first
    )
    for each in rows.select_related("organization"):
        if is_back is not bool(list(reasons_of_a_base_that_left(lines, ended_on=each.ended_on))):
            what = "可以计入学时：举办单位已恢复资格。" if is_back else gone
            tell_enrolled(each, what, f"{about}:{absence.ref}", now=now)
