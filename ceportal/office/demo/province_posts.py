"""What a platform posted for a part of made-up people: its batches with their answers, and what was not counted.

Held, refused, doubled, conflicting, withdrawn before it came, or of somebody who is not registered (yet): in shares.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.enums import Level, UnitNature
from accounts.fields import id_index_columns
from accounts.models import ApiClient, Area, Organization
from ceportal.kernel.fields import seal
from ceportal.kernel.rules.text import comparable
from ceportal.office.demo.province_people import Written
from ceportal.office.demo.province_writing import Told, stored
from credits.enums import ClaimState, Door, Outcome, Subject
from credits.models import Claim, HourBatch, HourEntry, UnmatchedPerson
from credits.rules.holding import HELD_FOR
from credits.services.batches import KEPT_FOR, MOST_RECORDS

STATE = ClaimState
# Of so many people: what of this year's was not counted, by the rest of their number.
_EACH = 50
_STATES = {
    3: STATE.HELD, 4: STATE.DUPLICATE, 5: STATE.WITHDRAWN, 6: STATE.CONFLICT, 7: STATE.TOMBSTONE, 8: STATE.UNMATCHED
}  # fmt: skip
_WHY = "over_person_day"
_REASONS = [{"code": _WHY, "message": f"{HELD_FOR[_WHY]}。", "field": ""}]
_SAID = {STATE.WITHDRAWN: "示例：不予计入。", STATE.CONFLICT: "示例：与已登记的内容不同。"}
_NAME = "示例学习平台"
_TABLE = UnmatchedPerson._meta.db_table
_POSTED = f"""
    SELECT c.external_id, c.year, e.ref FROM {Claim._meta.db_table} c
      JOIN {HourEntry._meta.db_table} e ON e.claim_id = c.id
     WHERE c.id > %s AND c.source = %s AND c.year = %s ORDER BY c.id
"""  # noqa: S608 - the tables' own names


@dataclass
class Posts:
    """Who posts: the platform that has been there the longest, by its first key."""

    source: str
    now: datetime

    @cached_property
    def platform(self) -> Organization:
        found = Organization.objects.filter(is_platform=True).order_by("pk").first()
        return found or Organization.objects.create(
            name=_NAME, name_key=comparable(_NAME), is_platform=True, nature=UnitNature.INSTITUTION,
            area=Area.objects.order_by("path")[0], level=Level.PROVINCE, registered_at=self.now,
        )  # fmt: skip

    @cached_property
    def client(self) -> ApiClient | None:
        return ApiClient.objects.filter(organization=self.platform).order_by("pk").first()

    def write(self, written: Sequence[Written], last: int, told: Told) -> None:
        """Of a part; `last` is the key of the last claim before it."""
        self._keep_batches(last, told)
        self._add_uncounted(written, last)

    def _keep_batches(self, last: int, told: Told) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_POSTED, [last, self.source, timezone.localdate(self.now).year])
            items = [_item(*row) for row in cursor.fetchall()]
        parts = [items[start : start + MOST_RECORDS] for start in range(0, len(items), MOST_RECORDS)]
        batches = [self._batch(part, last + number) for number, part in enumerate(parts)]
        for batch in HourBatch.objects.bulk_create(batches):
            by = None if self.client is None else (self.client.pk, self.platform.name, "学习平台")
            after = {"counts": batch.answer["counts"], "digest": batch.digest}
            kind = HourBatch._meta.label_lower
            told.event("hour_batch.post", kind, batch.ref, at=stored(batch.received_at), by=by, after=after)

    def _batch(self, items: list[dict[str, Any]], number: int) -> HourBatch:
        """Posted on one of the days for which answers are still kept."""
        at = self.now - timedelta(days=number % (KEPT_FOR.days - 1), minutes=number % 600)
        for index, item in enumerate(items):
            item["index"] = index
        counts = {outcome.value: 0 for outcome in Outcome} | {Outcome.ACCEPTED.value: len(items)}
        batch = HourBatch(
            organization=self.platform, client=self.client, received_at=at, received=len(items),
            digest=_digest(f"batch-{number}"), keep_until=at + KEPT_FOR,
        )  # fmt: skip
        batch.answer = {"batch_id": str(batch.ref), "received": len(items), "counts": counts, "items": items}
        return batch

    def _add_uncounted(self, written: Sequence[Written], last: int) -> None:
        year = timezone.localdate(self.now).year
        of = [(one, state) for one in written if (state := _STATES.get(one.made_up.number % _EACH))]
        doubled = [one.person.pk for one, state in of if state == STATE.DUPLICATE]
        live = Claim.objects.filter(pk__gt=last, professional__in=doubled, year=year, state=STATE.LIVE).order_by("-pk")
        twins = dict(live.values_list("professional", "pk"))
        kept = [(one, state) for one, state in of if state != STATE.DUPLICATE or one.person.pk in twins]
        claims = Claim.objects.bulk_create(self._claim(one, state, year, twins) for one, state in kept)
        UnmatchedPerson.objects.bulk_create(self._nobody(kept, claims))

    def _claim(self, one: Written, state: ClaimState, year: int, twins: dict[int, int]) -> Claim:
        number, day = one.made_up.number, date(year, 1, 1 + one.made_up.number % 27)
        return Claim(
            door=Door.PLATFORM, source=self.source, external_id=f"{number}-{year}-{state.value}",
            professional_id=None if state == STATE.UNMATCHED else one.person.pk, year=year,
            activity_key=_digest(f"{state.value}-{number}"), state=state, subject=Subject.PROFESSIONAL,
            title="示例课程", started_on=day, ended_on=day, hours=Decimal(8),
            made_at=self.now - timedelta(days=number % 60), state_reason=_SAID.get(state, ""),
            reasons=_REASONS if state == STATE.HELD else [],
            twin_id=twins[one.person.pk] if state == STATE.DUPLICATE else None,
        )  # fmt: skip

    def _nobody(self, kept: Sequence[tuple[Written, ClaimState]], claims: Sequence[Claim]) -> Iterator[UnmatchedPerson]:
        """Born a century after the others, so that nobody has these numbers."""
        for (one, state), claim in zip(kept, claims, strict=True):
            if state != STATE.UNMATCHED:
                continue
            number = one.made_up.stranger
            row = UnmatchedPerson(
                claim=claim, name=f"示例{one.made_up.number:07d}", keep_until=self.now + timedelta(days=90),
                **id_index_columns(number),
            )  # fmt: skip
            row.id_sealed = seal(number, table=_TABLE, column="id", ref=row.ref)
            yield row


def _item(name: str, year: int, entry: Any) -> dict[str, Any]:
    return {"record_id": name, "outcome": Outcome.ACCEPTED.value, "year": year, "entry_id": str(entry)}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
