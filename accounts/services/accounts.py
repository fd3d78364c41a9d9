"""Accounts that sign in: made, and given another password."""

from datetime import datetime

from django.contrib.auth.hashers import check_password
from django.db import IntegrityError, transaction

from accounts.enums import NoticeEvent
from accounts.fields import phone_columns, phone_indexes
from accounts.models import PasswordRecord, User
from accounts.rules.passwords import CAME_BACK
from accounts.rules.registration import PHONE_TAKEN
from accounts.selectors.safety import policy
from accounts.services.memberships import end_sessions
from accounts.services.notices import tell
from ceportal.kernel.rules.id_number import reasons_not_to_accept_phone
from ceportal.kernel.rules.refusal import Refused, refuse_if_any
from ceportal.kernel.rules.text import NAME_LIMIT, person_name, reasons_not_to_accept
from ceportal.kernel.services.trail import record


@transaction.atomic
def make_user(*, name: str, phone: str, password: str | None, now: datetime) -> User:
    """An account that signs in with `phone`. The caller has asked the password's strength at the form; without one
    nobody signs in before they have set it by a code to that phone.
    """
    refuse_if_any(reasons_not_to_accept(name, field="name", label="姓名", limit=NAME_LIMIT))
    refuse_if_any(reasons_not_to_accept_phone(phone))
    if User.objects.filter(phone_index__in=phone_indexes(phone)).exists():
        raise Refused([PHONE_TAKEN])
    user = User(name=person_name(name), joined_at=now)
    for column, value in phone_columns(phone, ref=user.ref).items():
        setattr(user, column, value)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise Refused([PHONE_TAKEN]) from error
    PasswordRecord.objects.create(user=user, hash=user.password, set_at=now)
    record("user.make", user, by=user, now=now)
    return user


@transaction.atomic
def change_password(user: User, password: str, *, by: User, now: datetime) -> User:
    """Set another password and end every session of `user`; the caller renews the session it acts in.

    Refused where the policy keeps a history and the password stands in it.
    """
    _refuse_what_came_back(user, password)
    user.set_password(password)
    User.objects.filter(pk=user.pk).update(password=user.password)
    made = PasswordRecord.objects.create(user=user, hash=user.password, set_at=now)
    _drop_old_records(user)
    end_sessions(user)
    user.refresh_from_db(fields=["session_epoch"])
    record("user.change_password", user, by=by, now=now)
    text = "您的密码已修改，其他设备上的登录已全部退出。如非本人操作，请立即用“忘记密码”重新设置。"
    tell([user], NoticeEvent.ACCOUNT_SAFETY, key=f"password:{made.pk}", text=text, now=now)
    return user


def _refuse_what_came_back(user: User, password: str) -> None:
    """The password now, whether recorded or not, and those before."""
    kept = policy().history
    records = PasswordRecord.objects.filter(user=user).values_list("hash", flat=True)
    held = [user.password, *records[:kept]] if kept else []
    if any(check_password(password, hash) for hash in dict.fromkeys(held)):
        raise Refused([CAME_BACK])


def _drop_old_records(user: User) -> None:
    kept = PasswordRecord.objects.filter(user=user).values_list("pk", flat=True)[: max(policy().history, 1)]
    PasswordRecord.objects.filter(user=user).exclude(pk__in=list(kept)).delete()
