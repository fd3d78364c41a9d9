"""What may enter the ledger, through any door (A7, A16, A28; inputs.md A)."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from ceportal.kernel.rules.refusal import Refusal
from credits.enums import PublicKind, Subject
from credits.rules.requirements import HALF, ZERO, Standing

LARGEST = Decimal(9999)


def reasons_not_to_credit(
    *, hours: Decimal, subject: str, public_kind: str, started_on: date, ended_on: date
) -> Iterator[Refusal]:
    """Why this can stand in nobody's account. Whether it may be claimed at all is asked at its door."""
    if not hours.is_finite() or hours <= 0 or hours > LARGEST:
        yield Refusal("hours", "学时应大于 0，且不超过 9999。", field="hours")
    elif hours % HALF:
        yield Refusal("half_steps", "学时以 0.5 为一档，例如 8 或 8.5。", field="hours", clause="A16")
    if subject not in Subject.values:
        yield Refusal("subject", "请选择公需科目或专业科目。", field="subject")
    if public_kind and subject != Subject.PUBLIC:
        yield Refusal("public_kind", "只有公需科目才分必修课和选修课。", field="public_kind", clause="A28")
    if ended_on < started_on:
        yield Refusal("ends_before_start", "结束日期早于开始日期，请核对。", field="ended_on")


def shares(subject: str, public_kind: str, hours: Decimal) -> Standing:
    """To which columns of an account `hours` (plus or minus) belong; compulsory hours are public ones too (A28)."""
    if subject == Subject.PROFESSIONAL:
        return Standing(professional=hours)
    if subject == Subject.ELECTIVE:
        return Standing(elective=hours)
    return Standing(public=hours, public_compulsory=hours if public_kind == PublicKind.COMPULSORY else ZERO)
