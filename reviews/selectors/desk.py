"""The review desk: what waits for whom, and what of it this reviewer has looked at."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from accounts.models import Organization, User
from accounts.rules.policy import Act
from accounts.selectors.duties import units_for, waiting_for, who_can_rule
from credits.enums import STAGE_AUTHORITY, STAGE_EMPLOYER, DeclarationState
from credits.models import Declaration, Evidence
from credits.rules.looking import MOST_DWELL, seconds_still_to_look
from credits.selectors.bench import Bench
from credits.selectors.conversions import is_open
from credits.selectors.declarations import limits_at
from credits.selectors.regulation import rule_book
from credits.selectors.second_stage import second_reviewer_for
from reviews.enums import REVIEWING
from reviews.models import Allotment, Appeal, Decision, Jotting, Opening
from reviews.rules.deciding import Looked
from reviews.selectors.reversals import reversals

ORDER = ("due_at", "id")
PAGE_LABEL = "申报内容页"
_SHOWN_WITH = ("professional", "organization", "waiting_on", "activity")
# A list of what resembles is for the eye, not for counting.
_ALIKE = 10


@dataclass(frozen=True)
class Unseen:
    """Something of the current version this reviewer has not opened: the page itself, or one file."""

    label: str
    evidence: Evidence | None = None


@dataclass(frozen=True)
class Look:
    """What a reviewer has not been served of a version, and when the files that were came first."""

    unseen: list[Unseen]
    opened_at: list[datetime]


def inbox(user: User, units: Iterable[Organization] | None = None) -> QuerySet[Declaration]:
    """What waits for `user` to decide: with a unit for which they review, never their own (A24), and never where they
    decided the other stage of the same round, or decided or took back what was appealed. Sorted by what is due first;
    one range of an index per unit.

    `units` are `units_reviewed_by(user)`, for who has read them already.
    """
    if not user.is_active:
        return Declaration.objects.none()
    keys = [unit.pk for unit in (units_reviewed_by(user) if units is None else units)]
    return _open_to(user, Declaration.objects.filter(waiting_on__in=keys)).order_by(*ORDER)


def one_of_inbox(user: User, declaration: Declaration) -> QuerySet[Declaration]:
    """`declaration` as it stands now, if it is in the inbox of `user`: a single row needs no list of their units."""
    rows = Declaration.objects.filter(pk=declaration.pk) if user.is_active else Declaration.objects.none()
    return _open_to(user, rows)


def _open_to(user: User, rows: QuerySet[Declaration]) -> QuerySet[Declaration]:
    mine = Decision.objects.filter(subject=OuterRef("pk"), round=OuterRef("round"), by=user)
    earlier = Decision.objects.filter(subject=OuterRef("appealed"), by=user)
    taken_back = reversals().filter(subject_ref=OuterRef("appealed__ref"), actor_id=user.pk)
    appealed = Appeal.objects.filter(Exists(earlier) | Exists(taken_back), renewed=OuterRef("pk"))
    waiting = waiting_for(user, rows.filter(duty=REVIEWING))
    return waiting.filter(~Exists(mine), ~Exists(appealed)).select_related(*_SHOWN_WITH)


def reviewers_of(declaration: Declaration) -> QuerySet[User]:
    """The mirror of `inbox`: everybody in whose inbox `declaration` stands."""
    appealed = Appeal.objects.filter(renewed=declaration)
    of_this = Q(subject=declaration, round=declaration.round) | Q(subject__in=appealed.values("appealed"))
    taken_back = reversals().filter(subject_ref__in=appealed.values("appealed__ref"), actor_id__isnull=False)
    able = who_can_rule(declaration).exclude(pk__in=Decision.objects.filter(of_this).values("by"))
    return able.exclude(pk__in=taken_back.values("actor_id"))


def decided_by(user: User) -> QuerySet[Declaration]:
    """What `user` decided, as far as it is still the content they decided on: they may read it again."""
    mine = Decision.objects.filter(subject=OuterRef("pk"), version=OuterRef("version"), by=user)
    return Declaration.objects.filter(Exists(mine)).select_related(*_SHOWN_WITH)


def readable(user: User) -> QuerySet[Declaration]:
    """What `user` may open as a reviewer: their inbox, and what they decided."""
    waiting, decided = inbox(user).values("pk"), decided_by(user).values("pk")
    shown = Declaration.objects.filter(Q(pk__in=waiting) | Q(pk__in=decided))
    return shown.select_related(*_SHOWN_WITH)


def was_at_hand(user: User, declaration: Declaration) -> bool:
    """Whether `declaration`, which does not wait for `user` now, once waited with a unit they review for.

    Such a reviewer is told what became of it; everybody else learns nothing, not even that it exists.
    """
    if declaration.declarant_id == user.pk or declaration.first_submitted_at is None:
        return False
    units = set(units_for(user, Act.REVIEW_HOURS).values_list("pk", flat=True))
    return bool(units & _hands(declaration))


def _hands(declaration: Declaration) -> set[int | None]:
    """The units with which `declaration` waits or waited."""
    hands: set[int | None] = {declaration.organization_id, declaration.waiting_on_id}
    hands.update(Decision.objects.filter(subject=declaration).values_list("organization", flat=True))
    if declaration.stage == STAGE_AUTHORITY and declaration.organization:
        second = second_reviewer_for(declaration.professional, declaration.organization)
        hands.add(second.pk if second else None)
    return hands - {None}


def not_yet_opened(declaration: Declaration, reviewer: User) -> list[Unseen]:
    """What of the *current* version `reviewer` has not been served: the page first, then the files in order (T4)."""
    return look_at(declaration, reviewer).unseen


def look_at(declaration: Declaration, reviewer: User) -> Look:
    """What `reviewer` was served of the *current* version, and since when: one query, two where it has no files."""
    openings = Opening.objects.filter(declaration=declaration, version=declaration.version, reviewer=reviewer)
    page = openings.filter(file_digest="")
    of_file = openings.filter(file_digest=OuterRef("file__digest")).values("opened_at")
    rows: Sequence[Any] = list(files_of(declaration).annotate(opened_at=of_file[:1], is_page_opened=Exists(page)))
    is_page_opened = rows[0].is_page_opened if rows else page.exists()
    unseen = [] if is_page_opened else [Unseen(PAGE_LABEL)]
    unseen += [Unseen(e.label or e.file.name, e) for e in rows if e.opened_at is None]
    return Look(unseen, [e.opened_at for e in rows if e.opened_at is not None])


def with_what_was_looked_at(rows: QuerySet[Declaration], reviewer: User) -> QuerySet[Declaration]:
    """`rows`, of which `looked_at` then needs no further query where everything was served."""
    served = Opening.objects.filter(declaration=OuterRef("pk"), version=OuterRef("version"), reviewer=reviewer)
    files, served_files = Evidence.objects.filter(declaration=OuterRef("pk")), served.exclude(file_digest="")
    of_file = Opening.objects.filter(
        declaration=OuterRef("declaration"),
        version=OuterRef("declaration__version"),
        reviewer=reviewer,
        file_digest=OuterRef("file__digest"),
    )
    return rows.annotate(
        is_page_looked_at=Exists(served.filter(file_digest="")),
        is_a_file_missed=Exists(files.filter(~Exists(of_file))),
        files_count=Subquery(files.order_by().values("declaration").annotate(n=Count("pk")).values("n")),
        files_first=Subquery(served_files.order_by("opened_at").values("opened_at")[:1]),
        files_last=Subquery(served_files.order_by("-opened_at").values("opened_at")[:1]),
    )


def _look(declaration: Any, reviewer: User) -> Look:
    """By what was read with the declaration, where nothing is missing: then the first and the last moment and the
    number are all that the rule needs.
    """
    if not getattr(declaration, "is_page_looked_at", False) or declaration.is_a_file_missed:
        return look_at(declaration, reviewer)
    count = declaration.files_count or 0
    return Look([], [declaration.files_first, *[declaration.files_last] * (count - 1)][:count])


def looked_at(declaration: Declaration, reviewer: User, *, now: datetime, bench: Bench | None = None) -> Looked:
    """What the rules need to know of `declaration` as it stands before `reviewer`."""
    look = _look(declaration, reviewer)
    return Looked(
        claimed=declaration.hours_claimed or Decimal(0),
        proposed=proposed_hours(declaration),
        unseen=[item.label for item in look.unseen],
        is_open=is_open(declaration),
        still_to_look=seconds_left(declaration, look, now=now, bench=bench),
    )


def seconds_left(declaration: Declaration, look: Look, *, now: datetime, bench: Bench | None = None) -> int:
    """For how many seconds more the evidence has to be open. What was opened long ago asks no rule set."""
    if not seconds_still_to_look(look.opened_at, least=MOST_DWELL, now=now):
        return 0
    limits = limits_at(declaration, bench or Bench(rule_book(), now))
    return seconds_still_to_look(look.opened_at, least=limits.dwell_seconds if limits else 0, now=now)


def jotting_of(declaration: Declaration, reviewer: User) -> Jotting | None:
    """What they left half-written about the current version."""
    return Jotting.objects.filter(declaration=declaration, reviewer=reviewer, version=declaration.version).first()


def jotting_fields(jotting: Jotting) -> dict[str, str]:
    """For the form of its act."""
    fields = {"reason_code": jotting.reason_code, "reason": jotting.reason, "hours": jotting.hours}
    return {name: value for name, value in fields.items() if value}


def proposed_hours(declaration: Declaration) -> Decimal:
    """The hours put to this stage: those the employer recognised in this round, else those claimed."""
    recognised = declaration.hours_recognised if declaration.stage > STAGE_EMPLOYER else None
    return recognised or declaration.hours_claimed or Decimal(0)


def files_of(declaration: Declaration) -> QuerySet[Evidence]:
    return Evidence.objects.filter(declaration=declaration).select_related("file").order_by("position", "id")


def alike(declaration: Declaration) -> Sequence[Declaration]:
    """Earlier declarations of the same person with the same title, organiser or certificate number: a hint, no more."""
    same = Q(title=declaration.title)
    if declaration.certificate_no:
        same |= Q(certificate_no=declaration.certificate_no)
    rows = Declaration.objects.filter(same, professional=declaration.professional_id, first_submitted_at__isnull=False)
    rows = rows.exclude(pk=declaration.pk).exclude(state=DeclarationState.DRAFT)
    return list(rows.select_related("organization").order_by("-id")[:_ALIKE])


def decisions_on(declaration: Declaration) -> QuerySet[Decision]:
    """What was decided on it so far, the oldest first."""
    return Decision.objects.filter(subject=declaration).select_related("by", "organization").order_by("id")


def decisions_of(user: User) -> QuerySet[Decision]:
    """What `user` decided, for the list 我审核过的."""
    return Decision.objects.filter(by=user).select_related("subject", "subject__professional", "organization")


def units_reviewed_by(user: User) -> list[Organization]:
    """The units for which `user` reviews hours."""
    return list(units_for(user, Act.REVIEW_HOURS).order_by("id"))


def next_for(user: User, declaration: Declaration) -> Declaration | None:
    """What to review after `declaration`, which has just left the desk: the next one due, else the first there is;
    what colleagues see to is left to them.
    """
    return neighbours(user, declaration)[1] or not_of_others(inbox(user), user).first()


def not_of_others(rows: QuerySet[Declaration], user: User) -> QuerySet[Declaration]:
    """Without what a colleague sees to."""
    given = Allotment.objects.filter(declaration=OuterRef("pk"), round=OuterRef("round"), stage=OuterRef("stage"))
    return rows.filter(~Exists(given.exclude(to=user)))


def neighbours(user: User, declaration: Declaration) -> tuple[Declaration | None, Declaration | None]:
    """Those before and after `declaration` in the order of the inbox; two short reads of its index."""
    rows, due = not_of_others(inbox(user), user), declaration.due_at
    after = rows.filter(Q(due_at__gt=due) | Q(due_at=due, id__gt=declaration.pk)).order_by(*ORDER).first()
    before = rows.filter(Q(due_at__lt=due) | Q(due_at=due, id__lt=declaration.pk)).order_by("-due_at", "-id").first()
    return before, after
