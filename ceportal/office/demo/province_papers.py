"""Declarations of made-up people in every state, with their evidence, openings, decisions, steps and signs of fraud.

Which there are follows from a person's number and the year. An approved one takes the place of the year's last course
of a platform, so that accounts and entries are as many as without. Files are rows alone: their bytes are nowhere.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils import timezone

from accounts.enums import Duty, Move, NoticeEvent
from ceportal.kernel.models import StoredFile
from ceportal.kernel.rules.working_days import DueDay
from ceportal.kernel.selectors.calendar import due_after, whole_calendar
from ceportal.office.demo.province_people import Written
from ceportal.office.demo.province_reviewers import Reviewer, Reviewers
from ceportal.office.demo.province_writing import Told, stored
from ceportal.office.rules.counting import form_of
from ceportal.office.selectors.counting import days_used
from credits.enums import STAGE_AUTHORITY, STAGE_EMPLOYER, ClaimState, DeclarationState, Door, Payer, Subject
from credits.models import Activity, Claim, Declaration, DeclarationStep, Evidence
from reviews.enums import ReasonCode, SignalKind
from reviews.models import Decision, Opening, Signal

STATE = DeclarationState
# Of so many years of people: where their declaration stands. In the others there is none, or an approved one.
_TURNS, _APPROVED_EACH, _LIMIT = 48, 16, 5
_STANDS = {1: STATE.RETURNED, 2: STATE.REJECTED, 3: STATE.WITHDRAWN}
_STANDS_NOW = {4: STATE.DRAFT, 5: STATE.AT_AUTHORITY}
# Of so many approved ones one bears a sign of fraud.
_SIGNED = 40
_HOURS, _A_FILE, _DEAD = Decimal(8), 120_000, 16_384
_REASONS = {STATE.RETURNED: Move.RETURN, STATE.REJECTED: Move.REJECT}
Limit = tuple[datetime, DueDay, int]


@dataclass(frozen=True, slots=True)
class Paper:
    """A declaration of a person's year; `hours` are those of the course it stands for."""

    one: Written
    year: int
    state: DeclarationState
    held_on: date
    title: str
    hours: Decimal
    sent_at: datetime

    @property
    def decided_at(self) -> datetime:
        """Of an approved one: by two hands, a day each."""
        return self.sent_at + timedelta(days=2)


@dataclass
class Papers:
    """What is known of the rules and the calendar, worked out once for all parts."""

    now: datetime
    reviewers: Reviewers
    _dues: dict[datetime, Limit] = field(default_factory=dict)
    _used: dict[tuple[datetime, datetime], int] = field(default_factory=dict)

    @cached_property
    def activity(self) -> Activity:
        return Activity.objects.order_by("position")[0]

    @cached_property
    def _calendar(self) -> Any:
        return whole_calendar()

    def of(
        self, one: Written, year: int, count: int, last: tuple[date, Decimal] | None, *, is_counted: bool
    ) -> Paper | None:
        """The paper of somebody's year with `count` trainings, the `last` of them on that day and of so many hours."""
        this_year, turn = timezone.localdate(self.now).year, (one.made_up.number + year) % _TURNS
        if turn % _APPROVED_EACH == 0 and count > 1 and last is not None:
            day, hours = last
            return Paper(one, year, STATE.APPROVED, day, f"示例课程{count}", hours, _morning(day, 3))
        state = (_STANDS | (_STANDS_NOW if year == this_year else {})).get(turn) if is_counted else None
        if state is None:
            return None
        day = date(year, 1, 1 + one.made_up.number % 27)
        sent_at = _morning(day, 2)
        if state in _STANDS_NOW.values():
            day, sent_at = date(year, 1, 1), self.now - timedelta(days=one.made_up.number // _TURNS % 10)
        return Paper(one, year, state, day, "示例研修", _HOURS, sent_at)

    def measures(self, paper: Paper) -> dict[str, Any]:
        """What the figures count of it, by the columns of a counted year."""
        found: dict[str, Any] = {"reviews": 0, "review_days": 0}
        for at, due_at, move in self._ruled(paper):
            found["reviews"] += 1
            found["review_days"] += self._days_used(at, due_at)
            found |= {"returned": 1} if move == Move.RETURN else {"rejected": 1} if move == Move.REJECT else {}
        if paper.state == STATE.APPROVED:
            form = form_of(Door.DECLARATION, is_attended=bool(self.activity.is_attended))
            found |= {f"{form}_times": 1, f"{form}_hours": paper.hours, "paid_by_unit": 1}
        return found

    def write(self, papers: Sequence[Paper], told: Told) -> None:
        """Declarations with all that belongs to them, and the claims of the approved ones; entries are written by who
        writes those of all claims.
        """
        of_units = self.reviewers.of_units(list({p.one.made_up.unit.pk: p.one.made_up.unit for p in papers}.values()))
        of_places = self.reviewers.of_places({paper.one.made_up.unit.area_id for paper in papers})
        hands = [(of_units[p.one.made_up.unit.pk], of_places[p.one.made_up.unit.area_id]) for p in papers]
        rows = Declaration.objects.bulk_create(map(self._declaration, papers, hands))
        of = list(zip(papers, rows, hands, strict=True))
        Claim.objects.bulk_create(_claim(paper, row) for paper, row, _ in of if paper.state == STATE.APPROVED)
        self._add_evidence(papers, rows)
        DeclarationStep.objects.bulk_create(step for each in of for step in self._steps(*each))
        Decision.objects.bulk_create(decision for each in of for decision in self._decisions(*each))
        Opening.objects.bulk_create(opening for each in of for opening in self._openings(*each))
        Signal.objects.bulk_create(
            _signal(paper, row)
            for paper, row, _ in of
            if paper.state == STATE.APPROVED and paper.one.made_up.number % _SIGNED == 0
        )
        for paper, row, both in of:
            self._tell(paper, row, both, told)

    def _due(self, at: datetime) -> Limit:
        if at not in self._dues:
            self._dues[at] = due_after(at, _LIMIT)
        return self._dues[at]

    def _days_used(self, at: datetime, due_at: datetime) -> int:
        if (at, due_at) not in self._used:
            self._used[at, due_at] = days_used(at, due_at, _LIMIT, self._calendar)
        return self._used[at, due_at]

    def _ruled(self, paper: Paper) -> Iterator[tuple[datetime, datetime, Move]]:
        """When each stage was decided, when it was due, and how: a stage a day."""
        first = _REASONS.get(paper.state, Move.APPROVE)
        stages = {STATE.APPROVED: 2, STATE.RETURNED: 1, STATE.REJECTED: 1, STATE.AT_AUTHORITY: 1}.get(paper.state, 0)
        for stage in range(stages):
            # What still waits was passed on at once.
            passed = 0 if paper.state == STATE.AT_AUTHORITY else stage + 1
            since = paper.sent_at + timedelta(days=stage)
            yield paper.sent_at + timedelta(days=passed), self._due(since)[0], first

    def _declaration(self, paper: Paper, hands: tuple[Reviewer, Reviewer]) -> Declaration:
        one, state = paper.one, paper.state
        employer, bureau = hands
        is_sent, is_decided = state != STATE.DRAFT, state in (STATE.APPROVED, STATE.RETURNED, STATE.REJECTED)
        ruled = [at for at, _, _ in self._ruled(paper)]
        row = Declaration(
            professional_id=one.person.pk, declarant_id=one.account, organization=employer.unit, state=state,
            stage=STAGE_AUTHORITY if len(ruled) > 1 else STAGE_EMPLOYER if is_sent else 0, round=int(is_sent),
            year=paper.year, activity=self.activity, subject=Subject.PROFESSIONAL, title=paper.title,
            organiser="示例单位", started_on=paper.held_on, ended_on=paper.held_on, hours_claimed=paper.hours,
            hours_recognised=paper.hours if state in (STATE.APPROVED, STATE.AT_AUTHORITY) else None,
            payer=Payer.UNIT, created_at=paper.sent_at, changed_at=ruled[-1] if ruled else paper.sent_at,
            submitted_at=paper.sent_at if is_sent else None, first_submitted_at=paper.sent_at if is_sent else None,
            decided_at=ruled[-1] if is_decided else None, searched_version=1, state_reason=_said(state),
        )  # fmt: skip
        if state == STATE.AT_AUTHORITY:
            due_at, due, version = self._due(paper.sent_at)
            row.stage, row.waiting_on, row.duty = STAGE_AUTHORITY, bureau.unit, Duty.REVIEW_HOURS
            row.waiting_since, row.due_at, row.calendar_version = paper.sent_at, due_at, version
            row.due_is_provisional = due.is_provisional
        return row

    def _add_evidence(self, papers: Sequence[Paper], rows: Sequence[Declaration]) -> None:
        files = StoredFile.objects.bulk_create(
            StoredFile(
                digest=(digest := _digest(f"{paper.one.made_up.number}-{paper.year}")), shown_digest=digest,
                size=_A_FILE, shown_size=_A_FILE, content_type="image/png", name="结业证书.png", likeness=digest[:16],
                owner_id=paper.one.account, stored_at=paper.sent_at,
            )
            for paper in papers
        )  # fmt: skip
        Evidence.objects.bulk_create(
            Evidence(declaration=row, file=file, label="结业证书", added_at=paper.sent_at)
            for paper, row, file in zip(papers, rows, files, strict=True)
        )

    def _steps(self, paper: Paper, row: Declaration, hands: tuple[Reviewer, Reviewer]) -> Iterator[DeclarationStep]:
        if paper.state == STATE.DRAFT:
            return
        said = {"declaration": row, "round": 1, "area_id": paper.one.made_up.unit.area_id}
        yield DeclarationStep(**said, move=Move.SUBMIT, state=STATE.AT_EMPLOYER, at=paper.sent_at)
        if paper.state == STATE.WITHDRAWN:
            yield DeclarationStep(**said, move=Move.WITHDRAW, state=paper.state, at=paper.sent_at)
        for hand, (at, _, move), is_last in self._by_hands(paper, hands):
            state = paper.state if is_last else STATE.AT_AUTHORITY
            hours = paper.hours if move == Move.APPROVE else None
            reason = _said(state) if move != Move.APPROVE else ""
            yield DeclarationStep(
                **said, move=move, state=state, organization=hand.unit, hours=hours, at=at, reason=reason
            )

    def _decisions(self, paper: Paper, row: Declaration, hands: tuple[Reviewer, Reviewer]) -> Iterator[Decision]:
        for stage, (hand, (at, due_at, move), _) in enumerate(self._by_hands(paper, hands), STAGE_EMPLOYER):
            is_approval = move == Move.APPROVE
            yield Decision(
                subject=row, stage=stage, round=1, move=move, by_id=hand.account, organization=hand.unit,
                declarant_id=paper.one.account, at=at, was_due_at=due_at, version=1,
                hours_recognised=paper.hours if is_approval else None, reason="" if is_approval else _said(row.state),
                reason_code="" if is_approval else ReasonCode.EVIDENCE_MISSING,
            )  # fmt: skip

    def _openings(self, paper: Paper, row: Declaration, hands: tuple[Reviewer, Reviewer]) -> Iterator[Opening]:
        """The page, then the file."""
        for hand, (at, _, _), _ in self._by_hands(paper, hands):
            for digest in ("", _digest(f"{paper.one.made_up.number}-{paper.year}")):
                yield Opening(
                    declaration=row, version=1, reviewer_id=hand.account, file_digest=digest, opened_at=at, closed_at=at
                )

    def _by_hands(
        self, paper: Paper, hands: tuple[Reviewer, Reviewer]
    ) -> Iterator[tuple[Reviewer, tuple[datetime, datetime, Move], bool]]:
        """Who decided each stage, what `_ruled` says of it, and whether it was the last."""
        ruled = list(self._ruled(paper))
        for number, (hand, each) in enumerate(zip(hands, ruled, strict=False), 1):
            yield hand, each, number == len(ruled)

    def _tell(self, paper: Paper, row: Declaration, hands: tuple[Reviewer, Reviewer], told: Told) -> None:
        if paper.state == STATE.DRAFT:
            return
        number, kind, link = paper.one.made_up.number, Declaration._meta.label_lower, f"/declarations/{row.ref}/"
        whose, sent = (paper.one.account, paper.one.made_up.name, "本人"), stored(paper.sent_at)
        told.event("declaration.submit", kind, row.ref, at=sent, by=whose, after={"state": STATE.AT_EMPLOYER.value})
        for hand, (at, _, move), is_last in self._by_hands(paper, hands):
            after = {"round": 1, "state": (paper.state if is_last else STATE.AT_AUTHORITY).value}
            told.event(f"declaration.{move.value}", kind, row.ref, at=stored(at), by=hand.actor, after=after)
        for stage, hand in enumerate(hands[: row.stage], 1):
            key, text = f"declaration:{row.ref}:{stage}:waiting", "有学时等待审核，请在 5 个工作日内处理。"
            told.notice(hand.account, NoticeEvent.REVIEW_WAITING, key, text, f"/reviews/{row.ref}/", at=sent,
                        is_read=number % 3 > 0, is_dead=number % _DEAD == 0)  # fmt: skip
        if row.decided_at:
            text = f"您申报的《{paper.title}》{paper.state.label}。"
            key = f"declaration:{row.ref}:1:{paper.state.value}"
            told.notice(paper.one.account, NoticeEvent.DECLARATION_DECIDED, key, text, link,
                        at=stored(row.decided_at), is_read=number % 2 > 0, is_dead=False)  # fmt: skip


def _claim(paper: Paper, row: Declaration) -> Claim:
    """As the ledger enters a declaration: under its own name."""
    return Claim(
        door=Door.DECLARATION, source="declaration", external_id=str(row.ref), professional_id=paper.one.person.pk,
        year=paper.year, activity_key=_digest(f"declared-{paper.one.made_up.number}-{paper.year}"),
        state=ClaimState.LIVE, subject=Subject.PROFESSIONAL, title=paper.title, started_on=paper.held_on,
        ended_on=paper.held_on, hours=paper.hours, declaration=row, made_at=paper.decided_at,
    )  # fmt: skip


def _signal(paper: Paper, row: Declaration) -> Signal:
    return Signal(
        kind=SignalKind.TOO_MANY, declaration=row, telling=_digest(f"signal-{row.ref}"),
        words="一天里的学时多于一天能学的。", found_at=paper.decided_at,
    )  # fmt: skip


def _said(state: str) -> str:
    return "示例：佐证材料不全。" if state in _REASONS else ""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _morning(day: date, later: int) -> datetime:
    return timezone.make_aware(datetime.combine(day + timedelta(days=later), time(10)))
