"""The regulation, the rule sets alone, and places and units, as operators load them: `regulation` and so on."""

import pytest
from django.core.management import call_command

from accounts.models import Area, Organization, TitleSeries
from bases.models import Recognition
from ceportal.kernel.models import AuditEvent, CalendarDay, CalendarNotice, Counter
from ceportal.kernel.selectors.data_files import read_yaml
from credits.models import Activity, Conversion, RuleSet, RuleValue
from credits.services.regulation import FOLDER, load_regulation, rule_files
from credits.services.rule_sets import load_rule_sets
from tests.credits.conversions import load_catalogue
from tests.credits.factories import NOW
from tests.databases.standing import Standing


def _load_sets() -> None:
    load_rule_sets([entry for path in rule_files(FOLDER) for entry in read_yaml(path)], now=NOW)


REGULATION = Standing(
    lambda: load_regulation(now=NOW),
    [Activity, Conversion, RuleSet, RuleValue, AuditEvent, CalendarNotice, CalendarDay, Counter],
)
SETS = Standing(_load_sets, [RuleSet, RuleValue, AuditEvent, Counter])
CATALOGUE = Standing(load_catalogue, [Activity, Conversion, AuditEvent])
REFERENCE = Standing(
    lambda: call_command("load_reference", verbosity=0),
    [Area, TitleSeries, Organization, Organization.trades.through, Recognition],
)


@pytest.fixture
def regulation(db: None) -> None:
    """The whole regulation and calendar, as `manage.py load_regulation` loads them."""
    REGULATION.put()


@pytest.fixture
def rule_sets(db: None) -> None:
    """The rule sets as they are shipped, without the calendar and the catalogue."""
    SETS.put()


@pytest.fixture
def catalogue(db: None) -> None:
    """The ways of learning and what they convert to, alone."""
    CATALOGUE.put()


@pytest.fixture
def reference(db: None) -> None:
    """Places, units and recognitions, as `manage.py load_reference` loads them."""
    REFERENCE.put()
