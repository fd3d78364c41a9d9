"""Writing rule sets: from the files, and from drafts that were approved. Whoever writes holds the regulation's lock.

What a desk has written no file overwrites: the file's other word is set aside and told of, once a word. What changes
for the running year leaves a run over the accounts it touches (`rule_runs`).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from ceportal.kernel.models import Counter
from ceportal.kernel.rules.dated import DatedRule, overlap
from ceportal.kernel.rules.refusal import refuse_if_any
from ceportal.kernel.services.trail import Actor, record
from credits.enums import RuleOrigin
from credits.models import RuleSet, RuleValue
from credits.rules.regulation_file import reasons_not_to_read, rule_in
from credits.rules.rule_drafts import digest_of, said
from credits.rules.ruleset import LEVELS, reasons_not_to_combine, reasons_not_to_load
from credits.selectors.regulation import as_rule
from credits.services.rule_runs import judge_touched

LOCK = "regulation"


def lock_regulation() -> None:
    """Until the transaction ends nobody else writes a rule set: what is checked across them stays true."""
    Counter.objects.get_or_create(name=LOCK)
    Counter.objects.select_for_update().get(name=LOCK)


@transaction.atomic
def load_rule_sets(entries: Sequence[Any], *, now: datetime) -> int:
    """Rule sets as in `credits.rules.regulation_file`; gives how many changed. Raises `Refused` with every reason
    found; nothing is written then.
    """
    refuse_if_any(reason for entry in entries for reason in reasons_not_to_read(entry))
    lock_regulation()
    rows = {row.code: row for row in RuleSet.objects.prefetch_related("values")}
    held = {code: as_rule(row) for code, row in rows.items()}
    of_desks = [held[code] for code, row in rows.items() if row.origin == RuleOrigin.DESK]
    given, aside = _apart([rule_in(entry) for entry in entries], of_desks)
    others = [rule for code, rule in held.items() if code not in {rule.code for rule in given}]
    refuse_if_any(reasons_not_to_load([*given, *others]))
    refuse_if_any(reasons_not_to_combine([*given, *others]))
    changed = [rule for rule in given if held.get(rule.code) != rule]
    for rule in changed:
        write_rule_set(rule, origin=RuleOrigin.FILE, action="load", by=None, now=now)
    _remember(given)
    replaced = [held[rule.code] for rule in changed if rule.code in held]
    judge_touched(changed, replaced=replaced, now=now)
    _set_aside(aside, rows, of_desks, now)
    return len(changed)


def write_rule_set(rule: DatedRule, *, origin: RuleOrigin, action: str, by: Actor | None, now: datetime) -> RuleSet:
    """Write one rule set, and in the trail what it said before and says now. The caller has asked the rules."""
    held = RuleSet.objects.prefetch_related("values").filter(code=rule.code).first()
    columns = {
        "name": rule.name,
        "area_code": rule.area_code,
        "trade": rule.trade,
        "levels": [level for level in LEVELS if level in rule.levels],
        "year_from": rule.year_from,
        "year_to": rule.year_to,
        "document": rule.document,
        "note": rule.note,
        "origin": origin,
    }
    row, _ = RuleSet.objects.update_or_create(code=rule.code, defaults=columns)
    _keep_figures(row, rule)
    before = said(as_rule(held)) if held else {}
    record(f"rule_set.{action}", row, by=by, now=now, before=before, after=said(rule))
    return row


def _apart(given: Sequence[DatedRule], of_desks: Sequence[DatedRule]) -> tuple[list[DatedRule], list[DatedRule]]:
    """What may be taken over, and what a desk has written itself or gave the years of to another set."""
    mine, aside = list[DatedRule](), list[DatedRule]()
    for rule in given:
        is_a_desks = any(rule.code == other.code or overlap(rule, other) for other in of_desks)
        (aside if is_a_desks else mine).append(rule)
    return mine, aside


def _remember(given: Iterable[DatedRule]) -> None:
    """What the files said when they were taken over."""
    for rule in given:
        digest = digest_of(rule)
        rows = RuleSet.objects.filter(code=rule.code).exclude(file_digest=digest, file_set_aside="")
        rows.update(file_digest=digest, file_set_aside="")


def _set_aside(
    aside: Iterable[DatedRule], rows: dict[str, RuleSet], of_desks: Sequence[DatedRule], now: datetime
) -> None:
    """Mark the sets of which the files say now what they did not when the desk wrote; into the trail once a word."""
    by_code: dict[str, list[DatedRule]] = {}
    for rule in aside:
        code = rule.code if rule.code in rows else next(desk.code for desk in of_desks if overlap(rule, desk))
        by_code.setdefault(code, []).append(rule)
    for code, rules in by_code.items():
        row, digest = rows[code], digest_of(*rules)
        if digest not in {row.file_digest, row.file_set_aside}:
            RuleSet.objects.filter(pk=row.pk).update(file_set_aside=digest)
            record("rule_set.set_aside", row, by=None, now=now, after={"sets": [said(rule) for rule in rules]})


def _keep_figures(row: RuleSet, rule: DatedRule) -> None:
    """Figures that are new, that say something else, and that are gone; the others keep their rows untouched."""
    held = {value.field: value for value in row.values.all()}
    gone = [value.pk for field, value in held.items() if field not in rule.figures]
    RuleValue.objects.filter(pk__in=gone).delete()
    values = [held.get(field) or RuleValue(rule_set=row, field=field) for field in rule.figures]
    for value in values:
        figure = rule.figures[value.field]
        value.value, value.clause, value.status = figure.text, figure.clause, figure.status
    RuleValue.objects.bulk_create([value for value in values if value.pk is None])
    RuleValue.objects.bulk_update([value for value in values if value.pk], ["value", "clause", "status"])
