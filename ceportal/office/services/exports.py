"""Lists of people that leave the portal: asked for with a purpose, agreed to by two where long, made in the background.

A file is whole or not there: a worker that dies leaves a draft, and the next begins anew. It is kept for a week, and
holds what its asker may read at the moment it is made.
"""

import os
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.enums import NoticeEvent
from accounts.models import User
from accounts.rules.policy import Act, duties_for
from accounts.selectors.duties import holders_of
from accounts.services.notices import tell
from ceportal.kernel.enums import JobState
from ceportal.kernel.models import Job
from ceportal.kernel.rules.id_number import hide_numbers
from ceportal.kernel.rules.refusal import MovedOn, Refusal, refuse, refuse_if_any
from ceportal.kernel.selectors.jobs import OPEN
from ceportal.kernel.services.jobs import hold_on, work_off
from ceportal.kernel.services.sheets_streamed import streamed_workbook
from ceportal.kernel.services.trail import record
from ceportal.office.enums import ExportKind, ExportState
from ceportal.office.models import Export
from ceportal.office.rules import exporting as rules
from ceportal.office.rules.staff import Asked
from ceportal.office.selectors.exports import unit_to_export_for
from ceportal.office.selectors.listing import LISTS, chunks_of

MAKE = "export.make"
FOLDER = "exports"
_LINK = "/exports/"


@transaction.atomic
def ask_to_export(kind: ExportKind, asked: Asked, *, purpose: str, by: User, now: datetime) -> Export:
    """Begin at once, or wait for a second person where it is long. Raises `Refused`."""
    rows, unit = LISTS[kind].count(by, asked, rules.MOST_ROWS), unit_to_export_for(by)
    if unit is None:
        raise refuse("no_unit", "您现在没有可以导出名单的单位。")
    refuse_if_any(rules.reasons_not_to_ask(rows, purpose))
    is_long = rules.needs_two(rows)
    made = Export.objects.create(
        kind=kind, asked=asdict(asked), purpose=hide_numbers(purpose.strip()), rows=rows, asked_by=by, unit=unit,
        asked_at=now, state=ExportState.ASKED if is_long else ExportState.GRANTED,
        job=None if is_long else _job(by, rows, now),
    )  # fmt: skip
    record("export.ask", made, by=by, now=now, after=_told(made))
    if is_long:
        others = {user for duty in duties_for(Act.EXPORT_PEOPLE) for user in holders_of(unit, duty)} - {by}
        text = f"{by.name}申请导出{made.get_kind_display()} {rows} 行，须由您或其他同事核准。"
        tell(others, NoticeEvent.REQUEST_WAITING, key=f"export:{made.ref}", text=text, link=_LINK, now=now)
    return made


@transaction.atomic
def decide_on_export(export: Export, *, grants: bool, reason: str, by: User, now: datetime) -> None:
    """By somebody else of the unit. Raises `Refused`; `MovedOn` where somebody was first."""
    refuse_if_any(rules.reasons_not_to_decide(is_own=export.asked_by_id == by.pk, grants=grants, reason=reason))
    state = ExportState.GRANTED if grants else ExportState.REFUSED
    job = _job(export.asked_by, export.rows, now) if grants else None
    why = "" if grants else hide_numbers(reason.strip())
    waiting = Export.objects.filter(pk=export.pk, state=ExportState.ASKED)
    if not waiting.update(state=state, decided_by=by, decided_at=now, reason=why, job=job):
        raise MovedOn([Refusal("moved_on", "这项导出已由他人处理或已取消。")])
    record("export.decide", export, by=by, now=now, after={"state": state})
    text = f"您申请导出的{export.get_kind_display()}{state.label}{f'：{why}' if why else '，正在生成'}。"
    key = f"export-decided:{export.ref}"
    tell([export.asked_by], NoticeEvent.REQUEST_DECIDED, key=key, text=text, link=_LINK, now=now)


@transaction.atomic
def cancel_export(export: Export, *, by: User, now: datetime) -> None:
    """By who asked: while it waits, or while it is made. Raises `MovedOn` where nothing is left to stop."""
    waiting = Export.objects.filter(pk=export.pk, state=ExportState.ASKED)
    stopped = waiting.update(state=ExportState.WITHDRAWN)
    if not stopped and export.job_id:
        jobs = Job.objects.filter(pk=export.job_id, state__in=OPEN)
        stopped = jobs.update(state=JobState.CANCELLED, finished_at=now, claimed_until=None)
    if not stopped:
        raise MovedOn([Refusal("moved_on", "这项导出已经结束，不能取消。")])
    record("export.cancel", export, by=by, now=now)


def take_file(export: Export, *, by: User, now: datetime) -> Path:
    """Where the file lies, with its event. Raises `Refused` when there is none."""
    if export.job is None or export.job.state != JobState.DONE or not place_of(export.job).exists():
        raise refuse("not_there", "文件还没有生成，或已超过七天被清除。请重新导出。")
    record("export.download", export, by=by, now=now, after=_told(export))
    return place_of(export.job)


def work_on_exports(*, now: datetime) -> int:
    """Make what was asked for, and remove what is older than a week."""
    old = Job.objects.filter(kind=MAKE, state=JobState.DONE, finished_at__lt=now - rules.KEPT)
    for job in old[:100]:
        place_of(job).unlink(missing_ok=True)
        Job.objects.filter(pk=job.pk).update(state=JobState.CANCELLED)
    return work_off([MAKE], _make, now=now)


def place_of(job: Job) -> Path:
    return Path(settings.DATA_DIR) / FOLDER / f"{job.ref.hex}.xlsx"


def _make(job: Job, *, now: datetime) -> bool:
    """All of it, holding the lease chunk by chunk; a cancelled one leaves nothing."""
    export = Export.objects.select_related("asked_by", "unit").get(job=job)
    place = place_of(job)
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = place.with_suffix(f".{os.getpid()}.draft")
    try:
        if _written(export, job, draft, now=now):
            os.replace(draft, place)
            open_still = Job.objects.filter(pk=job.pk, state__in=OPEN)
            open_still.update(state=JobState.DONE, done=job.total, finished_at=now, claimed_until=None)
    finally:
        draft.unlink(missing_ok=True)
    return False


def _written(export: Export, job: Job, draft: Path, *, now: datetime) -> bool:
    """False: the lease is lost, or it was cancelled meanwhile."""
    kind, asked, who = ExportKind(export.kind), Asked(**export.asked), export.asked_by
    day = f"{timezone.localtime(now):%Y-%m-%d %H:%M}"
    mark = rules.watermark(who.name, export.unit.name, export.purpose, day)
    done, began = 0, monotonic()
    with streamed_workbook(draft, title=kind.label, widths=LISTS[kind].widths, foot=mark) as sheet:
        sheet.add([mark])
        sheet.add(LISTS[kind].heading)
        for rows in chunks_of(who, kind, asked, now=now):
            if not hold_on(job, now=now + timedelta(seconds=monotonic() - began)):
                return False
            for row in rows:
                sheet.add(row)
            done += len(rows)
            Job.objects.filter(pk=job.pk).update(done=min(done, job.total))
    return hold_on(job, now=now + timedelta(seconds=monotonic() - began))


def _job(owner: User, rows: int, now: datetime) -> Job:
    return Job.objects.create(kind=MAKE, total=rows, owner_id=owner.pk, created_at=now)


def _told(export: Export) -> dict[str, object]:
    return {"kind": export.kind, "rows": export.rows, "purpose": export.purpose, "year": export.asked["year"]}
