"""Many accounts at once: locked in one order, judged in memory, written by one statement (services/accounts for one).

The lock order of the ledger is accounts by year and person, then claims: whoever keeps to it cannot deadlock.
"""

from collections.abc import Iterable, Mapping

from django.db.models import Q

from accounts.models import Area, Professional
from credits.models import ChangedAccount, YearAccount
from credits.rules.requirements import Standing, is_met
from credits.selectors.accounts import standing_of
from credits.selectors.bench import Bench
from credits.services.accounts import person_in

Place = tuple[int, int]
_JUDGED = ["organization_id", "area_id", "level", "trade", "rule_set", "obligation", "is_met", "met_at"]
_WRITTEN = ["public", "public_compulsory", "professional_hours", "elective", "version", "changed_at"]


def lock_accounts(people: Mapping[Place, Professional], bench: Bench) -> dict[Place, YearAccount]:
    """The accounts of (year, person's key), made where there are none, locked until the transaction ends."""
    if not people:
        return {}
    in_order = sorted(people)
    bench.learn(people.values())
    bench.learn_employers(people.values(), {year for year, _ in in_order})
    firsts = [_first_account(people[place], place[0], bench) for place in in_order]
    rows = YearAccount.objects.filter(_any_of(in_order))
    known = set(rows.values_list("year", "professional_id"))
    missing = [account for account in firsts if (account.year, account.professional_id) not in known]
    _judge_firsts(missing, bench)
    YearAccount.objects.bulk_create(missing, ignore_conflicts=True)
    locked = rows.select_for_update().order_by("year", "professional_id")
    fresh = {(account.year, account.professional_id): account for account in firsts}
    accounts = {}
    for account in locked:
        place = (account.year, account.professional_id)
        account.professional = people[place]
        if account.year >= bench.this_year:
            _follow(account, fresh[place])
        accounts[place] = account
    return accounts


def change_accounts(accounts: Mapping[Place, YearAccount], parts: Mapping[Place, Standing], bench: Bench) -> None:
    """Add `parts` to accounts just locked, judge each year anew, leave word for the certificates."""
    changed = [accounts[place] for place in sorted(parts)]
    areas = _areas(changed)
    for account in changed:
        _add(account, parts[account.year, account.professional_id], areas[account.area_id], bench)
    YearAccount.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["year", "professional"], update_fields=_update_fields()
    )
    words = [ChangedAccount(account=account, version=account.version, changed_at=bench.now) for account in changed]
    ChangedAccount.objects.bulk_create(
        words, update_conflicts=True, unique_fields=["account"], update_fields=["version", "changed_at"]
    )


def _any_of(places: Iterable[Place]) -> Q:
    """One condition a year: the year leads the key."""
    by_year: dict[int, list[int]] = {}
    for year, person in places:
        by_year.setdefault(year, []).append(person)
    condition = Q(pk__in=[])
    for year, people in by_year.items():
        condition |= Q(year=year, professional__in=people)
    return condition


def _first_account(person: Professional, year: int, bench: Bench) -> YearAccount:
    return YearAccount(professional=person, year=year, changed_at=bench.now, **person_in(person, year, bench))


def _judge_firsts(accounts: Iterable[YearAccount], bench: Bench) -> None:
    """A lock may be all that comes of an account: it stands judged from the beginning."""
    firsts = list(accounts)
    areas = _areas(firsts)
    for account in firsts:
        _judge(account, areas[account.area_id], bench)


def _follow(account: YearAccount, person_now: YearAccount) -> None:
    """The running year is judged by where the person is now (A19)."""
    for name in ("organization_id", "area_id", "level", "trade"):
        setattr(account, name, getattr(person_now, name))


def _areas(accounts: Iterable[YearAccount]) -> dict[str, Area]:
    """Mostly the persons' own, which are at hand."""
    rows = list(accounts)
    areas = {account.professional.area_id: account.professional.area for account in rows}
    if missing := {account.area_id for account in rows} - areas.keys():
        areas |= Area.objects.in_bulk(missing)
    return areas


def _add(account: YearAccount, part: Standing, area: Area, bench: Bench) -> None:
    total = standing_of(account).plus(part)
    account.public, account.public_compulsory = total.public, total.public_compulsory
    account.professional_hours, account.elective = total.professional, total.elective
    _judge(account, area, bench)
    account.version += 1
    account.changed_at = bench.now


def _judge(account: YearAccount, area: Area, bench: Bench) -> None:
    asked = bench.asked_in(account, area)
    account.is_met = asked is not None and is_met(asked, standing_of(account))
    account.met_at = (account.met_at or bench.now) if account.is_met else None
    account.rule_set = asked.rule_set if asked else ""
    account.obligation = asked.ground.kind if asked and asked.ground else ""


def _update_fields() -> list[str]:
    return [*_WRITTEN, *(name.removesuffix("_id") for name in _JUDGED)]
