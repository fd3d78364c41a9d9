"""Everything a reviewer needs to see of one declaration, read once for the page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from accounts.models import Organization, User
from accounts.selectors.people import employer_of
from bases.selectors.recognised import words_of_who_left
from ceportal.kernel.rules.refusal import Refusal
from credits.enums import DeclarationState
from credits.models import Declaration, Evidence
from credits.rules.claiming import Worked
from credits.rules.declaring import Limits, ceiling
from credits.rules.limits import limits_in
from credits.rules.planned import doubts_of_the_plan
from credits.rules.requirements import Requirements, Threshold, thresholds
from credits.rules.window import words
from credits.selectors.accounts import account_of, standing_of
from credits.selectors.bench import requirements_of
from credits.selectors.beside import reasons_to_look_at_the_day
from credits.selectors.completions import told_of
from credits.selectors.conversions import details_of, is_open, same_artefact_of_others, worked_out
from credits.selectors.declarations import elapsed_days
from credits.selectors.planned import named_plan
from credits.selectors.second_stage import second_reviewer_for
from credits.selectors.twins import counted_twin, counted_words, likely_twins
from credits.selectors.window import granted_years
from reviews.models import Decision, Signal
from reviews.selectors.desk import (
    Unseen,
    alike,
    decisions_on,
    files_of,
    look_at,
    neighbours,
    seconds_left,
)
from reviews.selectors.signals import signals_beside

DECEMBER = 12


@dataclass(frozen=True)
class ShownFile:
    evidence: Evidence
    is_opened: bool


@dataclass(frozen=True)
class Sheet:
    """`elapsed` are working days since it was first handed in (A3); `passes_to` who reviews after an approval.

    `worked` is what the hours come to and by which row; `details` what the activity asked, label and answer. `is_open`
    says that the hours are this reviewer's to set; `completion` what the portal knows of the
    certificate's number. `signals` name nobody else.
    """

    declaration: Declaration
    files: Sequence[ShownFile]
    unseen: Sequence[Unseen]
    still_to_look: int
    signals: Sequence[Signal]
    decisions: Sequence[Decision]
    alike: Sequence[Declaration]
    warnings: Sequence[Refusal]
    thresholds: Sequence[Threshold]
    worked: Worked
    per_day_clause: str
    details: Sequence[tuple[str, str]]
    completion: tuple[str, str]
    is_open: bool
    elapsed: int
    passes_to: Organization | None
    before: Declaration | None
    after: Declaration | None


def sheet_of(declaration: Declaration, reviewer: User, *, now: datetime) -> Sheet:
    look = look_at(declaration, reviewer)
    unseen = look.unseen
    shut = {item.evidence.pk for item in unseen if item.evidence}
    asked = requirements_of(declaration.professional, declaration.year or now.year, today=timezone.localdate(now))
    limits = limits_in(asked) if asked else None
    worked = worked_out(declaration, limits)
    is_theirs = _is_still_theirs(declaration)
    similar = alike(declaration) if is_theirs else []
    before, after = neighbours(reviewer, declaration) if declaration.due_at else (None, None)
    return Sheet(
        declaration=declaration,
        files=[ShownFile(evidence, evidence.pk not in shut) for evidence in files_of(declaration)],
        unseen=unseen,
        still_to_look=seconds_left(declaration, look, now=now),
        signals=list(signals_beside(declaration)) if is_theirs else [],
        decisions=list(decisions_on(declaration)),
        alike=similar,
        warnings=[
            *_doubts(declaration, worked),
            *_warnings(declaration, similar),
            *_of_the_rule(declaration, limits, asked, now),
        ]
        if is_theirs
        else [],
        thresholds=_thresholds(declaration, asked) if is_theirs else [],
        worked=worked,
        per_day_clause=limits.per_day_clause if limits else "",
        details=details_of(declaration),
        completion=told_of(declaration.certificate_no, declaration.professional_id),
        is_open=is_open(declaration),
        elapsed=elapsed_days(declaration, now),
        passes_to=_passes_to(declaration),
        before=before,
        after=after,
    )


def _is_still_theirs(declaration: Declaration) -> bool:
    """Who decided on it reads it for ever; what else became of the person they read no more once the person has gone
    to another unit (A23).
    """
    if declaration.waiting_on_id is not None:
        return True
    employer = employer_of(declaration.professional)
    return (employer.pk if employer else None) == declaration.organization_id


def _passes_to(declaration: Declaration) -> Organization | None:
    """The authority, or the bureau where there is none (A11); nobody after the second stage."""
    if declaration.state != DeclarationState.AT_EMPLOYER or declaration.organization is None:
        return None
    return second_reviewer_for(declaration.professional, declaration.organization)


def _thresholds(declaration: Declaration, asked: Requirements | None) -> list[Threshold]:
    """How the person's year stands without this declaration."""
    if asked is None or declaration.year is None:
        return []
    return thresholds(asked, standing_of(account_of(declaration.professional, declaration.year)))


def _doubts(declaration: Declaration, worked: Worked) -> list[Refusal]:
    """What of the sum a reviewer should look at twice."""
    found = list(worked.doubts)
    claimed, hours = declaration.hours_claimed, worked.hours
    if claimed is not None and hours is not None and claimed > hours:
        text = f"申报 {claimed.normalize():f} {worked.unit}，多于按折算标准算出的 {hours.normalize():f} {worked.unit}。"
        found.append(Refusal("over_reference", text))
    rank = declaration.details.get("rank")
    if rank and any(other.details.get("rank") == rank for other in same_artefact_of_others(declaration)):
        text = f"另有人员也以第 {rank} 位申报了同一成果，请核对署名次序。"
        found.append(Refusal("same_rank", text, clause="S4-16"))
    return found


def _of_the_closed_year(declaration: Declaration) -> list[Refusal]:
    """By what a year was declared that had closed: an exception of the bureau (S0-14)."""
    year, filed = declaration.year, declaration.submitted_at
    if year is None or filed is None or timezone.localdate(filed).year <= year:
        return []
    opening = granted_years(declaration.professional).get(year)
    if opening is None or opening.excused_until is None:
        return []
    until = words(opening.excused_until)
    text = f"{year} 年度的申报已截止；人社部门已批准本人补报（{opening.document_no}），到 {until}为止。"
    return [Refusal("excused", text, clause="S0-14")]


def _of_the_plan(declaration: Declaration) -> Iterator[Refusal]:
    """Of what the unit ran itself: whether it fits the plan it names (S3-04)."""
    yield from doubts_of_the_plan(
        named_plan(declaration), declaration.unplanned, started_on=declaration.started_on,
        ended_on=declaration.ended_on, hours=declaration.hours_claimed,
    )  # fmt: skip


def _of_the_organiser(declaration: Declaration) -> Iterator[Refusal]:
    """A base or platform that had lost its place by the last day: nothing of it counts from then on (S0-18)."""
    day = declaration.ended_on
    if day and (words := words_of_who_left(declaration.organiser, on=day)):
        yield Refusal("base_has_left", f"{words}。这期间结束的培训不计学时，请核对。", clause="A27")


def _warnings(declaration: Declaration, similar: Sequence[Declaration]) -> list[Refusal]:
    """Hints for the eye. None of them decides anything."""
    found = [*_of_the_closed_year(declaration), *_of_the_plan(declaration), *_of_the_organiser(declaration)]
    if twin := counted_twin(declaration):
        text = f"{counted_words(twin)}，同一次学习只计一次：通过后不会再增加学时。"
        found.append(Refusal("already_counted", text, clause="A13"))
    for claim in likely_twins(declaration)[:3]:
        text = f"与“{claim.title}”名称相近、时间重叠，{counted_words(claim)}，请核对是否同一次学习。"
        found.append(Refusal("fuzzy_twin", text, clause="A13"))
    if any((other.started_on, other.ended_on) == (declaration.started_on, declaration.ended_on) for other in similar):
        found.append(Refusal("same_training", "此人申报过名称和日期都相同的培训，请核对是否重复。", clause="A29"))
    return found


def _of_the_rule(
    declaration: Declaration, limits: Limits | None, asked: Requirements | None, now: datetime
) -> list[Refusal]:
    """What the rule set of the year wants a reviewer to look at."""
    of_all_sources = reasons_to_look_at_the_day(declaration, limits) if limits else []
    return [*_of_the_day(declaration, limits), *of_all_sources, *_of_the_season(asked, now)]


def _of_the_day(declaration: Declaration, limits: Limits | None) -> list[Refusal]:
    """More than a day's ceiling, where that does not refuse (A17)."""
    activity, start, end = declaration.activity, declaration.started_on, declaration.ended_on
    if limits is None or limits.per_day_refuses or activity is None or not activity.is_attended or not (start and end):
        return []
    most = ceiling(start, end, limits)
    if (declaration.hours_claimed or Decimal(0)) <= most:
        return []
    text = f"超过每天 {limits.per_day.normalize():f} 学时的一般上限（按天数最多 {most.normalize():f} 学时），请核对。"
    return [Refusal("over_ceiling", text, clause=limits.per_day_clause)]


def _of_the_season(asked: Requirements | None, now: datetime) -> list[Refusal]:
    """In December, where the rules of the declared year want its reviews done within it; nothing is void later (A5)."""
    ends = asked.settings.get("reviews_end_in_year") if asked else None
    today = timezone.localdate(now)
    if asked is None or ends is None or not ends.is_yes or (today.year, today.month) != (asked.year, DECEMBER):
        return []
    return [Refusal("year_ends", f"已到 12 月，{asked.year} 年度的审核须在年内完成，请尽快办理。", clause=ends.clause)]
