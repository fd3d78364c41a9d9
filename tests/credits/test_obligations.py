"""What a bureau granted about a person's duty to learn changes what their years ask, at once and in every account."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Organization, Professional, User
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.rules.refusal import MovedOn, Refused
from credits.enums import ObligationKind, Subject
from credits.models import ChangedAccount, Obligation, YearAccount
from credits.rules.obligation import Grant
from credits.selectors.bench import Bench, requirements_of
from credits.selectors.reconciliation import mismatches
from credits.selectors.regulation import rule_book
from credits.services.account_sets import lock_accounts
from credits.services.obligations import end, grant
from tests import factories as people
from tests.credits import factories as make
from tests.credits.factories import NOW, SHANGHAI

pytestmark = pytest.mark.django_db

HALF_A_YEAR = {"total": Decimal(45), "public": Decimal(15), "professional": Decimal(30)}


@pytest.fixture(autouse=True)
def _rules(henan_2026: object) -> None:
    """What the year asks: 90 = 30 + 60."""


@pytest.fixture
def officer(city_bureau: Organization) -> User:
    return people.user("人社干部")


def wanted(kind: ObligationKind = ObligationKind.EXEMPT, **changes: object) -> Grant:
    values = {
        "year_from": 2026,
        "year_to": 2026,
        "reason": "经批准脱产学习一年",
        "clause": "A18",
        "document": "汴人社函〔2026〕31号",
    }
    return Grant(kind=kind, **(values | changes))


def reduced(**changes: object) -> Grant:
    return wanted(ObligationKind.REDUCED, **({"less": HALF_A_YEAR, "reason": "产假半年"} | changes))


@pytest.mark.clause("A18")
def test_a_reduction_lowers_each_threshold_on_its_own_ground_and_the_year_is_met(
    declarant: Professional, city_bureau: Organization, officer: User
) -> None:
    make.credit(declarant, "30")
    make.credit(declarant, "15", subject=Subject.PUBLIC)
    grant(declarant, reduced(), at=city_bureau, by=officer, now=NOW)
    account = YearAccount.objects.get()
    assert (account.is_met, account.obligation, account.version) == (True, "reduced", 3)
    assert ChangedAccount.objects.get().version == 3
    asked = requirements_of(declarant, 2026, today=NOW.date())
    assert (asked.total.value, asked.public.value, asked.professional.value) == (45, 15, 30)
    assert {asked.total.clause, asked.total.document} == {"A18", "汴人社函〔2026〕31号"}
    assert (asked.is_obliged, asked.ground.words) == (True, "产假半年")


@pytest.mark.clause("A18")
def test_an_exempt_person_has_not_failed_the_year_and_may_meet_it_all_the_same(
    declarant: Professional, city_bureau: Organization, officer: User
) -> None:
    make.credit(declarant, "60")
    grant(declarant, wanted(), at=city_bureau, by=officer, now=NOW)
    account = YearAccount.objects.get()
    assert (account.is_met, account.obligation) == (False, "exempt")
    assert not requirements_of(declarant, 2026, today=NOW.date()).is_obliged
    make.credit(declarant, "30", subject=Subject.PUBLIC)
    assert YearAccount.objects.get().is_met


@pytest.mark.clause("S3-01")
def test_who_is_looked_after_elsewhere_is_not_judged_here(
    declarant: Professional, city_bureau: Organization, officer: User
) -> None:
    make.credit(declarant, "60")
    make.credit(declarant, "30", subject=Subject.PUBLIC)
    assert YearAccount.objects.get().is_met
    grant(declarant, wanted(ObligationKind.ELSEWHERE, year_to=None), at=city_bureau, by=officer, now=NOW)
    assert not YearAccount.objects.get().is_met


def test_ended_from_the_first_year_on_it_never_was_and_the_account_says_so(
    declarant: Professional, city_bureau: Organization, officer: User
) -> None:
    make.credit(declarant, "30")
    make.credit(declarant, "15", subject=Subject.PUBLIC)
    made = grant(declarant, reduced(), at=city_bureau, by=officer, now=NOW)
    end(made, last_year=2025, reason="材料有误", by=officer, now=NOW)
    assert not YearAccount.objects.get().is_met
    assert requirements_of(declarant, 2026, today=NOW.date()).ground is None
    trail = AuditEvent.objects.filter(subject_ref=made.ref).order_by("pk")
    assert [event.action for event in trail] == ["obligation.grant", "obligation.end"]
    with pytest.raises(MovedOn):
        end(made, last_year=2025, reason="再次终止", by=officer, now=NOW)
    grant(declarant, wanted(), at=city_bureau, by=officer, now=NOW)


@pytest.mark.parametrize(("last_year", "reason", "field"), [
    (2024, "有误", "last_year"), (2027, "有误", "last_year"), (2025, " ", "reason"), (2025, "有\x00误", "reason"),
])  # fmt: skip
def test_what_cannot_be_ended_so_stays(
    declarant: Professional, city_bureau: Organization, officer: User, last_year: int, reason: str, field: str
) -> None:
    made = grant(declarant, wanted(), at=city_bureau, by=officer, now=NOW)
    with pytest.raises(Refused) as refused:
        end(made, last_year=last_year, reason=reason, by=officer, now=NOW)
    assert [each.field for each in refused.value] == [field]
    made.refresh_from_db()
    assert made.ended_at is None


def test_care_elsewhere_ends_in_a_year_there_is(
    declarant: Professional, city_bureau: Organization, officer: User
) -> None:
    made = grant(declarant, wanted(ObligationKind.ELSEWHERE, year_to=None), at=city_bureau, by=officer, now=NOW)
    with pytest.raises(Refused):
        end(made, last_year=99999, reason="调回", by=officer, now=NOW)


def test_ended_after_some_years_it_holds_for_those(
    declarant: Professional, city_bureau: Organization, officer: User
) -> None:
    made = grant(declarant, wanted(year_to=2028), at=city_bureau, by=officer, now=NOW)
    end(made, last_year=2026, reason="提前返岗", by=officer, now=NOW)
    assert not requirements_of(declarant, 2026, today=NOW.date()).is_obliged
    assert requirements_of(declarant, 2027, today=NOW.date()).is_obliged


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        (wanted(year_from=0), "year_from", "year_from"),
        (wanted(year_to=None), "year_to", "year_to"),
        (wanted(year_to=2025), "year_to", "year_to"),
        (wanted(year_to=2031), "year_to", "year_to"),
        (wanted(reason=" "), "reason", "reason"),
        (wanted(clause=""), "clause", "clause"),
        (wanted(document="文" * 81), "document_no", "document_no"),
        (wanted(less=HALF_A_YEAR), "less", "less_total"),
        (reduced(less={}), "less", "less_total"),
        (reduced(year_from=2025), "no_rule", "year_to"),
        (reduced(less={"total": Decimal("1e9")}), "too_much", "less_total"),
        (wanted(ObligationKind.LEFT), "kind", "kind"),
        (wanted(reason="病\x00假"), "reason", "reason"),
        (wanted(document="文\u202e号"), "document_no", "document_no"),
        (reduced(less={"total": Decimal("0.3")}), "half_steps", "less_total"),
        (reduced(less={"total": Decimal(-1)}), "half_steps", "less_total"),
        (reduced(less={"total": Decimal(45)}), "parts", "less_total"),
        (reduced(less={"elective": Decimal(1)}), "too_much", "less_elective"),
        (reduced(less={"total": Decimal(90), "public": Decimal(30), "professional": Decimal(60)}), "all", "less_total"),
    ],
)  # fmt: skip
def test_what_cannot_be_granted_is_refused_beside_its_field(
    declarant: Professional, city_bureau: Organization, officer: User, given: Grant, code: str, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        grant(declarant, given, at=city_bureau, by=officer, now=NOW)
    assert (code, field) in {(reason.code, reason.field) for reason in refused.value}
    assert not Obligation.objects.exists()


@pytest.mark.clause("A24")
def test_two_facts_never_share_a_year_and_nobody_grants_their_own(
    declarant: Professional, city_bureau: Organization, officer: User
) -> None:
    grant(declarant, wanted(year_to=2028), at=city_bureau, by=officer, now=NOW)
    with pytest.raises(Refused) as refused:
        grant(declarant, reduced(year_from=2028, year_to=2028), at=city_bureau, by=officer, now=NOW)
    assert [reason.code for reason in refused.value] == ["overlap"]
    with pytest.raises(Refused) as refused:
        grant(declarant, wanted(year_from=2029, year_to=2029), at=city_bureau, by=declarant.user, now=NOW)
    assert [reason.code for reason in refused.value] == ["own"]


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("leaving_is_not_granted", {"kind": "left"}),
        ("an_easing_names_its_years", {"year_to": None}),
        ("an_easing_names_its_years", {"year_to": 2025}),
        ("only_a_reduction_takes_hours_off", {"less_total": 1}),
        ("only_a_reduction_takes_hours_off", {"kind": "reduced"}),
        ("reductions_are_in_steps_of_a_half", {"kind": "reduced", "less_total": "0.7"}),
        ("nothing_is_eased_without_reason_clause_and_document", {"document_no": ""}),
        ("an_ended_easing_says_since_when_by_whom_and_why", {"ended_at": NOW}),
    ],
)
def test_the_database_holds_what_the_rules_say(
    declarant: Professional, city_bureau: Organization, officer: User, name: str, changes: dict[str, object]
) -> None:
    made = grant(declarant, wanted(), at=city_bureau, by=officer, now=NOW)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Obligation.objects.filter(pk=made.pk).update(**changes)


def test_the_ledger_is_proved_with_what_was_granted(
    declarant: Professional, other_declarant: Professional, city_bureau: Organization, officer: User
) -> None:
    make.credit(declarant, "30")
    make.credit(declarant, "15", subject=Subject.PUBLIC)
    make.credit(other_declarant, "30")
    grant(declarant, reduced(), at=city_bureau, by=officer, now=NOW)
    assert not list(mismatches())
    YearAccount.objects.filter(professional=declarant).update(obligation="")
    assert [mismatch.code for mismatch in mismatches()] == ["rule_set_wrong"]


@pytest.mark.clause("A30", "A18")
def test_an_accountants_first_year_follows_the_one_of_the_title(accountant_rules: None, employer: Organization) -> None:
    person = people.professional(
        "会计", works_at=employer, title_series=people.title_series("07", "会计人员"), title_since=date(2026, 6, 1)
    )
    asked = requirements_of(person, 2026, today=NOW.date())
    assert (asked.is_obliged, asked.ground.kind, asked.ground.clause) == (False, "not_yet", "A30")
    assert requirements_of(person, 2027, today=NOW.date()).is_obliged
    teacher = people.professional("教师", works_at=employer, title_since=date(2026, 6, 1))
    assert requirements_of(teacher, 2026, today=NOW.date()).is_obliged, "a new entrant is not excused (A18)"


@pytest.fixture
def accountant_rules(db: None) -> None:
    make.rule_set("accounting", trade="会计", figures={"starts": "year_after_title"}, clause="A30")


@pytest.mark.clause("S3-01")
def test_who_left_owes_nothing_from_that_year_on(declarant: Professional) -> None:
    declarant.left_at = datetime(2026, 3, 1, tzinfo=SHANGHAI)
    declarant.save()
    assert requirements_of(declarant, 2026, today=NOW.date()).ground.kind == "left"


def test_a_set_of_people_is_judged_in_as_many_queries_as_one(employer: Organization) -> None:
    crowd = [people.professional(f"学员{number}", works_at=employer) for number in range(6)]

    def queries(some: list[Professional]) -> int:
        with (
            CaptureQueriesContext(
                connection,
            ) as asked,
            transaction.atomic(),
        ):
            lock_accounts({(2026, person.pk): person for person in some}, Bench(rule_book(), NOW))
        return len(asked)

    assert queries(crowd[:1]) == queries(crowd[1:])
