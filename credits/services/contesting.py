"""“这不是我学的”: what others reported and the person disowns counts no longer until a bureau has looked."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from accounts.enums import Duty, NoticeEvent
from accounts.models import User
from accounts.selectors.duties import holders_of, in_charge
from accounts.services.notices import tell
from ceportal.kernel.rules.refusal import MovedOn, Refusal
from credits.models import Claim
from credits.services.holding import Word, hold_claims

CODE = "contested"


@transaction.atomic
def contest(claim: Claim, *, reason: str, by: User, now: datetime) -> None:
    """Held at once, whatever comes of it; the bureau of the person's place is told."""
    said = f"本人提出不是自己学的：{reason.strip()}"
    if not hold_claims([claim.pk], Word(said, by, now, claim), code=CODE):
        raise MovedOn([Refusal("moved_on", "这条学时刚刚有变动，请刷新后再看。")])
    bureau = in_charge(Duty.REVERSE_HOURS, claim.professional.area, but_not=[by]) if claim.professional else None
    if bureau is not None:
        text = f"{by.name}提出“{claim.title}”{claim.hours.normalize():f} 学时不是自己学的，已暂停计入，请核实。"
        link = f"/{settings.ADMIN_PATH}credits/heldhours/{claim.ref}/"
        to = holders_of(bureau, Duty.REVERSE_HOURS).exclude(pk=by.pk)
        tell(
            to,
            NoticeEvent.REQUEST_WAITING,
            key=f"contested:{claim.ref}:{now:%Y%m%d%H%M%S}",
            text=text,
            link=link,
            now=now,
        )
