"""The years of made-up people: accounts, claims, entries and figures of a whole part, each table by one statement."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from django.db import connection
from django.db.models import Max
from django.utils import timezone

from ceportal.kernel.selectors.given import given, new_ref
from ceportal.office.demo.province_papers import Paper, Papers
from ceportal.office.demo.province_people import Written
from ceportal.office.demo.province_posts import Posts
from ceportal.office.demo.province_sheets import Met, Sheets
from ceportal.office.demo.province_writing import Told
from ceportal.office.enums import Standing as YearStanding
from ceportal.office.models import CountedYear, YearSum
from ceportal.office.rules.counting import MEASURED, STANDINGS, standing_in, years_counted
from ceportal.office.selectors.counting import Fact
from ceportal.office.services.counting import columns_of_sum
from certificates.services.contents import item_of
from credits.enums import ClaimState, DeclarationState, Door, EntryKind, Subject
from credits.models import Claim, HourEntry, YearAccount
from credits.rules.requirements import Requirements, Standing, is_met
from credits.selectors.bench import Bench
from credits.selectors.regulation import rule_book

SOURCE, LABEL = "platform:province", "示例数据"
_HOURS = (Decimal(30), Decimal(20), Decimal(20), Decimal(20))
# What somebody has after so many trainings, the first of which is the public one.
_HAD = [
    Standing(public=sum(_HOURS[:1][:count], Decimal(0)), professional=sum(_HOURS[1:count], Decimal(0)))
    for count in range(len(_HOURS) + 1)
]
# Trainings are on the first 27 days of every other month.
_DAYS = 27


@dataclass(frozen=True, slots=True)
class Learned:
    """How many trainings of each year somebody has."""

    one: Written
    counts: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class _Judged:
    rule_set: str
    obligation: str
    is_met: bool
    standing: YearStanding
    asked: Requirements | None


class _Year(msgspec.Struct, gc=False):
    """A person's year: the account, where `count` trainings are in it, and what is counted of it."""

    number: int
    person: int
    year: int
    day: int
    count: int
    posted: int
    public: Decimal
    professional: Decimal
    organization: int
    area: str
    level: str
    trade: str
    rule_set: str
    obligation: str
    is_met: bool
    at: Any
    is_counted: bool
    standing: str
    key: str
    place: tuple[str, int, str, str, int]
    online_hours: Decimal
    face_times: int = 0
    face_hours: Decimal = Decimal(0)
    conversion_times: int = 0
    conversion_hours: Decimal = Decimal(0)
    paid_by_unit: int = 0
    reviews: int = 0
    review_days: int = 0
    returned: int = 0
    rejected: int = 0


_OF_PAPERS = {
    "face_times": "int",
    "face_hours": "numeric",
    "conversion_times": "int",
    "conversion_hours": "numeric",
    "paid_by_unit": "int",
    "reviews": "int",
    "review_days": "int",
    "returned": "int",
    "rejected": "int",
}
_YEAR = {
    "number": "int",
    "person": "bigint",
    "year": "smallint",
    "day": "smallint",
    "count": "int",
    "posted": "int",
    "public": "numeric",
    "professional": "numeric",
    "organization": "bigint",
    "area": "text",
    "level": "text",
    "trade": "text",
    "rule_set": "text",
    "obligation": "text",
    "is_met": "boolean",
    "at": "timestamptz",
    "is_counted": "boolean",
    "standing": "text",
    "key": "text",
    "online_hours": "numeric",
    **_OF_PAPERS,
}
_COURSE = {
    "year": "smallint",
    "part": "smallint",
    "day": "smallint",
    "subject": "text",
    "title": "text",
    "hours": "numeric",
    "held_on": "date",
    "made_at": "timestamptz",
}
_SUM = {
    "key": "text",
    "year": "smallint",
    "area_id": "text",
    "authority_id": "bigint",
    "trade": "text",
    "nature": "text",
    "level": "text",
}
_ACCOUNTS, _CLAIMS, _ENTRIES, _SUMS, _COUNTED = (
    model._meta.db_table for model in (YearAccount, Claim, HourEntry, YearSum, CountedYear)
)
_WRITE_ACCOUNTS = f"""
    INSERT INTO {_ACCOUNTS} (ref, professional_id, year, version, public, public_compulsory, professional_hours,
        elective, held, organization_id, area_id, level, trade, rule_set, obligation, is_met, met_at, changed_at)
    SELECT {{ref}}, person, year, count, public, 0, professional, 0, 0, organization, area, level, trade, rule_set,
        obligation, is_met, CASE WHEN is_met THEN at END, at
    FROM {{years}} WHERE count > 0
"""  # noqa: S608 - the tables' own names
_WRITE_CLAIMS = f"""
    INSERT INTO {_CLAIMS} (ref, door, source, external_id, revision, professional_id, year, activity_key, course_key,
        content_digest, state, subject, public_kind, title, started_on, ended_on, hours, made_at, state_reason, reasons)
    WITH course AS MATERIALIZED (
        SELECT * FROM {{courses}}
    ), learned AS (
        SELECT given.person, given.year, course.part, course.subject, course.title, course.held_on, course.hours,
            course.made_at, given.number || '-' || given.year || '-' || course.part AS name
        FROM {{years}}
        JOIN course ON course.year = given.year AND course.day = given.day AND course.part < given.posted
    )
    SELECT {{ref}}, '{Door.PLATFORM.value}', '{SOURCE}', name, 0, person, year, name, '', '',
        '{ClaimState.LIVE.value}', subject, '', title, held_on, held_on, hours, made_at, '', '[]'
    FROM learned ORDER BY person, year, part
"""  # noqa: S608
# Those just written have the last keys.
_WRITE_ENTRIES = f"""
    INSERT INTO {_ENTRIES} (ref, claim_id, professional_id, year, kind, subject, public_kind, hours, organization_id,
        area_id, title, reason, clause, by_label, recorded_at)
    SELECT {{ref}}, c.id, c.professional_id, c.year, '{EntryKind.CREDIT.value}', c.subject, '', c.hours,
        a.organization_id, a.area_id, c.title, '', '', '{LABEL}', c.made_at
    FROM {_CLAIMS} c JOIN {_ACCOUNTS} a ON a.year = c.year AND a.professional_id = c.professional_id
    WHERE c.id > %s AND c.state = '{ClaimState.LIVE.value}'
    ORDER BY c.id
"""  # noqa: S608
_ZEROS = ", ".join("0" for _ in (*STANDINGS, *MEASURED))
_WRITE_SUMS = f"""
    INSERT INTO {_SUMS} ({", ".join((*_SUM, *STANDINGS, *MEASURED))})
    SELECT {", ".join(_SUM)}, {_ZEROS} FROM {{sums}} WHERE true ON CONFLICT (key) DO NOTHING
"""  # noqa: S608
_COUNTS = {
    "public": "given.public",
    "professional_hours": "given.professional",
    "online_times": "given.posted",
    "online_hours": "given.online_hours",
    **{name: f"given.{name}" for name in _OF_PAPERS},
}
_WRITE_COUNTED = f"""
    INSERT INTO {_COUNTED} (professional_id, year, year_sum_id, organization_id, standing, {", ".join(MEASURED)})
    SELECT given.person, given.year, s.id, given.organization, given.standing,
        {", ".join(_COUNTS.get(name, "0") for name in MEASURED)}
    FROM {{years}} JOIN {_SUMS} s ON s.key = given.key WHERE given.is_counted
"""  # noqa: S608


@dataclass
class Years:
    """What is known of the `span` of years and of what is asked in them, worked out once for all parts."""

    span: range
    now: datetime
    papers: Papers
    sheets: Sheets
    posts: Posts
    _judged: dict[tuple[str, int, str, str, int], _Judged] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._bench = Bench(rule_book(), self.now)
        days = [(year, part, day) for year in self.span for part in range(len(_HOURS)) for day in range(1, _DAYS + 1)]
        self._courses = [_course(*one) for one in days]
        counts = [(year, count) for year in self.span for count in range(1, len(_HOURS) + 1)]
        days_met = {(year, count): date(year, 2 * count, 28) for year, count in counts}
        self._at = {place: _stored(day) for place, day in days_met.items()}
        self._moments = {place: timezone.make_aware(datetime.combine(day, time.min)) for place, day in days_met.items()}

    def write(self, learned: Sequence[Learned]) -> None:
        """All years of people just written, in the caller's transaction."""
        self._bench.forget_people()
        self._bench.learn(each.one.person for each in learned)
        rows: list[_Year] = []
        sums: dict[str, dict[str, Any]] = {}
        papers: list[Paper] = []
        for each in learned:
            rows.extend(self._years(each, sums, papers))
        last = Claim.objects.aggregate(last=Max("pk"))["last"] or 0
        years, of_years = given(rows, _YEAR)
        courses, of_courses = given(self._courses, _COURSE)
        sources = {"ref": new_ref(self._bench.now), "years": years, "courses": courses}
        wanted, of_sums = given(list(sums.values()), _SUM)
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                # Of tables that grow this fast there are no statistics: everything is found by its key.
                cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(_WRITE_ACCOUNTS.format(**sources), of_years)
            cursor.execute(_WRITE_CLAIMS.format(**sources), [*of_courses, *of_years])
            told = Told()
            self.papers.write(papers, told)
            cursor.execute(_WRITE_ENTRIES.format(**sources), [last])
            cursor.execute(_WRITE_SUMS.format(sums=wanted), of_sums)
            cursor.execute(_WRITE_COUNTED.format(**sources), of_years)
        self.sheets.write(self._met([each.one for each in learned], rows, last), told)
        self.posts.write([each.one for each in learned], last, told)
        told.write()

    def _met(self, people: Sequence[Written], rows: Sequence[_Year], last: int) -> list[Met]:
        """The years that were met, with what is printed of them."""
        known, items = {one.person.pk: one for one in people}, defaultdict[tuple[int, int], list[dict[str, str]]](list)
        since = self.sheets.since
        claims = Claim.objects.filter(pk__gt=last, year__gte=since, state=ClaimState.LIVE).order_by("pk")
        for claim in claims.select_related("declaration__activity").iterator(chunk_size=2000):
            items[claim.professional_id or 0, claim.year].append(item_of(claim))
        return [
            Met(
                known[row.person], row.year, row.count, row.level, asked, _HAD[row.count],
                self._moments[row.year, row.count], items[row.person, row.year],
            )
            for row in rows
            if row.is_met and row.year >= since and (asked := self._judged[row.place].asked) is not None
        ]  # fmt: skip

    def _years(self, learned: Learned, sums: dict[str, dict[str, Any]], papers: list[Paper]) -> list[_Year]:
        entered = [year for year, count in learned.counts.items() if count]
        counted = years_counted(
            registered=self.span.start, left=None, this_year=self._bench.this_year, with_account=entered
        )  # fmt: skip
        one, counts = learned.one, learned.counts
        return [
            self._year(one, year, counts.get(year, 0), sums, papers, is_counted=year in counted)
            for year in counted.union(entered)
        ]

    def _year(
        self, one: Written, year: int, count: int, sums: dict[str, dict[str, Any]], papers: list[Paper], *,
        is_counted: bool,
    ) -> _Year:  # fmt: skip
        person, unit, number = one.person, one.made_up.unit, one.made_up.number
        trade = self._bench.trade(person)
        place = (person.area_id, year, person.title_level, trade, count)
        if place not in self._judged:
            # Made-up people are alike in what bears on it: nothing was granted to them, and nothing has changed.
            asked = self._bench.asked_at(person, person.area, year, person.title_level, trade)
            self._judged[place] = _judged(asked, _HAD[count], has_account=count > 0)
        judged, had = self._judged[place], _HAD[count]
        fact = Fact(unit.area_id, unit.pk, person.title_level, person.title_series_id or "", judged.standing)
        columns = columns_of_sum(year, fact, unit)
        sums[columns["key"]] = columns
        day = 1 + number % _DAYS
        last = (_held_on(year, count - 1, day), _HOURS[count - 1]) if count else None
        paper = self.papers.of(one, year, count, last, is_counted=is_counted)
        if paper is not None:
            papers.append(paper)
        declared = paper.hours if paper is not None and paper.state == DeclarationState.APPROVED else Decimal(0)
        return _Year(
            number=number, person=person.pk, year=year, day=day, count=count,
            posted=count - bool(declared), public=had.public, professional=had.professional, organization=unit.pk,
            area=fact.area, level=fact.level, trade=trade, rule_set=judged.rule_set, obligation=judged.obligation,
            is_met=judged.is_met, at=self._at.get((year, count)), is_counted=is_counted, standing=judged.standing,
            key=columns["key"], place=place, online_hours=had.total - declared,
            **(self.papers.measures(paper) if paper is not None else {}),
        )  # fmt: skip


def _judged(asked: Requirements | None, had: Standing, *, has_account: bool) -> _Judged:
    met = has_account and asked is not None and is_met(asked, had)
    ground = str(asked.ground.kind) if asked and asked.ground else ""
    needed = asked.total.value if asked and asked.total else None
    standing = standing_in(
        has_rule=asked is not None, is_met=met, obligation=ground, earned=had.total, needed=needed
    )  # fmt: skip
    return _Judged(asked.rule_set if asked else "", ground, met, standing, asked)


def _held_on(year: int, part: int, day: int) -> date:
    return date(year, 2 + part * 2, day)


def _course(year: int, part: int, day: int) -> dict[str, Any]:
    held_on = _held_on(year, part, day)
    subject = Subject.PROFESSIONAL if part else Subject.PUBLIC
    return {
        "year": year, "part": part, "day": day, "subject": subject.value, "title": f"示例课程{part + 1}",
        "hours": _HOURS[part], "held_on": held_on, "made_at": _stored(held_on, minutes=part),
    }  # fmt: skip


def _stored(day: date, *, minutes: int = 0) -> Any:
    """So many minutes after midnight, as the database has it."""
    at = timezone.make_aware(datetime.combine(day, time.min)) + timedelta(minutes=minutes)
    return connection.ops.adapt_datetimefield_value(at)
