"""Two clocks at once: one certificate, one sheet; and the naive way, which must fail, or this proves nothing."""

from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError

from accounts.enums import NoticeEvent
from accounts.models import Notice, Professional
from certificates.models import Certificate
from certificates.selectors import live_certificate
from certificates.services.issuing import settle_changed_accounts
from certificates.services.sheets import make_sheets
from credits.models import ChangedAccount
from tests.certificates import factories as make
from tests.factories import professional
from tests.races import at_once, settled

pytestmark = pytest.mark.django_db(transaction=True)
PAIRS = 8


@pytest.fixture(autouse=True)
def own_data(tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path


def test_two_clocks_make_one_promise_each(declarant: Professional) -> None:
    people = [declarant, *(professional(f"同事{n}") for n in range(PAIRS - 1))]
    for person in people:
        make.meet(person)
    clock = partial(settle_changed_accounts, now=make.NOW)
    assert sum(at_once([clock, clock])) == PAIRS
    assert Certificate.objects.count() == PAIRS
    assert not ChangedAccount.objects.exists()
    sequences = sorted(int(number.split("-")[2]) for number in Certificate.objects.values_list("number", flat=True))
    assert sequences == list(range(1, PAIRS + 1))


def test_two_workers_make_one_sheet_each(declarant: Professional, own_data: None, tmp_path: Path) -> None:
    for person in (declarant, *(professional(f"同事{n}") for n in range(3))):
        make.meet(person)
    settle_changed_accounts(now=make.NOW)
    worker = partial(make_sheets, now=make.NOW)
    assert sum(at_once([worker, worker])) == 4
    assert Certificate.objects.filter(issued_at__isnull=False).count() == 4
    assert Notice.objects.filter(event=NoticeEvent.CERTIFICATE_ISSUED).count() == 4
    assert len(list((tmp_path / "certificates").rglob("*.pdf"))) == 4


def test_hours_that_come_in_while_the_clock_looks_are_not_overlooked(declarant: Professional) -> None:
    make.meet(declarant)
    clock = partial(settle_changed_accounts, now=make.NOW)
    at_once([clock, lambda: make.credit(declarant, "8")])
    settle_changed_accounts(now=make.later(1))
    certificate = Certificate.objects.get(professional=declarant)
    assert not ChangedAccount.objects.exists()
    account = certificate.professional_id, certificate.year
    assert live_certificate(*account) == certificate


def test_looking_first_and_writing_then_collides(declarant: Professional) -> None:
    """The negative control: both see no certificate, and only the constraint stops the second."""
    gate = Barrier(2)

    def naive(number: str) -> None:
        assert live_certificate(declarant.pk, 2026) is None
        gate.wait(60)
        Certificate.objects.create(
            professional=declarant,
            year=2026,
            number=number,
            token=number,
            account_version=1,
            snapshot={},
            snapshot_digest="0" * 64,
            promised_at=make.NOW,
        )

    results = settled([lambda: naive("a"), lambda: naive("b")])
    assert sorted(isinstance(result, IntegrityError) for result in results) == [False, True]
