"""How a message leaves the portal. In the portal itself it always stands; a gateway may carry it to a phone as well."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage

from accounts.enums import NoticeEvent
from accounts.fields import mail_in_clear
from accounts.models import MailAddress, Notice, User

# What is written to a mail address alone; everything that is texted goes there too.
BY_MAIL = frozenset({NoticeEvent.REVIEW_DIGEST})
# What is worth a text message: an answer to what one did, or a limit that is running out.
BY_SMS = frozenset(
    {
        NoticeEvent.REGISTRATION_DECIDED,
        NoticeEvent.REVIEW_DUE,
        NoticeEvent.REVIEW_OVERDUE,
        NoticeEvent.DECLARATION_DECIDED,
        NoticeEvent.HOURS_REVERSED,
        NoticeEvent.CERTIFICATE_ISSUED,
        NoticeEvent.CERTIFICATE_REVOKED,
        # Who is heard in a spot check has five working days; an appeal is answered; a class is moved or cancelled.
        NoticeEvent.SPOT_CHECK,
        NoticeEvent.REQUEST_DECIDED,
        NoticeEvent.TEACHING,
        NoticeEvent.ACCOUNT_SAFETY,
    }
)


class Text(Protocol):
    """What goes to a phone: a `TextMessage`, or a code that nobody may read later."""

    @property
    def ref(self) -> UUID: ...

    @property
    def to(self) -> User: ...

    @property
    def text(self) -> str: ...


@dataclass(frozen=True)
class CodeText:
    """A code on its way."""

    ref: UUID
    to: User
    text: str


class Gateway(Protocol):
    """Carries one text. Raises OSError when it could not; handing in the same one (by `ref`) again must do no harm."""

    def send(self, message: Text) -> None: ...


class LocalSms:
    """Stands in for an SMS provider: one file a message, in DATA_DIR/sms, without the number it would go to."""

    def send(self, message: Text) -> None:
        folder = Path(settings.DATA_DIR) / "sms" / message.ref.hex[:2]
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / f"{message.ref.hex}.txt").write_text(f"{message.to.phone_mask}\n{message.text}\n", encoding="utf-8")


class NoSms:
    """The portal alone."""

    def send(self, message: Text) -> None:
        return


GATEWAYS: dict[str, Gateway] = {"local": LocalSms(), "none": NoSms()}


def is_texted(notice: Notice) -> bool:
    """Whether its kind is worth a text or a letter, and the person has a phone or a mail address of theirs."""
    if notice.event in BY_SMS and notice.to.phone_mask:
        return True
    return notice.event in BY_SMS | BY_MAIL and _address_of(notice.to) is not None


def send(message: Text) -> None:
    """Hand `message` to the gateway that the settings name, and by mail to who has shown an address to be theirs.

    A code goes where it was asked for, and nowhere else. Sent again after a failure, a letter bears the same id.
    """
    event = getattr(message, "event", "")
    if event not in BY_MAIL and (not event or message.to.phone_mask):
        GATEWAYS[settings.SMS_GATEWAY].send(message)
    if event in BY_SMS | BY_MAIL and (address := _address_of(message.to)):
        own = {"Message-ID": f"<{message.ref}@ceportal>"}
        EmailMessage(f"{NoticeEvent(event).label} — 继续教育平台", message.text, to=[address], headers=own).send()


def _address_of(user: User) -> str | None:
    found = MailAddress.objects.filter(user=user, confirmed_at__isnull=False).first()
    return mail_in_clear(found.sealed, ref=found.ref) if found else None
