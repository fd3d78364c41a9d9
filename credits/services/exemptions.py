"""Asking to owe less, or nothing, and what the bureau makes of it (A18): a grant is an `Obligation` of the ledger."""

from datetime import datetime
from typing import Any, cast

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.enums import Duty, Move
from accounts.models import Professional, User
from accounts.rules.requesting import reasons_not_to_ask as reasons_of_words
from accounts.selectors.people import employer_of
from accounts.services.requests import hand_in, may_rule, moved_on, rule, tell_askers
from ceportal.kernel.models import StoredFile
from ceportal.kernel.rules.refusal import MovedOn, Refusal, Refused, refuse, refuse_if_any
from credits.models import Obligation, ObligationRequest
from credits.rules.easing_requests import Asked, beside_fields, reasons_not_to_ask, wanted
from credits.selectors.easing import reasons_not_to_ease
from credits.selectors.requests import bureau_to_ask, may_end, open_request_of, people_to_ask_for
from credits.services import obligations

# What only a grant needs, or what is asked of the decider alone.
_OF_THE_BUREAU = frozenset({"document_no", "own", "reason"})
_STILL_OPEN = Refusal("still_open", "已有一份减免申请正在办理。请先等结果，或撤回后重新申请。")


@transaction.atomic
def ask_for_easing(
    professional: Professional, asked: Asked, *, reason: str, document: StoredFile | None, by: User, now: datetime
) -> ObligationRequest:
    """Send it to the bureau of the person's place, in the person's name or, by their unit, for them."""
    if not people_to_ask_for(by).filter(pk=professional.pk).exists():
        raise refuse("not_for_them", "只能为本人或本单位人员申请。")
    _ask(professional, asked, reason=reason, document=document, by=by, now=now)
    if open_request_of(professional):
        raise Refused([_STILL_OPEN])
    try:
        with transaction.atomic():
            made = ObligationRequest.objects.create(
                professional=professional, declarant=professional.user, asked_by=by, made_at=now,
                organization=employer_of(professional), reason=reason.strip(), document=cast(StoredFile, document),
                **_content(asked),
            )  # fmt: skip
            hand_in(made, to=bureau_to_ask(professional, by), duty=Duty.GRANT_EXCEPTIONS, by=by, now=now)
    except IntegrityError as error:
        raise Refused([_STILL_OPEN]) from error
    return made


@transaction.atomic
def ask_again(
    request: ObligationRequest, asked: Asked, *, reason: str, document: StoredFile | None, by: User, now: datetime
) -> ObligationRequest:
    """Returned, mended, sent anew: the next round, whose clock starts now (A25). No document: the one sent before."""
    if by.pk not in {request.asked_by_id, request.declarant_id}:
        raise refuse("not_yours", "只有申请人可以补正。")
    document = document or request.document
    person = request.professional
    _ask(person, asked, reason=reason, document=document, by=by, now=now)
    to = bureau_to_ask(person, by)
    content = _content(asked) | {"reason": reason.strip(), "document": document}
    hand_in(request, to=to, duty=Duty.GRANT_EXCEPTIONS, by=by, now=now, **content)
    return request


@transaction.atomic
def grant_easing(
    request: ObligationRequest, asked: Asked, *, document_no: str, seen_round: int, reason: str, by: User, now: datetime
) -> Obligation:
    """The bureau grants `asked`, which may differ from what the person wrote, under its own document number."""
    current = ObligationRequest.objects.select_for_update().get(pk=request.pk)
    may_rule(current, Move.APPROVE, seen_round=seen_round, reason=reason, by=by)
    bureau = current.waiting_on
    if bureau is None:
        raise moved_on(request)
    grant = wanted(asked, document=document_no)
    try:
        made = obligations.grant(current.professional, grant, at=bureau, by=by, now=now)
    except MovedOn:
        raise
    except Refused as refused:
        raise Refused(beside_fields(refused)) from refused
    changes = _content(asked) | {"document_no": document_no.strip(), "obligation": made}
    rule(current, Move.APPROVE, seen_round=seen_round, reason=reason, by=by, now=now, **changes)
    request.refresh_from_db()
    return made


@transaction.atomic
def end_easing(request: ObligationRequest, *, last_year: int, reason: str, by: User, now: datetime) -> Obligation:
    """What was granted holds up to `last_year` and no longer; the person and who asked for them are told."""
    if request.obligation is None or not may_end(by, request):
        raise refuse("not_your_duty", "这项减免不由您终止。", clause="A24")
    ended = obligations.end(request.obligation, last_year=last_year, reason=reason, by=by, now=now)
    tell_askers(request, f"已终止：{reason.strip()}", now=now, about="ended")
    return ended


def turn_down(
    request: ObligationRequest, move: Move, *, seen_round: int, reason: str, by: User, now: datetime
) -> ObligationRequest:
    """Returned to be mended, or not granted; in either case with the reason."""
    rule(request, move, seen_round=seen_round, reason=reason, by=by, now=now)
    return request


def _ask(
    person: Professional, asked: Asked, *, reason: str, document: StoredFile | None, by: User, now: datetime
) -> None:
    """Raise with every reason there is: those of the request, then those for which no bureau could grant it."""
    reasons = [
        *reasons_not_to_ask(asked, today=timezone.localdate(now)),
        *reasons_of_words(reason, has_document=document is not None),
    ]
    if not any(each.field in {"kind", "ground", "year_from", "year_to"} for each in reasons):
        against = reasons_not_to_ease(person, wanted(asked, document="—"), by=by, now=now)
        reasons += beside_fields(each for each in against if each.field not in _OF_THE_BUREAU and each.code != "own")
    refuse_if_any(reasons)


def _content(asked: Asked) -> dict[str, Any]:
    return {
        "kind": asked.kind,
        "ground": asked.ground,
        "year_from": asked.year_from,
        "year_to": asked.year_to,
        "less_public": asked.less_public if asked.kind == "reduced" else 0,
        "less_professional": asked.less_professional if asked.kind == "reduced" else 0,
    }
