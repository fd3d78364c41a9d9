"""What the interface refuses a key, noted for its keeper: a line a day for each reason, so that a flood stays small."""

from datetime import datetime

from django.db.models import F
from django.utils import timezone

from accounts.models import ApiClient, RefusedCalls

NOTED = frozenset({400, 401, 403, 411, 413, 415, 429})


def note_refusal(
    client: ApiClient, *, status: int, code: str, call: str, message: str, address: str, now: datetime
) -> None:
    """Once more on this day. Two at the same first moment may count as one."""
    named = {"client": client, "day": timezone.localdate(now), "status": status, "code": code[:40], "call": call[:60]}
    told = {"message": message[:200], "address": address[:45], "last_at": now}
    if not RefusedCalls.objects.filter(**named).update(times=F("times") + 1, **told):
        RefusedCalls.objects.bulk_create([RefusedCalls(**named, **told)], ignore_conflicts=True)
