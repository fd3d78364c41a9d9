"""What the clock says of drafts that wait for their second person, exactly to those who can approve them."""

from datetime import datetime
from functools import partial

from django.urls import reverse

from accounts.enums import NoticeEvent
from accounts.selectors.duties import who_can_rule
from accounts.services import deadlines
from accounts.services.notices import tell
from credits.models import RuleDraft


def watch_rule_drafts(*, now: datetime) -> int:
    """Date anew after a calendar notice, remind, mark what is late. Nothing is ever approved here."""
    return (
        deadlines.redate([RuleDraft], now=now)
        + deadlines.remind([RuleDraft], now=now, notify=partial(_remind, now=now))
        + deadlines.mark_overdue([RuleDraft], now=now, notify=partial(_tell_overdue, now=now))
    )


def _remind(draft: RuleDraft, left: int, *, now: datetime) -> None:
    when = f"还剩 {left} 个工作日" if left else "今天到期"
    _tell(draft, f"due:{left}", f"规则草案“{draft.name}”等您核准，{when}。", now)


def _tell_overdue(draft: RuleDraft, *, now: datetime) -> None:
    _tell(draft, "overdue", f"规则草案“{draft.name}”的核准已超期，请尽快处理。", now)


def _tell(draft: RuleDraft, what: str, text: str, now: datetime) -> None:
    key = f"rule_draft:{draft.ref}:{draft.round}:{what}:{draft.due_at.isoformat() if draft.due_at else ''}"
    link = reverse("admin:credits_ruledraft_show", args=[draft.ref])
    tell(who_can_rule(draft), NoticeEvent.REQUEST_WAITING, key=key, text=text, link=link, now=now)
