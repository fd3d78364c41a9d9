"""What guards an account: the second factor, the devices it is known from, its sessions, its earlier passwords."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models.people import User
from ceportal.kernel.models import Referenced


class SecondFactor(Referenced):
    """A person's authenticator app (TOTP, RFC 6238). `last_step` is the last time step a code was taken from: no code
    of it or before is taken again.

    Without `confirmed_at` it is being set up, with `ended_at` it opens nothing any more.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="second_factors")
    secret_sealed = models.BinaryField()
    last_step = models.BigIntegerField(default=0)
    made_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "动态口令"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(confirmed_at__isnull=False, ended_at__isnull=True),
                name="one_second_factor_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(confirmed_at__isnull=True, ended_at__isnull=True),
                name="one_second_factor_is_set_up_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.made_at:%Y-%m-%d}"


class RecoveryCode(models.Model):
    """Stands in once for the second factor: found by `selector`, its first half, and hashed like a password."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="recovery_codes")
    selector = models.CharField(max_length=8)
    hash = models.CharField(max_length=128)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "备用码"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "selector"], name="a_recovery_code_is_found_by_its_first_half")
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.selector}"


class KnownDevice(Referenced):
    """A browser its owner has signed in from, by the digest of the token in its cookie; `place` is the blind index of
    the address it was last seen at. Who guesses at the account from elsewhere does not shut its owner out here.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="known_devices")
    digest = models.CharField(max_length=64)
    place = models.CharField(max_length=64)
    label = models.CharField(max_length=40)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "常用设备"
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "digest"], name="a_device_is_known_once")]
        indexes: ClassVar = [models.Index(fields=["user", "place"], name="known_places_of_a_person")]

    def __str__(self) -> str:
        return f"{self.user} {self.label}"


class SignedIn(Referenced):
    """A session of somebody who has signed in; gone when it ends."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="sessions")
    session_key = models.CharField(max_length=40, unique=True)
    label = models.CharField(max_length=40)
    address = models.CharField(max_length=45, blank=True)
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = "登录"
        ordering: ClassVar = ["-seen_at", "-id"]

    def __str__(self) -> str:
        return f"{self.user} {self.label}"


class PasswordRecord(models.Model):
    """A password somebody had or has, hashed: how old it is, and that it does not come back too soon (8.1.4.1 a)."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="password_records")
    hash = models.CharField(max_length=128)
    set_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "密码记录"
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.user} {self.set_at:%Y-%m-%d}"
