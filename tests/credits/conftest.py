"""What most tests of hours stand on: the rules of the year in which they are set, or the whole regulation."""

import pytest

from credits.models import RuleSet
from credits.services.regulation import load_regulation
from tests.credits import factories as make
from tests.credits.factories import NOW


@pytest.fixture
def henan_2026(db: None) -> RuleSet:
    return make.rule_set()


@pytest.fixture
def regulation(db: None) -> None:
    """The whole regulation and calendar, as `manage.py load_regulation` loads them."""
    load_regulation(now=NOW)
