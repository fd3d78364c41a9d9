"""What of people's years the figures are counted from: many people at a time, a fixed number of queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Max, Q, QuerySet, Sum
from django.utils import timezone

from accounts.enums import Move
from accounts.models import Organization, PersonChange, Professional
from accounts.selectors.people import employers_of
from ceportal.kernel.models import Counter
from ceportal.kernel.rules.working_days import WorkCalendar, working_days_left
from ceportal.kernel.selectors.calendar import whole_calendar
from ceportal.office.enums import Standing
from ceportal.office.models import CountedYear
from ceportal.office.rules.counting import MEASURED, form_of, standing_in, years_counted
from credits.enums import ClaimState, Payer
from credits.models import Claim, HourEntry, YearAccount
from credits.selectors.accounts import standing_of
from credits.selectors.bench import Bench
from credits.selectors.regulation import rule_book
from reviews.enums import Finding
from reviews.models import Decision, Inspection, InspectionStep

Place = tuple[int, int]
_PAID = {
    Payer.UNIT: "paid_by_unit", Payer.PERSON: "paid_by_person", Payer.SHARED: "paid_by_both", Payer.FREE: "paid_by_none"
}  # fmt: skip
# What appears behind a mark that was read past: rows of transactions that began early and ended late.
_OVERLAP = 200
MARKS = {
    "statistics.entries": (HourEntry, "professional"),
    "statistics.changes": (PersonChange, "professional"),
    "statistics.decisions": (Decision, "subject__professional"),
    "statistics.inspections": (InspectionStep, "inspection__declaration__professional"),
}
ROUND = "statistics.people"
DECIDED = (Move.APPROVE, Move.RETURN, Move.REJECT)


@dataclass
class Fact:
    """One person's year: where it stands, and what is counted of it."""

    area: str
    organization: int | None
    level: str
    trade: str
    standing: Standing
    measures: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(MEASURED, Decimal(0)))


def people_to_count() -> QuerySet[Professional]:
    """Registered, approved, and not part of another account."""
    return Professional.objects.filter(approved_at__isnull=False, merged_into__isnull=True)


def marks() -> dict[str, int]:
    """How far each sign of a change was read, and how far the round through everybody has come."""
    return dict(Counter.objects.filter(name__in=[*MARKS, ROUND]).values_list("name", "value"))


def changed_people(read: Mapping[str, int], *, most: int) -> tuple[set[int], dict[str, int]]:
    """People something happened to since the marks, and the marks after them; `most` rows of each kind.

    Where there is no mark yet, everybody's turn comes anyway.
    """
    found: set[int] = set()
    after: dict[str, int] = {}
    for name, (model, column) in MARKS.items():
        if name not in read:
            after[name] = model._default_manager.aggregate(last=Max("pk"))["last"] or 0
            continue
        mark = read[name]
        rows = model._default_manager.filter(pk__gt=max(0, mark - _OVERLAP)).order_by("pk")
        seen = list(rows.values_list("pk", column)[: most + _OVERLAP])
        found |= {person for _, person in seen}
        after[name] = max([mark, *(pk for pk, _ in seen)])
    return found, after


def next_in_turn(read: Mapping[str, int], *, most: int) -> tuple[list[int], int]:
    """The next people of the round through everybody, and where it then stands: 0 when it begins anew."""
    rows = people_to_count().filter(pk__gt=read.get(ROUND, 0)).order_by("pk")
    keys = list(rows.values_list("pk", flat=True)[:most])
    return keys, keys[-1] if len(keys) == most else 0


def facts_of(keys: Collection[int], *, now: datetime) -> dict[Place, Fact]:
    """Every year of these people (by primary keys) that is counted."""
    people = people_to_count().filter(pk__in=keys).select_related("area", "title_series").in_bulk()
    measures = _measures(people)
    accounts = {
        (row.professional_id, row.year): row
        for row in YearAccount.objects.filter(professional__in=people).select_related("area")
    }
    bench = Bench(rule_book(), now)
    bench.learn(people.values())
    employers = employers_of(people)
    known: dict[int, set[int]] = defaultdict(set)
    for key, year in (*accounts, *measures):
        known[key].add(year)
    facts = {}
    for person in people.values():
        for year in _years(person, known[person.pk], bench.this_year):
            fact = _fact(person, year, accounts.get((person.pk, year)), bench, employers.get(person.pk))
            fact.measures |= measures.get((person.pk, year), {})
            facts[person.pk, year] = fact
    return facts


def units_of(facts: Iterable[Fact]) -> dict[int, Organization]:
    """The units in which these years stand, with their authorities."""
    keys = {fact.organization for fact in facts if fact.organization}
    return Organization.objects.select_related("supervisor").in_bulk(keys)


def counted_before(keys: Collection[int]) -> dict[Place, CountedYear]:
    rows = CountedYear.objects.filter(professional__in=keys).select_related("year_sum")
    return {(row.professional_id, row.year): row for row in rows}


def _years(person: Professional, known: Iterable[int], this_year: int) -> frozenset[int]:
    registered = timezone.localdate(person.approved_at).year if person.approved_at else this_year
    left = timezone.localdate(person.left_at).year if person.left_at else None
    return years_counted(registered=registered, left=left, this_year=this_year, with_account=known)


def _fact(person: Professional, year: int, account: YearAccount | None, bench: Bench, employer: int | None) -> Fact:
    trade = person.title_series_id or ""
    if account is None:
        asked = bench.asked_at(person, person.area, year, person.title_level, bench.trade(person))
        ground = asked.ground.kind if asked and asked.ground else ""
        area, unit, level, is_met = person.area_id, employer, person.title_level, False
    else:
        asked = bench.asked_in(account, account.area)
        ground, area, level, is_met = account.obligation, account.area_id, account.level, account.is_met
        unit = account.organization_id
    standing = standing_in(
        has_rule=asked is not None,
        is_met=is_met,
        obligation=ground,
        earned=standing_of(account).total,
        needed=asked.total.value if asked and asked.total else None,
    )
    fact = Fact(area, unit, level, trade, standing)
    if account is not None:
        fact.measures |= {name: getattr(account, name) for name in ("public", "professional_hours", "elective")}
    return fact


def _measures(people: Collection[int]) -> dict[Place, dict[str, Decimal]]:
    found: dict[Place, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    _add_trainings(found, people)
    _add_reviews(found, people)
    drawn = Inspection.objects.filter(declaration__professional__in=people).order_by()
    counts = drawn.values_list("declaration__professional", "declaration__year").annotate(
        n=Count("pk"),
        n_wrong=Count("pk", filter=Q(finding=Finding.WRONG)),
        n_false=Count("pk", filter=Q(finding=Finding.FALSE)),
    )
    for person, year, *values in counts:
        for name, value in zip(("drawn", "wrong", "untrue"), values, strict=True):
            found[person, year][name] += value
    return found


def _add_trainings(found: dict[Place, dict[str, Decimal]], people: Collection[int]) -> None:
    claims = Claim.objects.filter(professional__in=people, state=ClaimState.LIVE).order_by()
    grouped = claims.values_list(
        "professional", "year", "door", "declaration__activity__is_attended", "declaration__payer"
    )
    for person, year, door, is_attended, payer, times, hours in grouped.annotate(n=Count("pk"), sum=Sum("hours")):
        row, form = found[person, year], form_of(door, is_attended=bool(is_attended))
        row[f"{form}_times"] += times
        row[f"{form}_hours"] += hours
        if payer in _PAID:
            row[_PAID[payer]] += times


def _add_reviews(found: dict[Place, dict[str, Decimal]], people: Collection[int]) -> None:
    calendar = whole_calendar()
    rows = Decision.objects.filter(subject__professional__in=people).order_by()
    columns = ("subject__professional", "subject__year", "move", "at", "was_due_at", "subject__limit_days")
    for person, year, move, at, was_due_at, limit in rows.values_list(*columns):
        row = found[person, year]
        row["reviews"] += 1
        row["review_days"] += days_used(at, was_due_at, limit, calendar)
        row["late"] += at > was_due_at
        row["returned"] += move == Move.RETURN
        row["rejected"] += move == Move.REJECT


def days_used(at: datetime, was_due_at: datetime, limit: int, calendar: WorkCalendar) -> int:
    """Working days of a limit that were used up when it was decided."""
    last_day = timezone.localdate(was_due_at - timedelta(seconds=1))
    return max(0, limit - working_days_left(timezone.localdate(at), last_day, calendar))
