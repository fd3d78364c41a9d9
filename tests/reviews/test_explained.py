"""Why fewer hours than declared were recognised: in the words of those who reviewed, on the page and as JSON."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Professional, User
from reviews.enums import ReasonCode
from reviews.services.decisions import decide
from tests.credits import factories as make
from tests.reviews.factories import MONDAY, open_all, resubmitted, submitted, turned_down

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _monday(declarant: Professional) -> Iterator[None]:
    make.rule_set()
    with time_machine.travel(MONDAY + timedelta(hours=1), tick=True):
        yield


def test_the_reviewers_words_stand_with_the_entry(
    client: Client, declarant: Professional, employer_reviewer: User, authority_reviewer: User
) -> None:
    """Those of the round in which it was approved: what the employer said before it was returned is gone."""
    declaration = submitted(declarant)
    rounds = [
        (employer_reviewer, "20", "按初稿"),
        (employer_reviewer, "16", "按刊物级别"),
        (authority_reviewer, "12", "第二作者减半"),
    ]
    for number, (reviewer, hours, reason) in enumerate(rounds):
        if number == 1:
            turned_down(declaration, authority_reviewer)
            resubmitted(declaration)
        open_all(declaration, reviewer)
        decide(
            declaration, version=declaration.version, move="approve", hours=Decimal(hours),
            reason_code=ReasonCode.HOURS_TOO_MANY, reason=reason, by=reviewer, now=MONDAY,
        )  # fmt: skip
        declaration.refresh_from_db()
    client.force_login(declarant.user)
    entry = client.get("/api/v1/explanations/2026").json()["entries"][0]
    words = [reason["message"] for reason in entry["reasons"]]
    assert (entry["fate"], len(words)) == ("reduced", 3)
    assert words[0] == "申报 24 学时，审核认定 12 学时"
    assert words[1].startswith(f"{declaration.organization}的认定理由：")
    assert words[1].endswith("按刊物级别")
    assert words[2].endswith("第二作者减半")
    page = client.get(reverse("credits:why", args=[2026])).content.decode()
    assert all(each in page for each in words)
    assert "按初稿" not in page
