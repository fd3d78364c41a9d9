"""Reviewing what is no training: the sum, its row and its cap; hours without a rule are set with a reason."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.enums import Move
from accounts.models import Organization, Professional, User
from ceportal.kernel.rules.refusal import Refused
from credits.models import Declaration, HourEntry
from reviews.services.decisions import decide
from reviews.services.openings import record_opening
from tests import factories as people
from tests.credits import conversions as make
from tests.credits import drafts
from tests.credits.factories import NOW, rule_set

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _regulation(catalogue: None) -> Any:
    rule_set()
    with time_machine.travel(NOW, tick=False):
        yield


def looked(declaration: Declaration, reviewer: User) -> Declaration:
    declaration.refresh_from_db()
    record_opening(declaration, reviewer=reviewer, now=NOW - timedelta(hours=1))
    for evidence in declaration.evidence.select_related("file"):
        record_opening(declaration, reviewer=reviewer, file_digest=evidence.file.digest, now=NOW - timedelta(hours=1))
    return declaration


def approve(declaration: Declaration, reviewer: User, hours: str, reason: str = "") -> None:
    seen = looked(declaration, reviewer)
    decide(seen, version=seen.version, move=Move.APPROVE, hours=Decimal(hours), reason=reason, by=reviewer, now=NOW)


def page_of(client: Client, declaration: Declaration, reviewer: User) -> str:
    client.force_login(reviewer)
    return drafts.text_of(client.get(reverse("reviews:review", args=[declaration.ref])))


def test_the_reviewer_reads_the_sum_and_what_was_asked(
    client: Client, declarant: Professional, employer_reviewer: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    sent = make.handed_in(declarant, "project", hours_claimed=Decimal(60))
    client.force_login(employer_reviewer)
    client.get(reverse("reviews:review", args=[sent.ref]))
    with django_assert_max_num_queries(36):
        shown = drafts.text_of(client.get(reverse("reviews:review", args=[sent.ref])))
    for words in ("国家级课题，主课题组：第 2 位 56 学时", "依据待核实，仅供参考", "24BJY001", "主课题组", "立项单位",
                  "申报 60 学时，多于按折算标准算出的 56 学时", "按什么认定"):  # fmt: skip
        assert words in shown
    assert "是否合格" not in shown
    assert "依据：</span>《继续教育活动" not in shown


def test_hours_of_a_candidate_are_set_with_a_reason_and_by_the_first_who_sees_them(
    declarant: Professional, employer_reviewer: User, authority_reviewer: User
) -> None:
    sent = make.handed_in(declarant, "project")
    with pytest.raises(Refused) as refused:
        approve(sent, employer_reviewer, "56")
    assert [(reason.code, reason.field) for reason in refused.value] == [("reason_blank", "reason")]
    with pytest.raises(Refused) as refused:
        approve(sent, employer_reviewer, "57", "按结项证书")
    assert "hours_too_many" in [reason.code for reason in refused.value]
    approve(sent, employer_reviewer, "40", "按结项证书，本人承担部分")
    approve(sent, authority_reviewer, "40")
    entry = HourEntry.objects.get()
    assert (entry.hours, entry.clause) == (Decimal(40), "")
    assert entry.reason == "申报 56 学时，审核认定 40 学时；折算依据待核实，学时由审核单位认定"


def test_the_page_refuses_beside_the_reason(client: Client, declarant: Professional, employer_reviewer: User) -> None:
    sent = looked(make.handed_in(declarant, "paper"), employer_reviewer)
    client.force_login(employer_reviewer)
    first = client.get(reverse("reviews:review", args=[sent.ref]))
    assert first.context["approve"]["hours"].value() == ""
    typed = {"move": "approve", "version": sent.version, "stage": sent.stage, "hours": "8", "reason": ""}
    answer = client.post(reverse("reviews:decide", args=[sent.ref]), typed)
    assert answer.status_code == 422
    assert answer.context["form"].errors["reason"] == ["请写明按什么认定，申报人会看到。"]
    assert Declaration.objects.get(pk=sent.pk).stage == sent.stage


def test_what_the_law_counts_needs_no_reason_and_names_its_clause(
    client: Client, employer: Organization, employer_reviewer: User, authority_reviewer: User
) -> None:
    rule_set("henan-accounting", trade="会计", clause="财会〔2018〕10号", figures={"total": "90", "unit": "学分"})
    accountant = people.professional("单位会计", works_at=employer, title_series=people.title_series("13", "会计人员"))
    sent = make.handed_in(accountant, "paper", hours_claimed=Decimal(30))
    assert "第 1 位 30 学分，申报 <b>30 学分</b>" in page_of(client, sent, employer_reviewer)
    approve(sent, employer_reviewer, "30")
    approve(sent, authority_reviewer, "30")
    assert HourEntry.objects.get().clause == "财会〔2018〕10号"


def test_the_reference_is_named_above_only_where_a_sum_stands_above(
    client: Client, declarant: Professional, employer_reviewer: User
) -> None:
    project = page_of(client, make.handed_in(declarant, "project"), employer_reviewer)
    assert "上面的数只是参考，来源：" in project
    details = make.PAPER["details"] | {"rank": 4, "authors": 4}
    paper = page_of(client, make.handed_in(declarant, "paper", details=details), employer_reviewer)
    assert "上面的数" not in paper
    assert "参考来源：" in paper


def test_two_first_authors_of_one_paper_are_pointed_out(
    client: Client, declarant: Professional, other_declarant: Professional, employer_reviewer: User
) -> None:
    sent = make.handed_in(declarant, "paper")
    assert "另有人员也以第 1 位" not in page_of(client, sent, employer_reviewer)
    make.handed_in(other_declarant, "paper")
    shown = page_of(client, sent, employer_reviewer)
    assert "另有人员也以第 1 位申报了同一成果，请核对署名次序" in shown
    assert other_declarant.name not in shown


def test_what_the_reference_does_not_convert_is_pointed_out(
    client: Client, declarant: Professional, employer_reviewer: User
) -> None:
    details = make.PAPER["details"] | {"rank": 4, "authors": 4, "supplement": "yes"}
    shown = page_of(client, make.handed_in(declarant, "paper", details=details), employer_reviewer)
    assert "参考标准（待核实）：只折算排名前 3 位，本人排在第 4 位。" in shown
    assert "参考标准（待核实）：增刊、副刊上的文章不折算。" in shown
