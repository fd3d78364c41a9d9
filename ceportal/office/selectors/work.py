"""What waits for somebody to deal with, whichever room owns it: one line a desk, the most pressing first."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Count, DateField, Exists, Min, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast

from accounts.models import (
    Correction,
    HandOver,
    Merge,
    PersonRegistration,
    Request,
    Routed,
    Stationing,
    TitleChange,
    Transfer,
    UnitChange,
    UnitRegistration,
    User,
)
from accounts.selectors.duties import waiting_for
from accounts.selectors.requests import requests_waiting_for
from bases.models import Assessment, ClassConsent, Complaint, Disclosure, RecognitionRequest, TrainingPlan
from bases.selectors.assessments import assessments_to_comment, own_assessments, rounds_of
from bases.selectors.complaints import complaints_waiting_for
from bases.selectors.directory import disclosing_units
from credits.enums import Door, RosterState
from credits.models import (
    BackYearRequest,
    Declaration,
    MissingHours,
    ObligationRequest,
    OutsideHours,
    RuleDraft,
    UnitTraining,
)
from credits.selectors.rosters import rosters_of
from reviews.enums import Asked
from reviews.models import Appeal, Inspection
from reviews.selectors.desk import inbox
from reviews.selectors.spot_checks import asked_of


@dataclass(frozen=True)
class Desk:
    """Where a kind of matter is dealt with: the name of its page."""

    page: str
    label: str


@dataclass(frozen=True)
class Waiting:
    """How many matters of a desk wait, and until when the first of them (the end of that day, exclusive)."""

    desk: Desk
    count: int
    overdue: int
    due_at: datetime
    due_is_provisional: bool


@dataclass(frozen=True)
class Errand:
    """What the teaching side has still to do, without a clock of the statute: how many, and by which day if any."""

    desk: Desk
    count: int
    until: date | None


PEOPLE = Desk("accounts:matters", "人员变动")
EASINGS = Desk("credits:requests", "减免和认定")
DESKS: dict[type[Routed], Desk] = {
    Declaration: Desk("reviews:inbox", "学时审核"),
    Appeal: Desk("reviews:appeals", "申诉"),
    ObligationRequest: EASINGS,
    OutsideHours: EASINGS,
    BackYearRequest: Desk("credits:exceptions", "补报申请"),
    UnitTraining: Desk("credits:unit_trainings", "单位培训"),
    MissingHours: Desk("credits:missing_inbox", "学时查询"),
    RuleDraft: Desk("admin:credits_ruleset_changelist", "规则修改"),
    TrainingPlan: Desk("bases:training_plans", "培训计划"),
    RecognitionRequest: Desk("bases:recognition_requests", "基地和平台认定"),
    ClassConsent: Desk("bases:consents", "办班申请"),
    Complaint: Desk("bases:complaints", "投诉"),
    PersonRegistration: Desk("accounts:people_to_approve", "人员注册"),
    UnitRegistration: Desk("accounts:units_to_approve", "单位注册"),
    Transfer: PEOPLE,
    TitleChange: PEOPLE,
    Correction: PEOPLE,
    Merge: PEOPLE,
    Stationing: Desk("accounts:stationings", "职称评审归属"),
    HandOver: Desk("accounts:hand_overs", "更换管理员"),
    UnitChange: Desk("accounts:unit_changes", "单位变更"),
}
ANSWERS = Desk("reviews:asked", "抽查答复")
ERRANDS = {
    "self": Desk("bases:assessments", "基地考核：要自评的"),
    "comment": Desk("bases:assessments", "基地考核：要提意见的"),
    "score": Desk("bases:assessments", "基地考核：要评分的"),
    "rosters": Desk("credits:rosters", "名单：核对完、等您确认的"),
    "disclose": Desk("bases:disclosures", "公开信息：没有填写的机构"),
}
# Desks that leave out more than every desk does.
_INBOXES: dict[type[Routed], Callable[[User], QuerySet[Any]]] = {
    Declaration: inbox,
    Complaint: complaints_waiting_for,
}


def work_of(user: User, *, now: datetime) -> list[Waiting]:
    """What waits for `user`, what is due first first: one query for who they review for, one for everything."""
    groups = [_count(desk, _waiting(user, kind), now) for kind, desk in DESKS.items()]
    groups.append(_count(ANSWERS, _to_answer(user), now))
    found: dict[str, Waiting] = {}
    desks = {desk.page: desk for desk in (*DESKS.values(), ANSWERS)}
    for page, count, overdue, due_at, firm in groups[0].union(*groups[1:], all=True):
        if count:
            one = Waiting(desks[page], count, overdue, due_at, due_is_provisional=firm is None or firm > due_at)
            found[page] = _together(one, found[page]) if page in found else one
    return sorted(found.values(), key=lambda waiting: waiting.due_at)


def errands_of(user: User) -> list[Errand]:
    """In one query."""
    is_open = Q(round__published_at__isnull=True)
    told = Exists(Disclosure.objects.filter(organization=OuterRef("pk")))
    found: dict[str, tuple[QuerySet[Any], Any]] = {
        "self": (own_assessments(user).filter(is_open, self_at__isnull=True), Min("round__self_until")),
        "comment": (
            assessments_to_comment(user).filter(is_open, opinion_at__isnull=True), Min("round__self_until"),
        ),
        "score": (
            Assessment.objects.filter(is_open, grade="", self_at__isnull=False, round__in=rounds_of(user).values("pk")),
            Cast(Value(None), DateField()),
        ),
        "rosters": (
            rosters_of(user).filter(state=RosterState.CHECKED, door=Door.ROSTER), Cast(Value(None), DateField()),
        ),
        "disclose": (disclosing_units(user).filter(~told), Cast(Value(None), DateField())),
    }  # fmt: skip
    rows = [
        each.select_related(None)
        .order_by()
        .annotate(what=Value(what))
        .values_list("what")
        .annotate(times=Count("pk"), until=until)
        for what, (each, until) in found.items()
    ]
    return [Errand(ERRANDS[what], times, until) for what, times, until in rows[0].union(*rows[1:], all=True) if times]


def _together(one: Waiting, other: Waiting) -> Waiting:
    """Two kinds of one desk, until the earlier of their days."""
    earlier = min(one, other, key=lambda waiting: waiting.due_at)
    return replace(earlier, count=one.count + other.count, overdue=one.overdue + other.overdue)


def _waiting(user: User, kind: type[Routed]) -> QuerySet[Any]:
    if kind in _INBOXES:
        return _INBOXES[kind](user).select_related(None)
    rows: QuerySet[Any] = kind._default_manager.all()
    return requests_waiting_for(user, rows) if issubclass(kind, Request) else waiting_for(user, rows)


def _to_answer(user: User) -> QuerySet[Any]:
    """The inspections that wait for the answer of `user`'s unit, or for their own."""
    theirs = Q(waits_on=Asked.UNIT) & ~Q(declaration__declarant=user) | Q(
        waits_on=Asked.PERSON, declaration__declarant=user
    )
    asked = asked_of(user).select_related(None).order_by().values("pk")
    return Inspection.objects.filter(theirs, pk__in=asked, due_at__isnull=False)


def _count(desk: Desk, rows: QuerySet[Any], now: datetime) -> QuerySet[Any, Any]:
    counted = rows.order_by().annotate(page=Value(desk.page)).values_list("page")
    return counted.annotate(
        times=Count("pk"),
        late=Count("pk", filter=Q(due_at__lte=now)),
        first=Min("due_at"),
        firm=Min("due_at", filter=Q(due_is_provisional=False)),
    )
