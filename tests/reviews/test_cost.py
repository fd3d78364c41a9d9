"""What a decision costs in queries: as much with fifty files as with one."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Professional, User
from reviews.services.decisions import decide
from tests.credits import factories as make
from tests.reviews.factories import MONDAY, open_all, submitted

pytestmark = pytest.mark.django_db
# The employer's decision, and the authority's, which also enters the hours and judges the year. The aim is ten.
MOST = (16, 24)


def test_a_decision_costs_no_more_for_many_files(
    declarant: Professional, employer_reviewer: User, authority_reviewer: User
) -> None:
    make.rule_set()
    for files in (1, 50):
        declaration = submitted(declarant, files=files)
        for reviewer, most in zip((employer_reviewer, authority_reviewer), MOST, strict=True):
            open_all(declaration, reviewer)
            with CaptureQueriesContext(connection) as asked:
                decide(declaration, version=1, move="approve", hours=Decimal("24.0"), by=reviewer, now=MONDAY)
            spent = [each["sql"] for each in asked if "SAVEPOINT" not in each["sql"]]
            assert len(spent) <= most, (files, len(spent))
            declaration.refresh_from_db()
