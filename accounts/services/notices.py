"""Telling people: a row in the transaction of what it tells of; the clock delivers it (R1)."""

from collections.abc import Iterable
from datetime import datetime

from accounts.enums import NoticeEvent
from accounts.models import Notice, User


def tell(to: Iterable[User], event: NoticeEvent, *, key: str, text: str, link: str = "", now: datetime) -> None:
    """Leave one message for each of `to`. `key` is what it is about; the same key is told to a person once only."""
    Notice.objects.bulk_create(
        [Notice(to=user, event=event, key=key, text=text[:300], link=link, created_at=now) for user in to],
        ignore_conflicts=True,
    )
