"""Who acts for a unit: asked by its manager, taken up by themselves, relieved again (S1-16)."""

from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.enums import Duty, InvitationState, NoticeEvent
from accounts.fields import phone_index, phone_indexes
from accounts.models import Invitation, Membership, Organization, User
from accounts.rules.duties import DUTIES
from accounts.rules.inviting import LASTS, reasons_not_to_invite, reasons_not_to_relieve, reasons_not_to_take_up
from accounts.selectors.inviting import is_backed
from accounts.services.memberships import end, grant
from accounts.services.notices import tell
from ceportal.kernel.rules.id_number import mask_phone
from ceportal.kernel.rules.refusal import MovedOn, Refusal, refuse_if_any
from ceportal.kernel.rules.text import person_name
from ceportal.kernel.services.trail import record

_MOVED_ON = Refusal("moved_on", "这份邀请刚刚有变动，请刷新页面。")


@transaction.atomic
def invite(
    organization: Organization, *, name: str, phone: str, duties: Collection[Duty], by: User, now: datetime
) -> Invitation:
    """Ask whoever signs in with `phone` and is called `name`. An earlier one to the same phone is taken back.

    The same happens whether or not there is such an account; who has one reads of it among their messages.
    """
    reasons = reasons_not_to_invite(name, phone, duties, kinds=organization.kinds, unit_name=organization.name)
    refuse_if_any(reasons)
    for earlier in Invitation.objects.filter(
        organization=organization, phone_index__in=phone_indexes(phone), state=InvitationState.WAITING
    ):
        _settle(earlier, InvitationState.WITHDRAWN, by=by, now=now)
    index = phone_index(phone)
    try:
        with transaction.atomic():
            made = Invitation.objects.create(
                organization=organization, name=person_name(name), phone_mask=mask_phone(phone),
                phone_index=index, duties=_in_order(duties), by=by, made_at=now, expires_at=now + LASTS,
            )  # fmt: skip
    except IntegrityError as error:
        raise MovedOn([_MOVED_ON]) from error
    after = {"organization": str(organization.ref), "duties": made.duties}
    record("duty.invite", made, by=by, now=now, after=after)
    text = f"{organization.name}请您承担：{'、'.join(made.duty_labels)}。请在“邀请”里接受或谢绝。"
    asked = User.objects.filter(phone_index__in=phone_indexes(phone), is_active=True)
    tell(
        asked,
        NoticeEvent.INVITED,
        key=f"invitation:{made.pk}",
        text=text,
        link=reverse("accounts:invitations"),
        now=now,
    )
    return made


@transaction.atomic
def accept(invitation: Invitation, *, by: User, now: datetime) -> None:
    """Hold the duties from now on; every session of `by` ends, as with every new duty."""
    refuse_if_any(
        reasons_not_to_take_up(
            invitation.name, by.name, expires_at=invitation.expires_at, is_backed=is_backed(invitation), now=now
        )
    )
    _settle(invitation, InvitationState.ACCEPTED, by=by, now=now, taken_by=by)
    grant(by, invitation.organization, [Duty(duty) for duty in invitation.duties], by=invitation.by, now=now)
    text = f"{by.name}已接受{invitation.organization.name}的职责邀请。"
    tell([invitation.by], NoticeEvent.INVITED, key=f"accepted:{invitation.pk}", text=text, now=now)


@transaction.atomic
def decline(invitation: Invitation, *, by: User, now: datetime) -> None:
    _settle(invitation, InvitationState.DECLINED, by=by, now=now)
    text = f"{invitation.name}没有接受{invitation.organization.name}的职责邀请。"
    tell([invitation.by], NoticeEvent.INVITED, key=f"declined:{invitation.pk}", text=text, now=now)


@transaction.atomic
def withdraw(invitation: Invitation, *, by: User, now: datetime) -> None:
    _settle(invitation, InvitationState.WITHDRAWN, by=by, now=now)


@transaction.atomic
def relieve(user: User, organization: Organization, duty: Duty, *, by: User, now: datetime) -> None:
    """End one duty of somebody; a unit keeps at least one who manages it, however many relieve each other at once."""
    Organization.objects.select_for_update().get(pk=organization.pk)
    held = Membership.objects.filter(organization=organization, duty=duty, ended_at__isnull=True)
    if not held.filter(user=user).exists():
        raise MovedOn([Refusal("moved_on", "这项职责已经收回了，请刷新页面。")])
    lasting = held.filter(stands_in_for__isnull=True)
    refuse_if_any(reasons_not_to_relieve(duty, holders=lasting.values("user").distinct().count()))
    end(user, organization, [duty], by=by, now=now)
    text = f"您在{organization.name}的“{duty.label}”职责已被收回。"
    key = f"relieved:{organization.pk}:{duty}:{now.isoformat()}"
    tell([user], NoticeEvent.INVITED, key=key, text=text, now=now)


def _settle(
    invitation: Invitation, state: InvitationState, *, by: User, now: datetime, taken_by: User | None = None
) -> None:
    """The one way from waiting; whoever comes second is told."""
    open_one = Invitation.objects.filter(pk=invitation.pk, state=InvitationState.WAITING)
    if not open_one.update(state=state, settled_at=now, taken_by=taken_by):
        raise MovedOn([_MOVED_ON])
    record(f"duty.invitation_{state}", invitation, by=by, now=now)


def _in_order(duties: Collection[Duty]) -> list[str]:
    return [duty.value for duty in DUTIES if duty in duties]
