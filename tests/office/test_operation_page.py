"""运行状态: every part of the clock in words, and nothing that is not one."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import TextMessage, User
from ceportal.kernel.models import Heartbeat
from ceportal.office.rules.parts import PARTS
from ceportal.office.selectors.operation import queues, signs_of_life
from tests.credits.drafts import text_of

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_every_part_of_the_clock_has_words() -> None:
    assert set(PARTS) == set(settings.CELERY_BEAT_SCHEDULE)


def test_what_prepared_the_database_is_no_part_of_the_clock() -> None:
    Heartbeat.objects.create(name="prepared.reference data", note="0" * 64, at=timezone.now())
    now = timezone.now()
    Heartbeat.objects.create(name="accounts.deliver_notices", at=now)
    Heartbeat.objects.create(name="office.heartbeat", at=now - timedelta(minutes=1))
    signs = signs_of_life()
    assert len(signs) == len(PARTS)
    assert {sign.at for sign in signs[:-2]} == {None}, "first who never ran"
    assert [sign.label for sign in signs[-2:]] == ["定时器", "消息和短信的送出"]


def test_who_never_ran_is_said_and_else_who_ran_the_longest_ago(client: Client, operator: User) -> None:
    client.force_login(operator)
    assert "定时任务还没有运行过" in client.get("/operation/").content.decode()
    now = timezone.now()
    *others, last = PARTS
    Heartbeat.objects.bulk_create([Heartbeat(name=name, at=now) for name in others])
    some = text_of(client.get("/operation/"))
    assert f"{len(PARTS)} 项定时处理，1 项还没有运行过；" in some
    Heartbeat.objects.create(name=last, at=datetime(2026, 11, 19, 22, tzinfo=SHANGHAI))
    every = text_of(client.get("/operation/"))
    assert f"{len(PARTS)} 项定时处理都运行过；" in every
    assert f"上一次运行最早的是“{PARTS[last]}”，2026年11月19日 22:00。" in every


def test_the_page_shows_words_only(client: Client, operator: User) -> None:
    Heartbeat.objects.create(name="prepared.reference data", note="0" * 64, at=timezone.now())
    Heartbeat.objects.create(name="certificates.make_sheets", at=timezone.now())
    client.force_login(operator)
    page = client.get("/operation/").content.decode()
    assert "证书制作" in page
    assert "prepared" not in page
    assert "make_sheets" not in page
    assert "0000" not in page
    assert "8 点至 21 点之间发送" in page


@pytest.mark.parametrize(
    ("hour", "minute", "day", "is_late"),
    [
        (7, 59, 20, False),
        (8, 10, 20, False),
        (8, 11, 20, True),
        (20, 59, 20, True),
        (21, 0, 20, False),
        (12, 0, 21, False),
    ],
)
def test_what_was_not_sent_is_seen_and_is_late_by_day_alone(
    client: Client, operator: User, hour: int, minute: int, day: int, is_late: bool
) -> None:
    """Made in the night before the 20th; whatever is put off to a later day waits too, and is not late."""
    made = datetime(2026, 11, 19, 22, tzinfo=SHANGHAI)
    TextMessage.objects.create(
        to=operator, event="review_due", day=date(2026, 11, day), place=1, count=3, first="待审", made_at=made,
        last_error="ConnectionError",
    )  # fmt: skip
    (texts,) = [row for row in queues(datetime(2026, 11, 20, hour, minute, tzinfo=SHANGHAI)) if "短信" in row.label]
    assert (texts.waiting, texts.failed, texts.oldest, texts.is_late) == (1, 1, made, is_late)
    client.force_login(operator)
    assert "待发的短信和邮件" in client.get("/operation/").content.decode()
