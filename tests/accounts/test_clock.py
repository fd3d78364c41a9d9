"""Registrations are reminded, marked overdue, never approved; a message a dead worker held comes back."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts.enums import IdKind, NoticeEvent, RegistrationState, TitleLevel
from accounts.models import Notice
from accounts.services.delivery import deliver_notices
from accounts.services.notices import tell
from accounts.services.people import register_person
from accounts.services.registration_clock import (
    mark_overdue_registrations,
    redate_registrations,
    remind_registrations,
)
from ceportal.kernel.services.calendar import import_notice
from tests import factories as make

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
# A Monday in a week without holidays: the fifth working day after it is the next Monday.
MONDAY = datetime(2026, 11, 16, 10, tzinfo=SHANGHAI)


def test_a_dead_workers_message_comes_back(stranger):
    tell([stranger], NoticeEvent.REGISTRATION_DECIDED, key="one", text="您的注册已经核准。", now=MONDAY)
    Notice.objects.update(claimed_until=MONDAY + timedelta(minutes=2), attempts=1)
    assert deliver_notices(now=MONDAY) == 0
    assert deliver_notices(now=MONDAY + timedelta(minutes=3)) == 1


@pytest.fixture
def registration(employer, employer_reviewer, authority_reviewer):
    return register_person(
        id_number=make.id_number(serial=901), name="申请人", phone=make.phone(), password=make.PASSWORD,
        organization=employer, area=employer.area, title_series=None, title_level=TitleLevel.NONE,
        id_kind=IdKind.RESIDENT, now=MONDAY,
    )  # fmt: skip


def events(user):
    return list(Notice.objects.filter(to=user).order_by("id").values_list("event", flat=True))


def test_who_decides_is_reminded_at_two_and_at_one_working_day(registration, employer_reviewer):
    assert registration.due_at == datetime(2026, 11, 24, tzinfo=SHANGHAI)
    for hours in range(0, 8 * 24, 6):
        remind_registrations(now=MONDAY + timedelta(hours=hours))
    assert events(employer_reviewer) == ["registration_waiting", "review_due", "review_due"]


def test_overdue_is_told_once_to_those_who_decide_those_above_and_the_applicant(
    registration, employer_reviewer, authority_reviewer
):
    assert mark_overdue_registrations(now=registration.due_at - timedelta(seconds=1)) == 0
    assert mark_overdue_registrations(now=registration.due_at) == 1
    assert mark_overdue_registrations(now=registration.due_at + timedelta(days=3)) == 0
    for user in (employer_reviewer, authority_reviewer, registration.declarant):
        assert events(user)[-1] == "review_overdue"
    registration.refresh_from_db()
    assert registration.state == RegistrationState.WAITING


def test_a_new_holiday_notice_moves_the_due_moment(registration):
    import_notice(2026, rest=[date(2026, 11, 20)], now=MONDAY)
    assert redate_registrations(now=MONDAY) == 1
    registration.refresh_from_db()
    assert registration.due_at == datetime(2026, 11, 25, tzinfo=SHANGHAI)
    assert redate_registrations(now=MONDAY) == 0
