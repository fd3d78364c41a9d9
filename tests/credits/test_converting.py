"""Declaring other ways of learning: what is asked, what it comes to, what is refused, and once an artefact (A29)."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.models import Organization, Professional
from ceportal.kernel.rules.refusal import Refused
from credits.enums import DeclarationState, Subject
from credits.models import Activity, Conversion, Declaration, UnitStandard
from credits.services.declaring import save_draft, submit_declaration, withdraw_declaration
from tests import factories as people
from tests.credits import conversions as make
from tests.credits.drafts import TYPED, at, text_of
from tests.credits.factories import NOW, rule_set

pytestmark = [pytest.mark.usefixtures("henan_2026", "catalogue"), pytest.mark.django_db]
FIVE = ("conference_with_paper", "degree", "paper", "project", "patent")


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def page(client: Client, declarant: Professional) -> Client:
    client.force_login(declarant.user)
    return client


@pytest.fixture
def accountant(employer: Organization) -> Professional:
    rule_set("henan-accounting", trade="会计", clause="财会〔2018〕10号", figures={"total": "90", "unit": "学分"})
    series = people.title_series("13", "会计人员")
    return people.professional("单位会计", works_at=employer, title_series=series)


def refusals(declaration: Declaration) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as refused:
        submit_declaration(declaration, by=declaration.declarant, now=NOW)
    assert Declaration.objects.get(pk=declaration.pk).state == DeclarationState.DRAFT
    return [(reason.code, reason.field) for reason in refused.value]


def saved(declaration: Declaration, **changes: Any) -> Declaration:
    return save_draft(declaration, changes=changes, by=declaration.declarant, now=NOW)


# ---------- the form


@pytest.mark.clause("S1-05", "S2-05", "S3-03", "S4-07")
def test_every_way_of_learning_is_offered_with_its_evidence(page: Client) -> None:
    shown = text_of(page.get(reverse("credits:declare")))
    for way in Activity.objects.all():
        assert way.name in shown
        assert "、".join(way.evidence) in shown


@pytest.mark.parametrize("code", FIVE)
def test_the_form_asks_only_what_the_activity_needs(page: Client, declarant: Professional, code: str) -> None:
    made = make.begun(declarant, code)
    shown, way = text_of(page.get(at("edit_declaration", made))), Activity.objects.get(pk=code)
    for name in way.asks:
        assert f'name="{name}"' in shown
    for name in ("started_on", "certificate_no", "was_passed", "payer"):
        assert (f'name="{name}"' in shown) is (name not in way.leaves_out), name
    other = {"isbn", "patent_no", "courses", "length", "serial"} - set(way.asks)
    assert not any(f'name="{name}"' in shown for name in other)
    assert all(label in shown for label in (*way.labels.values(), *way.evidence))


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("conference_with_paper", "每次 12 学时 + 宣读论文 6 学时 = 18 学时"),
        ("degree", "15 学时/门 × 2 门 = 30 学时"),
        ("project", "第 2 位 56 学时"),
        ("paper", "学时由审核单位认定"),
    ],
)
def test_a_candidate_is_shown_for_reference_alone(page: Client, declarant: Professional, code: str, words: str) -> None:
    shown = text_of(page.get(at("edit_declaration", make.begun(declarant, code))))
    assert words in shown
    assert "依据待核实，仅供参考" in shown
    assert "参考来源：《继续教育活动与学时折算参考标准》转载件" in shown
    assert "依据：</span>《继续教育活动" not in shown


def test_saving_without_scripts_works_the_hours_out(page: Client, declarant: Professional) -> None:
    made = make.begun(declarant, "degree", details={})
    assert "填好当年合格的门数后，这里会算出学时和算法" in text_of(page.get(at("edit_declaration", made)))
    assert page.post(at("edit_declaration", made), make.typed("degree", courses="３")).status_code == 302
    made.refresh_from_db()
    assert made.details == {"courses": 3}
    assert "15 学时/门 × 3 门 = 45 学时" in text_of(page.get(at("edit_declaration", made)))


def test_while_one_types_the_sum_comes_back_at_once(page: Client, declarant: Professional) -> None:
    made = make.begun(declarant, "project")
    answer = page.post(at("autosave", made), make.typed("project", rank="1"))
    assert "第 1 位 64 学时" in answer.json()["reckoning"]
    unread = page.post(at("autosave", made), make.typed("project", rank="第一", version=answer.json()["version"]))
    assert (unread.status_code, list(unread.json()["errors"])) == (422, ["rank"])
    assert "填好本人排名后" in unread.json()["reckoning"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("serial", "41-1032"), ("rank", "0"), ("rank", "9" * 400), ("authors", "二"), ("characters", "-1"),
        ("supplement", "maybe"), ("issue", "坏\u202e字"), ("issue", "长" * 3000), ("doi", "<script>"), ("rank", "٣"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("door", ["edit_declaration", "submit"])
def test_a_detail_that_cannot_be_read_is_told_beside_its_field(
    page: Client, declarant: Professional, door: str, name: str, text: str
) -> None:
    made = make.begun(declarant, "paper")
    before = Declaration.objects.values().get()
    answer = page.post(at(door, made), make.typed("paper", promise="on", **{name: text}))
    assert answer.status_code == 422
    assert answer.context["form"].errors[name]
    assert Declaration.objects.values().get() == before


def test_another_activity_takes_its_own_questions_along(page: Client, declarant: Professional) -> None:
    made = make.begun(declarant, "paper")
    page.post(at("edit_declaration", made), TYPED)
    made.refresh_from_db()
    assert (made.activity_id, made.details, made.was_passed) == ("training", {}, True)
    page.post(at("edit_declaration", made), make.typed("paper"))
    made.refresh_from_db()
    assert (made.was_passed, made.payer, made.started_on, made.details["rank"]) == (None, "", make.DAY, 1)


def test_the_page_costs_the_same_for_every_activity(
    page: Client, declarant: Professional, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    drafts = [make.begun(declarant, code) for code in FIVE]
    page.get(at("edit_declaration", drafts[0]))
    for made in drafts:
        with django_assert_max_num_queries(32):
            page.get(at("edit_declaration", made))


# ---------- handing in


@pytest.mark.parametrize("code", FIVE)
def test_what_was_handed_in_knows_its_conversion(page: Client, declarant: Professional, code: str) -> None:
    sent = make.handed_in(declarant, code)
    assert sent.conversion is not None
    assert sent.conversion.activity_id == code
    shown = text_of(page.get(at("declaration", sent)))
    for value in sent.details.values():
        assert Activity.objects.get(pk=code).asks
        assert str(value) in shown or value in {"national", "main", "no", "short"}


def test_what_is_not_told_is_missing(declarant: Professional) -> None:
    assert refusals(make.begun(declarant, "paper", details={"rank": 2})) == [
        ("no_detail", name) for name in ("serial", "issue", "authors", "characters", "supplement")
    ]
    with pytest.raises(Refused) as refused:
        make.begun(declarant, "paper", details={"rank": 3, "authors": 2})
    assert refused.value.reasons[0].code == "rank_beyond_authors"


def test_more_than_a_candidate_gives_may_be_claimed_for_the_reviewer_to_say(declarant: Professional) -> None:
    assert make.handed_in(declarant, "project", hours_claimed=Decimal(60)).state == DeclarationState.AT_EMPLOYER


def test_more_than_the_law_gives_is_refused_with_the_sum(accountant: Professional) -> None:
    made = make.begun(accountant, "paper", hours_claimed=Decimal(31))
    assert refusals(made) == [("over_computed", "hours_claimed")]
    second = saved(made, details=make.PAPER["details"] | {"rank": 2}, hours_claimed=Decimal("10.5"))
    with pytest.raises(Refused) as refused:
        submit_declaration(second, by=accountant.user, now=NOW)
    assert "第 2 位 10 学分，最多申报 10 学分" in str(refused.value)
    assert refused.value.reasons[0].clause == "财会〔2018〕10号"
    sent = submit_declaration(saved(second, hours_claimed=Decimal(10)), by=accountant.user, now=NOW)
    assert (sent.conversion.code, sent.conversion.unit) == ("accounting-paper", "学分")


def test_a_day_of_an_accountants_conference_is_ten_credits(client: Client, accountant: Professional) -> None:
    made = make.begun(accountant, "conference_with_paper", hours_claimed=Decimal("20.5"))
    client.force_login(accountant.user)
    shown = text_of(client.get(at("edit_declaration", made)))
    assert "10 学分/天 × 2 天 = 20 学分" in shown
    assert '<label for="id_hours_claimed">学分</label>' in shown
    assert "依据待核实" not in shown
    assert refusals(made) == [("over_computed", "hours_claimed")]
    assert submit_declaration(saved(made, hours_claimed=Decimal(20)), by=accountant.user, now=NOW)


# ---------- once an artefact


@pytest.mark.clause("A29")
def test_the_same_paper_twice_is_refused_and_the_first_is_named(declarant: Professional) -> None:
    make.handed_in(declarant, "paper")
    again = make.begun(declarant, "paper", title="《课堂提问的艺术》 ", ended_on=make.DAY + timedelta(days=1),
                       details=make.PAPER["details"] | {"issue": "2026年03期"})  # fmt: skip
    with pytest.raises(Refused) as refused:
        submit_declaration(again, by=declarant.user, now=NOW)
    assert [(reason.code, reason.clause) for reason in refused.value] == [("artefact_before", "A29")]
    assert "《课堂提问的艺术》（2026 年度，单位审核中）" in str(refused.value)


def test_another_year_is_no_way_around_it(declarant: Professional) -> None:
    first = make.handed_in(declarant, "patent")
    Declaration.objects.filter(pk=first.pk).update(year=2025, ended_on=date(2025, 3, 20), started_on=date(2025, 3, 20))
    assert refusals(make.begun(declarant, "patent", title="改过的名称")) == [("artefact_before", "title")]


def test_a_project_counts_again_in_another_year(declarant: Professional) -> None:
    first = make.handed_in(declarant, "project")
    assert refusals(make.begun(declarant, "project", title="换个名称")) == [("artefact_before", "title")]
    key = first.artefact_key
    Declaration.objects.filter(pk=first.pk).update(artefact_key=key[::-1])
    assert make.handed_in(declarant, "project", title="换个名称").artefact_key == key


def test_the_same_doi_is_the_same_paper(declarant: Professional) -> None:
    details = make.PAPER["details"] | {"doi": "10.1234/abc"}
    make.handed_in(declarant, "paper", details=details)
    other = make.begun(declarant, "paper", title="另一个题目", details=details | {"issue": "2026 年第 4 期"})
    assert refusals(other) == [("artefact_before", "title")]


def test_the_same_certificate_counts_once(declarant: Professional) -> None:
    make.handed_in(declarant, "degree", certificate_no="豫教继证2026000123")
    twin = make.begun(
        declarant, "degree", title="另一个名称", organiser="别的学校", certificate_no="豫教继证 2026000123"
    )
    assert refusals(twin) == [("artefact_before", "title")]


def test_what_was_taken_back_may_be_declared_again(declarant: Professional) -> None:
    withdraw_declaration(make.handed_in(declarant, "paper"), by=declarant.user, now=NOW)
    assert make.handed_in(declarant, "paper").state == DeclarationState.AT_EMPLOYER


def test_a_co_author_claims_the_same_paper_at_their_own_rank(
    declarant: Professional, other_declarant: Professional
) -> None:
    make.handed_in(declarant, "paper")
    details = make.PAPER["details"] | {"rank": 2}
    assert make.handed_in(other_declarant, "paper", details=details).work_key


def test_a_conversion_may_allow_the_same_thing_again(declarant: Professional) -> None:
    Conversion.objects.filter(activity="patent").update(is_once=False)
    make.handed_in(declarant, "patent")
    assert make.handed_in(declarant, "patent", title="年度再报").artefact_key == ""


@pytest.mark.parametrize("column", ["artefact_key", "work_key"])
def test_the_database_itself_keeps_an_artefact_once(declarant: Professional, column: str) -> None:
    one, other = make.handed_in(declarant, "paper"), make.handed_in(declarant, "patent")
    Declaration.objects.filter(pk=one.pk).update(**{column: "k" * 64})
    with pytest.raises(IntegrityError), transaction.atomic():
        Declaration.objects.filter(pk=other.pk).update(**{column: "k" * 64})
    withdraw_declaration(one, by=declarant.user, now=NOW)
    assert Declaration.objects.filter(pk=other.pk).update(**{column: "k" * 64}) == 1


# ---------- the yearly cap


def cap(unit: Organization, code: str, hours: str) -> UnitStandard:
    return UnitStandard.objects.create(
        organization=unit, activity_id=code, number=1, yearly_cap=Decimal(hours), valid_from=date(2026, 1, 1),
        made_by_label="单位审核员", made_at=NOW,
    )  # fmt: skip


def test_a_capped_year_says_what_is_left(page: Client, declarant: Professional, employer: Organization) -> None:
    cap(employer, "patent", "30")
    make.handed_in(declarant, "patent")
    details = make.PATENT["details"] | {"patent_no": "ZL202310123457.5"}
    second = make.begun(declarant, "patent", title="另一种教具", details=details, hours_claimed=Decimal("10.5"))
    shown = text_of(page.get(at("edit_declaration", second)))
    assert "专利每年最多计 <b>30 学时</b>，您的其他申报已占 20，还剩 <b>10 学时</b>" in shown
    with pytest.raises(Refused) as refused:
        submit_declaration(second, by=declarant.user, now=NOW)
    assert [reason.code for reason in refused.value] == ["over_cap"]
    assert "已申报 20 学时，还可以申报 10 学时" in str(refused.value)
    submit_declaration(saved(second, hours_claimed=Decimal(10)), by=declarant.user, now=NOW)
    third = make.begun(declarant, "patent", title="第三种教具", hours_claimed=Decimal("0.5"),
                       details=details | {"patent_no": "ZL202310123458.3"})  # fmt: skip
    with pytest.raises(Refused, match="今年不能再申报这一种"):
        submit_declaration(third, by=declarant.user, now=NOW)


def test_hours_held_down_by_the_cap_say_so(page: Client, declarant: Professional, employer: Organization) -> None:
    cap(employer, "degree", "40")
    make.handed_in(declarant, "degree")
    made = make.begun(declarant, "degree", title="第二专业", hours_claimed=Decimal(10))
    sent = submit_declaration(made, by=declarant.user, now=NOW)
    said = sent.steps.get().reason
    assert said == "按年度上限计 10 学时：按规定计算是 30 学时，每年最多 40 学时，其他申报已占 30 学时"
    assert said in text_of(page.get(at("declaration", sent)))


def test_elsewhere_and_in_other_subjects_nothing_is_asked_twice(declarant: Professional) -> None:
    made = make.begun(declarant, "paper", subject=Subject.PUBLIC)
    assert submit_declaration(made, by=declarant.user, now=NOW).conversion.code == "henan-paper"
