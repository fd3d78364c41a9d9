"""The mail address of an account: theirs once a code that was sent there has come back."""

from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from accounts.enums import CodeChannel, CodePurpose, NoticeEvent
from accounts.fields import seal_mail
from accounts.models import MailAddress, OneTimeCode, User
from accounts.rules.mail import mask_mail, tidy_mail
from accounts.services.codes import WRONG_CODE, check_code, leave_code, use_up, void_codes
from accounts.services.notices import tell
from ceportal.kernel.rules.refusal import Refused
from ceportal.kernel.services.trail import record


@transaction.atomic
def propose_mail(user: User, address: str, *, now: datetime) -> OneTimeCode:
    """Send a code to `address`, which takes the place of any before; nothing else goes there until it came back.

    Codes on their way to an address of before prove nothing any more.
    """
    ref, address = uuid4(), tidy_mail(address)
    facts = {"ref": ref, "sealed": seal_mail(address, ref=ref), "mask": mask_mail(address), "confirmed_at": None}
    MailAddress.objects.update_or_create(user=user, defaults=facts)
    void_codes(user, CodePurpose.MAIL, now=now)
    record("user.propose_mail", user, by=user, now=now, after={"mail": mask_mail(address)})
    return leave_code(user, CodePurpose.MAIL, CodeChannel.MAIL, now=now)


def confirm_mail(user: User, ref: UUID, typed: str, *, now: datetime) -> None:
    """Refused for a code that is not `user`'s, wrong, late or used."""
    code = check_code(ref, typed, CodePurpose.MAIL, now=now)
    if code.user != user:
        raise Refused([WRONG_CODE])
    _confirm(user, code, now)


@transaction.atomic
def _confirm(user: User, code: OneTimeCode, now: datetime) -> None:
    use_up(code, now=now)
    MailAddress.objects.filter(user=user).update(confirmed_at=now)
    record("user.confirm_mail", user, by=user, now=now)
    text = "您的账号登记了邮箱，可以用它找回密码。如非本人操作，请立即修改密码。"
    tell([user], NoticeEvent.ACCOUNT_SAFETY, key=f"mail:{code.ref}", text=text, now=now)


@transaction.atomic
def drop_mail(user: User, *, now: datetime) -> None:
    if MailAddress.objects.filter(user=user).delete()[0]:
        record("user.drop_mail", user, by=user, now=now)
