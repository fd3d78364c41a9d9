"""The credit record (信用档案) takes note of what was found out downstream of bases (S1-14, S4-18)."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from accounts.models import Organization, User
from bases.enums import CreditNoteKind
from bases.models import CreditNote
from ceportal.kernel.services.trail import record

_WORDS, _PUBLIC_WORDS = 400, 300


def note_credit(
    unit: Organization, kind: CreditNoteKind, *, words: str, public_words: str = "", source: UUID, by: User,
    now: datetime,
) -> None:  # fmt: skip
    """In the transaction of who found it; the same source is noted once of a unit."""
    said = {"kind": kind, "words": words[:_WORDS], "public_words": public_words[:_PUBLIC_WORDS]}
    made, is_new = CreditNote.objects.get_or_create(
        organization=unit, source=source, defaults=said | {"on": timezone.localdate(now), "made_at": now}
    )
    if is_new:
        record("credit.note", made, by=by, now=now, after={"unit": str(unit.ref), "kind": kind})
