"""A class from its line in the yearly plan to the day it is over (S0-16, S1-14, S4-05)."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import DateTimeField, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from accounts.enums import NoticeEvent
from accounts.models import Organization, User
from accounts.services.notices import tell
from bases.enums import ClassState
from bases.models import Enrolment, PlanItem, TrainingClass
from bases.rules.classes import (
    ClassPlan,
    reasons_not_to_announce,
    reasons_not_to_change,
    reasons_not_to_open,
    reasons_not_to_plan,
    reasons_of_days,
)
from bases.selectors.classes import facts_to_open
from ceportal.kernel.rules.moments import day_words
from ceportal.kernel.rules.refusal import MovedOn, Refusal, Refused, refuse, refuse_if_any
from ceportal.kernel.services.trail import record

_EDITABLE = (ClassState.DRAFT,)
Said = Mapping[str, Any]


@transaction.atomic
def plan(
    unit: Organization, *, year: int, title: str, subject: str, months: str, hours: Decimal | None, people: int,
    by: User, now: datetime,
) -> PlanItem:  # fmt: skip
    """A line of the institution's yearly plan; everybody can read it at once."""
    refuse_if_any(reasons_not_to_plan(title, subject, months, hours, people))
    made = PlanItem.objects.create(
        organization=unit, year=year, title=title.strip(), subject=subject, months=months.strip(),
        hours=hours or Decimal(0),
        people=people, made_at=now,
    )  # fmt: skip
    record("plan.add", made, by=by, now=now, after={"title": made.title, "year": year, "people": people})
    return made


@transaction.atomic
def unplan(item: PlanItem, *, by: User, now: datetime) -> None:
    """As long as no class has come of it."""
    if TrainingClass.objects.filter(plan_item=item).exists():
        raise refuse("is_named", "这一项已经开班，不能删除。")
    record("plan.drop", item, by=by, now=now, before={"title": item.title, "year": item.year})
    PlanItem.objects.filter(pk=item.pk).delete()


@transaction.atomic
def start_class(plan_item: PlanItem, content: ClassPlan, said: Said, *, by: User, now: datetime) -> TrainingClass:
    """On paper, for the base alone; `said` holds what no rule asks about (kind, form, trade, flags)."""
    _refuse_paper(plan_item, content, now)
    try:
        with transaction.atomic():
            made = TrainingClass.objects.create(
                organization=plan_item.organization, plan_item=plan_item, made_by=by, made_at=now,
                **_columns(content), **said,
            )  # fmt: skip
    except IntegrityError as error:
        raise _code_taken() from error
    record("class.start", made, by=by, now=now, after=_told(content))
    return made


@transaction.atomic
def edit_class(
    training_class: TrainingClass, plan_item: PlanItem, content: ClassPlan, said: Said, *, by: User, now: datetime
) -> TrainingClass:
    """Other words and days, before anybody was told of them."""
    _refuse_paper(plan_item, content, now)
    try:
        with transaction.atomic():
            _move(training_class, _EDITABLE, plan_item=plan_item, **_columns(content), **said)
    except IntegrityError as error:
        raise _code_taken() from error
    record("class.edit", training_class, by=by, now=now, after=_told(content))
    return training_class


@transaction.atomic
def open_class(training_class: TrainingClass, *, by: User, now: datetime) -> TrainingClass:
    """Let everybody read of it and enrol."""
    refuse_if_any(
        reasons_not_to_open(
            training_class.state, subject=training_class.subject, started_on=training_class.started_on,
            ended_on=training_class.ended_on, today=timezone.localdate(now), **facts_to_open(training_class),
        )
    )  # fmt: skip
    _move(training_class, (ClassState.DRAFT, ClassState.ASKED), state=ClassState.OPEN, opened_at=now)
    record("class.open", training_class, by=by, now=now, after={"code": training_class.code})
    return training_class


@transaction.atomic
def move_class(
    training_class: TrainingClass, *, started_on: date, ended_on: date, place: str, reason: str, by: User, now: datetime
) -> TrainingClass:
    """Other days or another place, told to who is enrolled."""
    today = timezone.localdate(now)
    reasons = [
        *reasons_not_to_change(training_class.state, is_assessed=bool(training_class.assessed_at), reason=reason),
        *reasons_of_days(started_on, ended_on, today=today),
    ]
    if ended_on.year != training_class.plan_item.year:
        reasons.append(Refusal("other_year", "不能移到另一年度，请取消后重新开班。", field="ended_on", clause="A7"))
    refuse_if_any(reasons)
    before = {"days": [f"{training_class.started_on}", f"{training_class.ended_on}"], "place": training_class.place}
    _move(
        training_class, (ClassState.OPEN,), started_on=started_on, ended_on=ended_on, place=place.strip(),
        year=ended_on.year,
    )  # fmt: skip
    after = {"days": [f"{started_on}", f"{ended_on}"], "place": training_class.place, "reason": reason.strip()}
    record("class.move", training_class, by=by, now=now, before=before, after=after)
    when = day_words(started_on) if started_on == ended_on else f"{day_words(started_on)}至{day_words(ended_on)}"
    tell_enrolled(
        training_class, f"改在{when}，地点：{training_class.place}。原因：{reason.strip()}", f"move:{now:%s}", now=now
    )
    return training_class


@transaction.atomic
def cancel_class(training_class: TrainingClass, *, reason: str, by: User, now: datetime) -> TrainingClass:
    """It will not be held; who is enrolled is told why, and it stays readable."""
    refuse_if_any(
        reasons_not_to_change(training_class.state, is_assessed=bool(training_class.assessed_at), reason=reason)
    )
    _move(training_class, (ClassState.OPEN,), state=ClassState.CANCELLED, end_reason=reason.strip())
    record("class.cancel", training_class, by=by, now=now, after={"reason": reason.strip()})
    tell_enrolled(training_class, f"取消了。原因：{reason.strip()}", "cancel", now=now)
    return training_class


@transaction.atomic
def note_results(key: int, *, started_on: date, ended_on: date, now: datetime) -> None:
    """Its roster is confirmed for these days: from now on it is neither moved nor cancelled. `MovedOn` when it was."""
    rows = TrainingClass.objects.filter(pk=key, state=ClassState.OPEN, started_on=started_on, ended_on=ended_on)
    if not rows.update(assessed_at=Coalesce("assessed_at", Value(now, output_field=DateTimeField()))):
        message = "这个班已经改期或取消，这份名单不能登记。请删除这份名单，按现在的班期重新上传。"
        raise MovedOn([Refusal("class_moved", message, clause="S2-13")])


def tell_enrolled(training_class: TrainingClass, what: str, about: str, *, now: datetime) -> None:
    in_it = Enrolment.objects.filter(training_class=training_class, left_at__isnull=True)
    people = User.objects.filter(pk__in=in_it.values("professional__user"))
    text = f"您报名的“{training_class.title}”（{training_class.organization.name}）{what}"
    link = reverse("bases:class", args=[training_class.ref])
    tell(people, NoticeEvent.TEACHING, key=f"class:{training_class.ref}:{about}", text=text, link=link, now=now)


def _refuse_paper(plan_item: PlanItem, content: ClassPlan, now: datetime) -> None:
    refuse_if_any(reasons_not_to_announce(content, plan_year=plan_item.year, today=timezone.localdate(now)))


def _move(training_class: TrainingClass, was: tuple[ClassState, ...], **changes: Any) -> None:
    """One conditional update, on the state and the days it was read at."""
    rows = TrainingClass.objects.filter(
        pk=training_class.pk, state=training_class.state, assessed_at=training_class.assessed_at,
        started_on=training_class.started_on, ended_on=training_class.ended_on,
    )  # fmt: skip
    if training_class.state not in was or not rows.update(**changes):
        raise MovedOn([Refusal("moved_on", "这个班刚刚有变动，请刷新后再看。")])
    training_class.refresh_from_db()


def _columns(content: ClassPlan) -> dict[str, Any]:
    facts = asdict(content)
    disclosed = facts.pop("disclosed")
    words = {name: text.strip() for name, text in disclosed.items()}
    return facts | words | {"title": content.title.strip(), "code": content.code.strip(), "year": content.ended_on.year}


def _told(content: ClassPlan) -> dict[str, Any]:
    return {"title": content.title, "code": content.code, "days": [f"{content.started_on}", f"{content.ended_on}"]}


def _code_taken() -> Refused:
    return refuse("code_taken", "这个班次编号今年已经用过，请换一个。", field="code")
