"""The days of a year that nobody should miss, from the rules of each place and the working calendar."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from accounts.enums import TitleLevel
from accounts.models import Area
from ceportal.kernel.selectors.calendar import published_years, whole_calendar
from credits.rules.closing import closes_on, deadline_of
from credits.selectors.regulation import requirements, rule_book


@dataclass(frozen=True)
class Deadline:
    """What is due on `day`, for whom, and the clause. `is_provisional`: the year's holidays are not published yet."""

    day: date
    what: str
    whom: str
    clause: str = ""
    is_provisional: bool = False


def deadlines_of(year: int) -> list[Deadline]:
    """In order of their days; three queries. Places without a rule of their own follow those above them."""
    book, calendar, published = rule_book(), whole_calendar(), published_years()
    named = Area.objects.filter(pk__in={rule.area_code for rule in book}).order_by("path")
    found = list(_filing(year))
    for place in named:
        asked = requirements(place, year, TitleLevel.MIDDLE, book=book)
        last = deadline_of(year, asked)
        setting = asked.settings.get("deadline") if asked else None
        whom = f"{place.name}的专业技术人员"
        found.append(Deadline(last, f"{year} 年度学习和学时申报截止", whom, setting.clause if setting else ""))
        until = closes_on(year, asked, calendar)
        found.append(
            Deadline(
                until, f"{year} 年度最后的审核和补正", f"{place.name}的单位和主管部门", "S4-17",
                until.year not in published,
            )
        )  # fmt: skip
    return sorted(found, key=lambda each: each.day)


def _filing(year: int) -> Iterator[Deadline]:
    """The last day of each month (S2-07)."""
    for month in range(1, 13):
        after = date(year + month // 12, month % 12 + 1, 1)
        yield Deadline(after - timedelta(days=1), f"{month} 月学时集中备案", "各市人社部门", "S2-07")
