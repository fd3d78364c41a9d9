"""Who may be asked to act for a unit, who may take it up, who may be relieved."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts.enums import Duty, OrganizationKind
from accounts.rules.inviting import LASTS, reasons_not_to_invite, reasons_not_to_relieve, reasons_not_to_take_up

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
PHONE = "13812340001"


def refused(name: str = "经办人", phone: str = PHONE, duties: tuple[Duty, ...] = (Duty.REVIEW_HOURS,)) -> list[str]:
    found = reasons_not_to_invite(name, phone, duties, kinds={OrganizationKind.EMPLOYER}, unit_name="开封大学")
    return [f"{reason.field}:{reason.code}" for reason in found]


def test_whoever_may_be_asked() -> None:
    assert refused() == []
    assert refused(duties=(Duty.FILE_MONTHS,)) == ["duties:duty_not_of_this_unit"]
    assert refused(duties=()) == ["duties:no_duty"]
    assert [where.split(":")[0] for where in refused(name="", phone="1")] == ["name", "phone"]


@pytest.mark.parametrize(
    ("late", "is_backed", "name", "code"),
    [
        (timedelta(0), True, "经办人", "expired"),
        (timedelta(seconds=1), False, "经办人", "not_backed"),
        (timedelta(seconds=1), True, "别人", "another_name"),
        (timedelta(seconds=1), True, "经 办 人", None),
    ],
)
def test_who_may_take_it_up(late: timedelta, is_backed: bool, name: str, code: str | None) -> None:
    found = reasons_not_to_take_up("经办人", name, expires_at=NOW + late, is_backed=is_backed, now=NOW)
    assert [reason.code for reason in found] == ([code] if code else [])
    assert timedelta(days=14) == LASTS


def test_a_unit_keeps_one_who_manages_it() -> None:
    assert [reason.code for reason in reasons_not_to_relieve(Duty.MANAGE_UNIT, holders=1)] == ["last_manager"]
    assert list(reasons_not_to_relieve(Duty.MANAGE_UNIT, holders=2)) == []
    assert list(reasons_not_to_relieve(Duty.REVIEW_HOURS, holders=1)) == []
