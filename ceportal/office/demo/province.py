"""A made-up province of any size: people, units, years of hours and what waits, for trying the figures at full size.

Everything of person `n` follows from `n` alone, so that it can be gone on with wherever it was broken off. Names and
numbers belong to nobody: born on days that no register holds together with these places. Ledger and accounts agree
(`manage.py reconcile`); batches, certificates and evidence there are none.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property

from django.db import transaction
from django.utils import timezone

from accounts.enums import Duty, Move, TitleLevel, UnitNature
from accounts.fields import id_columns
from accounts.models import Area, Employment, Organization, Professional, TitleSeries, User
from ceportal.kernel.models import Counter
from ceportal.kernel.rules.id_number import check_digit
from ceportal.kernel.rules.text import comparable
from ceportal.kernel.selectors.calendar import due_after
from ceportal.office.services.counting import keep_years
from credits.enums import ClaimState, DeclarationState, Door, EntryKind, Payer, Subject
from credits.models import Activity, Claim, Declaration, DeclarationStep, HourEntry, YearAccount
from credits.rules.requirements import Standing, is_met
from credits.rules.ruleset import trade_of
from credits.selectors.bench import Bench
from credits.selectors.regulation import rule_book

PROGRESS = "province.people"
A_PART, A_UNIT, ENTRIES, WAITING = 500, 50, 4, 50
_HOURS = (Decimal(30), Decimal(20), Decimal(20), Decimal(20))
_LEVELS = (TitleLevel.DEPUTY_SENIOR, TitleLevel.MIDDLE, TitleLevel.MIDDLE, TitleLevel.ASSISTANT, TitleLevel.FULL_SENIOR)


@dataclass
class Province:
    """Where the made-up people live, by what they are judged, and when it is."""

    years: int
    now: datetime

    @cached_property
    def areas(self) -> list[Area]:
        return list(Area.objects.filter(children__isnull=True).order_by("code"))

    @cached_property
    def series(self) -> list[TitleSeries]:
        return list(TitleSeries.objects.order_by("code"))

    @cached_property
    def bench(self) -> Bench:
        return Bench(rule_book(), self.now)

    @cached_property
    def trades(self) -> set[str]:
        return {rule.trade for rule in self.bench.book}

    @cached_property
    def activity(self) -> Activity:
        return Activity.objects.order_by("position")[0]

    @property
    def span(self) -> range:
        this_year = timezone.localdate(self.now).year
        return range(this_year - self.years + 1, this_year + 1)


def generate(people: int, *, years: int, now: datetime) -> Iterator[int]:
    """Go on until there are so many; yields how many there are after each part. Sums are left to `keep_sums`."""
    province = Province(years, now)
    Counter.objects.get_or_create(name=PROGRESS)
    while (done := Counter.objects.values_list("value", flat=True).get(name=PROGRESS)) < people:
        with transaction.atomic():
            done = Counter.objects.select_for_update().get(name=PROGRESS).value
            numbers = range(done, min(done + A_PART, people))
            _make(province, numbers)
            Counter.objects.filter(name=PROGRESS).update(value=numbers.stop)
        yield numbers.stop


def _make(province: Province, numbers: range) -> None:
    units = _units(province, numbers)
    made = [_person(province, number, units) for number in numbers]
    User.objects.bulk_create([person.user for person, _ in made])
    for person, _ in made:
        person.user_id = person.user.pk
    Professional.objects.bulk_create([person for person, _ in made])
    since = date(province.span.start, 1, 1)
    Employment.objects.bulk_create(
        [Employment(professional=person, organization=unit, started_on=since) for person, unit in made]
    )
    _learn(province, numbers, made)
    _hand_in(province, numbers, made)
    keep_years([person.pk for person, _ in made], now=province.now)


def _units(province: Province, numbers: range) -> dict[int, Organization]:
    """A unit for each fifty people, in the counties by turns."""
    wanted = {number // A_UNIT for number in numbers}
    names = {f"示例单位{serial:06d}": serial for serial in wanted}
    there = {names[unit.name]: unit for unit in Organization.objects.filter(name__in=names)}
    natures = list(UnitNature)
    new = [
        Organization(
            name=name, name_key=comparable(name), nature=natures[serial % len(natures)], is_employer=True,
            area=province.areas[serial % len(province.areas)], contact_name="人事科", contact_phone="0371-60000000",
            registered_at=province.now,
        )
        for name, serial in names.items()
        if serial not in there
    ]  # fmt: skip
    Organization.objects.bulk_create(new)
    return there | {names[unit.name]: unit for unit in new}


def _person(province: Province, number: int, units: dict[int, Organization]) -> tuple[Professional, Organization]:
    chance, unit = random.Random(number), units[number // A_UNIT]  # noqa: S311 - made-up people, the same each time
    name = f"示例{number:07d}"
    registered = timezone.make_aware(datetime(province.span.start, 1, 2))  # noqa: DTZ001 - made aware at once
    user = User(name=name, joined_at=registered, password="!")  # noqa: S106 - nobody signs in by it
    person = Professional(
        user=user, name=name, area=unit.area, title_series=chance.choice(province.series),
        title_level=chance.choice(_LEVELS), approved_at=registered,
    )  # fmt: skip
    first = f"{unit.area_id}{date(1900, 1, 1) + timedelta(days=number // 999):%Y%m%d}{number % 999 + 1:03d}"
    for column, value in id_columns(first + check_digit(first), ref=person.ref).items():
        setattr(person, column, value)
    return person, unit


def _learn(province: Province, numbers: range, made: Sequence[tuple[Professional, Organization]]) -> None:
    """Four trainings a year, of which some people have all, some two and some none."""
    claims, accounts = [], []
    for number, (person, unit) in zip(numbers, made, strict=True):
        for year in province.span:
            count = random.Random(number * 10_000 + year).choice((4, 4, 4, 4, 4, 2, 2, 1, 0))  # noqa: S311
            claims += [_claim(person, number, year, part) for part in range(count)]
            accounts += [_account(province, person, unit, year, count)] if count else []
    Claim.objects.bulk_create(claims)
    HourEntry.objects.bulk_create(
        HourEntry(
            claim=claim, professional=claim.professional, year=claim.year, kind=EntryKind.CREDIT,
            subject=claim.subject, hours=claim.hours, area_id=claim.professional.area_id,
            title=claim.title, by_label="示例数据", recorded_at=claim.made_at,
        )
        for claim in claims
        if claim.professional
    )  # fmt: skip
    YearAccount.objects.bulk_create(accounts)


def _claim(person: Professional, number: int, year: int, part: int) -> Claim:
    day = date(year, 2 + part * 2, 1 + number % 27)
    return Claim(
        door=Door.PLATFORM, source="platform:province", external_id=f"{number}-{year}-{part}", professional=person,
        year=year, activity_key=f"{number}-{year}-{part}", state=ClaimState.LIVE,
        subject=Subject.PROFESSIONAL if part else Subject.PUBLIC, title=f"示例课程{part + 1}", started_on=day,
        ended_on=day, hours=_HOURS[part],
        made_at=timezone.make_aware(datetime.combine(day, datetime.min.time())) + timedelta(minutes=part),
    )  # fmt: skip


def _account(province: Province, person: Professional, unit: Organization, year: int, count: int) -> YearAccount:
    trade = trade_of(person.title_series.name if person.title_series else "", province.trades)
    asked = province.bench.asked(person.area, year, person.title_level, trade)
    standing = Standing(public=_HOURS[0], professional=sum(_HOURS[1:count], Decimal(0)))
    met = asked is not None and is_met(asked, standing)
    at = timezone.make_aware(datetime(year, 2 * count, 28))  # noqa: DTZ001 - made aware at once
    return YearAccount(
        professional=person, year=year, version=count, public=standing.public,
        professional_hours=standing.professional, organization=unit, area=person.area, level=person.title_level,
        trade=trade, rule_set=asked.rule_set if asked else "", is_met=met, met_at=at if met else None, changed_at=at,
    )  # fmt: skip


def _hand_in(province: Province, numbers: range, made: Sequence[tuple[Professional, Organization]]) -> None:
    """One in fifty has a declaration waiting with their unit, handed in on one of the last ten days."""
    rows = []
    for number, (person, unit) in zip(numbers, made, strict=True):
        if number % WAITING:
            continue
        at = province.now - timedelta(days=number // WAITING % 10)
        day = timezone.localdate(at) - timedelta(days=1)
        due_at, due, version = due_after(at, 5)
        rows.append(
            Declaration(
                professional=person, declarant=person.user, organization=unit, state=DeclarationState.AT_EMPLOYER,
                stage=1, round=1, waiting_on=unit, duty=Duty.REVIEW_HOURS, waiting_since=at, due_at=due_at,
                due_is_provisional=due.is_provisional, calendar_version=version, year=day.year,
                activity=province.activity, subject=Subject.PROFESSIONAL, title="示例申报", organiser="示例单位",
                started_on=day, ended_on=day, hours_claimed=Decimal(8), payer=Payer.UNIT, created_at=at, changed_at=at,
                submitted_at=at, first_submitted_at=at,
            )
        )  # fmt: skip
    Declaration.objects.bulk_create(rows)
    DeclarationStep.objects.bulk_create(
        DeclarationStep(declaration=row, round=1, move=Move.SUBMIT, state=row.state, at=row.changed_at) for row in rows
    )
