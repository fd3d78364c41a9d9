"""Why is it this number: everything learned in a year and what became of it, on the page and as JSON, for whom."""

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Organization, Professional
from bases.enums import RecognitionKind, RecognitionStatus
from bases.models import Recognition
from ceportal.kernel.models import AuditEvent
from credits.enums import ClaimState, DeclarationState, Door, Fate, ObligationKind, Subject
from credits.models import Activity, Claim, Declaration
from credits.rules.obligation import Grant
from credits.rules.telling import told_why
from credits.selectors.explaining import explanation_of
from credits.services.ledger import credit_declaration, reverse_claim
from credits.services.obligations import grant
from tests import factories as people
from tests.credits import factories as make
from tests.credits.drafts import text_of
from tests.credits.factories import NOW
from tests.credits.machines import Machine
from tests.credits.platforms import number_of
from tests.credits.test_api_schema import fits

pytestmark = pytest.mark.django_db

DAYS = {"started_on": date(2026, 10, 12), "ended_on": date(2026, 10, 13)}
PATH = "/api/v1/explanations"


@pytest.fixture(autouse=True)
def _november(henan_2026: object) -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


def declaration(person: Professional, title: str, state: str, hours: str = "12", **changes: Any) -> Declaration:
    activity, _ = Activity.objects.get_or_create(
        code="training", defaults={"name": "培训班、研修班", "clause": "S3-03", "status": "verified"}
    )
    waits = state in {DeclarationState.AT_EMPLOYER, DeclarationState.AT_AUTHORITY}
    where = (
        {"waiting_on": people.bureau(), "due_at": NOW, "waiting_since": NOW, "duty": "review_hours"} if waits else {}
    )
    defaults = {
        "activity": activity, "subject": Subject.PROFESSIONAL, "organiser": "河南大学", "was_passed": True,
        "payer": "unit", "created_at": NOW, "changed_at": NOW, "submitted_at": NOW, "first_submitted_at": NOW,
    }  # fmt: skip
    return Declaration.objects.create(
        professional=person, declarant=person.user, state=state, title=title, hours_claimed=Decimal(hours), year=2026,
        **DAYS, **(defaults | where | changes),
    )  # fmt: skip


def claim(person: Professional, title: str, state: str, **changes: Any) -> Claim:
    return Claim.objects.create(
        door=Door.PLATFORM, source="platform:x", external_id=title, professional=person, year=2026, activity_key=title,
        state=state, subject=Subject.PUBLIC, title=title, hours=Decimal(6), made_at=NOW, **DAYS, **changes,
    )  # fmt: skip


@pytest.fixture
def learned(declarant: Professional) -> Professional:
    """One of everything that can become of hours."""
    live = make.credit(declarant, "30", subject=Subject.PUBLIC, title="公需课").claim
    approved = declaration(declarant, "部分认定", DeclarationState.APPROVED, hours_recognised=Decimal(8))
    credit_declaration(approved, hours=Decimal(8), by=None, now=NOW)
    reverse_claim(
        make.credit(declarant, "4", title="代学").claim, reason="由他人代学", clause="S3-10", by=None, now=NOW
    )
    claim(
        declarant, "超过上限", ClaimState.HELD, reasons=[{"code": "x", "message": "超过每天 12 学时", "clause": "A17"}]
    )
    claim(declarant, "同一次", ClaimState.DUPLICATE, twin=live)
    claim(declarant, "撤回的", ClaimState.WITHDRAWN, state_reason="平台撤回")
    declaration(declarant, "在审", DeclarationState.AT_EMPLOYER)
    declaration(declarant, "退回的", DeclarationState.RETURNED, state_reason="缺少结业证书")
    declaration(declarant, "未通过的", DeclarationState.REJECTED, state_reason="不属于继续教育")
    declaration(declarant, "草稿", DeclarationState.DRAFT)
    return declarant


FATES = {
    "公需课": ("counted", "平台计入"),
    "部分认定": ("reduced", "申报 12 学时，审核认定 8 学时"),
    "代学": ("reversed", "由他人代学"),
    "超过上限": ("held", "超过每天 12 学时"),
    "同一次": ("duplicate", "同一次学习只计一次"),
    "撤回的": ("reversed", "平台撤回"),
    "在审": ("waiting", "审核中，通过后计入"),
    "退回的": ("returned", "缺少结业证书"),
    "未通过的": ("rejected", "不属于继续教育"),
}


def test_everything_is_told_with_its_reason_and_what_counts_adds_up(learned: Professional) -> None:
    found = explanation_of(learned, 2026, now=NOW)
    told = {item.title: (item.fate.value, "；".join(reason.words for reason in item.reasons)) for item in found.items}
    assert told.keys() == FATES.keys()
    for title, (fate, words) in FATES.items():
        assert told[title][0] == fate
        assert words in told[title][1]
    assert found.adds_up
    assert (found.standing.total, found.awaited, found.to_mend, found.missing) == (38, 12, 12, 52)
    assert {reason.clause for item in found.items for reason in item.reasons} >= {"S3-10", "A17", "A13"}


@pytest.mark.clause("S4-17")
def test_the_page_says_it_in_words_and_how_to_go_on(client: Client, learned: Professional) -> None:
    client.force_login(learned.user)
    page = text_of(client.get(reverse("credits:why", args=[2026])))
    assert "已计入 38 学时，还差 52 学时" in page
    assert "专业科目还差 52 学时" in page
    assert "2026年12月31日前" in page
    assert "还有 29 个工作日" in page
    for title, (fate, words) in FATES.items():
        assert title in page
        assert Fate(fate).label in page
        assert words in page
    assert "草稿" not in page
    assert "另有 12 学时正在审核，通过后计入。" in page
    assert '另有 12 学时<a href="#returned">退回给您补正</a>，补正后重新提交、通过审核才能计入。' in page
    assert "退回给您补正的（1 项）" in page
    assert "正在审核的（1 项）" in page
    assert reverse("credits:why", args=[2026]) in text_of(client.get(reverse("office:my_year")))
    assert reverse("credits:why", args=[2026]) in text_of(client.get(reverse("credits:hours")))


def test_the_json_is_the_same_and_of_the_described_shape(client: Client, learned: Professional) -> None:
    client.force_login(learned.user)
    answer = client.get(f"{PATH}/2026")
    assert answer["Cache-Control"] == "no-store"
    told = answer.json()
    assert told == told_why(explanation_of(learned, 2026, now=NOW), is_own=True)
    fits(told, "Explanation")
    for name, part in (("Threshold", "thresholds"), ("ExplainedEntry", "entries"), ("Gap", "gaps")):
        for each in told[part]:
            fits(each, name)
    for way in told["gaps"][0]["ways"]:
        fits(way, "Way")
    fits(told["deadline"], "Deadline")


def test_only_its_person_has_it_by_session(client: Client, learned: Professional, employer: Organization) -> None:
    assert client.get(f"{PATH}/2026").status_code == 401
    client.force_login(people.user("人事干事"))
    assert client.get(f"{PATH}/2026").status_code == 403
    waiting = people.professional("待核准", works_at=employer, is_approved=False)
    client.force_login(waiting.user)
    assert client.get(f"{PATH}/2026").status_code == 403
    client.force_login(learned.user)
    for year in ("2027", "26", "２０２６", "99999"):
        answer = client.get(f"{PATH}/{year}")
        assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert client.get("/hours/2027/why/").status_code == 404
    assert client.get("/hours/99999/why/").status_code == 404


# ---------- machines


def ask(machine: Machine, **body: Any) -> Any:
    return machine.send(PATH, json.dumps(body))


def test_a_title_review_system_learns_of_whom_it_knows_number_and_name(learned: Professional) -> None:
    machine = Machine(scopes="eligibility:read")
    answer = ask(machine, id_number=number_of(learned), name=learned.name, year=2026)
    assert answer.json() == told_why(explanation_of(learned, 2026, now=NOW), is_own=False)
    for body in (
        {"id_number": people.id_number(), "name": learned.name},
        {"id_number": number_of(learned), "name": "他"},
    ):
        answer = ask(machine, **body, year=2026)
        assert (answer.status_code, answer.json()["code"]) == (404, "no_match")
    tried = AuditEvent.objects.filter(action="eligibility.check").order_by("id")
    assert [event.after["matched"] for event in tried] == [1, 0, 0]
    assert number_of(learned) not in str([event.after for event in tried])


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"year": "2026"}, "/year"),
        ({"year": 2027}, "/year"),
        ({"year": 2026.5}, "/year"),
        ({"year": None}, "/year"),
        ({"name": ""}, "/name"),
        ({"name": "张\u202e三"}, "/name"),
        ({"id_number": 410203}, "/id_number"),
        ({"id_number": "4" * 31}, "/id_number"),
        ({"phone": "1"}, ""),
    ],
)
def test_an_odd_question_of_a_machine_is_a_problem(
    declarant: Professional, change: dict[str, Any], pointer: str
) -> None:
    asked = {"id_number": number_of(declarant), "name": declarant.name, "year": 2026}
    answer = ask(Machine(scopes="eligibility:read"), **(asked | change))
    assert answer.status_code == 400
    assert pointer in {error["pointer"] for error in answer.json()["errors"]}


def test_without_the_scope_nobody_learns_anything(declarant: Professional) -> None:
    answer = ask(Machine(scopes="hours:read"), id_number=number_of(declarant), name=declarant.name, year=2026)
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


def test_why_less_is_asked_is_told_to_its_person_alone(
    client: Client, declarant: Professional, city_bureau: Organization
) -> None:
    wanted = Grant(ObligationKind.EXEMPT, 2026, 2026, "长期病假", "A18", "汴人社函〔2026〕31号")
    grant(declarant, wanted, at=city_bureau, by=people.user("人社干部"), now=NOW)
    client.force_login(declarant.user)
    own = client.get(f"{PATH}/2026").json()["obligation"]
    assert (own["reason"], own["label"]) == ("长期病假", "免修")
    page = text_of(client.get(reverse("credits:why", args=[2026])))
    assert "本年度不要求您完成学时" in page
    assert "长期病假" in page
    machine = Machine(scopes="eligibility:read")
    told = ask(machine, id_number=number_of(declarant), name=declarant.name, year=2026).json()
    fits(told["obligation"], "Obligation")
    assert told["obligation"] == {"kind": "exempt", "label": "免修", "clause": "A18"}
    assert "长期病假" not in str(told)


# ---------- ways, time and effort


def test_platforms_and_bases_of_the_place_are_named(declarant: Professional) -> None:
    for name, area, subjects in (("省平台", "410000", ["public"]), ("平顶山平台", "410400", ["public"])):
        Recognition.objects.create(
            organization=people.organization(name), kind=RecognitionKind.PLATFORM, year=2026, area=people.area(area),
            subjects=subjects, document="名单", clause="S0-07", status=RecognitionStatus.VERIFIED,
        )  # fmt: skip
    gap = explanation_of(declarant, 2026, now=NOW).gaps[0]
    assert [way.names for way in gap.ways if way.is_automatic] == [("省平台",)]


def test_of_a_closed_year_no_way_is_told(declarant: Professional) -> None:
    make.rule_set("henan-2025", year_from=2025, year_to=2025)
    found = explanation_of(declarant, 2025, now=NOW)
    assert (found.window.is_open, found.gaps[0].ways) == (False, ())
    assert "已于 2025年12月31日截止" in found.window.words


@pytest.mark.clause("S0-14", "S2-08", "A8")
@pytest.mark.parametrize(("policy", "words"), [("exception", "可以<a"), ("closed", "您所在的地方不再开通补报。")])
def test_the_page_of_a_closed_year_says_whether_there_is_a_way_back(
    client: Client, declarant: Professional, policy: str, words: str
) -> None:
    figures = {"total": "90", "public": "30", "professional": "60", "back_years": policy}
    make.rule_set("henan-2025", year_from=2025, year_to=2025, figures=figures)
    client.force_login(declarant.user)
    page = text_of(client.get(reverse("credits:why", args=[2025])))
    assert "专业科目还差 60 学时" in page
    assert words in page


def test_it_takes_as_many_queries_for_much_as_for_little(declarant: Professional, learned: Professional) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            explanation_of(declarant, 2026, now=NOW)
        return len(asked)

    before = queries()
    for number in range(6):
        make.credit(declarant, "1", title=f"更多{number}")
        declaration(declarant, f"更多{number}", DeclarationState.AT_EMPLOYER)
    assert queries() == before
    assert before <= 25
