"""What the desks of this room share: for whom they are, and how moments are written."""

from datetime import datetime
from typing import cast

from django.http import HttpRequest
from django.utils import timezone

from accounts.enums import OrganizationKind
from accounts.models import User
from accounts.rules.policy import POLICY, Act
from accounts.selectors.duties import duties_of
from ceportal.kernel.web.desks import Register


def moment_of(value: datetime) -> str:
    """2026-11-20 09:30, in Shanghai."""
    return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")


class OverseersRegister(Register):
    """For those who may do `act`, or what is named `also` (accounts.rules.policy); their duties are read once a
    request, for all desks.
    """

    act: Act = Act.OVERSEE
    also: tuple[Act, ...] = ()

    def allows(self, request: HttpRequest) -> bool:
        if not hasattr(request, "duties_above"):
            held = duties_of(cast(User, request.user)).values_list("duty", "organization__is_bureau")
            request.duties_above = frozenset(held)  # type: ignore[attr-defined]
        wanted = {
            (duty, is_bureau)
            for act in (self.act, *self.also)
            for duty in POLICY[act].duties
            for is_bureau in ((True,) if POLICY[act].at == (OrganizationKind.BUREAU,) else (True, False))
        }
        return not wanted.isdisjoint(request.duties_above)  # type: ignore[attr-defined]
