"""What the matrix asks for of complaints: one that the declarant made of the base, waiting with the city."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from accounts.models import Organization, User
from bases.models import Complaint
from bases.services.complaining import complain
from ceportal.kernel.models import StoredFile

PAGES = ("complaint", "complete_complaint", "complaint_document")


def given() -> dict[str, Callable[[Any], Mapping[str, Any]]]:
    return {f"bases:{name}": lambda _: {"ref": Complaint.objects.get().ref} for name in PAGES}


def begin(base: Organization, by: User, document: StoredFile, *, now: datetime) -> None:
    complain(
        kind="fees", about=base, named="", area=None, reason="另收资料费", document=document, by=by, now=now
    )  # fmt: skip
