"""A unit's own recognition standard: by versions, stricter than the rule, told beforehand, held to (S0-19, S2-11)."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.models import Organization, Professional, User
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.rules.refusal import MovedOn, Refused
from credits.models import Activity, Conversion, UnitStandard
from credits.services.declaring import add_evidence, save_draft, submit_declaration
from credits.services.standards import lift_standard, set_standard
from tests.credits import drafts
from tests.credits.drafts import at, text_of
from tests.credits.factories import NOW

pytestmark = [pytest.mark.usefixtures("henan_2026"), pytest.mark.django_db]
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def way() -> Activity:
    return drafts.way()


@pytest.fixture
def page(client: Client, employer_reviewer: User) -> Client:
    client.force_login(employer_reviewer)
    return client


def setting(unit: Organization, activity: Activity, by: User, **changes: Any) -> UnitStandard:
    said: dict[str, Any] = {"seen": 0, "valid_from": TODAY, "amount": Decimal(6)}
    return set_standard(unit, activity, **(said | changes), by=by, now=NOW)


def earlier(standard: UnitStandard) -> UnitStandard:
    """As one that was announced in January: what is declared today began under it."""
    UnitStandard.objects.filter(pk=standard.pk).update(valid_from=date(2026, 1, 1))
    standard.refresh_from_db()
    return standard


def address(unit: Organization, activity: str = "training") -> str:
    return reverse("credits:edit_standard", args=[unit.ref, activity])


def test_a_change_is_the_next_version_and_stands_in_the_trail(
    employer: Organization, way: Activity, employer_reviewer: User
) -> None:
    first = setting(employer, way, employer_reviewer, evidence=["学习心得", "学习心得", " "], wording=" 按天计。 ")
    second = setting(employer, way, employer_reviewer, seen=1, amount=Decimal("4.5"))
    assert (first.number, first.evidence, first.wording, second.number) == (1, ["学习心得"], "按天计。", 2)
    event = AuditEvent.objects.filter(action="standard.set").latest("id")
    assert (event.before["amount"], event.after["amount"], event.actor_label) == ("6.0", "4.5", employer_reviewer.label)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"amount": Decimal("8.5")}, "more_generous", "amount"),
        ({"amount": Decimal("0.3")}, "hours_step", "amount"),
        ({"amount": None}, "says_nothing", "amount"),
        ({"yearly_cap": Decimal(-1)}, "hours_not_positive", "yearly_cap"),
        ({"valid_from": date(2026, 11, 19)}, "in_the_past", "valid_from"),
        ({"valid_from": date(2028, 1, 1)}, "too_far", "valid_from"),
        ({"evidence": list("一二三四五六")}, "too_many", "evidence"),
        ({"evidence": ["长" * 41]}, "too_long", "evidence"),
        ({"wording": "坏\u202e字"}, "strange_character", "wording"),
    ],
)
def test_what_is_more_generous_late_or_unreadable_is_refused(
    employer: Organization, way: Activity, employer_reviewer: User, changes: dict[str, Any], code: str, field: str
) -> None:
    Conversion.objects.create(
        code="training", name="培训班", activity=way, area_code="*", year_from=2012, basis="organiser", unit="学时",
        source="测试", clause="A17", status="assumed",
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        setting(employer, way, employer_reviewer, **changes)
    assert (code, field) in [(reason.code, reason.field) for reason in refused.value]
    assert not UnitStandard.objects.exists()


def test_the_second_of_two_hands_is_told(employer: Organization, way: Activity, employer_reviewer: User) -> None:
    setting(employer, way, employer_reviewer)
    with pytest.raises(MovedOn):
        setting(employer, way, employer_reviewer, amount=Decimal(5))
    assert UnitStandard.objects.count() == 1


def test_a_version_stands_once(employer: Organization, way: Activity, employer_reviewer: User) -> None:
    made = setting(employer, way, employer_reviewer)
    made.pk = None
    made.ref = AuditEvent.objects.latest("id").ref
    with pytest.raises(IntegrityError, match=r"one_hand|organization_id"), transaction.atomic():
        made.save(force_insert=True)


def test_a_standard_can_be_lifted_once(employer: Organization, way: Activity, employer_reviewer: User) -> None:
    earlier(setting(employer, way, employer_reviewer))
    lift_standard(employer, way, seen=1, valid_from=TODAY, by=employer_reviewer, now=NOW)
    with pytest.raises(Refused) as refused:
        lift_standard(employer, way, seen=2, valid_from=TODAY, by=employer_reviewer, now=NOW)
    assert refused.value.reasons[0].code == "nothing_to_lift"


@pytest.mark.clause("S0-19", "S2-11")
def test_its_people_are_told_beforehand_and_held_to_it(
    client: Client, employer: Organization, way: Activity, employer_reviewer: User, declarant: Professional
) -> None:
    earlier(setting(employer, way, employer_reviewer, evidence=["学习心得"], wording="每天须签到。"))
    client.force_login(declarant.user)
    offered = text_of(client.get(reverse("credits:declare")))
    assert "本单位认定标准：每天最多 6 学时；另需提供学习心得；每天须签到。" in offered
    made = drafts.draft(declarant)
    shown = text_of(client.get(at("edit_declaration", made)))
    assert "开封市第一实验中学的认定标准" in shown
    assert "学习心得" in shown
    with pytest.raises(Refused) as refused:
        submit_declaration(made, by=declarant.user, now=NOW)
    assert [(reason.code, reason.clause) for reason in refused.value] == [
        ("over_standard", "S0-19"),
        ("no_own_evidence", "S0-19"),
    ]
    assert "最多申报 18 学时" in str(refused.value)
    assert "开封市第一实验中学的认定标准还要求提供学习心得" in str(refused.value)
    add_evidence(made, stored=drafts.stored(declarant), label="学习心得", by=declarant.user, now=NOW)
    save_draft(made, changes={"hours_claimed": Decimal(18)}, by=declarant.user, now=NOW)
    assert submit_declaration(made, by=declarant.user, now=NOW).standard is not None


def test_what_began_before_it_goes_by_the_rule(
    employer: Organization, way: Activity, employer_reviewer: User, declarant: Professional
) -> None:
    setting(employer, way, employer_reviewer)
    assert submit_declaration(drafts.draft(declarant), by=declarant.user, now=NOW).standard is None


def test_what_was_handed_in_keeps_its_standard(
    employer: Organization, way: Activity, employer_reviewer: User, declarant: Professional
) -> None:
    first = earlier(setting(employer, way, employer_reviewer, amount=Decimal(8)))
    sent = submit_declaration(drafts.draft(declarant), by=declarant.user, now=NOW)
    earlier(setting(employer, way, employer_reviewer, seen=1, amount=Decimal(2)))
    sent.refresh_from_db()
    assert sent.standard == first


def test_another_units_people_are_not_concerned(
    other_employer: Organization, way: Activity, stranger: User, declarant: Professional
) -> None:
    earlier(setting(other_employer, way, stranger, amount=Decimal(1)))
    assert submit_declaration(drafts.draft(declarant), by=declarant.user, now=NOW).standard is None


def test_the_list_costs_the_same_however_long_it_grows(
    page: Client, employer: Organization, way: Activity, employer_reviewer: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    page.get(reverse("credits:standards"))
    earlier(setting(employer, way, employer_reviewer))
    for code in ("lecture", "visit", "paper"):
        drafts.way(code, name=code)
    with django_assert_max_num_queries(12) as few:
        shown = text_of(page.get(reverse("credits:standards")))
    assert "每天最多 6 学时" in shown
    for code in ("degree", "book", "patent"):
        drafts.way(code, name=code)
    with django_assert_max_num_queries(len(few.captured_queries)):
        page.get(reverse("credits:standards"))


def test_the_page_keeps_tells_and_shows_the_history(page: Client, employer: Organization, way: Activity) -> None:
    typed = {"seen": "1", "amount": "６", "yearly_cap": "30", "evidence": "学习心得、成绩单", "wording": "",
             "valid_from": "2026-11-20"}  # fmt: skip
    answer = page.post(address(employer), typed)
    assert answer.status_code == 302
    made = UnitStandard.objects.get()
    assert (made.amount, made.yearly_cap, made.evidence) == (Decimal(6), Decimal(30), ["学习心得", "成绩单"])
    shown = text_of(page.get(address(employer)))
    assert "每天最多 6 学时；每年最多 30 学时；另需提供学习心得、成绩单" in shown
    lifted = page.post(address(employer), typed | {"seen": "2", "lift": "yes"})
    assert lifted.status_code == 302
    assert "不再另设标准" in text_of(page.get(address(employer)))


@pytest.mark.parametrize(
    ("field", "text"),
    [("amount", "八"), ("amount", "0"), ("valid_from", ""), ("valid_from", "明天"), ("valid_from", "2026-11-01"),
     ("wording", "坏\u202e字"), ("evidence", "长" * 300)],
)  # fmt: skip
def test_the_page_refuses_beside_the_field(
    page: Client, employer: Organization, way: Activity, field: str, text: str
) -> None:
    typed = {"seen": "1", "amount": "6", "valid_from": "2026-11-20"} | {field: text}
    answer = page.post(address(employer), typed)
    assert answer.status_code == 422
    assert answer.context["form"].errors[field]
    assert not UnitStandard.objects.exists()


def test_a_stale_page_is_answered_and_changes_nothing(page: Client, employer: Organization, way: Activity) -> None:
    typed = {"seen": "1", "amount": "6", "valid_from": "2026-11-20"}
    page.post(address(employer), typed)
    assert page.post(address(employer), typed | {"amount": "3"}).status_code == 409
    assert UnitStandard.objects.count() == 1


def test_another_units_standard_is_not_there(page: Client, other_employer: Organization, way: Activity) -> None:
    assert page.get(address(other_employer)).status_code == 404
    assert page.get(address(other_employer, "nothing")).status_code == 404
    assert page.get(reverse("credits:standards_of", args=[other_employer.ref])).status_code == 404
