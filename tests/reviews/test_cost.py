"""What a decision costs in queries: as much with fifty files as with one."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Professional, User
from credits.models import Declaration
from reviews.services.decisions import decide
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
