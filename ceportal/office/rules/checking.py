"""What the independent checker looks at, in order, and what it may find. The words are those of the operator's page."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

KINDS = {
    "total": "年度账户与明细之和不符",
    "state": "通过的申报没有他人的通过意见",
    "year": "学时的年度不是培训结束之年",
    "certificate": "有效证书的内容或依据不符",
    "sheet": "证书文件缺失或被改动",
    "file": "材料文件缺失或被改动",
    "chain": "操作记录与封存不符",
    "letter": "公文文件缺失或被改动",
    "entry": "明细没有年度账户，或与来源的人员、年度、科目不符",
    "claim": "来源的学时与其明细之和不符",
    "verdict": "是否达标或所依规则与现行规则不符",
}
# The night's check begins at the first round after this hour in Shanghai.
NIGHT = time(2)
_SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Finding:
    """`kind` is one of `KINDS`; `ref` is what is known of the row outside, or the number of a seal."""

    kind: str
    ref: str


def last_night(now: datetime) -> datetime:
    """The moment from which the latest nightly check was due."""
    local = now.astimezone(_SHANGHAI)
    begins = local.replace(hour=NIGHT.hour, minute=0, second=0, microsecond=0)
    return begins if local >= begins else begins - timedelta(days=1)


def sheet_text_digest(snapshot: Any) -> str:
    """SHA-256 of what a certificate says: JSON with sorted keys, without blanks, in UTF-8 (docs/decisions/0011)."""
    text = json.dumps(snapshot, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def seal_digest(previous: str, head: Sequence[Any], lines: Iterable[str]) -> str:
    """As decision 38 describes it: the digest before, every line, then the seal's own numbers."""
    text = "".join(f"{line}\n" for line in (previous, *lines)) + json.dumps(list(head))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def line_of(values: Sequence[Any], *, is_spaced: bool) -> str:
    """A row of the trail as its database writes a JSON array: PostgreSQL with blanks, SQLite without."""
    return json.dumps(list(values), ensure_ascii=False, separators=(", ", ": ") if is_spaced else (",", ":"))


def utc_text(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"
