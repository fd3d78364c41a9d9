"""What a decision costs in queries: as much with fifty files as with one."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.enums import Duty
from accounts.models import Organization, Professional, User
from credits.models import Declaration
from reviews.services.decisions import decide
from tests import factories as town
from tests.credits import factories as make
from tests.reviews.factories import MONDAY, open_all, submitted

pytestmark = pytest.mark.django_db
MOST = 10


def spent(act: Callable[[], object]) -> list[str]:
    """The statements, without those that only frame them."""
    with CaptureQueriesContext(connection) as asked:
        act()
    return [each["sql"] for each in asked if "SAVEPOINT" not in each["sql"]]


def cost(declaration: Declaration, reviewer: User, **given: object) -> int:
    """Of a decision on what was opened a moment ago, so that the rules are asked how long it has to be looked at."""
    open_all(declaration, reviewer, now=MONDAY + timedelta(minutes=59))
    verdict = {"move": "approve", "hours": Decimal("24.0")} | given
    queries = spent(lambda: decide(declaration, version=1, by=reviewer, now=MONDAY, **verdict))  # type: ignore[arg-type]
    declaration.refresh_from_db()
    return len(queries)


def test_a_decision_costs_no_more_for_many_files(
    declarant: Professional, employer_reviewer: User, authority_reviewer: User
) -> None:
    """The first hours of a year, those after them, and those by which it is met; at the employer's stage too."""
    make.rule_set()
    for files in (1, 10, 1, 1):
        declaration = submitted(declarant, files=files)
        assert cost(declaration, employer_reviewer) <= MOST
        assert cost(declaration, authority_reviewer) <= MOST


def test_nor_of_an_accountant_where_nobody_reviews_at_finance(
    lone_employer: Organization, lone_reviewer: User, county_bureau: Organization, county_officer: User
) -> None:
    """A unit without an authority: who comes second is one question, whichever of the three it is (A30)."""
    make.rule_set()
    make.rule_set("henan-accounting", trade="会计", figures={"total": "90", "unit": "学分"})
    series = town.title_series("17", "会计人员")
    finance = town.authority("开封市财政局", "410200", series)
    accountant = town.professional("单位会计", works_at=lone_employer, title_series=series)
    first = submitted(accountant)
    assert cost(first, lone_reviewer) <= MOST
    assert first.waiting_on == county_bureau
    assert cost(first, county_officer) <= MOST
    town.give(town.user("财政局干事"), finance, Duty.REVIEW_HOURS)
    second = submitted(accountant)
    assert cost(second, lone_reviewer) <= MOST
    assert second.waiting_on == finance


def test_nor_where_a_bureau_decides_or_it_is_turned_down(
    lone_declarant: Professional, lone_reviewer: User, county_officer: User
) -> None:
    make.rule_set()
    declaration = submitted(lone_declarant)
    assert cost(declaration, lone_reviewer) <= MOST
    why = {"reason_code": "evidence_missing", "reason": "缺少结业证书"}
    assert cost(declaration, county_officer, hours=Decimal(20), **why) <= MOST
    turned = {"move": "return", "hours": None} | why
    assert cost(submitted(lone_declarant), lone_reviewer, **turned) <= MOST
