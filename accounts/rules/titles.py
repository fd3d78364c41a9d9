"""A change of title or level: what must be said of it (A19, A30)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from accounts.enums import TitleLevel
from accounts.rules.registration import FIRST_TITLES, NO_TITLE_SERIES, TITLE_MISMATCH
from ceportal.kernel.rules.refusal import Refusal


@dataclass(frozen=True)
class Title:
    """`series` is a code, empty or 99 for none; `since` when it was obtained, where that is known."""

    series: str
    level: str
    since: date | None

    @property
    def is_none(self) -> bool:
        return self.series in {"", NO_TITLE_SERIES}


def reasons_not_to_change(wanted: Title, held: Title, *, today: date) -> Iterator[Refusal]:
    """`held` is what is on record now: a title follows it in time, and says something else."""
    day = wanted.since
    if wanted.is_none and wanted.level != TitleLevel.NONE:
        yield TITLE_MISMATCH
    elif not wanted.is_none and wanted.level == TitleLevel.NONE:
        yield Refusal("title_level", "请选择职称级别。", field="title_level")
    elif (wanted.series, wanted.level) == (held.series, held.level) and wanted.since == held.since:
        yield Refusal("title_same", "与现在登记的职称相同，不需要变更。", field="title_level")
    if day is None:
        yield Refusal(
            "title_day", "请填写取得日期（不再具有职称的，填写起始日期）。", field="title_since", clause="A19"
        )
    elif day > today:
        yield Refusal("title_day", "职称的取得日期不能晚于今天。", field="title_since")
    elif day.year < FIRST_TITLES:
        yield Refusal("title_day", f"请核对职称的取得日期，不应早于 {FIRST_TITLES} 年。", field="title_since")
    elif held.since is not None and day < held.since:
        message = f"现在登记的职称是 {held.since} 取得的，新的职称不能早于这一天。"
        yield Refusal("title_day", message, field="title_since")
