"""Other keys for everything that is sealed or found by a blind index, while the portal runs (R8, GB/T 22239 8.1.4.8).

`begin_rotation` puts a new key first into both rings; from that moment it writes, and both are read. The clock then
goes through every sealed column, a chunk in a transaction: whatever is killed, the rows themselves say which key they
are under. Once all are under the new one, and still are after `SETTLING`, the indexes by the old key go, and the
rotation ends by naming the old keys: nothing needs them any more.
"""

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidTag
from django.db import transaction
from django.db.models import F

from ceportal.kernel.enums import JobState
from ceportal.kernel.fields import INDEX, SEALING, name_of, ring
from ceportal.kernel.models import Job
from ceportal.kernel.rules.refusal import refuse
from ceportal.kernel.selectors.jobs import OPEN
from ceportal.kernel.services.counters import hold_counter
from ceportal.kernel.services.jobs import renew, work_off
from ceportal.kernel.services.trail import record
from ceportal.office.services.sealed_columns import LOOKED_UP, SEALED, SealedColumn

ROTATE = "keys.rotate"
AWAIT, RESEAL, ALIGN = "await", "reseal", "align"
CHUNK = 500
ALIGN_CHUNK = 1000
# Longer than any request: none that began under the old keys alone is still at work.
SETTLING = timedelta(seconds=90)
# Between two chunks, for whoever waits for the same tables.
_BREATH = 0.01
# So many rows that open with no key are passed over and named; more than that is not the rows' fault.
_MOST_UNREADABLE = 100


def begin_rotation(*, now: datetime) -> Job:
    """Leave the job. It waits until other keys stand first in both rings. Refused while another is under way."""
    with transaction.atomic():
        hold_counter(ROTATE)
        if Job.objects.filter(kind=ROTATE, state__in=OPEN).exists():
            raise refuse("rotation_open", "上一次密钥轮换还没有结束。")
        if len(ring(SEALING)) > 1 or len(ring(INDEX)) > 1:
            raise refuse("old_keys_left", "密钥文件里还有上一次轮换留下的旧密钥，请先移除（rotate_keys end）。")
        job = Job.objects.create(kind=ROTATE, created_at=now, params={"stage": AWAIT, "was": key_names()})
        record("key_rotation.begin", job, by=None, now=now, before=key_names())
    align_all()
    return job


def work_on_rotation(*, now: datetime) -> int:
    """For half a lease at most; gives how many chunks were done."""
    return work_off((ROTATE,), work_on, now=now)


def work_on(job: Job, *, now: datetime) -> bool:
    """One chunk of a job whose lease the caller holds. False when there is nothing to do for now, or it is lost."""
    with transaction.atomic():
        if not renew(job, now=now):
            return False
        goes_on = _STAGES[job.params["stage"]](job, now)
    time.sleep(_BREATH)
    return goes_on


def key_names() -> dict[str, str]:
    """Of the keys that write now."""
    return {"sealing": name_of(ring(SEALING)[0]), "index": name_of(ring(INDEX)[0])}


def align_all() -> int:
    """Let nothing be found by an older key any more; gives how many rows were changed."""
    changed = 0
    for column in LOOKED_UP:
        while found := _align_some(column):
            changed += found
    return changed


def _await(job: Job, now: datetime) -> bool:
    """Both keys are other ones, in this process; `SETTLING` gives the others their time."""
    names = key_names()
    if any(names[which] == name for which, name in job.params["was"].items()):
        return _rest(job)
    job.params |= {"stage": RESEAL, "to": names, "at": 0, "after": 0, "found": 0, "unreadable": {}}
    job.total = sum(column.under_another_key().count() for column in SEALED)
    job.total += sum(column.model._default_manager.count() for column in LOOKED_UP)
    return _note(job)


def _reseal(job: Job, now: datetime) -> bool:
    """A chunk of one column; after the last one the next pass begins, until one has found nothing, twice."""
    if _is_settling(job, now):
        return _rest(job)
    column = SEALED[job.params["at"]]
    rows = column.under_another_key().filter(pk__gt=job.params["after"]).exclude(pk__in=_unreadable(job, column))
    locked = rows.select_related(*column.beside).select_for_update(of=("self",), skip_locked=True)
    if chunk := list(locked.order_by("pk")[:CHUNK]):
        good = [row for row in chunk if _changed_keys(job, column, row)]
        column.save(good)
        job.params |= {"after": chunk[-1].pk, "found": job.params["found"] + 1}
        return _note(job, len(chunk))
    job.params["found"] += rows.exists()
    job.params |= {"after": 0, "at": job.params["at"] + 1}
    return _note(job) if job.params["at"] < len(SEALED) else _end_pass(job, now)


def _end_pass(job: Job, now: datetime) -> bool:
    found, clean = job.params["found"], job.params.get("clean_since")
    job.params |= {"at": 0, "found": 0}
    if found:
        job.params.pop("clean_since", None)
    elif clean is None:
        job.params["clean_since"] = now.isoformat()
    else:
        job.params["stage"] = ALIGN
        del job.params["clean_since"]
    return _note(job)


def _align(job: Job, now: datetime) -> bool:
    """Of the indexes by the old key none is needed; gone through by the rows that still have one."""
    column = LOOKED_UP[job.params["at"]]
    if found := _align_some(column):
        return _note(job, found)
    job.params["at"] += 1
    return _note(job) if job.params["at"] < len(LOOKED_UP) else _finish(job, now)


def _finish(job: Job, now: datetime) -> bool:
    result = {"unused": job.params["was"], "unreadable": job.params["unreadable"]}
    Job.objects.filter(pk=job.pk).update(
        state=JobState.DONE, done=F("total"), result=result, finished_at=now, claimed_until=None, last_error=""
    )
    record("key_rotation.finish", job, by=None, now=now, before=job.params["was"], after=job.params["to"])
    return False


_STAGES = {AWAIT: _await, RESEAL: _reseal, ALIGN: _align}


def _changed_keys(job: Job, column: SealedColumn, row: Any) -> bool:
    """False for what opens with no key of the ring: named in the result, and left as it is."""
    try:
        column.change_keys(row)
    except (InvalidTag, ValueError):
        kept: dict[str, list[int]] = job.params["unreadable"]
        kept.setdefault(column.label, []).append(row.pk)
        if sum(map(len, kept.values())) > _MOST_UNREADABLE:
            raise
        return False
    return True


def _unreadable(job: Job, column: SealedColumn) -> list[int]:
    kept: Mapping[str, list[int]] = job.params["unreadable"]
    return kept.get(column.label, [])


def _is_settling(job: Job, now: datetime) -> bool:
    clean = job.params.get("clean_since")
    return clean is not None and now < datetime.fromisoformat(clean) + SETTLING


@transaction.atomic
def _align_some(column: SealedColumn) -> int:
    keys = list(column.apart().order_by("pk").values_list("pk", flat=True)[:ALIGN_CHUNK])
    found = column.model._default_manager.filter(pk__in=keys)
    return found.update(**{f"{column.index}_before": F(column.index)}) if keys else 0


def _note(job: Job, done: int = 0) -> bool:
    job.done += done
    job.total = max(job.total, job.done)
    Job.objects.filter(pk=job.pk).update(done=job.done, total=job.total, params=job.params)
    return True


def _rest(job: Job) -> bool:
    """Nothing to do for now: the next round looks again, and no try is used up."""
    Job.objects.filter(pk=job.pk).update(params=job.params, claimed_until=None, attempts=0)
    return False
