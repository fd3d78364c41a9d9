"""Two accounts of one human made one: asked by the person or found by a bureau, confirmed by two people.

Here the other account is closed and points to the one that goes on; the ledger finds it so and brings its hours over.
"""

from datetime import datetime
from typing import Any, cast

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.enums import Duty, Move, NoticeEvent, PersonField
from accounts.models import Correction, Employment, Membership, Merge, Organization, PersonChange, Professional, User
from accounts.rules.correcting import CONFIRM, DECIDE
from accounts.rules.merging import NO_ACCOUNT, NOT_FOUND, MergeFacts, reasons_not_to_merge
from accounts.rules.policy import Act
from accounts.rules.requesting import reasons_not_to_ask
from accounts.selectors.duties import below, in_charge, units_for
from accounts.selectors.matters import OPEN, pending_words, unsettled_words
from accounts.selectors.people import employer_of
from accounts.selectors.safety import account_of
from accounts.services.memberships import end as end_duties
from accounts.services.memberships import end_sessions
from accounts.services.notices import tell
from accounts.services.requests import hand_in, let_go, may_rule, pass_on, rule
from ceportal.kernel.models import StoredFile
from ceportal.kernel.rules.refusal import Refusal, Refused, refuse, refuse_if_any
from ceportal.kernel.services.trail import record


@transaction.atomic
def ask_to_merge(
    kept: Professional, *, number: str, reason: str, document: StoredFile | None, by: User, now: datetime
) -> Merge:
    """`number` is the ID number or phone of the account to be closed; its name is that of `kept`, or nothing is found.

    By an officer of the bureau of the place, the officer is the first of two people.
    """
    if by.pk != kept.user_id and not _is_in_charge(by, kept):
        raise refuse("not_yours", "只能为自己，或者为本地区的人员申请。")
    other = _other(kept, number)
    refuse_if_any(
        [
            *([NOT_FOUND] if other is None else reasons_not_to_merge(_facts(kept, other))),
            *reasons_not_to_ask(reason, has_document=document is not None),
        ]
    )
    try:
        with transaction.atomic():
            made = Merge.objects.create(
                professional=kept, other=cast(Professional, other), organization=employer_of(kept), asked_by=by,
                declarant=kept.user, made_at=now, reason=reason.strip(), document=cast(StoredFile, document),
            )  # fmt: skip
            _send(made, by=by, now=now)
    except IntegrityError as error:
        raise Refused(list(reasons_not_to_merge(MergeFacts(is_open=True)))) from error
    return made


@transaction.atomic
def ask_again(asked: Merge, *, reason: str, document: StoredFile | None, by: User, now: datetime) -> Merge:
    """Returned, mended, sent anew from the first of the two on. No document: the one sent before."""
    if by.pk not in {asked.asked_by_id, asked.declarant_id}:
        raise refuse("not_yours", "只有申请人可以补正。")
    refuse_if_any(reasons_not_to_ask(reason, has_document=True))
    _send(asked, by=by, now=now, reason=reason.strip(), document=document or asked.document)
    return asked


@transaction.atomic
def confirm(asked: Merge, *, seen_round: int, reason: str, by: User, now: datetime) -> Merge:
    """The first of two passes it on, the second closes the other account."""
    people = Professional.objects.select_for_update(of=("self", "user")).select_related("user", "area").order_by("pk")
    found = {person.pk: person for person in people.filter(pk__in=[asked.professional_id, asked.other_id])}
    kept, other = found[asked.professional_id], found[asked.other_id]
    current = Merge.objects.select_for_update().get(pk=asked.pk)
    may_rule(current, Move.APPROVE, seen_round=seen_round, reason=reason, by=by)
    if by.pk == other.user_id:
        raise refuse("not_your_duty", "不能办理自己的事项，请由其他人员办理。", clause="A24")
    if current.stage == CONFIRM:
        to = in_charge(Duty.APPROVE_PEOPLE, kept.area, but_not=[kept.user, other.user, by])
        pass_on(current, to=to, duty=Duty.APPROVE_PEOPLE, seen_round=seen_round, reason=reason, by=by, now=now)
    else:
        facts = MergeFacts(is_closed=_is_closed(kept, other), pending=_pending(other))
        refuse_if_any(reasons_not_to_merge(facts))
        _close(other, kept, by=by, now=now)
        rule(current, Move.APPROVE, seen_round=seen_round, reason=reason, by=by, now=now)
    asked.refresh_from_db()
    return asked


def turn_down(asked: Merge, move: Move, *, seen_round: int, reason: str, by: User, now: datetime) -> Merge:
    rule(asked, move, seen_round=seen_round, reason=reason, by=by, now=now)
    return asked


def person_of(number: str) -> Professional:
    """Whose account goes on, by its ID number or phone. Raises `Refused` where there is none."""
    user = account_of(number)
    found = Professional.objects.filter(user=user, approved_at__isnull=False) if user else None
    person = found.select_related("user", "area").first() if found is not None else None
    if person is None:
        raise Refused([NO_ACCOUNT])
    return person


def _is_in_charge(by: User, kept: Professional) -> bool:
    places = Q(pk__in=[])
    for bureau in units_for(by, Act.PROPOSE_MERGES).select_related("area"):
        places |= Q(**below(bureau.area))
    return Professional.objects.filter(places, pk=kept.pk).exists()


def _other(kept: Professional, number: str) -> Professional | None:
    user = account_of(number)
    others = Professional.objects.filter(user=user, name=kept.name, approved_at__isnull=False).exclude(pk=kept.pk)
    return others.select_related("user", "area").first() if user else None


def _facts(kept: Professional, other: Professional) -> MergeFacts:
    either = Q(professional__in=[kept, other]) | Q(other__in=[kept, other])
    is_open = Merge.objects.filter(either, state__in=OPEN).exists()
    return MergeFacts(is_open=is_open, is_closed=_is_closed(kept, other), pending=_pending(other))


def _pending(other: Professional) -> list[str]:
    return [*pending_words(other), *unsettled_words(other)]


def _is_closed(kept: Professional, other: Professional) -> bool:
    return kept.merged_into_id is not None or other.merged_into_id is not None


def _send(asked: Merge, *, by: User, now: datetime, **changes: Any) -> None:
    """Found by a bureau, it goes to a second of the bureau at once."""
    kept = asked.professional
    found = asked.asked_by_id != asked.declarant_id
    people = [kept.user, asked.other.user, asked.asked_by]
    first: Organization | None = None if found else employer_of(kept)
    to = in_charge(Duty.APPROVE_PEOPLE, kept.area, first, but_not=people)
    stage = DECIDE if found else CONFIRM
    hand_in(asked, to=to, duty=Duty.APPROVE_PEOPLE, stage=stage, by=by, now=now, **changes)
    text = f"有人申请把您的账号（{asked.other.id_mask}）合并到另一个账号。如果不是您本人，请立即联系所在地人社部门。"
    key = f"merge:{asked.ref}:{asked.round}:other"
    tell([asked.other.user], NoticeEvent.ACCOUNT_SAFETY, key=key, text=text, now=now)


def _close(other: Professional, kept: Professional, *, by: User, now: datetime) -> None:
    """It signs in no more and works nowhere; what stands in it stays, and leads to `kept`."""
    today = timezone.localdate(now)
    Employment.objects.filter(professional=other, ended_on__isnull=True).update(ended_on=today)
    held = Membership.objects.filter(user=other.user, ended_at__isnull=True).values("organization").distinct()
    for unit in Organization.objects.filter(pk__in=held):
        end_duties(other.user, unit, by=by, now=now)
    rows = Professional.objects.filter(pk=other.pk, merged_into__isnull=True)
    if not rows.update(merged_into=kept, left_at=now):
        raise Refused([Refusal("closed", "这个账号已经合并到别的账号。")])
    Professional.objects.filter(merged_into=other).update(merged_into=kept)
    User.objects.filter(pk=other.user_id).update(is_active=False)
    end_sessions(other.user)
    let_go(other, by=by, now=now)
    Correction.objects.filter(professional=other).update(number_sealed=None)
    PersonChange.objects.create(
        professional=other, field=PersonField.ACCOUNT, after={"into": str(kept.ref)}, effective_on=today, at=now, by=by
    )
    record("person.merge", other, by=by, now=now, after={"into": str(kept.ref)})
    text = (
        f"您的另一个账号（{other.id_mask}）已停用，其学时、草稿和退回补正的申报会在几分钟内转入本账号；"
        "其他退回的申请已撤回，需要的请在本账号重新申请。"
    )
    tell([kept.user], NoticeEvent.ACCOUNT_SAFETY, key=f"merged:{other.ref}", text=text, now=now)
