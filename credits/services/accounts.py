"""A person's account of a year: locked, changed by one statement, judged anew with every change.

On PostgreSQL the row is locked first thing; on SQLite the transaction itself is (IMMEDIATE). The statement names the
version that was read, so that two changes at once both count or the second is refused, never lost.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import Professional
from accounts.selectors.people import employer_of
from ceportal.kernel.rules.refusal import MovedOn, Refusal
from ceportal.kernel.services.trail import record
from credits.models import ChangedAccount, YearAccount
from credits.rules.requirements import NOTHING, Standing, is_met
from credits.selectors.accounts import standing_of
from credits.selectors.regulation import RuleBook, requirements, rule_book, trade_in

JUDGED_BY = ("organization_id", "area_id", "level", "trade")
VERDICT = ("rule_set", "is_met")


def locked_account(professional: Professional, year: int, *, now: datetime) -> YearAccount:
    """The account, made when it is the first; until the transaction ends nobody else changes it."""
    rows = YearAccount.objects.select_for_update().filter(professional=professional, year=year)
    if found := rows.first():
        return found
    person = _person_now(professional, rule_book())
    first = YearAccount(professional=professional, year=year, changed_at=now, **person)
    YearAccount.objects.bulk_create([first], ignore_conflicts=True)
    return rows.get()


def change_account(account: YearAccount, part: Standing, *, now: datetime, book: RuleBook | None = None) -> None:
    """Add `part` (plus or minus), judge the year by what it then holds, leave word for the certificates.

    `account` is one just locked. A closed year stays judged by the place and level it had (A19); the running one
    follows the person. Raises `MovedOn` when the account was changed since it was read.
    """
    rules = rule_book() if book is None else book
    is_running = account.year >= timezone.localdate(now).year
    person = _person_now(account.professional, rules) if is_running else _person_then(account)
    _write(account, part, person | _verdict(account, part, person, rules, now), now)


@transaction.atomic
def judge_again(professional: Professional, year: int, *, now: datetime, book: RuleBook | None = None) -> bool:
    """Judge an account there is by the person's present place, level, trade and employer. True when it changed."""
    if not YearAccount.objects.filter(professional=professional, year=year).exists():
        return False
    rules = rule_book() if book is None else book
    account = locked_account(professional, year, now=now)
    before = {name: getattr(account, name) for name in (*JUDGED_BY, *VERDICT)}
    person = _person_now(professional, rules)
    changes = person | _verdict(account, NOTHING, person, rules, now)
    after = {name: changes[name] for name in before}
    if after == before:
        return False
    _write(account, NOTHING, changes, now)
    record("account.judge_again", account, by=None, now=now, before=before, after=after)
    return True


def _person_now(professional: Professional, book: RuleBook) -> dict[str, Any]:
    employer = employer_of(professional)
    return {
        "organization_id": employer.pk if employer else None,
        "area_id": professional.area_id,
        "level": professional.title_level,
        "trade": trade_in(professional, book),
    }


def _person_then(account: YearAccount) -> dict[str, Any]:
    return {name: getattr(account, name) for name in JUDGED_BY}


def _verdict(
    account: YearAccount, part: Standing, person: dict[str, Any], book: RuleBook, now: datetime
) -> dict[str, Any]:
    """Whether the year is met, since when, and by which rule set. A year without any rule is never met."""
    asked = requirements(person["area_id"], account.year, person["level"], person["trade"], book=book)
    met = asked is not None and is_met(asked, standing_of(account).plus(part))
    return {
        "is_met": met,
        "met_at": (account.met_at or now) if met else None,
        "rule_set": asked.rule_set if asked else "",
    }


def _write(account: YearAccount, part: Standing, changes: dict[str, Any], now: datetime) -> None:
    moved = YearAccount.objects.filter(pk=account.pk, version=account.version).update(
        public=F("public") + part.public,
        public_compulsory=F("public_compulsory") + part.public_compulsory,
        professional_hours=F("professional_hours") + part.professional,
        version=F("version") + 1,
        changed_at=now,
        **changes,
    )
    if not moved:
        raise MovedOn([Refusal("account_moved", "这位人员的学时刚刚有变动，请重新操作一次。")])
    word = ChangedAccount(account=account, version=account.version + 1, changed_at=now)
    ChangedAccount.objects.bulk_create(
        [word], update_conflicts=True, unique_fields=["account"], update_fields=["version", "changed_at"]
    )
