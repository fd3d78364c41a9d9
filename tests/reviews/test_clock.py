"""The clocks of review: whom they tell, when, and that they never approve."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts.enums import Duty, NoticeEvent
from accounts.models import Notice, Organization, Professional, User
from accounts.selectors.escalation import above
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.services.calendar import import_notice
from credits.enums import DeclarationState
from credits.models import Declaration, HourEntry
from reviews.selectors.desk import inbox
from reviews.services.reminding import mark_overdue, redate, remind_reviewers
from tests import factories as make
from tests.reviews.factories import MONDAY, approved, submitted

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)


def told(event: NoticeEvent) -> list[tuple[str, str]]:
    return list(Notice.objects.filter(event=event).order_by("id").values_list("to__name", "text"))


# Handed in on Monday 16 November 2026: due at the end of Monday 23.
REST_2026 = [date(2026, 1, day) for day in (1, 2, 3)]
REST_2027 = [date(2027, 1, day) for day in (1, 2, 3)]
THURSDAY, FRIDAY, DUE_DAY, OVERDUE_FROM = (date(2026, 11, day) for day in (19, 20, 23, 24))


def test_reminded_at_two_and_at_one_working_day_and_on_the_day_and_no_oftener(
    declarant: Professional, employer_reviewer: User, stranger: User, authority_reviewer: User
) -> None:
    declaration = submitted(declarant)
    outcome = {}
    for day in (16, 17, 18, 19, 20, 21, 22, 23):
        for hour in (0, 9, 9, 23):
            outcome[day] = outcome.get(day, 0) + remind_reviewers(now=at(date(2026, 11, day), hour))
    assert outcome == {16: 0, 17: 0, 18: 0, 19: 1, 20: 1, 21: 0, 22: 0, 23: 1}
    assert told(NoticeEvent.REVIEW_DUE) == [
        ("单位审核员", f"申报教师申报的《{declaration.title}》等您审核，还剩 2 个工作日。"),
        ("单位审核员", f"申报教师申报的《{declaration.title}》等您审核，还剩 1 个工作日。"),
        ("单位审核员", f"申报教师申报的《{declaration.title}》等您审核，今天到期。"),
    ]


def test_a_clock_that_slept_still_reminds_once(declarant: Professional, employer_reviewer: User) -> None:
    submitted(declarant)
    assert remind_reviewers(now=at(DUE_DAY)) == 1
    assert remind_reviewers(now=at(DUE_DAY)) == 0
    assert "今天到期" in told(NoticeEvent.REVIEW_DUE)[0][1]


def test_reminders_go_exactly_to_those_in_whose_inbox_it_is(
    declarant: Professional, employer: Organization, authority: Organization, authority_reviewer: User
) -> None:
    both = make.give(make.user("两处任职"), employer, Duty.REVIEW_HOURS)
    make.give(both, authority, Duty.REVIEW_HOURS)
    make.give(declarant.user, authority, Duty.REVIEW_HOURS)
    declaration = approved(submitted(declarant), both)
    assert remind_reviewers(now=at(FRIDAY)) == 1
    assert [name for name, _ in told(NoticeEvent.REVIEW_DUE)] == ["主管部门审核员"]
    assert inbox(authority_reviewer).get() == declaration


def test_overdue_is_marked_at_the_second_and_told_upwards(
    declarant: Professional, employer_reviewer: User, authority_reviewer: User, stranger: User, city_officer: User
) -> None:
    declaration = submitted(declarant)
    midnight = at(OVERDUE_FROM, 0)
    assert mark_overdue(now=midnight - timedelta(seconds=1)) == 0
    assert mark_overdue(now=midnight) == 1
    assert mark_overdue(now=midnight + timedelta(days=3)) == 0
    declaration.refresh_from_db()
    assert declaration.overdue_at == midnight
    assert declaration.state == DeclarationState.AT_EMPLOYER
    assert not HourEntry.objects.exists()
    assert sorted(name for name, _ in told(NoticeEvent.REVIEW_OVERDUE)) == ["主管部门审核员", "单位审核员"]
    assert "已转报开封市教育体育局" in dict(told(NoticeEvent.REVIEW_OVERDUE))["单位审核员"]
    event = AuditEvent.objects.get(action="declaration.overdue")
    assert (event.actor_id, event.after["stage"]) == (None, 1)
    assert inbox(employer_reviewer).get() == declaration
    assert remind_reviewers(now=at(OVERDUE_FROM)) == 0


def test_an_overdue_authority_is_told_to_its_bureau(
    declarant: Professional, employer_reviewer: User, authority_reviewer: User, city_officer: User
) -> None:
    approved(submitted(declarant), employer_reviewer)
    assert mark_overdue(now=at(OVERDUE_FROM)) == 1
    assert sorted(name for name, _ in told(NoticeEvent.REVIEW_OVERDUE)) == ["主管部门审核员", "市人社经办人"]


def test_who_answers_for_whom(
    employer: Organization,
    authority: Organization,
    lone_employer: Organization,
    county_bureau: Organization,
    city_bureau: Organization,
    province_bureau: Organization,
) -> None:
    assert above(employer) == authority
    assert above(authority) == city_bureau
    assert above(lone_employer) == county_bureau
    assert above(county_bureau) == city_bureau
    assert above(province_bureau) is None


def test_a_deadline_over_a_missing_calendar_is_provisional_and_dated_anew(
    declarant: Professional, employer_reviewer: User
) -> None:
    """Handed in on Christmas day 2026: the notice for 2027 is not there yet (F11, A4)."""
    christmas = at(date(2026, 12, 25))
    import_notice(2026, rest=REST_2026, now=christmas)
    declaration = submitted(declarant, now=christmas)
    assert declaration.due_is_provisional
    assert declaration.due_at == at(date(2027, 1, 2), 0)
    assert redate(now=christmas) == 0
    import_notice(2027, rest=REST_2027, now=christmas)
    late = at(date(2027, 1, 2))
    assert mark_overdue(now=late) == 1
    assert redate(now=late) == 1
    declaration.refresh_from_db()
    assert declaration.due_at == at(date(2027, 1, 5), 0)
    assert not declaration.due_is_provisional
    assert declaration.overdue_at is None
    assert AuditEvent.objects.filter(action="declaration.redated").count() == 1
    assert redate(now=late + timedelta(minutes=1)) == 0


def test_a_dated_model_costs_two_reads_a_round(declarant: Professional, django_assert_max_num_queries: object) -> None:
    submitted(declarant)
    import_notice(2026, rest=REST_2026, now=MONDAY)
    later = MONDAY + timedelta(hours=1)
    assert redate(now=later) == 1
    assert redate(now=later) == 0
    with django_assert_max_num_queries(2):
        assert redate(now=later) == 0


def test_the_sweep_finds_its_rows_by_the_index_of_what_is_not_yet_marked(declarant: Professional) -> None:
    submitted(declarant)
    rows = Declaration.objects.filter(waiting_on__isnull=False, due_at__lte=MONDAY, overdue_at__isnull=True)
    assert "declaration_sweep" in rows.order_by("due_at", "id")[:10].explain() or "Seq Scan" in rows.explain()
