"""Recognising hours of another province: what is claimed, when it is too late, how much may be recognised (A1, A7, A8).

The years are those for which hours may be declared: the regulation knows no other time for hours from elsewhere.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import comparable, reasons_not_to_accept
from credits.rules.declaring import Limits, ceiling
from credits.rules.provinces import PROVINCES
from credits.rules.typed import reasons_not_to_keep_day, reasons_not_to_keep_hours
from credits.rules.window import CLOSED, Opening, reasons_of_the_time

ISSUER_LIMIT = 60
NUMBER_LIMIT = 60
CLAIMED, RECOGNISED = "每个科目最多申报", "每个科目最多认定"
SUBJECTS = {"public": "公需科目", "professional": "专业科目"}


@dataclass(frozen=True)
class Transcript:
    """What a transcript of another province says, as it is claimed."""

    province: str
    started_on: date | None
    ended_on: date | None
    issuer: str
    number: str
    public: Decimal
    professional: Decimal


def key_of(issuer: str, number: str) -> str:
    """64 hex digits by which a transcript is known again, however its issuer and number are written."""
    return hashlib.sha256(f"{comparable(issuer)}\x1f{comparable(number)}".encode()).hexdigest()


def title_of(province: str, issuer: str) -> str:
    """How the hours are called in the account."""
    return f"{PROVINCES[province]}继续教育（{issuer}）"


def reasons_not_to_claim(
    transcript: Transcript, *, today: date, limits: Limits | None, opening: Opening = CLOSED
) -> Iterator[Refusal]:
    """Everything that is missing or wrong, in the order of the page.

    `limits` are of the year of the end date, `opening` lets the person into a closed one.
    """
    if transcript.province not in PROVINCES:
        yield Refusal("province", "请选择取得学时的省份。", field="province")
    days = ((transcript.started_on, "started_on"), (transcript.ended_on, "ended_on"))
    for day, name in days:
        if day is not None:
            yield from reasons_not_to_keep_day(day, field=name)
    if transcript.started_on is None:
        yield Refusal("no_start", "请填写开始日期。", field="started_on")
    elif transcript.ended_on and transcript.ended_on < transcript.started_on:
        yield Refusal("ends_before_start", "结束日期早于开始日期，请核对。", field="ended_on")
    elif transcript.ended_on and transcript.started_on.year != transcript.ended_on.year:
        message = "一份申请只认定一个年度的学时。跨年的请按年度分开申请。"
        yield Refusal("two_years", message, field="started_on", clause="A7")
    if transcript.ended_on is None:
        yield Refusal("no_end", "请填写结束日期。", field="ended_on")
    else:
        yield from reasons_of_the_time(transcript.ended_on, today=today, limits=limits, opening=opening)
    yield from reasons_not_to_accept(transcript.issuer, field="issuer", label="出具单位", limit=ISSUER_LIMIT)
    number = transcript.number
    yield from reasons_not_to_accept(number, field="transcript_no", label="证明编号", limit=NUMBER_LIMIT)
    yield from _about_hours(transcript, limits)


def reasons_not_to_recognise(
    *, public: Decimal, professional: Decimal, public_claimed: Decimal, professional_claimed: Decimal
) -> Iterator[Refusal]:
    """Of each subject at most what was claimed, and something of one of them."""
    claimed = {"public": public_claimed, "professional": professional_claimed}
    for name, hours in (("public", public), ("professional", professional)):
        if hours:
            yield from reasons_not_to_keep_hours(hours, field=name, most_words=RECOGNISED)
        if hours.is_finite() and hours > claimed[name]:
            message = f"{SUBJECTS[name]}最多认定申报的 {claimed[name].normalize():f} 学时。"
            yield Refusal("more_than_claimed", message, field=name)
    if not public and not professional:
        yield Refusal("nothing", "一个学时也不认定，请选“不予批准”。", field="public")


def _about_hours(transcript: Transcript, limits: Limits | None) -> Iterator[Refusal]:
    for name, hours in (("public_claimed", transcript.public), ("professional_claimed", transcript.professional)):
        if hours:
            yield from reasons_not_to_keep_hours(hours, field=name, most_words=CLAIMED)
    total = transcript.public + transcript.professional
    if not total:
        yield Refusal("no_hours", "请填写公需科目或专业科目的学时。", field="public_claimed")
    start, end = transcript.started_on, transcript.ended_on
    if limits is None or start is None or end is None or end < start or not total.is_finite():
        return
    if total > (most := ceiling(start, end, limits)):
        message = f"按起止日期计算，每天最多 {limits.per_day.normalize():f} 学时，最多 {most.normalize():f} 学时。"
        yield Refusal("over_ceiling", message, field="professional_claimed", clause=limits.per_day_clause)
