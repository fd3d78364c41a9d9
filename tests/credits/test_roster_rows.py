"""One row corrected by reversal, rows typed on the page, rows of who enrolled, and the roster after a roster."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Notice, Organization, Professional, User
from bases.services.enrolling import assess, attend, enrol
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.rules.refusal import Refused
from credits.enums import ClaimState, RosterState, RowState
from credits.models import Claim, ClosedMonth, Correction, HourEntry, Roster, RosterRow, RuleSet
from credits.rules.rosters import UNKNOWN_PERSON
from credits.selectors.accounts import account_of
from credits.services.roster_jobs import work_on_rosters
from credits.services.roster_rows import change_row_hours, start_another, take_row_back
from credits.services.rosters import confirm_roster, undo_roster
from tests import factories as make
from tests.bases import teaching
from tests.credits import rosters as make_roster
from tests.credits.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def november() -> Any:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def listed(base: Organization, henan_2026: RuleSet) -> Organization:
    make_roster.recognise(base)
    return base


@pytest.fixture
def known(employer: Organization) -> dict[str, Professional]:
    numbers = [make.id_number() for _ in range(2)]
    return {
        number: make.professional(f"学员{name}", works_at=employer, number=number)
        for name, number in zip("甲乙", numbers, strict=True)
    }


@pytest.fixture
def done(listed: Organization, base_teacher: User, known: dict[str, Professional]) -> Roster:
    """Two people credited with twelve hours each in rows 2 and 3, and one in row 4 whom nobody knows yet."""
    made = make_roster.roster(listed, base_teacher)
    lines = [make_roster.row(person, id_number=number) for number, person in known.items()]
    make_roster.read(made, make_roster.saved(make_roster.workbook([*lines, make_roster.row()])), by=base_teacher)
    return registered(made)


def registered(made: Roster) -> Roster:
    confirm_roster(made, version=made.version, by=made.made_by, now=NOW)
    work_on_rosters(now=NOW)
    made.refresh_from_db()
    assert made.state == RosterState.DONE
    return made


def row(roster: Roster, number: int) -> RosterRow:
    return RosterRow.objects.get(roster=roster, version=roster.version, number=number)


def of(name: str, roster: Roster, *more: Any) -> str:
    return reverse(f"credits:{name}", args=[roster.ref, *more])


@pytest.mark.clause("S2-04", "S2-13")
def test_one_row_is_taken_back_and_another_gets_the_right_hours(
    client: Client, done: Roster, known: dict[str, Professional]
) -> None:
    """Both by reversal; the people are told why, the accounts follow, everything else stays as it was."""
    client.force_login(done.made_by)
    first, second = known.values()
    assert client.get(of("correct_row", done, 2)).status_code == 200
    assert "更正" in client.get(of("roster", done)).content.decode()
    said = {"act": "other_hours", "hours": "8", "reason": "请假一天"}
    for wrong in ({"hours": ""}, {"hours": "12.5"}, {"hours": "12"}, {"hours": "8.3"}, {"reason": " "}, {"act": "x"}):
        assert client.post(of("correct_row", done, 2), said | wrong).status_code == 422
    assert HourEntry.objects.count() == 2
    assert client.post(of("correct_row", done, 2), said).status_code == 302
    assert client.post(of("correct_row", done, 3), {"act": "take_back", "reason": "不是本班学员"}).status_code == 302
    assert [account_of(person, 2026).public for person in (first, second)] == [Decimal(8), Decimal(0)]
    assert sorted(HourEntry.objects.values_list("hours", flat=True)) == [-12, -12, 8, 12, 12]
    done.refresh_from_db()
    assert done.counts == {RowState.CREDITED: 1, RowState.UNDONE: 1, RowState.WAITING: 1}
    assert (row(done, 2).hours, row(done, 3).state) == (Decimal(8), RowState.UNDONE)
    for person, why in ((first, "请假一天"), (second, "不是本班学员")):
        assert Notice.objects.filter(to=person.user, text__contains=why).count() == 1
    assert AuditEvent.objects.filter(action="roster.correct").count() == 2
    shown = client.get(of("roster", done), {"show": "all"}).content.decode()
    assert "更正名单：不是本班学员" in shown
    again = client.post(of("correct_row", done, 3), {"act": "take_back", "reason": "再来"})
    assert (again.status_code, "没有可以更正的学时" in again.content.decode()) == (422, True)
    assert client.get(of("correct_row", done, 99)).status_code == 404
    undo_roster(done, reason="整份撤销", by=done.made_by, now=NOW)
    work_on_rosters(now=NOW)
    assert [account_of(person, 2026).public for person in (first, second)] == [Decimal(0), Decimal(0)]


def test_who_waits_for_registration_is_taken_back_but_gets_no_other_hours(done: Roster) -> None:
    with pytest.raises(Refused, match="只能撤销这一行"):
        change_row_hours(row(done, 4), Decimal(8), reason="少一天", by=done.made_by, now=NOW)
    take_row_back(row(done, 4), reason="号码填错", by=done.made_by, now=NOW)
    assert row(done, 4).state == RowState.UNDONE
    assert not Claim.objects.filter(state=ClaimState.UNMATCHED).exists()


def test_in_a_filed_month_the_bureau_is_asked(done: Roster, known: dict[str, Professional]) -> None:
    """Hours stay until it has reversed them; other hours are not promised."""
    ClosedMonth.objects.create(
        area=make.area("410200"), month=NOW.date().replace(day=1), reference="KF-1", closed_at=NOW + timedelta(hours=1)
    )
    with pytest.raises(Refused, match="已经备案"):
        change_row_hours(row(done, 2), Decimal(8), reason="少一天", by=done.made_by, now=NOW)
    take_row_back(row(done, 2), reason="不是本班学员", by=done.made_by, now=NOW)
    assert row(done, 2).state == RowState.PENDING
    assert Correction.objects.get().done_at is None
    assert account_of(next(iter(known.values())), 2026).public == Decimal(12)


def test_nobody_else_corrects_a_row(client: Client, done: Roster) -> None:
    other = make.organization("平顶山学院", at=make.area("410400"), is_base=True)
    client.force_login(make.give(make.user("别处办班人"), other, "teach"))
    for name, more in (("correct_row", [2]), ("type_roster", []), ("roster_of_enrolled", []), ("another_roster", [])):
        assert client.post(of(name, done, *more)).status_code == 404


def test_a_small_class_is_typed_on_the_page(
    client: Client, listed: Organization, base_teacher: User, known: dict[str, Professional]
) -> None:
    """Answered as a file is: each problem beside its field, unknown people asked about, nothing kept until all fits."""
    made = make_roster.roster(listed, base_teacher)
    client.force_login(base_teacher)
    page = of("type_roster", made)
    assert client.get(page).content.decode().count("<legend>第 ") == 5
    assert client.post(page, {"rows": "5", "more": "1"}).content.decode().count("<legend>第 ") == 10
    assert client.post(page, {"rows": "999", "more": "1"}).content.decode().count("<legend>第 ") == 50
    assert "没有人员" in client.post(page, {"rows": "5"}).content.decode()
    (number, person), (other, second) = known.items()
    said = {"rows": "5", "row1-id_number": number, "row1-name": person.name, "row1-result": "合格"}
    wrong = client.post(page, said | {
        "row2-id_number": number, "row2-name": "", "row2-hours": "13", "row2-result": "通过", "row3-remark": "空行",
    })  # fmt: skip
    words = wrong.content.decode()
    assert wrong.status_code == 422
    for answer in ("与第 1 行是同一个证件号码", "请填写姓名", "超过这个班的 12 学时", "还有 1 人填错了"):
        assert answer in words
    assert not RosterRow.objects.exists()
    unknown = said | {"row2-id_number": other, "row2-name": "别的名字", "row2-result": "合格"}
    asked = client.post(page, unknown)
    assert (asked.status_code, UNKNOWN_PERSON in asked.content.decode()) == (422, True)
    assert not RosterRow.objects.exists()
    assert client.post(page, unknown | {"anyway": "1"}).status_code == 302
    made.refresh_from_db()
    assert made.counts == {RowState.NEW: 1, RowState.UNKNOWN: 1}
    right = said | {"row3-id_number": other, "row3-name": second.name, "row3-hours": "８.5", "row3-result": "合格"}
    assert client.post(page, right)["Location"] == of("roster", made)
    made.refresh_from_db()
    registered(made)
    assert [account_of(each, 2026).public for each in (person, second)] == [Decimal(12), Decimal("8.5")]
    assert client.get(page).status_code == 409


@pytest.mark.clause("S3-07", "S2-13")
def test_a_roster_is_made_of_who_enrolled_attended_and_passed(
    client: Client, november: Any, listed: Organization, base_teacher: User, known: dict[str, Professional],
    declarant: Professional,
) -> None:  # fmt: skip
    held = teaching.opened(listed, base_teacher, now=NOW, started_on=NOW.date(), ended_on=NOW.date(), hours=Decimal(8))
    enrol(held, [*known.values(), declarant], by=base_teacher, now=NOW)
    rows = list(held.enrolments.order_by("id"))
    attend(rows[0], NOW.date(), code=None, by=base_teacher, now=NOW)
    client.force_login(base_teacher)
    client.post(reverse("credits:roster_of_class", args=[held.ref]))
    made = Roster.objects.get()
    nobody = client.post(of("roster_of_enrolled", made))
    assert (nobody.status_code, "还没有登记考核结果" in nobody.content.decode()) == (409, True)
    assess(held, {rows[0].pk: "passed", rows[1].pk: "failed"}, by=base_teacher, now=NOW)
    assert "有 2 人报名并登记了考核结果" in client.get(of("roster", made)).content.decode()
    assert client.post(of("roster_of_enrolled", made)).status_code == 302
    made.refresh_from_db()
    assert made.counts == {RowState.NEW: 1, RowState.FAILED: 1}
    assert (row(made, 1).remark, "1 人报名后没有考核结果" in made.remarks[0]) == ("签到 1 天", True)
    registered(made)
    assert account_of(rows[0].professional, 2026).public == Decimal(8)
    assert client.post(of("roster_of_enrolled", made)).status_code == 409


def test_who_was_left_out_comes_by_a_further_roster_and_nobody_counts_twice(
    client: Client, done: Roster, known: dict[str, Professional], employer: Organization
) -> None:
    client.force_login(done.made_by)
    assert client.post(of("another_roster", done)).status_code == 302
    more = Roster.objects.exclude(pk=done.pk).get()
    number = make.id_number()
    late = make.professional("漏掉的人", works_at=employer, number=number)
    first = next(iter(known))
    lines = [make_roster.row(late, id_number=number), make_roster.row(known[first], id_number=first)]
    make_roster.read(more, make_roster.saved(make_roster.workbook(lines)), by=done.made_by)
    assert more.counts == {RowState.NEW: 1, RowState.DUPLICATE: 1}
    registered(more)
    assert [account_of(each, 2026).public for each in (late, known[first])] == [Decimal(12), Decimal(12)]
    with pytest.raises(Refused, match="登记完毕后"):
        start_another(make_roster.roster(done.organization, done.made_by), by=done.made_by, now=NOW)
