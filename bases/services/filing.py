"""Courses that platforms send by the interface: each judged alone, then filed or refused by a bureau (S4-06).

Whoever writes here holds the platform's row, as the bureau's own filing does: two at once come one after another.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, cast

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.enums import Duty, NoticeEvent
from accounts.models import ApiClient, Area, Organization
from accounts.selectors.duties import holders_of
from accounts.services.notices import tell
from bases.enums import FilingOutcome, FilingState
from bases.models import CourseFiling
from bases.rules import filing as rules
from bases.rules.courses import reasons_not_to_change
from bases.rules.filing import Known, SentCourse
from bases.selectors.filing import digest_of_row, known_of, line_of_row
from bases.selectors.recognised import recognitions_of
from bases.services.courses import file_courses, reasons_of_absence
from ceportal.kernel.rules.refusal import MovedOn, Refusal, Refused, refuse_if_any
from ceportal.kernel.services.trail import Actor, record

_NOTE_LIMIT = 300
_PAGE = "/clients/"
_MOVED = Refusal("moved_on", "有课程刚刚已经处理，或者平台已经改报。请刷新后再办。")


@dataclass(frozen=True)
class Settled:
    """What became of one course: beside which state and content, and why not."""

    outcome: FilingOutcome
    code: str | None = None
    digest: str = ""
    state: FilingState | None = None
    known_digest: str = ""
    note: str = ""
    faults: tuple[Refusal, ...] = ()
    is_over: bool = False


@dataclass(frozen=True)
class Said:
    """A platform's call: who, by which key, and the digest of the bytes it sent."""

    organization: Organization
    by: Actor
    digest: str
    client: ApiClient | None = None


@transaction.atomic
def send_courses(posted: Sequence[object], said: Said, *, now: datetime, dry_run: bool = False) -> list[Settled]:
    """What becomes of each course as it came, in order. With `dry_run` the same, and nothing is written."""
    today, organization = timezone.localdate(now), said.organization
    faults = [rules.reasons_not_to_read(each, today=today) for each in posted]
    sent = [
        None if wrong else rules.read(cast(Mapping[str, Any], each)) for each, wrong in zip(posted, faults, strict=True)
    ]
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    desk = _Desk(said, [each for each in sent if each], today, now)
    settled = [
        desk.settle(each) if each else Settled(FilingOutcome.INVALID, faults=tuple(wrong))
        for each, wrong in zip(sent, faults, strict=True)
    ]
    desk.keep()
    counts = Counter(each.outcome.value for each in settled)
    after: dict[str, Any] = {"counts": dict(counts), "digest": said.digest}
    after |= {"client": said.client.client_id} if said.client else {}
    record("course.post", organization, by=said.by, now=now, after=after)
    if settings.SANDBOX:
        _play(desk.rows, said, now)
    if dry_run:
        transaction.set_rollback(True)
    return settled


@transaction.atomic
def file_sent(refs: Collection[Any], kept: Any, *, by: Any, now: datetime) -> int:
    """File these of the courses that wait in `kept` (a query): all, or none where one is no longer as it was shown."""
    rows = _locked(refs, kept)
    grouped: dict[tuple[int, str, int, date | None], list[CourseFiling]] = defaultdict(list)
    for row in rows:
        grouped[row.organization_id, row.area_id, row.year, row.valid_until].append(row)
    for of_place in grouped.values():
        first, lines = of_place[0], [line_of_row(row) for row in of_place]
        try:
            file_courses(
                first.organization, lines, area=first.area, year=first.year, valid_until=first.valid_until, by=by,
                now=now,
            )  # fmt: skip
        except Refused as refused:
            raise Refused(
                [Refusal(why.code, f"《{first.title}》：{why.message}", clause=why.clause) for why in refused]
            ) from refused
    _decide(rows, FilingState.FILED, "", now)
    for organization, count in _by_platform(rows):
        _tell(organization, f"通过接口报来的 {count} 门课程已经备案。", "filed", now)
    return len(rows)


@transaction.atomic
def refuse_sent(refs: Collection[Any], kept: Any, *, reason: str, by: Any, now: datetime) -> int:
    """Say why these are not filed; the platform reads it by the interface and may send them otherwise."""
    refuse_if_any([] if reason.strip() else [Refusal("reason_missing", "请写明理由，平台会看到。", field="reason")])
    rows, note = _locked(refs, kept), reason.strip()[:_NOTE_LIMIT]
    _decide(rows, FilingState.REFUSED, note, now)
    for organization, count in _by_platform(rows):
        digest = _digest(row for row in rows if row.organization_id == organization.pk)
        record("course.refuse", organization, by=by, now=now, after={"count": count, "digest": digest, "reason": note})
        _tell(organization, f"通过接口报来的 {count} 门课程未予备案：{note[:200]}", "refused", now)
    return len(rows)


class _Desk:
    """What is known of the courses of one call, and what is to be written of it: some queries, however many."""

    def __init__(self, said: Said, sent: Sequence[SentCourse], today: date, now: datetime) -> None:
        self.said, self.today, self.now = said, today, now
        self.source = f"platform:{said.organization.ref}"
        self.times = Counter(each.key(self.source) for each in sent)
        self.areas = Area.objects.in_bulk({each.area for each in sent})
        self.lines = recognitions_of(said.organization.pk)
        self.known = known_of({key[0] for key in self.times}, today=today)
        self.rows = list[CourseFiling]()
        self.replaced = list[int]()

    def settle(self, sent: SentCourse) -> Settled:
        key, digest, code = sent.key(self.source), sent.digest, sent.line.code
        if self.times[key] > 1:
            return Settled(FilingOutcome.INVALID, code, faults=(rules.REPEATED,))
        known = self.known.get(key)
        beside: Mapping[FilingState, Known] = known.beside if known else {}
        outcome, state = rules.outcome_of(
            sent, waiting=beside.get(FilingState.WAITING), filed=beside.get(FilingState.FILED),
            refused=beside.get(FilingState.REFUSED),
        )  # fmt: skip
        if outcome == FilingOutcome.WAITING:
            if faults := tuple(self._faults(sent, is_filed=FilingState.FILED in beside)):
                return Settled(outcome=FilingOutcome.INVALID, code=code, faults=faults)
            self._take(sent, key[0])
            if known and known.waiting_pk:
                self.replaced.append(known.waiting_pk)
            return Settled(outcome, code, digest, FilingState.WAITING)
        found = beside[state].digest if state else ""
        note = known.note if known and state == FilingState.REFUSED else ""
        is_over = beside[state].is_over if state else False
        return Settled(outcome, code, digest, state, found, note, is_over=is_over)

    def keep(self) -> None:
        """What gives way first: of one course one row waits."""
        if self.replaced:
            gone = CourseFiling.objects.filter(pk__in=self.replaced, state=FilingState.WAITING)
            gone.update(state=FilingState.REPLACED, decided_at=self.now)
        CourseFiling.objects.bulk_create(self.rows)

    def _faults(self, sent: SentCourse, *, is_filed: bool) -> Iterator[Refusal]:
        area, organization = self.areas.get(sent.area), self.said.organization
        yield from rules.reasons_of_place(sent.area, self.areas)
        if area:
            absent = reasons_of_absence(organization, self.lines, area, sent.year, self.today)
            yield from map(rules.within, absent)
        if is_filed:
            yield from map(rules.within, reasons_not_to_change(sent.year, today=self.today))

    def _take(self, sent: SentCourse, course_key: str) -> None:
        row = CourseFiling(
            organization=self.said.organization, client=self.said.client, area=self.areas[sent.area], year=sent.year,
            course_key=course_key, valid_until=sent.valid_until, asked_at=self.now, **asdict(sent.line),
        )  # fmt: skip
        self.rows.append(row)


def _play(rows: Sequence[CourseFiling], said: Said, now: datetime) -> None:
    """In a sandbox a code's ending decides at once what a bureau would (docs/api/sandbox.md)."""
    for row in rows:
        match rules.played(row.code):
            case FilingState.FILED:
                file_courses(
                    row.organization, [line_of_row(row)], area=row.area, year=row.year, valid_until=row.valid_until,
                    by=said.by, now=now,
                )  # fmt: skip
                _decide([row], FilingState.FILED, "", now)
            case FilingState.REFUSED:
                _decide([row], FilingState.REFUSED, rules.PLAYED_REASON, now)


def _locked(refs: Collection[Any], kept: Any) -> list[CourseFiling]:
    """The rows that are decided on, their platforms' rows held first. `MovedOn` where one no longer waits."""
    shown = kept.filter(ref__in=refs)
    units = sorted(set(shown.values_list("organization", flat=True)))
    list(Organization.objects.select_for_update(no_key=True).filter(pk__in=units).order_by("pk"))
    rows = list(shown.filter(state=FilingState.WAITING).select_related("organization", "area").order_by("pk"))
    if not refs or len(rows) != len(set(refs)):
        raise MovedOn([_MOVED])
    return rows


def _decide(rows: Sequence[CourseFiling], state: FilingState, note: str, now: datetime) -> None:
    waiting = CourseFiling.objects.filter(pk__in=[row.pk for row in rows], state=FilingState.WAITING)
    if waiting.update(state=state, note=note, decided_at=now) != len(rows):
        raise MovedOn([_MOVED])


def _by_platform(rows: Sequence[CourseFiling]) -> list[tuple[Organization, int]]:
    counts = Counter(row.organization_id for row in rows)
    units = {row.organization_id: row.organization for row in rows}
    return [(units[pk], count) for pk, count in sorted(counts.items())]


def _digest(rows: Any) -> str:
    return hashlib.sha256("\n".join(digest_of_row(row) for row in rows).encode()).hexdigest()


def _tell(organization: Organization, text: str, what: str, now: datetime) -> None:
    """Whoever keeps the platform's keys."""
    to, key = holders_of(organization, Duty.MANAGE_CLIENTS), f"courses:{organization.ref}:{what}:{now:%Y%m%d%H%M%S%f}"
    tell(to, NoticeEvent.REQUEST_DECIDED, key=key, text=text, link=_PAGE, now=now)
