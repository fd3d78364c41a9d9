"""Delivering messages: in the portal one by one, to a phone seldom (reliability R1, F8, T22).

A message stands in the portal from the moment it was left. What is worth a text is gathered: one text a person, kind
and day, at most five a day, none at night (`TEXT_HOURS`). Each step is one transaction or stands under a lease: two
deliverers, or one that is killed, lose nothing and send nothing twice.
"""

import logging
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.enums import NoticeEvent
from accounts.models import Notice, TextMessage, User
from accounts.rules.texting import MOST_A_DAY, Hours, first_day, is_quiet
from accounts.selectors.texts import texts_due
from accounts.services.channels import is_texted, send
from ceportal.kernel.services.claims import failure_noted, take_up

CHUNK = 500
log = logging.getLogger(__name__)


def deliver_notices(*, now: datetime) -> int:
    """Gather what was left since, send the texts whose time has come. Returns how many messages were gathered.

    What fails is tried again when its lease has run out, a few times; the others do not wait for it.
    """
    waiting = Notice.objects.filter(sent_at__isnull=True)
    gathered = sum(_gather(pk, now) for pk in take_up(waiting, now=now, limit=CHUNK))
    if not is_quiet(timezone.localtime(now), Hours(*settings.TEXT_HOURS)):
        for pk in take_up(texts_due(now), now=now, limit=CHUNK):
            _send(pk, now)
    return gathered


@transaction.atomic
def _gather(pk: int, now: datetime) -> bool:
    """Stamp the message and, with it, put it into a text: into one that nobody has taken up yet, or into a new one."""
    if not Notice.objects.filter(pk=pk, sent_at__isnull=True).update(sent_at=now, last_error=""):
        return False
    notice = Notice.objects.select_related("to").get(pk=pk)
    if is_texted(notice):
        _user_locked(notice.to_id)
        open_texts = TextMessage.objects.filter(to=notice.to_id, event=notice.event, sent_at__isnull=True, attempts=0)
        if not open_texts.update(count=F("count") + 1):
            event = NoticeEvent(notice.event)
            earliest = first_day(timezone.localtime(now), Hours(*settings.TEXT_HOURS))
            day, place = _free_place(notice.to_id, event, earliest)
            TextMessage.objects.create(
                to=notice.to, event=event, day=day, place=place, first=notice.text, made_at=now, count=1
            )
    return True


def _send(pk: int, now: datetime) -> None:
    row = TextMessage.objects.filter(pk=pk, sent_at__isnull=True)
    if not _is_for_today(row, timezone.localdate(now)):
        return
    message = TextMessage.objects.select_related("to").get(pk=pk)
    try:
        with failure_noted(row):
            send(message)
    except OSError as error:
        log.warning("text %s was not delivered: %s", message.ref, type(error).__name__)
        return
    row.update(sent_at=now, last_error="")


@transaction.atomic
def _is_for_today(row: QuerySet[TextMessage], today: date) -> bool:
    """What was not sent on its day takes a free place on a later one, so that no day has more than it may."""
    message = row.get()
    if message.day >= today:
        return True
    _user_locked(message.to_id)
    message.day, message.place = _free_place(message.to_id, NoticeEvent(message.event), today)
    row.update(day=message.day, place=message.place)
    return message.day == today


def _free_place(to: int, event: NoticeEvent, day: date) -> tuple[date, int]:
    """The first day from `day` on which this kind was not texted and a place is free. Asks with the person locked."""
    while True:
        taken = dict(TextMessage.objects.filter(to=to, day=day).values_list("place", "event"))
        free = [place for place in range(1, MOST_A_DAY + 1) if place not in taken]
        if free and event not in taken.values():
            return day, free[0]
        day += timedelta(days=1)


def _user_locked(pk: int) -> None:
    User.objects.select_for_update(no_key=True).only("pk").get(pk=pk)
