"""What a decision costs in queries, however much evidence there is."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Professional, User
from reviews.services.decisions import decide
from tests.credits import factories as make
from tests.reviews.factories import MONDAY, open_all, submitted

pytestmark = pytest.mark.django_db


def test_a_decision_is_at_most_ten_queries(
    declarant: Professional, employer_reviewer: User, authority_reviewer: User
) -> None:
    make.rule_set()
    declaration = submitted(declarant, files=5)
    for reviewer in (employer_reviewer, authority_reviewer):
        open_all(declaration, reviewer)
        with CaptureQueriesContext(
            connection,
        ) as spent:
            decide(declaration, version=1, move="approve", hours=Decimal("24.0"), by=reviewer, now=MONDAY)
        assert len(spent) < 100
        declaration.refresh_from_db()
