"""Whether a year's certificate is due, stands, is replaced or taken back (S4-11; reading A14)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from ceportal.kernel.rules.refusal import Refusal


class Verdict(Enum):
    """What the clock has to do with an account that changed."""

    NOTHING = "nothing"
    PROMISE = "promise"
    CONFIRM = "confirm"
    HOLD = "hold"
    SUPERSEDE = "supersede"
    REVOKE = "revoke"


@dataclass(frozen=True)
class Printed:
    """An item of a live certificate and what has become of it: the hours printed and those that count today."""

    title: str
    hours: Decimal
    counted: Decimal
    is_held: bool

    @property
    def is_lost(self) -> bool:
        return not self.is_held and self.counted < self.hours


def verdict(
    *, is_met: bool, printed: Iterable[Printed] | None, is_of_another_level: bool = False, is_renamed: bool = False
) -> Verdict:
    """`printed` is None when there is no live certificate. `is_of_another_level`: it prints a level, and what that
    level asks, by which the year is no longer judged (A19). `is_renamed`: the name or number on it was put right.

    Hours earned afterwards leave a certificate as it is. While an item printed on it is held, nothing is decided: the
    public page says 正在复核. A printed item that was reversed costs the certificate its place, met or not; so does
    a requirement that rose above what the person has (A19).
    """
    if printed is None:
        return Verdict.PROMISE if is_met else Verdict.NOTHING
    items = list(printed)
    if any(item.is_held for item in items):
        return Verdict.HOLD
    if not is_met:
        return Verdict.REVOKE
    is_stale = is_of_another_level or is_renamed or any(item.is_lost for item in items)
    return Verdict.SUPERSEDE if is_stale else Verdict.CONFIRM


def verdict_of_merged(*, has_live: bool, still_counts: bool, is_met: bool) -> Verdict:
    """Of an account that was merged into another. `still_counts`: hours of the year are still to be brought over;
    `is_met`: the account that goes on meets the year.
    """
    if not has_live:
        return Verdict.NOTHING
    if still_counts:
        return Verdict.HOLD
    return Verdict.SUPERSEDE if is_met else Verdict.REVOKE


def why_merged(*, is_met: bool) -> str:
    """What everybody may read about the certificate of an account that was merged."""
    merged = "持证人有两个账号，已合并为一个"
    return f"{merged}，以合并后账号的证书为准。" if is_met else f"{merged}，合并后本年度学时不再达到要求。"


RENEWED = "年度已截止，应持证人申请换发了列有全年学时的新证书。"


def reasons_not_to_renew(*, is_issued: bool, is_settled: bool, closed_on: str, unlisted: int) -> Iterator[Refusal]:
    """Of a certificate whose holder asks for a new edition with all hours of the year (A14).

    `is_settled`: nothing has changed that the clock has not looked at. `closed_on` is the year's last day in words,
    empty while the year is open to this person. `unlisted` counts what was learned and does not stand on it.
    """
    if not is_issued:
        yield Refusal("not_valid", "只有已签发且有效的证书可以换发。")
    elif not is_settled:
        yield Refusal("under_review", "您的学时有变动，正在复核这份证书，请稍后再试。")
    elif not closed_on:
        yield Refusal(
            "year_open",
            "本年度还可以申报学时。年度截止后再换发，一次列全；现在的证书一直有效。",
            clause="A14",
        )
    elif not unlisted:
        yield Refusal("nothing_new", "证书已列出本年度的全部学时，不需要换发。")


def why_it_ended(printed: Iterable[Printed], *, is_met: bool, is_renamed: bool = False) -> str:
    """What everybody may read about a certificate that is no longer valid: no names, no reviewer's words."""
    lost = [item for item in printed if item.is_lost]
    if not lost and is_met and is_renamed:
        return "持证人的姓名或证件号码已按证明材料更正，已换发新证书。"
    if not lost and is_met:
        return "职称级别按年末情况重新认定，学时要求随之变化；学时仍达到要求，已换发新证书。"
    if not lost:
        return "本年度的学时要求发生变化，证书所列学时未达到要求。"
    hours = sum((item.hours - item.counted for item in lost), Decimal(0))
    what = f"证书所列的 {len(lost)} 项学习记录（共 {plain(hours)} 学时）经复核已撤销"
    return f"{what}；其余学时仍达到本年度要求，已换发新证书。" if is_met else f"{what}，本年度学时不再达到要求。"


def plain(hours: Decimal) -> str:
    """8, 8.5: a half is written, a zero after the point is not."""
    return f"{hours:f}".rstrip("0").rstrip(".") if "." in f"{hours:f}" else f"{hours:f}"
