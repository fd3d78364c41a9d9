"""What follows from being late, and what those above see: told further up, counted; speeds, pairs, a mail."""

import re
from datetime import datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.enums import Duty, NoticeEvent
from accounts.fields import seal_mail
from accounts.models import MailAddress, Notice, Organization, Professional, User
from accounts.rules.policy import Act
from accounts.selectors.reach import reach_of
from accounts.services.delivery import deliver_notices
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.services.calendar import import_notice
from credits.models import Declaration, HourEntry
from credits.services.declaring import withdraw_declaration
from reviews.models import Decision, Delay
from reviews.rules.watching import is_unlikely_speed
from reviews.selectors.season import ending_in_year
from reviews.selectors.watch import gone_undecided, mutual_approvals, timeliness, unlikely_speeds
from reviews.services.digesting import digest_reviewers
from reviews.services.reminding import mark_overdue, raise_delays, redate
from tests import factories as make
from tests.credits import factories as rules
from tests.reviews.factories import MONDAY, approved, open_all, submitted

pytestmark = pytest.mark.django_db
# Handed in on Monday 16 November: due at the end of Monday 23, told further up at the end of Monday 30.
LATE, RAISED = MONDAY + timedelta(days=8), MONDAY.replace(hour=0) + timedelta(days=15)


def test_what_stays_late_is_told_to_the_bureau_once_and_never_approved(
    declarant: Professional, employer_reviewer: User, authority_reviewer: User, city_officer: User
) -> None:
    declaration, decided = submitted(declarant), submitted(declarant)
    assert mark_overdue(now=LATE) == 2
    assert Delay.objects.filter(organization=declaration.organization).count() == 2
    approved(decided, employer_reviewer, now=LATE)
    assert raise_delays(now=RAISED - timedelta(seconds=1)) == 0
    assert raise_delays(now=RAISED) == 1
    assert raise_delays(now=RAISED + timedelta(days=30)) == 0
    text = "审核超期已满 5 个工作日仍未办理"
    assert Notice.objects.get(text__contains=text).to == city_officer
    assert AuditEvent.objects.filter(action="declaration.raise").count() == 1
    declaration.refresh_from_db()
    assert declaration.state == "at_employer"
    assert not HourEntry.objects.exists()


def test_timeliness_counts_what_was_late_and_what_still_is(
    client: Client, declarant: Professional, employer: Organization, employer_reviewer: User, city_officer: User
) -> None:
    in_time, late, waiting = (submitted(declarant) for _ in range(3))
    approved(in_time, employer_reviewer)
    mark_overdue(now=LATE)
    approved(late, employer_reviewer, now=LATE)
    row, of_authority = timeliness(reach_of(city_officer, Act.OVERSEE), since=MONDAY - timedelta(days=30))
    assert (of_authority.decided, of_authority.waiting_late, of_authority.in_time) == (0, 1, 0)
    assert (row.unit, row.decided, row.late, row.waiting_late, row.in_time) == (employer, 2, 1, 1, 50)
    assert waiting.pk
    assert timeliness(reach_of(employer_reviewer, Act.OVERSEE), since=MONDAY) == []
    with time_machine.travel(LATE, tick=False):
        client.force_login(city_officer)
        text = client.get(reverse("reviews:watch")).content.decode()
        links = re.findall(r'<a href="(/reviews/watch/list/[^"]*)">\s*(?:<b>)?(?:<span.*?>.*?</svg>)?(\d+)', text, re.S)
        assert sorted(figure for _, figure in links) == ["0", "0", "1", "1", "1", "1", "2", "2", "2"]
        for href, figure in links:
            page = client.get(href.replace("&amp;", "&")).content.decode()
            assert page.count('data-label="期限"') == int(figure), href
    assert employer.name in text
    assert "50%" in text
    client.force_login(declarant.user)
    assert client.get(reverse("reviews:watch")).status_code == 403


@pytest.mark.clause("S0-20", "S4-17")
def test_what_is_withdrawn_after_its_limit_still_counts(
    client: Client, declarant: Professional, employer: Organization, employer_reviewer: User, city_officer: User
) -> None:
    decided, gone, in_time = (submitted(declarant) for _ in range(3))
    approved(decided, employer_reviewer)
    withdraw_declaration(in_time, by=declarant.user, now=MONDAY)
    mark_overdue(now=LATE)
    withdraw_declaration(gone, by=declarant.user, now=LATE)
    since = MONDAY - timedelta(days=30)
    row = next(each for each in timeliness(reach_of(city_officer, Act.OVERSEE), since=since) if each.unit == employer)
    assert (row.decided, row.late, row.waiting_late, row.gone, row.in_time) == (1, 0, 0, 1, 50)
    with time_machine.travel(LATE, tick=False):
        client.force_login(city_officer)
        page = client.get(reverse("reviews:watched"), {"look": "gone"}).content.decode()
    assert (gone.title in page, in_time.title in page, page.count('data-label="期限"')) == (True, False, 1)
    later = LATE + timedelta(days=300)
    assert not gone_undecided(city_officer, since=later).exists()


def test_what_a_later_calendar_dated_anew_was_never_late(
    declarant: Professional, employer: Organization, employer_reviewer: User, city_officer: User
) -> None:
    declaration = submitted(declarant)
    mark_overdue(now=LATE)
    assert [row.waiting_late for row in timeliness(reach_of(city_officer, Act.OVERSEE), since=MONDAY)] == [1]
    import_notice(2026, rest=[MONDAY.date() + timedelta(days=n) for n in range(1, 5)], now=LATE)
    assert redate(now=LATE) == 1
    assert timeliness(reach_of(city_officer, Act.OVERSEE), since=MONDAY) == []
    declaration.refresh_from_db()
    withdraw_declaration(declaration, by=declarant.user, now=LATE)
    assert timeliness(reach_of(city_officer, Act.OVERSEE), since=MONDAY) == []


def test_unlikely_speeds_and_people_who_approve_each_other_are_shown(
    declarant: Professional, employer: Organization, employer_reviewer: User, city_officer: User, stranger: User
) -> None:
    for number in range(20):
        declaration = submitted(declarant, files=0)
        open_all(declaration, employer_reviewer)
        approved(declaration, employer_reviewer, now=MONDAY + timedelta(seconds=10 * number))
    (speed,) = unlikely_speeds(reach_of(city_officer, Act.OVERSEE), now=LATE)
    assert (speed.reviewer, speed.unit, speed.count, speed.seconds) == (employer_reviewer, employer, 20, 10)
    assert unlikely_speeds(reach_of(stranger, Act.OVERSEE), now=LATE) == []
    assert mutual_approvals(reach_of(city_officer, Act.OVERSEE), since=MONDAY) == []
    partner = make.professional(name="互评同事", works_at=employer)
    make.give(partner.user, employer, Duty.REVIEW_HOURS)
    make.give(declarant.user, employer, Duty.REVIEW_HOURS)
    approved(submitted(partner), declarant.user)
    approved(submitted(declarant), partner.user)
    (pair,) = mutual_approvals(reach_of(city_officer, Act.OVERSEE), since=MONDAY)
    assert {pair.one, pair.other} == {partner.user, declarant.user}
    assert (pair.count, pair.back) == (1, 1)


@pytest.mark.parametrize(("apart", "is_hasty"), [(7, True), (8, False)])
def test_one_late_approval_hides_no_run(
    declarant: Professional, employer_reviewer: User, city_officer: User, apart: int, is_hasty: bool
) -> None:
    """Forty in a row, `apart` seconds each, and one in the afternoon: on the day's average nobody is fast."""
    row = submitted(declarant)
    moments = [MONDAY + timedelta(seconds=apart * number) for number in range(40)] + [MONDAY + timedelta(hours=8)]
    said = {"subject": row, "version": 1, "stage": 1, "move": "approve", "hours_recognised": 1, "by": employer_reviewer}
    Decision.objects.bulk_create(
        Decision(**said, round=number, organization=row.organization, declarant=declarant.user, was_due_at=at, at=at)
        for number, at in enumerate(moments)
    )
    found = unlikely_speeds(reach_of(city_officer, Act.OVERSEE), now=LATE)
    assert [(speed.count, speed.seconds, speed.has_run) for speed in found] == [(41, 720, True)] * is_hasty


@pytest.mark.parametrize(
    ("count", "seconds", "expected"), [(20, 284, True), (20, 285, False), (19, 0, False), (21, 0, True)]
)
def test_what_speed_is_unlikely(count: int, seconds: int, expected: bool) -> None:
    assert is_unlikely_speed(count, MONDAY, MONDAY + timedelta(seconds=seconds)) is expected


def test_a_mail_each_working_morning_once_and_only_to_who_has_work(
    declarant: Professional, employer_reviewer: User, authority_reviewer: User
) -> None:
    submitted(declarant)
    address = MailAddress(user=employer_reviewer, mask="r***@example.com", confirmed_at=MONDAY)
    address.sealed = seal_mail("r@example.com", ref=address.ref)
    address.save()
    sunday, early = MONDAY + timedelta(days=6), MONDAY.replace(hour=7)
    for moment in (early, sunday):
        assert digest_reviewers(now=moment) == 0
    for hours in (0, 1, 2):
        digest_reviewers(now=MONDAY + timedelta(days=7, hours=hours))
    notice = Notice.objects.get(event=NoticeEvent.REVIEW_DIGEST)
    assert (notice.to, notice.text) == (employer_reviewer, "您今天有 1 项学时待审，其中今天到期 1 项。")
    Notice.objects.exclude(pk=notice.pk).delete()
    for _ in range(2):
        deliver_notices(now=MONDAY + timedelta(days=7, hours=1))
    (letter,) = mail.outbox
    assert letter.to == ["r@example.com"]
    assert notice.text in letter.body


def test_december_lists_what_its_year_wants_done(
    client: Client, declarant: Professional, employer_reviewer: User
) -> None:
    rules.rule_set("henan", figures={"total": "90", "reviews_end_in_year": "yes"}, clause="S0-20")
    december = datetime(2026, 12, 10, 9, tzinfo=MONDAY.tzinfo)
    submitted(declarant, now=december)
    rows = Declaration.objects.filter(waiting_on__isnull=False)
    assert ending_in_year(rows, now=MONDAY) is None
    season = ending_in_year(rows, now=december)
    assert season is not None
    assert (season.year, season.count, season.clause, season.is_more) == (2026, 1, "S0-20", False)
    with time_machine.travel(december, tick=False):
        client.force_login(employer_reviewer)
        assert "须在年内审完" in client.get(reverse("reviews:inbox")).content.decode()


def test_the_database_lets_one_hand_decide_one_stage_only(
    declarant: Professional, employer_reviewer: User, authority: Organization
) -> None:
    approved(submitted(declarant), employer_reviewer)
    first = Decision.objects.get()
    first.pk, first.stage, first.organization = None, 2, authority
    with pytest.raises(IntegrityError, match=r"one_hand_decides|UNIQUE"), transaction.atomic():
        first.save(force_insert=True)
