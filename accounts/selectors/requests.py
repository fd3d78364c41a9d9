"""Requests: with whom one waits, who may look at it, what happened to it. The same for every kind."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.apps import apps
from django.db.models import Exists, OuterRef, QuerySet

from accounts.enums import Duty, Move
from accounts.models import Request, User
from accounts.selectors.duties import organizations_with, waiting_for, who_can_rule
from ceportal.kernel.models import AuditEvent
from ceportal.kernel.selectors.ways import found_in_a_way

Row = TypeVar("Row", bound=Request)


@dataclass(frozen=True)
class Step:
    """One thing that happened to a request. `who` is the office, or empty for the side that asked."""

    move: Move
    who: str
    reason: str
    at: datetime


def request_models() -> list[type[Request]]:
    """Every kind of request there is, whichever room owns it."""
    return [model for model in apps.get_models() if issubclass(model, Request)]


def requests_waiting_for(user: User, rows: QuerySet[Row]) -> QuerySet[Row]:
    """What of `rows` waits for `user` to rule: never their own, nor what they asked for somebody else, nor what they
    ruled on at another stage of the same round (A24).
    """
    ruled = _rulings_of(rows.model).filter(subject=OuterRef("pk"), round=OuterRef("round"), by=user)
    return waiting_for(user, rows).filter(~Exists(ruled)).exclude(asked_by=user)


def who_can_decide(asked: Request) -> QuerySet[User]:
    """The mirror of `requests_waiting_for`."""
    ruled = _rulings_of(type(asked)).filter(subject=asked, round=asked.round)
    return who_can_rule(asked).exclude(pk=asked.asked_by_id).exclude(pk__in=ruled.values("by"))


def _rulings_of(model: type[Request]) -> QuerySet[Any]:
    meta: Any = model._meta
    rulings = meta.get_field("rulings").related_model
    found: QuerySet[Any] = rulings._default_manager.all()
    return found


def requests_seen_by(user: User, rows: QuerySet[Row], *, duties: Iterable[Duty]) -> QuerySet[Row]:
    """Those of `rows` that `user` asked, that are about them, that wait or waited with them, or, holding one of
    `duties` there, that come from their unit.
    """
    units = organizations_with(user, *duties).values("pk")
    ruled: Any = rows.filter(rulings__organization__in=units)
    own = rows.filter(asked_by=user), rows.filter(declarant=user)
    return found_in_a_way(rows, *own, requests_waiting_for(user, rows), rows.filter(organization__in=units), ruled)


def steps_of(asked: Request) -> list[Step]:
    """What happened so far, the oldest first: handed in, ruled on, taken back."""
    name = asked._meta.model_name
    moves = {f"{name}.{move}": move for move in (Move.SUBMIT, Move.WITHDRAW)}
    acts = AuditEvent.objects.filter(subject_ref=asked.ref, action__in=moves).values_list("action", "at")
    rulings: Any = asked.rulings.select_related("organization")  # type: ignore[attr-defined]
    steps = [Step(moves[action], "", "", at) for action, at in acts]
    steps += [Step(Move(ruling.move), ruling.organization.name, ruling.reason, ruling.at) for ruling in rulings]
    return sorted(steps, key=lambda step: step.at)
