"""A made-up province of any size: people, units, years of hours and what waits, for trying the figures at full size.

Everything of person `n` follows from `n` alone, so that it can be gone on with wherever it was broken off. Names and
numbers belong to nobody: born on days that no register holds together with these places. Ledger and accounts agree
(`manage.py reconcile`), and what is counted is what the portal counts. Declarations, certificates, batches, messages
and the trail grow with the people; files and sheets are rows without bytes, and nothing of the trail is sealed.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property

from django.db import transaction
from django.utils import timezone

from accounts.enums import Duty, Move, TitleLevel, UnitNature
from accounts.models import Area, Organization, TitleSeries
from ceportal.kernel.models import Counter
from ceportal.kernel.rules.text import comparable
from ceportal.kernel.rules.working_days import DueDay
from ceportal.kernel.selectors.calendar import due_after
from ceportal.office.demo.province_papers import Papers
from ceportal.office.demo.province_people import MadeUp, Written, scattered, write_people
from ceportal.office.demo.province_posts import Posts
from ceportal.office.demo.province_reviewers import Reviewers
from ceportal.office.demo.province_sheets import Sheets
from ceportal.office.demo.province_years import SOURCE, Learned, Years
from ceportal.office.services.counting import hold_figures
from credits.enums import DeclarationState, Payer, Subject
from credits.models import Activity, Declaration, DeclarationStep

PROGRESS = "province.people"
A_PART, A_UNIT, WAITING = 5000, 50, 50
_LEVELS = (TitleLevel.DEPUTY_SENIOR, TitleLevel.MIDDLE, TitleLevel.MIDDLE, TitleLevel.ASSISTANT, TitleLevel.FULL_SENIOR)
# Four trainings a year, of which some people have all, some two and some none.
_COUNTS = (4, 4, 4, 4, 4, 2, 2, 1, 0)


@dataclass
class Province:
    """Where the made-up people live, by what they are judged, and when it is."""

    years: int
    now: datetime
    _due: dict[datetime, tuple[datetime, DueDay, int]] = field(default_factory=dict)

    @cached_property
    def areas(self) -> list[Area]:
        return list(Area.objects.filter(children__isnull=True).order_by("code"))

    @cached_property
    def series(self) -> list[TitleSeries]:
        return list(TitleSeries.objects.order_by("code"))

    @cached_property
    def activity(self) -> Activity:
        return Activity.objects.order_by("position")[0]

    @cached_property
    def learning(self) -> Years:
        reviewers = Reviewers(self.now)
        papers, sheets = Papers(self.now, reviewers), Sheets(self.now, reviewers)
        return Years(self.span, self.now, papers, sheets, Posts(SOURCE, self.now))

    @property
    def span(self) -> range:
        this_year = timezone.localdate(self.now).year
        return range(this_year - self.years + 1, this_year + 1)

    def due(self, at: datetime) -> tuple[datetime, DueDay, int]:
        if at not in self._due:
            self._due[at] = due_after(at, 5)
        return self._due[at]


def generate(people: int, *, years: int, now: datetime) -> Iterator[int]:
    """Go on until there are so many; yields how many there are after each part. Sums are left to `keep_sums`."""
    province = Province(years, now)
    Counter.objects.get_or_create(name=PROGRESS)
    while (done := Counter.objects.values_list("value", flat=True).get(name=PROGRESS)) < people:
        with transaction.atomic():
            done = Counter.objects.select_for_update().get(name=PROGRESS).value
            numbers = range(done, min(done + A_PART, people))
            hold_figures()
            _make(province, numbers)
            Counter.objects.filter(name=PROGRESS).update(value=numbers.stop)
        yield numbers.stop


def _make(province: Province, numbers: range) -> None:
    units = _units(province, numbers)
    made_up = [_person(province, number, units[number // A_UNIT]) for number in numbers]
    registered = timezone.make_aware(datetime(province.span.start, 1, 2))  # noqa: DTZ001 - made aware at once
    written = write_people(made_up, registered=registered, since=date(province.span.start, 1, 1))
    province.learning.write([Learned(one, _counts(province, one.made_up.number)) for one in written])
    _hand_in(province, written)


def _units(province: Province, numbers: range) -> dict[int, Organization]:
    """A unit for each fifty people, in the counties by turns."""
    names = {comparable(name): (name, serial) for serial in {n // A_UNIT for n in numbers} for name in [_unit(serial)]}
    found = Organization.objects.filter(name_key__in=names).select_related("area", "supervisor")
    there = {names[unit.name_key][1]: unit for unit in found if unit.name == names[unit.name_key][0]}
    natures = list(UnitNature)
    areas = province.areas
    new = {
        serial: Organization(
            name=name, name_key=key, nature=natures[serial % len(natures)], is_employer=True,
            area=areas[scattered(serial, 10**6) % len(areas)], contact_name="人事科", contact_phone="0371-60000000",
            registered_at=province.now,
        )
        for key, (name, serial) in names.items()
        if serial not in there
    }  # fmt: skip
    Organization.objects.bulk_create(new.values())
    return there | new


def _unit(serial: int) -> str:
    return f"示例单位{scattered(serial, 10**6):06d}"


def _person(province: Province, number: int, unit: Organization) -> MadeUp:
    series, level, *_ = _chance(number)
    return MadeUp(number, unit, province.series[series % len(province.series)], _LEVELS[level % len(_LEVELS)])


def _counts(province: Province, number: int) -> dict[int, int]:
    _, _, *learned = _chance(number)
    return {year: _COUNTS[learned[year % len(learned)] % len(_COUNTS)] for year in province.span}


def _chance(number: int) -> bytes:
    """The same each time: a byte for the title, one for its level, the others for years."""
    return hashlib.sha256(str(number).encode()).digest()


def _hand_in(province: Province, written: list[Written]) -> None:
    """One in fifty has a declaration waiting with their unit, handed in on one of the last ten days."""
    rows = []
    for one in written:
        number, unit = one.made_up.number, one.made_up.unit
        if number % WAITING:
            continue
        at = province.now - timedelta(days=number // WAITING % 10)
        day = timezone.localdate(at) - timedelta(days=1)
        due_at, due, version = province.due(at)
        rows.append(
            Declaration(
                professional_id=one.person.pk, declarant_id=one.account, organization=unit,
                state=DeclarationState.AT_EMPLOYER, stage=1, round=1, waiting_on=unit, duty=Duty.REVIEW_HOURS,
                waiting_since=at, due_at=due_at, due_is_provisional=due.is_provisional, calendar_version=version,
                year=day.year, activity=province.activity, subject=Subject.PROFESSIONAL, title="示例申报",
                organiser="示例单位", started_on=day, ended_on=day, hours_claimed=Decimal(8), payer=Payer.UNIT,
                created_at=at, changed_at=at, submitted_at=at, first_submitted_at=at,
            )
        )  # fmt: skip
    Declaration.objects.bulk_create(rows)
    DeclarationStep.objects.bulk_create(
        DeclarationStep(
            declaration=row, round=1, move=Move.SUBMIT, state=row.state, at=row.changed_at,
            area=row.organization.area if row.organization else None,
        )
        for row in rows
    )  # fmt: skip
