"""The number of a base's certificate: given with the roster, shown to its person, known to whoever reviews with it."""

from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Organization, Professional, User
from bases.enums import AbsenceKind
from bases.models import Absence, Recognition
from credits.models import Declaration, Roster, RosterRow, RuleSet
from credits.selectors.completions import completion, told_of
from credits.services.roster_jobs import work_on_rosters
from credits.services.roster_rows import take_row_back
from credits.services.rosters import confirm_roster
from tests.credits import drafts
from tests.credits import rosters as make_roster
from tests.credits.factories import NOW
from tests.credits.platforms import number_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def november() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def done(base: Organization, base_teacher: User, henan_2026: RuleSet, declarant: Professional) -> Roster:
    make_roster.recognise(base)
    made = make_roster.roster(base, base_teacher)
    lines = [
        make_roster.row(declarant, id_number=number_of(declarant)), make_roster.row(result="不合格"), make_roster.row(),
    ]  # fmt: skip
    make_roster.read(made, make_roster.saved(make_roster.workbook(lines)), by=base_teacher)
    confirm_roster(made, version=made.version, by=base_teacher, now=NOW)
    work_on_rosters(now=NOW)
    made.refresh_from_db()
    return made


@pytest.mark.clause("S2-09", "S3-06")
def test_who_passed_has_a_number_that_everybody_can_check(
    client: Client, done: Roster, declarant: Professional, other_declarant: Professional
) -> None:
    client.force_login(declarant.user)
    hours = client.get(reverse("credits:hours")).content.decode()
    number = hours.split("结业证书编号：")[1].split("</span>")[0].rpartition(">")[2]
    assert number.startswith("2026-C00001-00002-")
    client.force_login(done.made_by)
    shown = client.get(reverse("credits:roster", args=[done.ref])).content.decode()
    assert (number in shown, shown.count("结业证书编号")) == (True, 2)
    client.logout()
    page = reverse("credits:completion")
    assert done.title in client.get(page, {"number": number.lower()}).content.decode()
    for wrong in (
        number[:-1] + ("0" if number[-1] != "0" else "1"),
        "2026-C00001-00003-0000",
        "2026-C00009-00002-0000",
    ):
        assert "没有登记这个编号" in client.get(page, {"number": wrong}).content.decode()
    words, tone = told_of(number, declarant.pk)
    assert (done.title in words, tone) == (True, "ok")
    assert told_of(number, other_declarant.pk)[1] == "bad"
    assert told_of("2026-C00009-00002-0000", declarant.pk)[1] == "warn"
    assert told_of("豫教继字 42", declarant.pk) == ("", "")
    absent = Absence.objects.create(
        organization=done.organization, list_kind=Recognition.objects.get().kind, area_id="410000",
        from_on=done.ended_on, kind=AbsenceKind.EXITED, grounds=["chaotic"], reason="没有考勤记录", made_at=NOW,
    )  # fmt: skip
    words, tone = told_of(number, declarant.pk)
    assert ("被取消资格" in words, tone) == (True, "bad")
    absent.delete()
    row = RosterRow.objects.get(roster=done, version=done.version, number=2)
    take_row_back(row, reason="不是本班学员", by=done.made_by, now=NOW)
    assert completion(number).is_void  # type: ignore[union-attr]
    assert "已由基地撤销" in client.get(page, {"number": number}).content.decode()
    assert "已由基地撤销" in told_of(number, declarant.pk)[0]


def test_a_reviewer_is_told_what_the_portal_knows_of_the_number(
    client: Client, catalogue: None, done: Roster, declarant: Professional, employer_reviewer: User
) -> None:
    sent = drafts.handed_in(declarant)
    Declaration.objects.filter(pk=sent.pk).update(certificate_no="2026-C00001-00004-0000")
    client.force_login(employer_reviewer)
    shown = client.get(reverse("reviews:review", args=[sent.ref])).content.decode()
    assert "平台没有登记这个编号" in shown
