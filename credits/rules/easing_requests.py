"""What is asked when a person asks to owe less, or nothing (A18), and what would be granted then."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ceportal.kernel.rules.refusal import Refusal
from credits.enums import EasingGround, ObligationKind
from credits.rules.obligation import Grant
from credits.rules.requirements import ZERO

ASKABLE = (ObligationKind.EXEMPT, ObligationKind.REDUCED)
CLAUSE = "A18"
LESS = "每个科目每年最多减免"
# A form has no field for the total: it follows from the two subjects.
_FIELDS = {"less_total": "less_public", "less_public_compulsory": "less_public"}


@dataclass(frozen=True)
class Asked:
    """Hours are less each year; for an exemption there are none."""

    kind: str
    ground: str
    year_from: int | None
    year_to: int | None
    less_public: Decimal = ZERO
    less_professional: Decimal = ZERO


def wanted(asked: Asked, *, document: str) -> Grant:
    """What is to be granted. The ground alone goes into the record: the words and the paper stay with the request."""
    is_reduced = asked.kind == ObligationKind.REDUCED
    less = {"public": asked.less_public, "professional": asked.less_professional} if is_reduced else {}
    less = {name: hours for name, hours in less.items() if hours}
    total = {"total": sum(less.values(), ZERO)} if less else {}
    return Grant(
        kind=asked.kind,
        year_from=asked.year_from or 0,
        year_to=asked.year_to or 0,
        reason=EasingGround(asked.ground).label,
        clause=CLAUSE,
        document=document,
        less=total | less,
    )


def reasons_not_to_ask(asked: Asked, *, today: date) -> Iterator[Refusal]:
    """What must be said before the regulation is asked whether it can be granted."""
    if asked.kind not in ASKABLE:
        yield Refusal("kind", "请选择全年免修，还是减免一部分学时。", field="kind")
    if asked.ground not in EasingGround.values:
        yield Refusal("ground", "请选择原因。", field="ground")
    if asked.year_from is None:
        yield Refusal("year_from", "请选择起始年度。", field="year_from")
    elif asked.year_from < today.year - 1:
        message = f"只能申请 {today.year - 1} 年度及以后的减免，更早的年度已经结束。"
        yield Refusal("too_early", message, field="year_from")
    if asked.year_to is None:
        yield Refusal("year_to", "请选择截止年度。", field="year_to")


def beside_fields(reasons: Iterable[Refusal]) -> list[Refusal]:
    """Reasons not to grant, beside the fields of our form they are about: of one field each kind once."""
    moved = [replace(reason, field=_FIELDS.get(reason.field, reason.field)) for reason in reasons]
    return list({(reason.code, reason.field): reason for reason in reversed(moved)}.values())[::-1]
