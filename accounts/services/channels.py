"""How a message leaves the portal. In the portal itself it always stands; a gateway may carry it to a phone as well."""

from django.core.mail import EmailMessage

from accounts.enums import NoticeEvent
from accounts.fields import mail_in_clear
from accounts.models import MailAddress, Notice, User
from accounts.services.gateways import Text, gateway

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
        gateway().send(message)
    if event in BY_SMS | BY_MAIL and (address := _address_of(message.to)):
        own = {"Message-ID": f"<{message.ref}@ceportal>"}
        EmailMessage(f"{NoticeEvent(event).label} — 继续教育平台", message.text, to=[address], headers=own).send()


def send_trial_letter(address: str) -> None:
    """One letter to `address`, whoever's it is; raises OSError when the mail server did not take it. Keeps nothing."""
    EmailMessage("测试邮件 — 继续教育平台", "这是一封测试邮件，说明邮件服务器已经接通。", to=[address]).send()


def _address_of(user: User) -> str | None:
    found = MailAddress.objects.filter(user=user, confirmed_at__isnull=False).first()
    return mail_in_clear(found.sealed, ref=found.ref) if found else None
