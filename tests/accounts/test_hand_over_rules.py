"""When the administration of a unit can be asked to pass on, and what the successor takes over: by the rules alone."""

from dataclasses import replace

import pytest

from accounts.enums import Duty, OrganizationKind
from accounts.rules.handing_over import HandOverFacts, duties_to_take_over, reasons_not_to_hand_over

NEW_CLERK = HandOverFacts(is_there=True, successor_is_of_unit=True)
COLLEAGUE = replace(NEW_CLERK, asker_is_of_unit=True, asker_is_elsewhere=True)
OFFICE = replace(NEW_CLERK, asker_is_above=True, names_somebody=True)


@pytest.mark.clause("S1-16")
@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        (NEW_CLERK, []),
        (COLLEAGUE, []),
        (replace(COLLEAGUE, names_somebody=True), []),
        (OFFICE, []),
        (replace(OFFICE, asker_is_elsewhere=True, is_office=True), []),
        (replace(COLLEAGUE, is_office=True), []),
        (replace(NEW_CLERK, is_office=True), ["not_of_the_unit"]),
        (replace(NEW_CLERK, asker_is_elsewhere=True), ["not_of_the_unit"]),
        (replace(OFFICE, names_somebody=False), ["nobody_named"]),
        (replace(OFFICE, asker_is_of_unit=True, names_somebody=False), []),
        (replace(OFFICE, successor_is_of_unit=False), ["no_such_successor"]),
        (replace(COLLEAGUE, is_open=True), ["still_open"]),
        (HandOverFacts(is_there=False, is_open=True), ["no_such_unit"]),
    ],
)
def test_who_can_ask_for_a_unit(facts: HandOverFacts, codes: list[str]) -> None:
    assert [each.code for each in reasons_not_to_hand_over(facts)] == codes


def test_the_successor_takes_over_what_was_held_and_never_less_than_a_new_unit_has() -> None:
    employer, platform = {OrganizationKind.EMPLOYER}, {OrganizationKind.PLATFORM}
    base = {OrganizationKind.EMPLOYER, OrganizationKind.BASE}
    usual = [Duty.APPROVE_PEOPLE, Duty.REVIEW_HOURS, Duty.MANAGE_UNIT]
    assert duties_to_take_over([], employer) == usual
    assert duties_to_take_over([Duty.TEACH, Duty.MANAGE_UNIT], base) == [*usual, Duty.TEACH]
    assert duties_to_take_over([Duty.TEACH], employer) == usual
    assert duties_to_take_over([Duty.MANAGE_CLIENTS], platform) == [Duty.MANAGE_UNIT, Duty.MANAGE_CLIENTS]
