"""What a unit may recognise of its own: stricter than the rule or as strict, never more generous (S0-19, S2-11)."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.rules.text import reasons_not_to_accept
from credits.enums import Basis
from credits.rules.conversion import Conversion, Standard, plain
from credits.rules.typed import reasons_not_to_keep_hours

# Of a label of evidence, of the kinds asked beside the rule's, of what is explained.
EVIDENCE_LIMIT, MOST_EVIDENCE, WORDING_LIMIT = 40, 5, 300
# How many days ahead a standard may be announced.
_AHEAD = 366


def reasons_not_to_set(
    standard: Standard, conversions: Sequence[Conversion], per_day: Decimal | None
) -> Iterator[Refusal]:
    """Why a unit cannot recognise so: its own standard is stricter than the rule or as strict (S0-19).

    `conversions` are those of the activity that hold where the unit is; `per_day` bounds a day of
    attendance, None for what is not attended.
    """
    if standard.amount is None and standard.yearly_cap is None and not (standard.evidence or standard.wording):
        yield Refusal("says_nothing", "请至少填写一项：学时、年度上限、另需的材料或文字说明。", field="amount")
    for label in standard.evidence:
        yield from reasons_not_to_accept(label, field="evidence", label="材料名称", limit=EVIDENCE_LIMIT)
    if len(standard.evidence) > MOST_EVIDENCE:
        yield Refusal("too_many", f"另需的材料最多 {MOST_EVIDENCE} 种。", field="evidence")
    if standard.wording:
        flat = standard.wording.replace("\r\n", " ").replace("\n", " ")
        yield from reasons_not_to_accept(flat, field="wording", label="文字说明", limit=WORDING_LIMIT)
    for hours, name in ((standard.amount, "amount"), (standard.yearly_cap, "yearly_cap")):
        if hours is not None:
            yield from reasons_not_to_keep_hours(hours, field=name)
    yield from _more_generous(standard, conversions, per_day)


def _more_generous(standard: Standard, conversions: Sequence[Conversion], per_day: Decimal | None) -> Iterator[Refusal]:
    most = _most_of(conversions, per_day)
    if standard.amount is not None and most is not None and standard.amount > most:
        message = f"不能高于现行规定的 {plain(most)} 学时：单位的标准可以更严，不能更宽。"
        yield Refusal("more_generous", message, field="amount", clause="S0-19")
    caps = [row.yearly_cap for row in conversions if row.yearly_cap is not None]
    if standard.yearly_cap is not None and caps and standard.yearly_cap > max(caps):
        message = f"不能高于现行规定的每年 {plain(max(caps))} 学时：单位的标准可以更严，不能更宽。"
        yield Refusal("more_generous", message, field="yearly_cap", clause="S0-19")


def _rule_words(row: Conversion, *, is_one: bool) -> str:
    if not row.is_counted:
        return (row.note or f"{Basis(row.basis).label}。") + _left_out(row)
    if row.by_rank:
        given = f"按排名 {'、'.join(map(plain, row.by_rank))} {row.unit}"
    else:
        given = f"{plain(row.amount or Decimal(0))} {row.unit}/{Basis(row.basis).label}"
    if row.addition:
        given += f"，另加 {plain(row.addition)} {row.unit}"
    return given if is_one else f"{row.name}：{given}"


def _left_out(row: Conversion) -> str:
    ranks = f"只折算前 {row.author_limit} 位。" if row.author_limit else ""
    return ranks + (f"{'、'.join(row.exclusions)}除外。" if row.exclusions else "")


def _most_of(conversions: Sequence[Conversion], per_day: Decimal | None) -> Decimal | None:
    """The highest amount the rules know for one; None where one of them names none."""
    amounts = [per_day if row.basis == Basis.ORGANISER else row.most for row in conversions]
    known = [amount for amount in amounts if amount is not None]
    return max(known) if known and len(known) == len(amounts) else None


def reasons_not_to_begin(valid_from: date, *, today: date) -> Iterator[Refusal]:
    """People are told beforehand: a standard holds for what begins on a day that has not passed, within a year."""
    if valid_from < today:
        message = "开始执行的日期不能早于今天：标准要事先让本单位人员知道。"
        yield Refusal("in_the_past", message, field="valid_from", clause="S0-19")
    elif (valid_from - today).days > _AHEAD:
        yield Refusal("too_far", "开始执行的日期请填在一年以内。", field="valid_from")


def per_of(conversion: Conversion | None, *, is_attended: bool) -> str:
    """What a unit's amount is for: 天, 门 …; where nothing is counted, a day of attendance or one item."""
    if conversion and conversion.is_counted:
        return str(Basis(conversion.basis).label)
    return "天" if is_attended else "项"


def rule_words(rows: Sequence[Conversion]) -> list[str]:
    """What the rules give for an activity, a sentence for each case."""
    return [_rule_words(row, is_one=len(rows) == 1) for row in rows]


def words_of(standard: Standard, *, per: str, unit: str) -> list[str]:
    """What a unit recognises, one sentence each; `per` is what its amount is for."""
    words = [f"每{per}最多 {plain(standard.amount)} {unit}"] if standard.amount is not None else []
    if standard.yearly_cap is not None:
        words.append(f"每年最多 {plain(standard.yearly_cap)} {unit}")
    if standard.evidence:
        words.append(f"另需提供{'、'.join(standard.evidence)}")
    return [*words, *([standard.wording] if standard.wording else [])]
