"""What an earlier key signed is ours after a restore too: backups carry the certificates of keys, never a key."""

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Professional
from ceportal.office.services.backups_kept import check_backups
from certificates.enums import FileVerdict
from certificates.services import shelf
from certificates.services.checking import check_file
from certificates.services.sealing import RETIRED, key_file
from tests.certificates import factories as make

pytestmark = pytest.mark.django_db
KEPT = "shelf/key-certificates"


@pytest.fixture
def place(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """DATA_DIR, and the key in a folder of its own, which the document tells to keep apart. The database stays: both
    kinds of it come back by other means (test_backing_up, make drill).
    """
    monkeypatch.setattr("ceportal.office.services.backing_up._copy_database", lambda made: made / "x")
    settings.DATA_DIR, settings.SIGNING_KEY_FILE = tmp_path / "data", str(tmp_path / "secrets" / "signing_key")
    return tmp_path


def backed_up(place: Path) -> Path:
    call_command("backup", place / "backup")
    return max((place / "backup").glob("2*"))


def lost(place: Path) -> None:
    """All but the backup and the secrets that were kept apart."""
    shutil.rmtree(place / "data")
    (place / "data").mkdir()


def test_a_sheet_of_an_earlier_key_is_ours_after_a_restore(declarant: Professional, place: Path) -> None:
    pdf = shelf.take(make.issued(declarant).pdf_digest)
    call_command("replace_signing_key")
    assert check_file(pdf, now=make.NOW).verdict == FileVerdict.ISSUED
    made = backed_up(place)
    lost(place)
    assert check_file(pdf, now=make.NOW).verdict == FileVerdict.CHANGED, "nobody vouches for that key"
    call_command("restore", made)
    assert check_file(pdf, now=make.NOW).verdict == FileVerdict.ISSUED
    assert len(list((place / "data" / "keys" / RETIRED).iterdir())) == 1, "the key in use is there with the secrets"
    call_command("backup", place / "backup", files=True)
    assert len(list((place / KEPT.replace("shelf", "backup/shelf")).rglob("*.pem"))) == 2


def test_so_it_is_when_the_key_is_lost_or_was_replaced_since(declarant: Professional, place: Path) -> None:
    """The copy of the secrets is another key's."""
    pdf = shelf.take(make.issued(declarant).pdf_digest)
    made = backed_up(place)
    lost(place)
    key_file().unlink()
    call_command("restore", made)
    assert check_file(pdf, now=make.NOW).verdict == FileVerdict.ISSUED


def test_no_key_is_carried(declarant: Professional, place: Path) -> None:
    """Also where somebody has put a whole key with the retired ones by hand."""
    make.issued(declarant)
    retired = place / "data" / "keys" / RETIRED
    retired.mkdir(parents=True)
    shutil.copy(key_file(), retired / "by hand.pem")
    call_command("replace_signing_key")
    backed_up(place)
    carried = [path.read_bytes() for path in (place / "backup").rglob("*") if path.is_file()]
    assert sum(b"BEGIN CERTIFICATE" in each for each in carried) == 2
    assert not any(b"PRIVATE" in each for each in carried)


def test_a_backup_of_before_has_none_and_comes_back(declarant: Professional, place: Path) -> None:
    pdf = shelf.take(make.issued(declarant).pdf_digest)
    made = backed_up(place)
    shutil.rmtree(place / "backup" / KEPT)
    lost(place)
    call_command("restore", made)
    assert check_file(pdf, now=make.NOW).verdict == FileVerdict.ISSUED


def test_one_that_is_missing_or_torn_is_named_before_it_is_needed(declarant: Professional, place: Path) -> None:
    make.issued(declarant)
    made, late = backed_up(place), timezone.now()
    made = made.rename(made.with_name(f"{late + timedelta(minutes=1):%Y%m%dT%H%M%SZ}"))
    (carried,) = (place / "backup" / KEPT).rglob("*.pem")

    def told() -> list[str]:
        return [words for words in check_backups(place / "backup", now=late) if carried.name in words]

    assert told() == []
    kept = carried.read_bytes()
    carried.write_bytes(kept[:-40])
    assert ["与摘要不符" in words for words in told()] == [True]
    lost(place)
    with pytest.raises(CommandError, match="与摘要不符"):
        call_command("restore", made)
    assert not list((place / "data").iterdir()), "it can be tried again"
    carried.unlink()
    assert ["缺少" in words for words in told()] == [True]


def test_a_key_nobody_can_read_is_said_in_words(declarant: Professional, place: Path, settings: Any) -> None:
    settings.SIGNING_KEY_FILE = str(place)
    with pytest.raises(CommandError, match="读不到签名证书"):
        call_command("backup", place / "backup")
