"""One more person than the town has."""

import pytest

from accounts.enums import Duty
from accounts.models import Organization, User
from tests import factories as make


@pytest.fixture
def colleague(employer: Organization) -> User:
    """Reviews at the same employer as `employer_reviewer`."""
    return make.give(make.user("同单位审核员"), employer, Duty.REVIEW_HOURS)
