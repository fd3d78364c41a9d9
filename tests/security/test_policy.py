"""The one table of duty × action × scope: whole, used, and what docs/policy.md says."""

import re

import pytest

from accounts.enums import Duty, OrganizationKind, UnitState
from accounts.models import Membership
from accounts.rules.duties import DUTIES
from accounts.rules.policy import POLICY, Act, duties_for
from accounts.selectors.duties import may, units_for
from tests import factories as make
from tests.house import files
from tests.security import policy


def test_the_page_is_current() -> None:
    """When this fails: `make policy`."""
    assert policy.PAGE.read_text(encoding="utf-8") == policy.page()


@pytest.mark.asvs("v5.0.0-8.1.1")
def test_every_act_has_its_line_and_every_duty_lets_one_do_something() -> None:
    assert set(POLICY) == set(Act)
    assert set(duties_for(*Act)) == set(Duty)


def test_a_duty_counts_only_where_it_can_be_held() -> None:
    """Each kind of unit by one of the duties at least, and each duty at one of the kinds."""
    for act, said in POLICY.items():
        held = {duty: set(said.at) & set(DUTIES[duty].held_at) for duty in said.duties}
        assert set(said.at) == set().union(*held.values()), act
        assert not said.at or all(held.values()), act


def test_every_act_is_asked_for_by_a_selector_or_a_door() -> None:
    texts = "".join(text for name, text in files.sources().items() if name != "accounts/rules/policy.py")
    assert [act.name for act in Act if f"Act.{act.name}" not in texts] == []


def test_doors_and_selectors_ask_for_acts_and_never_for_a_duty() -> None:
    """What stands beside the table would be missing in docs/policy.md."""
    by_duty = re.compile(r"organizations_with\(\w+, Duty\.|duties_of\([^)]*\)\.filter\(duty__in|duty__in=[\[({]?Duty\.")
    sources = files.sources().items()
    found = [name for name, text in sources if name != "accounts/selectors/duties.py" and by_duty.search(text)]
    assert found == []


@pytest.mark.django_db
def test_units_are_those_of_the_policy() -> None:
    """By the duty, the kind of unit, and as long as both last."""
    bureau, employer = make.bureau("410203"), make.employer("有职责的单位")
    user = make.give(make.user(), bureau, Duty.OVERSEE)
    make.give(user, employer, Duty.MANAGE_UNIT)
    assert list(units_for(user, Act.SEE_CERTIFICATES)) == [bureau]
    assert list(units_for(user, Act.KEEP_STANDARDS)) == [employer]
    assert not units_for(user, Act.FILE_MONTHS).exists()
    assert (may(user, Act.OVERSEE), may(user, Act.REVIEW_HOURS)) == (True, False)
    assert OrganizationKind.EMPLOYER in POLICY[Act.KEEP_STANDARDS].at
    make.give(user, bureau, Duty.MANAGE_UNIT)
    assert list(units_for(user, Act.KEEP_STANDARDS)) == [employer], "a bureau is no employer here"
    employer.state = UnitState.CLOSED
    employer.save()
    assert not units_for(user, Act.KEEP_STANDARDS).exists()
    Membership.objects.filter(user=user, duty=Duty.OVERSEE).update(ended_at="2026-01-01T00:00:00Z")
    assert not may(user, Act.OVERSEE)
