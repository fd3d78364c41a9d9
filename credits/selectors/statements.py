"""What a source has sent on a day, as it stands now: for both sides to compare their books (design: api)."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import Exists, OuterRef
from django.utils import timezone

from credits.models import Claim
from credits.models.ledger import ZERO
from credits.selectors.records import records_of


@dataclass
class Sum:
    count: int = 0
    hours: Decimal = ZERO


@dataclass(frozen=True)
class Statement:
    """`by_state` by the state of a claim. `digest` is the SHA-256 of a line `record_id state hours` a record, each
    ended by a line feed, in the order of their bytes.
    """

    day: date
    records: int
    by_state: dict[str, Sum] = field(default_factory=dict)
    digest: str = ""


def statement_of(source: str, day: date, words: dict[str, str]) -> Statement:
    """Of the records that first arrived on `day`, Beijing time. `words` says how a state is called to the outside."""
    begins = timezone.make_aware(datetime.combine(day, time.min))
    arrived = Claim.objects.filter(
        source=source, revision=0, made_at__gte=begins, made_at__lt=begins + timedelta(days=1)
    )
    rows = records_of(source).prefetch_related(None).filter(Exists(arrived.filter(external_id=OuterRef("external_id"))))
    by_state: dict[str, Sum] = defaultdict(Sum)
    lines = []
    for name, state, hours in rows.values_list("external_id", "state", "hours").iterator(chunk_size=5000):
        one = by_state[words[state]]
        one.count += 1
        one.hours += hours
        lines.append(f"{name} {words[state]} {hours:.1f}\n")
    text = "".join(sorted(lines)).encode()
    return Statement(day, len(lines), dict(by_state), hashlib.sha256(text).hexdigest())
