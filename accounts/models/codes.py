"""Ways to reach a person that are shown to be theirs: codes sent to a phone or by mail, another provider's word."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.enums import CodeChannel, CodePurpose
from accounts.models.people import User
from accounts.rules.codes import MOST_TRIES
from ceportal.kernel.models import Claimable, Referenced


class MailAddress(Referenced):
    """Where a person can be written to; sealed like a phone, and theirs once a code sent there has come back."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="mail_address")
    sealed = models.BinaryField()
    mask = models.CharField(max_length=60)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "邮箱"

    def __str__(self) -> str:
        return self.mask


class OneTimeCode(Referenced, Claimable):
    """Six digits on their way to somebody, good for one use within minutes and for few tries.

    The code stands sealed until it was sent, then only as a blind index. Without `user` nobody was found: the row is
    there all the same, so that asking takes the same work, and nothing is sent.
    """

    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=12, choices=CodePurpose.choices)
    channel = models.CharField(max_length=8, choices=CodeChannel.choices)
    code_sealed = models.BinaryField(null=True, blank=True)
    code_index = models.CharField(max_length=64)
    tries = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "验证码"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(tries__lte=MOST_TRIES), name="few_tries_at_a_code"),
        ]
        indexes: ClassVar = [models.Index(fields=["id"], name="codes_to_send", condition=Q(code_sealed__isnull=False))]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.made_at:%Y-%m-%d %H:%M}"


class OutsideIdentity(models.Model):
    """Who a person is for another provider of identities (OIDC): its `issuer` and the `subject` it knows them by."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="outside_identities")
    issuer = models.CharField(max_length=200)
    subject = models.CharField(max_length=255)
    linked_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "统一身份"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="a_subject_is_one_account"),
            models.UniqueConstraint(fields=["user", "issuer"], name="one_subject_an_account_and_provider"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.issuer}"
