"""A round of assessment from its sheet to the published grades (S0-17, S2-09). Exits are the desk's affair (S0-18)."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Duty, NoticeEvent
from accounts.models import Organization, User
from accounts.services.notices import tell
from bases.models import Assessment, AssessmentRound
from bases.rules.assessment import (
    CLAUSE,
    grade_of,
    read_sheet,
    reasons_not_to_open,
    reasons_not_to_say,
    reasons_not_to_score,
)
from bases.selectors.assessments import bases_to_assess, years_of_full
from bases.selectors.directory import people_at
from ceportal.kernel.models import StoredFile
from ceportal.kernel.rules.moments import day_words
from ceportal.kernel.rules.refusal import MovedOn, Refusal, refuse, refuse_if_any
from ceportal.kernel.services.trail import record

_TOLD = (Duty.TEACH, Duty.MANAGE_UNIT)
Points = Sequence[Decimal | None]


@transaction.atomic
def open_round(
    bureau: Organization, *, kind: str, year: int, sheet: str, excellent_from: Decimal, pass_from: Decimal,
    self_until: date, by: User, now: datetime,
) -> AssessmentRound:  # fmt: skip
    """Every base of the bureau's own lists is in it, and is asked to assess itself."""
    indicators, wrong = read_sheet(sheet)
    limits: dict[str, Any] = {"excellent_from": excellent_from, "pass_from": pass_from, "self_until": self_until}
    fulls, today = years_of_full(bureau), timezone.localdate(now)
    refuse_if_any([*wrong, *reasons_not_to_open(kind, year, **limits, fulls=fulls, today=today)])
    lines = bases_to_assess(bureau, year, on=today)
    if not lines:
        raise refuse("no_bases", f"{year} 年度的名单中没有由{bureau.name}认定的基地。", field="year")
    rows = [[each.group, each.title, str(each.most), each.evidence] for each in indicators]
    try:
        with transaction.atomic():
            made = AssessmentRound.objects.create(
                organization=bureau, kind=kind, year=year, sheet=rows, **limits, made_by=by, made_at=now
            )
    except IntegrityError as error:
        raise refuse("held_already", "这一年度的同类考核已经开始。", field="year") from error
    for line in lines.values():
        above = line.organization.supervisor
        authority = above if above and above.is_authority and above != bureau else None
        Assessment.objects.create(round=made, organization=line.organization, authority=authority)
    record("assessment.open", made, by=by, now=now, after={"kind": kind, "year": year, "bases": len(lines)})
    for row in made.assessments.select_related("organization", "round"):
        _tell(row, f"{bureau.name}开始{made}，请在{day_words(self_until)}前自评。", "open", now)
    return made


@transaction.atomic
def assess_oneself(
    row: Assessment, points: Points, *, words: str, document: StoredFile | None, by: User, now: datetime
) -> None:
    """The base's own points, until the day; again as often as it likes. No document: the one sent before."""
    _refuse_if_published(row)
    if timezone.localdate(now) > row.round.self_until:
        raise refuse("too_late", f"自评已于{day_words(row.round.self_until)}截止。", clause=CLAUSE)
    refuse_if_any([*reasons_not_to_score(points, row.round.indicators), *reasons_not_to_say(words, label="自评说明")])
    said = {"self_points": _kept(points), "self_words": words.strip(), "document": document or row.document}
    _write(row, "self", by=by, now=now, **said, self_by=by, self_at=now)


@transaction.atomic
def comment(row: Assessment, words: str, *, by: User, now: datetime) -> None:
    """What the authority over the base says of it (基地所属管理部门评价)."""
    _refuse_if_published(row)
    refuse_if_any(reasons_not_to_say(words, label="评价意见"))
    _write(row, "opinion", by=by, now=now, opinion=words.strip(), opinion_by=by, opinion_at=now)


@transaction.atomic
def score(row: Assessment, points: Points, *, words: str, by: User, now: datetime) -> None:
    """What the experts give; the grade follows from the points. Nobody scores a base they act for (A24)."""
    _refuse_if_published(row)
    if by.memberships.filter(organization=row.organization, ended_at__isnull=True).exists():
        raise refuse("own", "您在这个基地承担职责，不能为它评分。", clause="A24")
    refuse_if_any([*reasons_not_to_score(points, row.round.indicators), *reasons_not_to_say(words, label="专家评语")])
    total = sum((each or Decimal(0) for each in points), Decimal(0))
    grade = grade_of(total, excellent_from=row.round.excellent_from, pass_from=row.round.pass_from)
    said = {"points": _kept(points), "words": words.strip(), "total": total, "grade": grade}
    _write(row, "score", by=by, now=now, **said, scored_by=by, scored_at=now)


@transaction.atomic
def publish_round(round_: AssessmentRound, *, by: User, now: datetime) -> None:
    """Everybody reads the grades from now on, and none can be changed."""
    locked = AssessmentRound.objects.select_for_update().get(pk=round_.pk)
    missing = locked.assessments.filter(grade="").count()
    if missing:
        raise refuse("not_scored", f"还有 {missing} 个基地没有评分，评完才能公布。", clause=CLAUSE)
    if not AssessmentRound.objects.filter(pk=locked.pk, published_at__isnull=True).update(published_at=now):
        raise MovedOn([Refusal("moved_on", "结果已经公布，不能再改。")])
    record("assessment.publish", locked, by=by, now=now, after={"bases": locked.assessments.count()})
    for row in locked.assessments.select_related("organization", "round"):
        _tell(row, f"{locked}结果已公布：{row.get_grade_display()}。", "publish", now)


def _write(row: Assessment, what: str, *, by: User, now: datetime, **changes: Any) -> None:
    """As long as the round is not published. The trail keeps points, total and grade as they were and are."""
    rows = Assessment.objects.filter(pk=row.pk, round__published_at__isnull=True)
    before = [_figures(what, each) for each in rows.select_for_update(of=("self",))]
    if not before or not Assessment.objects.filter(pk=row.pk).update(**changes):
        _refuse_if_published(row)
    row.refresh_from_db()
    was = before[0] if before else {}
    record(f"assessment.{what}", row, by=by, now=now, before=was, after=_figures(what, row))


def _figures(what: str, row: Assessment) -> dict[str, Any]:
    """What of an assessment an act changes, without words."""
    if what == "score":
        total = None if row.total is None else str(row.total)
        return {"points": row.points, "total": total, "grade": row.grade}
    return {"points": row.self_points} if what == "self" else {}


def _refuse_if_published(row: Assessment) -> None:
    if AssessmentRound.objects.filter(pk=row.round_id, published_at__isnull=False).exists():
        raise MovedOn([Refusal("moved_on", "结果已经公布，不能再改。")])


def _kept(points: Points) -> list[str]:
    return [str(each) for each in points]


def _tell(row: Assessment, what: str, about: str, now: datetime) -> None:
    link = reverse("bases:assessment", args=[row.ref])
    text = f"{row.organization.name}：{what}"
    key = f"assessment:{row.ref}:{about}"
    tell(people_at(row.organization, _TOLD), NoticeEvent.TEACHING, key=key, text=text, link=link, now=now)
