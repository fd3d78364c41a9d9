"""Appeals: what may be appealed and to whom, what waits with an office, who may read it."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, QuerySet

from accounts.enums import RequestState
from accounts.models import Organization, User
from accounts.rules.policy import Act
from accounts.selectors.duties import bureau_for, units_for
from accounts.selectors.escalation import above
from accounts.selectors.requests import requests_waiting_for, who_can_decide
from ceportal.kernel.rules.refusal import Refusal
from ceportal.kernel.selectors.ways import found_in_a_way
from credits.enums import DeclarationState
from credits.models import Declaration, HourEntry
from reviews.models import Appeal, Decision
from reviews.rules.appealing import APPEALABLE, reasons_not_to_appeal
from reviews.selectors.reversals import reversals


def appealable(user: User) -> QuerySet[Declaration]:
    """What `user` declared, was rejected or taken back, and was neither appealed nor declared again."""
    appealed = Appeal.objects.filter(appealed=OuterRef("pk")).exclude(state=RequestState.WITHDRAWN)
    renewed = Declaration.objects.filter(previous=OuterRef("pk")).exclude(state=DeclarationState.WITHDRAWN)
    rows = Declaration.objects.filter(declarant=user, state__in=APPEALABLE)
    return rows.filter(~Exists(appealed), ~Exists(renewed)).select_related("activity").order_by("-id")


def reasons_against(declaration: Declaration) -> Sequence[Refusal]:
    """Why it cannot be appealed now."""
    appealed = Appeal.objects.filter(appealed=declaration).exclude(state=RequestState.WITHDRAWN)
    renewed = Declaration.objects.filter(previous=declaration).exclude(state=DeclarationState.WITHDRAWN)
    return list(
        reasons_not_to_appeal(
            declaration.state,
            is_appealed=appealed.exists(),
            is_renewed=renewed.exists(),
            has_next_level=next_level(declaration) is not None,
        )
    )


def decided_last(declaration: Declaration) -> Organization | None:
    """The office whose word it was: who took the hours back, else who rejected it."""
    if declaration.state == DeclarationState.REVERSED:
        step = declaration.steps.filter(state=DeclarationState.REVERSED).select_related("organization").last()
        if step and step.organization:
            return step.organization
        place = declaration.professional.area
        entry = HourEntry.objects.filter(claim__declaration=declaration).order_by("id").last()
        return bureau_for(entry.organization) if entry and entry.organization else _bureau_at(place.pk)
    last = Decision.objects.filter(subject=declaration).select_related("organization").order_by("id").last()
    return last.organization if last else None


def next_level(declaration: Declaration) -> Organization | None:
    """Who answers an appeal: the level above whoever decided."""
    office = decided_last(declaration)
    return above(office) if office else None


def appeals_seen_by(user: User) -> QuerySet[Appeal]:
    """One's own, those that wait or waited with an office for which one reviews, and those against it."""
    units = units_for(user, Act.RULE_ON_APPEALS).values("pk")
    rows = Appeal.objects.all()
    ways = ("waiting_on", "against", "rulings__organization")
    at_units = (rows.filter(**{f"{way}__in": units}) for way in ways)
    return _shown(found_in_a_way(rows, rows.filter(declarant=user), *at_units))


def appeals_waiting_for(user: User) -> QuerySet[Appeal]:
    """What `user` may answer: never what they declared, decided or took back themselves, at whatever office (A24)."""
    decided = Decision.objects.filter(subject=OuterRef("appealed"), by=user)
    reversed_ = reversals().filter(subject_ref=OuterRef("appealed__ref"), actor_id=user.pk)
    rows = Appeal.objects.filter(~Exists(decided), ~Exists(reversed_))
    return _shown(requests_waiting_for(user, rows)).order_by("due_at", "id")


def appealed_to(user: User) -> QuerySet[Declaration]:
    """The declarations whose appeal waits for `user`: who answers reads their evidence."""
    return Declaration.objects.filter(pk__in=appeals_waiting_for(user).order_by().values("appealed"))


def may_answer(user: User, appeal: Appeal) -> bool:
    """The mirror of `appeals_waiting_for`, for one."""
    decided = Decision.objects.filter(subject=appeal.appealed, by=user)
    reversed_ = reversals().filter(subject_ref=appeal.appealed.ref, actor_id=user.pk)
    return who_can_decide(appeal).filter(pk=user.pk).exists() and not decided.exists() and not reversed_.exists()


def adds_a_document(appeal: Appeal) -> bool:
    """Whether it came with a paper that was not among the declaration's evidence."""
    return not appeal.appealed.evidence.filter(file=appeal.document_id).exists()


def _bureau_at(area: str) -> Organization | None:
    return Organization.objects.filter(area=area, is_bureau=True).first()


def _shown(rows: QuerySet[Appeal]) -> QuerySet[Appeal]:
    return rows.select_related("professional", "appealed", "against", "waiting_on", "organization", "renewed")
