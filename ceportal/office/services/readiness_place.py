"""Of what `manage.py doctor` asks: the machine's time zone, its disks, its journal."""

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from ceportal.office.rules.parts import part_word
from ceportal.office.rules.readiness import ZONE, Finding, of_zones, why_cut_early
from ceportal.office.selectors.disks import missing_places, named_places, watched_places

LEAST_DISK_GB = 5
LOCALTIME = Path("/etc/localtime")
# There only where systemd runs the machine: in a container the journal is its host's.
SYSTEMD = Path("/run/systemd/system")
JOURNAL = Path("/etc/systemd/journald@ceportal.conf")
_GB = 1024**3


def zone(now: datetime) -> Iterator[Finding]:
    portal = settings.TIME_ZONE if settings.TIME_ZONE != ZONE else settings.CELERY_TIMEZONE
    yield of_zones(portal, _zones_beside())


def _zones_beside() -> dict[str, str]:
    found = {}
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # Not SHOW: Django has set its own for this connection.
            cursor.execute("SELECT reset_val FROM pg_settings WHERE name = 'TimeZone'")
            found["数据库"] = str(cursor.fetchone()[0])
    where = str(LOCALTIME.resolve()).partition("/zoneinfo/")[2]
    if where:
        found["本机"] = where
    return found


def disks(now: datetime) -> Iterator[Finding]:
    watched = watched_places()
    for place in watched:
        free = shutil.disk_usage(place.folder).free / _GB
        if free < LEAST_DISK_GB:
            remedy = "清理或扩容；写满以后材料传不上来，或没有新的备份"
            yield Finding(part_word(place.code), f"只剩 {free:.1f} GB", remedy, is_missing=True)
        else:
            yield Finding(part_word(place.code), f"还有 {free:.0f} GB")
    for place in missing_places():
        yield Finding(part_word(place.code), f"没有 {place.folder} 这个目录", "挂载它，或改正设置", is_missing=True)
    backup = next((place for place in named_places() if place.code == "disk.backup"), None)
    if backup and backup.folder.exists() and backup not in watched:
        yield Finding(part_word(backup.code), "和数据在同一块磁盘上", "备份要放在另一块磁盘或另一台机器上")


def journal(now: datetime) -> Iterator[Finding]:
    """How long the portal's log is kept, where that can be read."""
    if settings.DEMO or not SYSTEMD.is_dir():
        return
    remedy = "cp deploy/systemd/journal.conf /etc/systemd/journald@ceportal.conf，再重启 systemd-journald@ceportal"
    if not JOURNAL.exists():
        yield Finding("日志的保存", "没有设置，不一定保存 180 天", remedy)
        return
    more = sorted(JOURNAL.with_name(f"{JOURNAL.name}.d").glob("*.conf"))
    why = why_cut_early("\n".join(path.read_text(encoding="utf-8") for path in (JOURNAL, *more)))
    yield Finding("日志的保存", why or "满 180 天，空间不够时除外", remedy if why else "")
