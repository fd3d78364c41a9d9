"""Whether something can be granted to a person as it is asked for: one answer for the request and for the grant."""

from collections.abc import Iterator
from datetime import datetime

from accounts.models import Professional, User
from ceportal.kernel.rules.dated import is_year
from ceportal.kernel.rules.refusal import Refusal
from credits.enums import ObligationKind
from credits.rules.obligation import Grant, reasons_not_to_grant, years_of
from credits.rules.requirements import Requirements
from credits.selectors.bench import Bench
from credits.selectors.obligations import grants_of
from credits.selectors.regulation import rule_book


def reasons_not_to_ease(professional: Professional, wanted: Grant, *, by: User, now: datetime) -> Iterator[Refusal]:
    """Why `by` cannot grant `wanted`: their own matter, another fact of those years, impossible hours."""
    if by.pk == professional.user_id:
        yield Refusal("own", "不能办理自己的事项，请由其他人员办理。", clause="A24")
    others = grants_of([professional.pk]).get(professional.pk, ())
    asked: dict[int, Requirements] = {}
    if wanted.kind == ObligationKind.REDUCED and is_year(wanted.year_from):
        asked = {rule.year: rule for rule in _asked(professional, wanted, now)}
        for year in years_of(wanted):
            if year not in asked:
                yield Refusal("no_rule", f"{year} 年度还没有学时规定，没有可以减免的学时。", field="year_to")
    yield from reasons_not_to_grant(wanted, others=others, asked=asked.values())


def _asked(professional: Professional, wanted: Grant, now: datetime) -> Iterator[Requirements]:
    """What the rule asks of people like this one in each year of the grant."""
    bench = Bench(rule_book(), now)
    for year in years_of(wanted):
        judged = bench.judged(professional, year)
        found = bench.asked(judged.area, year, judged.level, judged.trade)
        if found is not None:
            yield found
