"""Who owes less, or nothing, and who need not ask for it (A18, A30; S0-21, S1-03): by the pages people use."""

from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Professional, User
from credits.models import ObligationRequest, OutsideHours, YearAccount
from credits.selectors.bench import requirements_of
from tests import factories as make
from tests.credits import factories as hours
from tests.credits.asking import EASING_TYPED, OUTSIDE_TYPED
from tests.credits.drafts import photo, text_of
from tests.credits.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(regulation: None) -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def signed_in(user: User) -> Client:
    page = Client()
    page.force_login(user)
    return page


def decide(page: Client, name: str, asked: Any, **sent: str) -> None:
    answer = page.post(reverse(f"credits:{name}", args=[asked.ref]), {"move": "approve", "round": "1", **sent})
    assert answer.status_code == 302, text_of(answer)


@pytest.mark.clause("A18")
def test_asked_with_reason_and_document_and_approved_by_the_bureau_the_year_asks_nothing(
    declarant: Professional, granter: User
) -> None:
    hours.credit(declarant, "8")
    page = signed_in(declarant.user)
    assert "还差 82" in text_of(page.get(reverse("office:my_year")))
    page.post(reverse("credits:new_exemption"), EASING_TYPED | {"document": photo()})
    asked = ObligationRequest.objects.get()
    decide(signed_in(granter), "decide_exemption", asked, reason="同意", document_no="顺人社函〔2026〕7号")
    shown = text_of(page.get(reverse("office:my_year")))
    for words in ("2026 年度不要求您完成学时", "顺人社函〔2026〕7号", "不算未达标", "仍可以继续申报"):
        assert words in shown, words
    account = YearAccount.objects.get()
    assert (account.is_met, account.obligation) == (False, "exempt")


@pytest.mark.clause("A18", "A24")
def test_the_unit_may_ask_for_its_people_and_nobody_decides_their_own(
    declarant: Professional, employer_reviewer: User, granter: User
) -> None:
    form = reverse("credits:new_exemption_for", args=[declarant.ref])
    signed_in(employer_reviewer).post(form, EASING_TYPED | {"document": photo()})
    asked = ObligationRequest.objects.get()
    act = reverse("credits:decide_exemption", args=[asked.ref])
    sent = {"move": "approve", "round": "1", "reason": "同意", "document_no": "顺人社函〔2026〕7号"}
    for own in (employer_reviewer, declarant.user):
        assert signed_in(own).post(act, sent).status_code == 403
    asked.refresh_from_db()
    assert asked.state == "waiting"
    assert "您的决定" not in text_of(signed_in(declarant.user).get(reverse("credits:exemption", args=[asked.ref])))


@pytest.mark.clause("A18")
def test_a_new_entrant_owes_the_year_and_is_told_so_where_one_asks(
    employer_reviewer: User, granter: User, declarant: Professional
) -> None:
    fresh = make.professional("新入职教师", works_at=declarant.employments.get().organization, since=date(2026, 11, 2))
    found = requirements_of(fresh, 2026, today=NOW.date())
    assert found
    assert found.is_obliged
    assert "没有自动免修" in text_of(signed_in(fresh.user).get(reverse("credits:new_exemption")))


@pytest.mark.clause("A30")
def test_an_accountant_of_this_year_begins_next_year_without_asking(declarant: Professional) -> None:
    accountant = make.professional(
        "新会计", works_at=declarant.employments.get().organization, title_series=make.title_series("08", "会计人员"),
        title_since=date(2026, 5, 20),
    )  # fmt: skip
    found = requirements_of(accountant, 2026, today=NOW.date())
    assert found
    assert not found.is_obliged
    assert "自 2027 年度开始参加" in text_of(signed_in(accountant.user).get(reverse("office:my_year")))
    assert "从取得职称的下一年开始" in text_of(signed_in(accountant.user).get(reverse("credits:new_exemption")))


@pytest.mark.clause("S0-13", "S4-12", "A8")
def test_hours_of_another_province_count_in_their_own_year_alone(
    declarant: Professional, employer_reviewer: User, granter: User
) -> None:
    page = signed_in(declarant.user)
    old = OUTSIDE_TYPED | {"started_on": "2025-03-02", "ended_on": "2025-06-30", "document": photo()}
    late = page.post(reverse("credits:new_outside_hours"), old)
    assert late.status_code == 422
    assert "2025 年度的申报已于" in text_of(late)
    page.post(reverse("credits:new_outside_hours"), OUTSIDE_TYPED | {"document": photo()})
    claimed = OutsideHours.objects.get()
    decide(signed_in(employer_reviewer), "decide_outside_hours", claimed, reason="属实")
    decide(signed_in(granter), "decide_outside_hours", claimed, reason="同意", public="18", professional="20.5")
    account = YearAccount.objects.get()
    assert (account.year, account.public, str(account.professional_hours)) == (2026, 18, "20.5")
