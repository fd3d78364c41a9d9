"""How many hours may be claimed: no more than the rule, the unit's own standard and the yearly cap leave, and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ceportal.kernel.rules.refusal import Refusal
from credits.enums import Unit
from credits.rules.conversion import Conversion, Learnt, Standard, Sum, count_of, in_halves, lower, plain, summed
from credits.rules.standards import per_of, words_of
from credits.rules.typed import MOST_HOURS


@dataclass(frozen=True)
class Bound:
    """The most that may be claimed, and what says so."""

    hours: Decimal
    reason: Refusal


@dataclass(frozen=True)
class Worked:
    """`hours` is what the conversion comes to, None where it counts nothing or `lacking` names what it must still know.

    `words` are the sum as one would write it down. `ceiling` is what the days of attendance allow. `bounds` hold for
    the hours claimed, `doubts` are for the eye.
    """

    conversion: Conversion | None = None
    standard: Standard | None = None
    hours: Decimal | None = None
    words: str = ""
    lacking: tuple[str, ...] = ()
    ceiling: Decimal | None = None
    bounds: tuple[Bound, ...] = ()
    doubts: tuple[Refusal, ...] = ()
    cap: Decimal | None = None
    used: Decimal = Decimal(0)
    is_attended: bool = True

    @property
    def standard_words(self) -> list[str]:
        return words_of(self.standard, per=self.per, unit=self.unit) if self.standard else []

    @property
    def most(self) -> Decimal | None:
        """The most that may be claimed; None where nothing bounds it but the form itself."""
        return self.tightest.hours if self.tightest else None

    @property
    def tightest(self) -> Bound | None:
        return min(self.bounds, key=lambda bound: bound.hours, default=None)

    @property
    def left(self) -> Decimal | None:
        """What of the yearly cap is left."""
        return None if self.cap is None else max(self.cap - self.used, Decimal(0))

    @property
    def unit(self) -> str:
        return self.conversion.unit if self.conversion else Unit.HOURS

    @property
    def per(self) -> str:
        """What one amount is for: 天, 门 …; where nothing is counted, a day of attendance or one item."""
        return per_of(self.conversion, is_attended=self.is_attended)

    @property
    def is_judged(self) -> bool:
        return self.conversion is not None and self.conversion.is_judged

    @property
    def is_for_reference(self) -> bool:
        return self.conversion is not None and self.conversion.is_candidate

    @property
    def is_capped(self) -> bool:
        """Whether the cap, not the sum, bounds what can be claimed."""
        return self.hours is not None and self.left is not None and self.left < self.hours


def work_out(
    conversion: Conversion | None,
    learnt: Learnt,
    *,
    standard: Standard | None = None,
    lacking: Sequence[str] = (),
) -> Worked:
    """What `learnt` comes to. `lacking` is what kept the conversion itself from being known."""
    total = summed(conversion, learnt, standard) if conversion else Sum()
    plainly = Worked(
        conversion=conversion,
        standard=standard,
        hours=total.hours,
        words=total.words or ("" if lacking or total.lacking else _words_of_days(conversion, learnt)),
        lacking=(*lacking, *total.lacking),
        ceiling=_ceiling(conversion, learnt),
        doubts=tuple(_doubts(conversion, learnt)) if conversion else (),
        cap=_cap(conversion, standard),
        used=learnt.used,
        is_attended=learnt.is_attended,
    )
    found = (_ceiling_of_days, _bound_of_the_sum, _bound_of_the_unit, _bound_of_the_year)
    return replace(plainly, bounds=tuple(bound for each in found if (bound := each(plainly, learnt))))


def reasons_not_to_claim(hours: Decimal, worked: Worked) -> Iterator[Refusal]:
    """Why `hours` are more than may be claimed: the tightest bound says it."""
    if worked.tightest and hours.is_finite() and hours > worked.tightest.hours:
        yield worked.tightest.reason
    conversion = worked.conversion
    if conversion and not conversion.is_candidate:
        yield from worked.doubts


def capped_words(hours: Decimal | None, worked: Worked) -> str:
    """What to tell of hours that the yearly cap, and nothing else, holds down; empty for others."""
    if hours is None or worked.hours is None or worked.cap is None or not worked.is_capped or hours != worked.left:
        return ""
    return (
        f"按年度上限计 {plain(hours)} {worked.unit}：按规定计算是 {plain(worked.hours)} {worked.unit}，"
        f"每年最多 {plain(worked.cap)} {worked.unit}，其他申报已占 {plain(worked.used)} {worked.unit}"
    )


def _cap(conversion: Conversion | None, standard: Standard | None) -> Decimal | None:
    """What a year allows by the rule, where it is law, and by the unit."""
    rule = conversion.yearly_cap if conversion and not conversion.is_candidate else None
    return lower(rule, standard.yearly_cap if standard else None)


def _words_of_days(conversion: Conversion | None, learnt: Learnt) -> str:
    """What the days of attendance give at most, where nothing else counts them."""
    if (most := _ceiling(conversion, learnt)) is None or learnt.per_day is None:
        return ""
    return f"{plain(learnt.per_day)} 学时/天 × {learnt.days} 天 = {plain(most)} 学时"


def _ceiling(conversion: Conversion | None, learnt: Learnt) -> Decimal | None:
    """So much a day of attendance (A17), unless a conversion that is law says how much a day gives.

    Reading a paper takes no day: what it adds stands above.
    """
    is_law = conversion is not None and conversion.is_counted and not conversion.is_candidate
    if is_law or not learnt.is_attended or learnt.per_day is None or (learnt.days or 0) <= 0:
        return None
    return learnt.per_day * (learnt.days or 0) + _addition(conversion)


def _addition(conversion: Conversion | None) -> Decimal:
    return (conversion.addition if conversion else None) or Decimal(0)


def _doubts(conversion: Conversion, learnt: Learnt) -> Iterator[Refusal]:
    """What the conversion does not convert: refused where it is law, told to declarant and reviewer where it is not."""
    for reason in _not_converted(conversion, learnt):
        if conversion.is_candidate:
            yield replace(reason, message=f"参考标准（待核实）：{reason.message}", clause="")
        else:
            yield replace(reason, clause=conversion.clause)


def _not_converted(conversion: Conversion, learnt: Learnt) -> Iterator[Refusal]:
    rank = learnt.details.get("rank")
    limit = conversion.author_limit
    if limit is None and conversion.by_rank and conversion.beyond is None:
        limit = len(conversion.by_rank)
    if isinstance(rank, int) and limit is not None and rank > limit:
        yield Refusal("beyond_rank", f"只折算排名前 {limit} 位，本人排在第 {rank} 位。", field="rank")
    if learnt.details.get("supplement") == "yes" and conversion.exclusions:
        yield Refusal("excluded", f"{'、'.join(conversion.exclusions)}上的文章不折算。", field="supplement")
    if conversion.subject and learnt.subject and learnt.subject != conversion.subject:
        yield Refusal("wrong_subject", "这种学习方式的学时不计入所选的科目。", field="subject")


def _ceiling_of_days(worked: Worked, learnt: Learnt) -> Bound | None:
    """Where the rule set refuses what is above a day's ceiling; elsewhere the reviewer sees it."""
    if worked.ceiling is None or learnt.per_day is None or not learnt.per_day_refuses:
        return None
    addition = _addition(worked.conversion)
    read = f"，宣读论文另加 {plain(addition)} 学时" if addition else ""
    message = (
        f"从开始到结束共 {learnt.days} 天，每天最多 {plain(learnt.per_day)} 学时{read}，"
        f"最多申报 {plain(worked.ceiling)} 学时。"
    )
    return Bound(worked.ceiling, Refusal("over_ceiling", message, field="hours_claimed", clause=learnt.per_day_clause))


def _bound_of_the_sum(worked: Worked, learnt: Learnt) -> Bound | None:
    conversion, hours = worked.conversion, worked.hours
    if conversion is None or conversion.is_candidate or hours is None:
        return None
    most = min(hours, MOST_HOURS)
    message = f"按规定计算：{worked.words}，最多申报 {plain(most)} {conversion.unit}。"
    return Bound(most, Refusal("over_computed", message, field="hours_claimed", clause=conversion.clause))


def _bound_of_the_unit(worked: Worked, learnt: Learnt) -> Bound | None:
    """The unit's own amount, which binds also where the rule itself is for reference or silent."""
    standard, conversion = worked.standard, worked.conversion
    if standard is None or standard.amount is None or worked.lacking:
        return None
    if conversion and conversion.is_counted:
        most = in_halves(standard.amount * count_of(conversion, learnt) + _addition(conversion))
    else:
        most = standard.amount * (max(learnt.days or 0, 0) if learnt.is_attended else 1)
    message = (
        f"{standard.unit_name}的认定标准（自 {standard.valid_from.isoformat()} 起）：每{worked.per}最多"
        f" {plain(standard.amount)} {worked.unit}，这一项最多申报 {plain(most)} {worked.unit}。"
    )
    return Bound(most, Refusal("over_standard", message, field="hours_claimed", clause="S0-19"))


def _bound_of_the_year(worked: Worked, learnt: Learnt) -> Bound | None:
    left, cap, standard = worked.left, worked.cap, worked.standard
    if left is None or cap is None:
        return None
    is_units_own = standard is not None and standard.yearly_cap == cap
    who = f"{standard.unit_name}的认定标准规定，" if standard and is_units_own else ""
    rest = f"还可以申报 {plain(left)} {worked.unit}" if left else "今年不能再申报这一种"
    message = (
        f"{who}“{learnt.activity_name}”每年最多计 {plain(cap)} {worked.unit}，"
        f"您 {learnt.year} 年度已申报 {plain(worked.used)} {worked.unit}，{rest}。"
    )
    clause = "S0-19" if is_units_own or worked.conversion is None else worked.conversion.clause
    return Bound(left, Refusal("over_cap", message, field="hours_claimed", clause=clause))
