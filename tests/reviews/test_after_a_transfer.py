"""Hours follow the person; the unit that was left reads what was before and nothing that came after (A23)."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Employment, Organization, Professional, User
from ceportal.kernel.rules.refusal import Refused
from credits.models import YearAccount
from credits.services.declaring import withdraw_declaration
from credits.services.person_changes import handle_person_changes
from tests.accounts.moving import taken, transfer
from tests.credits import factories as make_credits
from tests.credits.drafts import text_of
from tests.reviews import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.clause("A23")]
PEOPLE = reverse("credits:people_hours")


def hours_of(client: Client, person: Professional, year: int) -> str:
    return text_of(client.get(reverse("credits:person_hours", args=[person.ref]), {"year": str(year)}))


@time_machine.travel(make_credits.NOW, tick=False)
def test_both_units_after_a_transfer(
    declarant: Professional, employer: Organization, employer_reviewer: User, authority_reviewer: User,
    other_employer: Organization, stranger: User, client: Client,
) -> None:  # fmt: skip
    make_credits.rule_set(year_from=2016)
    now, old, new = timezone.now(), Client(), client
    old.force_login(employer_reviewer)
    new.force_login(stranger)
    decided = make.approved(make.submitted(declarant, title="调走以前的培训"), employer_reviewer, authority_reviewer)
    year = decided.year or 0
    assert "调走以前的培训" in hours_of(old, declarant, year)
    page = reverse("reviews:review", args=[decided.ref])
    assert "年度已计入" in text_of(old.get(page))
    waiting = make.submitted(declarant, title="还没审的培训", started_on=date(year, 2, 2), ended_on=date(year, 2, 3))
    with pytest.raises(Refused, match="还没审的培训"):
        transfer(declarant, other_employer)
    withdraw_declaration(waiting, by=declarant.user, now=now)
    assert new.get(reverse("credits:person_hours", args=[declarant.ref])).status_code == 404
    taken(transfer(declarant, other_employer), stranger)
    handle_person_changes(now=now)
    make_credits.credit(
        declarant, "8", title="调走以后的培训", started_on=date(year, 1, 5), ended_on=date(year, 1, 6), now=now
    )
    account = YearAccount.objects.get(year=year)
    assert (account.professional_hours, account.organization) == (Decimal("32.0"), other_employer)
    seen_by_the_new = hours_of(new, declarant, year)
    assert "调走以前的培训" in seen_by_the_new
    assert "调走以后的培训" in seen_by_the_new
    assert "合计多少" in seen_by_the_new
    seen_by_the_old = hours_of(old, declarant, year)
    assert "调走以前的培训" in seen_by_the_old
    for hidden in ("调走以后的培训", "合计多少", other_employer.name):
        assert hidden not in seen_by_the_old
    assert declarant.name not in text_of(old.get(PEOPLE))
    assert declarant.name in text_of(old.get(PEOPLE, {"view": "former", "name": declarant.name[:2]}))
    read_again = text_of(old.get(page))
    assert "调走以前的培训" in read_again
    assert "年度已计入" not in read_again


@time_machine.travel(make_credits.NOW, tick=False)
def test_a_second_employer_reads_what_was_credited_with_it(
    declarant: Professional, other_employer: Organization, stranger: User, client: Client
) -> None:
    Employment.objects.create(
        professional=declarant, organization=other_employer, is_principal=False, started_on=date(2020, 1, 6)
    )
    make_credits.credit(declarant, "8", title="主要单位的培训")
    client.force_login(stranger)
    assert declarant.name in text_of(client.get(PEOPLE))
    assert "主要单位的培训" not in hours_of(client, declarant, 2026)
