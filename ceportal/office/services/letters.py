"""Letters under a number: sent, opened, fetched as a signed sheet, taken back. What was sent never changes."""

from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts.enums import Duty, NoticeEvent
from accounts.models import Organization, User
from accounts.selectors.duties import holders_of
from accounts.services.notices import tell
from ceportal.kernel.rules.id_number import hide_numbers
from ceportal.kernel.rules.refusal import MovedOn, Refusal, refuse_if_any
from ceportal.kernel.services.counters import next_number
from ceportal.kernel.services.trail import record
from ceportal.office.documents.letter import render_letter
from ceportal.office.enums import LetterKind, LetterStep
from ceportal.office.models import Letter, LetterReceipt
from ceportal.office.rules import letters as rules
from ceportal.office.selectors.addressees import Meant
from certificates.enums import PaperKind
from certificates.services import shelf
from certificates.services.sealing import seal

_LINK = "/letters/{}/"


@transaction.atomic
def send_letter(
    office: Organization, kind: LetterKind, to: Meant, *, title: str, body: str, by: User, now: datetime,
    about: str = "",
) -> Letter:  # fmt: skip
    """Numbered without a gap, frozen, and told to whom it is for. Raises `Refused` with fields."""
    refuse_if_any(rules.reasons_not_to_send(title, body, has_addressee=to.is_somebody))
    today = timezone.localdate(now)
    serial = next_number(f"letter:{office.pk}:{kind}:{today.year}")
    number = rules.number_of(office.name, kind, today.year, serial)
    name = to.person.name if to.person else to.unit.name if to.unit else ""
    content = rules.content_of(
        office=office.name, title=title.strip(), number=number, to=name, body=hide_numbers(body), day=today
    )
    letter = Letter.objects.create(
        office=office, kind=kind, year=today.year, serial=serial, number=number, title=title.strip(),
        to_person=to.person, to_unit=to.unit, about=about, content=content,
        content_digest=rules.digest_of(content), sent_by=by, sent_at=now,
    )  # fmt: skip
    record("letter.send", letter, by=by, now=now, after={"number": number, "digest": letter.content_digest})
    text = f"{office.name}发来{kind.label}《{letter.title}》（{number}），请查看。"
    tell(_readers(letter), NoticeEvent.LETTER, key=f"letter:{letter.ref}", text=text, link=_link(letter), now=now)
    return letter


@transaction.atomic
def withdraw_letter(letter: Letter, *, reason: str, by: User, now: datetime) -> None:
    """Shown with the reason from now on; nobody can fetch it any more. Raises `MovedOn` when it is so already."""
    refuse_if_any(rules.reasons_not_to_withdraw(reason))
    reason = hide_numbers(reason.strip())
    rows = Letter.objects.filter(pk=letter.pk, withdrawn_at__isnull=True)
    if not rows.update(withdrawn_at=now, withdrawn_because=reason):
        raise MovedOn([Refusal("moved_on", "这份公文已经收回。")])
    record("letter.withdraw", letter, by=by, now=now, after={"reason": reason})
    text = f"{letter.office.name}收回了《{letter.title}》（{letter.number}）。原因：{reason}"
    key = f"letter-withdrawn:{letter.ref}"
    tell(_readers(letter), NoticeEvent.LETTER, key=key, text=text, link=_link(letter), now=now)


@transaction.atomic
def note_receipt(letter: Letter, step: LetterStep, *, by: User, now: datetime) -> None:
    """Of the addressee: the first time stands, with an event; later ones are counted."""
    rows = LetterReceipt.objects.filter(letter=letter, user=by, step=step)
    if rows.update(last_at=now, times=F("times") + 1):
        return
    try:
        with transaction.atomic():
            LetterReceipt.objects.create(letter=letter, user=by, step=step, first_at=now, last_at=now)
    except IntegrityError:
        rows.update(last_at=now, times=F("times") + 1)
        return
    record(f"letter.{step}", letter, by=by, now=now, after={"number": letter.number})


def sheet_of(letter: Letter, *, now: datetime) -> bytes:
    """The signed sheet: made once, the same bytes for everybody ever after.

    Raises `SigningKeyMissing`, `MissingGlyphs`, and `SheetDamaged` where the stored bytes are not those that were made.
    """
    if not letter.pdf_digest:
        drawn = render_letter(letter.content | {"is_sample": not settings.CERTIFICATE_AUTHORITY})
        pdf = seal(now=now).put_on(drawn, PaperKind.LETTER)
        digest = shelf.put(pdf)
        if not Letter.objects.filter(pk=letter.pk, pdf_digest="").update(pdf_digest=digest):
            shelf.drop(digest)
        letter.refresh_from_db(fields=["pdf_digest"])
    return shelf.take(letter.pdf_digest)


def _readers(letter: Letter) -> list[User]:
    if letter.to_person is not None:
        return [(letter.to_person.merged_into or letter.to_person).user]
    assert letter.to_unit is not None
    return list(holders_of(letter.to_unit, Duty.MANAGE_UNIT))


def _link(letter: Letter) -> str:
    return _LINK.format(letter.ref)
