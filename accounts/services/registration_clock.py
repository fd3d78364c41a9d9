"""The clock of registrations: who decides is reminded, and what runs over is told to the applicant and the bureau."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from accounts.enums import NoticeEvent
from accounts.models import PersonRegistration, Routed, UnitRegistration
from accounts.selectors.duties import who_can_rule
from accounts.selectors.escalation import told_of_delay
from accounts.services import deadlines
from accounts.services.applications import whose
from accounts.services.notices import tell

Registration = PersonRegistration | UnitRegistration
MODELS: tuple[type[Routed], ...] = (PersonRegistration, UnitRegistration)


def remind_registrations(*, now: datetime) -> int:
    """At 2 and 1 working days left. Returns how many were reminded."""

    def notify(application: Any, left: int) -> None:
        tell(
            who_can_rule(application),
            NoticeEvent.REVIEW_DUE,
            key=f"{_about(application)}:due:{left}",
            text=f"{whose(application)}的注册申请还剩 {left} 个工作日，请尽快核准。",
            link=_page(application),
            now=now,
        )

    return deadlines.remind(MODELS, now=now, notify=notify)


def mark_overdue_registrations(*, now: datetime) -> int:
    """Never approved by itself: those who should decide hear of it, and so do who stands above them and the person."""

    def notify(application: Any) -> None:
        key = f"{_about(application)}:overdue"
        waits_with, name = application.waiting_on, whose(application)
        where = waits_with.name if waits_with else ""
        text = f"{name}的注册申请在{where}已超过 5 个工作日。"
        link = _page(application)
        tell(who_can_rule(application), NoticeEvent.REVIEW_OVERDUE, key=key, text=text, link=link, now=now)
        if waits_with:
            watchers = told_of_delay(waits_with).exclude(pk=application.declarant_id)
            tell(watchers, NoticeEvent.REVIEW_OVERDUE, key=key, text=text, now=now)
        own = f"您的注册申请在{where}已超过 5 个工作日，可以打电话催办。"
        progress = reverse("accounts:registration")
        tell([application.declarant], NoticeEvent.REVIEW_OVERDUE, key=key, text=own, link=progress, now=now)

    return deadlines.mark_overdue(MODELS, now=now, notify=notify)


def redate_registrations(*, now: datetime) -> int:
    """A new holiday notice moves open due moments (A4)."""
    return deadlines.redate(MODELS, now=now)


def _about(application: Any) -> str:
    """A matter dated anew is pressed anew."""
    return f"registration:{application.ref}:{application.round}:{application.due_at:%Y-%m-%d}"


def _page(application: Registration) -> str:
    page = "accounts:review_person" if isinstance(application, PersonRegistration) else "accounts:review_unit"
    return reverse(page, args=[application.ref])
