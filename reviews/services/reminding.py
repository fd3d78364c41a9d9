"""What the clock says to reviewers: exactly to those in whose inbox it is, and when it is late also above them."""

from datetime import datetime, timedelta
from functools import partial

from django.db.models import F, Q
from django.urls import reverse

from accounts.enums import Duty, NoticeEvent
from accounts.models import User
from accounts.selectors.duties import holders_of
from accounts.selectors.escalation import above, beyond, overseers_of, told_of_delay
from accounts.services import deadlines
from accounts.services.notices import tell
from ceportal.kernel.selectors.calendar import due_after
from ceportal.kernel.services.claims import one_by_one
from ceportal.kernel.services.trail import record
from credits.models import Declaration
from reviews.models import Delay
from reviews.selectors.desk import reviewers_of
from reviews.services import inspection_clock

REMIND_AT_DAYS = (2, 1, 0)


def remind_reviewers(*, now: datetime) -> int:
    """At two and at one working day left, and on the day itself (S0-20)."""
    return deadlines.remind([Declaration], at_days=REMIND_AT_DAYS, now=now, notify=partial(_tell_due, now=now))


def mark_overdue(*, now: datetime) -> int:
    """Mark what ran over its five working days, tell the reviewers and those above them; never approve it (T15)."""
    return deadlines.mark_overdue([Declaration], now=now, notify=partial(_note_overdue, now=now))


def raise_delays(*, now: datetime) -> int:
    """What still waits as many working days after its limit as the limit had is told to the bureau as well (A3).

    The cost follows the number late and not yet raised. Returns how many were raised.
    """
    rows = Delay.objects.filter(raise_at__lte=now).select_related("declaration", "organization")
    act = partial(_raise_one, now=now)
    return one_by_one("raise:reviews.delay", rows.order_by("raise_at", "id"), act, now=now, limit=deadlines.CHUNK)


def redate(*, now: datetime) -> int:
    """Date open reviews, and what is asked in spot checks, anew after a calendar notice. What is no longer late by it
    was never so.
    """
    if done := deadlines.redate([Declaration], others=[inspection_clock.DATED], now=now):
        still = {f"declaration__{name}": F(name) for name in ("round", "stage")}
        waits = Delay.objects.filter(declaration__waiting_on=F("organization"), **still)
        waits.filter(declaration__overdue_at__isnull=True).delete()
    return done


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


def _note_overdue(declaration: Declaration, *, now: datetime) -> None:
    """For the record of timeliness, whatever becomes of it; dated anew by the calendar, it is late from then."""
    if declaration.waiting_on is None or declaration.due_at is None:
        return
    raise_at, _, _ = due_after(declaration.due_at - timedelta(microseconds=1), declaration.limit_days)
    Delay.objects.update_or_create(
        declaration=declaration,
        round=declaration.round,
        stage=declaration.stage,
        defaults={
            "organization": declaration.waiting_on,
            "due_at": declaration.due_at,
            "marked_at": now,
            "raise_at": raise_at,
        },
    )
    _tell_overdue(declaration, now=now)


def _raise_one(delay: Delay, *, now: datetime) -> bool:
    if not Delay.objects.filter(pk=delay.pk, raise_at=delay.raise_at).update(raise_at=None):
        return False
    declaration = delay.declaration
    still = (declaration.round, declaration.stage, declaration.waiting_on_id)
    if still != (delay.round, delay.stage, delay.organization_id) or declaration.overdue_at is None:
        return False
    bureau = beyond(delay.organization)
    if bureau is None:
        return False
    after = {"stage": delay.stage, "round": delay.round, "to": str(bureau.ref)}
    record("declaration.raise", declaration, by=None, now=now, after=after)
    told = overseers_of(bureau).exclude(pk=declaration.declarant_id)
    late = f"超期已满 {declaration.limit_days} 个工作日"
    text = f"{delay.organization.name}对《{declaration.title}》的审核{late}仍未办理，请督办。"
    key = f"{_about(declaration)}:raised:{_due_day(declaration)}"
    tell(told, NoticeEvent.REVIEW_OVERDUE, key=key, text=text, now=now)
    return True


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
