"""Each constraint of rosters, broken by name."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Organization, User
from credits.enums import RosterState, RowState, Subject
from credits.models import Roster, RosterRow
from tests.credits.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def make_roster(base: Organization, base_teacher: User) -> Any:
    def make(**changes: Any) -> Roster:
        said: dict[str, Any] = {
            "organization": base, "made_by": base_teacher, "title": "班", "subject": Subject.PUBLIC, "year": 2026,
            "started_on": date(2026, 10, 12), "ended_on": date(2026, 10, 13), "hours": Decimal(12), "made_at": NOW,
            "changed_at": NOW,
        }  # fmt: skip
        return Roster.objects.create(**(said | changes))

    return make


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("class_hours_are_in_steps_of_a_half", {"hours": Decimal("0.7")}),
        ("class_hours_are_in_steps_of_a_half", {"hours": Decimal(0)}),
        ("a_class_ends_after_it_began", {"started_on": date(2026, 10, 14)}),
        ("a_roster_is_of_the_year_its_class_ended", {"year": 2025}),
        ("no_roster_is_undone_silently", {"state": RosterState.UNDOING, "confirmed_at": NOW}),
        ("what_is_credited_was_confirmed", {"state": RosterState.CREDITING}),
    ],
)
def test_a_roster_that_breaks_a_rule_is_not_kept(make_roster: Any, name: str, changes: dict[str, Any]) -> None:
    make_roster()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        make_roster(**changes)


def test_a_row_stands_once_in_a_roster(make_roster: Any) -> None:
    roster = make_roster()
    RosterRow.objects.create(roster=roster, version=1, number=2, state=RowState.NEW)
    RosterRow.objects.create(roster=roster, version=2, number=2, state=RowState.NEW)
    with pytest.raises(IntegrityError, match=r"a_row_stands_once_in_a_roster|credits_rosterrow\.number"):
        RosterRow.objects.create(roster=roster, version=1, number=2, state=RowState.NEW)


def test_roster_hours_are_in_steps_of_a_half(make_roster: Any) -> None:
    with pytest.raises(IntegrityError, match="roster_hours_are_in_steps_of_a_half"):
        RosterRow.objects.create(roster=make_roster(), version=1, number=2, state=RowState.NEW, hours=Decimal("0.7"))
