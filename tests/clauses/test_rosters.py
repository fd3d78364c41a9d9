"""What the documents ask of bases that report hours: no declaration, only who passed, only while recognised."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Organization, Professional, User
from ceportal.office.services.clock import run_all
from credits.models import Claim, Declaration, Roster, RuleSet
from credits.selectors.accounts import account_of
from tests import factories as make
from tests.credits import factories as make_credits
from tests.credits import rosters as make_roster
from tests.credits.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def november() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def henan_2026(db: None) -> RuleSet:
    return make_credits.rule_set()


@pytest.fixture
def teacher(client: Client, base: Organization, base_teacher: User, henan_2026: RuleSet) -> Client:
    make_roster.recognise(base)
    client.force_login(base_teacher)
    return client


def report(teacher: Client, base: Organization, lines: list[list[Any]], **changes: Any) -> Roster:
    """On the pages, as a base does it: the class, the file, the confirmation; then the clock."""
    said = {
        "organization": base.pk, "title": "公需科目面授班", "subject": "public", "started_on": "2026-10-12",
        "ended_on": "2026-10-13", "hours": "12",
    }  # fmt: skip
    answer = teacher.post(reverse("credits:new_roster"), said | changes)
    assert answer.status_code == 302, answer.content.decode()
    roster = Roster.objects.latest("id")
    file = make_roster.saved(make_roster.workbook(lines))
    assert teacher.post(reverse("credits:roster_file", args=[roster.ref]), {"file": file}).status_code == 302
    roster.refresh_from_db()
    teacher.post(reverse("credits:confirm_roster", args=[roster.ref]), {"version": roster.version})
    for _ in run_all(now=NOW):
        pass
    roster.refresh_from_db()
    return roster


@pytest.fixture
def learned(declarant: Professional) -> list[Any]:
    """The declarant's row: their number is not kept in clear, so they get one the test knows."""
    number = make.id_number()
    for column, value in make.id_columns(number, ref=declarant.ref).items():
        setattr(declarant, column, value)
    declarant.save()
    return make_roster.row(declarant, id_number=number)


@pytest.mark.clause("S2-04", "S0-07")
def test_hours_of_a_class_at_a_base_come_by_its_roster_without_a_declaration(
    teacher: Client, base: Organization, declarant: Professional, learned: list[Any]
) -> None:
    report(teacher, base, [learned])
    account = account_of(declarant, 2026)
    assert account is not None
    assert account.public == Decimal(12)
    assert not Declaration.objects.exists()
    teacher.force_login(declarant.user)
    assert base.name in teacher.get(reverse("credits:hours")).content.decode()


@pytest.mark.clause("S2-13")
def test_who_did_not_pass_gets_no_hours_by_a_roster(
    teacher: Client, base: Organization, declarant: Professional, learned: list[Any]
) -> None:
    learned[3] = "不合格"
    other = make.professional("合格学员", number=(number := make.id_number()))
    report(teacher, base, [learned, make_roster.row(other, id_number=number)])
    assert account_of(declarant, 2026) is None
    assert account_of(other, 2026) is not None
    assert Claim.objects.count() == 1


@pytest.mark.clause("S2-13")
def test_a_class_that_is_not_over_cannot_be_reported(teacher: Client, base: Organization) -> None:
    said = {
        "organization": base.pk, "title": "公需科目面授班", "subject": "public", "started_on": "2026-11-20",
        "ended_on": "2026-11-21", "hours": "12",
    }  # fmt: skip
    answer = teacher.post(reverse("credits:new_roster"), said)
    assert answer.status_code == 422
    assert "结束并考核合格后再上传" in answer.content.decode()


@pytest.mark.clause("A27")
def test_the_day_a_class_ended_decides_whether_its_base_counts(teacher: Client, base: Organization) -> None:
    make_roster.Recognition.objects.update(ended_on=date(2026, 10, 13))
    assert report(teacher, base, [make_roster.row()]).counts == {"waiting": 1}
    said = {
        "organization": base.pk, "title": "再一期", "subject": "public", "started_on": "2026-10-13",
        "ended_on": "2026-10-14", "hours": "12",
    }  # fmt: skip
    answer = teacher.post(reverse("credits:new_roster"), said)
    assert answer.status_code == 422
    assert "2026年10月13日终止" in answer.content.decode()


@pytest.mark.clause("A13")
def test_a_professional_class_comes_by_roster_unless_the_place_wants_declarations(
    teacher: Client, base: Organization, declarant: Professional, learned: list[Any], henan_2026: RuleSet
) -> None:
    report(teacher, base, [learned], subject="professional")
    account = account_of(declarant, 2026)
    assert account is not None
    assert account.professional_hours == Decimal(12)
    henan_2026.values.create(field="professional_by_roster", value="no", clause="A13", status="verified")
    said = {
        "organization": base.pk, "title": "再一期", "subject": "professional", "started_on": "2026-10-13",
        "ended_on": "2026-10-14", "hours": "12",
    }  # fmt: skip
    assert "由本人申报" in teacher.post(reverse("credits:new_roster"), said).content.decode()
