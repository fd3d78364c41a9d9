"""What doctor says of time zones, and of a journal that may not keep half a year."""

import pytest
from django.conf import settings

from ceportal.office.rules.parts import part_word
from ceportal.office.rules.readiness import of_zones, why_cut_early

BOTH = "[Journal]\nStorage=persistent\nSystemMaxUse=100G\n"


def test_our_own_journal_is_cut_by_room_alone() -> None:
    assert why_cut_early((settings.BASE_DIR / "deploy" / "systemd" / "journal.conf").read_text(encoding="utf-8")) == ""


@pytest.mark.parametrize(
    ("journal", "words"),
    [
        ("", "Storage"),
        ("[Journal]\nStorage=volatile\nSystemMaxUse=100G\n", "Storage"),
        ("[Journal]\n#Storage=persistent\nSystemMaxUse=100G\n", "Storage"),
        ("[Journal]\nStorage=persistent\n;SystemMaxUse=100G\n", "4 GB"),
        (BOTH, ""),
        (BOTH + "MaxRetentionSec=0\n", ""),
        (BOTH + "MaxRetentionSec=infinity\n", ""),
        (BOTH + "MaxRetentionSec=180day\n", ""),
        (BOTH + "MaxRetentionSec=1year\n", ""),
        (BOTH + "MaxRetentionSec = 6 months 3 days\n", ""),
        (BOTH + "MaxRetentionSec=179days\n", "MaxRetentionSec"),
        (BOTH + "MaxRetentionSec=4weeks 2d\n", "MaxRetentionSec"),
        (BOTH + "MaxRetentionSec=6M\n", ""),
        (BOTH + "MaxRetentionSec=200m\n", "MaxRetentionSec"),
        (BOTH + "MaxRetentionSec=15551999\n", "MaxRetentionSec"),
        (BOTH + "MaxRetentionSec=900moons\n", "MaxRetentionSec"),
    ],
)
def test_why_a_journal_may_not_keep_half_a_year(journal: str, words: str) -> None:
    why = why_cut_early(journal)
    assert (words in why) if words else why == ""


def test_the_zone_of_the_portal_must_be_that_of_the_country() -> None:
    found = of_zones("UTC", {})
    assert found.is_missing
    assert "Asia/Shanghai" in found.remedy


@pytest.mark.parametrize(
    ("others", "text"),
    [
        ({}, "Asia/Shanghai"),
        ({"数据库": "Asia/Shanghai", "本机": "Asia/Shanghai"}, "Asia/Shanghai"),
        ({"数据库": "Etc/UTC", "本机": "Asia/Shanghai"}, "数据库 Etc/UTC："),
        ({"数据库": "Etc/UTC", "本机": "Europe/Paris"}, "数据库 Etc/UTC、本机 Europe/Paris："),
    ],
)
def test_those_of_others_may_be_different_and_what_follows_is_said(others: dict[str, str], text: str) -> None:
    found = of_zones("Asia/Shanghai", others)
    assert not found.is_missing
    assert found.remedy == ""
    assert text in found.text
    assert ("不受影响" in found.text) == (found.text != "Asia/Shanghai")


def test_a_disk_that_was_named_besides_is_called_by_its_folder() -> None:
    assert part_word("disk.backup") == "备份的磁盘"
    assert part_word("disk./srv/wal") == "磁盘 /srv/wal"
    assert part_word("") == ""
