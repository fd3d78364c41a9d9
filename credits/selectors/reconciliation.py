"""Proof by another path that the ledger is whole: plain SQL sums of the entries against what the services have kept.

Nothing here uses the selectors or the arithmetic by which accounts are written, so that an error there shows. Rows are
named by their `ref` alone. What each door has left behind is compared with the claims in `reconciliation_of_doors`.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import PersonChange, Professional
from ceportal.kernel.models import MAX_ATTEMPTS, AuditEvent
from ceportal.kernel.selectors.jobs import OPEN
from credits.enums import ObligationKind, RunKind
from credits.models import ChangedAccount, Claim, HandledChange, HourEntry, RuleRun, YearAccount
from credits.rules.requirements import Standing, is_met
from credits.selectors.bench import Bench
from credits.selectors.reconciliation_of_doors import DOOR_CHECKS
from credits.selectors.regulation import rule_book
from credits.selectors.rule_drafts import former_books

_CHUNK = 2000
# An account is proved by the place, level and trade that stand in it, whatever day it is.
_ANY_DAY = date(2100, 1, 1)
# Who retired, came back or put a title right later: a closed year stays as it was, and asks the same figures.
_BY_LATER = frozenset({"", ObligationKind.LEFT, ObligationKind.NOT_YET})

_ENTRIES, _ACCOUNTS, _CLAIMS = (model._meta.db_table for model in (HourEntry, YearAccount, Claim))
_CHANGES, _TRAIL = ChangedAccount._meta.db_table, AuditEvent._meta.db_table

_SUMS = f"""
    SELECT professional_id, year,
           SUM(CASE WHEN subject = 'public' THEN hours ELSE 0 END) AS public,
           SUM(CASE WHEN subject = 'public' AND public_kind = 'compulsory' THEN hours ELSE 0 END) AS compulsory,
           SUM(CASE WHEN subject = 'professional' THEN hours ELSE 0 END) AS professional,
           SUM(CASE WHEN subject = 'elective' THEN hours ELSE 0 END) AS elective,
           -SUM(CASE WHEN kind IN ('hold', 'release') THEN hours ELSE 0 END) AS held
      FROM {_ENTRIES} GROUP BY professional_id, year
"""  # noqa: S608 - the tables' own names
_ACCOUNTS_THAT_DIFFER = f"""
    SELECT a.ref, a.year FROM {_ACCOUNTS} a
      LEFT JOIN ({_SUMS}) s ON s.professional_id = a.professional_id AND s.year = a.year
     WHERE a.public <> COALESCE(s.public, 0) OR a.public_compulsory <> COALESCE(s.compulsory, 0)
        OR a.professional_hours <> COALESCE(s.professional, 0)
        OR a.elective <> COALESCE(s.elective, 0) OR a.held <> COALESCE(s.held, 0)
"""  # noqa: S608
_ENTRIES_WITHOUT_ACCOUNT = f"""
    SELECT e.ref, e.year FROM {_ENTRIES} e
      LEFT JOIN {_ACCOUNTS} a ON a.professional_id = e.professional_id AND a.year = e.year
     WHERE a.id IS NULL
"""  # noqa: S608
_CLAIMS_THAT_DIFFER = f"""
    SELECT c.ref, c.year FROM {_CLAIMS} c
      LEFT JOIN (SELECT claim_id, SUM(hours) AS net FROM {_ENTRIES} GROUP BY claim_id) e ON e.claim_id = c.id
     WHERE COALESCE(e.net, 0) <> CASE WHEN c.state = 'live' THEN c.hours ELSE 0 END
"""  # noqa: S608
_LIVE_WITHOUT_ENTRY = f"""
    SELECT c.ref, c.year FROM {_CLAIMS} c
     WHERE c.state = 'live' AND NOT EXISTS (SELECT 1 FROM {_ENTRIES} e WHERE e.claim_id = c.id)
"""  # noqa: S608
_ENTRIES_OF_ANOTHER = f"""
    SELECT e.ref, e.year FROM {_ENTRIES} e JOIN {_CLAIMS} c ON c.id = e.claim_id
     WHERE e.professional_id <> c.professional_id OR c.professional_id IS NULL OR e.year <> c.year
        OR e.subject <> c.subject OR e.public_kind <> c.public_kind
"""  # noqa: S608
# Each change of an account enters one entry or more, all of one moment, or leaves an event that it was judged anew.
# Of an archived year sums alone are left (services.archiving): fewer entries than there were changes.
_VERSIONS_THAT_DIFFER = f"""
    SELECT a.ref, a.year FROM {_ACCOUNTS} a
      LEFT JOIN (SELECT professional_id, year, COUNT(*) AS entries, COUNT(DISTINCT recorded_at) AS moments
                   FROM {_ENTRIES} GROUP BY professional_id, year) e
             ON e.professional_id = a.professional_id AND e.year = a.year
      LEFT JOIN (SELECT subject_ref, COUNT(*) AS times FROM {_TRAIL}
                  WHERE action = 'account.judge_again' GROUP BY subject_ref) j ON j.subject_ref = a.ref
     WHERE a.version < COALESCE(e.moments, 0) + COALESCE(j.times, 0)
        OR (a.version > COALESCE(e.entries, 0) + COALESCE(j.times, 0) AND NOT EXISTS (
            SELECT 1 FROM {_CLAIMS} c WHERE c.professional_id = a.professional_id AND c.year = a.year
               AND c.source = 'platform:archive'))
"""  # noqa: S608
_WORD_AHEAD = f"""
    SELECT a.ref, a.year FROM {_ACCOUNTS} a JOIN {_CHANGES} w ON w.account_id = a.id WHERE w.version > a.version
"""  # noqa: S608
_JUDGEMENTS = f"""
    SELECT a.ref, a.professional_id, a.year, a.area_id, a.level, a.trade, a.rule_set, a.obligation, a.is_met,
           COALESCE(s.public, 0), COALESCE(s.compulsory, 0), COALESCE(s.professional, 0), COALESCE(s.elective, 0)
      FROM {_ACCOUNTS} a LEFT JOIN ({_SUMS}) s ON s.professional_id = a.professional_id AND s.year = a.year
"""  # noqa: S608
_CHECKS = (
    ("account_differs", "账户与明细之和不一致", _ACCOUNTS_THAT_DIFFER),
    ("entry_without_account", "明细没有对应的账户", _ENTRIES_WITHOUT_ACCOUNT),
    ("claim_differs", "来源的状态与明细净额不一致", _CLAIMS_THAT_DIFFER),
    ("live_claim_without_entry", "已计入的来源没有明细", _LIVE_WITHOUT_ENTRY),
    ("entry_of_another", "明细与来源的人员、年度或科目不一致", _ENTRIES_OF_ANOTHER),
    ("version_differs", "账户的版本与变动次数不符", _VERSIONS_THAT_DIFFER),
    ("word_ahead", "待处理的变动比账户还新", _WORD_AHEAD),
    *DOOR_CHECKS,
)


# Of an account: ref, person, year, area, level, trade, rule set, obligation, is_met, and the sums of its entries:
# public, compulsory, professional, elective.
Judgement = tuple[Any, ...]


@dataclass(frozen=True)
class Mismatch:
    code: str
    message: str
    ref: str
    year: int


def counted() -> dict[str, int]:
    """How many rows there are to reconcile."""
    return {
        "accounts": YearAccount.objects.count(),
        "entries": HourEntry.objects.count(),
        "claims": Claim.objects.count(),
    }


def mismatches() -> Iterator[Mismatch]:
    """Everything that does not agree, kind by kind."""
    for code, message, query in _CHECKS:
        for ref, year in _rows(query):
            yield Mismatch(code, message, _ref(ref), year)
    yield from _wrong_judgements()


def _wrong_judgements() -> Iterator[Mismatch]:
    """Accounts whose verdict or rule set is not what the regulation says of the sum of their entries."""
    judges = Judges()
    rows = _rows(_JUDGEMENTS)
    while chunk := list(islice(rows, _CHUNK)):
        yield from judges.wrong(chunk)


class Judges:
    """The regulation as it stands, and as it stood before desks or files changed it. What year is running says the last
    event of the trail.
    """

    def __init__(self) -> None:
        self._bench = Bench.of_day(rule_book(), _ANY_DAY)
        self._former = [Bench.of_day(book, _ANY_DAY) for book in former_books()]
        last = _last_moment()
        self._running_year = timezone.localdate(last).year if last else 0

    def wrong(self, rows: Collection[Judgement]) -> Iterator[Mismatch]:
        """A closed year may stand by what the regulation said then. An account that was merged into another is judged
        no more: what was granted to it is the other's.
        """
        people = Professional.objects.select_related("area", "title_series")
        known = people.in_bulk([row[1] for row in rows])
        for bench in (self._bench, *self._former):
            bench.forget_people()
            bench.learn(known.values())
        for row in rows:
            person, is_closed = known[row[1]], row[2] < self._running_year
            if person.merged_into_id is not None:
                continue
            found = _wrong_judgement(row, person, self._bench, is_closed=is_closed)
            others = self._former if is_closed else []
            if found and all(_wrong_judgement(row, person, other, is_closed=True) for other in others):
                yield found


def people_to_judge_again(people: Collection[int]) -> set[int]:
    """Of the keys `people`, whom the clock has yet to judge: all while a changed rule is carried through. A run that
    was put aside (`is_put_aside`) carries nothing through.
    """
    runs = RuleRun.objects.exclude(kind=RunKind.WHAT_IF).filter(job__state__in=OPEN)
    if runs.filter(Q(job__attempts__lt=MAX_ATTEMPTS) | Q(job__claimed_until__gte=_last_moment())).exists():
        return set(people)
    handled = HandledChange.objects.filter(change=OuterRef("pk"))
    changes = PersonChange.objects.filter(~Exists(handled), professional__in=people)
    return set(changes.values_list("professional", flat=True))


def _last_moment() -> datetime | None:
    return AuditEvent.objects.order_by("-pk").values_list("at", flat=True).first()


def _wrong_judgement(row: Judgement, person: Professional, bench: Bench, *, is_closed: bool) -> Mismatch | None:
    ref, _, year, area, level, trade, rule_set, obligation, met, *sums = row
    found = bench.asked_at(person, area, year, level, trade)
    ground = found.ground.kind if found and found.ground else ""
    if is_closed and _BY_LATER.issuperset((obligation, ground)):
        ground = obligation
    if (rule_set, obligation) != (found.rule_set if found else "", ground):
        return Mismatch("rule_set_wrong", "账户记下的规则集或学习义务与现行规则不符", _ref(ref), year)
    if bool(met) != (found is not None and is_met(found, Standing(*map(_hours, sums)))):
        return Mismatch("is_met_wrong", "是否达标与规则不符", _ref(ref), year)
    return None


def _rows(query: str) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        while rows := cursor.fetchmany(_CHUNK):
            yield from rows


def _hours(value: Any) -> Decimal:
    """SQLite sums to a float, exact in steps of a half; PostgreSQL to a decimal."""
    return Decimal(str(value))


def _ref(value: Any) -> str:
    """SQLite keeps a UUID as 32 hex digits."""
    return str(value).replace("-", "")
