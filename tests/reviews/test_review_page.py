"""The item page: shown, recorded, and closed to everybody else."""

from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Professional, User
from credits.models import Declaration
from reviews.models import Opening
from reviews.selectors.desk import files_of
from tests.credits import factories as make
from tests.reviews.factories import MONDAY, approved, draft, kept_file, resubmitted, submitted, turned_down

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def monday_morning() -> object:
    with time_machine.travel(MONDAY + timedelta(hours=1), tick=False):
        yield


def page_of(declaration: Declaration) -> str:
    return reverse("reviews:review", args=[declaration.ref])


def file_of(declaration: Declaration) -> str:
    evidence = files_of(declaration).first()
    assert evidence is not None
    return reverse("reviews:evidence_file", args=[declaration.ref, evidence.ref])


def test_doors(
    client: Client, declarant: Professional, stranger: User, authority_reviewer: User, county_officer: User
) -> None:
    declaration = submitted(declarant)
    addresses = [page_of(declaration), file_of(declaration), reverse("reviews:not_opened", args=[declaration.ref])]
    for address in addresses:
        assert client.get(address).status_code == 302
    for user, expected in ((declarant.user, 403), (stranger, 404), (authority_reviewer, 404), (county_officer, 404)):
        client.force_login(user)
        assert [client.get(address).status_code for address in addresses] == [expected] * 3, user
    assert not Opening.objects.exists()


def test_it_shows_facts_rule_and_evidence_and_records_that(
    client: Client, declarant: Professional, employer_reviewer: User, django_assert_max_num_queries: object
) -> None:
    declaration = submitted(declarant, files=2)
    submitted(declarant, title=declaration.title, now=MONDAY - timedelta(days=3))
    client.force_login(employer_reviewer)
    with django_assert_max_num_queries(34):
        page = client.get(page_of(declaration))
    text = page.content.decode()
    for word in (declaration.title, "申报教师", "河南省教育厅", "24 学时", "结业证书", "培训照片1", "此人相近的申报"):
        assert word in text
    assert "通过前还要查看 2 项" in text
    assert "通过，交开封市教育体育局复审" in text
    opening = Opening.objects.get()
    assert (opening.reviewer, opening.version, opening.file_digest, opening.times) == (employer_reviewer, 1, "", 1)
    client.get(page_of(declaration))
    assert Opening.objects.get().times == 2


def test_too_full_a_day_is_shown_to_reviewers_whether_the_rest_counts_or_waits(
    client: Client, declarant: Professional, employer_reviewer: User, authority_reviewer: User
) -> None:
    """Nothing is refused: two people look and may know why (decision 7)."""
    make.rule_set()
    first = submitted(declarant, title="新课标教学研修班")
    second = submitted(declarant, title="信息技术应用培训")
    client.force_login(employer_reviewer)
    warning = "（24 学时），合计最多一天 16 学时，超过每人每天 12 学时"
    assert f"同一天还有“信息技术应用培训”{warning}" in client.get(page_of(first)).content.decode()
    approved(first, employer_reviewer, authority_reviewer)
    assert f"同一天还有“新课标教学研修班”{warning}" in client.get(page_of(second)).content.decode()
    other = submitted(declarant, title="别的日子", started_on=date(2026, 10, 19), ended_on=date(2026, 10, 21))
    assert "同一天还有" not in client.get(page_of(other)).content.decode()
    assert approved(second, employer_reviewer, authority_reviewer).state == "approved"


def test_evidence_is_served_and_that_is_recorded(
    client: Client, declarant: Professional, employer_reviewer: User
) -> None:
    declaration = submitted(declarant, files=0)
    kept_file(declaration)
    client.force_login(employer_reviewer)
    for address in (page_of(declaration), file_of(declaration)):
        assert b"".join(client.head(address)) == b""
    assert not Opening.objects.exists()
    client.get(page_of(declaration))
    answer = client.get(file_of(declaration))
    assert answer.status_code == 200
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert b"".join(answer.streaming_content).startswith(b"\x89PNG")
    left = client.get(reverse("reviews:not_opened", args=[declaration.ref]))
    assert "全部材料您都已查看" in left.content.decode()


def test_a_file_of_another_declaration_is_not_found_here(
    client: Client, declarant: Professional, employer_reviewer: User
) -> None:
    mine, other = submitted(declarant), draft(declarant)
    evidence = files_of(other).get()
    client.force_login(employer_reviewer)
    assert client.get(reverse("reviews:evidence_file", args=[mine.ref, evidence.ref])).status_code == 404
    assert client.get(page_of(other)).status_code == 404


def test_who_decided_may_read_it_again_until_it_is_changed(
    client: Client, declarant: Professional, employer_reviewer: User
) -> None:
    declaration = turned_down(submitted(declarant), employer_reviewer)
    client.force_login(employer_reviewer)
    text = client.get(page_of(declaration)).content.decode()
    assert "您已审核过这一项" in text
    assert "您的决定" not in text
    Declaration.objects.filter(pk=declaration.pk).update(version=2)
    assert client.get(page_of(declaration)).status_code == 409
    resubmitted(declaration)
    assert client.get(page_of(declaration)).status_code == 200


def test_a_colleague_is_told_who_was_first(
    client: Client, declarant: Professional, employer_reviewer: User, stranger: User, colleague: User
) -> None:
    declaration = approved(submitted(declarant), employer_reviewer)
    client.force_login(colleague)
    page = client.get(page_of(declaration))
    assert page.status_code == 409
    assert "单位审核员已于" in page.content.decode()
    client.force_login(stranger)
    assert client.get(page_of(declaration)).status_code == 404


def test_what_i_decided_is_listed(
    client: Client,
    declarant: Professional,
    employer_reviewer: User,
    stranger: User,
    django_assert_max_num_queries: object,
) -> None:
    done = reverse("reviews:done")
    assert client.get(done).status_code == 302
    client.force_login(declarant.user)
    assert client.get(done).status_code == 403
    client.force_login(stranger)
    assert "您还没有审核过学时" in client.get(done).content.decode()
    for _ in range(3):
        approved(submitted(declarant), employer_reviewer)
    turned_down(submitted(declarant), employer_reviewer)
    client.force_login(employer_reviewer)
    with django_assert_max_num_queries(9):
        page = client.get(done)
    assert [d.move for d in page.context["page"].items] == ["return", "approve", "approve", "approve"]
