"""Two accounts made one by two hands at once, and while the account to be closed hands something in."""

from functools import partial

import pytest

from accounts.enums import Duty
from accounts.models import Merge, MergeRuling, Organization, Professional, User
from accounts.services.merging import confirm
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.rules.refusal import MovedOn, Refused
from credits.models import Declaration
from credits.services.declaring import submit_declaration
from tests import factories as people
from tests.accounts import moving
from tests.credits import drafts
from tests.credits.factories import NOW
from tests.races import settled

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("henan_2026")]
TRIALS = 10


@pytest.fixture
def second(county_bureau: Organization, county_officer: User) -> User:
    return people.give(people.user("另一经办人"), county_bureau, Duty.APPROVE_PEOPLE)


def half_way(kept: Professional, first: User) -> Merge:
    """Another account of the same human, and a merge that waits for the second person."""
    number = people.phone()
    account, unit = people.user(kept.name, number=number), kept.employments.get().organization
    people.professional(kept.name, works_at=unit, account=account)
    return agreed(moving.merge(kept, number, now=NOW), first)


def agreed(merge: Merge, by: User) -> Merge:
    return confirm(Merge.objects.get(pk=merge.pk), seen_round=1, reason="是同一人", by=by, now=NOW)


def test_of_two_officers_one_closes_the_account(
    declarant: Professional, employer_reviewer: User, county_officer: User, second: User
) -> None:
    for number in range(TRIALS):
        merge = half_way(declarant, employer_reviewer)
        outcome = settled([partial(agreed, merge, by) for by in (county_officer, second)])
        assert [type(one) for one in outcome if not isinstance(one, Merge)] == [MovedOn], outcome
        assert MergeRuling.objects.filter(subject=merge, stage=1).count() == 1
        assert AuditEvent.objects.filter(action="person.merge").count() == number + 1


def test_what_is_handed_in_meanwhile_is_decided_first_or_refused(
    declarant: Professional, employer_reviewer: User, county_officer: User
) -> None:
    """Never both: something that waits with a reviewer in an account that is closed."""
    for _ in range(TRIALS):
        merge = half_way(declarant, employer_reviewer)
        draft = drafts.draft(merge.other)
        outcome = settled(
            [
                partial(agreed, merge, county_officer),
                partial(submit_declaration, draft, by=merge.other.user, now=NOW),
            ]
        )
        (refused,) = [one for one in outcome if not isinstance(one, Merge | Declaration)]
        assert isinstance(refused, Refused), refused
        assert refused.reasons[0].code in {"pending", "merged"}
        assert not Declaration.objects.filter(
            professional__merged_into__isnull=False, waiting_on__isnull=False
        ).exists()
        if refused.reasons[0].code == "pending":
            Declaration.objects.filter(pk=draft.pk).update(state="draft", waiting_on=None, due_at=None)
            agreed(merge, county_officer)
