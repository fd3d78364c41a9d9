"""Going to another unit: the person or the unit that lets them go asks, the receiving unit decides (A23).

Hours need no moving: the ledger follows the recorded change of employer. What was credited before keeps the unit it was
credited at, and so does what that unit may read.
"""

from datetime import date, datetime
from typing import Any, cast

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.enums import Duty, Move, NoticeEvent, PersonField, TransferKind, UnitState
from accounts.models import Employment, Organization, PersonChange, Professional, Transfer, User
from accounts.rules.moving import TransferFacts, reasons_not_to_transfer, reasons_to_settle_first
from accounts.rules.requesting import reasons_not_to_ask
from accounts.selectors.duties import holders_of, in_charge, place_of
from accounts.selectors.matters import OPEN, jobs_of, pending_words, people_employed_by
from accounts.selectors.people import employer_of
from accounts.services.memberships import end as end_duties
from accounts.services.notices import tell
from accounts.services.requests import hand_in, may_rule, rule
from accounts.services.stationing import move_to
from ceportal.kernel.models import StoredFile
from ceportal.kernel.rules.refusal import Refusal, Refused, refuse, refuse_if_any
from ceportal.kernel.services.trail import record

_STILL_OPEN = Refusal("still_open", "已有一份单位调转申请正在办理，请先等结果，或者撤回后再申请。")


@transaction.atomic
def ask_for_transfer(
    person: Professional, target: Organization, *, kind: TransferKind, reason: str, document: StoredFile | None,
    by: User, now: datetime,
) -> Transfer:  # fmt: skip
    """By the person, or by somebody of their employer. It waits with `target`; the unit that is left is told."""
    if by.pk != person.user_id and not people_employed_by(by).filter(pk=person.pk).exists():
        raise refuse("not_yours", "只能为自己，或者为本单位的人员申请。")
    reasons = [
        *reasons_not_to_transfer(facts_of(person, target, kind)),
        *reasons_not_to_ask(reason, has_document=document is not None),
    ]
    refuse_if_any(reasons)
    try:
        with transaction.atomic():
            made = Transfer.objects.create(
                professional=person, organization=employer_of(person), target=target, kind=kind,
                declarant=person.user, asked_by=by, made_at=now, reason=reason.strip(),
                document=cast(StoredFile, document),
            )  # fmt: skip
            _send(made, by=by, now=now)
    except IntegrityError as error:
        raise Refused([_STILL_OPEN]) from error
    return made


@transaction.atomic
def ask_again(asked: Transfer, *, reason: str, document: StoredFile | None, by: User, now: datetime) -> Transfer:
    """Returned, mended, sent anew. No document: the one sent before."""
    if by.pk not in {asked.asked_by_id, asked.declarant_id}:
        raise refuse("not_yours", "只有申请人可以补正。")
    refuse_if_any(reasons_not_to_ask(reason, has_document=True))
    _send(asked, by=by, now=now, reason=reason.strip(), document=document or asked.document)
    return asked


@transaction.atomic
def take_in(asked: Transfer, *, seen_round: int, reason: str, by: User, now: datetime) -> Transfer:
    """From today on the person works at the unit. Refused while something of theirs waits to be decided (A23).

    The person is locked first, as where a declaration is handed in: neither overtakes the other.
    """
    person = (
        Professional.objects.select_for_update(of=("self", "user"))
        .select_related("user", "area")
        .get(pk=asked.professional_id)
    )
    current = Transfer.objects.select_for_update().get(pk=asked.pk)
    may_rule(current, Move.APPROVE, seen_round=seen_round, reason=reason, by=by)
    refuse_if_any(reasons_to_settle_first(pending_words(person)))
    kind = TransferKind(current.kind)
    left = bring(person, current.target, kind, by=by, now=now)
    rule(current, Move.APPROVE, seen_round=seen_round, reason=reason, by=by, now=now)
    tell_who_is_left(person, left, current.target, kind, key=f"transfer:{asked.ref}:left", now=now)
    asked.refresh_from_db()
    return asked


def bring(
    person: Professional, target: Organization, kind: TransferKind, *, by: User, now: datetime
) -> Organization | None:
    """From today on the person, locked by the caller, works at `target`; gives whose person they were so far."""
    left = employer_of(person)
    {TransferKind.MOVE: _move, TransferKind.JOIN: _join, TransferKind.LEAD: _lead}[kind](person, target, by=by, now=now)
    after = {"kind": kind.value, "unit": str(target.ref)}
    record("person.move", person, by=by, now=now, before={"unit": str(left.ref) if left else ""}, after=after)
    return left


def tell_who_is_left(
    person: Professional, left: Organization | None, target: Organization, kind: TransferKind, *, key: str,
    now: datetime,
) -> None:  # fmt: skip
    if left is None or kind == TransferKind.JOIN:
        return
    what = "调入" if kind == TransferKind.MOVE else "改以此为主要单位："
    text = f"{person.name}已{what}{target.name}。在你单位期间的学时记录仍可查看。"
    to = holders_of(left, Duty.APPROVE_PEOPLE).exclude(pk=person.user_id)
    tell(to, NoticeEvent.REQUEST_DECIDED, key=key, text=text, now=now)


def turn_down(asked: Transfer, move: Move, *, seen_round: int, reason: str, by: User, now: datetime) -> Transfer:
    """Returned to be mended, or not taken in; everything stays as it is."""
    rule(asked, move, seen_round=seen_round, reason=reason, by=by, now=now)
    return asked


def facts_of(person: Professional, target: Organization, kind: TransferKind) -> TransferFacts:
    jobs = list(jobs_of(person))
    principal = next((job for job in jobs if job.is_principal), None)
    return TransferFacts(
        kind=kind,
        target=target.name,
        accepts=target.state == UnitState.ACTIVE and (target.is_employer or target.is_bureau),
        now=principal.organization.name if principal else "",
        is_bureau=not target.is_employer,
        works_there=any(job.organization_id == target.pk for job in jobs),
        leads_there=principal is not None and principal.organization_id == target.pk,
        has_left=person.left_at is not None,
        is_open=Transfer.objects.filter(professional=person, state__in=OPEN).exists(),
        pending=pending_words(person),
    )


def _send(asked: Transfer, *, by: User, now: datetime, **changes: Any) -> None:
    """To the receiving unit, or where nobody there can act to the bureau of its place."""
    people = [asked.professional.user, asked.asked_by]
    to = in_charge(Duty.APPROVE_PEOPLE, place_of(asked.target), asked.target, but_not=people)
    hand_in(asked, to=to, duty=Duty.APPROVE_PEOPLE, by=by, now=now, **changes)
    if asked.organization is not None and asked.kind == TransferKind.MOVE:
        text = f"{asked.whose}申请调入{asked.target.name}，供您知悉。请尽快审完其待审的学时。"
        tell(
            holders_of(asked.organization, Duty.APPROVE_PEOPLE).exclude(pk__in=[by.pk, asked.declarant_id]),
            NoticeEvent.REQUEST_WAITING, key=f"transfer:{asked.ref}:{asked.round}:asked", text=text, now=now,
        )  # fmt: skip


def _move(person: Professional, target: Organization, *, by: User, now: datetime) -> None:
    """Away from the principal employer, with every duty there (whose sessions end), to `target` or to none."""
    today = timezone.localdate(now)
    left = employer_of(person)
    Employment.objects.filter(professional=person, is_principal=True, ended_on__isnull=True).update(ended_on=today)
    if left is not None:
        end_duties(person.user, left, by=by, now=now)
    if target.is_employer:
        _work_at(person, target, today, is_principal=True)
    Professional.objects.filter(pk=person.pk).update(left_at=None, left_as="")
    follow_the_employer(person, left, target, by=by, now=now)


def _join(person: Professional, target: Organization, *, by: User, now: datetime) -> None:
    _work_at(person, target, timezone.localdate(now), is_principal=False)


def _lead(person: Professional, target: Organization, *, by: User, now: datetime) -> None:
    """Both go on; what is handed in from now on is reviewed by `target` first."""
    left = employer_of(person)
    if not jobs_of(person).filter(organization=target, is_principal=False).exists():
        raise refuse("not_there", f"还没有在{target.name}登记任职，请先申请增加任职单位。", field="kind")
    today = timezone.localdate(now)
    open_jobs = Employment.objects.filter(professional=person, ended_on__isnull=True)
    open_jobs.filter(is_principal=True).update(ended_on=today)
    if left is not None:
        Employment.objects.create(professional=person, organization=left, is_principal=False, started_on=today)
    _work_at(person, target, today, is_principal=True)
    follow_the_employer(person, left, target, by=by, now=now)


def _work_at(person: Professional, unit: Organization, today: date, *, is_principal: bool) -> None:
    """A new line of employment; one beside it at the same unit ends, so that each line says one thing of its time."""
    there = Employment.objects.filter(professional=person, organization=unit, ended_on__isnull=True)
    there.update(ended_on=today)
    Employment.objects.create(professional=person, organization=unit, is_principal=is_principal, started_on=today)


def follow_the_employer(
    person: Professional, left: Organization | None, target: Organization | None, *, by: User, now: datetime
) -> None:
    """Write down whose person it is from today on, and let their place follow."""
    employer = target if target is not None and target.is_employer else None
    PersonChange.objects.create(
        professional=person, field=PersonField.EMPLOYER, before={"organization": str(left.ref)} if left else {},
        after={"organization": str(employer.ref)} if employer else {}, effective_on=timezone.localdate(now), at=now,
        by=by,
    )  # fmt: skip
    if target is not None and (place := place_of(target)).pk != person.area_id:
        move_to([person], place, by=by, now=now)
