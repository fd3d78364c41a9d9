"""Hours of another province: claimed with a transcript, confirmed by the employer, recognised by the bureau.

What is recognised enters the ledger as claims of a door of its own, one a subject, named by the transcript: whatever
else comes with the same training and days is refused as any second time is (decision 0015).
"""

from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.enums import Duty, Move
from accounts.models import Organization, Professional, User
from accounts.rules.requesting import reasons_not_to_ask as reasons_of_words
from accounts.selectors.duties import holders_of
from accounts.selectors.people import employer_of
from accounts.services.requests import hand_in, may_rule, pass_on, rule
from ceportal.kernel.models import StoredFile
from ceportal.kernel.rules.refusal import Refusal, Refused, refuse, refuse_if_any
from credits.enums import STAGE_AUTHORITY, STAGE_EMPLOYER, Door, Subject
from credits.models import OutsideHours
from credits.rules.activity_key import activity_key
from credits.rules.outside import Transcript, key_of, reasons_not_to_claim, reasons_not_to_recognise, title_of
from credits.rules.window import CLOSED
from credits.selectors.declarations import limits_of
from credits.selectors.requests import bureau_to_ask
from credits.selectors.window import granted_years
from credits.services.ledger import Origin, Training, credit_claim

CLAUSE = "default"
_COUNTED = Refusal(
    "counted_before", "这份学时证明已经申请过认定。同一份证明只认定一次。", field="transcript_no", clause="A29"
)


@transaction.atomic
def claim_outside_hours(
    professional: Professional, transcript: Transcript, *, reason: str, document: StoredFile | None, by: User,
    now: datetime,
) -> OutsideHours:  # fmt: skip
    """Send it to the employer, or without one (or where nobody else is there to confirm it) to the bureau."""
    if professional.user_id != by.pk:
        raise refuse("not_own", "只能为自己申请认定。")
    _ask(professional, transcript, reason=reason, document=document, now=now)
    try:
        with transaction.atomic():
            made = OutsideHours.objects.create(
                professional=professional, declarant=by, asked_by=by, organization=employer_of(professional),
                reason=reason.strip(), document=cast(StoredFile, document), made_at=now, **_content(transcript),
            )  # fmt: skip
            _send(made, by=by, now=now)
    except IntegrityError as error:
        raise Refused([_COUNTED]) from error
    return made


@transaction.atomic
def claim_again(
    claimed: OutsideHours, transcript: Transcript, *, reason: str, document: StoredFile | None, by: User, now: datetime
) -> OutsideHours:
    """Returned, mended, sent anew (A25). No document: the one sent before."""
    if by.pk != claimed.declarant_id:
        raise refuse("not_yours", "只有申请人可以补正。")
    document = document or claimed.document
    _ask(claimed.professional, transcript, reason=reason, document=document, now=now)
    changes = _content(transcript) | {"reason": reason.strip(), "document": document}
    try:
        with transaction.atomic():
            _send(claimed, by=by, now=now, organization=employer_of(claimed.professional), **changes)
    except IntegrityError as error:
        raise Refused([_COUNTED]) from error
    return claimed


@transaction.atomic
def confirm(claimed: OutsideHours, *, seen_round: int, reason: str, by: User, now: datetime) -> OutsideHours:
    """The employer says that the person learned so; the bureau is next."""
    if claimed.stage != STAGE_EMPLOYER:
        raise refuse("no_such_move", "这份申请已经转到人社部门。")
    to = bureau_to_ask(claimed.professional, by)
    pass_on(claimed, to=to, duty=Duty.GRANT_EXCEPTIONS, seen_round=seen_round, reason=reason, by=by, now=now)
    return claimed


@transaction.atomic
def recognise(
    claimed: OutsideHours, *, public: Decimal, professional: Decimal, seen_round: int, reason: str, by: User,
    now: datetime,
) -> OutsideHours:  # fmt: skip
    """The bureau recognises as many hours or fewer, and they count in the same transaction."""
    current = OutsideHours.objects.select_for_update().get(pk=claimed.pk)
    may_rule(current, Move.APPROVE, seen_round=seen_round, reason=reason, by=by)
    if current.stage != STAGE_AUTHORITY:
        raise refuse("no_such_move", "这份申请还要先由用人单位确认。")
    against = reasons_not_to_recognise(
        public=public, professional=professional,
        public_claimed=current.public_claimed, professional_claimed=current.professional_claimed,
    )  # fmt: skip
    refuse_if_any(against)
    changes = {"public_recognised": public, "professional_recognised": professional}
    rule(current, Move.APPROVE, seen_round=seen_round, reason=reason, by=by, now=now, **changes)
    for subject, hours in ((Subject.PUBLIC, public), (Subject.PROFESSIONAL, professional)):
        if hours:
            _credit(current, subject, hours, by=by, now=now)
    claimed.refresh_from_db()
    return claimed


def turn_down(claimed: OutsideHours, move: Move, *, seen_round: int, reason: str, by: User, now: datetime) -> None:
    """By the employer or the bureau: returned to be mended, or not recognised at all."""
    rule(claimed, move, seen_round=seen_round, reason=reason, by=by, now=now)


def _ask(
    person: Professional, transcript: Transcript, *, reason: str, document: StoredFile | None, now: datetime
) -> None:
    today = timezone.localdate(now)
    year = transcript.ended_on.year if transcript.ended_on else today.year
    limits, opening = limits_of(person, year, today=today), granted_years(person).get(year, CLOSED)
    reasons = [
        *reasons_not_to_claim(transcript, today=today, limits=limits, opening=opening),
        *reasons_of_words(reason, has_document=document is not None),
    ]
    refuse_if_any(reasons)


def _send(claimed: OutsideHours, *, by: User, now: datetime, **changes: Any) -> None:
    employer: Organization | None = changes.get("organization", claimed.organization)
    others = holders_of(employer, Duty.REVIEW_HOURS).exclude(pk=by.pk) if employer else None
    if employer and others is not None and others.exists():
        hand_in(claimed, to=employer, duty=Duty.REVIEW_HOURS, stage=STAGE_EMPLOYER, by=by, now=now, **changes)
        return
    to = bureau_to_ask(claimed.professional, by)
    hand_in(claimed, to=to, duty=Duty.GRANT_EXCEPTIONS, stage=STAGE_AUTHORITY, by=by, now=now, **changes)


def _credit(claimed: OutsideHours, subject: Subject, hours: Decimal, *, by: User, now: datetime) -> None:
    title = title_of(claimed.province, claimed.issuer)
    days = (claimed.started_on, claimed.ended_on)
    training = Training(
        professional=claimed.professional,
        subject=subject,
        title=title,
        started_on=claimed.started_on,
        ended_on=claimed.ended_on,
        hours=hours,
        key=activity_key(title, *days, course_code=f"{claimed.transcript_no}/{subject}", issuer=claimed.issuer),
        organization=claimed.organization,
    )
    origin = Origin(Door.OUTSIDE, f"{Door.OUTSIDE}:{claimed.ref}", subject.value)
    credit_claim(training, origin, reason=f"外省学时认定：{claimed.state_reason}", clause=CLAUSE, by=by, now=now)


def _content(transcript: Transcript) -> dict[str, Any]:
    ended_on = transcript.ended_on
    return {
        "province": transcript.province,
        "year": ended_on.year if ended_on else 0,
        "started_on": transcript.started_on,
        "ended_on": ended_on,
        "issuer": transcript.issuer.strip(),
        "transcript_no": transcript.number.strip(),
        "transcript_key": key_of(transcript.issuer, transcript.number),
        "public_claimed": transcript.public,
        "professional_claimed": transcript.professional,
    }
