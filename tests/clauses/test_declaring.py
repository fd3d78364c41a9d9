"""What the documents say about declaring, as a person meets it: on the page and in the service alike."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.enums import Duty
from accounts.models import Organization, Professional, User
from ceportal.kernel.rules.refusal import Refused
from credits.enums import DeclarationState
from credits.models import Declaration, HourEntry, YearAccount
from credits.rules.typed import reasons_not_to_read_hours
from credits.selectors.declarations import elapsed_days, limits_of
from credits.services.declaring import save_draft, start_declaration, submit_declaration
from credits.services.ruling import approve, pass_on, reject, send_back
from tests import factories as people
from tests.credits import drafts
from tests.credits import factories as make
from tests.credits.factories import NOW, SHANGHAI

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _henan_2026() -> None:
    make.rule_set()


def refused(declaration: Declaration, now: datetime = NOW) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as caught:
        submit_declaration(declaration, by=declaration.declarant, now=now)
    assert Declaration.objects.get(pk=declaration.pk).round == 0
    return [(reason.code, reason.clause) for reason in caught.value.reasons]


def dated(person: Professional, start: date, end: date, **changes: Any) -> Declaration:
    return drafts.draft(person, started_on=start, ended_on=end, **changes)


@pytest.mark.clause("S0-12", "A9")
def test_hours_are_declared_in_the_year_of_the_study(declarant: Professional) -> None:
    made = dated(declarant, date(2026, 12, 30), date(2026, 12, 31), hours_claimed=Decimal(16))
    last_second = datetime(2026, 12, 31, 23, 59, 59, tzinfo=SHANGHAI)
    assert submit_declaration(made, by=declarant.user, now=last_second).year == 2026


@pytest.mark.clause("S0-14", "A8")
def test_former_years_are_not_declared_any_more(declarant: Professional) -> None:
    make.rule_set("henan-2025", year_from=2025, figures=make.HENAN_2026 | {"back_years": "exception"}, clause="S0-14",
                  year_to=2025)  # fmt: skip
    made = dated(declarant, date(2025, 12, 29), date(2025, 12, 31))
    assert refused(made) == [("year_closed", "S0-14")]


@pytest.mark.clause("S2-08", "A20")
def test_in_kaifeng_there_is_no_way_back_at_all(declarant: Professional) -> None:
    make.rule_set("kaifeng-2021", area_code="410200", year_from=2021, year_to=2021, clause="S2-08",
                  figures=make.HENAN_2026 | {"back_years": "closed"})  # fmt: skip
    made = dated(declarant, date(2021, 5, 10), date(2021, 5, 12))
    assert refused(made) == [("year_closed", "S2-08")]
    limits = limits_of(declarant, 2021, today=date(2021, 11, 20))
    assert limits
    assert not limits.has_exception


@pytest.mark.clause("S2-13", "S2-05")
@pytest.mark.parametrize("result", [None, False])
def test_only_what_was_passed_counts(declarant: Professional, result: bool | None) -> None:
    codes = refused(drafts.draft(declarant, was_passed=result))
    assert codes in ([("no_result", "S2-13")], [("not_passed", "S2-13")])


@pytest.mark.clause("S2-13")
def test_what_is_not_over_cannot_have_been_passed(declarant: Professional) -> None:
    assert refused(dated(declarant, date(2026, 11, 20), date(2026, 11, 21), hours_claimed=Decimal(8))) == [
        ("not_over", "S2-13")
    ]


@pytest.mark.clause("S4-10")
def test_the_deadline_of_the_document_holds(declarant: Professional) -> None:
    make.rule_set("earlier", area_code="410203", figures={"deadline": "11-19"}, clause="S4-10")
    assert refused(drafts.draft(declarant)) == [("deadline_passed", "S4-10")]


@pytest.mark.clause("S4-18")
def test_who_paid_is_always_told(declarant: Professional) -> None:
    assert refused(drafts.draft(declarant, payer="")) == [("no_payer", "S4-18")]


@pytest.mark.clause("S3-07")
def test_a_declaration_without_evidence_is_not_handed_in(declarant: Professional) -> None:
    assert refused(drafts.draft(declarant, files=0)) == [("no_evidence", "default")]


@pytest.mark.clause("S4-16")
def test_truth_is_promised(declarant: Professional) -> None:
    made = drafts.draft(declarant)
    with pytest.raises(Refused, match="承诺"):
        submit_declaration(made, by=declarant.user, now=NOW, is_promised=False)


@pytest.mark.clause("A7")
def test_a_training_over_new_year_belongs_to_the_year_it_ended(declarant: Professional) -> None:
    made = dated(declarant, date(2025, 12, 30), date(2026, 1, 3))
    assert submit_declaration(made, by=declarant.user, now=NOW).year == 2026
    with pytest.raises(IntegrityError), transaction.atomic():
        Declaration.objects.filter(pk=made.pk).update(year=2025)


@pytest.mark.clause("A5", "S4-17")
def test_declared_on_the_last_day_and_reviewed_in_january_it_counts_for_the_old_year(
    declarant: Professional, employer_reviewer: User, authority_reviewer: User
) -> None:
    make.rule_set("henan-2027", year_from=2027)
    made = submit_declaration(
        drafts.draft(declarant), by=declarant.user, now=datetime(2026, 12, 31, 20, tzinfo=SHANGHAI)
    )
    january = datetime(2027, 1, 6, 9, tzinfo=SHANGHAI)
    pass_on(made, version=made.version, hours=Decimal(24), by=employer_reviewer, now=january)
    approve(made, version=made.version, hours=Decimal(24), by=authority_reviewer, now=january)
    assert (HourEntry.objects.get().year, YearAccount.objects.get().year) == (2026, 2026)


@pytest.mark.clause("A6")
def test_returned_over_new_year_it_is_late(declarant: Professional, employer_reviewer: User) -> None:
    made = drafts.handed_in(declarant)
    send_back(made, version=made.version, by=employer_reviewer, now=NOW, reason="补材料")
    with pytest.raises(Refused) as caught:
        submit_declaration(made, by=declarant.user, now=datetime(2027, 1, 4, tzinfo=SHANGHAI))
    assert [reason.code for reason in caught.value.reasons] == ["year_closed"]


@pytest.mark.clause("A16")
def test_hours_are_in_steps_of_a_half(declarant: Professional) -> None:
    assert reasons_not_to_read_hours("8.5") == []
    assert [reason.clause for reason in reasons_not_to_read_hours("8.3")] == ["A16"]
    made = drafts.draft(declarant)
    with pytest.raises(Refused):
        save_draft(made, changes={"hours_claimed": Decimal("8.3")}, by=declarant.user, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Declaration.objects.filter(pk=made.pk).update(hours_claimed=Decimal("8.3"))


@pytest.mark.clause("A17")
def test_an_attended_day_gives_at_most_eight_hours(declarant: Professional) -> None:
    assert refused(drafts.draft(declarant, hours_claimed=Decimal("24.5"))) == [("over_ceiling", "A17")]
    make.rule_set("six-a-day", area_code="410203", figures={"ceiling_per_day": "6"}, clause="某文件")
    again = drafts.draft(declarant, title="按六学时计的地方", hours_claimed=Decimal("18.5"))
    assert refused(again) == [("over_ceiling", "某文件")]


@pytest.mark.clause("A24")
def test_nobody_is_asked_about_themself(declarant: Professional, employer: Organization) -> None:
    people.give(declarant.user, employer, Duty.REVIEW_HOURS)
    made = drafts.handed_in(declarant)
    assert made.waiting_on == employer.supervisor
    with pytest.raises(Refused, match="自己"):
        approve(made, version=made.version, hours=Decimal(24), by=declarant.user, now=NOW)


@pytest.mark.clause("A25")
def test_what_was_rejected_is_kept_and_a_new_one_leads_back_to_it(
    declarant: Professional, employer_reviewer: User
) -> None:
    old = drafts.handed_in(declarant)
    reject(old, version=old.version, by=employer_reviewer, now=NOW, reason="材料不实")
    new = start_declaration(professional=declarant, by=declarant.user, now=NOW, previous=old)
    later = NOW + timedelta(days=10)
    submit_declaration(new, by=declarant.user, now=later)
    assert new.previous == old
    assert new.waiting_since == later
    assert Declaration.objects.get(pk=old.pk).state == DeclarationState.REJECTED


@pytest.mark.clause("A3", "S0-20")
def test_the_days_since_it_was_first_handed_in_are_counted_over_all_rounds(
    declarant: Professional, employer_reviewer: User
) -> None:
    made = drafts.handed_in(declarant)
    send_back(made, version=made.version, by=employer_reviewer, now=NOW, reason="补材料")
    submit_declaration(made, by=declarant.user, now=NOW + timedelta(days=4))
    assert elapsed_days(made, NOW + timedelta(days=7)) == 5


@pytest.mark.clause("A29")
def test_one_training_is_declared_once(declarant: Professional) -> None:
    drafts.handed_in(declarant)
    assert refused(drafts.draft(declarant, title="中学数学骨干教师  研修班")) == [("declared_before", "A29")]
