"""The second factor: set up, asked for, replaced, ended. Each with its trace, and its owner is told."""

from datetime import datetime, timedelta
from uuid import uuid4

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from accounts.enums import NoticeEvent
from accounts.fields import factor_in_clear, seal_factor
from accounts.models import RecoveryCode, SecondFactor, User
from accounts.rules import recovery, totp
from accounts.selectors.safety import factor_of, needs_factor
from accounts.services.notices import tell
from ceportal.kernel.rules.refusal import Refusal, refuse
from ceportal.kernel.services.trail import record

# A secret that was shown and not confirmed is not shown again after so long.
_SET_UP_WITHIN = timedelta(hours=1)
WRONG_CODE = Refusal("wrong_code", "动态口令不对或已经用过，请输入手机上现在显示的 6 位数字。", field="code")


@transaction.atomic
def start_factor(user: User, *, now: datetime) -> tuple[SecondFactor, str]:
    """The factor that is being set up, and its secret in clear; the one that holds stays until this is confirmed."""
    User.objects.select_for_update(no_key=True).only("pk").get(pk=user.pk)
    open_ones = SecondFactor.objects.filter(user=user, confirmed_at__isnull=True, ended_at__isnull=True)
    open_ones.filter(made_at__lt=now - _SET_UP_WITHIN).update(ended_at=now)
    if found := open_ones.first():
        return found, factor_in_clear(found.secret_sealed, ref=found.ref)
    secret, ref = totp.new_secret(), uuid4()
    made = SecondFactor.objects.create(user=user, ref=ref, secret_sealed=seal_factor(secret, ref=ref), made_at=now)
    return made, secret


@transaction.atomic
def confirm_factor(user: User, code: str, *, now: datetime) -> list[str]:
    """It holds from now on, in place of any before. Gives the recovery codes, which nobody can read again."""
    factor, secret = start_factor(user, now=now)
    step = totp.matching_step(secret, code.strip(), now=now, last_step=factor.last_step)
    if step is None:
        raise refuse(WRONG_CODE.code, "动态口令不对。请核对手机的时间，输入现在显示的 6 位数字。", field="code")
    held = SecondFactor.objects.filter(user=user, confirmed_at__isnull=False, ended_at__isnull=True)
    replaced = held.update(ended_at=now)
    SecondFactor.objects.filter(pk=factor.pk).update(confirmed_at=now, last_step=step)
    record("second_factor.replace" if replaced else "second_factor.set_up", factor, by=user, now=now)
    text = "您的账号换了新的动态口令。" if replaced else "您的账号已开启动态口令，以后登录要输入手机上的 6 位数字。"
    _tell(user, f"factor:{factor.ref}", text, now)
    return _make_codes(user)


@transaction.atomic
def accept_code(user: User, code: str, *, now: datetime) -> bool:
    """Whether `code` is the app's of this moment, or an unused recovery code; either is good once (RFC 6238 5.2)."""
    if halves := recovery.halves(code):
        return _use_recovery_code(user, *halves, now=now)
    factor = factor_of(user)
    if factor is None:
        return False
    secret = factor_in_clear(factor.secret_sealed, ref=factor.ref)
    step = totp.matching_step(secret, code.strip(), now=now, last_step=factor.last_step)
    if step is None:
        return False
    # Of two hands with the same code one moves the step; the other finds it moved.
    moved = SecondFactor.objects.filter(pk=factor.pk, last_step__lt=step, ended_at__isnull=True)
    return moved.update(last_step=step) == 1


@transaction.atomic
def renew_recovery_codes(user: User, *, now: datetime) -> list[str]:
    """Ten new ones; those before open nothing any more."""
    factor = factor_of(user)
    if factor is None:
        raise refuse("no_second_factor", "您还没有开启动态口令。")
    codes = _make_codes(user)
    record("second_factor.renew_codes", factor, by=user, now=now)
    _tell(user, f"recovery:{factor.ref}:{now.isoformat()}", "您的账号生成了新的备用码，旧的已经作废。", now)
    return codes


@transaction.atomic
def end_factor(user: User, *, by: User | None, now: datetime) -> None:
    """The password alone opens the account again. Who acts for others cannot do this themself."""
    if by == user and needs_factor(user):
        raise refuse("second_factor_needed", "您承担审核或管理职责，不能关闭动态口令；换手机请用“更换”。")
    factor = factor_of(user)
    if factor is None:
        raise refuse("no_second_factor", "您还没有开启动态口令。")
    SecondFactor.objects.filter(user=user, ended_at__isnull=True).update(ended_at=now)
    RecoveryCode.objects.filter(user=user).delete()
    record("second_factor.end", factor, by=by, now=now)
    _tell(user, f"factor:{factor.ref}:ended", "您账号的动态口令已关闭，现在只凭密码就能登录。", now)


def _use_recovery_code(user: User, selector: str, proof: str, *, now: datetime) -> bool:
    found = RecoveryCode.objects.filter(user=user, selector=selector, used_at__isnull=True).first()
    if found is None or not check_password(proof, found.hash):
        return False
    if not RecoveryCode.objects.filter(pk=found.pk, used_at__isnull=True).update(used_at=now):
        return False
    left = RecoveryCode.objects.filter(user=user, used_at__isnull=True).count()
    record("second_factor.use_recovery_code", user, by=user, now=now, after={"left": left})
    _tell(user, f"recovery:{found.pk}", f"您的账号用了一个备用码，还剩 {left} 个。", now)
    return True


def _make_codes(user: User) -> list[str]:
    codes = recovery.new_codes()
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(
        [
            RecoveryCode(user=user, selector=code[: recovery.HALF], hash=make_password(code[recovery.HALF :]))
            for code in codes
        ]
    )
    return codes


def _tell(user: User, key: str, text: str, now: datetime) -> None:
    tell([user], NoticeEvent.ACCOUNT_SAFETY, key=key, text=f"{text}如非本人操作，请立即修改密码。", now=now)
