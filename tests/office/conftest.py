"""A portal at which nothing rings."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from ceportal.kernel.models import CalendarNotice, Heartbeat
from ceportal.office.selectors import disks
from ceportal.office.selectors.health import CLOCK
from certificates.services.sealing import make_signing_key
from tests.databases.servers import Broker


@pytest.fixture
def whole(broker: Broker, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A portal at which nothing rings: every part there, an empty disk, a calendar, a key."""
    now = timezone.now()
    settings.CELERY_BROKER_URL, settings.DATA_DIR = broker.url, tmp_path
    settings.BACKUP_DIR, settings.DISKS = "", []
    monkeypatch.setattr(disks, "POSTGRESQL", tmp_path)
    settings.SIGNING_KEY_FILE, settings.SIGNING_KEY_MAY_BE_MADE = str(tmp_path / "signing.pem"), False
    make_signing_key(now=now)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(100, 10, 90))  # type: ignore[attr-defined]
    Heartbeat.objects.create(name=CLOCK, at=now)
    CalendarNotice.objects.create(year=now.year + 1, status="published", imported_at=now)
