"""Messages to me: mine only, page by page, read by an act."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.enums import NoticeEvent
from accounts.models import Notice, User
from tests import factories as make
from tests.office.factories import NOW

pytestmark = pytest.mark.django_db
PAGE = "/notices/"


def notice(to: User, text: str = "有结果了", **changes: Any) -> Notice:
    columns = {"event": NoticeEvent.DECLARATION_DECIDED, "key": str(uuid.uuid4()), "created_at": NOW}
    return Notice.objects.create(to=to, text=text, **(columns | changes))


@pytest.fixture
def me(client: Client, db: None) -> User:
    user = make.user("收信人")
    client.force_login(user)
    return user


def test_without_messages_it_says_when_there_will_be_some(client: Client, me: User) -> None:
    assert "还没有消息" in client.get(PAGE).content.decode()


def test_my_messages_the_newest_first_and_nobody_else_s(client: Client, me: User) -> None:
    notice(me, "先来的")
    notice(me, "后到的")
    notice(make.user("别人"), "别人的")
    page = client.get(PAGE).content.decode()
    assert page.index("后到的") < page.index("先来的")
    assert "别人的" not in page
    assert "有 2 条未读" in page


def test_reading_one_marks_it_and_goes_where_it_leads(client: Client, me: User) -> None:
    one, other = notice(me, link="/help/"), notice(me)
    answer = client.post(PAGE, {"notice": one.ref})
    assert answer["Location"] == "/help/"
    one.refresh_from_db()
    other.refresh_from_db()
    assert one.read_at is not None
    assert other.read_at is None


def test_the_first_reading_stands(client: Client, me: User) -> None:
    long_ago = NOW - timedelta(days=9)
    read = notice(me, read_at=long_ago)
    client.post(PAGE, {"notice": read.ref})
    read.refresh_from_db()
    assert read.read_at == long_ago


def test_all_can_be_marked_at_once(client: Client, me: User) -> None:
    notice(me)
    theirs = notice(make.user("别人"))
    assert client.post(PAGE)["Location"] == PAGE
    assert not me.notices.filter(read_at=None).exists()
    theirs.refresh_from_db()
    assert theirs.read_at is None


@pytest.mark.parametrize("ref", ["theirs", str(uuid.UUID(int=0)), "not-a-ref"])
def test_what_is_not_mine_is_not_there(client: Client, me: User, ref: str) -> None:
    theirs = notice(make.user("别人"))
    assert client.post(PAGE, {"notice": theirs.ref if ref == "theirs" else ref}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.read_at is None


def test_a_link_never_leads_out_of_the_portal(client: Client, me: User) -> None:
    away = notice(me, link="//elsewhere.example/")
    assert client.post(PAGE, {"notice": away.ref})["Location"] == PAGE


def test_long_lists_come_in_pages_with_the_same_queries(
    client: Client, me: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        notice(me, f"第{number}条")
    with django_assert_max_num_queries(5):
        page = client.get(PAGE).content.decode()
    assert "第29条" in page
    assert "第4条" not in page
    cursor = page.split("?after=")[1].split('"')[0]
    assert "第4条" in client.get(f"{PAGE}?after={cursor}").content.decode()


def test_the_menu_counts_what_is_unread(client: Client, me: User) -> None:
    notice(me)
    assert "条未读" in client.get("/help/").content.decode()
