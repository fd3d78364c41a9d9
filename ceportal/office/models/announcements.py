"""通知公告: documents and guides that bureaus and authorities publish. A `Notice` is something else: a message."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Area, Organization, User
from ceportal.kernel.models import Referenced, StoredFile
from ceportal.office.enums import AnnouncementKind, Audience


class Announcement(Referenced):
    """A draft until it is published, in the name of `unit`, to `audience` in `area` and below; withdrawn it is shown to
    its unit alone, with the reason. `readers` counts its `reads`.
    """

    unit = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    audience = models.CharField(max_length=10, choices=Audience.choices)
    kind = models.CharField(max_length=10, choices=AnnouncementKind.choices)
    title = models.CharField(max_length=120)
    document_no = models.CharField(max_length=60, blank=True)
    body = models.TextField()
    is_pinned = models.BooleanField(default=False)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    published_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_because = models.CharField(max_length=300, blank=True)
    readers = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = "通知公告"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(published_at__isnull=True, published_by__isnull=True)
                | Q(published_at__isnull=False, published_by__isnull=False),
                name="an_announcement_says_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_because="")
                | (Q(withdrawn_at__isnull=False, published_at__isnull=False) & ~Q(withdrawn_because="")),
                name="a_withdrawn_announcement_says_why",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["-is_pinned", "-published_at", "-id"],
                name="announcements_shown",
                condition=Q(published_at__isnull=False, withdrawn_at__isnull=True),
            ),
            models.Index(fields=["unit", "-id"], name="announcements_of_a_unit"),
        ]

    def __str__(self) -> str:
        return self.title


class AnnouncementFile(models.Model):
    """An attachment, in the order in which they were added."""

    announcement = models.ForeignKey(Announcement, on_delete=models.CASCADE, related_name="files")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "公告附件"
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["announcement", "file"], name="a_file_is_attached_once")
        ]

    def __str__(self) -> str:
        return self.file.name


class AnnouncementRead(models.Model):
    """Somebody who has signed in opened it, the first time."""

    announcement = models.ForeignKey(Announcement, on_delete=models.CASCADE, related_name="reads")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "公告阅读"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["announcement", "user"], name="an_announcement_is_read_once")
        ]

    def __str__(self) -> str:
        return f"{self.announcement_id} {self.user_id}"
