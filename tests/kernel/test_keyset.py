"""Pages by their last key: every row once, whatever the order; a broken cursor shows the first page."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import Q
from pytest_django import DjangoAssertNumQueries

from accounts.enums import Duty
from accounts.models import Membership, Organization
from ceportal.kernel.models import AuditEvent, Job
from ceportal.kernel.selectors.counted import counted_up_to
from ceportal.kernel.selectors.ways import found_in_a_way
from ceportal.kernel.services.trail import record
from ceportal.kernel.web.keyset import keyset_page
from tests import factories as make

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def jobs(db: None) -> list[Job]:
    """Seven rows; pairs share their moment, so that the second key has to decide."""
    return [Job.objects.create(kind=f"k{n % 3}", created_at=NOW + timedelta(hours=n // 2)) for n in range(7)]


def walk(order: tuple[str, ...], size: int, *arms: Q) -> list[int]:
    seen: list[int] = []
    cursor = ""
    rows = [Job.objects.filter(arm) for arm in arms] or Job.objects.all()
    while True:
        page = keyset_page(rows, order=order, cursor=cursor, size=size)
        assert page.is_first == (not seen)
        seen += [row.pk for row in page.items]
        if not page.next_cursor:
            return seen
        cursor = page.next_cursor


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
@pytest.mark.parametrize("order", [("id",), ("-id",), ("created_at", "id"), ("-created_at", "id"), ("kind", "-id")])
def test_walking_the_pages_meets_every_row_once_in_order(jobs: list[Job], order: tuple[str, ...], size: int) -> None:
    assert walk(order, size) == list(Job.objects.order_by(*order).values_list("pk", flat=True))


@pytest.mark.parametrize("size", [1, 3, 7])
@pytest.mark.parametrize("order", [("id",), ("-created_at", "id"), ("kind", "-id")])
def test_several_arms_are_one_list_in_which_each_row_stands_once(
    jobs: list[Job], order: tuple[str, ...], size: int
) -> None:
    arms = Q(kind__in=["k0", "k1"]), Q(kind__in=["k1", "k2"])
    assert walk(order, size, *arms) == list(Job.objects.order_by(*order).values_list("pk", flat=True))
    rows = [Job.objects.filter(arm) for arm in arms]
    assert [counted_up_to(rows, most) for most in (3, 6, 7, 9)] == [4, 7, 7, 7]
    assert [counted_up_to(Job.objects.all(), most) for most in (3, 9)] == [4, 7]


def test_a_new_row_in_front_does_not_shift_the_next_page(jobs: list[Job]) -> None:
    first = keyset_page(Job.objects.all(), order=("-id",), cursor="", size=3)
    Job.objects.create(kind="new", created_at=NOW)
    second = keyset_page(Job.objects.all(), order=("-id",), cursor=first.next_cursor, size=3)
    assert [row.pk for row in second.items] == sorted((job.pk for job in jobs), reverse=True)[3:6]


def made(*values: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    ["x", "%00", "é", "a" * 401, made(), made(1, 2, 3), made("no date", 1), made(None, None), made([1], {}),
     made("9999-12-31T23:59:59-23:59", 1), made("0001-01-01T00:00:00+23:59", 1),
     made("2026-13-45", 1), made("2026-11-20T10:00:00+08:00", 1e999),
     made("2026-11-20T10:00:00+08:00", "x"), made("a\u0000b", 1), made("\ud800", 1)],
)  # fmt: skip
def test_a_cursor_that_is_none_of_ours_shows_the_first_page(jobs: list[Job], cursor: str) -> None:
    page = keyset_page(Job.objects.all(), order=("created_at", "id"), cursor=cursor, size=3)
    assert [row.pk for row in page.items] == [job.pk for job in jobs[:3]]
    assert page.is_first


@pytest.mark.parametrize("cursor", [made("a\u0000b", 1), made("\ud800", 1), made("k0", 10**30), made("k0", -(10**30))])
def test_a_hostile_cursor_never_fails(jobs: list[Job], cursor: str) -> None:
    keyset_page(Job.objects.all(), order=("kind", "id"), cursor=cursor, size=3)


def test_a_page_is_one_query_however_long_the_list(jobs: list[Job], django_assert_num_queries) -> None:
    for job in jobs * 10:
        record("job.touch", job, by=None, now=NOW)
    first = keyset_page(AuditEvent.objects.all(), order=("-id",), cursor="")
    with django_assert_num_queries(1):
        assert len(keyset_page(AuditEvent.objects.all(), order=("-id",), cursor=first.next_cursor).items) == 25


@pytest.fixture
def held(db: None) -> list[Membership]:
    """Three duties at each of two units, which are read together with who holds them and where."""
    duties = (Duty.MANAGE_UNIT, Duty.REVIEW_HOURS, Duty.APPROVE_PEOPLE)
    return [
        Membership.objects.create(user=make.user("某人"), organization=unit, duty=duty, granted_at=NOW)
        for unit in (make.employer("甲"), make.employer("乙"))
        for duty in duties
    ]


def test_wide_rows_that_others_are_asked_for_are_found_by_their_keys_first(
    held: list[Membership], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    units = Organization.objects.filter(name="甲").values("pk")
    rows = Membership.objects.select_related("user", "organization").filter(organization__in=units)
    with django_assert_num_queries(2):
        page = keyset_page(rows, order=("-id",), cursor="", size=2)
        assert [one.organization.name for one in page.items if one.user.name] == ["甲", "甲"]
    assert [one.pk for one in page.items] == sorted((one.pk for one in held[:3]), reverse=True)[:2]
    with django_assert_num_queries(2):
        (last,) = keyset_page(rows, order=("-id",), cursor=page.next_cursor, size=2).items
    assert last == held[0]
    with django_assert_num_queries(1):
        assert not keyset_page(rows.exclude(pk__in=[one.pk for one in held]), order=("id",), cursor="").items
    with django_assert_num_queries(1):
        assert len(keyset_page(rows.select_related(None), order=("id",), cursor="").items) == 3


def test_what_is_found_in_several_ways_stands_once(held: list[Membership]) -> None:
    rows = Membership.objects.select_related("user").order_by("-id")
    ways = rows.filter(duty=Duty.REVIEW_HOURS), rows.filter(organization__name="甲"), rows.filter(pk__in=[])
    found = found_in_a_way(rows, *ways)
    assert list(found) == [held[4], held[2], held[1], held[0]]
