"""Handed in at once from two pages, an artefact counts once and a cap holds; naive variants let both (the control)."""

from datetime import date
from decimal import Decimal
from functools import partial
from threading import Barrier

import pytest

from accounts.models import Organization, Professional
from ceportal.kernel.rules.refusal import Refused
from credits.models import Declaration, UnitStandard
from credits.models.declarations import COUNTS_OR_MAY
from credits.selectors.conversions import artefact_twins, hours_used, keys_of
from credits.services.declaring import submit_declaration
from tests.credits import conversions as make
from tests.credits.factories import NOW
from tests.races import settled

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("henan_2026", "catalogue")]
TRIALS = 6
CAP = Decimal(30)


def papers(person: Professional, number: int) -> list[Declaration]:
    """Two drafts of one paper, called a little differently on other days."""
    details = make.PAPER["details"] | {"issue": f"2026 年第 {number + 1} 期"}
    days = (date(2026, 3, 20), date(2026, 4, 20))
    return [make.begun(person, "paper", title=f"论文{number}", details=details, ended_on=day) for day in days]


def patents(person: Professional, number: int) -> list[Declaration]:
    """Two drafts of twenty hours each, of two patents."""
    numbers = [f"ZL20231{number:03d}{each:04d}.7" for each in (1, 2)]
    return [
        make.begun(person, "patent", title=each, details=make.PATENT["details"] | {"patent_no": each})
        for each in numbers
    ]


def refused(outcome: list[object]) -> list[str]:
    return [reason.code for one in outcome if isinstance(one, Refused) for reason in one]


def test_one_paper_handed_in_twice_at_once_counts_once(declarant: Professional) -> None:
    for number in range(TRIALS):
        pair = papers(declarant, number)
        outcome = settled([partial(submit_declaration, each, by=declarant.user, now=NOW) for each in pair])
        assert refused(outcome) == ["artefact_before"]
    assert Declaration.objects.filter(COUNTS_OR_MAY).count() == TRIALS


def test_a_cap_holds_for_two_at_once(declarant: Professional, employer: Organization) -> None:
    for number in range(TRIALS):
        UnitStandard.objects.update_or_create(
            organization=employer, activity_id="patent", number=1,
            defaults={"yearly_cap": CAP, "valid_from": date(2026, 1, 1), "made_by_label": "甲", "made_at": NOW},
        )  # fmt: skip
        pair = patents(declarant, number)
        outcome = settled([partial(submit_declaration, each, by=declarant.user, now=NOW) for each in pair])
        assert refused(outcome) == ["over_cap"]
        Declaration.objects.filter(pk__in=[each.pk for each in pair]).update(activity="award")


def test_negative_control_looking_before_handing_in_lets_both_through(declarant: Professional) -> None:
    """The same questions asked without the lock of the person: both find nothing in their way."""
    gate = Barrier(2)

    def naive(pk: int) -> bool:
        mine = Declaration.objects.get(pk=pk)
        is_free = not artefact_twins(mine, keys_of(mine)) and hours_used(mine) == 0
        gate.wait(10)
        return is_free

    for number in range(2):
        pair = papers(declarant, number)
        assert settled([partial(naive, each.pk) for each in pair]) == [True, True]
