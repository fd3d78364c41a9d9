"""What a unit sets aside for training its people, and what of it lowers its taxable income (S2-12, S4-15)."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from ceportal.kernel.rules.refusal import Refusal

# Of the payroll: enough for most, for those with high demands and good profits, and what may be deducted at most.
RATES = {"1.5": Decimal("0.015"), "2.5": Decimal("0.025")}
DEDUCTIBLE = Decimal("0.08")
MOST = Decimal("100000000000")
_CENT, _ZERO = Decimal("0.01"), Decimal(0)


@dataclass(frozen=True)
class Reckoning:
    """In yuan. `short` is what is still to be set aside, `carried` what exceeds 8 % and goes into the next year."""

    due: Decimal
    short: Decimal
    limit: Decimal
    deducted: Decimal
    carried: Decimal


def reckon(*, payroll: Decimal, rate: str, set_aside: Decimal, spent: Decimal, carried_in: Decimal) -> Reckoning:
    """`payroll` is of the year; `rate` a key of `RATES`; `carried_in` what exceeded 8 % in former years."""
    due, limit = _cents(payroll * RATES[rate]), _cents(payroll * DEDUCTIBLE)
    wanted = spent + carried_in
    deducted = min(wanted, limit)
    return Reckoning(due, max(due - set_aside, _ZERO), limit, deducted, wanted - deducted)


def reasons_not_to_record(*, payroll: Decimal, set_aside: Decimal, spent: Decimal) -> Iterator[Refusal]:
    """Each beside its field."""
    if not payroll:
        yield Refusal("no_payroll", "请填写工资总额。", field="payroll", clause="S2-12")
    elif max(set_aside, spent) > payroll:
        yield Refusal("more_than_payroll", "经费比工资总额还多，请核对单位是不是“元”。", field="payroll")


def _cents(value: Decimal) -> Decimal:
    return value.quantize(_CENT, ROUND_HALF_UP)
