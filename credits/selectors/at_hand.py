"""What a decision on hours needs to know beside the declaration itself, read with it in one query."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from accounts.enums import Move
from accounts.models import Employment
from credits.models import Declaration, DeclarationStep, Obligation, YearAccount


@dataclass(frozen=True)
class AtHand:
    """`employer` is the key of the principal employer today, 0 without one; `is_eased` whether anything was ever
    granted to the person; `has_account` whether the year has its account; `submitted_because` what the last handing in
    noted.
    """

    employer: int
    is_eased: bool
    has_account: bool
    submitted_because: str


def with_what_it_takes(rows: QuerySet[Declaration]) -> QuerySet[Declaration]:
    """`rows`, each of which `at_hand` then tells of without a query."""
    handed_in = DeclarationStep.objects.filter(declaration=OuterRef("pk"), move=Move.SUBMIT).order_by("-id")
    jobs = Employment.objects.filter(professional=OuterRef("professional"), is_principal=True, ended_on__isnull=True)
    accounts = YearAccount.objects.filter(professional=OuterRef("professional"), year=OuterRef("year"))
    return rows.annotate(
        hand_employer=Subquery(jobs.order_by("-started_on", "-pk").values("organization")[:1]),
        hand_eased=Exists(Obligation.objects.filter(professional=OuterRef("professional"))),
        hand_account=Exists(accounts),
        hand_because=Subquery(handed_in.values("reason")[:1]),
    )


def at_hand(declaration: Declaration) -> AtHand | None:
    """None where it was read without."""
    if not hasattr(declaration, "hand_account"):
        return None
    row: Any = declaration
    return AtHand(row.hand_employer or 0, row.hand_eased, row.hand_account, row.hand_because or "")
