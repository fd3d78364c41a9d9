"""Who reviews in a made-up province: somebody at each unit, and at the bureau of each place."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from accounts.enums import Duty
from accounts.models import Membership, Organization, User

# What no password makes.
NOBODY = "!"


@dataclass(frozen=True, slots=True)
class Reviewer:
    """The unit, and the account of who reviews there."""

    unit: Organization
    account: int
    name: str

    @property
    def actor(self) -> tuple[int, str, str]:
        return self.account, self.name, f"{Duty.REVIEW_HOURS.label}（{self.unit.name}）"


@dataclass
class Reviewers:
    """Bureaus are remembered, units looked up part by part."""

    now: datetime
    _of_places: dict[str, Reviewer] = field(default_factory=dict)

    def of_units(self, units: Collection[Organization]) -> dict[int, Reviewer]:
        """By the keys of the units; whoever is missing is hired."""
        known = {unit.pk: unit for unit in units}
        held = Membership.objects.filter(
            organization__in=known, duty=Duty.REVIEW_HOURS, ended_at__isnull=True
        ).select_related("user")
        found = {one.organization_id: Reviewer(known[one.organization_id], one.user_id, one.user.name) for one in held}
        missing = [unit for unit in units if unit.pk not in found]
        users = User.objects.bulk_create(
            User(password=NOBODY, name=f"示例审核员{unit.pk}", joined_at=self.now) for unit in missing
        )
        Membership.objects.bulk_create(
            Membership(user=user, organization=unit, duty=Duty.REVIEW_HOURS, granted_at=self.now)
            for user, unit in zip(users, missing, strict=True)
        )
        hired = zip(missing, users, strict=True)
        return found | {unit.pk: Reviewer(unit, user.pk, user.name) for unit, user in hired}

    def of_places(self, areas: Collection[str]) -> dict[str, Reviewer]:
        """By the codes of the places that have a bureau."""
        if any(area not in self._of_places for area in areas):
            bureaus = Organization.objects.filter(is_bureau=True, area__in=areas).order_by("-pk")
            by_place = {unit.area_id: unit for unit in bureaus}
            reviewers = self.of_units(list(by_place.values()))
            self._of_places |= {area: reviewers[unit.pk] for area, unit in by_place.items()}
        return self._of_places
