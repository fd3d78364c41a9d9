"""The regulation and the calendar as the portal loads them."""

import pytest

from credits.services.regulation import load_regulation
from tests.credits.factories import NOW


@pytest.fixture
def regulation(db: None) -> None:
    load_regulation(now=NOW)
