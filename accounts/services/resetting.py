"""A forgotten password, by a code to the phone or the mail that the account has (T22, inputs.md F141)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.enums import CodeChannel, CodePurpose
from accounts.models import OneTimeCode, User
from accounts.selectors.safety import account_of
from accounts.services.accounts import change_password
from accounts.services.codes import check_code, leave_code, use_up
from ceportal.kernel.services.trail import record


def ask_for_reset(login: str, channel: CodeChannel, *, now: datetime) -> OneTimeCode:
    """A code on its way to whoever `login` is. The same rows and the same answer for nobody."""
    user = account_of(login)
    code = leave_code(user, CodePurpose.RESET, channel, now=now)
    record("user.ask_for_reset", code, by=user, now=now)
    return code


def reset_password(ref: UUID, typed: str, password: str, *, now: datetime) -> User:
    """Another password for the account the code was sent to. A second factor is asked for all the same at sign-in."""
    code = check_code(ref, typed, CodePurpose.RESET, now=now)
    return _reset(code, password, now)


@transaction.atomic
def _reset(code: OneTimeCode, password: str, now: datetime) -> User:
    """A password that the policy refuses does not use the code up."""
    assert code.user is not None
    use_up(code, now=now)
    record("user.reset_password", code.user, by=code.user, now=now, after={"channel": code.channel})
    return change_password(code.user, password, by=code.user, now=now)
