"""A unit's people asked to belong to it: the list read, sent, answered by each of them (S4-08).

Nothing is made of a row but an invitation. Who has an account accepts it there; who has none registers, and is
approved at once where they say of themselves what the unit said of them.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.enums import NoticeEvent, StaffRowState, StaffState, TitleLevel, TransferKind
from accounts.fields import id_index_columns
from accounts.models import (
    Employment,
    Notice,
    Organization,
    PersonRegistration,
    Professional,
    StaffInvitation,
    StaffList,
    StaffRow,
    User,
)
from accounts.rules import staffing as rules
from accounts.rules.moving import reasons_not_to_transfer
from accounts.rules.registration import NO_TITLE_SERIES
from accounts.rules.staffing import StaffLine
from accounts.selectors import staffing as found
from accounts.selectors.duties import who_can_rule
from accounts.services.notices import tell
from accounts.services.people import approve_person
from accounts.services.transfers import bring, facts_of, tell_who_is_left
from ceportal.kernel.rules.id_number import mask_id
from ceportal.kernel.rules.refusal import MovedOn, Refusal, refuse_if_any
from ceportal.kernel.rules.text import comparable
from ceportal.kernel.services.trail import record

_MOVED_ON = Refusal("moved_on", "这份邀请刚刚有变动，请刷新页面。")
_GONE = Refusal("moved_on", "这份名单已经办理过了，请刷新页面。")
_CHUNK = 500


@transaction.atomic
def keep_list(
    unit: Organization, batches: Iterable[Sequence[StaffLine]], *, remarks: list[str], by: User, now: datetime
) -> StaffList:
    """What a file says, row by row, as it was looked at; nobody is asked yet. What the same clerk had read before and
    not sent goes. `remarks` may still grow while `batches` are read.
    """
    earlier = StaffList.objects.filter(organization=unit, made_by=by, settled_at__isnull=True)
    for one in earlier:
        _settle_list(one, by=by, now=now)
    made = StaffList.objects.create(organization=unit, made_by=by, made_at=now)
    counts = dict.fromkeys(StaffRowState.values, 0)
    for batch in batches:
        rows = _rows(made, batch, now)
        StaffRow.objects.bulk_create(rows)
        for row in rows:
            counts[row.state] += 1
    made.counts, made.remarks = {state: count for state, count in counts.items() if count}, list(remarks)
    made.save(update_fields=["counts", "remarks"])
    record("staff.list_read", made, by=by, now=now, after={"unit": str(unit.ref), "counts": made.counts})
    return made


@transaction.atomic
def send(staff_list: StaffList, *, skips_wrong: bool, by: User, now: datetime) -> int:
    """Ask everybody on it who is not asked and not there yet; gives how many. Its rows are kept no longer."""
    counts = staff_list.counts
    to_ask, wrong = counts.get(StaffRowState.NEW, 0), counts.get(StaffRowState.WRONG, 0)
    refuse_if_any(rules.reasons_not_to_send(to_ask=to_ask, wrong=wrong, skips_wrong=skips_wrong))
    Organization.objects.select_for_update(no_key=True).get(pk=staff_list.organization_id)
    rows = list(StaffRow.objects.filter(staff_list=staff_list, state=StaffRowState.NEW).order_by("number"))
    asked = sum(
        _ask(staff_list.organization, rows[start : start + _CHUNK], by, now) for start in range(0, len(rows), _CHUNK)
    )
    _settle_list(staff_list, by=by, now=now, asked=asked)
    return asked


@transaction.atomic
def drop(staff_list: StaffList, *, by: User, now: datetime) -> None:
    """Nobody is asked."""
    _settle_list(staff_list, by=by, now=now)


@transaction.atomic
def join(invitation: StaffInvitation, kind: TransferKind, *, by: User, now: datetime) -> None:
    """The person comes to the unit: instead of where they work chiefly (MOVE), or beside it (JOIN). What waits with the
    unit they leave is decided first (A23).
    """
    # The row alone: locking its account too would hold up whoever declines for ever.
    person = Professional.objects.select_for_update(of=("self",)).select_related("user", "area").get(user=by)
    _refuse_if_over(invitation, now)
    unit = invitation.organization
    refuse_if_any(reasons_not_to_transfer(facts_of(person, unit, kind)))
    _settle(invitation, StaffState.ACCEPTED, by=by, now=now, taken_by=by)
    left = bring(person, unit, kind, by=by, now=now)
    _put_into_department(person, invitation)
    tell_who_is_left(person, left, unit, kind, key=f"staff:{invitation.ref}:left", now=now)


@transaction.atomic
def decline(invitation: StaffInvitation, *, by: User, now: datetime) -> None:
    _settle(invitation, StaffState.DECLINED, by=by, now=now, taken_by=by)


@transaction.atomic
def withdraw(invitation: StaffInvitation, *, by: User, now: datetime) -> None:
    _settle(invitation, StaffState.WITHDRAWN, by=by, now=now)


@transaction.atomic
def ask_again(invitation: StaffInvitation, *, by: User, now: datetime) -> None:
    """One that ran out, was declined or taken back goes out anew as another."""
    unit = invitation.organization
    is_open = bool(found.asked_by(unit, {invitation.id_index}, now=now))
    refuse_if_any(rules.reasons_not_to_ask_again(is_open=is_open))
    _ask(unit, [invitation], by, now)


@transaction.atomic
def admit_if_invited(registration: PersonRegistration, *, now: datetime) -> bool:
    """Who registers at a unit that asked for them has accepted. Approved at once where series and level are those of
    the list; otherwise the unit looks at it like at any.
    """
    person, unit = registration.professional, registration.organization
    open_ones = [one for one in found.open_for(person, now=now) if one.organization_id == unit.pk]
    if not open_ones:
        return False
    invitation = open_ones[0]
    _settle(invitation, StaffState.ACCEPTED, by=registration.declarant, now=now, taken_by=registration.declarant)
    listed = (invitation.title_series_id or NO_TITLE_SERIES, invitation.title_level)
    is_same = rules.is_as_listed(listed, (person.title_series_id or NO_TITLE_SERIES, person.title_level))
    by = invitation.by
    if not is_same or not found.is_backed(invitation) or not who_can_rule(registration).filter(pk=by.pk).exists():
        return False
    # Nobody has to decide any more: what was left for those who would is taken back.
    key = f"registration:{registration.ref}:{registration.round}"
    Notice.objects.filter(key=key, event=NoticeEvent.REGISTRATION_WAITING, sent_at__isnull=True).delete()
    approve_person(registration, by=by, now=now, reason="与单位邀请的名单一致。")
    _put_into_department(person, invitation)
    return True


def forget_invitations(*, now: datetime) -> int:
    """What ran out lapses; lists that nobody sent and invitations long settled are kept no longer. Gives how many."""
    done = 0
    out = StaffInvitation.objects.filter(state=StaffState.WAITING, expires_at__lte=now).order_by("pk")[:_CHUNK]
    for invitation in out:
        with transaction.atomic():
            _settle(invitation, StaffState.LAPSED, by=None, now=now)
        done += 1
    for old in StaffList.objects.filter(settled_at__isnull=True, made_at__lt=now - rules.LIST_KEPT).order_by("pk")[:20]:
        with transaction.atomic():
            _settle_list(old, by=None, now=now)
        done += 1
    settled = StaffInvitation.objects.filter(settled_at__lt=now - rules.SETTLED_KEPT).order_by("settled_at")
    keys = list(settled.values_list("pk", flat=True)[:_CHUNK])
    StaffInvitation.objects.filter(pk__in=keys).delete()
    return done + len(keys)


def _rows(staff_list: StaffList, lines: Sequence[StaffLine], now: datetime) -> list[StaffRow]:
    unit = staff_list.organization
    # By the oldest key that is valid: who is written under it, and who already under a newer one, both have that index.
    indexes = {line.number: id_index_columns(line.id_number)["id_index_before"] for line in lines if not line.problems}
    numbers = set(indexes.values())
    here, coming = found.at_work_in(unit, numbers), found.applying_to(unit, numbers)
    asked = found.asked_by(unit, numbers, now=now)
    rows = []
    for line in lines:
        row = StaffRow(staff_list=staff_list, number=line.number, state=StaffRowState.WRONG, name=line.name[:50])
        row.problems = [[problem.column, problem.code, problem.message] for problem in line.problems]
        if not line.problems:
            row.id_index, row.id_mask = indexes[line.number], mask_id(line.id_number)
            row.department, row.title_level = line.department, line.level
            row.title_series_id = None if line.series == NO_TITLE_SERIES else line.series
            row.state, row.reason = _state_of(row.id_index, here, coming, asked)
        rows.append(row)
    return rows


def _state_of(index: str, here: set[str], coming: set[str], asked: set[str]) -> tuple[StaffRowState, str]:
    if index in here:
        return StaffRowState.HERE, "已经是本单位人员。"
    if index in coming:
        return StaffRowState.HERE, "本人已经申请注册到本单位，请在“人员注册”里核准。"
    if index in asked:
        return StaffRowState.ASKED, "已经邀请过，正在等本人答复。"
    return StaffRowState.NEW, ""


def _ask(unit: Organization, rows: Sequence[StaffRow | StaffInvitation], by: User, now: datetime) -> int:
    """One statement, and one message to each who has an account; who is asked or there by now is left out."""
    indexes = {row.id_index for row in rows}
    here, coming = found.at_work_in(unit, indexes), found.applying_to(unit, indexes)
    _lapse(unit, indexes, now)
    known = here | coming | found.asked_by(unit, indexes, now=now)
    made = [
        StaffInvitation(
            organization=unit, name=row.name, id_mask=row.id_mask, id_index=row.id_index, department=row.department,
            title_series_id=row.title_series_id, title_level=TitleLevel(row.title_level), by=by, made_at=now,
            expires_at=now + rules.LASTS,
        )
        for row in rows
        if row.id_index not in known
    ]  # fmt: skip
    try:
        with transaction.atomic():
            StaffInvitation.objects.bulk_create(made)
    except IntegrityError as error:
        raise MovedOn([_MOVED_ON]) from error
    by_index = {one.id_index: one for one in made}
    until = timezone.localdate(now + rules.LASTS)
    text = f"{unit.name}邀请您加入本单位，请在“邀请”里答复，{until.month}月{until.day}日前有效。"
    for person in found.accounts_with(set(by_index)):
        one = by_index.get(person.id_index) or by_index.get(person.id_index_before or "")
        if one is not None and comparable(one.name) == comparable(person.name):
            link = reverse("accounts:invitations")
            tell([person.user], NoticeEvent.INVITED, key=f"staff:{one.ref}", text=text, link=link, now=now)
    return len(made)


def _lapse(unit: Organization, indexes: set[str], now: datetime) -> None:
    """What ran out makes room for another, whether or not the clock has written it down."""
    out = StaffInvitation.objects.filter(
        organization=unit, id_index__in=indexes, state=StaffState.WAITING, expires_at__lte=now
    )
    for one in out:
        _settle(one, StaffState.LAPSED, by=None, now=now)


def _refuse_if_over(invitation: StaffInvitation, now: datetime) -> None:
    if invitation.state != StaffState.WAITING:
        raise MovedOn([_MOVED_ON])
    backed = found.is_backed(invitation)
    refuse_if_any(rules.reasons_not_to_answer(expires_at=invitation.expires_at, is_backed=backed, now=now))


def _put_into_department(person: Professional, invitation: StaffInvitation) -> None:
    if invitation.department:
        jobs = Employment.objects.filter(professional=person, organization=invitation.organization)
        jobs.filter(ended_on__isnull=True).update(department=invitation.department)


def _settle(
    invitation: StaffInvitation, state: StaffState, *, by: User | None, now: datetime, taken_by: User | None = None
) -> None:
    """The one way from waiting; whoever comes second is told."""
    open_one = StaffInvitation.objects.filter(pk=invitation.pk, state=StaffState.WAITING)
    if not open_one.update(state=state, settled_at=now, taken_by=taken_by):
        raise MovedOn([_MOVED_ON])
    record(f"staff.invitation_{state}", invitation, by=by, now=now, after={"unit": str(invitation.organization.ref)})


def _settle_list(staff_list: StaffList, *, by: User | None, now: datetime, asked: int = 0) -> None:
    open_one = StaffList.objects.filter(pk=staff_list.pk, settled_at__isnull=True)
    if not open_one.update(settled_at=now, asked=asked):
        raise MovedOn([_GONE])
    StaffRow.objects.filter(staff_list=staff_list).delete()
    action = "staff.invite" if asked else "staff.list_drop"
    record(action, staff_list, by=by, now=now, after={"asked": asked, "counts": staff_list.counts})
