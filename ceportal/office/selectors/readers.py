"""The readers of the independent checker, in the order in which they are tried: a check that is under way while the
portal is upgraded goes on by number, so a new one stands last.
"""

from collections.abc import Mapping
from dataclasses import replace

from ceportal.office.rules.checking import Finding
from ceportal.office.selectors import own_reading as own
from ceportal.office.selectors.own_certificates import read_certificates
from ceportal.office.selectors.own_reading import Chunk, Reader
from credits.selectors.reconciliation import Judges, people_to_judge_again


def read_verdicts(after: int) -> Chunk:
    """verdict: whether a year is met, by which rule set and obligation, is what the regulation says of its entries.

    The sums are the checker's own. The regulation is asked where everybody asks it: a second one would be another. Whom
    the clock has yet to judge is not looked at.
    """
    rows = own.rows_of(
        "SELECT id, ref, professional_id, year, area_id, level, trade, rule_set, obligation, is_met"
        " FROM credits_yearaccount WHERE id > %s ORDER BY id LIMIT %s",
        after,
        own.ROWS,
    )
    people = {row[2] for row in rows}
    sums, waiting = own.sums_of(people), people_to_judge_again(people)
    judged = []
    for _, ref, person, year, *kept in rows:
        if person not in waiting:
            had = sums[person, year]
            judged.append((ref, person, year, *kept, had.public, had.compulsory, had.professional, had.elective))
    found = [Finding("verdict", each.ref) for each in Judges().wrong(judged)]
    return Chunk(len(judged), found, rows[-1][0] if len(rows) == own.ROWS else None)


def read_twice(reader: Reader, after: int) -> Chunk:
    """As `reader` says, and of what it finds wrong that which it finds again: two questions may stand on either side of
    what somebody commits.
    """
    first = reader(after)
    if not first.findings:
        return first
    again = set(reader(after).findings)
    return replace(first, findings=[finding for finding in first.findings if finding in again])


READERS: Mapping[str, Reader] = {
    "total": own.read_accounts,
    "state": own.read_declarations,
    "year": own.read_years,
    "certificate": read_certificates,
    "sheet": own.read_sheets,
    "file": own.read_files,
    "chain": own.read_seals,
    "letter": own.read_letters,
    "entry": own.read_entries,
    "claim": own.read_claims,
    "verdict": read_verdicts,
}
