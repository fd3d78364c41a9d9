"""Whether a page would let its reader in: guides and checklists lead nowhere else."""

from typing import cast

from django.contrib import admin
from django.http import HttpRequest

from accounts.models import User
from ceportal.kernel.web.desks import Register
from ceportal.office.selectors.navigation import PAGES_OF_ROLES, pages_of


def open_to(request: HttpRequest, names: set[str]) -> set[str]:
    """Those of the named pages that let the reader in, as far as duties say: of a page of no menu nothing is known, and
    who has not signed in is asked to first.
    """
    if not request.user.is_authenticated:
        return names
    shut = PAGES_OF_ROLES - pages_of(cast(User, request.user))
    desks = (cast(Register, desk) for desk in admin.site._registry.values())
    shut |= {f"admin:{desk.address('changelist')}" for desk in desks if not desk.allows(request)}
    return names - shut
