"""People: the account that signs in, the professional who learns, where they work and for whom they may act.

Numbers by which a person can be found are never stored in clear: `*_sealed` is the ciphertext, `*_mask` what a page
may show, `*_index` the keyed blind index, `*_index_before` the same by the oldest key that is valid (kernel.fields).
"""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property

from accounts.enums import Duty, IdKind, Leaving, PersonField, TitleLevel
from accounts.models.areas import Area, TitleSeries
from accounts.models.organizations import Organization
from accounts.rules.roles import OF_ONESELF, role_in_words
from ceportal.kernel.models import Referenced


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(ref=UUID(str(username)))


class User(AbstractBaseUser, Referenced):
    """A human who signs in, by ID number or phone. What they may do follows from memberships, never from a flag here.

    `session_epoch` stands in every session; raising it ends them all. After `erased_at` the row
    names nobody.
    """

    name = models.CharField(max_length=50)
    phone_sealed = models.BinaryField(null=True, blank=True)
    phone_mask = models.CharField(max_length=20, blank=True)
    phone_index = models.CharField(max_length=64, unique=True, null=True, blank=True)
    phone_index_before = models.CharField(max_length=64, unique=True, null=True, blank=True)
    is_active = models.BooleanField(default=True)
    session_epoch = models.PositiveIntegerField(default=0)
    joined_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "ref"
    REQUIRED_FIELDS: ClassVar = ["name"]

    class Meta:
        verbose_name = verbose_name_plural = "账号"

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """How the trail names this person."""
        return self.name

    @cached_property
    def role(self) -> str:
        """How the trail says in which role they act where no door has: by all the duties they hold."""
        held = self.memberships.filter(ended_at__isnull=True).order_by("organization_id", "duty")
        duties = [(Duty(duty).label, unit) for duty, unit in held.values_list("duty", "organization__name")]
        return role_in_words(duties) or OF_ONESELF

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Stands in every session and is compared at every request (django.contrib.auth): password or epoch moved on,
        session over. The parent's own hook, so that rotating SECRET_KEY keeps its fallbacks.
        """
        value = f"{self.password}|{self.session_epoch}"
        return salted_hmac("accounts.User.session", value, secret=secret, algorithm="sha256").hexdigest()

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Nobody has a permission by name: desks ask duties (`accounts.selectors`)."""
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False


class Professional(Referenced):
    """A person whose hours are counted (专业技术人员).

    `merged_into` is the account that goes on for somebody who was registered twice.
    """

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="professional")
    name = models.CharField(max_length=50, db_index=True)
    id_kind = models.CharField(max_length=16, choices=IdKind.choices, default=IdKind.RESIDENT)
    id_sealed = models.BinaryField()
    id_mask = models.CharField(max_length=30)
    id_index = models.CharField(max_length=64, unique=True)
    id_index_before = models.CharField(max_length=64, unique=True, null=True, blank=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    title_series = models.ForeignKey(TitleSeries, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    title_level = models.CharField(max_length=6, choices=TitleLevel.choices, default=TitleLevel.NONE)
    title_since = models.DateField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    # From which system they were taken over; empty for who registered here.
    taken_from = models.CharField(max_length=100, blank=True, default="", db_default="")
    left_at = models.DateTimeField(null=True, blank=True)
    left_as = models.CharField(max_length=8, choices=Leaving.choices, blank=True)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")

    class Meta:
        verbose_name = verbose_name_plural = "专业技术人员"
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=models.F("id")),
                name="nobody_is_merged_into_themselves",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["area", "id"], name="people_of_a_place"),
            # By the beginning of a name, whatever the database's own order of words is.
            models.Index(
                fields=["area", "name", "id"],
                name="people_of_a_place_by_name",
                opclasses=["varchar_ops", "varchar_pattern_ops", "int8_ops"],
            ),
            # Those whom lists show and count, without a look at the rows.
            models.Index(
                fields=["area", "id"],
                name="people_at_work_in_a_place",
                condition=Q(approved_at__isnull=False, left_at__isnull=True, merged_into__isnull=True),
            ),
            models.Index(
                fields=["id"],
                name="people_who_left_or_never_came",
                condition=Q(left_at__isnull=False) | Q(approved_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Employment(models.Model):
    """Where a professional works, from when to when. One employer is principal: it reviews first."""

    professional = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="employments")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="employments")
    department = models.CharField(max_length=60, blank=True)
    is_principal = models.BooleanField(default=True)
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "任职"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["professional"],
                condition=Q(is_principal=True, ended_on__isnull=True),
                name="one_principal_employer_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=models.F("started_on")),
                name="employment_ends_after_it_began",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["organization", "professional"], name="people_of_a_unit", condition=Q(ended_on__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.professional} · {self.organization}"


class Membership(models.Model):
    """One duty of one user at one organization. Several rows make several roles; an ended one is kept.

    A deputy holds it for somebody who is away (`stands_in_for`), through the day `lasts_until`; the clock ends it.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="memberships")
    duty = models.CharField(max_length=20, choices=Duty.choices)
    granted_at = models.DateTimeField()
    granted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    lasts_until = models.DateField(null=True, blank=True)
    stands_in_for = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "岗位职责"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(stands_in_for__isnull=True, lasts_until__isnull=True)
                | (Q(stands_in_for__isnull=False, lasts_until__isnull=False) & ~Q(stands_in_for=models.F("user"))),
                name="a_deputy_stands_in_for_another_until_a_day",
            ),
            models.UniqueConstraint(
                fields=["user", "organization", "duty"],
                condition=Q(ended_at__isnull=True),
                name="a_duty_is_held_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organization", "duty"], name="duties_at_a_unit", condition=Q(ended_at__isnull=True)),
            models.Index(
                fields=["lasts_until"],
                name="deputies_at_work",
                condition=Q(ended_at__isnull=True, lasts_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_duty_display()} {self.organization}"


class PersonChange(Referenced):
    """What about a person changed, from when on. Append-only; downstream reads it and keeps its own mark.

    `before` and `after` hold an AREA as `{"area": code}`, a TITLE as `{"series": code, "level": …, "since": ISO date or
    null}`, an EMPLOYER as `{"organization": ref}`, an ACCOUNT as `{"into": ref}` of the account that goes on, a
    NAME and an ID_NUMBER as `{"digest": …}`; empty says that nothing was or is known.
    """

    professional = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="changes")
    field = models.CharField(max_length=12, choices=PersonField.choices)
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)
    effective_on = models.DateField()
    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "人员变动"
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.professional} {self.get_field_display()} {self.effective_on}"
