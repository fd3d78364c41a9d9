"""Hours of an account that was merged into another: taken back there, counted here, nothing twice.

Accounts are closed upstream; here each closed one that still counts something is found by the clock, a claim in a
transaction, so that a killed round is gone on with. A claim is immutable in whose it is: the next revision of the same
thing stands in the account that goes on, and a correction by its source reaches that one.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from accounts.models import Professional
from ceportal.kernel.services.claims import one_by_one
from ceportal.kernel.services.trail import record
from credits.enums import ClaimState, DeclarationState, Door
from credits.models import Claim, ClaimSession, Correction, Declaration, Evidence, Obligation
from credits.rules.declaring import EDITABLE
from credits.selectors.bench import Bench
from credits.selectors.regulation import rule_book
from credits.services.account_sets import lock_accounts
from credits.services.accounts import judge_again
from credits.services.ledger import credit_again, reverse_claim, stand_down

JOB = "credits.merge_accounts"
UNSENT_JOB = "credits.merge_accounts:unsent"
A_ROUND = 500
REASON = "同一人的两个账号已合并，学时转入继续使用的账号"
# What counts, may count, or stands beside what counts: each moves, those that count first.
_MOVING = (ClaimState.LIVE, ClaimState.HELD, ClaimState.DUPLICATE)
_OWN = (
    "activity", "subject", "public_kind", "title", "organiser", "certificate_no", "started_on", "ended_on",
    "hours_claimed", "hours_recognised", "was_passed", "payer", "remark", "details", "conversion", "standard", "year",
    "asked_year", "artefact_key", "work_key", "organization", "first_submitted_at", "submitted_at", "decided_at",
)  # fmt: skip


def merge_accounts(*, now: datetime) -> int:
    """How many claims were brought over, and how much that was not handed in."""
    moved, waiting = move_unsent(now=now), claims_to_move()
    if not waiting.exists():
        return moved
    return moved + one_by_one(JOB, waiting, partial(_move, now=now), now=now, limit=A_ROUND)


def move_unsent(*, now: datetime) -> int:
    """Drafts, and what was returned, of closed accounts go on in the account that goes on. How many did."""
    waiting = unsent_to_move()
    if not waiting.exists():
        return 0
    return one_by_one(UNSENT_JOB, waiting, partial(_move_unsent, now=now), now=now, limit=A_ROUND)


def unsent_to_move() -> QuerySet[Declaration]:
    rows = Declaration.objects.filter(professional__merged_into__isnull=False, state__in=EDITABLE)
    return rows.select_related("professional__merged_into").order_by("pk")


@transaction.atomic
def _move_unsent(declaration: Declaration, *, now: datetime) -> bool:
    kept = declaration.professional.merged_into
    rows = Declaration.objects.filter(pk=declaration.pk, professional=declaration.professional_id, state__in=EDITABLE)
    if kept is None or not rows.update(professional=kept, declarant=kept.user_id, changed_at=now):
        return False
    record("declaration.merge", declaration, by=None, now=now, after={"professional": str(kept.ref)})
    return True


def claims_to_move() -> QuerySet[Claim]:
    """Those of closed accounts, what counts before what stands beside it; not while its source wants it put right."""
    closed = Professional.objects.filter(pk=OuterRef("professional"), merged_into__isnull=False)
    asked_about = Correction.objects.filter(claim=OuterRef("pk"), done_at__isnull=True)
    rows = Claim.objects.filter(Exists(closed), ~Exists(asked_about), state__in=_MOVING)
    return rows.select_related("professional__merged_into__area", "declaration").order_by("-state", "pk")


@transaction.atomic
def _move(claim: Claim, *, now: datetime) -> bool:
    """Locks in the ledger's order: both accounts, then the claim."""
    left, kept = claim.professional, claim.professional.merged_into if claim.professional else None
    if left is None or kept is None:
        return False
    places = {(claim.year, person.pk): person for person in (left, kept)}
    lock_accounts(places, Bench(rule_book(), now))
    current = Claim.objects.select_for_update(of=("self",)).select_related("professional__user", "declaration")
    found = current.filter(pk=claim.pk, state=claim.state, professional=left).first()
    if found is None:
        return False
    twin = _twin(found, kept)
    if found.state == ClaimState.LIVE:
        reverse_claim(found, reason=REASON, by=None, now=now)
    else:
        stand_down(found, reason=REASON, by=None, now=now)
    made = _again(found, kept, twin=twin, was=claim.state, now=now)
    _ease(left, kept, now)
    record("claim.merge", found, by=None, now=now, after={"claim": str(made.ref) if made else "", "year": claim.year})
    return True


def _twin(claim: Claim, kept: Professional) -> Claim | None:
    """The same training, counting already in the account that goes on."""
    same = Q(activity_key=claim.activity_key)
    if claim.course_key:
        same |= Q(course_key=claim.course_key)
    live = Claim.objects.filter(professional=kept, year=claim.year, state=ClaimState.LIVE)
    return live.filter(same).order_by("pk").first()


def _again(claim: Claim, kept: Professional, *, twin: Claim | None, was: str, now: datetime) -> Claim | None:
    """None where the same thing was declared in both accounts, or stood beside what no longer counts."""
    if twin is None and was == ClaimState.DUPLICATE:
        return None
    if claim.door == Door.DECLARATION:
        declaration = _declared_again(claim, kept, now) if twin is None else None
        return credit_again(claim, kept, _named(Door.DECLARATION.value, declaration), now=now) if declaration else None
    revisions = Claim.objects.filter(source=claim.source, external_id=claim.external_id)
    last = revisions.aggregate(last=Max("revision"))["last"] or 0
    state = ClaimState.DUPLICATE if twin else ClaimState(was)
    name = {"source": claim.source, "external_id": claim.external_id, "revision": last + 1}
    made = credit_again(claim, kept, name | {"state": state, "twin": twin}, now=now)
    ClaimSession.objects.bulk_create(
        ClaimSession(claim=made, professional=kept, started_at=each.started_at, ended_at=each.ended_at)
        for each in claim.sessions.all()
    )
    return made


def _named(source: str, declaration: Declaration) -> dict[str, Any]:
    return {"source": source, "external_id": str(declaration.ref), "declaration": declaration}


def _declared_again(claim: Claim, kept: Professional, now: datetime) -> Declaration | None:
    """The same declaration as approved, of the account that goes on; None where its paper or work counts there."""
    was = claim.declaration
    if was is None or _counts_by_its_paper(was, kept):
        return None
    content: Mapping[str, Any] = {name: getattr(was, name) for name in _OWN}
    made = Declaration.objects.create(
        professional=kept, declarant_id=kept.user_id, previous=was, state=DeclarationState.APPROVED, round=was.round,
        version=was.version, created_at=was.created_at, changed_at=now, **content,
    )  # fmt: skip
    for step in was.steps.exclude(state=DeclarationState.REVERSED).order_by("pk"):
        made.steps.create(
            round=step.round, move=step.move, state=step.state, organization=step.organization, hours=step.hours,
            reason=step.reason, at=step.at,
        )  # fmt: skip
    Evidence.objects.bulk_create(
        Evidence(declaration=made, file_id=each.file_id, label=each.label, position=each.position, added_at=now)
        for each in was.evidence.all()
    )
    return made


def _counts_by_its_paper(was: Declaration, kept: Professional) -> bool:
    """A paper, patent or book counts once a person (A29)."""
    same = Q(pk__in=[])
    for name in ("artefact_key", "work_key"):
        if key := getattr(was, name):
            same |= Q(**{name: key})
    held = (DeclarationState.APPROVED, DeclarationState.AT_EMPLOYER, DeclarationState.AT_AUTHORITY)
    return Declaration.objects.filter(same, professional=kept, state__in=held).exists()


def _ease(left: Professional, kept: Professional, now: datetime) -> None:
    """What was granted goes along where the other account has nothing of those years."""
    for granted in Obligation.objects.filter(professional=left, ended_at__isnull=True):
        until = Q(year_to__isnull=True) | Q(year_to__gte=granted.year_from)
        beside = Obligation.objects.filter(until, professional=kept, ended_at__isnull=True)
        if granted.year_to is not None:
            beside = beside.filter(year_from__lte=granted.year_to)
        if not beside.exists():
            Obligation.objects.filter(pk=granted.pk).update(professional=kept)
            judge_again(kept, granted.year_from, now=now, follows=False)
