"""One row for each column that holds something sealed, sealed by the code that seals it in earnest."""

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from accounts.enums import CodeChannel, CodePurpose, CorrectionKind
from accounts.fields import (
    code_columns,
    contact_columns,
    correction_columns,
    seal_factor,
    seal_mail,
)
from accounts.models import Correction as PersonCorrection
from accounts.models import MailAddress, OneTimeCode, Organization, Professional, SecondFactor
from ceportal.kernel.fields import seal
from ceportal.kernel.models import StoredFile
from ceportal.office.models import TakenRow, TakeOver
from ceportal.office.selectors.taking_over import cell_of
from credits.enums import ClaimState, CorrectionAction, Door, RowState, Subject
from credits.models import Claim, Correction, Roster, RosterPiece, RosterRow
from credits.rules.records import Record
from credits.services import corrections, roster_checks, rosters
from credits.services.crediting import unmatched_person
from reviews.models import Campaign

SECRET, MAIL, CODE, MOBILE = "JBSWY3DPEHPK3PXP", "somebody@example.org", "123456", "13700001111"


def plant(person: Professional, unit: Organization, *, waits_for: str, now: datetime) -> None:
    """`waits_for`: the ID number of somebody who has not registered yet."""
    ref = uuid.uuid4()
    Organization.objects.filter(pk=unit.pk).update(**contact_columns(MOBILE, ref=unit.ref))
    SecondFactor.objects.create(user=person.user, ref=ref, secret_sealed=seal_factor(SECRET, ref=ref), made_at=now)
    MailAddress.objects.create(user=person.user, ref=ref, sealed=seal_mail(MAIL, ref=ref), mask="s***")
    OneTimeCode.objects.create(
        ref=ref, user=person.user, purpose=CodePurpose.MAIL, channel=CodeChannel.MAIL, made_at=now, expires_at=now,
        **code_columns(CODE, ref=ref),
    )  # fmt: skip
    _person_correction(person, ref, now)
    _spot_check(person, unit, now)
    _claimed(waits_for, now)
    _rostered(person, unit, waits_for, now)
    _taken_over(person, unit, now)


def _taken_over(person: Professional, unit: Organization, now: datetime) -> None:
    file = TakeOver.objects.create(kind="people", bureau=unit, source="原系统", made_by=person.user, made_at=now)
    row = TakenRow(take_over=file, number=2, state="new")
    row.said_sealed = seal("{}", table="office_takenrow", column="said", ref=cell_of(row))
    row.save()


def _person_correction(person: Professional, ref: uuid.UUID, now: datetime) -> None:
    paper = StoredFile.objects.create(
        digest="d" * 64, shown_digest="d" * 64, size=1, shown_size=1, content_type="image/png", name="x", stored_at=now
    )
    PersonCorrection.objects.create(
        ref=ref, professional=person, declarant=person.user, asked_by=person.user, what=CorrectionKind.PHONE,
        reason="换号", document=paper, made_at=now, **correction_columns("13600001111", is_phone=True, ref=ref),
    )  # fmt: skip


def _spot_check(person: Professional, unit: Organization, now: datetime) -> None:
    ref = uuid.uuid4()
    Campaign.objects.create(
        ref=ref, name="抽查", bureau=unit, decided_from=date(2026, 1, 1), decided_until=date(2026, 1, 2), rate=5,
        frame_digest="d" * 64, seed_digest="d" * 64, published_by=person.user, published_at=now,
        seed_sealed=seal("seed", table=Campaign._meta.db_table, column="seed", ref=ref),
    )  # fmt: skip


def _claimed(waits_for: str, now: datetime) -> None:
    said: dict[str, Any] = {
        "subject": Subject.PROFESSIONAL, "title": "研修", "started_on": date(2026, 3, 1), "ended_on": date(2026, 3, 2),
        "hours": Decimal(8),
    }  # fmt: skip
    claim = Claim.objects.create(
        door=Door.PLATFORM, source="platform:x", external_id="r-1", year=2026, activity_key="k",
        state=ClaimState.UNMATCHED, made_at=now, **said,
    )  # fmt: skip
    unmatched_person(claim.pk, Record("r-1", waits_for, "后来的人", **said), now).save()
    asked = Correction(claim=claim, action=CorrectionAction.REPLACE, reason="x", asked_at=now, by_label="x")
    asked.replacement_sealed = seal("{}", table=corrections._TABLE, column=corrections._COLUMN, ref=asked.ref)
    asked.save()


def _rostered(person: Professional, unit: Organization, number: str, now: datetime) -> None:
    roster = Roster.objects.create(
        organization=unit, made_by=person.user, title="班", subject=Subject.PROFESSIONAL, year=2026, hours=Decimal(8),
        started_on=date(2026, 3, 1), ended_on=date(2026, 3, 2), made_at=now, changed_at=now, version=1,
    )  # fmt: skip
    row = RosterRow(roster=roster, version=1, number=1, state=RowState.NEW)
    row.id_sealed = seal(number, table=rosters._TABLE, column=rosters._COLUMN, ref=rosters.cell_of(row))
    row.save()
    piece = RosterPiece(roster=roster, version=2, number=2, read_at=now)
    ref = roster_checks.cell_of_piece(piece)
    piece.lines_sealed = seal("[]", table=roster_checks._TABLE, column=roster_checks._COLUMN, ref=ref)
    piece.save()
