"""A person's year, gathered for its explanation, in a fixed number of queries however much there is."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Prefetch
from django.utils import timezone

from accounts.enums import Move, RequestState
from accounts.models import Professional
from bases.enums import RecognitionKind
from bases.selectors.listed import listed_for
from ceportal.kernel.rules.working_days import working_days_left
from ceportal.kernel.selectors.calendar import work_calendar
from credits.enums import ClaimState, DeclarationState, Door, Fate, Subject
from credits.models import Claim, Declaration, DeclarationStep, HourEntry, OutsideHours
from credits.rules.conversion import plain
from credits.rules.explaining import Explanation, Item, Reason, Window, explain, fate_of_hours
from credits.rules.limits import limits_in
from credits.rules.requirements import Requirements
from credits.rules.ways import Activity, Teacher, Way, Whose, automatic_ways, declared_way
from credits.rules.window import CLOSED, Opening, in_words, is_open, last_day_for
from credits.selectors.accounts import account_of, standing_of
from credits.selectors.bench import requirements_of
from credits.selectors.conversions import conversions_at
from credits.selectors.regulation import activities, places
from credits.selectors.window import granted_years

_OF_CLAIMS = (ClaimState.LIVE, ClaimState.HELD, ClaimState.DUPLICATE, ClaimState.WITHDRAWN)
_OF_DECLARATIONS = {
    DeclarationState.AT_EMPLOYER: Fate.WAITING,
    DeclarationState.AT_AUTHORITY: Fate.WAITING,
    DeclarationState.RETURNED: Fate.RETURNED,
    DeclarationState.REJECTED: Fate.REJECTED,
}
_OF_REQUESTS = {
    RequestState.WAITING: Fate.WAITING,
    RequestState.RETURNED: Fate.RETURNED,
    RequestState.REFUSED: Fate.REJECTED,
}


def explanation_of(professional: Professional, year: int, *, now: datetime) -> Explanation:
    """Everything about one year of one person, as of `now`."""
    today = timezone.localdate(now)
    asked = requirements_of(professional, year, today=today)
    window = _window(professional, year, asked, today)
    return explain(
        year=year,
        as_of=today,
        requirements=asked,
        standing=standing_of(account_of(professional, year)),
        items=[*_claims(professional, year), *_declarations(professional, year), *_requests(professional, year)],
        window=window,
        ways=list(_ways(asked, year, today)) if asked and window.is_open else [],
    )


def _window(professional: Professional, year: int, asked: Requirements | None, today: date) -> Window:
    limits = limits_in(asked) if asked else None
    opening: Opening = granted_years(professional).get(year, CLOSED) if year < today.year else CLOSED
    last = last_day_for(year, limits, opening)
    calendar = work_calendar(today)
    return Window(
        last_day=last,
        words=in_words(year, today=today, limits=limits, opening=opening),
        clause=limits.deadline_clause if limits else "A9",
        is_open=is_open(year, today=today, limits=limits, opening=opening),
        days_left=working_days_left(today, last, calendar),
        is_provisional=any(calendar.is_provisional(day) for day in (today, last)),
        has_exception=limits is not None and limits.has_exception,
        back_clause=limits.back_year_clause if limits else "",
    )


def _claims(professional: Professional, year: int) -> Iterator[Item]:
    claims = Claim.objects.filter(professional=professional, year=year, state__in=_OF_CLAIMS)
    entries = Prefetch("entries", queryset=HourEntry.objects.order_by("id"))
    approvals = DeclarationStep.objects.filter(move=Move.APPROVE).select_related("organization").order_by("id")
    steps = Prefetch("declaration__steps", queryset=approvals)
    joined = claims.select_related("declaration__activity", "twin").prefetch_related(entries, steps)
    for claim in joined.order_by("started_on", "ended_on", "id"):
        declaration = claim.declaration
        is_live = claim.state == ClaimState.LIVE
        asked = (declaration.hours_claimed if declaration else None) or claim.hours
        counted = claim.hours if is_live else Decimal(0)
        activity = declaration.activity if declaration else None
        yield Item(
            ref=str(claim.ref),
            title=claim.title,
            subject=claim.subject,
            public_kind=claim.public_kind,
            way=activity.name if activity else str(Door(claim.door).label),
            started_on=claim.started_on,
            ended_on=claim.ended_on,
            asked=asked,
            counted=counted,
            fate=fate_of_hours(asked, counted) if is_live else _FATES[ClaimState(claim.state)],
            reasons=(*_reasons(claim), *(_words_of_reviewers(declaration) if declaration and is_live else ())),
            declaration=str(declaration.ref) if declaration else "",
        )


_FATES = {
    ClaimState.HELD: Fate.HELD,
    ClaimState.DUPLICATE: Fate.DUPLICATE,
    ClaimState.WITHDRAWN: Fate.REVERSED,
}


def _reasons(claim: Claim) -> Iterator[Reason]:
    """Of what counts or was taken back the entry says why; of what never counted, the claim itself."""
    last = next(reversed(claim.entries.all()), None)
    if last is not None:
        yield Reason(last.reason or f"{Door(claim.door).label}计入", last.clause)
    elif twin := claim.twin:
        where = f"“{twin.title}”已通过“{Door(twin.door).label}”计入 {plain(twin.hours)} 学时"
        yield Reason(f"{where}，同一次学习只计一次", "A13")
    elif claim.reasons:
        for reason in claim.reasons:
            yield Reason(reason["message"], reason.get("clause", ""))
    else:
        yield Reason(claim.state_reason or str(ClaimState(claim.state).label))


def _words_of_reviewers(declaration: Declaration) -> Iterator[Reason]:
    """Why these hours were recognised, as each reviewer of the last round said it. `steps` holds the approvals."""
    for step in declaration.steps.all():
        if step.round == declaration.round and step.reason:
            who = step.organization.name if step.organization else "审核单位"
            yield Reason(f"{who}的认定理由：{step.reason}")


def _declarations(professional: Professional, year: int) -> Iterator[Item]:
    """What was handed in and has no claim."""
    rows = Declaration.objects.filter(professional=professional, year=year, state__in=_OF_DECLARATIONS)
    for row in rows.select_related("activity", "waiting_on").order_by("started_on", "id"):
        fate = _OF_DECLARATIONS[DeclarationState(row.state)]
        yield Item(
            ref=str(row.ref),
            title=row.title,
            subject=row.subject,
            public_kind=row.public_kind,
            way=row.activity.name if row.activity else str(Door.DECLARATION.label),
            started_on=row.started_on,
            ended_on=row.ended_on,
            asked=row.hours_claimed or Decimal(0),
            counted=Decimal(0),
            fate=fate,
            reasons=(_word_of(fate, row),),
            declaration=str(row.ref),
        )


def _requests(professional: Professional, year: int) -> Iterator[Item]:
    """Hours of another province that are asked to be recognised; granted ones are claims."""
    rows = OutsideHours.objects.filter(professional=professional, year=year, state__in=_OF_REQUESTS)
    for row in rows.select_related("waiting_on").order_by("id"):
        fate = _OF_REQUESTS[RequestState(row.state)]
        parts = ((Subject.PUBLIC, row.public_claimed), (Subject.PROFESSIONAL, row.professional_claimed))
        for subject, hours in parts:
            if hours:
                yield Item(
                    ref=str(row.ref),
                    title=str(row),
                    subject=subject,
                    public_kind="",
                    way=str(Door.OUTSIDE.label),
                    started_on=row.started_on,
                    ended_on=row.ended_on,
                    asked=hours,
                    counted=Decimal(0),
                    fate=fate,
                    reasons=(_word_of(fate, row),),
                )


def _word_of(fate: Fate, row: Declaration | OutsideHours) -> Reason:
    if fate == Fate.WAITING:
        who = row.waiting_on.name if row.waiting_on else "审核单位"
        return Reason(f"{who}审核中，通过后计入")
    return Reason(row.state_reason or str(fate.label))


def _ways(asked: Requirements, year: int, today: date) -> Iterator[Way]:
    """Those of the place in which the person is judged."""
    around = places(asked.area_code)
    by_roster = asked.settings.get("professional_by_roster")
    teachers = [
        Teacher(
            name=row.site_name or row.organization.name,
            is_platform=row.kind == RecognitionKind.PLATFORM,
            subjects=frozenset(row.subjects),
            trade=row.trade,
        )
        for row in listed_for(around, year, on=today)
    ]
    yield from automatic_ways(teachers, trade=asked.trade, professional_by_roster=by_roster is None or by_roster.is_yes)
    ceiling = asked.figures.get("ceiling_per_day")
    subjects = [Subject.PUBLIC, Subject.PROFESSIONAL, *([Subject.ELECTIVE] if asked.elective else [])]
    whose = Whose(around, year, asked.trade, subjects, asked.unit)
    rows = conversions_at(around, year)
    for way in activities():
        per_day = ceiling.value if ceiling and way.is_attended else None
        activity = Activity(way.code, way.name, way.clause, way.status, per_day)
        yield declared_way(activity, [row for row in rows if row.activity == way.code], whose)
