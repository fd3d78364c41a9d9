"""Why hours were counted: what stands in the entry of a declaration."""

from decimal import Decimal

from accounts.enums import Move
from credits.enums import FieldStatus
from credits.models import Declaration
from credits.selectors.at_hand import at_hand


def why_credited(declaration: Declaration, hours: Decimal) -> str:
    """Fewer than claimed, bounded by the cap of a year, set by the reviewer: each is said."""
    claimed, reasons = declaration.hours_claimed, ["申报经审核通过"]
    if claimed is not None and hours < claimed:
        reasons = [f"申报 {_plain(claimed)} 学时，审核认定 {_plain(hours)} 学时"]
    if declaration.conversion is not None and declaration.conversion.status == FieldStatus.CANDIDATE:
        reasons.append("折算依据待核实，学时由审核单位认定")
    noted = _noted_when_handed_in(declaration)
    return "；".join([*reasons, *([noted] if noted else [])])


def _noted_when_handed_in(declaration: Declaration) -> str:
    if hand := at_hand(declaration):
        return hand.submitted_because
    submitted = declaration.steps.filter(move=Move.SUBMIT).order_by("id").last()
    return submitted.reason if submitted else ""


def ground_of(declaration: Declaration) -> str:
    """The clause by which the hours were counted, where that is law."""
    conversion = declaration.conversion
    is_law = conversion is not None and conversion.status == FieldStatus.VERIFIED
    return conversion.clause if conversion and is_law else ""


def _plain(hours: Decimal) -> str:
    return f"{hours.normalize():f}"
