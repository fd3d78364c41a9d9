"""Certificates: what was promised first (number, frozen content), then made (the signed sheet), never deleted."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Professional
from ceportal.kernel.models import Claimable, Referenced
from certificates.enums import CertificateState

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
