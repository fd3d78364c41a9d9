"""How an account is guarded: its factor, its password's age, the devices and sessions it has."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet

from accounts.fields import id_indexes, phone_indexes
from accounts.models import KnownDevice, MailAddress, PasswordRecord, RecoveryCode, SecondFactor, SignedIn, User
from accounts.rules.entering import Standing
from accounts.rules.passwords import POLICIES, PasswordPolicy, days_left
from accounts.selectors.duties import duties_of
from ceportal.kernel.rules.id_number import normalise

REQUIRED = "required"


def account_of(login: str) -> User | None:
    """The account that signs in with this ID number or phone, as people type them."""
    number = normalise(login)
    by_number = Q(phone_index__in=phone_indexes(number)) | Q(professional__id_index__in=id_indexes(number))
    return User.objects.filter(by_number).first()


def factor_of(user: User) -> SecondFactor | None:
    """The authenticator app that opens the account now."""
    return SecondFactor.objects.filter(user=user, confirmed_at__isnull=False, ended_at__isnull=True).first()


def is_on_duty(user: User) -> bool:
    return duties_of(user).exists()


def needs_factor(user: User) -> bool:
    """Whoever acts for others, where the portal is run in earnest (GB/T 22239 8.1.4.1 d)."""
    return bool(settings.SECOND_FACTOR == REQUIRED and is_on_duty(user))


def recovery_codes_left(user: User) -> int:
    return RecoveryCode.objects.filter(user=user, used_at__isnull=True).count()


def policy() -> PasswordPolicy:
    return POLICIES[settings.PASSWORD_POLICY]


def password_days_left(user: User, *, now: datetime) -> int | None:
    """Days until the password runs out; None where it does not."""
    if not (policy().ages and settings.PASSWORD_MAX_DAYS and is_on_duty(user)):
        return None
    return days_left(password_set_at(user), now=now, max_days=settings.PASSWORD_MAX_DAYS)


def password_set_at(user: User) -> datetime:
    return PasswordRecord.objects.filter(user=user).values_list("set_at", flat=True).first() or user.joined_at


def mail_of(user: User) -> MailAddress | None:
    return MailAddress.objects.filter(user=user).first()


def standing_of(user: User, *, gave_factor: bool, gave_password: bool, now: datetime) -> Standing:
    """Where somebody stands on the way in; a password that was not asked for does not run out."""
    left = password_days_left(user, now=now) if gave_password else None
    return Standing(
        has_factor=factor_of(user) is not None,
        needs_factor=needs_factor(user),
        gave_factor=gave_factor,
        password_ran_out=left is not None and left <= 0,
    )


def knows_device(user: User | None, digest: str) -> bool:
    """Asked for nobody as well, so that it takes the same."""
    return KnownDevice.objects.filter(user_id=user.pk if user else 0, digest=digest).exists()


def knows_place(user: User | None, places: list[str], *, now: datetime) -> bool:
    """`places`: the indexes of one address, by every key."""
    since = now - timedelta(days=settings.DEVICE_DAYS)
    found = KnownDevice.objects.filter(user_id=user.pk if user else 0, place__in=places, last_seen_at__gte=since)
    return found.exists()


def sessions_of(user: User) -> QuerySet[SignedIn]:
    return SignedIn.objects.filter(user=user)
