"""Lists from year to year: carried on in time, confirmed or ended by a bureau, added by a new document."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client

from accounts.enums import Duty
from accounts.models import User
from bases.enums import RecognitionKind, RecognitionStatus
from bases.models import Recognition
from bases.rules.carrying import Listed, to_carry, years_to_fill
from bases.services.carrying import carry_recognitions
from bases.services.recognitions import load_recognitions
from tests import factories as make
from tests.credits.platforms import platform, recognise

DECEMBER = datetime(2026, 12, 1, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
DESK = "/admin/bases/recognition/"


@pytest.mark.parametrize(("day", "years"), [(date(2026, 11, 30), [2026]), (date(2026, 12, 1), [2026, 2027])])
def test_from_december_on_the_next_year_is_made(day: date, years: list[int]) -> None:
    assert years_to_fill(day) == years


def listed(
    pk: int, year: int, *, of: int = 1, kind: str = "platform", is_verified: bool = False, **more: Any
) -> Listed:
    return Listed(pk, (of, kind, "410000", ""), year, is_verified, **more)


@pytest.mark.parametrize(
    ("lines", "carried"),
    [
        ([listed(1, 2026)], [1]),
        ([listed(1, 2025)], []),
        ([listed(1, 2026, ended_on=date(2026, 5, 1))], []),
        ([listed(1, 2026), listed(2, 2027)], []),
        ([listed(1, 2026), listed(2, 2026, of=2), listed(3, 2027)], [2]),
        ([listed(1, 2026), listed(2, 2027, of=2, is_verified=True)], []),
        ([listed(1, 2026), listed(2, 2027, of=2, kind="provincial_base", is_verified=True)], [1]),
    ],
)
def test_which_lines_are_carried(lines: list[Listed], carried: list[int]) -> None:
    assert [line.pk for line in to_carry(lines, 2027)] == carried


@pytest.fixture
def officer(db: None) -> Iterator[User]:
    with time_machine.travel(DECEMBER, tick=False):
        yield make.give(make.user("省厅经办人"), make.bureau("410000"), Duty.REGULATE)


def test_nothing_stops_on_the_first_of_january(officer: User) -> None:
    before = recognise(platform(is_recognised=False), trade="会计", site_name="会计专区")
    assert (carry_recognitions(now=DECEMBER), carry_recognitions(now=DECEMBER)) == (1, 0)
    after = Recognition.objects.get(year=2027)
    assert after.status == RecognitionStatus.ASSUMED
    same = ("organization_id", "kind", "area_id", "subjects", "trade", "site_name", "document")
    assert [getattr(after, name) for name in same] == [getattr(before, name) for name in same]


def test_a_bureau_confirms_or_ends_what_was_carried(client: Client, officer: User) -> None:
    recognise(platform("沿用平台", is_recognised=False))
    carry_recognitions(now=DECEMBER)
    row = Recognition.objects.get(year=2027)
    client.force_login(officer)
    assert "沿用平台" in client.get(f"{DESK}?year=2027").content.decode()
    assert client.post(f"{DESK}{row.ref}/", {"act": "confirm", "document": " "}).status_code == 422
    said = {"act": "confirm", "document": "豫人社办〔2027〕1号"}
    assert client.post(f"{DESK}{row.ref}/", said).status_code == 302
    row.refresh_from_db()
    assert (row.status, row.document) == (RecognitionStatus.VERIFIED, "豫人社办〔2027〕1号")
    assert client.post(f"{DESK}{row.ref}/", said).status_code == 409
    assert client.post(f"{DESK}{row.ref}/", {"act": "end", "reason": "已停止运营"}).status_code == 302
    row.refresh_from_db()
    assert row.ended_on == date(2026, 12, 31)
    elsewhere = make.give(make.user("平顶山经办人"), make.bureau("410400"), Duty.REGULATE)
    client.force_login(elsewhere)
    assert client.get(f"{DESK}{row.ref}/").status_code == 404


def test_the_accountants_zone_is_a_line_of_its_own(client: Client, officer: User) -> None:
    unit = platform("示例平台")
    client.force_login(officer)
    said = {
        "organization": unit.pk, "kind": RecognitionKind.PLATFORM, "year": "2026", "area": "410000",
        "subjects": ["professional"], "trade": "会计", "document": "豫财会〔2026〕1号",
    }  # fmt: skip
    assert client.post(f"{DESK}new/", said).status_code == 302
    zone = Recognition.objects.get(trade="会计")
    assert (zone.site_name, zone.subjects) == ("示例平台会计专区", ["professional"])
    again = client.post(f"{DESK}new/", said)
    assert (again.status_code, "已经有这个单位" in again.content.decode()) == (422, True)


def test_loading_the_lists_again_keeps_what_a_bureau_said(db: None) -> None:
    call_command("load_reference", verbosity=0)
    assumed = Recognition.objects.filter(status=RecognitionStatus.ASSUMED).first()
    assert assumed is not None
    Recognition.objects.filter(pk=assumed.pk).update(status=RecognitionStatus.VERIFIED, document="新文件")
    load_recognitions()
    assumed.refresh_from_db()
    assert (assumed.status, assumed.document) == (RecognitionStatus.VERIFIED, "新文件")
