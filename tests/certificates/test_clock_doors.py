"""The clock's doors and the operator's command."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command

from accounts.models import Professional
from certificates import tasks
from certificates.enums import CertificateState
from certificates.models import Certificate
from certificates.services.issuing import settle_changed_accounts
from tests.certificates import factories as make
from tests.factories import professional

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_data(tmp_path: Path, settings: Any) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path


def test_the_tasks_carry_a_met_year_to_its_sheet_and_may_run_twice(declarant: Professional) -> None:
    make.meet(declarant)
    with time_machine.travel(make.NOW):
        for _ in range(2):
            tasks.settle_changed_accounts()
            tasks.make_sheets()
    assert Certificate.objects.get(professional=declarant).state == CertificateState.ISSUED


def test_the_command_makes_the_key_once(own_data: Path) -> None:
    first, second = StringIO(), StringIO()
    call_command("make_signing_key", stdout=first)
    before = (own_data / "keys" / "signing.pem").read_bytes()
    call_command("make_signing_key", stdout=second)
    assert first.getvalue().startswith("made")
    assert second.getvalue().startswith("kept")
    assert (own_data / "keys" / "signing.pem").read_bytes() == before


def test_a_key_in_another_place_is_taken_from_there(own_data: Path, settings: Any, declarant: Professional) -> None:
    settings.SIGNING_KEY_FILE = str(own_data / "secrets" / "signing_key")
    settings.SIGNING_KEY_MAY_BE_MADE = True
    assert make.issued(declarant).state == CertificateState.ISSUED
    assert (own_data / "secrets" / "signing_key").exists()
    assert not (own_data / "keys").exists()


def test_each_account_costs_the_clock_a_few_queries(
    declarant: Professional, django_assert_max_num_queries: Any
) -> None:
    for person in (declarant, *(professional(f"同事{n}") for n in range(4))):
        make.meet(person)
    with django_assert_max_num_queries(8 + 5 * 19):
        assert settle_changed_accounts(now=make.NOW) == 5
    with django_assert_max_num_queries(1):
        settle_changed_accounts(now=make.NOW)
