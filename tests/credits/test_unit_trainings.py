"""One training that a unit ran: under its filed plan, by one roster, reviewed once, credited to all (S2-05 (4))."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.enums import Duty
from accounts.models import Notice, Organization, Professional, User
from accounts.rules.policy import Act
from accounts.selectors.reach import reach_of
from accounts.services.request_clock import mark_overdue_requests
from bases.models import TrainingPlanItem
from ceportal.kernel.rules.refusal import Refused
from ceportal.office.services.clock import run_all
from credits.models import HourEntry, Roster, TrainingOpening, UnitTraining, UnitTrainingRuling
from credits.selectors.accounts import account_of
from credits.services.rosters import confirm_roster, drop_roster, forget_drafts
from credits.services.unit_trainings import start_training
from reviews.models import Decision
from reviews.selectors.watch import unlikely_speeds
from reviews.selectors.watch_trainings import all_speeds, training_timeliness
from tests import factories as make
from tests.bases import planning
from tests.credits import factories as make_credits
from tests.credits import rosters as make_roster
from tests.credits.drafts import photo
from tests.credits.platforms import number_of
from tests.reviews.factories import submitted

pytestmark = pytest.mark.django_db
AFTER = planning.NOW.replace(month=12, day=10)


@pytest.fixture(autouse=True)
def november() -> Any:
    make_credits.rule_set(year_from=2016)
    with time_machine.travel(planning.NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def item(
    employer: Organization, employer_reviewer: User, authority_reviewer: User, city_officer: User, november: Any
) -> Any:
    plan = planning.filed(employer, employer_reviewer)
    november.move_to(AFTER)
    return TrainingPlanItem.objects.get(plan=plan)


def typed(item: TrainingPlanItem, **changes: Any) -> dict[str, Any]:
    said = {
        "plan_item": item.pk, "started_on": "2026-12-01", "ended_on": "2026-12-02", "hours": "16", "public_kind": "",
        "place": "", "assessment": "闭卷考试",
    }  # fmt: skip
    return said | changes


def page_of(training: UnitTraining, name: str = "unit_training") -> str:
    return reverse(f"credits:{name}", args=[training.ref])


def keep_all(client: Client, training: UnitTraining) -> None:
    for kind in ("courseware", "picture"):
        assert client.post(page_of(training, "keep_unit_paper"), {"kind": kind, "document": photo()}).status_code == 302


def opened(client: Client, training: UnitTraining, ref: Any) -> bytes:
    shown: Any = client.get(reverse("credits:unit_paper", args=[training.ref, ref]))
    return b"".join(shown.streaming_content)


def look_at_all(client: Client, training: UnitTraining, clock: Any) -> None:
    """The page and each paper, for long enough."""
    client.get(page_of(training))
    for ref in (training.ref, *training.papers.values_list("ref", flat=True)):
        assert opened(client, training, ref).startswith(b"\xff\xd8")
    clock.shift(timedelta(minutes=1))


def sent(client: Client, item: TrainingPlanItem, by: User, people: list[Professional]) -> UnitTraining:
    client.force_login(by)
    client.post(reverse("credits:new_unit_training"), typed(item))
    training = UnitTraining.objects.latest("pk")
    rows = [make_roster.row(person, id_number=number_of(person)) for person in people]
    upload = {"file": make_roster.saved(make_roster.workbook(rows))}
    client.post(reverse("credits:roster_file", args=[training.roster.ref]), upload)
    keep_all(client, training)
    send = client.post(page_of(training, "send_unit_training"), {"reason": "按计划组织", "document": photo()})
    assert send.status_code == 302
    training.refresh_from_db()
    return training


@pytest.mark.clause("S3-06", "A22")
def test_nothing_is_approved_that_was_not_opened_in_this_round_and_for_long_enough(
    client: Client, employer_reviewer: User, authority_reviewer: User, item: TrainingPlanItem, declarant: Professional,
    november: Any,
) -> None:  # fmt: skip
    training = sent(client, item, employer_reviewer, [declarant])
    client.get(page_of(training))
    assert not TrainingOpening.objects.exists()
    client.force_login(authority_reviewer)
    approve = {"move": "approve", "reason": "同意", "round": "1"}
    blind = client.post(page_of(training), approve)
    assert (
        blind.status_code,
        "您还有 4 项没有查看——登记内容页、培训通知、课件、现场照片" in blind.content.decode(),
    ) == (409, True)
    assert not TrainingOpening.objects.exists()
    assert "通过前还要查看 3 份材料" in client.get(page_of(training)).content.decode()
    headers: Any = client.head(reverse("credits:unit_paper", args=[training.ref, training.ref]))
    assert (b"".join(headers.streaming_content), TrainingOpening.objects.count()) == (b"", 1)
    for _ in range(2):
        opened(client, training, training.ref)
    seen = TrainingOpening.objects.exclude(file_digest="").get()
    assert (seen.reviewer, seen.round, seen.times, seen.closed_at) == (authority_reviewer, 1, 2, None)
    assert "您还有 2 项没有查看——课件、现场照片" in client.post(page_of(training), approve).content.decode()
    for paper in training.papers.all():
        opened(client, training, paper.ref)
    hasty = client.post(page_of(training), approve)
    assert (hasty.status_code, "秒，看清楚再通过" in hasty.content.decode()) == (409, True)
    assert client.post(page_of(training), approve | {"move": "return", "reason": "请补签到表"}).status_code == 302
    assert not TrainingOpening.objects.filter(closed_at__isnull=True).exists()
    client.force_login(employer_reviewer)
    assert client.post(page_of(training, "send_unit_training"), {"reason": "已补"}).status_code == 302
    training.refresh_from_db()
    client.force_login(authority_reviewer)
    november.shift(timedelta(minutes=5))
    again = client.post(page_of(training), approve | {"round": "2"})
    assert (again.status_code, "您还有 4 项没有查看" in again.content.decode()) == (409, True)
    assert not HourEntry.objects.exists()
    look_at_all(client, training, november)
    assert "全部材料您都已查看" in client.get(page_of(training)).content.decode()
    assert client.post(page_of(training), approve | {"round": "2"}).status_code == 302
    assert UnitTrainingRuling.objects.latest("pk").was_due_at is not None


@pytest.mark.clause("S4-17", "S3-06")
def test_those_above_see_how_timely_and_how_fast_trainings_are_ruled_on(
    client: Client, employer_reviewer: User, authority_reviewer: User, authority: Organization, city_officer: User,
    item: TrainingPlanItem, declarant: Professional, november: Any,
) -> None:  # fmt: skip
    training = sent(client, item, employer_reviewer, [declarant])
    limit, since = training.due_at, AFTER.replace(month=1, day=1)
    assert limit is not None
    assert training_timeliness(reach_of(city_officer, Act.OVERSEE), since=since) == []
    late = limit + timedelta(hours=1)
    assert mark_overdue_requests(now=late) == 1
    (row,) = training_timeliness(reach_of(city_officer, Act.OVERSEE), since=since)
    assert (row.unit, row.decided, row.late, row.waiting_late) == (authority, 0, 0, 1)
    assert training_timeliness(reach_of(employer_reviewer, Act.OVERSEE), since=since) == [], "who does not oversee"
    said = {"subject": training, "stage": 2, "move": "approve", "by": authority_reviewer, "organization": authority,
            "declarant": training.declarant, "was_due_at": limit}  # fmt: skip
    UnitTrainingRuling.objects.bulk_create(
        UnitTrainingRuling(**said, round=number, at=late + timedelta(seconds=10 * number)) for number in range(12)
    )
    (row,) = training_timeliness(reach_of(city_officer, Act.OVERSEE), since=since)
    assert (row.decided, row.late, row.in_time) == (12, 12, 0)
    assert all_speeds(reach_of(city_officer, Act.OVERSEE), now=late) == [], "twelve prove nothing"
    own = submitted(declarant)
    said |= {"subject": own, "version": 1, "hours_recognised": 1, "declarant": declarant.user}
    Decision.objects.bulk_create(
        Decision(**said, round=number, at=late + timedelta(seconds=10 * number + 5)) for number in range(8)
    )
    assert unlikely_speeds(reach_of(city_officer, Act.OVERSEE), now=late) == [], (
        "the control: eight declarations by themselves"
    )
    (speed,) = all_speeds(reach_of(city_officer, Act.OVERSEE), now=late)
    assert (speed.reviewer, speed.unit, speed.count, speed.seconds) == (authority_reviewer, authority, 20, 5)
    november.move_to(late)
    client.force_login(city_officer)
    page = client.get(reverse("reviews:watch")).content.decode()
    assert ("单位组织的培训" in page, "通过 20 项，平均 5 秒一项" in page) == (True, True)
    for look, times in {"trainings_waiting": 1, "trainings": 12, "trainings_late": 12}.items():
        shown = client.get(reverse("reviews:watched"), {"look": look, "unit": str(authority.ref)}).content.decode()
        assert shown.count(str(training.roster)) == times, look


def test_who_reviews_is_told_of_earlier_registrations_of_the_same_line(
    client: Client, employer_reviewer: User, authority_reviewer: User, item: TrainingPlanItem, declarant: Professional
) -> None:
    first = sent(client, item, employer_reviewer, [declarant])
    client.force_login(authority_reviewer)
    assert "还登记过" not in client.get(page_of(first)).content.decode()
    second = sent(client, item, employer_reviewer, [declarant])
    client.force_login(authority_reviewer)
    page = client.get(page_of(second))
    assert ("这一项计划还登记过 1 次" in page.content.decode(), page.context["earlier"]) == (True, [first])


@pytest.mark.clause("S2-05", "S3-04", "S3-07")
def test_one_training_is_registered_reviewed_once_and_credited_to_all(
    client: Client, employer: Organization, employer_reviewer: User, authority: Organization, authority_reviewer: User,
    item: TrainingPlanItem, declarant: Professional, other_declarant: Professional,
) -> None:  # fmt: skip
    colleague = make.professional("同事教师", works_at=employer)
    client.force_login(employer_reviewer)
    new = reverse("credits:new_unit_training")
    wrong = client.post(new, typed(item, started_on="2026-11-30", hours="17", assessment=" "))
    text = wrong.content.decode()
    assert (wrong.status_code, "实际不能更早" in text, "不能登记更多" in text) == (422, True, True)
    assert "请填写开始日期" in client.post(new, typed(item, started_on="")).content.decode()
    assert client.post(new, typed(item)).status_code == 302
    training = UnitTraining.objects.get()
    roster = training.roster
    rows = [make_roster.row(person, id_number=number_of(person)) for person in (declarant, colleague, other_declarant)]
    upload = reverse("credits:roster_file", args=[roster.ref])
    assert client.post(upload, {"file": make_roster.saved(make_roster.workbook(rows))}).status_code == 302
    shown = client.get(reverse("credits:roster", args=[roster.ref])).content.decode()
    assert "不是本单位（所属单位）已在平台注册并核准的人员" in shown
    unknown = [make_roster.row(id_number=make.id_number(serial=901), name="没有的人")]
    client.post(upload, {"file": make_roster.saved(make_roster.workbook(unknown))})
    assert (
        "不是本单位（所属单位）已在平台注册并核准的人员"
        in client.get(reverse("credits:roster", args=[roster.ref])).content.decode()
    )
    assert client.post(upload, {"file": make_roster.saved(make_roster.workbook(rows[:2]))}).status_code == 302
    assert client.post(reverse("credits:confirm_roster", args=[roster.ref]), {"version": "3"}).status_code == 409
    send = page_of(training, "send_unit_training")
    holes = client.post(send, {"reason": "按计划组织"}).content.decode()
    assert ("请上传培训通知" in holes, "还没有留存课件、现场照片" in holes) == (True, True)
    keep_all(client, training)
    assert client.post(send, {"reason": "按计划组织", "document": photo()}).status_code == 302
    training.refresh_from_db()
    roster.refresh_from_db()
    assert (training.waiting_on, training.limit_days, roster.state) == (authority, 5, "review")
    late = client.post(upload, {"file": make_roster.saved(make_roster.workbook(rows[:1]))})
    assert late.status_code == 409
    client.force_login(authority_reviewer)
    desk = client.get(page_of(training)).content.decode()
    assert ("同事教师" in desk, item.title in desk, "课件" in desk) == (True, True, True)
    paper = reverse("credits:unit_paper", args=[training.ref, training.papers.first().ref])  # type: ignore[union-attr]
    notice = reverse("credits:unit_paper", args=[training.ref, training.ref])
    for address in (paper, notice):
        assert b"".join(client.get(address).streaming_content).startswith(b"\xff\xd8")  # type: ignore[attr-defined]
    assert client.post(page_of(training), {"move": "approve", "reason": " ", "round": "1"}).status_code == 422
    assert client.post(page_of(training), {"move": "return", "reason": "请补签到表", "round": "1"}).status_code == 302
    client.force_login(employer_reviewer)
    assert "请补签到表" in client.get(page_of(training)).content.decode()
    assert client.post(send, {"reason": "已补签到表"}).status_code == 302
    assert client.post(page_of(training), {"withdraw": "1"}).status_code == 302
    assert Roster.objects.get().state == "checked"


@pytest.mark.clause("S2-05", "S3-04")
def test_what_is_approved_is_credited_by_the_clock_and_undone_whole(
    client: Client, employer: Organization, employer_reviewer: User, authority_reviewer: User, item: TrainingPlanItem,
    declarant: Professional, stranger: User, november: Any,
) -> None:  # fmt: skip
    own = make.professional("主管审核教师", works_at=employer)
    people = [declarant, own]
    client.force_login(employer_reviewer)
    client.post(reverse("credits:new_unit_training"), typed(item))
    training = UnitTraining.objects.get()
    rows = [make_roster.row(person, id_number=number_of(person)) for person in people]
    upload = reverse("credits:roster_file", args=[training.roster.ref])
    client.post(upload, {"file": make_roster.saved(make_roster.workbook(rows))})
    keep_all(client, training)
    send = client.post(page_of(training, "send_unit_training"), {"reason": "按计划组织", "document": photo()})
    assert send.status_code == 302
    client.force_login(stranger)
    assert client.get(page_of(training)).status_code == 404
    assert client.get(reverse("credits:roster", args=[training.roster.ref])).status_code == 404
    with pytest.raises(Refused, match="单位培训"):
        confirm_roster(training.roster, version=1, by=employer_reviewer, now=AFTER)
    with pytest.raises(Refused, match="单位培训"):
        drop_roster(training.roster, by=employer_reviewer, now=AFTER)
    training.refresh_from_db()
    assert training.waiting_on is not None
    make.give(own.user, training.waiting_on, Duty.REVIEW_HOURS)
    client.force_login(own.user)
    look_at_all(client, training, november)
    mine = client.post(page_of(training), {"move": "approve", "reason": "同意", "round": "1"})
    assert (mine.status_code, "您本人在这份名单上" in mine.content.decode()) == (422, True)
    client.force_login(authority_reviewer)
    look_at_all(client, training, november)
    assert client.post(page_of(training), {"move": "approve", "reason": "同意", "round": "1"}).status_code == 302
    for _ in run_all(now=AFTER):
        pass
    for person in people:
        assert account_of(person, 2026).professional_hours == Decimal(16)
    assert Notice.objects.filter(to=employer_reviewer, text__contains="已批准").exists()
    client.force_login(employer_reviewer)
    assert "登记完毕" in client.get(reverse("credits:roster", args=[training.roster.ref])).content.decode()
    undone = client.post(reverse("credits:undo_roster", args=[training.roster.ref]), {"reason": "日期填错"})
    assert undone.status_code == 302
    for _ in run_all(now=AFTER):
        pass
    assert account_of(declarant, 2026).professional_hours == Decimal(0)
    assert HourEntry.objects.count() == 4


def test_what_was_begun_by_mistake_is_thrown_away_and_what_was_sent_is_not(
    client: Client, employer_reviewer: User, authority_reviewer: User, item: TrainingPlanItem, declarant: Professional
) -> None:
    client.force_login(employer_reviewer)
    client.post(reverse("credits:new_unit_training"), typed(item))
    wrong = UnitTraining.objects.get()
    rows = [make_roster.row(declarant, id_number=number_of(declarant))]
    upload = {"file": make_roster.saved(make_roster.workbook(rows))}
    client.post(reverse("credits:roster_file", args=[wrong.roster.ref]), upload)
    keep_all(client, wrong)
    assert "删除这次登记" in client.get(page_of(wrong)).content.decode()
    client.force_login(authority_reviewer)
    assert client.post(page_of(wrong), {"drop": "1"}).status_code == 404
    client.force_login(employer_reviewer)
    assert client.post(page_of(wrong), {"drop": "1"}).status_code == 302
    assert (UnitTraining.objects.count(), Roster.objects.count()) == (0, 0)
    client.post(reverse("credits:new_unit_training"), typed(item))
    sent = UnitTraining.objects.get()
    UnitTraining.objects.filter(pk=sent.pk).update(state="returned")
    assert client.post(page_of(sent), {"drop": "1"}).status_code == 409


def test_the_list_is_paged_and_asks_the_same(
    client: Client, employer: Organization, employer_reviewer: User, authority_reviewer: User, item: TrainingPlanItem,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    day = AFTER.date().replace(day=1)
    for number in range(26):
        start_training(
            employer, item, started_on=day, ended_on=day, hours=Decimal(8), public_kind="", place=f"第 {number} 教室",
            assessment="测验", by=employer_reviewer, now=AFTER,
        )  # fmt: skip
    client.force_login(employer_reviewer)
    page = reverse("credits:unit_trainings")
    client.get(page)
    with django_assert_max_num_queries(14):
        first = client.get(page).context["page"]
    second = client.get(page, {"after": first.next_cursor}).context["page"]
    assert (len(first.items), len(second.items)) == (25, 1)
    with django_assert_max_num_queries(30):
        assert client.get(page_of(first.items[0])).status_code == 200
    client.force_login(authority_reviewer)
    assert "没有等您审核的培训" in client.get(page).content.decode()


def test_numbers_of_what_was_never_sent_are_forgotten(
    client: Client, employer_reviewer: User, item: TrainingPlanItem, declarant: Professional
) -> None:
    client.force_login(employer_reviewer)
    client.post(reverse("credits:new_unit_training"), typed(item))
    roster = UnitTraining.objects.get().roster
    rows = [make_roster.row(declarant, id_number=number_of(declarant))]
    upload = reverse("credits:roster_file", args=[roster.ref])
    client.post(upload, {"file": make_roster.saved(make_roster.workbook(rows))})
    later = AFTER.replace(year=2027)
    assert forget_drafts(now=later, older_than=later) == 1
    roster.refresh_from_db()
    assert (roster.state, roster.rows.count()) == ("draft", 0)
    assert forget_drafts(now=later, older_than=later.replace(year=2028)) == 0
