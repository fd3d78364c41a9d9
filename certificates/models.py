"""Certificates: what was promised first (number, frozen content), then made (the signed sheet), never deleted."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Area, Professional, User
from ceportal.kernel.models import Claimable, Referenced
from certificates.enums import CertificateState, CheckRefusal, SuspicionFinding

LIVE = (CertificateState.INTENDED, CertificateState.ISSUED)


class Certificate(Referenced, Claimable):
    """A person's certificate of a year (S4-11). `snapshot` is all that is printed; `snapshot_digest` its SHA-256.

    `token` is the unguessable word in the QR code (128 bits or more). `account_version` is the account it speaks of:
    when the account has moved on, the public page says 正在复核 until the clock has looked. `signed_with` is the
    fingerprint of the key's certificate, so that keys can be rotated.
    """

    professional = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    edition = models.PositiveSmallIntegerField(default=1)
    number = models.CharField(max_length=40, unique=True)
    token = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=12, choices=CertificateState.choices, default=CertificateState.INTENDED)
    account_version = models.PositiveIntegerField()
    snapshot = models.JSONField()
    snapshot_digest = models.CharField(max_length=64)
    promised_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True, blank=True)
    pdf_digest = models.CharField(max_length=64, blank=True)
    pdf_size = models.PositiveIntegerField(default=0)
    signed_with = models.CharField(max_length=64, blank=True)
    supersedes = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="successor")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "证书"
        ordering: ClassVar = ["-year", "-edition"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["professional", "year"], condition=Q(state__in=LIVE), name="one_live_certificate_a_year"
            ),
            models.UniqueConstraint(fields=["professional", "year", "edition"], name="an_edition_is_made_once"),
            models.CheckConstraint(
                condition=~Q(state=CertificateState.ISSUED)
                | (~Q(pdf_digest="") & ~Q(signed_with="") & Q(issued_at__isnull=False)),
                name="nothing_is_issued_without_its_sheet",
            ),
            models.CheckConstraint(
                condition=Q(state__in=LIVE) | (Q(ended_at__isnull=False) & ~Q(ended_because="")),
                name="an_ended_certificate_says_why_and_when",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["id"], name="certificates_to_make", condition=Q(state=CertificateState.INTENDED)),
            models.Index(fields=["pdf_digest"], name="certificates_by_file", condition=~Q(pdf_digest="")),
            models.Index(
                fields=["ended_at", "id"],
                name="certificates_ended",
                condition=Q(ended_at__isnull=False, issued_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class EarlierCertificate(Referenced):
    """A certificate that another system had issued, as the bureau that took it over found it (接收历史数据).

    The portal has never signed it and hands out no file of it. `hours` is what is printed on it, where that was said.
    """

    professional = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    number = models.CharField(max_length=60)
    issuer = models.CharField(max_length=60)
    issued_on = models.DateField()
    hours = models.DecimalField(max_digits=5, decimal_places=1, null=True, blank=True)
    name = models.CharField(max_length=50)
    taken_from = models.CharField(max_length=100)
    taken_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "接收的往年证书"
        ordering: ClassVar = ["-year", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["number"], condition=Q(undone_at__isnull=True), name="an_earlier_number_stands_once"
            ),
            models.CheckConstraint(condition=~Q(number="") & ~Q(issuer=""), name="an_earlier_one_says_which_and_whose"),
        ]
        indexes: ClassVar = [models.Index(fields=["professional", "year"], name="earlier_ones_of_a_person")]

    def __str__(self) -> str:
        return self.number


class VerificationCount(models.Model):
    """How often a certificate was looked up on a day."""

    certificate = models.ForeignKey(Certificate, on_delete=models.CASCADE, related_name="verifications")
    day = models.DateField()
    times = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = "查验次数"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["certificate", "day"], name="one_count_a_certificate_and_day")
        ]

    def __str__(self) -> str:
        return f"{self.certificate_id} {self.day}"


class RefusedCheck(models.Model):
    """How often look-ups from an address led to nothing on a day, and why: guessing shows. Kept for half a year."""

    day = models.DateField()
    why = models.CharField(max_length=10, choices=CheckRefusal.choices)
    address = models.CharField(max_length=45)
    times = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = "查验异常"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["day", "address", "why"], name="one_refusal_line_a_day_and_address")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.why}"


class Suspicion(Referenced):
    """Somebody does not believe a certificate and says so, without an account and without a name (S3-10).

    `number` is what they typed, `certificate` the one that bears it, if any. It waits with the bureau of `area`.
    """

    number = models.CharField(max_length=60, blank=True)
    certificate = models.ForeignKey(Certificate, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    says = models.CharField(max_length=500)
    made_at = models.DateTimeField()
    finding = models.CharField(max_length=10, choices=SuspicionFinding.choices, blank=True)
    found_because = models.CharField(max_length=500, blank=True)
    found_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    found_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "可疑证书举报"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(finding="", found_at__isnull=True, found_by__isnull=True)
                | (~Q(finding="") & ~Q(found_because="") & Q(found_at__isnull=False, found_by__isnull=False)),
                name="a_finding_says_who_when_and_why",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["area", "id"], name="suspicions_open", condition=Q(finding=""))]

    def __str__(self) -> str:
        return self.number or "—"


class ShareLink(Referenced):
    """A certificate shown whole, with its file, to whoever has the link (`token`), until a moment its holder chose."""

    certificate = models.ForeignKey(Certificate, on_delete=models.CASCADE, related_name="links")
    token = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    opened = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = "分享链接"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("made_at")), name="a_link_lasts_and_ends")
        ]

    def __str__(self) -> str:
        return str(self.certificate_id)
