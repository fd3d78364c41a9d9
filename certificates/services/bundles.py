"""Many certificates in one ZIP, packed in the background: for units and for who reviews titles.

A bundle holds people's names and is kept for a day. It is written whole or not at all: a worker that dies leaves a
draft, and the next one begins anew.
"""

import os
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from ceportal.kernel.enums import JobState
from ceportal.kernel.models import Job
from ceportal.kernel.rules.refusal import refuse_if_any
from ceportal.kernel.rules.sheets_out import csv_text
from ceportal.kernel.selectors.jobs import OPEN
from ceportal.kernel.services.jobs import hold_on, work_off
from ceportal.kernel.services.trail import Actor, record
from certificates.enums import Standing
from certificates.models import Certificate
from certificates.rules.eligibility import MOST_FILES, reasons_not_to_bundle
from certificates.selectors import standings_of
from certificates.services import shelf

PACK = "bundle.pack"
KEPT = timedelta(days=1)
FOLDER = "bundles"
_CHUNK = 50
_HEADING = ("证书编号", "姓名", "单位", "年度", "状态", "文件")


@transaction.atomic
def ask_for_bundle(
    certificates: QuerySet[Certificate], *, by: User, now: datetime, left_out: Sequence[tuple[int, str, str]] = ()
) -> Job:
    """Leave the work to the clock. What is packed is settled now; what was asked for and is `left_out` (place in the
    list, number, why) is told beside it. Raises `Refused`.
    """
    more = {"left_out": list(map(list, left_out))} if left_out else {}
    return _ask(certificates, more, owner=by.pk, by=by, now=now)


@transaction.atomic
def ask_for_bundle_of(certificates: QuerySet[Certificate], *, line: int, by: Actor, now: datetime) -> Job:
    """The same for a machine; whoever holds a key of its line (`accounts.selectors.clients.line_of`) may fetch it."""
    return _ask(certificates, {"line": line}, owner=None, by=by, now=now)


def _ask(
    certificates: QuerySet[Certificate], more: dict[str, Any], *, owner: int | None, by: Actor, now: datetime
) -> Job:
    keys = list(certificates.order_by("year", "number").values_list("pk", flat=True)[: MOST_FILES + 1])
    refuse_if_any(reasons_not_to_bundle(len(keys)))
    params = {"certificates": keys} | more
    job = Job.objects.create(kind=PACK, params=params, total=len(keys), owner_id=owner, created_at=now)
    record("certificate.bundle", job, by=by, now=now, after={"files": len(keys)})
    return job


def bundles_of(user: User) -> QuerySet[Job]:
    return Job.objects.filter(kind=PACK, owner_id=user.pk)


def bundles_of_line(line: int) -> QuerySet[Job]:
    return Job.objects.filter(kind=PACK, owner_id=None, params__line=line)


def work_on_bundles(*, now: datetime) -> int:
    """Pack what was asked for, and remove what is older than a day."""
    old = Job.objects.filter(kind=PACK, state=JobState.DONE, finished_at__lt=now - KEPT)
    for job in old[:100]:
        place_of(job).unlink(missing_ok=True)
        Job.objects.filter(pk=job.pk).update(state=JobState.CANCELLED)
    return work_off([PACK], _pack, now=now)


def place_of(job: Job) -> Path:
    return Path(settings.DATA_DIR) / FOLDER / f"{job.ref.hex}.zip"


def _pack(job: Job, *, now: datetime) -> bool:
    """All of it, with a word on the way of how far it is."""
    if not hold_on(job, now=now):
        return False
    place = place_of(job)
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = place.with_suffix(f".{os.getpid()}.draft")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_STORED) as archive:
        lines: list[tuple[object, ...]] = []
        for done, line in enumerate(_files(job, archive), 1):
            lines.append(line)
            if done % _CHUNK == 0:
                Job.objects.filter(pk=job.pk).update(done=done)
        lines += [(number, "", "", "", why, "未放入") for _, number, why in job.params.get("left_out", ())]
        archive.writestr("index.csv", "".join(csv_text(_HEADING, lines)))
    os.replace(draft, place)
    open_still = Job.objects.filter(pk=job.pk, state__in=OPEN)
    open_still.update(state=JobState.DONE, done=job.total, finished_at=now, claimed_until=None)
    return False


def _files(job: Job, archive: zipfile.ZipFile) -> Iterator[tuple[object, ...]]:
    """Each sheet into the archive, under its number alone; gives its line of the index."""
    keys = job.params["certificates"]
    for start in range(0, len(keys), _CHUNK):
        found = Certificate.objects.in_bulk(keys[start : start + _CHUNK])
        standings = standings_of(found.values())
        for key in keys[start : start + _CHUNK]:
            certificate, standing = found[key], standings[key]
            name = f"{certificate.year}/{certificate.number}.pdf"
            try:
                if standing == Standing.DISPUTED:
                    name = "登记正在核查，未放入"
                else:
                    archive.writestr(name, shelf.take(certificate.pdf_digest))
            except shelf.SheetDamaged:
                name = "文件损坏，未放入"
            sheet = certificate.snapshot
            yield certificate.number, sheet["person"]["name"], sheet["employer"], certificate.year, standing.label, name
