"""A desk of several: who sees to what, approving together, half a reason kept, a colleague standing in."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Duty, NoticeEvent
from accounts.models import Employment, Membership, Notice, Organization, Professional, User
from accounts.services.deputizing import appoint_deputy, end_deputies
from accounts.services.memberships import grant
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.rules.refusal import Refused
from credits.models import Declaration, HourEntry
from reviews.models import Allotment, Decision, Jotting, Opening
from reviews.selectors.desk import inbox, next_for, reviewers_of
from reviews.services.jotting import keep_jotting
from reviews.services.openings import clear_desks
from tests import factories as make
from tests.reviews.factories import MONDAY, approved, open_all, submitted, turned_down

pytestmark = pytest.mark.django_db
INBOX, TOGETHER, ALLOT = (reverse(f"reviews:{name}") for name in ("inbox", "together", "allot"))


@pytest.fixture(autouse=True)
def monday_morning() -> object:
    with time_machine.travel(MONDAY + timedelta(hours=1), tick=False):
        yield


def ticked(*rows: Declaration) -> dict[str, Any]:
    return {"chosen": [f"{row.ref}:{row.version}:{row.stage}" for row in rows]}


def titles(answer: Any) -> list[str]:
    return [row.title for row in answer.context["page"].items]


def test_together_goes_what_was_looked_at_and_nothing_when_one_was_not(
    client: Client, declarant: Professional, employer_reviewer: User, colleague: User
) -> None:
    seen = [submitted(declarant, files=2) for _ in range(20)]
    unseen = submitted(declarant, title="没看过的")
    for row in seen:
        open_all(row, employer_reviewer)
    open_all(unseen, colleague)
    client.force_login(employer_reviewer)
    page = client.get(INBOX)
    assert page.context["seen_count"] == 20
    more = [submitted(declarant, files=0) for _ in range(30)]
    for row in more:
        open_all(row, employer_reviewer)
    for chosen, words in (
        ([*seen[:19], unseen], "没看过的》：还不能通过：您还有 2 项没有查看"),
        ([*seen, unseen], "一次最多一起通过 20 项，现在选了 21 项"),
        ([*seen, *more, unseen], "一次最多一起通过 20 项，现在选了 51 项"),
        ([], "请先勾选"),
    ):
        answer = client.post(TOGETHER, ticked(*chosen))
        assert answer.status_code == 409
        assert words in answer.content.decode()
        assert not Decision.objects.exists()
        assert inbox(employer_reviewer).count() == 51
    turned_down(seen[0], colleague)
    assert client.post(TOGETHER, ticked(*seen)).status_code == 409
    assert client.post(TOGETHER, {"chosen": ["x", "::", f"{seen[1].ref}:1:-1"]}).status_code == 409
    assert client.post(TOGETHER, ticked(*seen[1:])).status_code == 302
    assert Decision.objects.filter(by=employer_reviewer, hours_recognised=24).count() == 19
    assert set(inbox(employer_reviewer)) == {unseen, *more}
    assert not HourEntry.objects.exists()


def test_together_asks_for_the_version_on_the_screen(
    client: Client, declarant: Professional, employer_reviewer: User
) -> None:
    row = submitted(declarant)
    open_all(row, employer_reviewer)
    Declaration.objects.filter(pk=row.pk).update(version=2)
    client.force_login(employer_reviewer)
    assert client.post(TOGETHER, ticked(row)).status_code == 409
    assert not Decision.objects.exists()


def test_a_desk_is_divided_and_nothing_waits_for_one_alone(
    client: Client, declarant: Professional, employer_reviewer: User, colleague: User, stranger: User
) -> None:
    mine, theirs, free = (submitted(declarant, title=title) for title in ("我的", "同事的", "没人办的"))
    client.force_login(employer_reviewer)
    assert client.post(ALLOT, ticked(mine) | {"to": str(employer_reviewer.ref)}).status_code == 302
    assert client.post(ALLOT, ticked(theirs) | {"to": str(colleague.ref)}).status_code == 302
    assert titles(client.get(INBOX, {"share": "mine"})) == ["我的"]
    assert titles(client.get(INBOX, {"share": "free"})) == ["没人办的"]
    page = client.get(INBOX)
    assert len(titles(page)) == 3
    assert "由您办理" in page.content.decode()
    assert "由同单位审核员办理" in page.content.decode()
    assert next_for(employer_reviewer, mine) == free
    assert set(reviewers_of(theirs)) == {employer_reviewer, colleague}
    assert client.post(ALLOT, ticked(theirs) | {"to": ""}).status_code == 302
    assert Allotment.objects.get().declaration == mine
    told = list(AuditEvent.objects.filter(action="declaration.allot").order_by("pk").values_list("after", flat=True))
    assert told[1] == {"count": 1, "to": str(colleague.ref), "declarations": [str(theirs.ref)]}
    for sent in (ticked(free) | {"to": str(stranger.ref)}, ticked(free) | {"to": "x"}, {"to": str(colleague.ref)}):
        assert client.post(ALLOT, sent).status_code == 409
    with pytest.raises(IntegrityError, match=r"one_sees_to_a_stage|UNIQUE"), transaction.atomic():
        Allotment.objects.create(declaration=mine, round=mine.round, stage=1, to=colleague, by=colleague, at=MONDAY)


def test_nobody_is_given_their_own(
    client: Client, declarant: Professional, employer: Organization, employer_reviewer: User
) -> None:
    make.give(declarant.user, employer, Duty.REVIEW_HOURS)
    row = submitted(declarant)
    client.force_login(employer_reviewer)
    answer = client.post(ALLOT, ticked(row) | {"to": str(declarant.user.ref)})
    assert answer.status_code == 409
    assert "不能审核（本人的申报" in answer.content.decode()
    assert not Allotment.objects.exists()


def test_the_inbox_is_narrowed_by_what_a_clerk_knows(
    client: Client, declarant: Professional, employer_reviewer: User, colleague: User
) -> None:
    first, second = submitted(declarant, title="甲"), submitted(declarant, title="乙", subject="public")
    Employment.objects.filter(professional=declarant).update(department="数学组")
    client.force_login(employer_reviewer)
    day = (timezone.localtime(first.due_at) - timedelta(seconds=1)).date() if first.due_at else date.min
    for asked, expected in (
        ({"subject": "public"}, ["乙"]),
        ({"department": "数学组"}, ["甲", "乙"]),
        ({"department": "语文组"}, []),
        ({"name": declarant.name[:1]}, ["甲", "乙"]),
        ({"name": "无此人"}, []),
        ({"unit": "查无此校"}, []),
        ({"place": declarant.area.pk}, ["甲", "乙"]),
        ({"place": "999999"}, []),
        ({"year": "2026"}, ["甲", "乙"]),
        ({"year": "2025"}, []),
        ({"day": day.isoformat()}, ["甲", "乙"]),
        ({"day": "2026-12-31"}, []),
        ({"day": "sometime"}, ["甲", "乙"]),
    ):
        assert titles(client.get(INBOX, asked)) == expected, asked
    assert second.pk > first.pk
    assert client.get(INBOX).context["days"] == [(day, 2)]


def test_half_a_reason_is_kept_until_the_decision(
    client: Client, declarant: Professional, employer_reviewer: User, colleague: User
) -> None:
    row = submitted(declarant)
    keep, page = reverse("reviews:keep", args=[row.ref]), reverse("reviews:review", args=[row.ref])
    half = {"move": "return", "version": "1", "stage": "1", "reason_code": "other", "reason": "缺少第二天的签"}
    client.force_login(employer_reviewer)
    assert client.post(keep, half).json() == {"kept_at": "10:00"}
    assert client.post(keep, half | {"reason": "缺少第二天的签到"}).status_code == 200
    text = client.get(page).content.decode()
    assert "缺少第二天的签到" in text
    assert "没写完的意见" in text
    assert client.post(keep, half | {"move": "bulk"}).status_code == 422
    assert client.post(keep, half | {"version": "2"}).status_code == 409
    client.force_login(colleague)
    assert "缺少第二天" not in client.get(page).content.decode()
    Declaration.objects.filter(pk=row.pk).update(version=2)
    client.force_login(employer_reviewer)
    assert "缺少第二天" not in client.get(page).content.decode()
    row.refresh_from_db()
    keep_jotting(row, move="return", reason_code="other", reason="缺少", by=employer_reviewer, now=MONDAY)
    keep_jotting(row, move="return", reason_code="other", reason="看不清", by=colleague, now=MONDAY)
    turned_down(row, employer_reviewer)
    clear_desks(now=MONDAY)
    assert [jotting.reviewer for jotting in Jotting.objects.all()] == [colleague]


def test_a_deputy_stands_in_until_a_day_and_the_mirror_follows(
    client: Client, declarant: Professional, other_declarant: Professional, employer: Organization,
    employer_reviewer: User,
) -> None:  # fmt: skip
    stand_in = make.professional(name="代审教师", works_at=employer)
    row, own = submitted(declarant), submitted(stand_in)
    page = reverse("reviews:deputies")
    client.force_login(employer_reviewer)
    place = str(Membership.objects.get(user=employer_reviewer, duty=Duty.REVIEW_HOURS).pk)
    sent = {"place": place, "name": "代审教师", "until": "2026-11-20", "proof": make.PASSWORD}
    client.post(page, sent)
    for wrong, words in (
        ({"name": other_declarant.name}, "本单位没有这个姓名"),
        ({"name": employer_reviewer.name}, "不能请自己代审"),
        ({"until": "2026-11-15"}, "不能早于今天"),
        ({"until": "2027-11-15"}, "最长 90 天"),
        ({"place": "0"}, ""),
    ):
        Membership.objects.filter(stands_in_for__isnull=False).delete()
        answer = client.post(page, sent | wrong)
        assert answer.status_code == 422, wrong
        assert words in answer.content.decode()
    assert client.post(page, sent).status_code == 302
    held = Membership.objects.get(user=stand_in.user)
    assert (held.stands_in_for, held.lasts_until) == (employer_reviewer, date(2026, 11, 20))
    assert list(inbox(stand_in.user)) == [row]
    assert stand_in.user in reviewers_of(row)
    assert stand_in.user not in reviewers_of(own)
    assert Notice.objects.filter(to=stand_in.user, event=NoticeEvent.REVIEW_WAITING, key__startswith="deputy").exists()
    assert "代审教师代单位审核员审核" in client.get(page).content.decode()
    assert end_deputies(now=MONDAY + timedelta(days=4)) == 0
    assert end_deputies(now=MONDAY + timedelta(days=5)) == 1
    assert end_deputies(now=MONDAY + timedelta(days=5)) == 0
    assert not inbox(stand_in.user).exists()
    assert inbox(employer_reviewer).count() == 2


def test_a_deputy_is_dismissed_or_becomes_a_reviewer(
    client: Client, employer: Organization, employer_reviewer: User, colleague: User, stranger: User
) -> None:
    one, two = (make.professional(name=name, works_at=employer) for name in ("代审甲", "代审乙"))
    facts: dict[str, Any] = {
        "away": employer_reviewer, "organization": employer, "duty": Duty.REVIEW_HOURS,
        "until": date(2026, 11, 20), "by": employer_reviewer, "now": MONDAY,
    }  # fmt: skip
    first, second = (appoint_deputy(**facts, name=name) for name in ("代审甲", "代审乙"))
    with pytest.raises(Refused, match="本来就可以审核"):
        appoint_deputy(**facts, name="代审甲")
    end = reverse("reviews:dismiss_deputy")
    client.force_login(colleague)
    assert client.post(end, {"deputy": first.pk}).status_code == 404
    client.force_login(employer_reviewer)
    assert client.post(end, {"deputy": first.pk}).status_code == 302
    grant(two.user, employer, [Duty.REVIEW_HOURS], by=None, now=MONDAY)
    assert end_deputies(now=MONDAY + timedelta(days=30)) == 0
    second.refresh_from_db()
    assert second.ended_at is None
    assert not Membership.objects.filter(user=one.user, ended_at__isnull=True).exists()
    with pytest.raises(IntegrityError, match="a_deputy_stands_in_for_another"), transaction.atomic():
        Membership.objects.filter(pk=second.pk).update(stands_in_for=two.user, lasts_until=date(2026, 12, 1))


def test_the_next_thing_served_closes_the_one_before(declarant: Professional, employer_reviewer: User) -> None:
    row, other = submitted(declarant, files=2), submitted(declarant)
    open_all(row, employer_reviewer, now=MONDAY)
    still = Opening.objects.filter(declaration=row, closed_at__isnull=True)
    assert still.count() == 2
    assert still.filter(file_digest="").exists()
    open_all(other, employer_reviewer, now=MONDAY + timedelta(minutes=1))
    assert not still.exists()


def test_the_decision_closes_what_was_open_as_of_its_own_moment(
    declarant: Professional, employer_reviewer: User
) -> None:
    first, second = (approved(submitted(declarant), employer_reviewer) for _ in range(2))
    untouched, later = submitted(declarant), MONDAY + timedelta(minutes=1)
    open_all(untouched, employer_reviewer, now=later + timedelta(hours=1))
    assert not Opening.objects.filter(declaration__in=[first, second], closed_at__gt=MONDAY).exists()
    Opening.objects.filter(declaration=first).update(closed_at=None)
    assert clear_desks(now=later) == 2
    assert set(Opening.objects.filter(declaration=first).values_list("closed_at", flat=True)) == {MONDAY}
    assert Opening.objects.filter(declaration=untouched, closed_at__isnull=True).count() == 2
