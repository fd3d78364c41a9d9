"""What `manage.py doctor` finds, and when a journal keeps what it is given for half a year. Pure."""

import re
from dataclasses import dataclass

ZONE = "Asia/Shanghai"
# The law asks for six months (网络安全法 21).
KEPT_DAYS = 180
_SECONDS = {
    "": 1, "s": 1, "sec": 1, "second": 1, "m": 60, "min": 60, "minute": 60, "h": 3600, "hr": 3600, "hour": 3600,
    "d": 86400, "day": 86400, "w": 604800, "week": 604800, "M": 2629800, "month": 2629800, "y": 31557600,
    "year": 31557600,
}  # fmt: skip
_SPAN = re.compile(r"(\d+)\s*([A-Za-z]*)")


@dataclass(frozen=True)
class Finding:
    """`is_missing`: the portal is not to be opened like this; without it and with a `remedy` it is worth a look."""

    part: str
    text: str
    remedy: str = ""
    is_missing: bool = False


def why_cut_early(journal: str) -> str:
    """Why a journal with these settings (journald.conf) may not keep 180 days, in words; empty: room alone ends it."""
    lines = (line.strip().partition("=") for line in journal.splitlines() if not line.lstrip().startswith(("#", ";")))
    said = {name.strip(): value.strip() for name, equals, value in lines if equals}
    if said.get("Storage", "auto") != "persistent":
        return "不一定写到磁盘上（Storage）"
    if "SystemMaxUse" not in said:
        return "最多只占默认的 4 GB（SystemMaxUse）"
    seconds = sum(int(count) * _of_unit(unit) for count, unit in _SPAN.findall(said.get("MaxRetentionSec", "0")))
    return f"不到 {KEPT_DAYS} 天就清除（MaxRetentionSec）" if 0 < seconds < KEPT_DAYS * 86400 else ""


def _of_unit(unit: str) -> int:
    """One that nobody knows counts for nothing much."""
    return _SECONDS.get(unit if unit == "M" else unit.lower().removesuffix("s") or unit, 1)


def of_zones(portal: str, others: dict[str, str]) -> Finding:
    """`others` are the zones of the database and of this machine, where they are known, by what they are called."""
    if portal != ZONE:
        remedy = f"TIME_ZONE 和 CELERY_TIMEZONE 都要是 {ZONE}：年度和期限按北京时间算"
        return Finding("时区", f"是 {portal}", remedy, is_missing=True)
    apart = "、".join(f"{name} {zone}" for name, zone in others.items() if zone != ZONE)
    text = f"{ZONE}；{apart}：年度和期限不受影响，只是那里的日志和定时任务用那里的时间" if apart else ZONE
    return Finding("时区", text)
