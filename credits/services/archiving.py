"""An old year's hours of platforms leave for a file, person by person, and come back from it.

In the ledger one entry for each subject, unit and place stays in their place, so that accounts, certificates and
`reconcile` go on as before. What was withdrawn or is a duplicate stays, as does what other rows point at; declarations
and rosters stay whole. The file is gzip of JSON lines; its last line holds the digest of all the others.
"""

import gzip
import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core import serializers
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from ceportal.kernel.enums import JobState
from ceportal.kernel.models import Job
from ceportal.kernel.rules.refusal import refuse, refuse_if_any
from ceportal.kernel.services.trail import record
from credits.enums import ClaimState, Door, EntryKind
from credits.models import ChangedAccount, Claim, ClaimSession, Correction, HourEntry, YearAccount
from credits.rules.archiving import SOURCE, Line, reasons_not_to_archive, totals, trailer

ARCHIVE = "credits.archive"
_CHUNK = 500
_KINDS = ("claims", "entries", "sessions")


@dataclass(frozen=True)
class Archived:
    """What a file holds, by its own last line."""

    year: int
    counts: dict[str, int]
    digest: str


def write_archive(year: int, file: Path, *, now: datetime) -> Archived:
    """Everything of `year` that may leave. The file is whole or not there at all: refused where that cannot be."""
    refuse_if_any(reasons_not_to_archive(year, this_year=timezone.localdate(now).year))
    try:
        _write(year, file, now)
    except OSError as error:
        words = (
            f"归档文件写不进 {file.parent}（{error.strerror}），什么也没有改变。请建好文件夹、腾出空间，再运行一次。"
        )
        raise refuse("archive_not_written", words, field="file") from error
    return check_archive(file)


def _write(year: int, file: Path, now: datetime) -> None:
    counts, digest, draft = Counter[str](), hashlib.sha256(), file.with_name(f"{file.name}.new")
    with gzip.open(draft, "wt", encoding="utf-8", newline="\n") as out:
        for found in _found(year, now):
            line = _line(found)
            out.write(line)
            digest.update(line.encode())
            counts.update(_counted(found))
        out.write(_line(trailer(counts, digest.hexdigest())))
    with draft.open("rb") as written:
        os.fsync(written.fileno())
    draft.replace(file)


def check_archive(file: Path) -> Archived:
    """Read to its end. Refused when it is not what was written."""
    digest, counts, year, last = hashlib.sha256(), Counter[str](), 0, {}
    try:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for text in lines:
                last = json.loads(text)
                if "sha256" in last:
                    break
                digest.update(text.encode())
                year = last.get("year", year)
                counts.update(_counted(last))
    except (OSError, EOFError, ValueError) as error:
        raise refuse("archive_broken", f"归档文件读不出来（{type(error).__name__}）。", field="file") from error
    if last != trailer(counts, digest.hexdigest()):
        raise refuse("archive_broken", "归档文件不完整，或者被改动过。", field="file")
    return Archived(year, dict(counts), digest.hexdigest())


def remove_archived(file: Path, *, digest: str, now: datetime) -> tuple[int, int]:
    """Take out of the ledger what stands in `file`, whose digest the caller was told. Gives accounts done and left.

    Left is whoever changed since; done before is done. May be broken off and begun again.
    """
    archived = _known(file, digest, now)
    return _each(file, archived, "remove", _remove, now)


def bring_back(file: Path, *, digest: str, now: datetime) -> tuple[int, int]:
    """Put everything of `file` back in the place of its sums. Gives accounts done and left."""
    return _each(file, _known(file, digest, now), "bring_back", _bring_back, now)


def _known(file: Path, digest: str, now: datetime) -> Archived:
    archived = check_archive(file)
    refuse_if_any(reasons_not_to_archive(archived.year, this_year=timezone.localdate(now).year))
    if archived.digest != digest:
        raise refuse("archive_other", "归档文件的校验值与给出的不同，不是同一份。", field="digest")
    return archived


def _each(file: Path, archived: Archived, act: str, work: Any, now: datetime) -> tuple[int, int]:
    done, left = 0, 0
    for line in _lines(file):
        with transaction.atomic():
            is_done = work(line, archived.year, now=now)
        done, left = done + is_done, left + (not is_done)
    params = {"year": archived.year, "act": act, "sha256": archived.digest}
    with transaction.atomic():
        job = Job.objects.create(
            kind=ARCHIVE, state=JobState.DONE, params=params, done=done, total=done + left, created_at=now,
            finished_at=now,
        )  # fmt: skip
        record(f"ledger_year.{act}", job, by=None, now=now, after=params | {"accounts": done, "left": left})
    return done, left


def _remove(line: dict[str, Any], year: int, *, now: datetime) -> bool:
    account = YearAccount.objects.select_for_update(no_key=True).get(ref=line["account"])
    keys = [one["pk"] for one in line["claims"]]
    if not Claim.objects.filter(pk__in=keys).exists():
        return True
    held = _held(account)
    if any(_line(held[kind]) != _line(line[kind]) for kind in _KINDS):
        return False
    entries = HourEntry.objects.filter(claim__in=keys)
    sums = totals(
        Line(one.subject, one.public_kind, one.organization_id, one.area_id, one.hours, one.recorded_at)
        for one in entries
    )
    entries.delete()
    Claim.objects.filter(pk__in=keys).delete()
    for number, total in enumerate(sums):
        title = f"{year}年度学习平台学时（明细已归档）"
        claim = Claim.objects.create(
            door=Door.PLATFORM, source=SOURCE, external_id=_name_of_sum(account, number), state=ClaimState.LIVE,
            professional_id=account.professional_id, year=year, activity_key=f"archive-{number}",
            subject=total.subject, public_kind=total.public_kind, title=title, started_on=date(year, 1, 1),
            ended_on=date(year, 12, 31), hours=total.hours, made_at=now,
        )  # fmt: skip
        HourEntry.objects.create(
            claim=claim, professional_id=account.professional_id, year=year, kind=EntryKind.CREDIT,
            subject=total.subject, public_kind=total.public_kind, hours=total.hours,
            organization_id=total.organization, area_id=total.area, title=title, by_label="年度归档",
            recorded_at=total.recorded_at,
        )  # fmt: skip
    return True


def _bring_back(line: dict[str, Any], year: int, *, now: datetime) -> bool:
    account = YearAccount.objects.select_for_update(no_key=True).get(ref=line["account"])
    if Claim.objects.filter(pk__in=[one["pk"] for one in line["claims"]]).exists():
        return True
    # There are no more sums than entries. By their whole names: no index leads to how a name begins.
    names = [_name_of_sum(account, number) for number in range(len(line["entries"]))]
    sums = Claim.objects.filter(source=SOURCE, external_id__in=names, year=year)
    HourEntry.objects.filter(claim__in=sums).delete()
    sums.delete()
    for kind, model in zip(_KINDS, (Claim, HourEntry, ClaimSession), strict=True):
        rows = serializers.deserialize("python", line[kind])
        model._default_manager.bulk_create([row.object for row in rows])
    return True


def _name_of_sum(account: YearAccount, number: int) -> str:
    return f"{account.ref.hex}-{number}"


def _found(year: int, now: datetime) -> Iterator[dict[str, Any]]:
    yield {"year": year, "made_at": now.isoformat()}
    for account in _accounts(year):
        held = _held(account)
        if held["claims"]:
            yield {"account": str(account.ref), **held}


def _counted(line: dict[str, Any]) -> dict[str, int]:
    return {"accounts": 1} | {kind: len(line[kind]) for kind in _KINDS} if "account" in line else {}


def _accounts(year: int) -> Iterator[YearAccount]:
    """Those that nothing is still to be drawn from."""
    waits = ChangedAccount.objects.filter(account=OuterRef("pk"))
    settled = YearAccount.objects.filter(~Exists(waits), year=year).order_by("pk")
    return settled.iterator(chunk_size=_CHUNK)


def _held(account: YearAccount) -> dict[str, Any]:
    claims = list(_leaving(account).order_by("pk"))
    entries = HourEntry.objects.filter(claim__in=claims).order_by("pk")
    sessions = ClaimSession.objects.filter(claim__in=claims).order_by("pk")
    found = zip(_KINDS, (claims, entries, sessions), strict=True)
    return {kind: json.loads(serializers.serialize("json", rows)) for kind, rows in found}


def _leaving(account: YearAccount) -> QuerySet[Claim]:
    twins, corrections = Claim.objects.filter(twin=OuterRef("pk")), Correction.objects.filter(claim=OuterRef("pk"))
    return Claim.objects.filter(
        ~Exists(twins), ~Exists(corrections), professional=account.professional_id, year=account.year,
        door=Door.PLATFORM, state=ClaimState.LIVE, twin__isnull=True,
    ).exclude(source=SOURCE)  # fmt: skip


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for text in lines:
            found = json.loads(text)
            if "account" in found:
                yield found


def _line(found: Any) -> str:
    return json.dumps(found, ensure_ascii=False, sort_keys=True) + "\n"
