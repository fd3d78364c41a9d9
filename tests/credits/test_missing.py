"""“我的学时没到”: asked, answered, pressed; nothing twice, nothing to strangers, nobody told a record at a time."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.enums import Duty, NoticeEvent
from accounts.models import Notice, Organization, Professional, User
from accounts.selectors.matters import pending_of
from ceportal.kernel.rules.refusal import MovedOn, Refused
from credits.enums import MissingAnswer, MissingState
from credits.models import MissingHours
from credits.services.missing import answer, ask, watch_missing, withdraw
from tests import factories as make
from tests.credits.factories import NOW
from tests.credits.machines import Machine, posted
from tests.credits.platforms import platform

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("henan_2026")]
DAY = date(2026, 11, 10)
ASKED = {"title": "数字技术与知识更新", "learned_on": DAY}


@pytest.fixture(autouse=True)
def _november() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def unit() -> Organization:
    return platform("示例平台")


@pytest.fixture
def keeper(unit: Organization) -> User:
    return make.give(make.user("平台管理员"), unit, Duty.MANAGE_CLIENTS)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def told(user: User, event: NoticeEvent) -> list[str]:
    return list(Notice.objects.filter(to=user, event=event).order_by("id").values_list("text", flat=True))


@pytest.mark.clause("S4-09")
def test_asked_by_a_person_answered_by_the_platform(declarant: Professional, unit: Organization, keeper: User) -> None:
    person, desk = signed_in(declarant.user), signed_in(keeper)
    empty = person.post("/hours/missing/new/", {"platform": unit.pk, "title": "", "learned_on": ""})
    assert (empty.status_code, "请填写学完的日期" in empty.content.decode()) == (422, True)
    fields = {"platform": unit.pk, "title": "数字技术与知识更新", "learned_on": "2026-11-10", "note": "考核 86 分"}
    assert person.post("/hours/missing/new/", fields).status_code == 302
    again = person.post("/hours/missing/new/", fields | {"title": "数字技术 与知识更新"})
    assert (again.status_code, "已经查询过" in again.content.decode()) == (422, True)
    question = MissingHours.objects.get()
    assert pending_of(declarant) == []  # it holds no transfer up
    page = desk.get(f"/inquiries/{question.ref}/").content.decode()
    assert declarant.id_mask in page
    assert "前后 7 天内没有收到" in page
    machine = Machine(unit)
    sent = {"answer": "sent", "record_id": "late-1"}
    refused = desk.post(f"/inquiries/{question.ref}/", sent)
    assert (refused.status_code, "没有收到过这个编号" in refused.content.decode()) == (422, True)
    days = {"started_on": "2026-11-10", "completed_on": "2026-11-10", "title": "数字技术与知识更新"}
    machine.post(posted(declarant, "misnamed", **days | {"name": "别名"}))
    assert "姓名和注册的不同" in desk.get(f"/inquiries/{question.ref}/").content.decode()
    misnamed = desk.post(f"/inquiries/{question.ref}/", sent | {"record_id": "misnamed"})
    assert "对不上已注册的人员" in misnamed.content.decode()
    stranger = make.professional("别人", works_at=make.employer(at=make.area("410225")))
    machine.post(posted(stranger, "theirs", **days), posted(declarant, "late-1", **days))
    assert "不是这位学员的" in desk.post(f"/inquiries/{question.ref}/", sent | {"record_id": "theirs"}).content.decode()
    assert "late-1" in desk.get(f"/inquiries/{question.ref}/").content.decode()
    assert desk.post(f"/inquiries/{question.ref}/", sent | {"note": "已补报"}).status_code == 302
    question.refresh_from_db()
    assert (question.state, question.record_id, question.waiting_on) == (MissingState.ANSWERED, "late-1", None)
    assert told(declarant.user, NoticeEvent.REQUEST_DECIDED) == [
        "示例平台对“数字技术与知识更新”的答复：已经报送。已补报"
    ]
    assert "已经报送" in person.get("/hours/missing/").content.decode()
    assert "已经报送" in desk.get("/inquiries/?done=yes").content.decode()
    with pytest.raises(MovedOn):
        withdraw(MissingHours.objects.get(), by=declarant.user, now=NOW)
    ask(declarant, unit, **ASKED, now=NOW)  # answered, it may be asked anew


def test_one_word_a_day_then_pressed_until_a_bureau_knows(
    declarant: Professional, unit: Organization, keeper: User
) -> None:
    officer = make.give(make.user("省厅经办人"), make.bureau("410000"), Duty.MANAGE_CLIENTS)
    first = ask(declarant, unit, **ASKED, now=NOW)
    ask(declarant, unit, **ASKED | {"title": "别的课程"}, now=NOW)
    assert len(told(keeper, NoticeEvent.REQUEST_WAITING)) == 1
    due = first.due_at
    assert isinstance(due, datetime)
    watch_missing(now=due - timedelta(days=1))
    assert len(told(keeper, NoticeEvent.REVIEW_DUE)) == 1
    for _ in range(2):
        watch_missing(now=due + timedelta(minutes=1))
    assert [len(told(who, NoticeEvent.REVIEW_OVERDUE)) for who in (keeper, officer, declarant.user)] == [1, 1, 2]
    with time_machine.travel(due + timedelta(minutes=1)):
        desk = signed_in(officer).get("/admin/credits/missinghours/").content.decode()
        assert (desk.count("已超期"), "数字技术与知识更新" in desk) == (2, True)
        assert "已超期" in signed_in(declarant.user).get("/hours/missing/").content.decode()
    assert signed_in(officer).get("/inquiries/").status_code == 302


def test_only_the_platform_answers_and_only_once(declarant: Professional, unit: Organization, keeper: User) -> None:
    question = ask(declarant, unit, **ASKED, now=NOW)
    elsewhere = make.give(make.user("别的管理员"), platform(), Duty.MANAGE_CLIENTS)
    assert signed_in(elsewhere).get(f"/inquiries/{question.ref}/").status_code == 404
    colleague = make.professional("同事", works_at=make.employer(at=make.area("410225")))
    assert signed_in(colleague.user).post(f"/hours/missing/{question.ref}/withdraw/").status_code == 404
    said: dict[str, Any] = {"answer": MissingAnswer.UNKNOWN_PERSON, "now": NOW}
    with pytest.raises(Refused, match="不由您答复"):
        answer(question, **said, by=elsewhere)
    answer(question, **said, by=keeper)
    with pytest.raises((MovedOn, Refused)):
        answer(question, **said, by=keeper)
    other = ask(declarant, unit, **ASKED, now=NOW)
    assert signed_in(declarant.user).post(f"/hours/missing/{other.ref}/withdraw/").status_code == 302
    assert MissingHours.objects.get(pk=other.pk).state == MissingState.WITHDRAWN


def test_lists_cost_the_same_however_long(
    declarant: Professional, unit: Organization, keeper: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(9):
        ask(declarant, unit, **ASKED | {"title": f"课程 {number}"}, now=NOW)
    person, desk = signed_in(declarant.user), signed_in(keeper)
    with django_assert_max_num_queries(16):
        assert person.get("/hours/missing/").content.decode().count("等平台答复") == 9
    with django_assert_max_num_queries(16):
        assert desk.get("/inquiries/").content.decode().count("课程 ") == 9
