"""Everything that waits with somebody until a moment, whichever room owns it: what another calendar would move."""

from dataclasses import dataclass

from django.apps import apps
from django.db.models import Count
from django.db.models.functions import TruncDate

from accounts.models import Routed
from ceportal.kernel.rules.working_days import WorkCalendar, due_day
from ceportal.kernel.selectors.calendar import end_of


@dataclass(frozen=True)
class Moved:
    """How many open matters of a kind there are, and how many of them would be due at another moment."""

    kind: str
    open: int
    moved: int


def routed_models() -> list[type[Routed]]:
    """Every kind of matter that waits with somebody."""
    return [model for model in apps.get_models() if issubclass(model, Routed)]


def moved_by(calendar: WorkCalendar) -> list[Moved]:
    """What would move if `calendar` (the whole of it) were in force: one query a kind, whatever waits."""
    return [_moved(model, calendar) for model in routed_models() if not model.counts_every_day]


def _moved(model: type[Routed], calendar: WorkCalendar) -> Moved:
    """Matters that began on one day under one limit are due at one moment."""
    waiting = model._default_manager.filter(waiting_on__isnull=False).order_by()
    groups = waiting.values("due_at", "limit_days", began_on=TruncDate("waiting_since")).annotate(count=Count("pk"))
    total = moved = 0
    for group in groups:
        total += group["count"]
        due = due_day(group["began_on"], group["limit_days"], calendar)
        moved += group["count"] if end_of(due.day) != group["due_at"] else 0
    return Moved(str(model._meta.verbose_name), total, moved)
