"""What made-up people and units ask of offices, each in the form of the one that somebody of the town asked.

One in fifty people asks for one thing of a kind. Of four, one still waits and three were refused, at an office like the
town's: the unit, the bureau of its place, or the very one. Nothing follows from these: sums and accounts stay as they
are. With them come letters, appeals, what is drawn for a spot check, and the classes and rosters of the town's base.
"""

from copy import copy
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import Model

from accounts.enums import Duty, Move, RequestState
from accounts.models import (
    Correction,
    CorrectionRuling,
    Employment,
    HandOver,
    HandOverRuling,
    Organization,
    Stationing,
    StationingRuling,
    TitleChange,
    TitleChangeRuling,
    Transfer,
    TransferRuling,
    UnitChange,
    UnitChangeRuling,
    User,
)
from bases.models import Complaint, ComplaintRuling, TrainingClass
from ceportal.kernel.models import Counter
from ceportal.office.models import Letter
from credits.enums import DeclarationState, Door, MissingAnswer, MissingState
from credits.models import (
    BackYear,
    BackYearRequest,
    BackYearRuling,
    Declaration,
    MissingHours,
    ObligationRequest,
    ObligationRequestRuling,
    OutsideHours,
    OutsideHoursRuling,
    Roster,
    UnitTraining,
    UnitTrainingRuling,
)
from reviews.models import Appeal, AppealRuling, Decision, Inspection

PROGRESS = "bench.asked"
A_PART, _EACH, _WAITS = 10_000, 50, 4
# Whose number leaves this remainder when divided by `_EACH` asks for it.
_OF_PEOPLE = {
    0: (TitleChange, TitleChangeRuling),
    1: (Correction, CorrectionRuling),
    2: (ObligationRequest, ObligationRequestRuling),
    3: (OutsideHours, OutsideHoursRuling),
    4: (BackYearRequest, BackYearRuling),
    5: (Transfer, TransferRuling),
}
_MISSES, _GETS_A_LETTER = 6, 7
# A unit has fifty people: by the number of the unit.
_OF_UNITS = {
    0: (UnitChange, UnitChangeRuling),
    1: (HandOver, HandOverRuling),
    2: (Stationing, StationingRuling),
    3: (UnitTraining, UnitTrainingRuling),
}
_UNITS_EACH, _COMPLAINS_EACH, _CLASSES_EACH, _DRAWN_EACH = 10, 1_000, 1_000, 400
_REFUSED = {"state": RequestState.REFUSED, "state_reason": "材料不符", "waiting_on": None, "due_at": None}
_TOWN: dict[type[Model], Any] = {}


def ask_beside(*, now: datetime) -> bool:
    """Go on where it was broken off, in the order in which people were laid. Tells whether there was something."""
    has_asked = False
    Counter.objects.get_or_create(name=PROGRESS)
    laid = Employment.objects.filter(organization__name__startswith="示例单位").order_by("pk")
    while True:
        with transaction.atomic():
            done = Counter.objects.select_for_update().get(name=PROGRESS).value
            jobs = list(laid.filter(pk__gt=done).select_related("organization", "professional")[:A_PART])
            if not jobs:
                return has_asked
            _ask(jobs, now)
            has_asked = True
            Counter.objects.filter(name=PROGRESS).update(value=jobs[-1].pk)


def _ask(jobs: list[Employment], now: datetime) -> None:
    for rest, (kind, ruling) in _OF_PEOPLE.items():
        asked = [_by_person(kind, job, now) for job in jobs if job.pk % _EACH == rest]
        _keep(kind, ruling, asked, now)
        if kind is BackYearRequest:
            BackYear.objects.bulk_create(BackYear(request=row, year=now.year - 2) for row in asked)
    _keep(
        Complaint,
        ComplaintRuling,
        [_by_person(Complaint, job, now) for job in jobs if job.pk % _COMPLAINS_EACH == 0],
        now,
    )
    MissingHours.objects.bulk_create(_missing(job, now) for job in jobs if job.pk % _EACH == _MISSES)
    Letter.objects.bulk_create(_letter(job) for job in jobs if job.pk % _EACH == _GETS_A_LETTER)
    units = {job.organization_id: job for job in jobs if job.pk % _EACH == 0}
    for rest, (kind, ruling) in _OF_UNITS.items():
        asking = [job for key, job in units.items() if key % _UNITS_EACH == rest]
        rosters = Roster.objects.bulk_create(_roster(job) for job in asking) if kind is UnitTraining else []
        rows = [_by_unit(kind, job, now) for job in asking]
        for row, roster in zip(rows, rosters, strict=bool(rosters)):
            row.roster = roster
        _keep(kind, ruling, rows, now)
    _classes(len(jobs), jobs[0].pk)
    people = {job.professional_id: job for job in jobs}
    _appeal(people, now)
    _inspect(people)


def _first(kind: type[Model]) -> Any:
    """What the town has of a kind."""
    if kind not in _TOWN:
        _TOWN[kind] = kind._default_manager.order_by("pk")[0]
    return _TOWN[kind]


def _like(kind: type[Model], **changes: Any) -> Any:
    row = copy(_first(kind))
    row.pk, row.ref = None, uuid4()
    row._state = copy(row._state)
    row._state.adding, row._state.fields_cache = True, {}
    for name, value in changes.items():
        setattr(row, name, value)
    return row


class _Places:
    """The bureaus of the counties, and who rules on everything."""

    @cached_property
    def bureaus(self) -> dict[str, Organization]:
        return {unit.area_id: unit for unit in Organization.objects.filter(is_bureau=True).order_by("-pk")}

    @cached_property
    def ruler(self) -> User:
        return User.objects.get(name="省厅同事")


_PLACES = _Places()


def _where(kind: type[Model], job: Employment) -> Organization:
    """The office like the one that the town's own waits with."""
    waits = _first(kind).waiting_on
    if waits.is_bureau:
        return _PLACES.bureaus[job.organization.area_id]
    return job.organization if waits.is_employer and not waits.is_authority else waits


def _stands(kind: type[Model], job: Employment, now: datetime) -> dict[str, Any]:
    """Where it waits, or that it was refused."""
    at = now - timedelta(days=job.pk // _EACH % 5 if _is_open(job) else 30 + job.pk % 300)
    times = {"made_at": at, "submitted_at": at}
    if _is_open(job):
        return times | {"waiting_on": _where(kind, job), "waiting_since": at}
    return times | _REFUSED | {"decided_at": at + timedelta(days=1), "reminded_at_days": None, "overdue_at": None}


def _is_open(job: Employment) -> bool:
    return job.pk // _EACH % _WAITS == 0


def _by_person(kind: type[Model], job: Employment, now: datetime) -> Any:
    account = job.professional.user_id
    known = {
        "professional": job.professional, "declarant_id": account, "asked_by_id": account,
        "organization": job.organization, "area_id": job.organization.area_id, "transcript_key": uuid4().hex,
    }  # fmt: skip
    names = {field.name for field in kind._meta.fields} | {field.attname for field in kind._meta.fields}
    return _like(kind, **{name: value for name, value in known.items() if name in names}, **_stands(kind, job, now))


def _by_unit(kind: type[Model], job: Employment, now: datetime) -> Any:
    account = job.professional.user_id
    return _like(
        kind, declarant_id=account, asked_by_id=account, organization=job.organization, **_stands(kind, job, now)
    )


def _keep(kind: type[Any], ruling: type[Any], rows: list[Any], now: datetime) -> None:
    kept = kind._default_manager.bulk_create(rows)
    by = _PLACES.ruler
    office = _first(kind).waiting_on
    ruling.objects.bulk_create(
        ruling(
            subject=row, stage=row.stage, round=row.round, move=Move.REJECT, reason=row.state_reason, by=by,
            organization=_PLACES.bureaus.get(row.organization.area_id, office) if row.organization else office,
            declarant_id=row.declarant_id, at=row.decided_at or now,
        )
        for row in kept
        if row.state == RequestState.REFUSED
    )  # fmt: skip


def _missing(job: Employment, now: datetime) -> MissingHours:
    account, at = job.professional.user_id, now - timedelta(days=job.pk % 90)
    answered = {"state": MissingState.ANSWERED, "answer": MissingAnswer.NOT_COMPLETED, "answered_at": at}
    waits: dict[str, Any] = {} if _is_open(job) else answered | {"waiting_on": None, "due_at": None}
    return _like(MissingHours, professional=job.professional, declarant_id=account, asked_at=at, **waits)


def _letter(job: Employment) -> Letter:
    office = _PLACES.bureaus[job.organization.area_id]
    named = {"serial": job.pk, "number": f"示例〔2026〕{job.pk}号"}
    return _like(Letter, office=office, to_person=job.professional, **named)


def _roster(job: Employment) -> Roster:
    return _like(Roster, organization=job.organization, door=Door.UNIT, job=None)


def _classes(people: int, first: int) -> None:
    """Of the town's base, in ever more years of its rosters."""
    count = people // _CLASSES_EACH
    Roster.objects.bulk_create(_like(Roster, title=f"示例班{first + n}", job=None) for n in range(count))
    TrainingClass.objects.bulk_create(_like(TrainingClass, code=f"SL-{first + n}") for n in range(count))


def _appeal(people: dict[int, Employment], now: datetime) -> None:
    """Every other rejected declaration is appealed: to the bureau of the city, against that of the county."""
    rejected = Declaration.objects.filter(professional__in=people, state=DeclarationState.REJECTED).order_by("pk")
    rows = []
    for one in rejected:
        job, document = people[one.professional_id], _first(TitleChange).document_id
        county = _PLACES.bureaus[job.organization.area_id]
        city = _PLACES.bureaus[county.area.parent_id or county.area_id]
        stands = {"state": RequestState.WAITING, "due_at": _first(TitleChange).due_at} | _stands(TitleChange, job, now)
        if _is_open(job):
            stands["waiting_on"] = city
        if one.pk % 2:
            rows.append(
                Appeal(
                    professional=job.professional, declarant_id=one.declarant_id, asked_by_id=one.declarant_id,
                    organization=job.organization, appealed=one, against=county, stage=0, round=1,
                    duty=Duty.REVIEW_HOURS, reason="材料是真实的", document_id=document, limit_days=30,
                    **stands,
                )
            )  # fmt: skip
    kept = Appeal.objects.bulk_create(rows)
    AppealRuling.objects.bulk_create(
        AppealRuling(
            subject=row, stage=0, round=1, move=Move.REJECT, reason="材料不符", by=_PLACES.ruler,
            organization=row.against, declarant_id=row.declarant_id, at=row.decided_at,
        )
        for row in kept
        if row.decided_at
    )  # fmt: skip


def _inspect(people: dict[int, Employment]) -> None:
    """Of so many decisions one is drawn, all by the town's own campaign."""
    approved = Decision.objects.filter(subject__professional__in=people, move=Move.APPROVE, stage__gt=1)
    drawn = [one for one in approved.order_by("pk").values_list("pk", "subject_id") if one[0] % _DRAWN_EACH == 0]
    Inspection.objects.bulk_create(
        _like(Inspection, decision_id=decision, declaration_id=subject, claim_id=None, position=decision + 1_000_000)
        for decision, subject in drawn
    )
