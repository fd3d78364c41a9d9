"""A new calendar reaches everything that waits with somebody, whichever room owns it, and once is enough."""

from datetime import date, datetime, timedelta

import pytest

from accounts.enums import NoticeEvent
from accounts.models import Notice, Professional, Request, Routed, User
from accounts.selectors.dues import routed_models
from ceportal.kernel.models import AuditEvent, Counter
from ceportal.kernel.selectors.calendar import calendar_version
from ceportal.kernel.services.calendar import import_notice
from ceportal.office.services.clock import JOBS, run_all
from credits.models import BackYearRequest, Declaration
from reviews.models import Inspection
from tests.credits.factories import SHANGHAI
from tests.reviews.factories import submitted

pytestmark = pytest.mark.django_db
# A Wednesday; the fifth working day after it is the next Wednesday, 25 November.
WEDNESDAY = datetime(2026, 11, 18, 10, tzinfo=SHANGHAI)
LATER = timedelta(hours=1)


def test_every_kind_that_waits_is_dated_by_the_clock() -> None:
    """A table that is new and has no clock job would keep its old due moments for ever."""
    assert {Declaration, BackYearRequest} <= set(routed_models())
    import_notice(2026, rest=[date(2026, 1, 1)], now=WEDNESDAY)
    list(run_all(now=WEDNESDAY + LATER))
    dated = set(Counter.objects.filter(value=calendar_version()).values_list("name", flat=True))
    kinds = {*routed_models(), Inspection}
    assert {f"redated:{model._meta.label_lower}" for model in kinds} - dated == set()


def test_the_check_sees_abstract_kinds_for_what_they_are() -> None:
    assert not {Routed, Request} & set(routed_models())
    assert len({model._meta.db_table for model in routed_models()}) == len(routed_models())
    assert any(job.name.endswith("redate") for job in JOBS)


def test_dated_anew_nobody_is_told_the_same_twice(declarant: Professional, employer_reviewer: User) -> None:
    """With a day off more the fifth working day is later, and as many working days are left as before."""
    made = submitted(declarant, now=WEDNESDAY)
    monday = datetime(2026, 11, 23, 9, tzinfo=SHANGHAI)
    list(run_all(now=monday))
    reminders = Notice.objects.filter(to=employer_reviewer, event=NoticeEvent.REVIEW_DUE)
    assert reminders.count() == 1  # two working days are left
    import_notice(2026, rest=[date(2026, 11, 24)], now=monday)
    for hours in range(1, 12):
        list(run_all(now=monday + timedelta(hours=hours)))
    made.refresh_from_db()
    assert made.due_at == datetime(2026, 11, 27, tzinfo=SHANGHAI)
    assert reminders.count() == 1
    list(run_all(now=datetime(2026, 11, 25, 9, tzinfo=SHANGHAI)))
    assert reminders.count() == 2  # one is left


def test_a_day_that_turns_out_to_have_been_off_gives_the_days_back(
    declarant: Professional, employer_reviewer: User
) -> None:
    submitted(declarant, now=WEDNESDAY)
    monday = datetime(2026, 11, 23, 9, tzinfo=SHANGHAI)
    list(run_all(now=monday))
    import_notice(2026, rest=[date(2026, 11, 19), date(2026, 11, 20)], now=monday)
    list(run_all(now=monday + LATER))
    reminders = Notice.objects.filter(to=employer_reviewer, event=NoticeEvent.REVIEW_DUE)
    assert reminders.count() == 1
    assert Declaration.objects.get().reminded_at_days is None
    list(run_all(now=datetime(2026, 11, 25, 9, tzinfo=SHANGHAI)))
    assert reminders.count() == 2


def test_the_trail_says_what_was_due_when_and_when_it_is_now(declarant: Professional) -> None:
    made = submitted(declarant, now=WEDNESDAY)
    import_notice(2026, rest=[date(2026, 11, 24)], now=WEDNESDAY)
    for _ in range(3):
        list(run_all(now=WEDNESDAY + LATER))
    event = AuditEvent.objects.get(action="declaration.redated", subject_ref=made.ref)
    assert event.before == {"due_at": "2026-11-26T00:00:00+08:00", "is_provisional": True}
    assert event.after == {
        "due_at": "2026-11-27T00:00:00+08:00", "is_provisional": False, "calendar_version": calendar_version(),
    }  # fmt: skip
