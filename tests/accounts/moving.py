"""What is asked about people, as they ask it: through the services, with a real paper."""

from datetime import date, datetime
from typing import Any

from django.utils import timezone

from accounts.enums import CorrectionKind, TitleLevel, TransferKind
from accounts.models import Correction, Merge, Organization, Professional, TitleChange, Transfer, User
from accounts.services.corrections import ask_for_correction
from accounts.services.merging import ask_to_merge
from accounts.services.titles import ask_for_title
from accounts.services.transfers import ask_for_transfer, take_in
from tests import factories as make
from tests.credits.asking import paper

REASON = "因工作调动。"


def transfer(
    person: Professional, target: Organization, kind: TransferKind = TransferKind.MOVE, *, by: User | None = None,
    **changes: Any,
) -> Transfer:  # fmt: skip
    by = by or person.user
    now = changes.pop("now", None) or timezone.now()
    facts = {"reason": REASON, "document": paper(by, now=now)} | changes
    return ask_for_transfer(person, target, kind=kind, by=by, now=now, **facts)


def taken(asked: Transfer, by: User, **changes: Any) -> Transfer:
    facts = {"seen_round": asked.round, "reason": "同意接收", "now": timezone.now()} | changes
    return take_in(asked, by=by, **facts)


def title(person: Professional, level: TitleLevel = TitleLevel.DEPUTY_SENIOR, **changes: Any) -> TitleChange:
    now = changes.pop("now", None) or timezone.now()
    facts: dict[str, Any] = {
        "series": make.title_series(), "since": date(2026, 3, 1), "reason": "已取得副高级职称。",
        "document": paper(person.user, now=now),
    }  # fmt: skip
    return ask_for_title(person, level=level, by=person.user, now=now, **(facts | changes))


def correction(person: Professional | User, what: CorrectionKind, value: str, **changes: Any) -> Correction:
    """`person`, or an account that only acts for others."""
    by = person if isinstance(person, User) else person.user
    now = changes.pop("now", None) or timezone.now()
    facts: dict[str, Any] = {"id_kind": None, "reason": "登记时写错。", "document": paper(by, now=now)}
    return ask_for_correction(what=what, value=value, by=by, now=now, **(facts | changes))


def merge(kept: Professional, number: str, *, by: User | None = None, now: datetime | None = None) -> Merge:
    """`number` is of the other account."""
    by, now = by or kept.user, now or timezone.now()
    return ask_to_merge(kept, number=number, reason="注册了两次。", document=paper(by, now=now), by=by, now=now)
