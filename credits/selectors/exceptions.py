"""Requests to declare a closed year: whose they are, who may look at them, what the bureau has to do and has done."""

from django.db.models import QuerySet

from accounts.enums import RequestState
from accounts.models import Professional, User
from accounts.rules.policy import Act
from accounts.selectors.duties import units_for
from accounts.selectors.people import people_of
from credits.models import BackYearRequest
from credits.selectors.requests import seen, waiting

PEOPLE_SHOWN = 10
_OPEN = (RequestState.WAITING, RequestState.RETURNED)


def exceptions_of(user: User) -> QuerySet[BackYearRequest]:
    """Their own, and those of the people of the units they look after; the newest first."""
    mine = seen(user, BackYearRequest).exclude(pk__in=exceptions_at_bureau(user).values("pk"))
    return mine.prefetch_related("years")


def exceptions_seen_by(user: User) -> QuerySet[BackYearRequest]:
    """Everything of which `user` may open the page."""
    return seen(user, BackYearRequest).prefetch_related("years")


def exceptions_waiting_for(user: User) -> QuerySet[BackYearRequest]:
    """The bureau's queue, what is due first."""
    return waiting(user, BackYearRequest).order_by("due_at", "id").prefetch_related("years")


def exceptions_at_bureau(user: User) -> QuerySet[BackYearRequest]:
    """What went through the hands of the bureaus for which `user` grants exceptions, but is not about themselves."""
    bureaus = units_for(user, Act.GRANT_EXCEPTIONS)
    ruled = BackYearRequest.objects.filter(rulings__organization__in=bureaus).exclude(declarant=user)
    rows = BackYearRequest.objects.filter(pk__in=ruled.values("pk")).select_related("professional", "organization")
    return rows.prefetch_related("years").order_by("-id")


def open_exception_of(professional: Professional) -> BackYearRequest | None:
    """The one that may be open at a time."""
    return BackYearRequest.objects.filter(professional=professional, state__in=_OPEN).first()


def looks_after_people(user: User) -> bool:
    return units_for(user, Act.ACT_ON_PEOPLE).exists()


def people_named(user: User, name: str) -> list[Professional]:
    """People of the units `user` looks after, by the start of the name: for whom to ask."""
    return list(people_of(user, name)[:PEOPLE_SHOWN]) if name.strip() else []
