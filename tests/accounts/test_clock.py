"""Messages are delivered once, also after a crash; registrations are reminded, marked overdue, never approved."""

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.enums import IdKind, NoticeEvent, RegistrationState, TitleLevel
from accounts.models import Notice
from accounts.services import channels
from accounts.services.delivery import deliver_notices
from accounts.services.notices import tell
from accounts.services.people import register_person
from accounts.services.registration_clock import (
    mark_overdue_registrations,
    redate_registrations,
    remind_registrations,
)
from ceportal.kernel.enums import NoticeStatus
from ceportal.kernel.services.calendar import import_notice
from tests import factories as make

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
# A Monday in a week without holidays: the fifth working day after it is the next Monday.
MONDAY = datetime(2026, 11, 16, 10, tzinfo=SHANGHAI)


class Broken:
    def send(self, notice):
        raise ConnectionError("the gateway is away")


def sms():
    return sorted((Path(channels.settings.DATA_DIR) / "sms").rglob("*.txt"))


def leave(user, event=NoticeEvent.REGISTRATION_DECIDED, key="one"):
    tell([user], event, key=key, text="您的注册已经核准。", now=timezone.now())


def test_each_message_goes_out_once(stranger):
    leave(stranger)
    leave(stranger)
    now = timezone.now()
    assert deliver_notices(now=now) == 1
    assert deliver_notices(now=now) == 0
    assert Notice.objects.get().sent_at == now
    (message,) = sms()
    assert stranger.phone_mask in message.read_text(encoding="utf-8")


def test_what_is_for_the_portal_alone_is_only_stamped(stranger):
    leave(stranger, NoticeEvent.REVIEW_WAITING)
    assert deliver_notices(now=timezone.now()) == 1
    assert sms() == []


def test_no_gateway_at_all(stranger, settings):
    settings.SMS_GATEWAY = "none"
    leave(stranger)
    assert deliver_notices(now=timezone.now()) == 1
    assert sms() == []


def test_a_gateway_that_is_away_is_tried_again_later_and_not_for_ever(stranger, monkeypatch):
    monkeypatch.setitem(channels.GATEWAYS, "local", Broken())
    leave(stranger)
    now = timezone.now()
    assert deliver_notices(now=now) == 0
    assert Notice.objects.get().last_error == "ConnectionError"
    assert deliver_notices(now=now) == 0
    assert Notice.objects.get().attempts == 1, "still leased"
    for step in range(1, 20):
        deliver_notices(now=now + timedelta(hours=step))
    assert Notice.objects.get().attempts == 8


def test_a_dead_workers_message_comes_back(stranger):
    leave(stranger)
    now = timezone.now()
    Notice.objects.update(claimed_until=now + timedelta(minutes=2), attempts=1)
    assert deliver_notices(now=now) == 0
    assert deliver_notices(now=now + timedelta(minutes=3)) == 1


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
    import_notice(2026, rest=[date(2026, 11, 20)], status=NoticeStatus.PUBLISHED, now=MONDAY)
    assert redate_registrations(now=MONDAY) == 1
    registration.refresh_from_db()
    assert registration.due_at == datetime(2026, 11, 25, tzinfo=SHANGHAI)
    assert redate_registrations(now=MONDAY) == 0
