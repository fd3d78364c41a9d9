"""What the desks of the regulation share: they are for those who keep the rules at a bureau."""

from typing import Any, cast

from django.http import HttpRequest

from accounts.models import User
from ceportal.kernel.web.desks import Register
from credits.selectors.rule_drafts import own_areas, regulating_bureaus


def reader(request: HttpRequest) -> User:
    return cast(User, request.user)


def place_choices(request: HttpRequest) -> list[tuple[str, str]]:
    """The places for which the reader may draft, the widest first."""
    return [(area.code, area.name) for area in own_areas(reader(request)).order_by("path")]


class RegulatorsDesk(Register):
    def allows(self, request: HttpRequest) -> bool:
        """Read once a request, however many desks ask."""
        keeper: Any = request
        if not hasattr(keeper, "keeps_rules"):
            keeper.keeps_rules = regulating_bureaus(reader(request)).exists()
        return bool(keeper.keeps_rules)
