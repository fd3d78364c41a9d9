"""Many accounts at once: locked in one order, judged in memory, written by one statement (services/accounts for one).

The lock order of the ledger is accounts by year and person, then claims: whoever keeps to it cannot deadlock. New
accounts are made before any is locked, in that order too: who waits for one being made holds no lock that its maker
may still ask for.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.db import connection, transaction

from accounts.models import Area
from accounts.selectors.learners import Person
from ceportal.kernel.selectors.given import as_hours, given, new_ref
from ceportal.kernel.selectors.underway import Rows, underway
from credits.models import ChangedAccount, YearAccount
from credits.rules.requirements import NOTHING, ZERO, Standing, is_met
from credits.selectors.accounts import standing_of
from credits.selectors.bench import Bench
from credits.services.accounts import person_in

Place = tuple[int, int]
# What changes with a person and with every judgement, by column and type.
_CHANGES = {
    "public": "numeric",
    "public_compulsory": "numeric",
    "professional_hours": "numeric",
    "elective": "numeric",
    "version": "int",
    "organization_id": "bigint",
    "area_id": "text",
    "level": "text",
    "trade": "text",
    "rule_set": "text",
    "obligation": "text",
    "is_met": "boolean",
}
_WRITTEN = {"id": "bigint", **_CHANGES}
_MADE = {"year": "smallint", "professional_id": "bigint", **_CHANGES}
_ACCOUNTS, _WORDS = YearAccount._meta.db_table, ChangedAccount._meta.db_table


@dataclass(slots=True, eq=False)
class Account:
    """A row of `YearAccount` under its lock: a thousand of them cost less than a thousand models."""

    professional: Person
    year: int
    organization_id: int | None
    area_id: str
    level: str
    trade: str
    pk: int = 0
    version: int = 0
    rule_set: str = ""
    obligation: str = ""
    is_met: bool = False
    public: Decimal = ZERO
    public_compulsory: Decimal = ZERO
    professional_hours: Decimal = ZERO
    elective: Decimal = ZERO

    @property
    def place(self) -> Place:
        return self.year, self.professional.pk


_PLACES = {"year": "smallint", "person": "bigint"}
_IS_OF = "a.year = given.year AND a.professional_id = given.person"
_READ = (
    "a.public, a.public_compulsory, a.professional_hours, a.elective, a.year, a.professional_id, a.organization_id,"
    " a.area_id, a.level, a.trade, a.id, a.version, a.rule_set, a.obligation, a.is_met"
)


def lock_accounts(people: Mapping[Place, Person], bench: Bench) -> dict[Place, Account]:
    """The accounts of (year, person's key), made where there are none, locked until the transaction ends."""
    with locking_accounts(people, bench) as locked:
        pass
    return locked()


@contextmanager
def locking_accounts(people: Mapping[Place, Person], bench: Bench) -> Iterator[Callable[[], dict[Place, Account]]]:
    """The same beside the block; after it they are locked, and what is given makes them ready for use."""
    if not people:
        yield dict
        return
    years = {year for year, _ in people}
    bench.learn(people.values(), years)
    bench.learn_employers(people.values(), years)
    in_order = sorted(people)
    asked = given([{"year": year, "person": person} for year, person in in_order], _PLACES)
    rows: Rows = []
    with transaction.atomic():
        with _locking(asked) as answer:
            yield lambda: _ready(rows, people, bench)
        rows += answer()
        # What was locked is let go of before any is made.
        transaction.set_rollback(len(rows) < len(people))
    if len(rows) < len(people):
        there = {(row[4], row[5]) for row in rows}
        _make([_new(people[place], place[0], bench) for place in in_order if place not in there], bench)
        with _locking(asked) as answer:
            rows[:] = answer()


@dataclass(frozen=True)
class Judged:
    """Accounts as they shall stand, and as the statement that writes them takes them."""

    accounts: list[Account]
    source: str
    values: list[str]


def change_accounts(accounts: Mapping[Place, Account], parts: Mapping[Place, Standing], bench: Bench) -> None:
    """Add `parts` to accounts just locked, judge each year anew, leave word for the certificates."""
    write_accounts(judged(accounts, parts, bench), bench)


def judged(accounts: Mapping[Place, Account], parts: Mapping[Place, Standing], bench: Bench) -> Judged:
    """Accounts just locked with `parts` added and each year judged anew: nothing is written yet."""
    changed = [accounts[place] for place in sorted(parts)]
    areas = _areas(changed)
    for account in changed:
        _add(account, parts[account.place])
        _judge(account, areas[account.area_id], bench)
    return Judged(changed, *given(list(map(_line, changed)), _WRITTEN))


def write_accounts(judged: Judged, bench: Bench) -> None:
    """Let them stand so, and leave word for the certificates."""
    if not judged.accounts:
        return
    values = ", ".join(f"{name} = given.{name}" for name in _CHANGES)
    # A year stays met since when it was; what follows a reversal begins anew.
    met_at = f"CASE WHEN NOT given.is_met THEN NULL ELSE COALESCE({_ACCOUNTS}.met_at, %s) END"
    update = f"UPDATE {_ACCOUNTS} SET {values}, met_at = {met_at}, changed_at = %s FROM {judged.source}"  # noqa: S608
    now = connection.ops.adapt_datetimefield_value(bench.now)
    with connection.cursor() as cursor:
        cursor.execute(f"{update} WHERE {_ACCOUNTS}.id = given.id", [now, now, *judged.values])
    _leave_word(judged.accounts, now)


def _leave_word(changed: Iterable[Account], now: Any) -> None:
    lines = [{"id": account.pk, "version": account.version} for account in changed]
    source, values = given(lines, {"id": "bigint", "version": "int"})
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {_WORDS} (account_id, version, changed_at) SELECT id, version, %s FROM {source} WHERE true"  # noqa: S608
            " ON CONFLICT (account_id) DO UPDATE SET version = excluded.version, changed_at = excluded.changed_at",
            [now, *values],
        )


def _make(firsts: list[Account], bench: Bench) -> None:
    """A lock may be all that comes of an account: it stands judged from the beginning."""
    areas = _areas(firsts)
    for account in firsts:
        _judge(account, areas[account.area_id], bench)
    columns = ", ".join(_MADE)
    source, values = given([_line(account) for account in firsts], _MADE)
    now = connection.ops.adapt_datetimefield_value(bench.now)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {_ACCOUNTS} ({columns}, ref, held, met_at, changed_at)"  # noqa: S608
            f" SELECT {columns}, {new_ref(bench.now)}, 0, CASE WHEN is_met THEN %s END, %s FROM {source}"
            " WHERE true ORDER BY year, professional_id ON CONFLICT DO NOTHING",
            [now, now, *values],
        )


def _locking(asked: tuple[str, list[str]]) -> AbstractContextManager[Callable[[], Rows]]:
    """In the order of the ledger. On SQLite the transaction itself is the lock."""
    lock = " FOR UPDATE OF a" if connection.features.has_select_for_update else ""
    source, values = asked
    question = f"SELECT {_READ} FROM {source} JOIN {_ACCOUNTS} a ON {_IS_OF}"  # noqa: S608
    return underway(f"{question} ORDER BY a.year, a.professional_id{lock}", values)


def _ready(rows: Rows, people: Mapping[Place, Person], bench: Bench) -> dict[Place, Account]:
    accounts = {
        (row[4], row[5]): Account(people[row[4], row[5]], row[4], *row[6:], *map(as_hours, row[:4])) for row in rows
    }
    for account in accounts.values():
        if account.year >= bench.this_year:
            _follow(account, bench)
    return accounts


def _new(person: Person, year: int, bench: Bench) -> Account:
    return Account(person, year, **person_in(person, year, bench))


def _follow(account: Account, bench: Bench) -> None:
    """The running year is judged by where the person is now (A19)."""
    for name, value in person_in(account.professional, account.year, bench).items():
        setattr(account, name, value)


def _areas(accounts: Iterable[Account]) -> dict[str, Area]:
    """Mostly the persons' own, which are at hand."""
    rows = list(accounts)
    areas = {account.professional.area_id: account.professional.area for account in rows}
    if missing := {account.area_id for account in rows} - areas.keys():
        areas |= Area.objects.in_bulk(missing)
    return areas


def _add(account: Account, part: Standing) -> None:
    account.version += 1
    if part is NOTHING:
        return
    account.public += part.public
    account.public_compulsory += part.public_compulsory
    account.professional_hours += part.professional
    account.elective += part.elective


def _judge(account: Account, area: Area, bench: Bench) -> None:
    asked = bench.asked_in(account, area)
    account.is_met = asked is not None and is_met(asked, standing_of(account))
    account.rule_set = asked.rule_set if asked else ""
    account.obligation = asked.ground.kind if asked and asked.ground else ""


_LINE = attrgetter(*_CHANGES)


def _line(account: Account) -> dict[str, Any]:
    of = {"id": account.pk, "year": account.year, "professional_id": account.professional.pk}
    return of | dict(zip(_CHANGES, _LINE(account), strict=True))
