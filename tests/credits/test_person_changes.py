"""A change of place, employer or title is followed in the running year, once, and never in a closed one."""

from datetime import date, timedelta

import pytest

from accounts.enums import PersonField, TitleLevel
from accounts.models import PersonChange, Professional
from accounts.selectors.history import histories, title_facts
from ceportal.kernel.models import AuditEvent
from credits.enums import Subject
from credits.models import ChangedAccount, HandledChange, YearAccount
from credits.selectors.bench import requirements_of
from credits.services.accounts import judge_again
from credits.services.person_changes import handle_person_changes
from credits.tasks import handle_person_changes as task
from tests import factories as people
from tests.credits import factories as make
from tests.credits.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rules(db: None) -> None:
    """A province where the lower levels need less."""
    make.rule_set("senior", levels=["正高级", "副高级", "中级"], year_from=2020)
    make.rule_set(
        "junior",
        levels=["助理级", "员级"],
        year_from=2020,
        figures={"total": "74", "public": "22", "professional": "52"},
    )


def change(person: Professional, field: PersonField, **columns) -> PersonChange:
    for name, value in columns.items():
        setattr(person, name, value)
    person.save()
    return PersonChange.objects.create(professional=person, field=field, effective_on=date(2026, 11, 1), at=NOW)


def test_a_new_level_changes_what_the_year_asks_and_its_verdict(declarant: Professional) -> None:
    make.credit(declarant, "52")
    make.credit(declarant, "22", subject=Subject.PUBLIC)
    assert not YearAccount.objects.get().is_met
    change(declarant, PersonField.TITLE, title_level=TitleLevel.ASSISTANT)
    assert handle_person_changes(now=NOW) == 1
    account = YearAccount.objects.get()
    assert (account.is_met, account.met_at, account.rule_set, account.level) == (True, NOW, "junior", "助理级")
    assert (account.version, ChangedAccount.objects.get().version) == (3, 3)
    event = AuditEvent.objects.get(action="account.judge_again")
    assert (event.before["rule_set"], event.after["rule_set"]) == ("senior", "junior")


def test_a_second_round_finds_nothing(declarant: Professional) -> None:
    make.credit(declarant)
    change(declarant, PersonField.TITLE, title_level=TitleLevel.ASSISTANT)
    assert handle_person_changes(now=NOW) == 1
    assert handle_person_changes(now=NOW) == 0
    assert YearAccount.objects.get().version == 2
    assert HandledChange.objects.count() == 1


def test_a_new_place_is_followed(declarant: Professional) -> None:
    make.credit(declarant)
    change(declarant, PersonField.AREA, area=people.area("410402"))
    handle_person_changes(now=NOW)
    assert YearAccount.objects.get().area_id == "410402"


def test_a_new_employer_is_followed(declarant: Professional, other_employer) -> None:
    make.credit(declarant)
    declarant.employments.update(organization=other_employer)
    change(declarant, PersonField.EMPLOYER)
    handle_person_changes(now=NOW)
    account = YearAccount.objects.get()
    assert account.organization == other_employer
    assert account.version == 2


def test_a_new_name_changes_no_account(declarant: Professional) -> None:
    make.credit(declarant)
    change(declarant, PersonField.NAME, name="新名字")
    assert handle_person_changes(now=NOW) == 1
    assert YearAccount.objects.get().version == 1


@pytest.mark.clause("A19")
def test_a_closed_year_stays_as_it_was_judged(declarant: Professional) -> None:
    last_year = {"started_on": date(2025, 5, 1), "ended_on": date(2025, 5, 2)}
    then = NOW.replace(year=2025)
    claim = make.credit(declarant, now=then, **last_year).claim
    change(declarant, PersonField.TITLE, title_level=TitleLevel.ASSISTANT)
    handle_person_changes(now=NOW)
    assert YearAccount.objects.get(year=2025).rule_set == "senior"
    make.credit(declarant, now=NOW, **last_year)
    assert YearAccount.objects.get(year=claim.year).level == TitleLevel.MIDDLE


def titled(person: Professional, level: TitleLevel, effective_on: date) -> PersonChange:
    """Another level, recorded now, in force since a day that may lie in a former year."""
    before = title_facts(person)
    person.title_level = level
    person.save()
    return PersonChange.objects.create(
        professional=person, field=PersonField.TITLE, before=before, after=title_facts(person),
        effective_on=effective_on, at=NOW,
    )  # fmt: skip


LAST_YEAR = {"started_on": date(2025, 5, 1), "ended_on": date(2025, 5, 2)}
IN_2025, IN_JANUARY, IN_MARCH = NOW.replace(year=2025), NOW.replace(month=1, day=8), NOW.replace(month=3)


@pytest.mark.clause("A19")
def test_the_running_year_follows_a_promotion_and_the_closed_one_keeps_its_last_day(declarant: Professional) -> None:
    make.credit(declarant, now=IN_2025, **LAST_YEAR)
    make.credit(declarant)
    titled(declarant, TitleLevel.ASSISTANT, date(2026, 2, 1))
    handle_person_changes(now=NOW)
    assert [account.level for account in YearAccount.objects.order_by("year")] == ["中级", "助理级"]
    assert requirements_of(declarant, 2025, today=NOW.date()).level == "中级"


@pytest.mark.clause("A19")
def test_a_first_account_of_a_closed_year_is_of_the_level_of_its_last_day(declarant: Professional) -> None:
    titled(declarant, TitleLevel.ASSISTANT, date(2026, 2, 1))
    assert requirements_of(declarant, 2025, today=NOW.date()).rule_set == "senior"
    make.credit(declarant, **LAST_YEAR)
    assert YearAccount.objects.get().level == TitleLevel.MIDDLE


@pytest.mark.clause("A19")
def test_what_is_recorded_late_judges_the_last_year_again_while_it_is_open(declarant: Professional) -> None:
    make.credit(declarant, "52", now=IN_2025, **LAST_YEAR)
    make.credit(declarant, "22", now=IN_2025, subject=Subject.PUBLIC, **LAST_YEAR)
    titled(declarant, TitleLevel.ASSISTANT, date(2025, 12, 20))
    handle_person_changes(now=IN_JANUARY)
    account = YearAccount.objects.get()
    assert (account.level, account.rule_set, account.is_met) == ("助理级", "junior", True)
    assert ChangedAccount.objects.get().version == account.version


@pytest.mark.clause("A19")
def test_once_its_last_review_was_due_the_year_stands_as_it_was_judged(declarant: Professional) -> None:
    make.credit(declarant, now=IN_2025, **LAST_YEAR)
    titled(declarant, TitleLevel.ASSISTANT, date(2025, 12, 20))
    handle_person_changes(now=IN_MARCH)
    assert YearAccount.objects.get().level == TitleLevel.MIDDLE


def test_changes_are_read_in_the_order_they_took_effect(declarant: Professional) -> None:
    titled(declarant, TitleLevel.ASSISTANT, date(2024, 3, 1))
    titled(declarant, TitleLevel.DEPUTY_SENIOR, date(2026, 3, 1))
    late = titled(declarant, TitleLevel.MIDDLE, date(2025, 6, 1))
    Professional.objects.filter(pk=declarant.pk).update(title_level=TitleLevel.DEPUTY_SENIOR)
    history = histories([Professional.objects.select_related("area").get(pk=declarant.pk)])[declarant.pk]
    days = [date(2023, 12, 31), date(2024, 12, 31), late.effective_on, date(2026, 12, 31)]
    assert [history.on(day).title_level for day in days] == ["中级", "助理级", "中级", "副高级"]


def test_a_place_of_then_asks_what_that_place_asked(declarant: Professional) -> None:
    there = people.area("410402")
    PersonChange.objects.create(
        professional=declarant, field=PersonField.AREA, before={"area": there.pk}, after={"area": declarant.area_id},
        effective_on=date(2026, 1, 5), at=NOW,
    )  # fmt: skip
    assert requirements_of(declarant, 2025, today=NOW.date()).area_code == "410402"
    assert requirements_of(declarant, 2026, today=NOW.date()).area_code == "410203"


def test_a_change_is_followed_from_the_day_it_holds(declarant: Professional) -> None:
    make.credit(declarant)
    told = change(declarant, PersonField.TITLE, title_level=TitleLevel.ASSISTANT)
    PersonChange.objects.filter(pk=told.pk).update(effective_on=date(2026, 11, 21))
    assert handle_person_changes(now=NOW) == 0
    assert handle_person_changes(now=NOW + timedelta(days=1)) == 1


def test_without_an_account_there_is_nothing_to_judge(declarant: Professional) -> None:
    change(declarant, PersonField.TITLE, title_level=TitleLevel.ASSISTANT)
    assert handle_person_changes(now=NOW) == 1
    assert not YearAccount.objects.exists()
    assert judge_again(declarant, 2026, now=NOW) is False


def test_the_clock_has_a_door(declarant: Professional) -> None:
    change(declarant, PersonField.NAME, name="新名字")
    task()
    assert HandledChange.objects.count() == 1
