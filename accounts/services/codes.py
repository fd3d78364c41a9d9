"""Codes by phone or mail: left as a row, sent by the clock, taken once (R1, T22)."""

import logging
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.core.mail import send_mail
from django.db.models import F

from accounts.enums import CodeChannel, CodePurpose
from accounts.fields import code_columns, code_in_clear, mail_in_clear, proves_code
from accounts.models import MailAddress, OneTimeCode, User
from accounts.rules.codes import LIFETIME, MOST_TRIES, new_code, wording
from accounts.services.channels import send
from accounts.services.gateways import CodeText
from ceportal.kernel.rules.refusal import Refusal, Refused
from ceportal.kernel.services.claims import failure_noted, take_up

CHUNK = 100
# Kept for a day after it ran out, for whoever asks why none came.
_KEPT = timedelta(days=1)
_SUBJECT = "继续教育学时管理平台 验证码"
log = logging.getLogger(__name__)
# One sentence for every way a code can fail: it tells nobody whether the account, the code or only the time was wrong.
WRONG_CODE = Refusal("wrong_code", "验证码不对或已过期。请核对，或重新获取。", field="code")


def leave_code(user: User | None, purpose: CodePurpose, channel: CodeChannel, *, now: datetime) -> OneTimeCode:
    """A code for `user`, who may be nobody: then the row goes nowhere, but the work was the same."""
    ref = uuid4()
    return OneTimeCode.objects.create(
        ref=ref, user=user, purpose=purpose, channel=channel, made_at=now, expires_at=now + LIFETIME,
        **code_columns(new_code(), ref=ref),
    )  # fmt: skip


def check_code(ref: UUID, typed: str, purpose: CodePurpose, *, now: datetime) -> OneTimeCode:
    """The row that `typed` proves; one try is used up whatever comes of it. Refused otherwise.

    Not in one transaction with what follows: a try that was refused stays counted.
    """
    row = OneTimeCode.objects.filter(ref=ref, purpose=purpose, used_at__isnull=True, expires_at__gt=now)
    counted = row.filter(tries__lt=MOST_TRIES).update(tries=F("tries") + 1)
    found = row.select_related("user").first() if counted else None
    proves = found is not None and proves_code(found.code_index, typed.strip(), ref=found.ref)
    if found is None or not proves or found.user is None:
        raise Refused([WRONG_CODE])
    return found


def use_up(code: OneTimeCode, *, now: datetime) -> None:
    """Once: of two hands with the same code the second is refused. The account's other codes go with it."""
    if not OneTimeCode.objects.filter(pk=code.pk, used_at__isnull=True).update(used_at=now, code_sealed=None):
        raise Refused([WRONG_CODE])
    if code.user is not None:
        void_codes(code.user, CodePurpose(code.purpose), now=now)


def void_codes(user: User, purpose: CodePurpose, *, now: datetime) -> None:
    """None of those on their way proves anything any more."""
    open_ones = OneTimeCode.objects.filter(user=user, purpose=purpose, used_at__isnull=True)
    open_ones.update(used_at=now, code_sealed=None)


def send_codes(*, now: datetime) -> int:
    """Hand out what waits, then forget the code itself. What could not be sent is tried again while it is good."""
    waiting = OneTimeCode.objects.filter(code_sealed__isnull=False, used_at__isnull=True, expires_at__gt=now)
    return sum(_send(pk, now) for pk in take_up(waiting, now=now, limit=CHUNK))


def forget_codes(*, now: datetime) -> int:
    OneTimeCode.objects.filter(expires_at__lte=now, code_sealed__isnull=False).update(code_sealed=None)
    return OneTimeCode.objects.filter(expires_at__lt=now - _KEPT).delete()[0]


def _send(pk: int, now: datetime) -> bool:
    row = OneTimeCode.objects.filter(pk=pk, code_sealed__isnull=False)
    code = row.select_related("user").first()
    if code is None or code.code_sealed is None:
        return False
    text = wording(code_in_clear(code.code_sealed, ref=code.ref), code.get_purpose_display())
    try:
        with failure_noted(row):
            _hand_out(code, text)
    except OSError as error:
        log.warning("code %s was not sent: %s", code.ref, type(error).__name__)
        return False
    return row.update(code_sealed=None, sent_at=now, last_error="") == 1


def _hand_out(code: OneTimeCode, text: str) -> None:
    """To the phone or the mail the account has shown to be its own; who has none gets nothing."""
    if code.user is None:
        return
    if code.channel == CodeChannel.PHONE:
        if code.user.phone_mask:
            send(CodeText(code.ref, code.user, text))
        return
    held = MailAddress.objects.filter(user=code.user)
    if code.purpose != CodePurpose.MAIL:
        held = held.filter(confirmed_at__isnull=False)
    if address := held.first():
        send_mail(_SUBJECT, text, None, [mail_in_clear(address.sealed, ref=address.ref)])
