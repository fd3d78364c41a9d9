"""What most tests of hours stand on: the rules of the year in which they are set, or the whole regulation."""

import pytest

from credits.models import RuleSet
from tests.credits import factories as make


@pytest.fixture
def henan_2026(db: None) -> RuleSet:
    return make.rule_set()
