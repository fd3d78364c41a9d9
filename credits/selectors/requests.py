"""Requests about people's hours: whose they are, who may look at them, for whom somebody may ask."""

from typing import Any, TypeVar

from django.db.models import QuerySet

from accounts.enums import Duty, RequestState
from accounts.models import Organization, Professional, Request, User
from accounts.rules.policy import Act, duties_for
from accounts.selectors.duties import in_charge, units_for
from accounts.selectors.people import people_of
from accounts.selectors.requests import requests_seen_by, requests_waiting_for, who_can_decide
from credits.models import ObligationRequest, OutsideHours

Row = TypeVar("Row", bound=Request)
# By the word of the address.
KINDS: dict[str, type[ObligationRequest] | type[OutsideHours]] = {
    "exemption": ObligationRequest,
    "outside": OutsideHours,
}
# An employer's officers see what its people ask. What somebody is ill with is no affair of who reviews hours.
_SEEING: dict[type[Request], Act] = {OutsideHours: Act.SEE_OUTSIDE_HOURS}


def seen(user: User, model: type[Row]) -> QuerySet[Row]:
    """What of a kind `user` asked, is about them, is or was theirs to decide, or comes from their unit."""
    rows: QuerySet[Row] = model._default_manager.all()
    return _told(requests_seen_by(user, rows, duties=duties_for(_SEEING.get(model, Act.SEE_REQUESTS))))


def waiting(user: User, model: type[Row]) -> QuerySet[Row]:
    """The inbox of a kind."""
    rows: QuerySet[Row] = model._default_manager.all()
    return _told(requests_waiting_for(user, rows))


def people_to_ask_for(user: User) -> QuerySet[Professional]:
    """For whom `user` may ask: themselves, and the people of the units they look after."""
    whose = (
        people_of(user).order_by().values("pk").union(Professional.objects.filter(user=user).order_by().values("pk"))
    )
    people = Professional.objects.filter(pk__in=whose, approved_at__isnull=False, left_at__isnull=True)
    return people.select_related("area", "title_series", "user")


def bureau_to_ask(professional: Professional, by: User) -> Organization | None:
    """Who grants exceptions where the person works, and is neither they nor who asks (A24)."""
    return in_charge(Duty.GRANT_EXCEPTIONS, professional.area, but_not=[professional.user, by])


def open_request_of(professional: Professional) -> ObligationRequest | None:
    """The one request to owe less that may be open at a time."""
    open_states = (RequestState.WAITING, RequestState.RETURNED)
    return ObligationRequest.objects.filter(professional=professional, state__in=open_states).first()


def is_deciders(user: User, asked: ObligationRequest | OutsideHours) -> bool:
    """Whether it is `user`'s to rule on, or was their office's: who comes second is to read who was first."""
    if who_can_decide(asked).filter(pk=user.pk).exists():
        return True
    if user.pk in {asked.declarant_id, asked.asked_by_id}:
        return False
    offices = {ruling.organization_id for ruling in asked.rulings.all()}
    return units_for(user, Act.RULE_ON_REQUESTS).filter(pk__in=offices).exists()


def may_end(user: User, asked: ObligationRequest) -> bool:
    """Whether `user` may end what was granted: for the bureau that granted it, never their own."""
    obligation = asked.obligation
    if obligation is None or obligation.ended_at is not None or user.pk in {asked.declarant_id, asked.asked_by_id}:
        return False
    held: Any = user.memberships.filter(  # type: ignore[attr-defined]
        organization=obligation.organization_id, duty=Duty.GRANT_EXCEPTIONS, ended_at__isnull=True
    )
    return bool(held.exists())


def _told(rows: QuerySet[Row]) -> QuerySet[Row]:
    names = ("professional", "professional__area", "organization", "waiting_on", "document", "asked_by")
    return rows.select_related(*names).order_by("-id")
