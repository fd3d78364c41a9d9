"""Tables that belong to nobody's subject: the calendar, the trail, stored files, background jobs, counters.

No foreign key leads to people: `actor_id` and `owner_id` are plain columns, so that everything may stand on this floor.
"""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from ceportal.kernel.enums import FileState, JobState, NoticeStatus


class Referenced(models.Model):
    """A row that appears in a URL or is sealed: known outside by an unguessable `ref`, never by its number."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True


# Tries of a row before it is put aside for an operator.
MAX_ATTEMPTS = 8


class Claimable(models.Model):
    """A row the clock works on: taken under a lease, tried again after a crash, put aside after too many tries."""

    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=500, blank=True)

    class Meta:
        abstract = True


class CalendarNotice(models.Model):
    """The State Council's holiday notice of a year, or our provisional stand-in until it is published (A4, F11)."""

    year = models.PositiveSmallIntegerField(unique=True)
    status = models.CharField(max_length=12, choices=NoticeStatus.choices)
    document = models.CharField(max_length=200, blank=True)
    source_url = models.CharField(max_length=300, blank=True)
    imported_at = models.DateTimeField()

    class Meta:
        verbose_name, verbose_name_plural = "放假安排", "工作日历"
        ordering: ClassVar = ["year"]

    def __str__(self) -> str:
        return f"{self.year} {self.get_status_display()}"

    @property
    def ref(self) -> uuid.UUID:
        """How the trail names it: made from the year, which is all that tells notices apart."""
        return uuid.uuid5(uuid.NAMESPACE_URL, f"calendar/{self.year}")


class CalendarDay(models.Model):
    """A day that differs from plain Monday to Friday, as one notice says; of two notices the later is right."""

    day = models.DateField(db_index=True)
    is_worked = models.BooleanField()
    notice = models.ForeignKey(CalendarNotice, on_delete=models.PROTECT, related_name="days")

    class Meta:
        verbose_name = verbose_name_plural = "日历"
        ordering: ClassVar = ["day"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["notice", "day"], name="a_notice_names_a_day_once"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {'上班' if self.is_worked else '休息'}"


class Counter(models.Model):
    """Numbers without gaps or doubles: a locked row, never `count() + 1`."""

    name = models.CharField(max_length=80, unique=True)
    value = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = "计数"

    def __str__(self) -> str:
        return f"{self.name} {self.value}"


# Characters of the role in which somebody acted.
ROLE_LIMIT = 200


class AuditEvent(Referenced):
    """Who did what to what, when, and what it was before and after. Appended in the transaction of the change.

    `role` is in words by which duty, and where; empty for the clock. Personal values stand here only as digests or
    masks, never in clear. The actor's name alone is readable: sealed is its digest, so that it may be erased (set to
    nothing) and never replaced. Triggers refuse every other change (`services.append_only`).
    """

    at = models.DateTimeField(db_index=True)
    actor_id = models.BigIntegerField(null=True, blank=True)
    actor_label = models.CharField(max_length=120)
    actor_digest = models.CharField(max_length=64, default="", db_default="", blank=True)
    role = models.CharField(max_length=ROLE_LIMIT, blank=True, default="", db_default="")
    address = models.CharField(max_length=45, blank=True)
    request_id = models.CharField(max_length=36, blank=True)
    action = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=60)
    subject_ref = models.UUIDField()
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "操作记录"
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["subject_ref", "id"], name="audit_of_a_subject"),
            models.Index(fields=["actor_id", "id"], name="audit_of_an_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_label} {self.action}"


class AuditSeal(models.Model):
    """The trail sealed up to `last_id`: `digest` covers every event since the seal before, and that one's digest."""

    number = models.PositiveBigIntegerField(unique=True)
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    count = models.PositiveIntegerField()
    sealed_at = models.DateTimeField(db_index=True)
    previous_digest = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "操作记录封存"
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(number__gt=0, count__gt=0), name="a_seal_covers_something"),
            models.CheckConstraint(condition=Q(last_id__gte=models.F("first_id")), name="a_seal_reaches_forward"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.digest[:12]}"


class StoredFile(Referenced):
    """A file by the digest of its bytes. `digest` is of what was handed in; pictures are shown as `shown_digest`,
    re-encoded without metadata (inputs.md D69). Stored as `<digest[:2]>/<digest>` below the files folder.

    `likeness` is a picture's perceptual hash (64 bits in hex, `rules.pictures`), empty for a PDF. What a scanner has
    not looked at waits in quarantine, what it found infected has lost its bytes; without a scanner all is clean.
    """

    digest = models.CharField(max_length=64, db_index=True)
    shown_digest = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    shown_size = models.PositiveBigIntegerField()
    content_type = models.CharField(max_length=60)
    name = models.CharField(max_length=150)
    pages = models.PositiveSmallIntegerField(default=1)
    likeness = models.CharField(max_length=16, blank=True)
    state = models.CharField(max_length=12, choices=FileState.choices, default=FileState.CLEAN)
    owner_id = models.BigIntegerField(null=True, blank=True)
    stored_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "文件"
        indexes: ClassVar = [
            models.Index(fields=["stored_at"], name="files_in_quarantine", condition=Q(state=FileState.QUARANTINED)),
            models.Index(fields=["shown_digest"], name="files_by_what_is_shown"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner_id", "digest"], name="one_file_once_an_owner"),
            models.CheckConstraint(condition=Q(size__gt=0), name="a_file_is_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name


class PartialUpload(Referenced):
    """A file that is arriving in pieces: `received` of `size` bytes lie in `DATA_DIR/uploads/<ref>.part`.

    Its owner's alone, and gone at `expires_at` or when it is given up. `name` bears no number. Once it is `stored` its
    bytes are gone; the row stays, so that who asks again (the answer got lost) gets the same file.
    """

    owner_id = models.BigIntegerField(db_index=True)
    name = models.CharField(max_length=150, blank=True)
    content_type = models.CharField(max_length=60, blank=True)
    size = models.PositiveBigIntegerField()
    received = models.PositiveBigIntegerField(default=0)
    stored = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = "续传文件"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(received__lte=models.F("size")), name="no_more_arrives_than_was_announced"
            )
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.received}/{self.size}"


class Tally(models.Model):
    """How often something was tried in a window, where no broker counts. `key` is a digest; lost rows cost nothing."""

    key = models.CharField(max_length=64, unique=True)
    count = models.PositiveIntegerField(default=0)
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = "频次"

    def __str__(self) -> str:
        return f"{self.count} until {self.ends_at}"


class Job(Referenced, Claimable):
    """Long work in the background: its progress is a row, so a page can show it and a crash cannot lose it."""

    kind = models.CharField(max_length=60)
    state = models.CharField(max_length=12, choices=JobState.choices, default=JobState.WAITING)
    params = models.JSONField(default=dict, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    errors = models.JSONField(default=list, blank=True)
    result = models.JSONField(default=dict, blank=True)
    file = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    owner_id = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "后台任务"
        indexes: ClassVar = [
            models.Index(
                fields=["created_at"], name="jobs_to_do", condition=Q(state__in=[JobState.WAITING, JobState.RUNNING])
            )
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(done__lte=models.F("total")), name="no_more_done_than_there_is")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.done}/{self.total}"


class Attempt(Referenced, Claimable):
    """The clock's `job` is at a row of a table without a lease of its own, or failed at it. Gone when it is done."""

    job = models.CharField(max_length=60)
    row_id = models.BigIntegerField()
    begun_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "定时处理"
        constraints: ClassVar = [models.UniqueConstraint(fields=["job", "row_id"], name="one_attempt_a_job_and_row")]

    def __str__(self) -> str:
        return f"{self.job} {self.row_id}"


class Heartbeat(models.Model):
    """When each part of the portal last gave a sign of life (worker, beat, each clock job)."""

    name = models.CharField(max_length=60, unique=True)
    at = models.DateTimeField()
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "运行心跳"

    def __str__(self) -> str:
        return f"{self.name} {self.at}"
