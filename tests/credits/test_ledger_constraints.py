"""Each constraint of the regulation and the ledger, broken by name."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Professional
from credits.enums import ClaimState, EntryKind
from credits.models import ChangedAccount, Claim, ClosedMonth, HandledChange, HourEntry, RuleSet, RuleValue, YearAccount
from tests.credits import factories as make
from tests.credits.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(declarant: Professional) -> HourEntry:
    make.rule_set()
    return make.credit(declarant)


def breaks(name: str):
    """The constraint's name on PostgreSQL; SQLite names the columns of a unique one."""
    return pytest.raises(IntegrityError, match=name)


def change(row, **columns) -> None:
    with transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(**columns)


@pytest.mark.parametrize("hours", ["0.7", "8.3"])
def test_claims_are_in_steps_of_a_half(entry: HourEntry, hours: str) -> None:
    with breaks("claims_are_in_steps_of_a_half"):
        change(entry.claim, hours=Decimal(hours))


def test_claims_are_never_negative(entry: HourEntry) -> None:
    with breaks("claims_are_in_steps_of_a_half"):
        change(entry.claim, hours=Decimal(-1))


@pytest.mark.clause("A7")
def test_a_claim_counts_in_the_year_it_ended(entry: HourEntry) -> None:
    with breaks("a_claim_counts_in_the_year_it_ended"):
        change(entry.claim, year=2025)


def test_entries_are_in_steps_of_a_half(entry: HourEntry) -> None:
    with breaks("entries_are_in_steps_of_a_half"):
        change(entry, hours=Decimal("0.7"))


@pytest.mark.parametrize(
    ("kind", "hours"),
    [
        (EntryKind.CREDIT, -1),
        (EntryKind.RELEASE, -1),
        (EntryKind.REVERSAL, 1),
        (EntryKind.HOLD, 1),
        (EntryKind.CREDIT, 0),
    ],
)
def test_credits_add_and_reversals_take_away(entry: HourEntry, kind: EntryKind, hours: int) -> None:
    with breaks("credits_add_and_reversals_take_away"):
        change(entry, kind=kind, hours=hours, reason="某个原因")


def test_no_silent_reversal(entry: HourEntry) -> None:
    with breaks("no_silent_reversal"):
        change(entry, kind=EntryKind.REVERSAL, hours=-8, reason="")


@pytest.mark.parametrize("column", ["public", "public_compulsory", "professional_hours", "held"])
def test_an_account_is_never_negative(entry: HourEntry, column: str) -> None:
    with breaks("an_account_is_never_negative"):
        change(YearAccount.objects.get(), **{column: -1})


@pytest.mark.clause("A28")
def test_compulsory_is_part_of_public(entry: HourEntry) -> None:
    with breaks("compulsory_is_part_of_public"):
        change(YearAccount.objects.get(), public=1, public_compulsory=2)


@pytest.mark.parametrize("columns", [{"is_met": True, "met_at": None}, {"is_met": False, "met_at": NOW}])
def test_a_met_year_says_since_when(entry: HourEntry, columns: dict) -> None:
    with breaks("a_met_year_says_since_when"):
        change(YearAccount.objects.get(), **columns)


def copied(row):
    row.pk, row.ref = None, type(row)._meta.get_field("ref").get_default()
    row._state.adding = True
    return row


def test_a_source_names_a_thing_once(entry: HourEntry) -> None:
    again = copied(entry.claim)
    again.state, again.activity_key = ClaimState.WITHDRAWN, "other"
    with breaks("a_source_names_a_thing_once|source.*external_id"), transaction.atomic():
        again.save()


@pytest.mark.clause("A13")
def test_a_training_counts_once_a_person_and_year(entry: HourEntry) -> None:
    again = copied(entry.claim)
    again.external_id = "other"
    with breaks("a_training_counts_once_a_person_and_year|activity_key"), transaction.atomic():
        again.save()


def test_a_training_taken_back_may_stand_beside_a_live_one(entry: HourEntry) -> None:
    again = copied(entry.claim)
    again.external_id, again.state = "other", ClaimState.WITHDRAWN
    again.save()
    assert Claim.objects.count() == 2


def test_one_account_a_person_and_year(entry: HourEntry) -> None:
    again = copied(YearAccount.objects.get())
    with breaks("one_account_a_person_and_year|year.*professional"), transaction.atomic():
        again.save()


def test_one_word_an_account_and_one_mark_a_change(entry: HourEntry) -> None:
    account = YearAccount.objects.get()
    with breaks("account_id"), transaction.atomic():
        ChangedAccount.objects.create(account=account, version=9, changed_at=NOW)
    assert HandledChange._meta.get_field("change").unique


def test_a_month_is_closed_once(entry: HourEntry) -> None:
    columns = {"area_id": "410200", "month": date(2026, 10, 1), "reference": "备案", "closed_at": NOW}
    ClosedMonth.objects.create(**columns)
    with breaks("a_month_is_closed_once|area_id.*month"), transaction.atomic():
        ClosedMonth.objects.create(**columns)


def test_a_rule_set_ends_after_it_began() -> None:
    with breaks("a_rule_set_ends_after_it_began"), transaction.atomic():
        make.rule_set(year_from=2026, year_to=2025)


def test_a_rule_set_says_a_thing_once() -> None:
    made = make.rule_set()
    with breaks("a_rule_set_says_a_thing_once|rule_set_id.*field"), transaction.atomic():
        made.values.create(field="total", value="80", clause="S4-02", status="verified")
    assert RuleSet.objects.count() == 1


def test_a_rule_names_its_clause() -> None:
    made = make.rule_set()
    with breaks("a_rule_names_its_clause"), transaction.atomic():
        RuleValue.objects.create(rule_set=made, field="minutes", value="45", clause="", status="verified")
