"""The ledger: credit once, reverse once, and the account of the year always the sum of its entries."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.models import Notice, Professional
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.rules.refusal import MovedOn, Refused
from credits.enums import ClaimState, Door, EntryKind, PublicKind, Subject
from credits.models import ChangedAccount, Claim, HourEntry, YearAccount
from credits.selectors.accounts import account_of, entries_of, standing_of, years_of
from credits.services.ledger import Origin, credit_claim, reverse_claim
from tests.credits import factories as make
from tests.credits.factories import NOW


@pytest.fixture(autouse=True)
def _henan_2026(db: None) -> None:
    make.rule_set()


def test_a_credit_makes_claim_entry_account_word_and_event(declarant: Professional) -> None:
    entry = make.credit(declarant, "8.5")
    account = YearAccount.objects.get()
    assert (entry.kind, entry.hours, entry.claim.state) == (EntryKind.CREDIT, Decimal("8.5"), ClaimState.LIVE)
    assert (account.year, account.professional_hours, account.public) == (2026, Decimal("8.5"), 0)
    assert (account.version, account.is_met, account.rule_set) == (1, False, "henan-2026")
    assert ChangedAccount.objects.get().version == 1
    event = AuditEvent.objects.get()
    assert (event.action, event.subject_ref, event.after["hours"]) == ("claim.credit", entry.claim.ref, "8.5")


def test_entry_and_account_keep_unit_and_place_of_the_time(declarant: Professional) -> None:
    entry = make.credit(declarant)
    account = YearAccount.objects.get()
    assert entry.organization
    assert entry.organization.name == "开封市第一实验中学"
    assert account.organization_id == entry.organization_id
    assert entry.area_id == account.area_id == "410203"
    assert account.level == declarant.title_level


def test_compulsory_hours_are_public_hours_too(declarant: Professional) -> None:
    make.credit(declarant, "6", subject=Subject.PUBLIC, public_kind=PublicKind.COMPULSORY)
    make.credit(declarant, "4", subject=Subject.PUBLIC, public_kind=PublicKind.ELECTIVE)
    account = YearAccount.objects.get()
    assert (account.public, account.public_compulsory, account.total) == (10, 6, 10)


def test_the_year_is_met_with_the_last_half_hour_and_says_since_when(declarant: Professional) -> None:
    make.credit(declarant, "60")
    make.credit(declarant, "29.5", subject=Subject.PUBLIC)
    assert YearAccount.objects.get().is_met is False
    make.credit(declarant, "0.5", subject=Subject.PUBLIC)
    account = YearAccount.objects.get()
    assert (account.is_met, account.met_at, account.version) == (True, NOW, 3)
    assert ChangedAccount.objects.get().version == 3


def test_the_same_record_is_counted_once(declarant: Professional) -> None:
    origin = Origin(Door.PLATFORM, "platform:a", "1")
    credit_claim(make.training(declarant), origin, by=None, now=NOW)
    with pytest.raises(Refused) as refused:
        credit_claim(make.training(declarant), origin, by=None, now=NOW)
    assert [reason.code for reason in refused.value] == ["already_credited"]
    assert HourEntry.objects.count() == 1


def test_the_same_training_by_another_door_is_counted_once_and_the_door_is_named(declarant: Professional) -> None:
    first = make.training(declarant, "8", title="新课标 研修（上）")
    credit_claim(first, Origin(Door.PLATFORM, "platform:a", "1"), by=None, now=NOW)
    again = make.training(declarant, "8", title="新课标研修(上)")
    with pytest.raises(Refused) as refused:
        credit_claim(again, Origin(Door.ROSTER, "roster:b", "1"), by=None, now=NOW)
    (reason,) = refused.value
    assert reason.code == "already_counted"
    assert "学习平台" in reason.message
    assert YearAccount.objects.get().professional_hours == 8


def test_another_person_may_have_the_same_training(declarant: Professional, other_declarant: Professional) -> None:
    make.credit(declarant, title="同一个班")
    make.credit(other_declarant, title="同一个班")
    assert YearAccount.objects.filter(professional_hours=8).count() == 2


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"hours": Decimal("0")}, "hours"),
        ({"hours": Decimal("-1")}, "hours"),
        ({"hours": Decimal("NaN")}, "hours"),
        ({"hours": Decimal("Infinity")}, "hours"),
        ({"hours": Decimal("0.7")}, "half_steps"),
        ({"hours": Decimal("8.05")}, "half_steps"),
        ({"hours": Decimal("10000")}, "hours"),
        ({"subject": "other"}, "subject"),
        ({"public_kind": PublicKind.COMPULSORY}, "public_kind"),
        ({"started_on": date(2026, 10, 14)}, "ends_before_start"),
    ],
)
def test_what_cannot_stand_in_an_account_is_refused(declarant: Professional, changes: dict, code: str) -> None:
    hours = changes.pop("hours", Decimal(8))
    with pytest.raises(Refused) as refused:
        make.credit(declarant, hours, **changes)
    assert [reason.code for reason in refused.value] == [code]
    assert not Claim.objects.exists()
    assert not YearAccount.objects.exists()


def test_a_training_counts_in_the_year_it_ended(declarant: Professional) -> None:
    make.credit(declarant, started_on=date(2025, 12, 30), ended_on=date(2026, 1, 3))
    assert years_of(declarant) == [2026]


def test_a_reversal_takes_everything_back_and_says_why(declarant: Professional) -> None:
    claim = make.credit(declarant, "8", title="某研修班").claim
    entry = reverse_claim(claim, reason="材料不属实", clause="S4-16", by=None, now=NOW)
    account = YearAccount.objects.get()
    assert (entry.kind, entry.hours, entry.reason, entry.clause) == (EntryKind.REVERSAL, -8, "材料不属实", "S4-16")
    assert (account.professional_hours, account.version) == (0, 2)
    claim.refresh_from_db()
    assert (claim.state, claim.state_reason) == (ClaimState.WITHDRAWN, "材料不属实")
    notice = Notice.objects.get()
    assert notice.to == declarant.user
    assert "某研修班" in notice.text
    assert "材料不属实" in notice.text
    assert list(AuditEvent.objects.order_by("id").values_list("action", flat=True)) == ["claim.credit", "claim.reverse"]
    assert ChangedAccount.objects.get().version == 2


def test_a_met_year_is_no_longer_met_after_a_reversal(declarant: Professional) -> None:
    make.credit(declarant, "30", subject=Subject.PUBLIC)
    claim = make.credit(declarant, "60").claim
    assert YearAccount.objects.get().is_met
    reverse_claim(claim, reason="重复申报", by=None, now=NOW)
    account = YearAccount.objects.get()
    assert (account.is_met, account.met_at) == (False, None)


def test_a_reversal_without_reason_is_refused(declarant: Professional) -> None:
    claim = make.credit(declarant).claim
    with pytest.raises(Refused) as refused:
        reverse_claim(claim, reason="  ", by=None, now=NOW)
    assert [reason.code for reason in refused.value] == ["reason_missing"]
    assert HourEntry.objects.count() == 1


def test_a_second_reversal_changes_nothing(declarant: Professional) -> None:
    claim = make.credit(declarant).claim
    reverse_claim(claim, reason="重复", by=None, now=NOW)
    with pytest.raises(MovedOn):
        reverse_claim(claim, reason="重复", by=None, now=NOW)
    assert HourEntry.objects.count() == 2
    assert YearAccount.objects.get().version == 2


def test_after_a_reversal_the_training_can_be_counted_again(declarant: Professional) -> None:
    claim = make.credit(declarant, title="同一个班").claim
    reverse_claim(claim, reason="学时登记有误", by=None, now=NOW)
    make.credit(declarant, "6", title="同一个班")
    assert YearAccount.objects.get().professional_hours == 6


def test_a_year_without_any_rule_is_kept_and_never_met(declarant: Professional) -> None:
    make.credit(declarant, "200", started_on=date(2011, 5, 1), ended_on=date(2011, 5, 30))
    account = YearAccount.objects.get()
    assert (account.is_met, account.rule_set) == (False, "")


def test_reading_a_year_takes_few_queries(declarant: Professional, django_assert_max_num_queries) -> None:
    for _ in range(5):
        make.credit(declarant)
    with django_assert_max_num_queries(1):
        rows = list(entries_of(declarant, 2026))
        assert next((row.claim.door, row.organization.name) for row in rows) == ("platform", "开封市第一实验中学")
    with django_assert_max_num_queries(1):
        assert standing_of(account_of(declarant, 2026)).total == 40
