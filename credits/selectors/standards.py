"""What a unit recognises of its own, beside what the rules say where it is."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from accounts.enums import TitleLevel
from accounts.models import Area, Organization, User
from accounts.rules.policy import Act
from accounts.selectors.duties import units_for
from ceportal.kernel.rules.dated import COUNTRY, EVERYWHERE
from credits.enums import Unit
from credits.models import Activity, UnitStandard
from credits.rules.conversion import Conversion, in_force
from credits.rules.declaring import Limits
from credits.rules.limits import limits_in
from credits.rules.standards import per_of, rule_words, words_of
from credits.selectors.conversions import as_standard, conversions_at, standards_of
from credits.selectors.regulation import activities, requirements


@dataclass(frozen=True)
class Line:
    """One activity: what the rule gives, and what the unit recognises of it, each in sentences.

    `per` and `unit` are what an amount is for and in.
    """

    activity: Activity
    rule: list[str]
    is_for_reference: bool
    standard: UnitStandard | None
    words: list[str]
    per: str
    unit: str


@dataclass(frozen=True)
class Version:
    row: UnitStandard
    words: list[str]


def units_setting_standards(user: User) -> QuerySet[Organization]:
    """The employers for which `user` may keep a standard."""
    units = units_for(user, Act.KEEP_STANDARDS)
    return units.select_related("area").order_by("id")


def lines_of(unit: Organization, today: date) -> list[Line]:
    """Every activity, in the order pages offer them."""
    rules, standards = general_rules(unit.area, today.year), standards_of(unit, today)
    return [_line(way, rules.get(way.code, []), standards.get(way.code)) for way in activities()]


def line_of(unit: Organization, activity: Activity, today: date) -> Line:
    rows = general_rules(unit.area, today.year).get(activity.code, [])
    return _line(activity, rows, standards_of(unit, today).get(activity.code))


def words_at(unit: Organization | None, today: date) -> dict[str, list[str]]:
    """What a unit's people should know beforehand: its standards in force, by the activity's code."""
    if unit is None or not (rows := standards_of(unit, today)):
        return {}
    rules = general_rules(unit.area, today.year)
    return {code: _words(row, rules.get(code, [])) for code, row in rows.items()}


def versions_of(unit: Organization, activity: Activity) -> QuerySet[UnitStandard]:
    return UnitStandard.objects.filter(organization=unit, activity=activity).select_related("activity")


def history_of(unit: Organization, activity: Activity, today: date) -> list[Version]:
    """Every version, the newest first."""
    rows = general_rules(unit.area, today.year).get(activity.code, [])
    return [Version(row, _words(row, rows)) for row in versions_of(unit, activity).order_by("-number")]


def newest(unit: Organization, activity: Activity) -> UnitStandard | None:
    return versions_of(unit, activity).order_by("-number").first()


def general_rules(area: Area, year: int) -> dict[str, list[Conversion]]:
    """What converts for everybody at a place, the nearest rule of each activity."""
    places = (EVERYWHERE, COUNTRY, *area.codes)
    rows = [row for row in conversions_at(places, year) if not row.trade]
    codes = dict.fromkeys(row.activity for row in rows)
    return {code: in_force((row for row in rows if row.activity == code), places=places) for code in codes}


def ceiling_at(area: Area, year: int) -> Decimal:
    """The hours of one day of attendance (A17)."""
    found = requirements(area, year, TitleLevel.MIDDLE)
    return (limits_in(found) if found else Limits()).per_day


def _line(way: Activity, rows: list[Conversion], standard: UnitStandard | None) -> Line:
    return Line(
        activity=way,
        rule=rule_words(rows),
        is_for_reference=any(row.is_candidate for row in rows),
        standard=standard,
        words=_words(standard, rows) if standard else [],
        per=per_of(rows[0] if rows else None, is_attended=way.is_attended),
        unit=rows[0].unit if rows else Unit.HOURS,
    )


def _words(row: UnitStandard, rows: list[Conversion]) -> list[str]:
    if row.is_lifted:
        return ["不再另设标准"]
    unit = rows[0].unit if rows else Unit.HOURS
    per = per_of(rows[0] if rows else None, is_attended=row.activity.is_attended)
    return words_of(as_standard(row), per=per, unit=unit)
