"""What a unit may recognise of its own: stricter than the rule or as strict, never more generous (S0-19, S2-11)."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from ceportal.kernel.rules.refusal import Refusal
from credits.enums import Basis
from credits.rules.conversion import HALF, Conversion, Standard, plain


def reasons_not_to_set(standard: Standard, conversions: Sequence[Conversion], per_day: Decimal) -> Iterator[Refusal]:
    """Why a unit cannot recognise so much: its own standard is stricter than the rule or as strict (S0-19).

    `conversions` are those of the activity that hold where the unit is; `per_day` bounds a day of attendance.
    """
    for value, name, label in (
        (standard.amount, "amount", "认定的学时"),
        (standard.yearly_cap, "yearly_cap", "每年最多"),
    ):
        if value is not None and (value <= 0 or value % HALF):
            yield Refusal("standard_step", f"{label}应大于 0，以 0.5 为单位。", field=name)
    most = _most_of(conversions, per_day)
    if standard.amount is not None and most is not None and standard.amount > most:
        message = f"不能高于现行规定的 {plain(most)} 学时：单位的标准可以更严，不能更宽。"
        yield Refusal("more_generous", message, field="amount", clause="S0-19")
    caps = [row.yearly_cap for row in conversions if row.yearly_cap is not None]
    if standard.yearly_cap is not None and caps and standard.yearly_cap > max(caps):
        message = f"不能高于现行规定的每年 {plain(max(caps))} 学时：单位的标准可以更严，不能更宽。"
        yield Refusal("more_generous", message, field="yearly_cap", clause="S0-19")


def _most_of(conversions: Sequence[Conversion], per_day: Decimal) -> Decimal | None:
    """The highest amount the rules know for one; None where one of them leaves it to the reviewer."""
    amounts = [per_day if row.basis == Basis.ORGANISER else row.most for row in conversions]
    known = [amount for amount in amounts if amount is not None]
    return max(known) if known and len(known) == len(amounts) else None


def words_of(standard: Standard, *, per: str, unit: str) -> list[str]:
    """What a unit recognises, one sentence each; `per` is what its amount is for."""
    words = [f"每{per}最多 {plain(standard.amount)} {unit}"] if standard.amount is not None else []
    if standard.yearly_cap is not None:
        words.append(f"每年最多 {plain(standard.yearly_cap)} {unit}")
    if standard.evidence:
        words.append(f"另需提供{'、'.join(standard.evidence)}")
    return [*words, *([standard.wording] if standard.wording else [])]
