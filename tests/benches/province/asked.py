"""What made-up people and units ask of offices, each in the form of the one that somebody of the town asked.

One in fifty people asks for one thing of a kind. Of four, one still waits and three were refused, at an office like the
town's: the unit, the bureau of its place, or the very one. Nothing follows from these: sums and accounts stay as they
are. With them come letters, appeals, what is drawn for a spot check, and the classes and rosters of the town's base.
"""

import zlib
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
from bases.models import Complaint, ComplaintRuling, TrainingClass, TrainingPlan, TrainingPlanRuling
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
    4: (TrainingPlan, TrainingPlanRuling),
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
            jobs = list(laid.filter(pk__gt=done).select_related("organization__area", "professional")[:A_PART])
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
    complaints = [_complaint(job, now) for job in jobs if job.pk % _COMPLAINS_EACH == 0]
    _keep(Complaint, ComplaintRuling, complaints, now)
    MissingHours.objects.bulk_create(_missing(job, now) for job in jobs if job.pk % _EACH == _MISSES)
    Letter.objects.bulk_create(_letter(job) for job in jobs if job.pk % _EACH == _GETS_A_LETTER)
    units = {job.organization_id: job for job in jobs if job.pk % _EACH == 0}
    for rest, (kind, ruling) in _OF_UNITS.items():
        asking = [job for key, job in units.items() if _chance("unit", key) % _UNITS_EACH == rest]
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
    """The bureaus of the places, the bases by the first digits of their city, and who rules on everything."""

    @cached_property
    def bureaus(self) -> dict[str, Organization]:
        return {unit.area_id: unit for unit in Organization.objects.filter(is_bureau=True).order_by("-pk")}

    def city_of(self, unit: Organization) -> Organization:
        """The bureau of its city, else of its own place."""
        return self.bureaus[unit.area.parent_id or unit.area_id]

    @cached_property
    def bases(self) -> dict[str, Organization]:
        return {unit.area_id[:4]: unit for unit in Organization.objects.filter(is_base=True).order_by("-pk")}

    @cached_property
    def ruler(self) -> User:
        return User.objects.get(name="省厅同事")


_PLACES = _Places()


def _where(kind: type[Model], job: Employment) -> Organization:
    """The office like the one that the town's own waits with."""
    waits = _first(kind).waiting_on
    if waits is None or waits.is_bureau:
        return _PLACES.bureaus[job.organization.area_id]
    return job.organization if waits.is_employer and not waits.is_authority else waits


def _stands(kind: type[Model], job: Employment, now: datetime) -> dict[str, Any]:
    """Where it waits, or that it was refused there."""
    office = _where(kind, job)
    at = now - timedelta(days=_chance("day", job.pk) % 5 if _is_open(job) else 30 + _chance("day", job.pk) % 300)
    times = {"made_at": at, "submitted_at": at, "office": office}
    if _is_open(job):
        waits = {"state": RequestState.WAITING, "waiting_on": office, "waiting_since": at, "decided_at": None}
        return times | waits | {"due_at": _first(Transfer).due_at, "state_reason": "", "duty": _duty(kind)}
    return times | _REFUSED | {"decided_at": at + timedelta(days=1), "reminded_at_days": None, "overdue_at": None}


def _duty(kind: type[Model]) -> Duty:
    return _first(kind).duty or Duty.REVIEW_HOURS


def _is_open(job: Employment) -> bool:
    return _chance("open", job.pk) % _WAITS == 0


def _chance(of: str, number: int) -> int:
    """The same each time, and another one for each question."""
    return zlib.crc32(f"{of} {number}".encode())


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
    row = _like(
        kind, declarant_id=account, asked_by_id=account, organization=job.organization, **_stands(kind, job, now)
    )
    if kind is Stationing:
        row.bureau = _PLACES.city_of(job.organization)
    return row


def _complaint(job: Employment, now: datetime) -> Complaint:
    """Of a base in the person's city, or the town's own: to the bureau of its place. No employer reads it."""
    about = _PLACES.bases.get(job.organization.area_id[:4]) or _first(Complaint).about
    row: Complaint = _by_person(Complaint, job, now)
    row.organization, row.about, row.area_id = None, about, about.area_id
    row.office = _PLACES.bureaus[about.area_id]  # type: ignore[attr-defined]
    if row.waiting_on:
        row.waiting_on = _PLACES.bureaus[about.area_id]
    return row


def _keep(kind: type[Any], ruling: type[Any], rows: list[Any], now: datetime) -> None:
    kept = kind._default_manager.bulk_create(rows)
    by = _PLACES.ruler
    ruling.objects.bulk_create(
        ruling(
            subject=row, stage=row.stage, round=row.round, move=Move.REJECT, reason=row.state_reason, by=by,
            organization=row.office, declarant_id=row.declarant_id, at=row.decided_at or now,
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
        city, stands = _PLACES.city_of(job.organization), _stands(TitleChange, job, now)
        stands.pop("office")
        if _is_open(job):
            stands["waiting_on"] = city
        if one.pk % 2:
            rows.append(
                Appeal(
                    professional=job.professional, declarant_id=one.declarant_id, asked_by_id=one.declarant_id,
                    organization=job.organization, appealed=one, against=county, stage=0, round=1,
                    reason="材料是真实的", document_id=document, limit_days=30,
                    **stands,
                )
            )  # fmt: skip
    kept = Appeal.objects.bulk_create(rows)
    AppealRuling.objects.bulk_create(
        AppealRuling(
            subject=row, stage=0, round=1, move=Move.REJECT, reason="材料不符", by=_PLACES.ruler,
            organization=_PLACES.city_of(row.organization), declarant_id=row.declarant_id, at=row.decided_at,
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
