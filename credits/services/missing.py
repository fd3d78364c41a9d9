"""“我的学时没到”: asked by a person, answered by the platform in working days, pressed by the clock (design: api)."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Duty, NoticeEvent
from accounts.models import Organization, Professional, User
from accounts.selectors.clients import bureaus_over
from accounts.selectors.duties import holders_of, who_can_rule
from accounts.services import deadlines
from accounts.services.notices import tell
from accounts.services.routing import send_on, settle
from ceportal.kernel.rules.refusal import MovedOn, Refusal, refuse, refuse_if_any
from ceportal.kernel.rules.text import comparable
from ceportal.kernel.services.trail import record
from credits.enums import ClaimState, Door, MissingAnswer, MissingState
from credits.models import Claim, MissingHours
from credits.rules.missing import LIMIT_DAYS, reasons_not_to_answer, reasons_not_to_ask
from credits.selectors.missing import open_of
from credits.selectors.records import current_record

_DESK = f"/{settings.ADMIN_PATH}credits/missinghours/"
_COMES = (ClaimState.LIVE, ClaimState.HELD, ClaimState.DUPLICATE)


@transaction.atomic
def ask(
    person: Professional, platform: Organization, *, title: str, learned_on: date, note: str = "", now: datetime
) -> MissingHours:
    """Let it wait with the platform. Of one training one question at a time."""
    open_now, today = open_of(person).count(), timezone.localdate(now)
    refuse_if_any(reasons_not_to_ask(title, learned_on, note, open_now=open_now, today=today))
    question = MissingHours(
        declarant=person.user, professional=person, platform=platform, title=title.strip(),
        title_key=comparable(title)[:120], learned_on=learned_on, note=note.strip(), asked_at=now,
        state=MissingState.WITHDRAWN,
    )  # fmt: skip
    question.save(force_insert=True)
    rows = MissingHours.objects.filter(pk=question.pk)
    try:
        with transaction.atomic():
            send_on(
                rows, state=MissingState.WAITING, stage=0, to=platform, duty=Duty.MANAGE_CLIENTS, now=now,
                limit_days=LIMIT_DAYS, new_round=True,
            )  # fmt: skip
    except IntegrityError as error:
        raise refuse("asked_already", "这门课您已经查询过，正在等平台答复。", field="title") from error
    question.refresh_from_db()
    record("missinghours.ask", question, by=person.user, now=now, after={"platform": str(platform.ref)})
    text = f"有学员查询没有到账的学时，请在 {LIMIT_DAYS} 个工作日内答复。同一天的其他查询不再逐条通知，请以页面为准。"
    key = f"missing:{platform.ref}:{timezone.localdate(now)}"
    link = reverse("credits:missing_inbox")
    tell(who_can_rule(question), NoticeEvent.REQUEST_WAITING, key=key, text=text, link=link, now=now)
    return question


@transaction.atomic
def withdraw(question: MissingHours, *, by: User, now: datetime) -> None:
    """The person has found it, or thinks better of it."""
    if not settle(_as_read(question), state=MissingState.WITHDRAWN):
        raise _moved()
    record("missinghours.withdraw", question, by=by, now=now)


@transaction.atomic
def answer(
    question: MissingHours, answer: str, *, record_id: str = "", note: str = "", by: User, now: datetime
) -> None:
    """The platform's word. What it says it has sent must be there, and be this person's."""
    refuse_if_any(reasons_not_to_answer(answer, record_id, note))
    is_sent = answer == MissingAnswer.SENT
    if is_sent:
        refuse_if_any(_reasons_not_to_believe(question, record_id))
    if not who_can_rule(question).filter(pk=by.pk).exists():
        raise refuse("not_your_duty", "这项查询不由您答复。", clause="A24")
    told: dict[str, Any] = {"answer": answer, "record_id": record_id if is_sent else "", "answer_note": note.strip()}
    if not settle(_as_read(question), state=MissingState.ANSWERED, answered_at=now, **told):
        raise _moved()
    record("missinghours.answer", question, by=by, now=now, after={"answer": answer, "record_id": told["record_id"]})
    said = f"{question.platform.name}对“{question.title}”的答复：{MissingAnswer(answer).label}。{note.strip()}"
    key, link = f"missing:{question.ref}:answered", reverse("credits:missing")
    tell([question.declarant], NoticeEvent.REQUEST_DECIDED, key=key, text=said, link=link, now=now)


def watch_missing(*, now: datetime) -> int:
    """The clock: dated anew with the calendar, reminded, pressed when overdue. How many were moved."""

    def remind(question: MissingHours, left: int) -> None:
        """Once a day and platform, however many are due."""
        when = f"还剩 {left} 个工作日" if left else "今天到期"
        key = f"missing:{question.platform.ref}:due:{timezone.localdate(now)}"
        text, link = f"有学员查询的学时还没有答复，最早的一项{when}。", reverse("credits:missing_inbox")
        tell(who_can_rule(question), NoticeEvent.REVIEW_DUE, key=key, text=text, link=link, now=now)

    def press(question: MissingHours) -> None:
        platform, day = question.platform, timezone.localdate(now)
        text = f"{platform.name}有学员查询的学时超过 {LIMIT_DAYS} 个工作日没有答复。"
        key = f"missing:{platform.ref}:overdue:{day}"
        inbox = reverse("credits:missing_inbox")
        tell(who_can_rule(question), NoticeEvent.REVIEW_OVERDUE, key=key, text=text, link=inbox, now=now)
        tell(_watchers(question), NoticeEvent.REVIEW_OVERDUE, key=key, text=text, link=_DESK, now=now)
        own = f"{platform.name}还没有答复您查询的“{question.title}”，人社部门已经知道。"
        key, link = f"missing:{question.ref}:overdue", reverse("credits:missing")
        tell([question.declarant], NoticeEvent.REVIEW_OVERDUE, key=key, text=own, link=link, now=now)

    moved = deadlines.redate([MissingHours], now=now)
    moved += deadlines.remind([MissingHours], now=now, notify=remind)
    return moved + deadlines.mark_overdue([MissingHours], now=now, notify=press)


def _watchers(question: MissingHours) -> Iterable[User]:
    """Those who keep keys at the bureaus over the platform, and at those of the person's place."""
    found = User.objects.none()
    for bureau in bureaus_over(question.platform) | Organization.objects.filter(
        is_bureau=True, area__in=question.professional.area.codes
    ):
        found = found | holders_of(bureau, Duty.MANAGE_CLIENTS)
    return found.exclude(pk=question.declarant_id).distinct()


def _reasons_not_to_believe(question: MissingHours, record_id: str) -> Iterable[Refusal]:
    claim: Claim | None = current_record(f"{Door.PLATFORM.value}:{question.platform.ref}", record_id)
    person = question.professional
    if claim is None:
        yield Refusal("not_here", "没有收到过这个编号的记录。请先用接口报送，再来答复。", field="record_id")
    elif claim.state == ClaimState.UNMATCHED:
        message = "这个编号的记录里，证件号码和姓名对不上已注册的人员，没有计入。请核对后更正。"
        yield Refusal("unmatched", message, field="record_id")
    elif claim.professional_id not in {person.pk, person.merged_into_id} or claim.state not in _COMES:
        yield Refusal("not_theirs", "这个编号的记录不是这位学员的，或者已经撤回。", field="record_id")


def _as_read(question: MissingHours) -> QuerySet[MissingHours]:
    return MissingHours.objects.filter(pk=question.pk, state=MissingState.WAITING, round=question.round)


def _moved() -> MovedOn:
    return MovedOn([Refusal("moved_on", "这项查询刚刚有变动，请刷新后再看。")])
