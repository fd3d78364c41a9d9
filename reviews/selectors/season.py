"""December: what of a desk the rules of its year want reviewed before the year is over (S0-20, S3-05)."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from accounts.enums import TitleLevel
from credits.models import Declaration
from credits.selectors.regulation import RuleBook, requirements, rule_book
from reviews.selectors.dues import COUNTED_AT_MOST

DECEMBER = 12


@dataclass(frozen=True)
class Season:
    """How many of this year's wait, at places whose rules want them done in it; `clause` says which."""

    year: int
    count: int
    clause: str
    is_more: bool = False


def ending_in_year(rows: QuerySet[Declaration], *, now: datetime) -> Season | None:
    """In December alone, and where something waits."""
    today = timezone.localdate(now)
    if today.month != DECEMBER:
        return None
    waiting = rows.filter(year=today.year).order_by("due_at", "id")
    areas = list(waiting.values_list("professional__area", flat=True)[: COUNTED_AT_MOST + 1])
    book = rule_book()
    clauses = {area: _clause(area, today.year, book) for area in set(areas)}
    bound = [clauses[area] for area in areas if clauses[area]]
    is_more = len(areas) > COUNTED_AT_MOST
    return Season(today.year, len(bound), bound[0], is_more) if bound else None


def _clause(area: str, year: int, book: RuleBook) -> str:
    """By which clause the reviews of a place end in their year; nothing where they need not."""
    asked = requirements(area, year, TitleLevel.MIDDLE, book=book)
    ends = asked.settings.get("reviews_end_in_year") if asked else None
    return ends.clause if ends and ends.is_yes else ""
