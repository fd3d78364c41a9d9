"""The paper that comes with a request: stored at the door, or found again from an earlier try of the same page."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, cast

from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from ceportal.kernel.models import StoredFile
from ceportal.kernel.rules.refusal import Refusal, Refused
from ceportal.kernel.services.files import store


def sent_to(request: HttpRequest) -> tuple[Any, Any]:
    """What a form is bound to: what was posted, even if that is nothing."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def take_document(request: HttpRequest, kept: Any, tell: Callable[[Iterable[Refusal]], None]) -> StoredFile | None:
    """The file `document` that came, else the one of ref `kept` if it is the sender's; why not stands beside its field.

    Called outside a transaction: an unsafe file leaves a security event.
    """
    owner = cast(User, request.user)
    if upload := request.FILES.get("document"):
        try:
            return store(upload, owner=owner, now=timezone.now())
        except Refused as refused:
            tell(replace(reason, field="document") for reason in refused)
            return None
    return StoredFile.objects.filter(owner_id=owner.pk, ref=kept).first() if kept else None
