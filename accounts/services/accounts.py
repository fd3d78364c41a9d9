"""Accounts that sign in: made, and given another password."""

from datetime import datetime

from django.db import IntegrityError, transaction

from accounts.fields import phone_columns, phone_index
from accounts.models import User
from accounts.rules.registration import PHONE_TAKEN
from accounts.services.memberships import end_sessions
from ceportal.kernel.rules.id_number import reasons_not_to_accept_phone
from ceportal.kernel.rules.refusal import Refused, refuse_if_any
from ceportal.kernel.rules.text import NAME_LIMIT, person_name, reasons_not_to_accept
from ceportal.kernel.services.trail import record


@transaction.atomic
def make_user(*, name: str, phone: str, password: str, now: datetime) -> User:
    """An account that signs in with `phone`. The caller has asked the password's strength at the form."""
    refuse_if_any(reasons_not_to_accept(name, field="name", label="姓名", limit=NAME_LIMIT))
    refuse_if_any(reasons_not_to_accept_phone(phone))
    if User.objects.filter(phone_index=phone_index(phone)).exists():
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
    record("user.make", user, by=user, now=now)
    return user


@transaction.atomic
def change_password(user: User, password: str, *, by: User, now: datetime) -> User:
    """Set another password and end every session of `user`; the caller renews the session it acts in."""
    user.set_password(password)
    User.objects.filter(pk=user.pk).update(password=user.password)
    end_sessions(user)
    user.refresh_from_db(fields=["session_epoch"])
    record("user.change_password", user, by=by, now=now)
    return user
