"""Every bad roster that the bases are known to hand in: answered by row or by name, and nothing is half imported."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import Organization, Professional, User
from credits.enums import RowState
from credits.models import Claim, Roster, RosterRow, RuleSet
from credits.rules.rosters import UNKNOWN_PERSON
from tests import factories as make
from tests.credits import rosters as make_roster
from tests.credits.factories import NOW

pytestmark = pytest.mark.django_db
Known = tuple[str, Professional]


@pytest.fixture(autouse=True)
def november() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def roster(base: Organization, base_teacher: User, henan_2026: RuleSet) -> Roster:
    make_roster.recognise(base)
    return make_roster.roster(base, base_teacher)


@pytest.fixture
def known(employer: Organization) -> Known:
    number = make.id_number()
    return number, make.professional("学员甲", works_at=employer, number=number)


def line(known: Known, **changes: Any) -> list[Any]:
    return make_roster.row(known[1], id_number=known[0], **changes)


def whole(known: Known, *more: list[Any], **kwargs: Any) -> Any:
    return make_roster.workbook([line(known), *more], **kwargs)


def merged(known: Known) -> SimpleUploadedFile:
    book = whole(known)
    book.active.merge_cells("A2:B2")
    return make_roster.saved(book)


def hidden_sheet(known: Known) -> SimpleUploadedFile:
    book = whole(known)
    book.create_sheet("另存").sheet_state = "hidden"
    return make_roster.saved(book)


def missing(known: Known) -> SimpleUploadedFile:
    return make_roster.saved(whole(known, heading=("证件号码", "姓名")))


def doubled(known: Known) -> SimpleUploadedFile:
    return make_roster.saved(whole(known, heading=("证件号码", "姓名", "姓名", "考核结果")))


def blank(known: Known) -> SimpleUploadedFile:
    return SimpleUploadedFile("名单.csv", ("证件号码,姓名,考核结果\r\n" + ",,\r\n" * 5000).encode("gbk"))


REFUSED: dict[str, tuple[Callable[[Known], SimpleUploadedFile], str]] = {
    "merged": (merged, "A2:B2"),
    "hidden sheet": (hidden_sheet, "另存"),
    "missing column": (missing, "缺少“考核结果”"),
    "doubled column": (doubled, "有 2 个“姓名”"),
    "blank": (blank, "没有人员"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_file_that_cannot_be_trusted_is_refused_whole(
    client: Client, roster: Roster, known: Known, kind: str
) -> None:
    build, words = REFUSED[kind]
    client.force_login(roster.made_by)
    answer = client.post(reverse("credits:roster_file", args=[roster.ref]), {"file": build(known)})
    assert answer.status_code in {400, 415, 422}
    assert words in answer.content.decode()
    assert not RosterRow.objects.exists()


def test_each_wrong_row_is_answered_by_its_number_and_nothing_is_imported(
    client: Client, roster: Roster, known: Known
) -> None:
    """Twice, hours beyond the class, a formula; a number nobody has and a name that is not its owner's read alike."""
    lines = [
        line(known), line(known), make_roster.row(hours="12.5"), make_roster.row(remark="=1+1"),
        make_roster.row(name="没有的人"),
    ]  # fmt: skip
    client.force_login(roster.made_by)
    page = reverse("credits:roster", args=[roster.ref])
    file = make_roster.saved(make_roster.workbook(lines))
    assert client.post(reverse("credits:roster_file", args=[roster.ref]), {"file": file})["Location"] == page
    found = {row.number: row.problems[0][1] for row in RosterRow.objects.filter(state=RowState.WRONG)}
    assert found == {3: "twice", 4: "over_class", 5: "formula"}
    others = make_roster.workbook([make_roster.row(name="没有的人"), line(known, name="别的名字")])
    client.post(reverse("credits:roster_file", args=[roster.ref]), {"file": make_roster.saved(others)})
    assert set(RosterRow.objects.values_list("state", "reason")) == {(RowState.UNKNOWN, UNKNOWN_PERSON)}
    roster.refresh_from_db()
    client.post(reverse("credits:confirm_roster", args=[roster.ref]), {"version": 1})
    assert not Claim.objects.exists()


def test_a_class_out_of_its_days_or_of_an_exited_base_has_no_roster(
    client: Client, roster: Roster, known: Known
) -> None:
    """Rows have no days of their own: those of the class are looked at, when it is begun and when it is confirmed."""
    client.force_login(roster.made_by)
    said = {
        "organization": roster.organization_id, "title": "面授班", "subject": "public", "public_kind": "",
        "started_on": "2026-11-19", "ended_on": "2026-11-21", "hours": "8", "class_code": "", "place": "",
    }  # fmt: skip
    assert "还没有结束" in client.post(reverse("credits:new_roster"), said).content.decode()
    make_roster.read(roster, make_roster.saved(whole(known)), by=roster.made_by)
    make_roster.Recognition.objects.update(ended_on=date(2026, 10, 1))
    said |= {"started_on": "2026-11-18", "ended_on": "2026-11-19"}
    assert "终止" in client.post(reverse("credits:new_roster"), said).content.decode()
    confirmed = client.post(reverse("credits:confirm_roster", args=[roster.ref]), {"version": roster.version})
    assert (confirmed.status_code, "终止" in confirmed.content.decode()) == (409, True)
    assert not Claim.objects.exists()
