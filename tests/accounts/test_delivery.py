"""Messages are gathered into few texts, sent by day, each once: also by two deliverers, also after a crash (T22)."""

import os
import signal
import time
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import IntegrityError, connections, transaction

from accounts.enums import NoticeEvent
from accounts.models import Notice, TextMessage
from accounts.rules.texting import MOST_A_DAY, TEXT_LIMIT, wording
from accounts.services import channels, gateways
from accounts.services.delivery import deliver_notices
from accounts.services.notices import tell
from tests.races import at_once

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 16, 12, tzinfo=SHANGHAI)
OVERDUE = NoticeEvent.REVIEW_OVERDUE


class Recorder:
    """A provider that carries each message once, by its ref, and may break before or after it has."""

    def __init__(self, *, breaks=None):
        self.handed, self.carried, self.breaks = 0, {}, breaks

    def send(self, message):
        self.handed += 1
        self.carried[message.ref] = message.text
        if self.breaks:
            raise self.breaks


class Killed(BaseException):
    pass


@pytest.fixture
def gateway(monkeypatch):
    recorder = Recorder()
    monkeypatch.setitem(gateways.GATEWAYS, "local", recorder)
    return recorder


def leave(user, count=1, event=OVERDUE, start=0):
    for number in range(start, start + count):
        tell([user], event, key=f"{event}:{number}", text=f"第 {number} 项已超期。", now=NOON)


def sms():
    return sorted((Path(settings.DATA_DIR) / "sms").rglob("*.txt"))


def test_the_local_stand_in_writes_one_file_without_the_number(stranger):
    leave(stranger)
    leave(stranger)
    assert (deliver_notices(now=NOON), deliver_notices(now=NOON)) == (1, 0)
    assert Notice.objects.get().sent_at == NOON
    (message,) = sms()
    assert message.read_text(encoding="utf-8") == f"{stranger.phone_mask}\n第 0 项已超期。\n"


def test_what_is_for_the_portal_alone_or_has_no_phone_makes_no_text(stranger, gateway):
    leave(stranger, event=NoticeEvent.REVIEW_WAITING)
    stranger.phone_mask = ""
    stranger.save(update_fields=["phone_mask"])
    leave(stranger)
    assert deliver_notices(now=NOON) == 2
    assert not TextMessage.objects.exists()


@pytest.mark.parametrize("event", [NoticeEvent.SPOT_CHECK, NoticeEvent.REQUEST_DECIDED, NoticeEvent.TEACHING])
def test_what_has_a_limit_or_answers_somebody_reaches_a_phone(stranger, gateway, event):
    """A hearing that lapses in five working days, the answer to an appeal, a class that is cancelled."""
    leave(stranger, event=event)
    deliver_notices(now=NOON)
    assert list(gateway.carried.values()) == ["第 0 项已超期。"]


def test_no_gateway_at_all(stranger, settings):
    settings.SMS_GATEWAY = "none"
    leave(stranger)
    assert deliver_notices(now=NOON) == 1
    assert sms() == []


def test_a_dozen_of_a_kind_are_one_text_and_stay_a_dozen_in_the_portal(stranger, gateway):
    leave(stranger, 12)
    assert deliver_notices(now=NOON) == 12
    assert list(gateway.carried.values()) == ["您有 12 项审核已超期，最早一项：第 0 项已超期。其余请登录查看。"]
    assert Notice.objects.filter(to=stranger, sent_at=NOON).count() == 12


def test_what_comes_later_that_day_is_told_on_the_next(stranger, gateway):
    leave(stranger)
    deliver_notices(now=NOON)
    leave(stranger, 3, start=1)
    deliver_notices(now=NOON + timedelta(hours=1))
    leave(stranger, 2, start=4)
    deliver_notices(now=NOON + timedelta(hours=2))
    assert len(gateway.carried) == 1
    deliver_notices(now=NOON + timedelta(hours=19))
    assert len(gateway.carried) == 1, "seven in the morning"
    deliver_notices(now=NOON + timedelta(hours=20))
    assert list(gateway.carried.values())[1:] == ["您有 5 项审核已超期，最早一项：第 1 项已超期。其余请登录查看。"]


def test_what_happens_at_night_is_told_at_eight(stranger, gateway):
    leave(stranger)
    assert deliver_notices(now=NOON.replace(hour=21)) == 1
    assert TextMessage.objects.get().day == date(2026, 11, 17)
    deliver_notices(now=NOON.replace(day=17, hour=7, minute=59))
    assert not gateway.carried
    deliver_notices(now=NOON.replace(day=17, hour=8))
    assert len(gateway.carried) == 1


def test_where_the_operator_says_so_it_is_told_at_night(stranger, gateway, settings):
    settings.TEXT_HOURS = (0, 24)
    leave(stranger)
    deliver_notices(now=NOON.replace(hour=23))
    assert TextMessage.objects.get().day == NOON.date()
    assert len(gateway.carried) == 1


def test_at_most_five_a_day_the_rest_on_the_next(stranger, gateway):
    for event in channels.BY_SMS:
        leave(stranger, 2, event=event)
    for minute in range(3):
        deliver_notices(now=NOON + timedelta(minutes=minute))
    assert len(gateway.carried) == MOST_A_DAY
    for day in (1, 2):
        deliver_notices(now=NOON + timedelta(days=day))
    assert len(gateway.carried) == len(channels.BY_SMS)


def test_what_a_day_left_over_takes_its_place_on_a_later_one(stranger, gateway):
    """A day without a clock: yesterday's text and today's of the same kind are not both sent today."""
    leave(stranger)
    deliver_notices(now=NOON.replace(hour=7))
    TextMessage.objects.update(attempts=1)
    leave(stranger, start=1)
    deliver_notices(now=NOON.replace(day=17))
    deliver_notices(now=NOON.replace(day=17, hour=13))
    days = dict(TextMessage.objects.values_list("first", "day"))
    assert len(gateway.carried) == 1
    deliver_notices(now=NOON.replace(day=18))
    deliver_notices(now=NOON.replace(day=19))
    assert len(gateway.carried) == 2
    assert len(set(days.values())) == 2


def test_a_gateway_that_is_away_is_tried_again_and_not_for_ever(stranger, monkeypatch):
    monkeypatch.setitem(gateways.GATEWAYS, "local", Recorder(breaks=ConnectionError("away")))
    leave(stranger)
    assert deliver_notices(now=NOON) == 1
    text = TextMessage.objects.get()
    assert (text.last_error, text.attempts, text.sent_at) == ("ConnectionError", 1, None)
    deliver_notices(now=NOON)
    assert TextMessage.objects.get().attempts == 1, "still leased"
    for step in range(1, 40):
        deliver_notices(now=NOON + timedelta(hours=step))
    assert TextMessage.objects.get().attempts == 8


@pytest.mark.django_db(transaction=True)
def test_a_deliverer_killed_after_handing_over_hands_over_the_same_once_more(stranger, monkeypatch):
    recorder = Recorder(breaks=Killed())
    monkeypatch.setitem(gateways.GATEWAYS, "local", recorder)
    leave(stranger, 3)
    with pytest.raises(Killed):
        deliver_notices(now=NOON)
    recorder.breaks = None
    leave(stranger, start=3)
    deliver_notices(now=NOON + timedelta(seconds=1))
    assert recorder.handed == 1, "still leased"
    deliver_notices(now=NOON + timedelta(minutes=3))
    assert recorder.handed == 2
    assert list(recorder.carried.values()) == ["您有 3 项审核已超期，最早一项：第 0 项已超期。其余请登录查看。"]
    assert TextMessage.objects.filter(sent_at__isnull=False).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_deliverers_lose_nothing_and_send_nothing_twice(stranger, gateway):
    for event in (OVERDUE, NoticeEvent.REVIEW_DUE):
        leave(stranger, 6, event=event)
    gathered = at_once([lambda: deliver_notices(now=NOON)] * 2)
    assert sum(gathered) == 12
    assert gateway.handed == len(gateway.carried)
    assert sum(TextMessage.objects.values_list("count", flat=True)) == 12
    sent = TextMessage.objects.filter(sent_at__isnull=False)
    assert sorted(sent.values_list("event", flat=True)) == sorted({text.event for text in sent})


class Carrier:
    """A provider in another process: a line of its book for every text that is handed in, and a while to do it."""

    def __init__(self, book):
        self.book = book

    def send(self, message):
        with self.book.open("a", encoding="utf-8") as book:
            book.write(f"{message.ref} {message.count}\n")
        time.sleep(0.02)


@pytest.mark.django_db(transaction=True)
def test_deliverers_killed_at_random_and_two_at_once_send_nothing_twice(stranger, declarant, tmp_path, monkeypatch):
    """kill -9 at six moments of gathering and of handing over, then two at once: no message lost, none in two texts;
    a text that was on its way when its deliverer died is handed in again under the same number, all others once.
    """
    carrier = Carrier(tmp_path / "book")
    monkeypatch.setitem(gateways.GATEWAYS, "local", carrier)
    kinds, kills = sorted(channels.BY_SMS)[:MOST_A_DAY], 6
    for user in (stranger, declarant.user):
        for event in kinds:
            leave(user, 4, event=event)
    left = Notice.objects.count()
    for number in range(kills):
        _deliver_and_be_killed(NOON + timedelta(minutes=5 * number), after=0.02 + 0.04 * number)
    later = NOON + timedelta(hours=1)
    for day in range(5):
        at_once([lambda day=day: deliver_notices(now=later + timedelta(days=day))] * 2)
    assert not Notice.objects.filter(sent_at__isnull=True).exists()
    assert not TextMessage.objects.filter(sent_at__isnull=True).exists()
    assert sum(TextMessage.objects.values_list("count", flat=True)) == left == 40
    handed = Counter(line.split()[0] for line in carrier.book.read_text(encoding="utf-8").splitlines())
    assert set(handed) == {str(ref) for ref in TextMessage.objects.values_list("ref", flat=True)}
    assert handed.total() - len(handed) <= kills, "only what a deliverer died over"


def _deliver_and_be_killed(now, *, after):
    """In a process of its own, with connections of its own."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            deliver_notices(now=now)
        finally:
            os._exit(0)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, "one_text_of_a_kind_a_day"),
        ({"event": NoticeEvent.REVIEW_DUE}, "a_place_in_a_day_holds_one_text"),
        ({"event": NoticeEvent.REVIEW_DUE, "place": MOST_A_DAY + 1}, "few_texts_a_day"),
    ],
)
def test_the_database_allows_few_texts(stranger, changes, name):
    facts = {
        "to": stranger,
        "event": OVERDUE,
        "day": NOON.date(),
        "place": 1,
        "count": 1,
        "first": "一",
        "made_at": NOON,
    }
    TextMessage.objects.create(**facts)
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        TextMessage.objects.create(**(facts | changes))
    columns = "to_id" if name != "few_texts_a_day" else name
    assert name in str(caught.value) or columns in str(caught.value)


def test_a_long_first_matter_is_cut():
    assert len(wording(count=1000, label="审核已超期", first="长" * TEXT_LIMIT)) == TEXT_LIMIT
