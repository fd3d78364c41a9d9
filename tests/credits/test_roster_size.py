"""A roster with 30 wrong rows of ten kinds, of 400 rows and (deep) of 5,000: each is named, and after mending all
count once.
"""

from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Organization, User
from credits.enums import ClaimState, RosterState, RowState
from credits.models import Claim, HourEntry, RosterRow, RuleSet, YearAccount
from credits.services.roster_jobs import work_on_rosters
from credits.services.rosters import confirm_roster
from tests.credits import rosters as make_roster
from tests.credits.factories import NOW


def spoil(kind: int, line: list[Any], other: list[Any]) -> None:
    """One of ten kinds of mistakes, as bases make them."""
    number = line[0]
    match kind:
        case 0:
            line[0] = int(number[:17] + "0")
        case 1:
            line[0] = number[:17] + ("0" if number[17] != "0" else "1")
        case 2:
            line[0] = number[:15]
        case 3:
            line[0] = number[:10] + "１" + number[11:]
        case 4:
            line[0] = None
        case 5:
            line[1] = ""
        case 6:
            line[2] = "12.3"
        case 7:
            line[2] = 12.5
        case 8:
            line[3] = "通过"
        case 9:
            line[0] = other[0]


EXPECTED = (
    "id_as_number",
    "id_check",
    "id_old",
    "id_shape",
    "blank",
    "blank",
    "hours_step",
    "over_class",
    "result",
    "twice",
)
COLUMNS = ("证件号码", "证件号码", "证件号码", "证件号码", "证件号码", "姓名", "学时", "学时", "考核结果", "证件号码")


@pytest.mark.django_db
@pytest.mark.parametrize("size", [400, pytest.param(5_000, marks=pytest.mark.deep)])
def test_a_roster_with_thirty_wrong_rows(
    size: int, base: Organization, base_teacher: User, employer: Organization, henan_2026: RuleSet
) -> None:
    make_roster.recognise(base)
    people = make_roster.crowd(employer, size)
    good = [[number, name, None, "合格", None] for number, name in people]
    bad = [list(line) for line in good]
    wrong = {3 + size // 32 * n: n % 10 for n in range(30)}
    for place, kind in wrong.items():
        spoil(kind, bad[place], good[0])
    roster = make_roster.roster(base, base_teacher)
    make_roster.read(roster, make_roster.saved(make_roster.workbook(bad)), by=base_teacher)
    assert roster.counts == {RowState.WRONG: 30, RowState.NEW: size - 30}
    found = {row.number: row.problems for row in RosterRow.objects.filter(roster=roster, state=RowState.WRONG)}
    assert set(found) == {place + 2 for place in wrong}
    for place, kind in wrong.items():
        (column, code, reason), *more = found[place + 2]
        assert (column, code, more) == (COLUMNS[kind], EXPECTED[kind], []), place
        assert reason.endswith("。")
    assert not Claim.objects.exists()

    make_roster.read(roster, make_roster.saved(make_roster.workbook(good)), by=base_teacher)
    confirm_roster(roster, version=roster.version, by=base_teacher, now=NOW)
    work_on_rosters(now=NOW)
    roster.refresh_from_db()
    assert roster.state == RosterState.DONE
    assert roster.counts == {RowState.CREDITED: size}
    assert Claim.objects.filter(state=ClaimState.LIVE).count() == HourEntry.objects.count() == size
    assert set(YearAccount.objects.values_list("public", flat=True)) == {Decimal(12)}
