"""A person's account of a year: locked, changed by one statement, judged anew with every change.

On PostgreSQL the row is locked first thing; on SQLite the transaction itself is (IMMEDIATE). The statement names the
version that was read, so that two changes at once both count or the second is refused, never lost.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from accounts.models import Area, Professional
from accounts.selectors.learners import Person
from ceportal.kernel.rules.refusal import MovedOn, Refusal
from ceportal.kernel.services.returning import insert_unless_there
from ceportal.kernel.services.trail import record
from credits.models import ChangedAccount, YearAccount
from credits.rules.requirements import NOTHING, Standing, is_met
from credits.selectors.accounts import standing_of
from credits.selectors.bench import Bench
from credits.selectors.regulation import rule_book

JUDGED_BY = ("organization_id", "area_id", "level", "trade")
VERDICT = ("rule_set", "obligation", "is_met")


def locked_account(
    professional: Professional, year: int, *, now: datetime, bench: Bench | None = None, is_new: bool = False
) -> YearAccount:
    """The account, made when it is the first; until the transaction ends nobody else changes it.

    `is_new` where nobody had one a moment ago: it is not looked for first.
    """
    rows = YearAccount.objects.select_for_update().filter(professional=professional, year=year)
    if not is_new and (found := rows.first()):
        found.professional = professional
        return found
    bench = bench or Bench(rule_book(), now)
    first = YearAccount(professional=professional, year=year, changed_at=now, **person_in(professional, year, bench))
    for name, value in _verdict(first, NOTHING, bench).items():
        setattr(first, name, value)
    if insert_unless_there(first):
        return first
    account = rows.get()
    account.professional = professional
    return account


def change_account(
    account: YearAccount, part: Standing, *, now: datetime, bench: Bench | None = None, leaves_word: bool = True
) -> None:
    """Add `part` (plus or minus), judge the year by what it then holds, leave word for the certificates, unless the
    caller has it done by `look_again`.

    `account` is one just locked. A closed year stays judged by the place and level it had (A19); the running one
    follows the person. Raises `MovedOn` when the account was changed since it was read.
    """
    bench = bench or Bench(rule_book(), now)
    if account.year >= bench.this_year:
        _follow(account, bench)
    _write(account, part, _judged_by(account) | _verdict(account, part, bench), now)
    if leaves_word:
        _leave_word(account, account.version + 1, now)


@transaction.atomic
def look_again(professional: Professional, year: int, *, now: datetime) -> None:
    """Judge an account there is by what holds now, and leave word for the certificates: what an act that only entered
    hours has left to the clock.
    """
    judge_again(professional, year, now=now, follows=False)
    rows = YearAccount.objects.select_for_update().filter(professional=professional, year=year)
    if account := rows.first():
        _leave_word(account, account.version, now)


@transaction.atomic
def judge_again(
    professional: Professional, year: int, *, now: datetime, bench: Bench | None = None, follows: bool = True
) -> bool:
    """Judge an account there is by the person's place, level, trade and employer of that year. True when it changed.

    `follows` is false where a closed year keeps what it was judged by, and only the rule or the person's duty changed.
    """
    if not YearAccount.objects.filter(professional=professional, year=year).exists():
        return False
    bench = bench or Bench(rule_book(), now)
    account = locked_account(professional, year, now=now, bench=bench)
    before = {name: getattr(account, name) for name in (*JUDGED_BY, *VERDICT)}
    if follows or year >= bench.this_year:
        _follow(account, bench)
    changes = _judged_by(account) | _verdict(account, NOTHING, bench)
    after = {name: changes[name] for name in before}
    if after == before:
        return False
    _write(account, NOTHING, changes, now)
    _leave_word(account, account.version + 1, now)
    record("account.judge_again", account, by=None, now=now, before=before, after=after)
    return True


def person_in(professional: Person, year: int, bench: Bench) -> dict[str, Any]:
    """The columns by which a year of this person is judged."""
    judged = bench.judged(professional, year)
    return {
        "organization_id": bench.employer(professional, year),
        "area_id": judged.area.pk,
        "level": judged.level,
        "trade": judged.trade,
    }


def _follow(account: YearAccount, bench: Bench) -> None:
    for name, value in person_in(account.professional, account.year, bench).items():
        setattr(account, name, value)


def _judged_by(account: YearAccount) -> dict[str, Any]:
    return {name: getattr(account, name) for name in JUDGED_BY}


def _verdict(account: YearAccount, part: Standing, bench: Bench) -> dict[str, Any]:
    """Whether the year is met, since when, by which rule set, and what of it is not owed. No rule is never met."""
    asked = bench.asked_in(account, _area_of(account))
    met = asked is not None and is_met(asked, standing_of(account).plus(part))
    return {
        "is_met": met,
        "met_at": (account.met_at or bench.now) if met else None,
        "rule_set": asked.rule_set if asked else "",
        "obligation": asked.ground.kind if asked and asked.ground else "",
    }


def _area_of(account: YearAccount) -> Area:
    """Mostly the person's own, which is at hand."""
    own = account.professional.area
    return own if own.pk == account.area_id else Area.objects.get(pk=account.area_id)


def _write(account: YearAccount, part: Standing, changes: dict[str, Any], now: datetime) -> None:
    moved = YearAccount.objects.filter(pk=account.pk, version=account.version).update(
        public=F("public") + part.public,
        public_compulsory=F("public_compulsory") + part.public_compulsory,
        professional_hours=F("professional_hours") + part.professional,
        elective=F("elective") + part.elective,
        version=F("version") + 1,
        changed_at=now,
        **changes,
    )
    if not moved:
        raise MovedOn([Refusal("account_moved", "这位人员的学时刚刚有变动，请重新操作一次。")])


@transaction.atomic
def print_anew(professional: Professional, *, now: datetime) -> None:
    """What is printed of this person changed, or under which account it stands: the certificates look again."""
    for account in YearAccount.objects.select_for_update().filter(professional=professional).order_by("year"):
        _leave_word(account, account.version, now)


def _leave_word(account: YearAccount, version: int, now: datetime) -> None:
    word = ChangedAccount(account=account, version=version, changed_at=now)
    ChangedAccount.objects.bulk_create(
        [word], update_conflicts=True, unique_fields=["account"], update_fields=["version", "changed_at"]
    )
