"""Messages to people: an outbox row written with the change it tells of, sent by the clock."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.enums import NoticeEvent
from accounts.models.people import User
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
