"""A platform's batch: every record's outcome, decided and kept in one transaction, and the answer with it (api.md)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import ApiClient
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.services.trail import record as leave_trail
from credits.enums import Outcome
from credits.models import HourBatch
from credits.rules.records import Record, is_record_id, read, reasons_not_to_read
from credits.rules.sandbox import sent_before
from credits.services.crediting import Settled, credit_and_tell, credit_records
from credits.services.subjects import named
from credits.services.weighing import Speaker

MOST_RECORDS = 1000
KEPT_FOR = timedelta(days=90)
REPEATED = Refusal("repeated_in_batch", "同一批次里有重复的 record_id，两条都没有处理。", field="/record_id")

Item = dict[str, Any]


def post_batch(
    posted: Sequence[object],
    *,
    speaker: Speaker,
    digest: str,
    now: datetime,
    client: ApiClient | None = None,
    dry_run: bool = False,
) -> dict[str, Any]:
    """The answer to `posted`, the records as they came or read already: only once all it says is committed.

    `digest` is that of the bytes sent. With `dry_run` the same report, and nothing is written.
    """
    with transaction.atomic():
        answer = _settled(posted, speaker, now)
        if dry_run:
            transaction.set_rollback(True)
            return _as_rehearsed(answer)
        return _keep(answer, speaker, digest, client, now)


def forget_old_batches(*, now: datetime) -> int:
    """Stored answers end after 90 days; what they tell of stays."""
    return HourBatch.objects.filter(keep_until__lt=now).delete()[0]


def _settled(posted: Sequence[object], speaker: Speaker, now: datetime) -> dict[str, Any]:
    today, names = timezone.localdate(now), [_record_id(each) for each in posted]
    repeated = {name for name, count in Counter(names).items() if name is not None and count > 1}
    faults: list[list[Refusal]] = []
    good: list[Record] = []
    for (each, wrong), name in zip(named(posted, speaker.organization), names, strict=True):
        found = [] if isinstance(each, Record) else wrong or reasons_not_to_read(each, today=today)
        if name in repeated:
            found = [*found, REPEATED]
        faults.append(found)
        if not found:
            good.append(each if isinstance(each, Record) else read(cast(Mapping[str, Any], each)))

    if settings.SANDBOX:
        credit_records([before for each in good if (before := sent_before(each))], speaker=speaker, now=now)

    def told(settled: Sequence[Settled]) -> dict[str, Any]:
        outcomes = iter(settled)
        return _answer(
            [
                _invalid(index, each, found) if found else _item(index, next(outcomes))
                for index, (each, found) in enumerate(zip(posted, faults, strict=True))
            ]
        )

    return credit_and_tell(good, told, speaker=speaker, now=now)


def _answer(items: list[Item]) -> dict[str, Any]:
    counts = Counter(item["outcome"] for item in items)
    return {
        "batch_id": None,
        "received": len(items),
        "counts": {outcome.value: counts[outcome.value] for outcome in Outcome},
        "items": items,
    }


def _record_id(posted: object) -> str | None:
    """The id, where the record has one that can be repeated back."""
    if isinstance(posted, Record):
        return posted.external_id
    given = posted.get("record_id") if isinstance(posted, Mapping) else None
    return given if is_record_id(given) else None


def _invalid(index: int, posted: object, faults: list[Refusal]) -> Item:
    errors = [
        {"code": fault.code, "pointer": f"/records/{index}{fault.field}", "message": fault.message} for fault in faults
    ]
    return {"index": index, "record_id": _record_id(posted), "outcome": Outcome.INVALID.value, "errors": errors}


def _item(index: int, settled: Settled) -> Item:
    item: Item = {"index": index, "record_id": settled.external_id, "outcome": settled.outcome.value}
    if settled.outcome == Outcome.CONFLICT:
        return item | {"known_hash": settled.known_digest, "received_hash": settled.digest}
    item["year"] = settled.year
    if settled.entry is not None:
        item["entry_id"] = settled.entry
    if settled.reasons:
        item["reason"] = "；".join(reason.message for reason in settled.reasons)
        item["reasons"] = [{"code": reason.code, "message": reason.message} for reason in settled.reasons]
    return item


def _as_rehearsed(answer: dict[str, Any]) -> dict[str, Any]:
    """Entries that were not kept have no id to ask for."""
    for item in answer["items"]:
        if item["outcome"] == Outcome.ACCEPTED:
            item["entry_id"] = None
    return answer | {"dry_run": True}


def _keep(
    answer: dict[str, Any], speaker: Speaker, digest: str, client: ApiClient | None, now: datetime
) -> dict[str, Any]:
    batch = HourBatch(organization=speaker.organization, client=client, received_at=now, digest=digest)
    batch.received, batch.keep_until = answer["received"], now + KEPT_FOR
    answer["batch_id"] = str(batch.ref)
    batch.answer = answer
    batch.save(force_insert=True)
    leave_trail("hour_batch.post", batch, by=speaker, now=now, after={"counts": answer["counts"], "digest": digest})
    return answer
