"""The clocks of everything routed: reminding, marking what is overdue, dating anew when the calendar changes.

Each job runs over some `Routed` models; where none of them has anything to do, one question says so for all of them
(the clock asks every few seconds). It finds candidates by the sweep's index, takes each up under a lease
(`claims.one_by_one`) and moves it by one conditional update in a transaction of its own, with its consequences in the
same transaction: it may run twice, at once, or be killed anywhere, and every row is still moved exactly once
(reliability X13). Nothing here ever approves anything.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple, TypeVar

from django.db.models import CharField, Max, Q, QuerySet, Value
from django.utils import timezone

from accounts.models import Routed
from accounts.services.routing import due_of
from ceportal.kernel.models import CalendarNotice, Counter
from ceportal.kernel.rules.working_days import WorkCalendar, due_day, working_days_left
from ceportal.kernel.selectors.calendar import calendar_version, end_of, work_calendar
from ceportal.kernel.services import trail
from ceportal.kernel.services.claims import one_by_one

Row = TypeVar("Row", bound=Routed)
REMIND_AT_DAYS = (2, 1)
# Rows of one run; what is left is found by the next.
CHUNK = 1000
# A transaction that read the old calendar may commit this much later than the new one was imported.
_STRAGGLERS = timedelta(minutes=10)


def remind(
    models: Iterable[type[Row]],
    *,
    at_days: Collection[int] = REMIND_AT_DAYS,
    now: datetime,
    notify: Callable[[Row, int], None],
) -> int:
    """Tell those who can rule, once for each number of working days left in `at_days`. Returns how many were reminded.

    `notify(row, days_left)` runs in the transaction of the mark; on the due day itself 0 days are left.
    """
    today = timezone.localdate(now)
    calendar = work_calendar(today)
    near = partial(_near, at_days=at_days, now=now, calendar=calendar)
    done = 0
    for model in _those_with(models, near):
        for level, rows in _to_remind(model, at_days, now, calendar):
            act = partial(_remind_one, level=level, today=today, calendar=calendar, notify=notify)
            done += one_by_one(_job("remind", model), rows, act, now=now, limit=CHUNK)
    return done


def _near(model: type[Row], *, at_days: Collection[int], now: datetime, calendar: WorkCalendar) -> QuerySet[Row]:
    """What may have come to any of the levels: more than is to be told of."""
    today, level = timezone.localdate(now), max(at_days)
    horizon = end_of(due_day(today, level, calendar).day if level else today)
    rows = _waiting(model).filter(due_at__gt=now, due_at__lte=horizon, overdue_at__isnull=True)
    return rows.filter(Q(reminded_at_days__isnull=True) | Q(reminded_at_days__gt=min(at_days)))


def _to_remind(
    model: type[Row], at_days: Collection[int], now: datetime, calendar: WorkCalendar
) -> Iterator[tuple[int, QuerySet[Row]]]:
    """For each level, the nearest first, the rows that have come to it and were not told yet."""
    today = timezone.localdate(now)
    for level in sorted(at_days):
        horizon = end_of(due_day(today, level, calendar).day if level else today)
        rows = _waiting(model).filter(due_at__gt=now, due_at__lte=horizon, overdue_at__isnull=True)
        rows = rows.filter(Q(reminded_at_days__isnull=True) | Q(reminded_at_days__gt=level))
        yield level, rows.order_by("due_at", "id")


def _remind_one(
    row: Row, *, level: int, today: date, calendar: WorkCalendar, notify: Callable[[Row, int], None]
) -> bool:
    not_told = Q(reminded_at_days__isnull=True) | Q(reminded_at_days__gt=level)
    if not _as_found(row).filter(not_told, overdue_at__isnull=True).update(reminded_at_days=level):
        return False
    notify(row, working_days_left(today, _last_day(row), calendar))
    return True


def mark_overdue(models: Iterable[type[Row]], *, now: datetime, notify: Callable[[Row], None]) -> int:
    """Mark what ran over its limit, each row once, and let `notify(row)` tell of it. Returns how many were marked.

    The cost follows the number overdue and not yet marked, not the number waiting.
    """
    act = partial(_mark_one, now=now, notify=notify)
    late = partial(_late, now=now)
    return sum(
        one_by_one(_job("overdue", model), late(model).order_by("due_at", "id"), act, now=now, limit=CHUNK)
        for model in _those_with(models, late)
    )


def _late(model: type[Row], *, now: datetime) -> QuerySet[Row]:
    return _waiting(model).filter(due_at__lte=now, overdue_at__isnull=True)


def _mark_one(row: Row, *, now: datetime, notify: Callable[[Row], None]) -> bool:
    if not _as_found(row).filter(overdue_at__isnull=True).update(overdue_at=now):
        return False
    row.overdue_at = now
    trail.record(
        f"{row._meta.model_name}.overdue",
        row,
        by=None,
        now=now,
        after={"stage": row.stage, "round": row.round, "due_at": row.due_at.isoformat() if row.due_at else None},
    )
    notify(row)
    return True


class Dated(NamedTuple):
    """What is due by the calendar: the model, its open rows, and how one of them is dated anew (`now`, `calendar`)."""

    model: type[Any]
    open: QuerySet[Any]
    act: Callable[..., bool]


def redate(models: Iterable[type[Routed]], *, now: datetime, others: Iterable[Dated] = ()) -> int:
    """Date the open rows anew that were dated by an older calendar (A4). Returns how many were looked at again.

    A row that turns out to be due later than now is no longer overdue. `others` have a `calendar_version` and a
    `due_at` of their own. Once all of a model are done it is noted as dated by this version, so that the usual run
    reads two small rows only.
    """
    version = calendar_version()
    kinds = [*(Dated(model, _waiting(model), _redate_one) for model in models), *others]
    marks = {f"redated:{kind.model._meta.label_lower}": kind for kind in kinds}
    done = set(Counter.objects.filter(name__in=marks, value__gte=version).values_list("name", flat=True))
    return sum(_redate(kind, mark, version, now) for mark, kind in marks.items() if mark not in done)


def _redate(kind: Dated, mark: str, version: int, now: datetime) -> int:
    rows = kind.open.filter(calendar_version__lt=version).order_by("due_at", "id")
    if not rows.exists():
        if _calendar_is_settled(now):
            Counter.objects.update_or_create(name=mark, defaults={"value": version})
        return 0
    act = partial(kind.act, now=now, calendar=work_calendar(timezone.localdate(now)))
    return one_by_one(_job("redate", kind.model), rows, act, now=now, limit=CHUNK)


def _redate_one(row: Routed, *, now: datetime, calendar: WorkCalendar) -> bool:
    """Whoever was reminded at so many working days left is not told so again, unless more are left now."""
    if row.waiting_since is None:
        return False
    before = _dated(row)
    due_at, due, version = due_of(type(row), row.waiting_since, row.limit_days)
    changes: dict[str, object] = {
        "due_at": due_at, "due_is_provisional": due.is_provisional, "calendar_version": version,
    }  # fmt: skip
    left = working_days_left(timezone.localdate(now), due.day, calendar)
    if row.reminded_at_days is not None and left > row.reminded_at_days:
        changes["reminded_at_days"] = None
    if due_at > now:
        changes["overdue_at"] = None
    if not _as_found(row).filter(calendar_version=row.calendar_version).update(**changes):
        return False
    row.due_at, row.due_is_provisional = due_at, due.is_provisional
    if (after := _dated(row)) != before:
        after["calendar_version"] = version
        trail.record(f"{row._meta.model_name}.redated", row, by=None, now=now, before=before, after=after)
    return True


def _dated(row: Routed) -> dict[str, object]:
    due_at = timezone.localtime(row.due_at).isoformat() if row.due_at else None
    return {"due_at": due_at, "is_provisional": row.due_is_provisional}


def _job(what: str, model: type[Any]) -> str:
    return f"{what}:{model._meta.label_lower}"


def _those_with(models: Iterable[type[Row]], rows_of: Callable[[type[Row]], QuerySet[Row]]) -> list[type[Row]]:
    """Those of `models` of which `rows_of` finds any: one query for all of them."""
    by_name = {model._meta.label_lower: model for model in models}
    asked = [
        rows_of(model).order_by().values_list(Value(name, output_field=CharField())) for name, model in by_name.items()
    ]
    found = {name for (name,) in asked[0].union(*asked[1:])} if asked else set()
    return [model for name, model in by_name.items() if name in found]


def _waiting(model: type[Row]) -> QuerySet[Row]:
    """Spelled as the partial indexes spell it."""
    return model._default_manager.filter(waiting_on__isnull=False).select_related("waiting_on", "declarant")


def _as_found(row: Row) -> QuerySet[Row]:
    """The row, if it still waits as it did: same round, stage and due moment."""
    rows: QuerySet[Row] = type(row)._default_manager.all()
    return rows.filter(pk=row.pk, round=row.round, stage=row.stage, waiting_on=row.waiting_on_id, due_at=row.due_at)


def _calendar_is_settled(now: datetime) -> bool:
    last = CalendarNotice.objects.aggregate(last=Max("imported_at"))["last"]
    return last is None or last < now - _STRAGGLERS


def _last_day(row: Routed) -> date:
    """The day whose end is the due moment."""
    if row.due_at is None:
        raise ValueError("what waits with nobody has no due day")
    return timezone.localdate(row.due_at - timedelta(microseconds=1))
