"""Looking for signs of fraud in what was handed in: the papers by the certificates' own check, the rest by reviews."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef

from ceportal.kernel.enums import FileState
from ceportal.kernel.models import StoredFile
from ceportal.kernel.services.claims import one_by_one
from ceportal.kernel.services.file_shelf import open_bytes
from certificates.services.evidence import what_is_wrong
from credits.models import Declaration, Evidence
from credits.selectors.bench import Bench
from credits.selectors.regulation import rule_book
from credits.selectors.searching import to_search
from reviews.services.signals import look_into

JOB = "office.look_for_signals"
A_ROUND = 200
_PDF = "application/pdf"


def look_for_signals(*, now: datetime, limit: int = A_ROUND) -> int:
    """Whatever was handed in since and has passed the scanner, some a round; gives how many signs were found.

    Papers are examined first, outside of any transaction: reading a stranger's file takes its time.
    """
    unscanned = Evidence.objects.filter(declaration=OuterRef("pk"), file__state=FileState.QUARANTINED)
    found = list(to_search().filter(~Exists(unscanned))[:limit])
    if not found:
        return 0
    papers = _wrong_papers(found)
    as_read = {each.pk: each.version for each in found}
    bench, signs = Bench(rule_book(), now), 0

    def look(declaration: Declaration) -> bool:
        nonlocal signs
        if declaration.version != as_read[declaration.pk]:
            return False
        signs += look_into(declaration, papers.get(declaration.pk, {}), bench=bench)
        return True

    one_by_one(JOB, to_search().filter(pk__in=list(as_read)), look, now=now, limit=limit)
    return signs


def _wrong_papers(declarations: Iterable[Declaration]) -> dict[int, dict[str, str]]:
    """By declaration, what is wrong with which of its files, by digest."""
    holders = {each.pk: each.professional for each in declarations}
    rows = Evidence.objects.filter(declaration__in=list(holders), file__content_type=_PDF, file__state=FileState.CLEAN)
    wrong: dict[int, dict[str, str]] = {}
    for evidence in rows.select_related("file"):
        if words := what_is_wrong(_bytes_of(evidence.file), holders[evidence.declaration_id]):
            wrong.setdefault(evidence.declaration_id, {})[evidence.file.digest] = words
    return wrong


def _bytes_of(stored: StoredFile) -> bytes:
    """Nothing where a backup was brought back without them."""
    try:
        with open_bytes(stored.shown_digest) as file:
            return file.read()
    except FileNotFoundError:
        return b""
