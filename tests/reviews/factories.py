"""Declarations as reviewers find them: handed in, with evidence, waiting with somebody."""

import hashlib
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F
from django.utils import timezone
from PIL import Image

from accounts.enums import Duty
from accounts.models import Professional, User
from accounts.selectors.people import employer_of
from accounts.services.routing import send_on
from ceportal.kernel.models import StoredFile
from ceportal.kernel.services.files import store
from credits.enums import STAGE_EMPLOYER, DeclarationState, Payer, Subject
from credits.models import Activity, Declaration, Evidence
from reviews.enums import ReasonCode
from reviews.models import Appeal, Inspection
from reviews.selectors.desk import not_yet_opened
from reviews.services.decisions import decide
from reviews.services.openings import record_opening

_serial = count(1)
MONDAY = datetime(2026, 11, 16, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def activity(code: str = "training", **changes: Any) -> Activity:
    defaults = {"name": "研修培训", "clause": "S4-07", "status": "verified", "evidence": ["结业证书"]}
    found, _ = Activity.objects.get_or_create(code=code, defaults=defaults | changes)
    return found


def stored_file(owner: User, content: bytes | None = None, **changes: Any) -> StoredFile:
    """The row of a stored file; its bytes are only there when a test puts them."""
    content = content or f"file {next(_serial)}".encode()
    digest = hashlib.sha256(content).hexdigest()
    defaults: dict[str, Any] = {
        "shown_digest": digest,
        "size": len(content),
        "shown_size": len(content),
        "content_type": "image/png",
        "name": "结业证书.png",
        "stored_at": timezone.now(),
    }
    return StoredFile.objects.create(digest=digest, owner_id=owner.pk, **(defaults | changes))


def draft(person: Professional, *, now: datetime = MONDAY, files: int = 1, **changes: Any) -> Declaration:
    """A complete draft of a training of three days, 8 hours each."""
    defaults: dict[str, Any] = {
        "organization": employer_of(person),
        "activity": activity(),
        "subject": Subject.PROFESSIONAL,
        "title": f"新课标教学研修班第{next(_serial)}期",
        "organiser": "河南省教育厅",
        "started_on": date(2026, 10, 12),
        "ended_on": date(2026, 10, 14),
        "year": 2026,
        "hours_claimed": Decimal("24.0"),
        "was_passed": True,
        "payer": Payer.UNIT,
        "created_at": now,
        "changed_at": now,
    }
    made = Declaration.objects.create(professional=person, declarant=person.user, **(defaults | changes))
    for position in range(1, files + 1):
        add_evidence(made, position=position, now=now)
    return made


def add_evidence(
    declaration: Declaration, *, position: int = 1, now: datetime = MONDAY, file: StoredFile | None = None
) -> Evidence:
    return Evidence.objects.create(
        declaration=declaration,
        file=file or stored_file(declaration.declarant),
        label="结业证书" if position == 1 else f"培训照片{position - 1}",
        position=position,
        added_at=now,
    )


def submitted(person: Professional, *, now: datetime = MONDAY, **changes: Any) -> Declaration:
    """Handed in at `now`: it waits with the employer."""
    return _send(draft(person, now=now, **changes), now, first_submitted_at=now)


def resubmitted(declaration: Declaration, *, now: datetime = MONDAY) -> Declaration:
    """A returned one, mended and handed in again: a new version, a new round."""
    return _send(declaration, now, version=F("version") + 1)


def _send(made: Declaration, now: datetime, **changes: Any) -> Declaration:
    employer = made.organization
    assert employer is not None
    send_on(
        Declaration.objects.filter(pk=made.pk),
        state=DeclarationState.AT_EMPLOYER,
        stage=STAGE_EMPLOYER,
        to=employer,
        duty=Duty.REVIEW_HOURS,
        now=now,
        new_round=True,
        submitted_at=now,
        **changes,
    )
    made.refresh_from_db()
    return made


def open_all(declaration: Declaration, reviewer: User, *, now: datetime = MONDAY) -> None:
    """Let the server have shown everything of the current version to `reviewer`, an hour ago."""
    for item in not_yet_opened(declaration, reviewer):
        digest = item.evidence.file.digest if item.evidence else ""
        record_opening(declaration, reviewer=reviewer, file_digest=digest, now=now - timedelta(hours=1))


def look_into(asked: Appeal | Inspection, reader: User, *, now: datetime = MONDAY) -> None:
    """Let the server have shown `reader` the page and every file of what is appealed or inspected, an hour ago."""
    about = asked.appealed if isinstance(asked, Appeal) else asked.declaration
    open_all(about, reader, now=now)
    files = [asked.document] if isinstance(asked, Appeal) else [step.file for step in asked.steps.all() if step.file]
    for file in files:
        record_opening(about, reviewer=reader, file_digest=file.digest, now=now - timedelta(hours=1))


def approved(declaration: Declaration, *reviewers: User, now: datetime = MONDAY) -> Declaration:
    """Looked at and approved by each of `reviewers` in turn."""
    for reviewer in reviewers:
        open_all(declaration, reviewer, now=now)
        decide(
            declaration,
            version=declaration.version,
            move="approve",
            hours=declaration.hours_claimed,
            by=reviewer,
            now=now,
        )
        declaration.refresh_from_db()
    return declaration


def turned_down(
    declaration: Declaration, reviewer: User, *, move: str = "return", now: datetime = MONDAY
) -> Declaration:
    decide(
        declaration,
        version=declaration.version,
        move=move,
        reason_code=ReasonCode.EVIDENCE_MISSING,
        reason="缺少结业证书",
        by=reviewer,
        now=now,
    )
    declaration.refresh_from_db()
    return declaration


def kept_file(declaration: Declaration, label: str = "结业证书", *, colour: str = "#14566a") -> Evidence:
    """Evidence whose bytes are really kept: a small picture, through the portal's own door."""
    picture = BytesIO()
    Image.new("RGB", (60, 40), colour).save(picture, "PNG")
    upload = SimpleUploadedFile("证书.png", picture.getvalue(), "image/png")
    stored = store(upload, owner=declaration.declarant, now=MONDAY)
    position = declaration.evidence.count() + 1
    return Evidence.objects.create(
        declaration=declaration, file=stored, label=label, position=position, added_at=MONDAY
    )
