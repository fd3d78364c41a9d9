"""The clock of requests, of every kind: who decides is reminded, and what runs over is told to all concerned."""

from datetime import datetime

from accounts.enums import NoticeEvent
from accounts.models import Request, User
from accounts.selectors.escalation import told_of_delay
from accounts.selectors.requests import request_models, who_can_decide
from accounts.services import deadlines
from accounts.services.notices import tell
from accounts.services.requests import page_of


def remind_requests(*, now: datetime) -> int:
    """At two and one working days left. Returns how many were reminded."""

    def notify(asked: Request, left: int) -> None:
        when = f"还剩 {left} 个工作日" if left else "今天到期"
        text = f"{asked.whose}的{asked._meta.verbose_name}等您处理，{when}。"
        key = f"{_about(asked)}:due:{left}"
        tell(who_can_decide(asked), NoticeEvent.REVIEW_DUE, key=key, text=text, link=page_of(asked), now=now)

    return deadlines.remind(request_models(), now=now, notify=notify)


def mark_overdue_requests(*, now: datetime) -> int:
    """Never granted by itself: those who should decide hear of it, those above them, and those who asked."""

    def notify(asked: Request) -> None:
        if asked.waiting_on is None:
            return
        key, link = f"{_about(asked)}:overdue", page_of(asked)
        text = f"{asked.whose}的{asked._meta.verbose_name}在{asked.waiting_on.name}已超过 {asked.limit_in_words}。"
        askers = User.objects.filter(pk__in={asked.asked_by_id, asked.declarant_id})
        tell(who_can_decide(asked), NoticeEvent.REVIEW_OVERDUE, key=key, text=text, link=link, now=now)
        watchers = told_of_delay(asked.waiting_on).exclude(pk__in=[asked.asked_by_id, asked.declarant_id])
        tell(watchers, NoticeEvent.REVIEW_OVERDUE, key=key, text=text, now=now)
        tell(askers, NoticeEvent.REVIEW_OVERDUE, key=key, text=f"{text}可以打电话催办。", link=link, now=now)

    return deadlines.mark_overdue(request_models(), now=now, notify=notify)


def redate_requests(*, now: datetime) -> int:
    """A new holiday notice moves open due moments (A4)."""
    return deadlines.redate(request_models(), now=now)


def _about(asked: Request) -> str:
    """A matter dated anew is pressed anew."""
    return f"{asked._meta.model_name}:{asked.ref}:{asked.round}:{asked.stage}:{asked.due_at:%Y-%m-%d}"
