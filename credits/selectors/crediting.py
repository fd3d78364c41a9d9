"""What has to be known to settle many claims at once: each question one statement, however many claims there are."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Any, Protocol, Self

from accounts.fields import id_indexes
from accounts.models import Professional
from ceportal.kernel.selectors.given import as_day, as_hours, given
from ceportal.kernel.selectors.underway import Rows, underway
from credits.enums import ClaimState
from credits.models import Claim, ClaimSession
from credits.rules.plausibility import Known, Standing
from credits.rules.records import Record, digest_of

_CLAIMS = Claim._meta.db_table
_ASKED = {
    "professional_id": "bigint",
    "year": "smallint",
    "course_key": "text",
    "started_on": "date",
    "ended_on": "date",
}
_ASKED_OF = attrgetter(*_ASKED)
_TRAINING = (
    "SELECT DISTINCT c.professional_id, c.id, c.source, c.door, c.title, c.started_on, c.ended_on, c.hours,"  # noqa: S608
    f" c.activity_key, c.course_key FROM given JOIN {_CLAIMS} c ON c.professional_id = given.professional_id"
    " AND c.state = 'live' AND "
)
# On the same days there is only so much time; the same course counts once a year. The same training, whose key holds
# its days, is among those of its days. Each is given once, however many of those asked about it bears upon.
_BEARS_UPON = (
    "c.ended_on >= given.started_on AND c.started_on <= given.ended_on",
    "c.year = given.year AND c.course_key = given.course_key AND NOT c.course_key = ''",
)


class Claimed(Protocol):
    """What of a claim bears on what else its person learned."""

    @property
    def professional_id(self) -> int | None: ...
    @property
    def year(self) -> int: ...
    @property
    def course_key(self) -> str: ...
    @property
    def started_on(self) -> date: ...
    @property
    def ended_on(self) -> date: ...


def known_claims(source: str, external_ids: Collection[str]) -> dict[str, list[Claim]]:
    """Every revision of these things of one source, the first one first. Where none is known that is one statement."""
    with asking_for_known(source, external_ids) as known:
        return known()


@contextmanager
def asking_for_known(source: str, external_ids: Collection[str]) -> Iterator[Callable[[], dict[str, list[Claim]]]]:
    """The same, asked for beside the block."""
    named, values = given([{"external_id": each} for each in external_ids], {"external_id": "text"})
    # Each looked up by itself: what a new source has sent is not in the statistics for long, and all of it would be
    # read for each of those asked about (PostgreSQL among 20 million: 3 s; SQLite has no statistics at all).
    question = (
        f"SELECT DISTINCT given.external_id FROM {named} WHERE EXISTS (SELECT 1 FROM {_CLAIMS} c"  # noqa: S608
        " WHERE c.source = %s AND c.external_id = given.external_id LIMIT 1 OFFSET 0)"
    )
    with underway(question, [*values, source]) as answer:

        def known() -> dict[str, list[Claim]]:
            told = [external_id for (external_id,) in answer()]
            return _revisions(source, told) if told else {}

        yield known


def _revisions(source: str, external_ids: Collection[str]) -> dict[str, list[Claim]]:
    found: dict[str, list[Claim]] = defaultdict(list)
    rows = Claim.objects.filter(source=source, external_id__in=external_ids).order_by("external_id", "revision")
    for claim in rows.select_related("professional", "unmatched").prefetch_related("entries"):
        found[claim.external_id].append(claim)
    return found


def is_same(claim: Claim, record: Record) -> bool:
    """Whether `record` says what the claim was made of, of the same person. Of a claim whose person was forgotten the
    content alone is compared.
    """
    if claim.content_digest != digest_of(record):
        return False
    named: Any = claim.professional or getattr(claim, "unmatched", None)
    indexes = id_indexes(record.id_number)
    return named is None or named.id_index in indexes or _was_merged(claim.professional, indexes)


def _was_merged(person: Professional | None, indexes: list[str]) -> bool:
    """Whether that number is of an account merged into this person's."""
    return person is not None and person.merged.filter(id_index__in=indexes).exists()


def what_counts(claims: Iterable[Claimed], sittings: Iterable[tuple[datetime, datetime]]) -> dict[int, Known]:
    """What counts already of the people of `claims`, as far as it can bear on those claims, by person."""
    with WhatCounts.of(claims, sittings).asking() as known:
        return known()


@dataclass(frozen=True)
class WhatCounts:
    """The same as a question put together before it is asked, and asked beside a block."""

    statement: str
    values: list[str]
    people: frozenset[int | None]
    stretches: list[tuple[datetime, datetime]]

    @classmethod
    def of(cls, claims: Iterable[Claimed], sittings: Iterable[tuple[datetime, datetime]]) -> Self:
        asked = list(claims)
        people = frozenset(claim.professional_id for claim in asked)
        if not asked:
            return cls("", [], people, [])
        source, values = given([dict(zip(_ASKED, _ASKED_OF(claim), strict=True)) for claim in asked], _ASKED)
        parts = _BEARS_UPON if any(claim.course_key for claim in asked) else _BEARS_UPON[:1]
        question = " UNION ".join(f"{_TRAINING}{bears_upon}" for bears_upon in parts)
        statement = f"WITH given AS (SELECT * FROM {source}) {question} ORDER BY 2"  # noqa: S608
        return cls(statement, values, people, list(sittings))

    @contextmanager
    def asking(self) -> Iterator[Callable[[], dict[int, Known]]]:
        """What is yielded gives what counts, by person."""
        if not self.statement:
            yield lambda: defaultdict(Known)
            return
        with underway(self.statement, self.values) as answer:
            yield lambda: self._known(answer())

    def _known(self, rows: Rows) -> dict[int, Known]:
        known: dict[int, Known] = defaultdict(Known)
        for person, number, origin, door, title, start, end, hours, *keys in rows:
            days = as_day(start), as_day(end)
            known[person].trainings.append(Standing(number, origin, door, title, days, as_hours(hours), *keys))
        if self.stretches:
            first, last = min(start for start, _ in self.stretches), max(end for _, end in self.stretches)
            _add_sittings(known, self.people, first, last)
        return known


def _add_sittings(known: dict[int, Known], people: Collection[int | None], first: datetime, last: datetime) -> None:
    rows = ClaimSession.objects.filter(
        professional__in=people, ended_at__gt=first, started_at__lt=last, claim__state=ClaimState.LIVE
    )
    stretches: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    for person, start, end in rows.values_list("professional", "started_at", "ended_at"):
        stretches[person].append((start, end))
    for person, sittings in stretches.items():
        known[person].sit(sittings)
