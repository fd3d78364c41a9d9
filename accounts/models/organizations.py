"""Units: employers, industry authorities, HR bureaus, platforms, bases and associations."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from oauth2_provider.models import AbstractApplication

from accounts.enums import Level, OrganizationKind, UnitNature, UnitState
from accounts.fields import contact_in_clear
from accounts.models.areas import Area, TitleSeries
from ceportal.kernel.models import Referenced


class Organization(Referenced):
    """A unit. One unit can be several things at once (a university is an employer and a base)."""

    name = models.CharField(max_length=100)
    name_key = models.CharField(max_length=100, db_index=True)
    uscc = models.CharField(max_length=18, unique=True, null=True, blank=True)
    nature = models.CharField(max_length=16, choices=UnitNature.choices, default=UnitNature.INSTITUTION)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    level = models.CharField(max_length=10, choices=Level.choices, blank=True)
    supervisor = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="supervised")
    # The bureau where its people take title review, when that is not the one of its place (驻平单位, S3-01).
    answers_to = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    # What a closed unit has become part of: it is still found, and leads there.
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")
    is_employer = models.BooleanField(default=False)
    is_authority = models.BooleanField(default=False)
    is_bureau = models.BooleanField(default=False)
    is_platform = models.BooleanField(default=False)
    is_base = models.BooleanField(default=False)
    is_association = models.BooleanField(default=False)
    trades = models.ManyToManyField(TitleSeries, blank=True, related_name="authorities")
    state = models.CharField(max_length=10, choices=UnitState.choices, default=UnitState.ACTIVE)
    contact_name = models.CharField(max_length=50, blank=True)
    # An office's number is public to the unit's people. A mobile is somebody's own: sealed, see `number_to_call`.
    contact_phone = models.CharField(max_length=30, blank=True)
    contact_mobile_sealed = models.BinaryField(null=True, blank=True)
    registered_at = models.DateTimeField(null=True, blank=True)
    # From which system it was taken over; empty for a unit that registered here.
    taken_from = models.CharField(max_length=100, blank=True, default="", db_default="")

    class Meta:
        verbose_name = verbose_name_plural = "单位"
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["area"], condition=Q(is_bureau=True, state=UnitState.ACTIVE), name="one_bureau_a_place"
            ),
            models.CheckConstraint(
                condition=Q(answers_to__isnull=True) | Q(is_employer=True), name="employers_alone_answer_elsewhere"
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(state=UnitState.CLOSED), name="a_merged_unit_is_closed"
            ),
            models.UniqueConstraint(
                fields=["area", "name_key"],
                condition=~Q(state=UnitState.REFUSED),
                name="one_unit_of_a_name_in_a_place",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["supervisor", "id"], name="units_of_a_supervisor"),
            # With the key, so that the units of a city are read from the index alone.
            models.Index(fields=["area", "id"], name="units_of_a_place"),
            # Among all units of a province the institutions are few.
            models.Index(
                fields=["name_key"], name="institutions_by_name", condition=Q(is_platform=True) | Q(is_base=True)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def number_to_call(self) -> str:
        """For those who wait with this unit or decide about it; in no list, export or file."""
        if self.contact_mobile_sealed is None:
            return self.contact_phone
        return contact_in_clear(self.contact_mobile_sealed, ref=self.ref)

    @property
    def kinds(self) -> frozenset[OrganizationKind]:
        return frozenset(kind for kind in OrganizationKind if getattr(self, f"is_{kind.value}"))


class ApiClient(AbstractApplication):
    """A key by which a machine calls the interface for an organization (design/api.md).

    A key that was rotated names the `first_key` of its line: two of a line live at once, and share its daily ceiling
    (records a day; 0: none). `address_list` holds networks, a line each; empty: from everywhere. A key in earnest is in
    force from `released_at`, after a bureau has seen the `report` of its conformance, asked for at `asked_at`.

    A key of the signed-in entry (grant `authorization-code`) calls nothing: people come by it from `entry_url` through
    the portal's sign-in (S0-07).
    """

    organization = models.ForeignKey(
        Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="api_clients"
    )
    allowed_scopes = models.CharField(max_length=200, blank=True)
    address_list = models.TextField(blank=True)
    entry_url = models.URLField(max_length=200, blank=True)
    daily_ceiling = models.PositiveIntegerField(default=0)
    is_sandbox = models.BooleanField(default=False)
    first_key = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="later_keys")
    report = models.JSONField(default=dict, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    refusal = models.CharField(max_length=300, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta(AbstractApplication.Meta):
        verbose_name = verbose_name_plural = "接口密钥"

    @property
    def is_entry(self) -> bool:
        return self.authorization_grant_type == AbstractApplication.GRANT_AUTHORIZATION_CODE

    def get_allowed_schemes(self) -> list[str]:
        """Plain HTTP leads back to one's own machine alone (accounts.rules.clients)."""
        return ["https", "http"]
