"""Messages to people: an outbox row written with the change it tells of; what of them goes to phones, gathered."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.enums import NoticeEvent
from accounts.models.people import User
from accounts.rules.texting import MOST_A_DAY, TEXT_LIMIT, wording
from ceportal.kernel.models import Claimable, Referenced


class Notice(Referenced, Claimable):
    """One message to one person. `key` is what it is about: the same thing is never told twice."""

    to = models.ForeignKey(User, on_delete=models.PROTECT, related_name="notices")
    event = models.CharField(max_length=30, choices=NoticeEvent.choices)
    key = models.CharField(max_length=120)
    text = models.CharField(max_length=300)
    link = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "消息"
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["to", "key"], name="nothing_is_told_twice")]
        indexes: ClassVar = [
            models.Index(fields=["id"], name="notices_to_send", condition=Q(sent_at__isnull=True)),
            models.Index(fields=["to", "-id"], name="notices_of_a_person"),
        ]

    def __str__(self) -> str:
        return self.text


class TextMessage(Referenced, Claimable):
    """What a phone is told of one kind of matter on one day: `count` messages, the first of them in its own words.

    It grows until it is taken up. `place` is which of the day's texts to this person it is.
    """

    to = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    event = models.CharField(max_length=30, choices=NoticeEvent.choices)
    day = models.DateField()
    place = models.PositiveSmallIntegerField()
    count = models.PositiveIntegerField()
    first = models.CharField(max_length=TEXT_LIMIT)
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "短信"
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["to", "day", "event"], name="one_text_of_a_kind_a_day"),
            models.UniqueConstraint(fields=["to", "day", "place"], name="a_place_in_a_day_holds_one_text"),
            models.CheckConstraint(condition=Q(place__gte=1, place__lte=MOST_A_DAY), name="few_texts_a_day"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["id"], name="texts_to_send", condition=Q(sent_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        return wording(count=self.count, label=NoticeEvent(self.event).label, first=self.first)
