"""What the clock says to reviewers: exactly to those in whose inbox it is, and when it is late also above them."""

from datetime import datetime
from functools import partial

from django.db.models import Q
from django.urls import reverse

from accounts.enums import Duty, NoticeEvent
from accounts.models import User
from accounts.selectors.duties import holders_of
from accounts.selectors.escalation import above, told_of_delay
from accounts.services import deadlines
from accounts.services.notices import tell
from credits.models import Declaration
from reviews.selectors.desk import reviewers_of


def remind_reviewers(*, now: datetime) -> int:
    """At two and at one working day left, and late comers on the day itself (S0-20)."""
    return deadlines.remind(Declaration, now=now, notify=partial(_tell_due, now=now))


def mark_overdue(*, now: datetime) -> int:
    """Mark what ran over its five working days, tell the reviewers and those above them; never approve it (T15)."""
    return deadlines.mark_overdue(Declaration, now=now, notify=partial(_tell_overdue, now=now))


def redate(*, now: datetime) -> int:
    """Date open reviews anew after a calendar notice."""
    return deadlines.redate(Declaration, now=now)


def _tell_due(declaration: Declaration, left: int, *, now: datetime) -> None:
    when = f"还剩 {left} 个工作日" if left else "今天到期"
    text = f"{declaration.declarant.name}申报的《{declaration.title}》等您审核，{when}。"
    tell(
        reviewers_of(declaration),
        NoticeEvent.REVIEW_DUE,
        key=f"{_about(declaration)}:due:{left}:{_due_day(declaration)}",
        text=text,
        link=reverse("reviews:review", args=[declaration.ref]),
        now=now,
    )


def _tell_overdue(declaration: Declaration, *, now: datetime) -> None:
    unit = declaration.waiting_on
    if unit is None:
        return
    link = reverse("reviews:review", args=[declaration.ref])
    key = f"{_about(declaration)}:overdue:{_due_day(declaration)}"
    higher = above(unit)
    sent_up = f"，已转报{higher.name}" if higher else ""
    text = f"{declaration.declarant.name}申报的《{declaration.title}》审核已超期{sent_up}。请尽快处理。"
    reviewers = list(reviewers_of(declaration))
    tell(reviewers, NoticeEvent.REVIEW_OVERDUE, key=key, text=text, link=link, now=now)
    others = told_of_delay(unit).exclude(pk__in=[user.pk for user in reviewers]).exclude(pk=declaration.declarant_id)
    if reviewers:
        told = f"{unit.name}对《{declaration.title}》的审核已超期，请督促。"
        tell(others, NoticeEvent.REVIEW_OVERDUE, key=key, text=told, now=now)
    elif higher:
        told = f"{unit.name}没有人能审核《{declaration.title}》，已超期。请在“更换管理员”里指定接任人。"
        appointing = holders_of(higher, Duty.APPROVE_UNITS).exclude(pk=declaration.declarant_id)
        to = User.objects.filter(Q(pk__in=others) | Q(pk__in=appointing))
        tell(to, NoticeEvent.REVIEW_OVERDUE, key=key, text=told, link=reverse("accounts:hand_overs"), now=now)


def _about(declaration: Declaration) -> str:
    return f"declaration:{declaration.ref}:{declaration.round}:{declaration.stage}"


def _due_day(declaration: Declaration) -> str:
    return declaration.due_at.isoformat() if declaration.due_at else ""
