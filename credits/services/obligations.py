"""Granting and ending what eases a person's duty to learn, and judging the years it touches again (A18, S3-01)."""

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import Organization, Professional, User
from ceportal.kernel.rules.refusal import MovedOn, Refusal, refuse, refuse_if_any
from ceportal.kernel.services.trail import record
from credits.models import Obligation, YearAccount
from credits.rules.obligation import Grant, reasons_not_to_end
from credits.selectors.bench import Bench
from credits.selectors.easing import reasons_not_to_ease
from credits.selectors.obligations import as_grant
from credits.selectors.regulation import rule_book
from credits.services.accounts import judge_again


@transaction.atomic
def grant(professional: Professional, wanted: Grant, *, at: Organization, by: User, now: datetime) -> Obligation:
    """Let `wanted` hold from now on, and judge the years it speaks of again, closed ones too: a bureau said so.

    `wanted.document` is the number of the bureau's paper, `at` the bureau. Raises `Refused` with fields; the order of
    locks is person, then accounts.
    """
    _lock(professional)
    refuse_if_any(reasons_not_to_ease(professional, wanted, by=by, now=now))
    made = Obligation.objects.create(
        professional=professional,
        kind=wanted.kind,
        year_from=wanted.year_from,
        year_to=wanted.year_to,
        **{f"less_{name}": hours for name, hours in wanted.less.items()},
        reason=wanted.reason.strip(),
        clause=wanted.clause.strip(),
        document_no=wanted.document.strip(),
        organization=at,
        granted_by=by,
        granted_at=now,
    )
    record("obligation.grant", made, by=by, now=now, after=_facts(made))
    _judge(made, now)
    return made


@transaction.atomic
def end(obligation: Obligation, *, last_year: int, reason: str, by: User, now: datetime) -> Obligation:
    """It holds up to `last_year` and no longer; the year before its first takes it back altogether.

    Raises `Refused`, or `MovedOn` when somebody ended it first.
    """
    _lock(obligation.professional)
    refuse_if_any(reasons_not_to_end(as_grant(obligation), last_year=last_year, reason=reason))
    if by.pk == obligation.professional.user_id:
        raise refuse("own", "不能办理自己的事项，请由其他人员办理。", clause="A24")
    rows = Obligation.objects.filter(pk=obligation.pk, ended_at__isnull=True)
    changes: dict[str, Any] = {"last_year": last_year, "end_reason": reason.strip(), "ended_by": by, "ended_at": now}
    if not rows.update(**changes):
        raise MovedOn([Refusal("ended", "这项调整已由其他人员终止。")])
    obligation.refresh_from_db()
    record("obligation.end", obligation, by=by, now=now, after={"last_year": last_year, "reason": reason.strip()})
    _judge(obligation, now)
    return obligation


def _lock(professional: Professional) -> None:
    """One at a time: whether two facts share a year cannot be said in SQL on both databases."""
    Professional.objects.select_for_update().get(pk=professional.pk)


def _judge(obligation: Obligation, now: datetime) -> None:
    accounts = YearAccount.objects.filter(professional=obligation.professional, year__gte=obligation.year_from)
    if obligation.year_to is not None:
        accounts = accounts.filter(year__lte=obligation.year_to)
    bench = Bench(rule_book(), now)
    for year in accounts.order_by("year").values_list("year", flat=True):
        judge_again(obligation.professional, year, now=now, bench=bench, follows=False)


def _facts(made: Obligation) -> dict[str, Any]:
    years = {"from": made.year_from, "to": made.year_to}
    return {"kind": made.kind, "years": years, "clause": made.clause, "document": made.document_no}
